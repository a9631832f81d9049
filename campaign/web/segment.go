package web

import (
	"context"

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
		next := segment.Segment{Name: name, Description: seg.Description, Rule: seg.Rule, Owner: v.user.ID}
		err = s.store.CreateSegment(v.ctx(), &next)
		if err == nil {
			return v.done("/segments/"+next.ID+"/edit", "This is a copy of “%s”: give it a name of its own.", seg.Name)
		}
		if campaign.CodeOf(err) != campaign.Conflict {
			break
		}
	}
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
