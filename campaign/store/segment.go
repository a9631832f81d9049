package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/segments"

	"github.com/glasnik/glasnik/campaign"
)

// Segments are saved rules.
type Segments struct {
	engine document.Engine
	now    func() time.Time
	rules  *segments.Rules
}

// FindSegments returns all segments by name.
func (s *Segments) FindSegments(ctx context.Context) ([]segment.Segment, error) {
	var docs []segment.Segment
	err := s.engine.Find(ctx, schema.Segments, document.Query{Order: []document.Order{{Field: "key"}}}, &docs)
	slices.SortStableFunc(docs, func(a, b segment.Segment) int { return campaign.CompareNames(a.Name, b.Name) })
	return docs, err
}

// GetSegment reads one segment.
func (s *Segments) GetSegment(ctx context.Context, id string) (segment.Segment, error) {
	return document.Get[segment.Segment](ctx, s.engine, schema.Segments, id)
}

// GetSegmentByName reads the segment whose name folds the same.
func (s *Segments) GetSegmentByName(ctx context.Context, name string) (segment.Segment, error) {
	return document.First[segment.Segment](ctx, s.engine, schema.Segments, document.Equal("key", campaign.Fold(name)))
}

const segmentTaken = "there is a segment named %q already"

// CreateSegment checks and adds a segment; its name must be new.
func (s *Segments) CreateSegment(ctx context.Context, seg *segment.Segment) error {
	seg.ID, seg.Version, seg.CreatedAt, seg.UpdatedAt = cmp.Or(seg.ID, campaign.NewID(s.now())), 1, s.now(), s.now()
	if err := s.checkSegment(ctx, seg); err != nil {
		return err
	}
	return document.SayTaken(document.Insert(ctx, s.engine, schema.Segments, seg), "name", segmentTaken, seg.Name)
}

// UpdateSegment lets fn change a segment and writes it back checked.
func (s *Segments) UpdateSegment(ctx context.Context, id string, fn func(*segment.Segment) error) (segment.Segment, error) {
	seg, err := document.Modify(ctx, s.engine, schema.Segments, id, func(seg *segment.Segment) *int64 { return &seg.Version }, func(seg *segment.Segment) error {
		if err := fn(seg); err != nil {
			return err
		}
		seg.UpdatedAt = s.now()
		return s.checkSegment(ctx, seg)
	})
	return seg, document.SayTaken(err, "name", segmentTaken, seg.Name)
}

func (s *Segments) checkSegment(ctx context.Context, seg *segment.Segment) error {
	if err := seg.Normalize(); err != nil {
		return err
	}
	if err := s.rules.CheckRule(ctx, &seg.Rule); err != nil {
		return err
	}
	return s.rules.CheckNesting(ctx, seg)
}

// SegmentUse is something that uses a segment.
type SegmentUse struct {
	Kind string `json:"kind"` // campaign or segment
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SegmentUses says where a segment is used: in campaigns that can still leave, and in other segments.
func (s *Segments) SegmentUses(ctx context.Context, id string) ([]SegmentUse, error) {
	var uses []SegmentUse
	all, err := s.FindSegments(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Rule.Uses(segment.OfSegment, id) {
			uses = append(uses, SegmentUse{"segment", all[i].ID, all[i].Name})
		}
	}
	var using []campaign.Campaign
	if err := s.engine.Find(ctx, schema.Campaigns, document.Query{Order: []document.Order{{Field: "updated_at", Desc: true}, {Field: "id", Desc: true}}}, &using); err != nil {
		return nil, err
	}
	for _, c := range using {
		if !c.State.Ended() && (slices.Contains(c.Segments, id) || slices.Contains(c.ExcludeSegments, id)) {
			uses = append(uses, SegmentUse{"campaign", c.ID, c.Name})
		}
	}
	return uses, nil
}

// DeleteSegment removes a segment nothing uses.
func (s *Segments) DeleteSegment(ctx context.Context, id string) error {
	uses, err := s.SegmentUses(ctx, id)
	if err != nil {
		return err
	}
	if len(uses) > 0 {
		where := campaign.Collect(uses, func(u SegmentUse) campaign.Text {
			if u.Kind == "campaign" {
				return campaign.Textf("the campaign “%s”", u.Name)
			}
			return campaign.Textf("the segment “%s”", u.Name)
		})
		return campaign.Errorf(campaign.Conflict, "this segment is used in %s: take it out there first", campaign.Join(where, ", "))
	}
	_, err = s.engine.Delete(ctx, schema.Segments, document.ByID(id))
	return err
}

// GetSegments reads the segments with some ids, in that order; a missing one is a NotFound error.
func (s *Segments) GetSegments(ctx context.Context, ids []string) ([]segment.Segment, error) {
	var out []segment.Segment
	for _, id := range ids {
		seg, err := s.GetSegment(ctx, id)
		if campaign.CodeOf(err) == campaign.NotFound {
			return nil, campaign.Errorf(campaign.NotFound, "a segment the campaign goes to, or leaves out, was deleted: take it off the audience")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, seg)
	}
	return out, nil
}
