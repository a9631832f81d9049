package templates

import (
	"errors"
	"fmt"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/glasnik/glasnik/campaign"
)

// releaseFront is the front matter of a release file, in the order it is written.
type releaseFront struct {
	Title       string              `yaml:"title,omitempty"`
	Kind        string              `yaml:"kind,omitempty"`
	Language    string              `yaml:"language"`
	Source      string              `yaml:"source,omitempty"`
	Embargo     string              `yaml:"embargo,omitempty"`
	Zone        string              `yaml:"zone,omitempty"`
	Topics      []string            `yaml:"topics,omitempty"`
	Subject     string              `yaml:"subject,omitempty"`
	Preheader   string              `yaml:"preheader,omitempty"`
	Headline    string              `yaml:"headline"`
	Subhead     string              `yaml:"subhead,omitempty"`
	Place       string              `yaml:"place,omitempty"`
	Date        string              `yaml:"date,omitempty"`
	Lead        string              `yaml:"lead,omitempty"`
	Quotes      []releaseFrontQuote `yaml:"quotes,omitempty"`
	About       string              `yaml:"about,omitempty"`
	Notes       string              `yaml:"notes,omitempty"`
	Contact     releaseFrontContact `yaml:"media_contact,omitempty"`
	Layout      string              `yaml:"layout,omitempty"`
	Event       releaseFrontEvent   `yaml:"event,omitempty"`
	Venue       string              `yaml:"venue,omitempty"`
	Stories     []releaseFrontStory `yaml:"stories,omitempty"`
	Slots       map[string]string   `yaml:"slots,omitempty"`
	Sources     []frontSource       `yaml:"sources,omitempty"`
	ListSources bool                `yaml:"list_sources,omitempty"`
	Consent     frontAssurance      `yaml:"consent_recorded,omitempty"`
	Pictures    frontAssurance      `yaml:"pictures_confirmed,omitempty"`
	Attachments []releaseFrontFile  `yaml:"attachments,omitempty"`

	node *yaml.Node
}

// at puts the line of a key before what is wrong with its value.
func (f *releaseFront) at(err error, path ...string) error {
	if node := nodeAt(f.node, path); err != nil && node != f.node {
		return fmt.Errorf("line %d: %w", node.Line, err)
	}
	return err
}

type releaseFrontQuote struct {
	Text         string `yaml:"text"`
	Name         string `yaml:"name,omitempty"`
	Role         string `yaml:"role,omitempty"`
	Organisation string `yaml:"organisation,omitempty"`
}

type releaseFrontContact struct {
	Name      string `yaml:"name,omitempty"`
	Phone     string `yaml:"phone,omitempty"`
	Email     string `yaml:"email,omitempty"`
	Languages string `yaml:"languages,omitempty"`
}

type releaseFrontEvent struct {
	Start  string `yaml:"start,omitempty"` // with a zone, as an embargo
	End    string `yaml:"end,omitempty"`
	Map    string `yaml:"map,omitempty"`
	Answer string `yaml:"answer,omitempty"`
}

type releaseFrontStory struct {
	Headline string `yaml:"headline"`
	Text     string `yaml:"text,omitempty"`
	Picture  string `yaml:"picture,omitempty"`
	Alt      string `yaml:"alt,omitempty"`
	Link     string `yaml:"link,omitempty"`
	From     string `yaml:"from,omitempty"`
}

type releaseFrontFile struct {
	File   string `yaml:"file"`
	Name   string `yaml:"name,omitempty"`
	Alt    string `yaml:"alt,omitempty"`
	Inline bool   `yaml:"inline,omitempty"`
}

// releaseKeys are the keys a map may have, by where the map stands: "" is the front matter itself.
var releaseKeys = map[string][]string{
	"": {"title", "kind", "language", "source", "embargo", "zone", "topics", "subject", "preheader", "headline", "subhead", "place", "date", "lead", "quotes", "about",
		"notes", "media_contact", "attachments", "layout", "event", "venue", "stories", "slots", "sources", "list_sources", "consent_recorded", "pictures_confirmed"},
	"quotes":             {"text", "name", "role", "organisation"},
	"media_contact":      {"name", "phone", "email", "languages"},
	"attachments":        {"file", "name", "alt", "inline"},
	"event":              {"start", "end", "map", "answer"},
	"stories":            {"headline", "text", "picture", "alt", "link", "from"},
	"sources":            {"said", "title", "link", "date", "checked_by", "checked"},
	"consent_recorded":   {"by", "date"},
	"pictures_confirmed": {"by", "date"},
	"slots":              nil, // named by the layout
}

// occasion reads what an invitation invites to.
func (f *releaseFront) occasion(r *campaign.Release) error {
	e := f.Event
	if e == (releaseFrontEvent{}) {
		return nil
	}
	o := &campaign.Occasion{Map: e.Map, Answer: e.Answer}
	var err error
	if o.Start, o.Zone, err = parseMoment("start", e.Start, f.Zone); err != nil {
		return f.at(err, "event", "start")
	}
	if o.Start.IsZero() {
		return f.at(errors.New("an event needs its start: 2026-10-18 10:00 Europe/Belgrade"), "event")
	}
	if o.End, _, err = parseMoment("end", e.End, o.Zone); err != nil {
		return f.at(err, "event", "end")
	}
	r.Occasion = o
	return nil
}

// frontAssurance is who gave their word for a version as the file has it, and when.
type frontAssurance struct {
	By   string `yaml:"by,omitempty"`
	Date string `yaml:"date,omitempty"` // YYYY-MM-DD
}

// assurances reads what the team gives its word for.
func (f *releaseFront) assurances(r *campaign.Release, v *campaign.Version) error {
	for i, given := range []frontAssurance{f.Consent, f.Pictures} {
		what := campaign.AllAssured[i]
		if given == (frontAssurance{}) {
			continue
		}
		by := campaign.CleanLine(given.By)
		at, err := time.Parse(time.DateOnly, given.Date)
		if by == "" || err != nil {
			return f.at(fmt.Errorf("%s needs by, the name of who gives their word, and date, such as 2026-10-18", what), string(what))
		}
		r.Assure(v, what, campaign.Actor{Name: by}, at)
	}
	return nil
}

func frontAssuranceOf(a *campaign.Assurance) frontAssurance {
	if a == nil {
		return frontAssurance{}
	}
	return frontAssurance{By: a.Name, Date: a.At.Format(time.DateOnly)}
}
