package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"

	"github.com/glasnik/glasnik/campaign"
)

// eraseEach erases contacts. What is left of them is for overwriteErased.
func (s *Bulks) eraseEach(ctx context.Context, cs []campaign.Contact) ([]*campaign.Erasure, error) {
	var all []*campaign.Erasure
	for i := range cs {
		e, err := s.eraser.TakeOut(ctx, cs[i].ID, true)
		if campaign.CodeOf(err) == campaign.NotFound {
			continue
		}
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

// overwriteErased has what is left of erased contacts overwritten once, and by what words they were found. What a crash keeps
// from that is finished with the other erasures.
func (s *Bulks) overwriteErased(ctx context.Context, all []*campaign.Erasure) error {
	if len(all) == 0 {
		_ = s.engine.Scrub(ctx) // while a page is being read it cannot; the next erasure or night will
		return nil
	}
	_, err := s.eraser.Settle(ctx, all...)
	return err
}

// scrubBulks takes erased people out of what changes of many contacts were asked for by. One that is just erasing contacts needs
// its words to go on, and forgets them when it ends.
func scrubBulks(e document.Engine) erasing.Scrub {
	return func(ctx context.Context, p *erasing.Person) error {
		var docs []Bulk
		if err := e.Find(ctx, bulks, document.Query{}, &docs); err != nil {
			return err
		}
		for i := range docs {
			if b := &docs[i]; b.State.UnderWay() && b.Action.Kind == campaign.BulkErase || !b.Filter.forgetPerson(p.Tells) {
				continue
			}
			_, err := document.Modify(ctx, e, bulks, docs[i].ID, func(b *Bulk) *int64 { return &b.Version }, func(b *Bulk) error { b.Filter.forgetPerson(p.Tells); return nil })
			if campaign.UnlessMissing(err) != nil {
				return err
			}
		}
		return nil
	}
}

// forgetPerson replaces what tells of somebody, and reports whether anything did. What was searched for must not be left
// empty: then the filter would mean everybody.
func (f *ContactFilter) forgetPerson(tells func(string) bool) (changed bool) {
	if tells(f.Search) {
		f.Search, changed = campaign.ErasedPerson, true
	}
	if f.Rule != nil && f.Rule.ForgetPerson(tells) {
		changed = true
	}
	return changed
}

// end ends the work. By what words people were found who are erased now, nobody needs to know.
func (b *Bulk) end(state campaign.BulkState, at time.Time) {
	b.State, b.EndedAt = state, at
	if b.Action.Kind == campaign.BulkErase {
		b.Filter.forgetPerson(func(text string) bool { return text != "" })
	}
}
