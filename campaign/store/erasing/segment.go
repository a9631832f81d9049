package erasing

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// scrubSegments takes the person out of saved rules and out of the rules that runs were made by. The audit log says which
// segments changed: such a condition fits nobody now.
func (r *Eraser) scrubSegments(ctx context.Context, p *Person) error {
	var all []segment.Segment
	if err := r.engine.Find(ctx, schema.Segments, document.Query{Order: []document.Order{{Field: "key"}}}, &all); err != nil {
		return err
	}
	forget := func(seg *segment.Segment) bool {
		changed := seg.Rule.ForgetPerson(p.Tells)
		if p.Tells(seg.Description) {
			seg.Description, changed = campaign.WithoutPerson(seg.Description, p.Words), true
		}
		if p.Tells(seg.Name) { // the id keeps it the only one of its name
			seg.Name, changed = campaign.WithoutPerson(seg.Name, p.Words)+" "+seg.ID, true
			seg.Key = campaign.Fold(seg.Name)
		}
		return changed
	}
	runsToo := false
	for i := range all {
		if !forget(&all[i]) {
			continue
		}
		if !runsToo { // before the segment, which says that it is needed
			if err := r.scrubEditions(ctx, forget); err != nil {
				return err
			}
			runsToo = true
		}
		seg, err := document.Modify(ctx, r.engine, schema.Segments, all[i].ID, func(seg *segment.Segment) *int64 { return &seg.Version }, func(seg *segment.Segment) error {
			forget(seg)
			seg.UpdatedAt = r.now()
			return nil
		})
		if err == nil {
			err = r.journal.Log(ctx, campaign.Entry{Kind: campaign.EditedEntry, Audit: true, Detail: campaign.Textf("Took what names an erased person out of the segment “%s”", seg.Name).Stored()})
		}
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}

// scrubEditions changes segments as runs were made by them. Editions are large: few are read at a time.
func (r *Eraser) scrubEditions(ctx context.Context, forget func(*segment.Segment) bool) error {
	return document.Each(ctx, r.engine, schema.Editions, nil, 20, func(e *edition.Edition) string { return e.ID }, func(e *edition.Edition) error {
		changed := false
		for _, segs := range [][]segment.Segment{e.Segments, e.ExcludeSegments} {
			for i := range segs {
				changed = forget(&segs[i]) || changed
			}
		}
		if !changed {
			return nil
		}
		return r.engine.Upsert(ctx, schema.Editions, e)
	})
}
