package store

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// importBatch is how many rows are looked up and written together.
const importBatch = 4096

// load is some rows on their way through an import.
type load struct {
	rows       []campaign.ImportRow
	results    []campaign.ImportResult
	fresh      []int // rows that can be taken and are the first with their address
	existing   map[string]*campaign.Contact
	suppressed map[string]campaign.SuppressionReason
	err        error // what ended the rows; then this is the last load
}

// flow sends the rows through four stages that work at the same time, each on its own load: reading and checking, asking
// what is known of the addresses, writing, and telling. No address is in two loads, so that asking need not wait for
// writing.
func (im *importer) flow(ctx context.Context, rows Rows) error {
	ctx, stop := context.WithCancel(ctx)
	read, asked := make(chan *load), make(chan *load)
	var stages sync.WaitGroup
	defer stages.Wait()
	defer stop()
	stages.Go(func() {
		defer close(read)
		c := checker{options: im.options, seed: maphash.MakeSeed(), lines: newLineTable()}
		c.read(ctx, rows, read)
	})
	stages.Go(func() {
		defer close(asked)
		for l := range read {
			if l.err == nil && len(l.fresh) > 0 {
				l.err = im.ask(ctx, l)
			}
			select {
			case asked <- l:
			case <-ctx.Done():
				return
			}
		}
	})
	written := make(chan *load)
	defer close(written) // what was written is told, also when the import ends
	stages.Go(func() {
		for l := range written {
			im.tell(l)
		}
	})
	for l := range asked {
		if l.err != nil {
			return l.err
		}
		if err := im.write(ctx, l); err != nil {
			return fmt.Errorf("import contacts: %w", err)
		}
		written <- l
	}
	return ctx.Err()
}

// tell reports what became of the rows of a load.
func (im *importer) tell(l *load) {
	if im.report == nil {
		return
	}
	for _, r := range l.results {
		im.report(r)
	}
}

// ask reads what is known of the addresses of a load.
func (im *importer) ask(ctx context.Context, l *load) error {
	addresses := make([]string, len(l.fresh))
	for n, i := range l.fresh {
		addresses[n] = l.rows[i].Contact.Address
	}
	var err error
	if l.existing, err = im.contactsByAddress(ctx, addresses); err == nil {
		l.suppressed, err = im.Suppressed(ctx, addresses)
	}
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	return nil
}

// checker is the first stage: what can be said of a row from the file alone.
type checker struct {
	options ImportOptions
	seed    maphash.Seed
	lines   *lineTable // on which line each address stands first
}

// read sends the rows on load by load, until they or the import end.
func (c *checker) read(ctx context.Context, rows Rows, to chan<- *load) {
	send := func(l *load) bool {
		select {
		case to <- l:
			return true
		case <-ctx.Done():
			return false
		}
	}
	l := &load{}
	for r, err := range rows {
		if err != nil {
			if send(l) {
				send(&load{err: err})
			}
			return
		}
		c.check(&r)
		c.add(l, r)
		if len(l.rows) < importBatch {
			continue
		}
		if !send(l) {
			return
		}
		l = &load{rows: make([]campaign.ImportRow, 0, importBatch), results: make([]campaign.ImportResult, 0, importBatch), fresh: make([]int, 0, importBatch)}
	}
	send(l)
}

// add puts a row into a load.
func (c *checker) add(l *load, r campaign.ImportRow) {
	result := campaign.ImportResult{Line: r.Line, Email: r.Contact.Email, Cells: r.Cells, Notes: r.Notes}
	if r.Problem != "" {
		result.Outcome, result.Reason = campaign.RowRejected, r.Problem
	} else if line := c.lines.first(maphash.String(c.seed, r.Contact.Address), int32(r.Line)); line != int32(r.Line) {
		result.Outcome, result.Reason = campaign.RowDuplicate, fmt.Sprintf("the same address stands on line %d", line)
	} else {
		l.fresh = append(l.fresh, len(l.rows))
	}
	l.rows, l.results = append(l.rows, r), append(l.results, result)
}

// check completes a row and finds what is wrong with it alone.
func (c *checker) check(r *campaign.ImportRow) {
	if r.Problem != "" {
		return
	}
	n := &r.Contact
	if n.Kind == "" {
		n.Kind = c.options.Kind
	}
	if n.Language == "" {
		n.Language = c.options.Language
	}
	if n.Source == "" {
		n.Source = c.options.Source
	}
	if campaign.IsRole(n.Email) && !slices.Contains(n.Tags, campaign.RoleTag) {
		n.Tags = append(n.Tags, campaign.RoleTag)
	}
	if err := n.Normalize(r.Organisation); err != nil {
		r.Problem = err.Error()
		return
	}
	if r.Organisation != "" {
		o := campaign.Organisation{Name: r.Organisation}
		if err := o.Normalize(); err != nil {
			r.Problem = "the organisation: " + err.Error()
		}
		r.Organisation = o.Name // as it is kept and compared: one line, no space around it
	}
	if meant := campaign.LookAlike(campaign.Domain(n.Address)); meant != "" {
		r.Notes = append(r.Notes, fmt.Sprintf("%s looks like %s: look whether the address is right; nothing was changed", campaign.Domain(n.Address), meant))
	}
}
