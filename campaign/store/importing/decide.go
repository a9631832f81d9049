package importing

import (
	"context"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// decider is the second stage: it looks addresses up, decides what becomes of each row, changes existing contacts and prepares
// the new ones.
type decider struct {
	*work
	list          campaign.List
	merger        merger
	organisations organisations
}

func newDecider(w *work, list campaign.List) *decider {
	return &decider{
		work: w, list: list, merger: merger{options: w.options, list: list.ID, now: w.now},
		organisations: organisations{work: w, known: map[string]string{}, keys: map[string]string{}},
	}
}

// decideAll decides load by load, until they end or ctx does.
func (d *decider) decideAll(ctx context.Context, from <-chan *load, to chan<- *load) {
	for l := range from {
		if l.err == nil {
			if err := d.decide(ctx, l); err != nil {
				l.err = fmt.Errorf("import contacts: %w", err)
			}
		}
		select {
		case to <- l:
		case <-ctx.Done():
			return
		}
	}
}

// addList adds a new list; it is called once a row is known to go on it.
func (d *decider) addList(ctx context.Context) error {
	if d.options.DryRun || d.list.ID != newList {
		return nil
	}
	err := d.lists.CreateList(ctx, &d.list)
	made := err == nil
	if campaign.CodeOf(err) == campaign.Conflict { // somebody added it meanwhile
		d.list, err = d.lists.GetListByName(ctx, d.options.ListName)
	}
	d.merger.list = d.list.ID
	d.record.note(func(s *campaign.ImportSummary) { s.List, s.ListMade = d.list.ID, made })
	return err
}

// decide decides the rows of one load, changes contacts that exist and prepares those to be added.
func (d *decider) decide(ctx context.Context, l *load) error {
	l.merger = d.merger
	if len(l.candidates) == 0 {
		return nil
	}
	if err := d.lookUp(ctx, l); err != nil {
		return err
	}
	if leaveAlone(l); len(l.candidates) == 0 {
		return nil
	}
	if err := d.addList(ctx); err != nil {
		return err
	}
	l.merger = d.merger
	naming := slices.DeleteFunc(slices.Clone(l.candidates), func(i int) bool {
		return l.rows[i].Organisation == "" || !l.merger.takesOrganisation(l.existing[l.rows[i].Contact.Address])
	})
	if err := d.organisations.find(ctx, l.rows, naming); err != nil {
		return err
	}
	changed := decideRows(l)
	if d.options.DryRun {
		return nil
	}
	if err := d.update(ctx, &l.merger, changed); err != nil {
		return err
	}
	return d.prepareNew(ctx, l)
}

// decideRows sets the outcomes of the candidates of a load, and returns the changes of existing contacts.
func decideRows(l *load) []change {
	var changed []change
	lines := map[string]int{} // by contact, the line of its first row: a person may stand in the file under several addresses
	for _, i := range l.candidates {
		r, result := &l.rows[i], &l.results[i]
		old := l.existing[r.Contact.Address]
		if old != nil && len(l.others.Former) > 0 {
			if line, twice := lines[old.ID]; twice {
				result.Outcome, result.Reason = campaign.RowDuplicate, campaign.Textf("the same person stands on line %d", line)
				continue
			}
			lines[old.ID] = r.Line
		}
		switch {
		case old == nil:
			result.Outcome = campaign.RowAdded
			noteStanding(r, result)
			l.added = append(l.added, i)
		case l.merger.plan(old, r, result):
			changed = append(changed, change{old, r, result})
		}
	}
	return changed
}

// prepareNew makes contacts of the new rows of a load, encoded for the write stage to insert.
func (d *decider) prepareNew(ctx context.Context, l *load) error {
	if len(l.added) == 0 {
		return nil
	}
	if _, err := d.record.begin(ctx); err != nil {
		return err
	}
	docs := make([]any, len(l.added))
	now := d.now()
	ids := campaign.NewIDs(now, len(l.added))
	for n, i := range l.added {
		c := &l.rows[i].Contact
		c.ID, c.Version, c.CreatedAt, c.UpdatedAt = ids[n], 1, now, now
		l.merger.place(c, &l.rows[i])
		c.IndexMemberships()
		docs[n] = c
	}
	var err error
	l.insert, err = d.engine.PrepareInsert(ctx, schema.Contacts, docs...)
	return err
}
