package importing

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// write is the third stage: it adds the new contacts of a load.
func (w *work) write(ctx context.Context, l *load) error {
	if l.insert == nil {
		return w.applyAgainst(ctx, l)
	}
	err := w.addUndoOfAdded(ctx, l)
	if err == nil {
		err = w.addBeside(ctx, l) // before the contacts, so that none is without
	}
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	n, err := l.insert(ctx)
	if l.insert = nil; err == nil && n < int64(len(l.added)) {
		err = w.updateAddedMeanwhile(ctx, l)
	}
	if err == nil {
		err = w.applyAgainst(ctx, l)
	}
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	return nil
}

// updateAddedMeanwhile merges new rows into contacts that somebody else added since they were looked up.
func (w *work) updateAddedMeanwhile(ctx context.Context, l *load) error {
	addresses := campaign.Collect(l.added, func(i int) string { return l.rows[i].Contact.Address })
	there, err := w.contactsByAddress(ctx, addresses)
	if err != nil {
		return err
	}
	var changed []change
	for _, i := range l.added {
		ours := &l.rows[i].Contact
		switch old := there[ours.Address]; {
		case old == nil: // its id was taken, or the contact somebody else added is gone again
			l.results[i].Outcome, l.results[i].Reason = campaign.RowRejected, campaign.Textf("it could not be added at this moment: run the import again")
		case old.ID != ours.ID && l.merger.plan(old, &l.rows[i], &l.results[i]):
			changed = append(changed, change{old, &l.rows[i], &l.results[i]})
		}
	}
	return w.update(ctx, &l.merger, changed)
}

// change is a row that changes an existing contact.
type change struct {
	old    *campaign.Contact
	row    *campaign.ImportRow
	result *campaign.ImportResult
}

// update merges rows into existing contacts, each by itself: others may be changing them too.
func (w *work) update(ctx context.Context, m *merger, changed []change) error {
	if err := w.addUndoOfChanged(ctx, m, changed); err != nil {
		return err
	}
	for _, c := range changed {
		now, err := w.contacts.ChangeContact(ctx, c.old.ID, func(now *campaign.Contact) error {
			c.result.Fields = m.merge(now, c.row)
			return nil
		})
		if err == nil && slices.Contains(c.result.Fields, "attributes") {
			err = w.book.AddBeside(ctx, &now)
		}
		if code := campaign.CodeOf(err); code == campaign.NotFound || code == campaign.Invalid || code == campaign.Conflict {
			c.result.Outcome, c.result.Reason, c.result.Fields = campaign.RowRejected, campaign.TextOf(err), nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// addUndoOfAdded stores the undo record of the contacts a load adds.
func (w *work) addUndoOfAdded(ctx context.Context, l *load) error {
	c := &campaign.UndoRecord{Added: make([]string, len(l.added))}
	for n, i := range l.added {
		c.Added[n] = l.rows[i].Contact.ID
	}
	return w.record.addUndo(ctx, c)
}

// addUndoOfChanged stores the undo records of contacts that rows change.
func (w *work) addUndoOfChanged(ctx context.Context, m *merger, changed []change) error {
	if len(changed) == 0 {
		return nil
	}
	docs := make([]any, len(changed))
	for i, c := range changed {
		if docs[i] = (&campaign.UndoRecord{Contact: c.old.ID, Before: c.old}); w.record.isOurs(c.old, m.list) { // this import added it, so undoing deletes it
			docs[i] = &campaign.UndoRecord{Added: []string{c.old.ID}, Version: c.old.Version + 1}
		}
	}
	return w.record.addUndo(ctx, docs...)
}

// addBeside records the further addresses of a load's new contacts.
func (w *work) addBeside(ctx context.Context, l *load) error {
	cs := campaign.Collect(l.added, func(i int) *campaign.Contact { return &l.rows[i].Contact })
	return w.book.AddBeside(ctx, cs...)
}

// applyAgainst applies the rows of a load that say no where an earlier row with the same address did not: a no counts on
// whichever line it stands. The earlier rows are written by now.
func (w *work) applyAgainst(ctx context.Context, l *load) error {
	if len(l.against) == 0 {
		return nil
	}
	addresses := campaign.Collect(l.against, func(i int) string { return l.rows[i].Contact.Address })
	there, err := w.contactsByAddress(ctx, addresses)
	if asked := (&load{rows: l.rows, results: l.results, candidates: l.against}); err == nil && !w.empty && len(there) < len(addresses) {
		if err = w.lookUp(ctx, asked); err == nil {
			maps.Copy(there, asked.others.Former) // they have another address now
		}
	}
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	var changed []change
	for _, i := range l.against {
		r, result := &l.rows[i], &l.results[i]
		duplicate := *result
		old := there[r.Contact.Address]
		r.Contact = campaign.Contact{Email: r.Contact.Email, Address: r.Contact.Address, Kind: campaign.OtherKind, Source: w.options.Source}
		r.Organisation = ""
		switch {
		case old == nil && w.options.DryRun:
			result.Outcome, result.Reason = campaign.RowNotActive, campaign.Textf("%s; %s: not written to", duplicate.Reason, standingWords(r))
		case old == nil: // the earlier row led to nobody
		case l.merger.plan(old, r, result):
			result.Reason = campaign.Textf("%s; %s", duplicate.Reason, result.Reason)
			changed = append(changed, change{old, r, result})
		default:
			*result = duplicate
		}
	}
	if w.options.DryRun {
		return nil
	}
	return w.update(ctx, &l.merger, changed)
}
