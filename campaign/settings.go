package campaign

import (
	"strings"
	"time"
)

// Settings are what the team changes while the program runs. There is one record.
type Settings struct {
	ID        string         `json:"id"` // SettingsID
	Version   int64          `json:"version"`
	Brand     Brand          `json:"brand"`
	Senders   []Sender       `json:"senders,omitempty"`
	Zone      string         `json:"zone,omitempty"`
	Retention Retention      `json:"retention,omitzero"`
	Pace      Pace           `json:"pace"`
	WarmUps   []WarmUp       `json:"warm_ups,omitempty"` // of domains that begin to send
	Topics    []Topic        `json:"topics,omitempty"`   // readers can choose among
	Digest    DigestSettings `json:"digest"`
	About     Texts          `json:"about,omitempty"`  // what a new version of a release says about the organisation, Markdown
	Desk      MediaDesk      `json:"desk,omitzero"`    // the media contact of a new version of a release
	Abouts    []AboutText    `json:"abouts,omitempty"` // more of them, to choose from
	Desks     []MediaDesk    `json:"desks,omitempty"`
	Helplines []Helpline     `json:"helplines,omitempty"`
	Writing   Writing        `json:"writing,omitzero"` // what the team changed of the writing check
	Closings  []Closing      `json:"closings,omitempty"`
	Approval  ApprovalRules  `json:"approval,omitzero"`
	Quiet     Hours          `json:"quiet,omitzero"`   // in which nothing leaves to readers but what they asked for
	Ceiling   Ceiling        `json:"ceiling,omitzero"` // of messages to a reader in a week
	Bounces   BounceRules    `json:"bounces,omitzero"`
	Replies   ReplyRules     `json:"replies,omitzero"`
	Hygiene   HygieneRules   `json:"hygiene,omitzero"`
	Learned   []BounceText   `json:"bounce_texts,omitempty"` // what the team taught about words of servers
	UpdatedAt time.Time      `json:"updated_at"`
}

// SettingsID is the id of the one settings record.
const SettingsID = "settings"

// Brand is how the organisation shows itself in every message and on its public pages.
type Brand struct {
	Name     string `json:"name"`              // "Press Office of Example", as the team sees it
	Names    Texts  `json:"names,omitempty"`   // as readers see it; none: Name
	Address  string `json:"address,omitempty"` // postal address, in the footer
	Website  string `json:"website,omitempty"`
	Privacy  string `json:"privacy,omitempty"`  // address of the privacy notice
	Contact  string `json:"contact,omitempty"`  // e-mail of who answers for personal data
	Colour   string `json:"colour,omitempty"`   // #rrggbb of the accent
	Greeting Texts  `json:"greeting,omitempty"` // opening of a letter to somebody who has none of their own; none: the program's
	Footer   Texts  `json:"footer,omitempty"`   // disclaimer, Markdown; of older settings with the funding line
	Funding  Texts  `json:"funding,omitempty"`  // who pays for it, Markdown
	Funded   bool   `json:"funded,omitempty"`   // nothing goes out without credit line, disclaimer and emblem in its language

	Phrases []Phrase     `json:"phrases,omitempty"` // how words are written in the other script of Serbian
	Logos   []Logo       `json:"logos,omitempty"`   // side by side, funder and implementer
	Fonts   string       `json:"fonts,omitempty"`   // key of the fonts of messages; "" is the program's choice
	Social  []SocialLink `json:"social,omitempty"`
}

// Logo is a picture at the head of messages.
type Logo struct {
	Picture string `json:"picture"` // media:ID of the library
	Alt     Texts  `json:"alt"`     // of a funder's emblem: the funding line, for who does not see it
}

// SocialLink is a page of the organisation elsewhere.
type SocialLink struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// PublicNames returns the organisation's name as readers see it.
func (b *Brand) PublicNames() Texts {
	if b.Names.Empty() {
		return Texts{"": b.Name}
	}
	return b.Names
}

// AboutText is what a release can say about the organisation, under the team's own name for it.
type AboutText struct {
	Name  string `json:"name"`
	Texts Texts  `json:"texts"` // Markdown
}

// MediaDesk is who answers journalists, as readers of each language are told.
type MediaDesk struct {
	Names     Texts  `json:"names,omitempty"`
	Languages Texts  `json:"languages,omitempty"` // that are spoken, in words
	Phone     string `json:"phone,omitempty"`
	Email     string `json:"email,omitempty"`
}

// TidyNames cleans the names that readers see.
func (b *Brand) TidyNames() error {
	var faults Checks
	b.Names.tidy(&faults, "name", 120, CleanLine)
	return Together(faults...)
}

// TidyTexts cleans what else readers see.
func (s *Settings) TidyTexts() error {
	var faults Checks
	s.Brand.Greeting.tidy(&faults, "greeting", 120, CleanLine)
	s.Brand.Footer.tidy(&faults, "footer", 20_000, strings.TrimSpace)
	s.Brand.Funding.tidy(&faults, "funding", 20_000, strings.TrimSpace)
	s.About.tidy(&faults, "about", 20_000, strings.TrimSpace)
	s.Desk.Names.tidy(&faults, "desk_name", 120, CleanLine)
	s.Desk.Languages.tidy(&faults, "desk_languages", 120, CleanLine)
	s.Desk.Phone, s.Desk.Email = CleanLine(s.Desk.Phone), CleanLine(s.Desk.Email)
	faults.Refuse(LongerThan(s.Desk.Phone, 60), "desk_phone", "this is longer than %d characters", 60)
	return Together(faults...)
}
