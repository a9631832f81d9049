package campaign

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Keys of the layouts the program brings along.
const (
	PressLayout      = "press_release"
	NewsletterLayout = "newsletter"
	InvitationLayout = "invitation"
	LetterLayout     = "letter" // no boxes: it looks as if a person wrote it
)

// BuiltInLayouts are the layouts the program brings along, in the order they are offered.
var BuiltInLayouts = []string{PressLayout, NewsletterLayout, InvitationLayout, LetterLayout}

// LayoutName is the key of a built-in layout as a page labels it.
type LayoutName string

// Layout is a layout the team copied and changed: how a release looks as a message.
type Layout struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	Name      string    `json:"name"`
	Key       string    `json:"key"`    // Fold of the name, which is taken once
	Base      string    `json:"base"`   // the built-in layout it began as, whose plain-text part it has
	Source    string    `json:"source"` // in the language of templates.ParseLayout
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// MaxLayout is how long the source of a layout may be, in octets.
const MaxLayout = 60_000

// Normalize checks all of the layout but its source, which the templates know.
func (l *Layout) Normalize() error {
	l.Name = CleanLine(l.Name)
	l.Key = Fold(l.Name)
	l.Source = strings.ReplaceAll(strings.ToValidUTF8(l.Source, "\uFFFD"), "\r\n", "\n")
	var faults Checks
	faults.Refuse(l.Key == "", "name", "the layout needs a name")
	faults.Refuse(LongerThan(l.Name, 80), "name", "the name is longer than %d characters", 80)
	faults.Refuse(!slices.Contains(BuiltInLayouts, l.Base), "base", "there is no layout %q to begin from", l.Base)
	faults.Refuse(len(l.Source) > MaxLayout, "source", "the layout is longer than %d kB: leave something out", MaxLayout/1000)
	return Together(faults...)
}

// LayoutKey is the key or id of the layout a release is shown in.
func (r *Release) LayoutKey() string {
	byKind := PressLayout
	switch r.Kind {
	case Newsletter:
		byKind = NewsletterLayout
	case Invitation, MediaAdvisory:
		byKind = InvitationLayout
	}
	return cmp.Or(r.Layout, byKind)
}

// Occasion is what an invitation invites to. Where it takes place is said by each version, in its language.
type Occasion struct {
	Start  time.Time `json:"start"`
	End    time.Time `json:"end,omitzero"`
	Zone   string    `json:"zone"`             // time zone of the place
	Map    string    `json:"map,omitempty"`    // address of a map
	Answer string    `json:"answer,omitempty"` // address of the page to answer on; it may be a mailto:
}

// In returns the start and the end in the zone of the place; the end is the zero time where there is none.
func (o *Occasion) In() (start, end time.Time) {
	zone, err := time.LoadLocation(o.Zone)
	if err != nil {
		zone = time.UTC // Normalize refuses it
	}
	if !o.End.IsZero() {
		end = o.End.In(zone)
	}
	return o.Start.In(zone), end
}

// Story is one piece of a newsletter.
type Story struct {
	Headline string `json:"headline"`
	Text     string `json:"text,omitempty"`    // Markdown
	Picture  string `json:"picture,omitempty"` // media:ID of the library, or cid:NAME of an attachment
	Alt      string `json:"alt,omitempty"`     // what the picture shows; "" says what the library or the attachment does
	Link     string `json:"link,omitempty"`
	From     string `json:"from,omitempty"` // id of the release it was taken from
}

// MaxStories is how many stories a newsletter holds.
const MaxStories = 30

// copyOccasion returns an occasion of its own, so that a change of one release does not reach another.
func (r *Release) copyOccasion() {
	if r.Occasion != nil {
		e := *r.Occasion
		r.Occasion = &e
	}
}

// normalizeLayout checks what a release holds for its layout.
func (r *Release) normalizeLayout() error {
	r.Layout = strings.TrimSpace(r.Layout)
	r.copyOccasion()
	e := r.Occasion
	if e == nil {
		return nil
	}
	e.Map, e.Answer, e.Zone = strings.TrimSpace(e.Map), strings.TrimSpace(e.Answer), strings.TrimSpace(e.Zone)
	if *e == (Occasion{Zone: e.Zone}) {
		r.Occasion = nil
		return nil
	}
	e.Start, e.End = e.Start.UTC(), e.End.UTC()
	var faults Checks
	faults.Refuse(e.Start.IsZero(), "event_start", "say when it begins")
	faults.Refuse(!e.End.IsZero() && !e.Start.IsZero() && !e.End.After(e.Start), "event_end", "it ends before it begins")
	_, err := time.LoadLocation(e.Zone)
	faults.Refuse(err != nil || e.Zone == "" || e.Zone == "Local", "event_zone", "there is no time zone %q: write it like Europe/Belgrade", e.Zone)
	e.Map = refuseAddress(&faults, "event_map", e.Map, false)
	e.Answer = refuseAddress(&faults, "event_answer", e.Answer, true)
	return Together(faults...)
}

// refuseAddress checks an address of a page, or of a mailbox where that will do; one without a scheme gets it.
func refuseAddress(faults *Checks, field, s string, mail bool) string {
	if s == "" {
		return ""
	}
	if address := strings.TrimPrefix(s, "mailto:"); mail && strings.Contains(address, "@") && !strings.Contains(address, "/") {
		box, _, _ := strings.Cut(address, "?")
		if _, err := ParseAddress(box); err == nil {
			return "mailto:" + address
		}
	}
	if !strings.Contains(s, ":") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	wrong := err != nil || u.Scheme != "https" && u.Scheme != "http" || !strings.Contains(u.Host, ".") || strings.ContainsAny(s, " \t\n\"<>")
	faults.Refuse(wrong, field, "this is not the address of a web page: write it like https://www.example.org")
	return s
}

// slotName is how a slot of a layout may be called.
var slotName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// IsSlotName reports whether a slot of a layout may be called so.
func IsSlotName(name string) bool { return slotName.MatchString(name) }

// normalizeLayout checks what a version holds for the release's layout.
func (v *Version) normalizeLayout() error {
	var faults Checks
	v.Venue = cleanLines(v.Venue)
	faults.Refuse(LongerThan(v.Venue, 500), "venue", "this is longer than %d characters", 500)
	v.Stories = slices.Clone(v.Stories)
	for i := range v.Stories {
		s := &v.Stories[i]
		s.Headline, s.Picture, s.Alt, s.Link = CleanLine(s.Headline), strings.TrimSpace(s.Picture), CleanLine(s.Alt), strings.TrimSpace(s.Link)
		s.Text = strings.TrimSpace(cleanText(s.Text))
	}
	v.Stories = slices.DeleteFunc(v.Stories, func(s Story) bool { return s.Headline+s.Text+s.Picture+s.Link == "" })
	if len(v.Stories) == 0 {
		v.Stories = nil
	}
	faults.Refuse(len(v.Stories) > MaxStories, "stories", "there are more than %d stories: leave some out", MaxStories)
	for i := range v.Stories {
		s := &v.Stories[i]
		faults.Refuse(s.Headline == "", "stories", "story %d needs a headline", i+1)
		faults.Refuse(s.Picture != "" && !strings.HasPrefix(s.Picture, "media:") && !strings.HasPrefix(s.Picture, "cid:"), "stories", "the picture of story %d must be one of the media library or a file of this release", i+1)
		var wrong Checks
		s.Link = refuseAddress(&wrong, "stories", s.Link, false)
		faults.Refuse(len(wrong) > 0, "stories", "the link of story %d is not the address of a web page: write it like https://www.example.org", i+1)
	}
	v.Slots = maps.Clone(v.Slots)
	maps.DeleteFunc(v.Slots, func(name, text string) bool { return !IsSlotName(name) || strings.TrimSpace(text) == "" })
	for name, text := range v.Slots {
		v.Slots[name] = strings.TrimSpace(cleanText(text))
	}
	if len(v.Slots) == 0 {
		v.Slots = nil
	}
	return Together(faults...)
}

// cleanText keeps a text valid, with line ends of one character.
func cleanText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
}

// cleanLines cleans each line of a text and drops the empty ones.
func cleanLines(s string) string {
	var out []string
	for line := range strings.Lines(cleanText(s)) {
		if line = CleanLine(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}
