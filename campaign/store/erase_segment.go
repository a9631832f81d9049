package store

import (
	"context"
	"fmt"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// teller gives what reports whether a text says who an erased contact was.
func (s *Erasing) teller(e *campaign.Erasure, words []string) func(string) bool {
	theirs := s.book.Known(e.Hashes())
	return func(text string) bool { return campaign.TellsPerson(text, words, theirs) }
}

// scrubSegments takes the person out of the rules that people saved, and out of those runs were made by. The audit log says
// which segment it was: to whoever made it, it asks for nobody now.
func (s *Erasing) scrubSegments(ctx context.Context, e *campaign.Erasure, words []string) error {
	all, err := s.segments.FindSegments(ctx)
	if err != nil {
		return err
	}
	tells := s.teller(e, words)
	forget := func(seg *segment.Segment) bool {
		changed := seg.Rule.ForgetPerson(tells)
		if tells(seg.Description) {
			seg.Description, changed = campaign.WithoutPerson(seg.Description, words), true
		}
		if tells(seg.Name) { // the id keeps it the only one of its name
			seg.Name, changed = campaign.WithoutPerson(seg.Name, words)+" "+seg.ID, true
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
			if err := s.scrubEditions(ctx, forget); err != nil {
				return err
			}
			runsToo = true
		}
		seg, err := document.Modify(ctx, s.engine, schema.Segments, all[i].ID, func(seg *segment.Segment) *int64 { return &seg.Version }, func(seg *segment.Segment) error {
			forget(seg)
			seg.UpdatedAt = s.now()
			return nil
		})
		if err == nil {
			err = s.journal.Log(ctx, campaign.Entry{Kind: campaign.EditedEntry, Audit: true, Detail: fmt.Sprintf("segment “%s”: what named an erased person was taken out", seg.Name)})
		}
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}

// scrubEditions changes segments as runs were made by them. Editions are large: few are read at a time.
func (s *Erasing) scrubEditions(ctx context.Context, forget func(*segment.Segment) bool) error {
	return document.Each(ctx, s.engine, schema.Editions, nil, 20, func(e *edition.Edition) string { return e.ID }, func(e *edition.Edition) error {
		changed := false
		for _, segs := range [][]segment.Segment{e.Segments, e.ExcludeSegments} {
			for i := range segs {
				changed = forget(&segs[i]) || changed
			}
		}
		if !changed {
			return nil
		}
		return s.engine.Upsert(ctx, schema.Editions, e)
	})
}
