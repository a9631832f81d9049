package web

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// segmentPages are the pages about segments.
type segmentPages struct {
	*panel
	store   segmentStore
	offers  *offers
	tables  *contactTables
	sampled minutely // users who were shown examples
}

type segmentStore interface {
	CheckRule(ctx context.Context, r *segment.Rule) error
	CompleteRule(ctx context.Context, text string, cursor int) (segment.Completion, error)
	CountContacts(ctx context.Context, f store.ContactFilter) (int64, error)
	CountRule(ctx context.Context, r *segment.Rule) (segment.Count, error)
	CreateSegment(ctx context.Context, seg *segment.Segment) error
	DeleteSegment(ctx context.Context, id string) error
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	FindContacts(ctx context.Context, f store.ContactFilter, p store.Page) ([]campaign.Contact, string, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindSegments(ctx context.Context) ([]segment.Segment, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetSegment(ctx context.Context, id string) (segment.Segment, error)
	KnownAttributes(ctx context.Context) ([]string, error)
	ReadRule(ctx context.Context, text string) (segment.Rule, error)
	SegmentUses(ctx context.Context, id string) ([]store.SegmentUse, error)
	UpdateSegment(ctx context.Context, id string, fn func(*segment.Segment) error) (segment.Segment, error)
}

// segmentRow is a segment with how many contacts are in it and where it is used.
type segmentRow struct {
	segment.Segment
	Text    string
	Count   int64
	Problem string // why it cannot be counted
	Uses    []store.SegmentUse
}

type segmentsPage struct {
	Page
	Rows []segmentRow
}

func (s *segmentPages) index(v *visit) error {
	p := segmentsPage{Page: v.page("segments", "Segments")}
	all, err := s.store.FindSegments(v.ctx())
	if err != nil {
		return err
	}
	for i := range all {
		row, err := s.row(v, &all[i])
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	return v.show("segments", &p)
}

func (s *segmentPages) row(v *visit, seg *segment.Segment) (segmentRow, error) {
	row := segmentRow{Segment: *seg}
	err := s.store.CheckRule(v.ctx(), &seg.Rule)
	row.Text = seg.Rule.String()
	if err == nil {
		row.Count, err = s.store.CountContacts(v.ctx(), store.ContactFilter{Rule: &seg.Rule})
	}
	if code := campaign.CodeOf(err); code == campaign.Invalid {
		row.Problem, err = templates.SentenceOf(v.language, err), nil // what it names is gone: the page says so and goes on
	}
	if err != nil {
		return row, err
	}
	row.Uses, err = s.store.SegmentUses(v.ctx(), seg.ID)
	return row, err
}

// segmentPage is one segment: its rule, who is in it, where it is used.
type segmentPage struct {
	Page
	Row    segmentRow
	Owner  string
	Sample []contactRow
}

// sampleSize is how many contacts of a rule are shown.
const sampleSize = 10

func (s *segmentPages) show(v *visit) error {
	seg, err := s.store.GetSegment(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "segment")
	}
	p := segmentPage{Page: v.page("segments", "%s", seg.Name)}
	if p.Row, err = s.row(v, &seg); err != nil {
		return err
	}
	if p.Owner, err = s.offers.userName(v.ctx(), seg.Owner); err != nil {
		return err
	}
	if p.Row.Problem == "" {
		if p.Sample, err = s.sample(v, &seg.Rule); err != nil {
			return err
		}
	}
	return v.show("segment", &p)
}

func (s *segmentPages) sample(v *visit, r *segment.Rule) ([]contactRow, error) {
	found, _, err := s.store.FindContacts(v.ctx(), store.ContactFilter{Rule: r}, store.Page{Limit: sampleSize})
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		if err := s.noteSample(v); err != nil {
			return nil, err
		}
	}
	return s.tables.rows(v.ctx(), found)
}

// noteSample logs that persons are shown as examples, once a minute for each user: they change while a rule is typed.
func (s *segmentPages) noteSample(v *visit) error {
	if !s.sampled.first(v.user.ID, s.Now()) {
		return nil
	}
	return s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ViewedEntry, Audit: true, Detail: campaign.Textf("Looked at examples of a segment").Stored()})
}

// duplicate makes another segment with the same rule.
func (s *segmentPages) duplicate(v *visit) error {
	seg, err := s.store.GetSegment(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "segment")
	}
	name := seg.Name
	for range 20 {
		name = v.say("%s (copy)", name)
		next := segment.Segment{ID: v.once(), Name: name, Description: seg.Description, Rule: seg.Rule, Owner: v.user.ID}
		err = s.store.CreateSegment(v.ctx(), &next)
		if err == nil || v.madeBefore(err, next.ID, s.hasSegment) {
			return v.done("/segments/"+next.ID+"/edit", "This is a copy of “%s”: give it a name of its own.", seg.Name)
		}
		if campaign.CodeOf(err) != campaign.Conflict {
			break
		}
	}
	return err
}

func (s *segmentPages) hasSegment(ctx context.Context, id string) error {
	_, err := s.store.GetSegment(ctx, id)
	return err
}

func (s *segmentPages) deletion() deletion {
	return deletion{
		what: "segment", question: campaign.Textf("Delete the segment “%s”?"), delete: s.store.DeleteSegment,
		detail: campaign.Textf("The contacts in it stay as they are. A segment that a campaign or another segment uses cannot be deleted."),
		name: func(ctx context.Context, id string) (string, error) {
			r, err := s.store.GetSegment(ctx, id)
			return r.Name, err
		},
	}
}

// say puts words into the page's language.
func (l lineOf) say(t campaign.Text) string { return templates.Say(l.Page.Language, t) }

// Fields are the fields a rule can ask about.
func (l lineOf) Fields() []templates.Option {
	out := []templates.Option{{Label: l.say(campaign.Textf("Ask about …"))}}
	for _, f := range segment.Fields {
		out = append(out, templates.Option{Value: f.Name, Label: l.say(fieldWords[f.Name])})
	}
	return out
}

// fieldWords are the fields as they are offered.
var fieldWords = map[string]campaign.Text{
	"kind":           campaign.Textf("Kind of contact"),
	"language":       campaign.Textf("Language"),
	"script":         campaign.Textf("Script"),
	"status":         campaign.Textf("Status of the address"),
	"tracking":       campaign.Textf("Tracking"),
	"basis":          campaign.Textf("Legal basis"),
	"tag":            campaign.Textf("Tag"),
	"place":          campaign.Textf("Place"),
	"zone":           campaign.Textf("Time zone"),
	"organisation":   campaign.Textf("Organisation"),
	"position":       campaign.Textf("Position"),
	"name":           campaign.Textf("First and last name"),
	"address":        campaign.Textf("E-mail address"),
	"phone":          campaign.Textf("Phone"),
	"source":         campaign.Textf("Where the address comes from"),
	"search":         campaign.Textf("Search finds"),
	"attribute":      campaign.Textf("Attribute"),
	"list":           campaign.Textf("On the list"),
	"unconfirmed":    campaign.Textf("Unconfirmed on the list"),
	"unsubscribed":   campaign.Textf("Left the list"),
	"removed":        campaign.Textf("Taken off the list"),
	"joined":         campaign.Textf("Came to the list"),
	"segment":        campaign.Textf("In the segment"),
	"sent":           campaign.Textf("Was sent"),
	"opened":         campaign.Textf("Is known to have opened"),
	"clicked":        campaign.Textf("Is known to have clicked"),
	"no_open_known":  campaign.Textf("No open is known of"),
	"no_click_known": campaign.Textf("No click is known of"),
	"last_sent":      campaign.Textf("Was last sent anything"),
	"score":          campaign.Textf("Engagement, 0 to 100"),
	"created":        campaign.Textf("Added on"),
	"updated":        campaign.Textf("Changed on"),
}

// opWords are the comparisons in words.
var opWords = map[segment.Op]campaign.Text{
	segment.Is: campaign.Textf("rule: is"), segment.IsNot: campaign.Textf("rule: is not"), segment.OneOf: campaign.Textf("rule: is one of"), segment.NoneOf: campaign.Textf("rule: is none of"), segment.Contains: campaign.Textf("rule: contains"),
	segment.Begins: campaign.Textf("rule: begins with"), segment.Empty: campaign.Textf("rule: is empty"), segment.NotEmpty: campaign.Textf("rule: is not empty"),
	segment.Less: campaign.Textf("rule: less than"), segment.AtMost: campaign.Textf("rule: at most"), segment.More: campaign.Textf("rule: more than"), segment.AtLeast: campaign.Textf("rule: at least"),
}

// dateWords are the comparisons of days: less is before.
var dateWords = map[segment.Op]campaign.Text{
	segment.Is: campaign.Textf("day: on"), segment.Less: campaign.Textf("day: before"), segment.AtMost: campaign.Textf("day: until"), segment.More: campaign.Textf("day: after"), segment.AtLeast: campaign.Textf("day: from"),
}

// Ops are the comparisons of the line's field.
func (l lineOf) Ops() []templates.Option {
	f := l.field()
	if f == nil {
		return nil
	}
	var out []templates.Option
	for _, op := range f.Ops() {
		label := opWords[op]
		if word := dateWords[op]; f.Kind == segment.DateField && !word.IsZero() && l.first().As == string(segment.AsDate) {
			label = word
		}
		out = append(out, templates.Option{Value: string(op), Label: l.say(label)})
	}
	return out
}

var typeWords = map[segment.As]campaign.Text{
	segment.AsText: campaign.Textf("type: text"), segment.AsNumber: campaign.Textf("type: number"), segment.AsDate: campaign.Textf("type: day"), segment.AsYesNo: campaign.Textf("type: yes or no"), segment.AsAgo: campaign.Textf("type: ago"),
}

// Types are the types a value of the line can have, where there is a choice.
func (l lineOf) Types() []templates.Option {
	var out []templates.Option
	kinds := l.types()
	for _, k := range kinds {
		out = append(out, templates.Option{Value: string(k), Label: l.say(typeWords[k])})
	}
	if len(kinds) < 2 || !l.HasValues() {
		return nil
	}
	return out
}

// Choices are the values of a field that has only some.
func (l lineOf) Choices() []templates.Option {
	f := l.field()
	if f == nil || f.Kind != segment.ChoiceField {
		return nil
	}
	var out []templates.Option
	for _, c := range f.Choices {
		out = append(out, templates.Option{Value: c, Label: templates.Label(l.Page.Language, f.Meaning(c))})
	}
	return out
}

// Has reports whether a value stands in the line.
func (n *ruleNode) Has(value string) bool {
	return slices.ContainsFunc(n.Values, func(v nodeValue) bool { return v.Text == value })
}

// first returns the first value, or an empty one of the right type.
func (n *ruleNode) first() nodeValue {
	if len(n.Values) > 0 {
		return n.Values[0]
	}
	return nodeValue{As: string(n.types()[0])}
}

// Filled are the values, with an empty one at the end where the line compares with several or has none.
func (n *ruleNode) Filled() []nodeValue {
	out := slices.Clone(n.Values)
	if len(out) == 0 || n.HasMany() {
		out = append(out, nodeValue{As: n.first().As})
	}
	return out
}

// Suggests is the kind of thing that is offered while a value is typed.
func (n *ruleNode) Suggests() string {
	switch n.Field {
	case "tag":
		return "tags"
	case "organisation":
		return "organisations"
	}
	return ""
}

// Placeholder shows how a value is written.
func (v nodeValue) Placeholder() string {
	return map[segment.As]string{segment.AsAgo: "30 days", segment.AsDate: "2026-01-31", segment.AsNumber: "10000", segment.AsYesNo: "yes"}[segment.As(v.As)]
}

// Which asks for the record the line names.
func (l lineOf) Which() string { return l.say(whichWords[segment.NameKind(l.OfKind())]) }

var whichWords = map[segment.NameKind]campaign.Text{
	segment.OfList: campaign.Textf("which list?"), segment.OfCampaign: campaign.Textf("which campaign?"), segment.OfSegment: campaign.Textf("which segment?"),
}

// OfKind is the kind of what the line names after its field, "" for nothing.
func (n *ruleNode) OfKind() string {
	if !n.takesOf() {
		return ""
	}
	return string(n.field().Of)
}

// TakesLink reports whether the line can be about one link.
func (n *ruleNode) TakesLink() bool { return n.Field == "clicked" || n.Field == "no_click_known" }

// asOffered says a fault of a line with the names under which the page offers fields and comparisons.
func asOffered(t campaign.Text) campaign.Text {
	t.Args = campaign.Collect(t.Args, func(a any) any {
		switch word := a.(type) {
		case segment.Keyword:
			return fieldWords[string(word)]
		case segment.Op:
			if words, ok := opWords[word]; ok {
				return words
			}
		}
		return a
	})
	return t
}
