package edition

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// Part is one of the things an approval is bound to, as people read it and as it is compared.
type Part struct {
	Name string `json:"name"`            // a stored campaign.Text
	Text string `json:"text,omitempty"`  // shown, and compared word by word
	Mark string `json:"mark,omitempty"`  // names what the text does not tell: the bytes of files, what stands behind a name
	Long bool   `json:"long,omitempty"`  // words for readers, not a line about the campaign
	Lang string `json:"lang,omitempty"`  // the version it belongs to
	Of   string `json:"field,omitempty"` // the field of the version, by its name in the form; of others OfKind, OfIdentity or OfSeries

	Schedule *campaign.Schedule `json:"schedule,omitempty"` // what the text of the time is short for
}

// What the text of a part is, where it is told in other words than it is compared by.
const (
	OfKind     = "kind" // of the release
	OfIdentity = "identity"
	OfSeries   = "series" // lines that are stored texts
)

// Snapshot is what an approval was asked for. Its id is that of SnapshotID.
type Snapshot struct {
	ID       string    `json:"id"`
	Campaign string    `json:"campaign_id"`
	Print    string    `json:"print"`
	At       time.Time `json:"at"`
	Parts    []Part    `json:"parts"`
}

// SnapshotID returns the id of what a campaign was when it had a fingerprint.
func SnapshotID(campaignID, print string) string {
	return campaign.DerivedID("snapshot", campaignID, print)
}

// Fingerprint names all that an approval is bound to: it differs whenever a part does.
func Fingerprint(parts []Part) string {
	lines := make([]string, 0, 3*len(parts))
	for _, p := range parts {
		lines = append(lines, p.Name, p.Text, p.Mark)
	}
	return campaign.DerivedID(lines...)
}

// Changed returns the parts that differ between two states, each with what it was; one that was not there is empty.
func Changed(before, after []Part) (was, is []Part) {
	at := func(all []Part, name string) Part {
		if p := campaign.First(all, func(p *Part) bool { return p.Name == name }); p != nil {
			return *p
		}
		return Part{}
	}
	add := func(name string) {
		if b, a := at(before, name), at(after, name); b.Text != a.Text || b.Mark != a.Mark {
			b.Name, a.Name = name, name
			was, is = append(was, b), append(is, a)
		}
	}
	for _, p := range after {
		add(p.Name)
	}
	for _, p := range before {
		if at(after, p.Name).Name == "" {
			add(p.Name)
		}
	}
	return was, is
}

// Names are what stands behind the ids an edition holds, for its parts: the names of lists that are left out, the files of
// the library, and what rules of segments name themselves.
type Names struct {
	Lists    map[string]string
	Files    map[string]string // hashes by the id of the item
	Segments map[string]segment.Segment
}

// Bound lists all that an approval of a campaign is bound to: what readers get in every language, who gets it, from whom, and
// when. This is the one place that knows it. Whatever a campaign or an edition holds beside is part of it too, by the last part:
// a new field is bound until it is taken out in the rest of one of the two.
func Bound(e *Edition, c *campaign.Campaign, names Names) []Part {
	b := &binder{}
	for i := range e.Release.Versions {
		b.version(&e.Release.Versions[i])
	}
	b.release(e, names)
	b.look(e)
	b.audience(e, names)
	if e.Follow.Any() {
		b.line(campaign.Textf("bound: Follows"), strings.Join(strings.Fields(fmt.Sprint(e.Follow.Kind, " ", e.Follow.Source, " ", e.Follow.Run, " ", e.Follow.Days)), " "), mark(e.Follow))
	}
	b.line(campaign.Textf("Sender"), fmt.Sprintf("%s <%s> %s", c.Sender.Name, c.Sender.Email, c.Sender.ReplyTo), "")
	sch := c.Schedule
	b.parts = append(b.parts, Part{Name: campaign.Textf("Time").Stored(), Text: timeOf(&sch), Mark: mark(sch), Schedule: &sch})
	b.test(e)
	b.line(campaign.Textf("bound: Everything else"), "", mark(restOf(e), restOfCampaign(c)))
	return b.parts
}

// test adds the rule of an A/B test, and what each arm has that is not the campaign's own.
func (b *binder) test(e *Edition) {
	t := e.ABTest
	if t == nil {
		return
	}
	b.line(campaign.Textf("A/B test"), fmt.Sprintf("%s, %d variants, %d %%, %d h, %s", t.Of, t.Count(), t.Share, t.Hours, t.Unclear), mark(t))
	for _, arm := range t.Names()[1:] {
		if t.Of == campaign.BySender {
			from := t.Sender(e.Sender, arm)
			b.line(campaign.Textf("A/B test, variant %s", campaign.ArmName(arm)), fmt.Sprintf("%s <%s> %s", from.Name, from.Email, from.ReplyTo), "")
			continue
		}
		for i := range e.Release.Versions {
			v := &e.Release.Versions[i]
			name := campaign.Textf("%s: %s", v.Language.Name(), campaign.Textf("A/B test, variant %s", campaign.ArmName(arm)))
			b.parts = append(b.parts, Part{Name: name.Stored(), Text: t.Text(v, arm), Long: true, Lang: string(v.Language)})
		}
	}
}

type binder struct{ parts []Part }

// line adds a part; one of which there is nothing is left out.
func (b *binder) line(name campaign.Text, text, mark string) {
	if text != "" || mark != "" {
		b.parts = append(b.parts, Part{Name: name.Stored(), Text: text, Mark: mark})
	}
}

// mark names values that are compared and not shown.
func mark(values ...any) string {
	text, err := json.Marshal(values)
	if err != nil { // there is nothing in them that cannot be written
		panic(err)
	}
	return campaign.DerivedID(string(text))
}

// fields are the labels of what a version says, by the names of the form.
var fields = []struct {
	of    campaign.CommentField
	label campaign.Text
}{
	{"subject", campaign.Textf("Subject")}, {"preheader", campaign.Textf("First line in the inbox")}, {"headline", campaign.Textf("Headline")}, {"subhead", campaign.Textf("Subhead")},
	{"lead", campaign.Textf("Lead")}, {"body", campaign.Textf("Body")}, {"about", campaign.Textf("About us")}, {"notes", campaign.Textf("Notes to editors")},
}

func (b *binder) version(v *campaign.Version) {
	add := func(of string, label campaign.Text, text, mark string) {
		if text == "" && mark == "" {
			return
		}
		name := campaign.Textf("%s: %s", v.Language.Name(), label)
		b.parts = append(b.parts, Part{Name: name.Stored(), Text: text, Mark: mark, Long: true, Lang: string(v.Language), Of: of})
	}
	for _, f := range fields {
		add(string(f.of), f.label, f.of.Of(v), "")
	}
	var quotes, stories []string
	for _, q := range v.Quotes {
		quotes = append(quotes, strings.Join([]string{q.Text, q.Name, q.Role, q.Organisation}, "\n"))
	}
	add("quotes", campaign.Textf("Quotations"), strings.Join(quotes, "\n\n"), "")
	for _, s := range v.Stories {
		stories = append(stories, strings.Join([]string{s.Headline, s.Text, s.Link, s.Alt}, "\n"))
	}
	var stored string
	if len(v.Stories) > 0 {
		stored = mark(v.Stories)
	}
	add("stories", campaign.Textf("Stories"), strings.Join(stories, "\n\n"), stored)
	for _, slot := range slices.Sorted(maps.Keys(v.Slots)) {
		add("", campaign.Textf("%s", slot), v.Slots[slot], "")
	}
	add("", campaign.Textf("Place and date"), strings.TrimSpace(v.Place+" "+v.Date+" "+v.Venue), "")
	add("", campaign.Textf("Media contact"), strings.Join(strings.Fields(strings.Join([]string{v.Contact.Name, v.Contact.Phone, v.Contact.Email, v.Contact.Languages}, " ")), " "), "")
	rest := v.Text()
	rest.Subject, rest.Preheader, rest.Headline, rest.Subhead, rest.Lead, rest.Body, rest.About, rest.Notes = "", "", "", "", "", "", "", ""
	rest.Quotes, rest.Stories, rest.Slots, rest.Place, rest.Date, rest.Venue, rest.Contact = nil, nil, nil, "", "", "", campaign.MediaContact{}
	add("", campaign.Textf("bound: Everything else"), "", mark(rest, v.Subject != ""))
}

func (b *binder) release(e *Edition, names Names) {
	r := &e.Release
	b.parts = append(b.parts, Part{Name: campaign.Textf("Kind").Stored(), Text: string(r.Kind), Of: OfKind})
	b.line(campaign.Textf("Languages"), strings.Join(campaign.Collect(r.Available(), func(l campaign.Language) string { return l.Name() }), ", "), mark(r.Source))
	if !r.Embargo.IsZero() {
		b.line(campaign.Textf("Embargo"), r.Embargo.UTC().Format(time.RFC3339)+" "+r.Zone, "")
	}
	b.line(campaign.Textf("Topics"), strings.Join(r.Topics, ", "), "")
	var files []string
	for _, a := range r.Attachments {
		files = append(files, a.Name)
	}
	if len(r.Attachments) > 0 {
		b.line(campaign.Textf("Files"), strings.Join(files, ", "), mark(r.Attachments))
	}
	if len(r.Kit) > 0 {
		b.line(campaign.Textf("Press kit"), fmt.Sprint(len(r.Kit)), mark(r.Kit))
	}
	if len(names.Files) > 0 {
		b.line(campaign.Textf("Pictures and files"), fmt.Sprint(len(names.Files)), mark(names.Files, e.Pictures))
	}
	if r.ListSources {
		var sources []string
		for _, s := range r.Sources {
			sources = append(sources, strings.Join(strings.Fields(s.Title+" "+s.Link+" "+s.Date), " "))
		}
		b.line(campaign.Textf("Sources"), strings.Join(sources, "\n"), "")
	}
	if r.Occasion != nil {
		b.line(campaign.Textf("bound: Occasion"), fmt.Sprintf("%s – %s %s %s", r.Occasion.Start.UTC().Format(time.RFC3339), r.Occasion.End.UTC().Format(time.RFC3339), r.Occasion.Map, r.Occasion.Answer), mark(r.Occasion))
	}
}

// look is how a message shows the organisation.
func (b *binder) look(e *Edition) {
	b.line(campaign.Textf("Layout"), e.Release.Layout, "")
	if e.Layout != nil {
		b.line(campaign.Textf("bound: Source of the layout"), e.Layout.Source, mark(e.Layout.Base))
	}
	brand := &e.Brand
	lines := []string{brand.Name, brand.Address, brand.Website, brand.Privacy, brand.Contact}
	for _, texts := range []campaign.Texts{brand.Names, brand.Greeting, brand.Footer, brand.Funding} {
		for _, l := range slices.Sorted(maps.Keys(texts)) {
			lines = append(lines, texts[l])
		}
	}
	b.parts = append(b.parts, Part{Name: campaign.Textf("Identity").Stored(), Text: strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n"), Mark: mark(brand), Of: OfIdentity})
}

func (b *binder) audience(e *Edition, names Names) {
	type list struct {
		ID       string
		Names    campaign.Texts
		Language campaign.Language
		Tracking campaign.Tracking
		Consent  bool
	}
	var shown []string
	var exact []list
	for _, l := range e.Lists {
		shown = append(shown, l.Name)
		exact = append(exact, list{l.ID, l.PublicNames(), l.Language, l.Tracking, l.RequireConsent})
	}
	b.line(campaign.Textf("Lists it goes to"), strings.Join(shown, ", "), mark(exact))
	if len(e.Exclude) > 0 {
		out := campaign.Collect(e.Exclude, func(id string) string { return cmp.Or(names.Lists[id], id) })
		b.line(campaign.Textf("Not to those on"), strings.Join(out, ", "), mark(e.Exclude))
	}
	b.segments(campaign.Textf("Only members who are in one of"), e.Segments)
	b.segments(campaign.Textf("Not to those in"), e.ExcludeSegments)
	var within []segment.Segment
	for _, id := range slices.Sorted(maps.Keys(names.Segments)) {
		within = append(within, names.Segments[id])
	}
	b.segments(campaign.Textf("bound: Segments that the rules name"), within)
	b.line(campaign.Textf("bound: Choices of the audience"), "", mark(e.RequireConsent, e.LeaveToDigest))
}

// segments adds segments with their rules.
func (b *binder) segments(name campaign.Text, all []segment.Segment) {
	var lines []string
	var exact []any
	for i := range all {
		lines = append(lines, all[i].Name+": "+all[i].Rule.String())
		exact = append(exact, all[i].ID, all[i].Rule)
	}
	if len(all) > 0 {
		b.line(name, strings.Join(lines, "\n"), mark(exact...))
	}
}

// timeOf writes a schedule shortly, as it is stored.
func timeOf(s *campaign.Schedule) string {
	switch s.Kind {
	case campaign.Once:
		return strings.Replace(s.Wall, "T", " ", 1) + " " + s.Zone
	case campaign.ByCron:
		return s.Cron + " " + s.Zone
	case campaign.BySeries:
		return "–" // the waits of the series are a part of their own
	case campaign.ByRule:
		rule, err := json.Marshal(s.Rule)
		if err != nil {
			panic(err)
		}
		return strings.Join(strings.FieldsFunc(string(rule), func(r rune) bool { return strings.ContainsRune(`{}"`, r) }), "") + " " + s.Zone
	}
	return "–"
}

// restOf is an edition without what has a part of its own, and without what says nothing to readers and changes by itself.
func restOf(e *Edition) *Edition {
	rest := *e
	rest.ID, rest.Name, rest.Sender, rest.Lists, rest.Exclude, rest.Segments, rest.ExcludeSegments = "", "", campaign.Sender{}, nil, nil, nil, nil
	rest.Step = nil // the series has parts of its own
	rest.RequireConsent, rest.LeaveToDigest, rest.Brand, rest.Layout, rest.Tracked, rest.Pictures, rest.Media = false, false, campaign.Brand{}, nil, nil, nil, nil
	r := &rest.Release
	r.ID, r.Version, r.Title, r.Owner, r.Text, r.CreatedAt, r.UpdatedAt, r.Archived, r.Overrides, r.EditionOf, r.PublishedAt, r.Publication = "", 0, "", "", "", time.Time{}, time.Time{}, false, nil, "", time.Time{}, nil
	r.Kind, r.Source, r.Embargo, r.Zone, r.Versions, r.Attachments, r.Kit, r.Media, r.Topics = "", "", time.Time{}, "", nil, nil, nil, nil, nil
	r.Sources, r.Layout, r.Occasion = nil, "", nil
	return &rest
}

// restOfCampaign is a campaign without what has a part of its own, and without where it stands.
func restOfCampaign(c *campaign.Campaign) *campaign.Campaign {
	rest := *c
	rest.ID, rest.Version, rest.Name, rest.SortName, rest.Release, rest.Lists, rest.Exclude, rest.Segments, rest.ExcludeSegments = "", 0, "", "", "", nil, nil, nil, nil
	rest.RequireConsent, rest.ToEveryone, rest.Sender, rest.Schedule, rest.State, rest.NextAt, rest.NextWall = false, false, campaign.Sender{}, campaign.Schedule{}, "", time.Time{}, ""
	rest.LastRun, rest.Note, rest.Despite, rest.DespiteOf, rest.Owner, rest.Approval, rest.AloneAt, rest.CreatedAt, rest.UpdatedAt, rest.JoinUntil = "", "", "", "", "", nil, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	return &rest
}
