package campaign

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// OptIn says what a reader who signs up has to do to be on a list.
type OptIn string

const (
	DoubleOptIn OptIn = "double" // follow the link in a mail that asks whether they meant it
	SingleOptIn OptIn = "single" // nothing more
)

// OptIns are both ways in the order they are offered.
var OptIns = []OptIn{DoubleOptIn, SingleOptIn}

// List is what contacts are put on or subscribe to.
type List struct {
	ID             string    `json:"id"`
	Version        int64     `json:"version"`
	Name           string    `json:"name"`                   // the team's own; readers never see it
	Key            string    `json:"key"`                    // Fold of Name; unique
	Names          Texts     `json:"names,omitempty"`        // as readers see it
	Descriptions   Texts     `json:"descriptions,omitempty"` // for readers
	Unnamed        bool      `json:"unnamed,omitempty"`      // nobody gave it a name for readers yet
	Description    string    `json:"description,omitempty"`  // for readers, of a list of before they had Names and saw Name
	Purpose        string    `json:"purpose,omitempty"`      // why the team keeps it, for the record of processing; readers do not see it
	Owner          string    `json:"owner_id,omitempty"`     // id of the user who answers for it
	Language       Language  `json:"language,omitempty"`     // of members who have none of their own
	Tracking       Tracking  `json:"tracking"`
	Basis          Basis     `json:"basis,omitempty"`           // offered when somebody is put on the list
	RequireConsent bool      `json:"require_consent,omitempty"` // members without recorded consent are not written to by it
	Public         bool      `json:"public"`                    // readers see it on their preference page and may join
	OptIn          OptIn     `json:"opt_in,omitempty"`
	Archived       bool      `json:"archived"`            // takes nobody in and no campaign goes to it; what it was stays on record
	ReachedAt      time.Time `json:"reached_at,omitzero"` // when the last run that went to all members was made, see Contact.FirstBy
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
}

// Growth is how many came to a list and went from it in some time. Who was erased since is in none of the figures.
type Growth struct {
	Joined   int64
	Left     int64 // by their own act
	TakenOff int64 // by the team
	Returned int64 // still on it, but their address turned out not to work
}

// Net is by how many members who can be written to the list grew.
func (g Growth) Net() int64 { return g.Joined - g.Left - g.TakenOff - g.Returned }

// Normalize checks the list and derives what is indexed.
func (l *List) Normalize() error {
	var faults Checks
	l.Name = CleanLine(l.Name)
	faults.Refuse(l.Name == "", "name", "the list needs a name")
	faults.Refuse(LongerThan(l.Name, 120), "name", "the name is longer than 120 characters")
	old := l.isOld()
	l.Names.tidy(&faults, "names", 120, CleanLine)
	l.Descriptions.tidy(&faults, "descriptions", 1000, strings.TrimSpace)
	l.Unnamed = !old && l.Names.Empty()
	faults.Refuse(l.Public && l.PublicNames().Empty(), "names", "readers may join this list: give it a name for them, in one language at least")
	l.Purpose = strings.TrimSpace(l.Purpose)
	faults.Refuse(LongerThan(l.Purpose, 1000), "purpose", "the purpose is longer than 1000 characters")
	l.Tracking = cmp.Or(l.Tracking, Aggregate)
	faults.Refuse(!slices.Contains(Trackings, l.Tracking), "tracking", "the tracking mode %q is not one of none, aggregate, individual", l.Tracking)
	if l.Basis == "" {
		l.Basis = LegitimateInterest
		if l.RequireConsent {
			l.Basis = ConsentBasis
		}
	}
	faults.Refuse(!slices.Contains(Bases, l.Basis), "basis", "the legal basis %q is not one of legitimate_interest, consent, public_contact, contract", l.Basis)
	faults.Refuse(l.RequireConsent && l.Basis != ConsentBasis, "basis", "a list that requires consent has consent as its basis")
	if l.OptIn == "" {
		l.OptIn = SingleOptIn
		if l.Public {
			l.OptIn = DoubleOptIn
		}
	}
	faults.Refuse(!slices.Contains(OptIns, l.OptIn), "opt_in", "%q is not one of double, single", l.OptIn)
	language, err := ParseLanguage(string(l.Language))
	if err == nil {
		l.Language = language
	}
	l.Key = Fold(l.Name)
	return Together(append(faults, err)...)
}

// PublicNames returns the list's name as readers see it: of a list of an older version, its Name.
func (l *List) PublicNames() Texts {
	if l.isOld() {
		return Texts{"": l.Name}
	}
	return l.Names
}

// PublicDescriptions returns what readers are told of the list.
func (l *List) PublicDescriptions() Texts {
	if l.isOld() {
		return Texts{"": l.Description}
	}
	return l.Descriptions
}

func (l *List) isOld() bool { return !l.Unnamed && l.Names.Empty() }

// SetTexts gives the list its name and description for readers.
func (l *List) SetTexts(names, descriptions Texts) {
	l.Names, l.Descriptions, l.Description = names, descriptions, ""
	l.Unnamed = names.Empty()
}

// AsksToConfirm reports whether a reader who signs up gets a mail that asks them to confirm. A list that says nothing does.
func (l *List) AsksToConfirm() bool { return l.OptIn != SingleOptIn }

// TakesNew returns a Conflict error that says why nobody can be put on the list and no campaign made for it, or nil.
func (l *List) TakesNew() error {
	if l.Archived {
		return Errorf(Conflict, "the list “%s” is archived: take it into use again first", l.Name)
	}
	return nil
}

// HeaderID returns the value of List-Id without its angle brackets (RFC 2919): stable while the list lives.
func (l *List) HeaderID(domain string) string {
	return strings.ToLower(l.ID) + ".list." + domain
}

// FirstBy returns the membership by which a contact gets their first message of a list, if they did not sign up for it
// themselves: that message says where their address comes from, why they get it, and how to object (E-13; GDPR art. 14 and
// 21 paragraph 4). It returns nil for any other. That a list reached somebody is known of all its members together, so that it
// costs nothing while a run is sent; of whom it is not sure it is said once more.
func (c *Contact) FirstBy(l *List) *Membership {
	m := c.Membership(l.ID)
	if m == nil || m.Basis == ConsentBasis && m.Consent != "" {
		return nil
	}
	if m.Since.After(l.ReachedAt) || c.PausedUntil.After(l.ReachedAt) {
		return m
	}
	return nil
}

// SourceForReader is a source in words that may be shown to the person: without who of the team brought it in, and of an
// import no more than the file's name.
func SourceForReader(source string) string {
	source = strings.TrimSpace(source)
	for _, begin := range fileBegins {
		source = strings.TrimPrefix(source, begin)
	}
	for _, begin := range []string{" (imported by ", " (recorded by "} {
		if i := strings.LastIndex(source, begin); i >= 0 && strings.HasSuffix(source, ")") {
			source = source[:i]
		}
	}
	return source
}

// SourceBy returns who of the team brought a source in; "" where it does not say.
func SourceBy(source string) string {
	for _, begin := range []string{" (imported by ", " (recorded by "} {
		if i := strings.LastIndex(source, begin); i >= 0 && strings.HasSuffix(source, ")") {
			return source[i+len(begin) : len(source)-1]
		}
	}
	return ""
}

var fileBegins = []string{"import of ", "file "}

// IsFileName reports whether a source is no more than the name of a file, which says nothing to a reader.
func IsFileName(source string) bool {
	name := SourceForReader(source)
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, ".csv") || strings.HasSuffix(lower, ".xlsx") || strings.HasSuffix(lower, ".txt") ||
		slices.ContainsFunc(fileBegins, func(begin string) bool { return strings.HasPrefix(strings.TrimSpace(source), begin) })
}
