package campaign

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind says what a contact is to the press office; it decides tone and legal basis.
type Kind string

const (
	Journalist Kind = "journalist"
	School     Kind = "school"
	Business   Kind = "business"
	Partner    Kind = "partner"
	OtherKind  Kind = "other"
)

// Kinds are all kinds of contact in the order they are offered.
var Kinds = []Kind{Journalist, School, Business, Partner, OtherKind}

// Contact is a person or office with one e-mail address.
type Contact struct {
	ID           string            `json:"id"`
	Version      int64             `json:"version"`
	Email        string            `json:"email"`   // as it is mailed, see ParseAddress
	Address      string            `json:"address"` // AddressKey of Email; unique
	FirstName    string            `json:"first_name"`
	LastName     string            `json:"last_name"`
	Kind         Kind              `json:"kind"`
	Organisation string            `json:"organisation_id"` // id of an Organisation; may be empty
	Position     string            `json:"position,omitempty"`
	Phone        string            `json:"phone,omitempty"`
	Place        string            `json:"place,omitempty"`
	Zone         string            `json:"zone,omitempty"` // time zone, such as Europe/Belgrade; "" is by country, else the installation's
	Language     Language          `json:"language"`       // "" means: the list's, then the release's source language
	Tags         []string          `json:"tags"`
	Attributes   map[string]string `json:"attributes,omitempty"`
	Notes        string            `json:"notes,omitempty"` // the person may ask to see them
	Memberships  []Membership      `json:"memberships,omitempty"`
	Tracking     Tracking          `json:"tracking"` // "" means: as the list says
	Consent      *TrackingConsent  `json:"tracking_consent,omitempty"`
	Earlier      []TrackingConsent `json:"earlier_tracking_consents,omitempty"`
	Consents     []Consent         `json:"consents,omitempty"`
	PausedUntil  time.Time         `json:"paused_until,omitzero"` // do not write before; the wait ends by itself
	RestedAt     time.Time         `json:"rested_at,omitzero"`    // when a pause was set because mail kept coming back
	Merged       []string          `json:"merged,omitempty"`      // ids of contacts that became part of this one
	Frequency    Frequency         `json:"frequency,omitempty"`
	Topics       []string          `json:"topics,omitempty"`    // keys of those the reader chose; none: everything
	Kept         []string          `json:"kept_from,omitempty"` // HygieneKinds of the lists somebody decided to keep the contact off
	Status       ContactStatus     `json:"status"`
	StatusReason string            `json:"status_reason,omitempty"`
	Source       string            `json:"source,omitempty"`      // where the address comes from
	StatusSince  time.Time         `json:"status_since,omitzero"` // when the status was set last; zero where an older version or an import set it
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at"`
	AddressSince time.Time         `json:"address_since,omitzero"` // when another address was replaced by this one
	LinksSince   time.Time         `json:"links_since,omitzero"`   // links of messages made before it only let the person leave

	// Derived by Normalize, for the indexes.
	Name string   `json:"sort_name"` // SortKey of "last first", or the address: what tables sort by
	On   []string `json:"on"`        // MembershipKey of every membership
	Text string   `json:"text"`      // SearchText of names, address, place, organisation and position, and the telephone number
}

// ContactStatus says whether the address itself can be written to, whatever its lists say.
type ContactStatus string

const (
	Active     ContactStatus = "active"
	Bounced    ContactStatus = "bounced"    // the address does not work
	Complained ContactStatus = "complained" // reported our mail as spam
	Paused     ContactStatus = "paused"     // by hand: do not write for now
	Restricted ContactStatus = "restricted" // the person asked that their data be kept and not used (GDPR art. 18)
)

// ContactStatuses are all states of a contact in the order they are offered.
var ContactStatuses = []ContactStatus{Active, Bounced, Complained, Paused, Restricted}

// Membership is a contact's place on a list: its status, and why we may write (E-01).
type Membership struct {
	List   string           `json:"list"`
	Status MembershipStatus `json:"status"`
	Basis  Basis            `json:"basis"`
	Source string           `json:"source,omitempty"` // file, form or person it came from
	Since  time.Time        `json:"since"`
	LeftAt time.Time        `json:"left_at,omitzero"`

	By        string `json:"by,omitempty"`        // who of the team entered it
	Reference string `json:"reference,omitempty"` // what the basis needs, see Basis.Needs
	Consent   string `json:"consent,omitempty"`   // id of one of the contact's Consents
}

// MembershipStatus is where a contact stands on one list. A person who left stays on record as left: only their own act
// brings them back.
type MembershipStatus string

const (
	Subscribed   MembershipStatus = "subscribed"
	Unconfirmed  MembershipStatus = "unconfirmed"  // signed up, has not confirmed
	Unsubscribed MembershipStatus = "unsubscribed" // left by their own act
	Removed      MembershipStatus = "removed"      // taken off by the team
)

// MembershipStatuses are all of them in the order they are offered.
var MembershipStatuses = []MembershipStatus{Subscribed, Unconfirmed, Unsubscribed, Removed}

// Basis is the legal basis of writing to a contact (domain.md E.2; GDPR art. 6, ZZPL art. 12).
type Basis string

const (
	LegitimateInterest Basis = "legitimate_interest"
	ConsentBasis       Basis = "consent"
	PublicContact      Basis = "public_contact" // published address of an institution
	Contract           Basis = "contract"
)

// Bases are all legal bases in the order they are offered.
var Bases = []Basis{LegitimateInterest, ConsentBasis, PublicContact, Contract}

// MembershipKey is what is indexed to find the contacts of a list with a status.
func MembershipKey(list string, status MembershipStatus) string {
	return list + "/" + string(status)
}

// FullName joins the names; it is empty for an office without one.
func (c *Contact) FullName() string {
	return strings.TrimSpace(c.FirstName + " " + c.LastName)
}

// DisplayName is the full name or, without one, the address.
func (c *Contact) DisplayName() string {
	return cmp.Or(c.FullName(), c.Email)
}

// Clone returns a copy that shares nothing with the contact that is changed in place.
func (c *Contact) Clone() Contact {
	out := *c
	out.Memberships, out.Consents, out.Earlier = slices.Clone(c.Memberships), slices.Clone(c.Consents), slices.Clone(c.Earlier)
	out.Tags, out.Attributes, out.Merged = slices.Clone(c.Tags), maps.Clone(c.Attributes), slices.Clone(c.Merged)
	out.Topics, out.Kept = slices.Clone(c.Topics), slices.Clone(c.Kept)
	if c.Consent != nil {
		k := *c.Consent
		out.Consent = &k
	}
	return out
}

// Membership returns the contact's membership of a list, or nil.
func (c *Contact) Membership(list string) *Membership {
	return First(c.Memberships, func(m *Membership) bool { return m.List == list })
}

// FirstOn returns the first of some lists the contact is subscribed to, or nil.
func (c *Contact) FirstOn(lists []List) *List {
	return First(lists, func(l *List) bool {
		m := c.Membership(l.ID)
		return m != nil && m.Status == Subscribed
	})
}

// Subscribe puts the contact on a list and reports whether that changed anything. A contact who left by their own act is
// put back only when ownAct is true (their sign-up or preference page); an import or a colleague cannot do it.
func (c *Contact) Subscribe(m Membership, ownAct bool) bool {
	old := c.Membership(m.List)
	switch {
	case old == nil:
		c.Memberships = append(c.Memberships, m)
		return true
	case old.Status == Subscribed, old.Status == Unsubscribed && !ownAct:
		return false
	}
	*old = m
	return true
}

// Leave ends a membership and reports whether that changed anything. A contact leaving a list they are not on is recorded
// as having left it, so that a later import does not put them there.
func (c *Contact) Leave(list string, status MembershipStatus, now time.Time) bool {
	c.withdraw(list, now)
	old := c.Membership(list)
	if old == nil {
		c.Memberships = append(c.Memberships, Membership{List: list, Status: status, Since: now, LeftAt: now})
		return true
	}
	if old.Status == status || old.Status == Unsubscribed {
		return false
	}
	old.Status, old.LeftAt = status, now
	return true
}

// Normalize checks the contact and derives what is indexed. organisation is the organisation's name, for searching.
// Every write goes through it.
func (c *Contact) Normalize(organisation string) error {
	var faults Checks
	if !c.isStored(c.Email) {
		email, err := ParseAddress(c.Email)
		if err != nil {
			faults = append(faults, err)
		} else {
			c.Email, c.Address = email, AddressKey(email)
		}
	}
	c.FirstName, c.LastName = CleanLine(c.FirstName), CleanLine(c.LastName)
	c.Position, c.Phone, c.Place = CleanLine(c.Position), CleanLine(c.Phone), CleanLine(c.Place)
	for _, s := range []struct{ field, value string }{
		{"first_name", c.FirstName}, {"last_name", c.LastName}, {"position", c.Position}, {"place", c.Place}, {"phone", c.Phone},
	} {
		faults.Refuse(LongerThan(s.value, 300), s.field, "this is longer than 300 characters")
	}
	c.Kind = cmp.Or(c.Kind, OtherKind)
	faults.Refuse(!slices.Contains(Kinds, c.Kind), "kind", "the kind %q is not one of journalist, school, business, partner, other", c.Kind)
	if language, err := ParseLanguage(string(c.Language)); err != nil {
		faults = append(faults, err)
	} else {
		c.Language = language
	}
	if zone, err := ParseZone(c.Zone); err != nil {
		faults = append(faults, err)
	} else {
		c.Zone = zone
	}
	if c.Tracking == Individual && !c.MayBeTracked() {
		faults = append(faults, FieldError("tracking", "individual tracking needs a recorded consent or another basis: say when, how and by whom"))
	}
	c.Status = cmp.Or(c.Status, Active)
	c.Tags = cleanTags(c.Tags)
	c.Name = c.SortName()
	c.IndexMemberships()
	c.IndexText(organisation)
	switch c.Frequency {
	case EachMessage:
	case Weekly:
		c.On = append(c.On, digestKey)
	default:
		faults = append(faults, FieldError("frequency", "the frequency %q is not one of weekly or each message", c.Frequency))
	}
	c.Topics = cleanTopics(c.Topics)
	return Together(faults...)
}

// isStored reports whether an address is the one that the contact is stored with. It was checked when it came, maybe by other
// rules: anyone who has it must be able to leave.
func (c *Contact) isStored(email string) bool {
	return c.Version > 0 && c.Address != "" && AddressKey(email) == c.Address
}

// SortName is what tables sort a contact by.
func (c *Contact) SortName() string {
	return cmp.Or(SortKey(strings.TrimSpace(c.LastName+" "+c.FirstName)), c.Address)
}

// IndexMemberships derives from the memberships what is indexed of them. It is all that Normalize has to do again once a
// contact it checked was put on a list.
func (c *Contact) IndexMemberships() {
	c.On = make([]string, 0, len(c.Memberships))
	for _, m := range c.Memberships {
		c.On = append(c.On, MembershipKey(m.List, m.Status))
	}
}

// IndexText derives what the contact is found by; organisation is the organisation's name.
func (c *Contact) IndexText(organisation string) {
	c.Text = SearchText(c.FirstName, c.LastName, c.Email, organisation, c.Place, c.Position) + phoneText(c.Phone)
}

// LongerThan reports whether a text has more characters than n, letters of any script counted alike.
func LongerThan(s string, n int) bool { return len(s) > n && utf8.RuneCountInString(s) > n }

// CleanLine makes one line of a value and drops the space around it, so that no header and no table can be broken by it.
func CleanLine(s string) string {
	if isCleanLine(s) {
		return s
	}
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return r == ' ' || r == '\u00a0' || r < 0x20 || r == 0x7f || r == '\u2028' || r == '\u2029'
	}), " ")
}

// isCleanLine reports whether a line needs no cleaning, as nearly all do not.
func isCleanLine(s string) bool {
	space := true // a space here would stand at the beginning, or after another
	for i := range len(s) {
		switch b := s[i]; {
		case b == ' ' && space, b < ' ', b == 0x7f, b == 0xC2, b == 0xE2: // the last two may begin a space
			return false
		default:
			space = b == ' '
		}
	}
	return !space && utf8.ValidString(s) || s == ""
}

func cleanTags(tags []string) []string {
	out := make([]string, 0, len(tags))
	for _, t := range tags {
		if t = CleanTag(t); t != "" && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	slices.Sort(out)
	return out
}

// CleanTag returns a tag in its stored form.
func CleanTag(s string) string { return strings.ToLower(CleanLine(s)) }

// Gender says how somebody is addressed. It is never guessed from a name: Saša, Vanja and Nikola mislead (G-07).
type Gender string

const (
	Woman Gender = "female"
	Man   Gender = "male"
)

// Genders are all of them in the order they are offered.
var Genders = []Gender{Woman, Man}

// GenderAttribute is the name of the attribute a contact's gender is kept under, as imports bring it.
const GenderAttribute = "gender"

// Gender returns how the contact is addressed, "" where that is not known.
func (c *Contact) Gender() Gender { return ParseGender(c.Attributes[GenderAttribute]) }

// ParseGender reads the words of the four languages; "" for anything else.
func ParseGender(s string) Gender {
	switch Fold(s) {
	case "female", "f", "z", "w", "woman", "zensko", "zenski", "zena", "femme", "feminin", "ms", "mrs", "gda", "gospoda", "gospodja", "madame", "mme":
		return Woman
	case "male", "m", "man", "musko", "muski", "muskarac", "homme", "masculin", "mr", "g", "gdin", "gospodin", "monsieur":
		return Man
	}
	return ""
}

// SalutationAttribute is the name of the attribute that holds a contact's own greeting in a language.
func SalutationAttribute(l Language) string { return "salutation." + string(l) }
