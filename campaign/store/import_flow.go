package store

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/addresses"
)

// importBatch is how many rows are looked up and written together.
const importBatch = 4096

// loadsUnderWay is how many loads the stages of an import hold.
const loadsUnderWay = 4

// load is some rows on their way through an import.
type load struct {
	rows       []campaign.ImportRow
	results    []campaign.ImportResult
	fresh      []int // rows that can be taken and are the first with their address
	existing   map[string]*campaign.Contact
	others     addresses.People
	suppressed map[string]*campaign.Suppression
	added      []int                                // rows that are new contacts
	against    []int                                // rows that say no, of whom an earlier row did not, see sayAgainst
	insert     func(context.Context) (int64, error) // adds those; nil where there are none
	err        error                                // what ended the rows; then this is the last load
}

// flow sends the rows through four stages that work at the same time, each on its own load: reading and checking, deciding
// by what is known of the addresses, adding what is new, and telling. No address is in two loads, so that asking need not
// wait for writing.
func (im *importer) flow(ctx context.Context, rows Rows) error {
	ctx, stop := context.WithCancelCause(ctx)
	var stages sync.WaitGroup
	defer stages.Wait()
	defer stop(nil)
	stages.Go(func() { im.keepHeard(ctx, stop) })
	read, told := make(chan *load), make(chan *load, loadsUnderWay)
	stages.Go(func() {
		defer close(read)
		c := checker{turns: im.turns, options: im.options, list: im.list.Name, seed: maphash.MakeSeed(), lines: newLineTable(), meant: map[string]string{}, names: map[string]checkedName{}, told: told}
		c.read(ctx, rows, read)
	})
	decided := im.stage(ctx, &stages, read, im.decide)
	written := make(chan *load, 1)
	defer close(written) // what was written is told, also when the import ends
	stages.Go(func() {
		for l := range written {
			im.tell(l)
			select {
			case told <- l:
			default:
			}
		}
	})
	for l := range decided {
		if l.err == nil {
			l.err = im.add(ctx, l)
		}
		if l.err != nil {
			return cmp.Or(context.Cause(ctx), l.err)
		}
		im.count(l)
		written <- l
	}
	return context.Cause(ctx)
}

// stage does one thing to every load that can still be worked on.
func (im *importer) stage(ctx context.Context, stages *sync.WaitGroup, from <-chan *load, do func(context.Context, *load) error) <-chan *load {
	to := make(chan *load)
	stages.Go(func() {
		defer close(to)
		for l := range from {
			if l.err == nil {
				im.turns.take()
				if err := do(ctx, l); err != nil {
					l.err = fmt.Errorf("import contacts: %w", err)
				}
				im.turns.give()
			}
			select {
			case to <- l:
			case <-ctx.Done():
				return
			}
		}
	})
	return to
}

// turns keep those who prepare what is written from taking the processor that writes: it has the most to do, and all wait
// for it in the end.
type turns chan struct{}

func newTurns() turns { return make(turns, max(1, runtime.GOMAXPROCS(0)-1)) }

func (t turns) take() { t <- struct{}{} }
func (t turns) give() { <-t }

// count adds up what became of a load.
func (im *importer) count(l *load) {
	im.counting.Lock()
	defer im.counting.Unlock()
	im.rows += len(l.rows)
	for i := range l.results {
		im.outcomes[l.results[i].Outcome]++
		if s := l.results[i].Standing; s != campaign.Free {
			im.standings[s]++
		}
	}
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

// checker is the first stage: what can be said of a row from the file alone.
type checker struct {
	options ImportOptions
	list    string // its name
	seed    maphash.Seed
	lines   *lineTable             // on which line each address stands first
	meant   map[string]string      // domain → the one that was most likely meant
	names   map[string]checkedName // of organisations, as they stand in the file
	told    <-chan *load
	loads   int
	turns   turns
}

// checkedName is a name as it is kept.
type checkedName struct {
	name string
	err  error
}

// read sends the rows on load by load, until they or the import end.
func (c *checker) read(ctx context.Context, rows Rows, to chan<- *load) {
	c.turns.take()
	defer c.turns.give()
	send := func(l *load) bool {
		c.turns.give()
		defer c.turns.take()
		select {
		case to <- l:
			return true
		case <-ctx.Done():
			return false
		}
	}
	l := c.load()
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
		l = c.load()
	}
	send(l)
}

// load gives an empty load, in the memory of one that has been told of if there is any.
func (c *checker) load() *load {
	select {
	case l := <-c.told:
		clear(l.rows)
		clear(l.results)
		*l = load{rows: l.rows[:0], results: l.results[:0], fresh: l.fresh[:0], added: l.added[:0], against: l.against[:0]}
		return l
	default:
	}
	room := 0 // for a file of a few rows
	if c.loads++; c.loads > 1 {
		room = importBatch
	}
	return &load{rows: make([]campaign.ImportRow, 0, room), results: make([]campaign.ImportResult, 0, room), fresh: make([]int, 0, room)}
}

// add puts a row into a load.
func (c *checker) add(l *load, r campaign.ImportRow) {
	result := campaign.ImportResult{Line: r.Line, TextLine: r.TextLine, Email: r.Contact.Email, Cells: r.Cells, Notes: r.Notes, Standing: r.Standing.Standing}
	if r.Problem != "" {
		result.Outcome, result.Reason = campaign.RowRejected, r.Problem
	} else if r.Standing.Standing == campaign.SaidUnclear {
		result.Outcome, result.Reason = campaign.RowUnclear, r.Standing.Said+": nobody can tell whether they may be written to"
	} else if line := c.lines.first(maphash.String(c.seed, r.Contact.Address), int32(r.Line)); line != int32(r.Line) {
		result.Outcome, result.Reason = campaign.RowDuplicate, fmt.Sprintf("the same address stands on line %d", line)
		if saysNo(r.Standing.Standing) {
			l.against = append(l.against, len(l.rows))
		}
	} else {
		l.fresh = append(l.fresh, len(l.rows))
	}
	l.rows, l.results = append(l.rows, r), append(l.results, result)
}

// check completes a row and finds what is wrong with it alone.
func (c *checker) check(r *campaign.ImportRow) {
	c.settleStanding(r)
	if r.Problem != "" {
		return
	}
	n := &r.Contact
	if r.KindAssumed = n.Kind == ""; r.KindAssumed {
		n.Kind = c.options.Kind
	}
	if r.LanguageAssumed = n.Language == ""; r.LanguageAssumed {
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
		o := c.organisation(r.Organisation)
		if o.err != nil {
			r.Problem = "the organisation: " + o.err.Error()
		}
		r.Organisation = o.name // as it is kept and compared: one line, no space around it
	}
	if campaign.NeedsSMTPUTF8(n.Email) {
		r.Notes = append(r.Notes, "the address has letters beyond a–z before the @: only mail servers with SMTPUTF8 take it")
	}
	if meant := c.lookAlike(campaign.Domain(n.Address)); meant != "" {
		r.Notes = append(r.Notes, fmt.Sprintf("%s looks like %s: look whether the address is right; nothing was changed", campaign.Domain(n.Address), meant))
	}
}

// maxKnown is how many domains and names of organisations are remembered.
const maxKnown = 10_000

// organisation checks the name of an organisation; a file names few, each many times.
func (c *checker) organisation(name string) checkedName {
	checked, known := c.names[name]
	if !known {
		o := campaign.Organisation{Name: strings.Clone(name)}
		checked.err = o.Normalize()
		if checked.name = o.Name; len(c.names) < maxKnown {
			c.names[strings.Clone(name)] = checked
		}
	}
	return checked
}

// lookAlike is campaign.LookAlike; a file names few domains, each many times.
func (c *checker) lookAlike(domain string) string {
	meant, known := c.meant[domain]
	if !known {
		meant = campaign.LookAlike(domain)
		if len(c.meant) < maxKnown {
			c.meant[strings.Clone(domain)] = meant
		}
	}
	return meant
}
