package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

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

func (s *Server) segments(v *visit) error {
	p := segmentsPage{Page: v.page("Segments", "segments")}
	all, err := s.store.FindSegments(v.ctx())
	if err != nil {
		return err
	}
	for i := range all {
		row, err := s.segmentRow(v, &all[i])
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	return v.show("segments", &p)
}

func (s *Server) segmentRow(v *visit, seg *segment.Segment) (segmentRow, error) {
	row := segmentRow{Segment: *seg}
	err := s.store.CheckRule(v.ctx(), &seg.Rule)
	row.Text = seg.Rule.String()
	if err == nil {
		row.Count, err = s.store.CountContacts(v.ctx(), store.ContactFilter{Rule: &seg.Rule})
	}
	if code := campaign.CodeOf(err); code == campaign.Invalid {
		row.Problem, err = sentence(err.Error()), nil // what it names is gone: the page says so and goes on
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

func (s *Server) segment(v *visit) error {
	seg, err := s.store.GetSegment(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "segment")
	}
	p := segmentPage{Page: v.page(seg.Name, "segments")}
	if p.Row, err = s.segmentRow(v, &seg); err != nil {
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

func (s *Server) sample(v *visit, r *segment.Rule) ([]contactRow, error) {
	found, _, err := s.store.FindContacts(v.ctx(), store.ContactFilter{Rule: r}, store.Page{Limit: sampleSize})
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		if err := v.noteSample(); err != nil {
			return nil, err
		}
	}
	return s.tables.rows(v.ctx(), found)
}

// duplicateSegment makes another segment with the same rule.
func (s *Server) duplicateSegment(v *visit) error {
	seg, err := s.store.GetSegment(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "segment")
	}
	name := seg.Name
	for range 20 {
		name += " (copy)"
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

func (s *Server) askDeleteSegment(v *visit) error {
	seg, err := s.store.GetSegment(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "segment")
	}
	return v.show("confirm", &confirmPage{
		Page: v.page("Delete segment", "segments"), Question: "Delete the segment “" + seg.Name + "”?", Do: "Delete the segment", Back: "/segments/" + seg.ID,
		Detail: "The contacts in it stay as they are. A segment that a campaign or another segment uses cannot be deleted.",
	})
}

func (s *Server) deleteSegment(v *visit) error {
	seg, err := s.store.GetSegment(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "segment")
	}
	v.tell(seg.Name)
	if err := s.store.DeleteSegment(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "segment")
	}
	return v.done("/segments", "The segment is deleted.")
}
