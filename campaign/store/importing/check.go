package importing

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// checker is the first stage: it completes a row and decides what the file alone decides.
type checker struct {
	options  *campaign.ImportOptions
	list     string // its name
	seed     maphash.Seed
	lines    *lineTable             // the line on which each address stands first
	meant    map[string]string      // by domain, the one that was most likely meant
	names    map[string]checkedName // of organisations, as they stand in the file
	reported <-chan *load
	loads    int
}

// checkedName is a name in its stored form.
type checkedName struct {
	name string
	err  error
}

func newChecker(o *campaign.ImportOptions, list string, reported <-chan *load) *checker {
	return &checker{options: o, list: list, seed: maphash.MakeSeed(), lines: &lineTable{}, meant: map[string]string{}, names: map[string]checkedName{}, reported: reported}
}

// read sends the rows on, load by load, until they end or ctx does.
func (c *checker) read(ctx context.Context, rows campaign.ImportRows, to chan<- *load) {
	send := func(l *load) bool {
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
		if len(l.rows) < batch {
			continue
		}
		if !send(l) {
			return
		}
		l = c.load()
	}
	send(l)
}

// load returns an empty load: one that was reported already, if there is any.
func (c *checker) load() *load {
	select {
	case l := <-c.reported:
		clear(l.rows)
		clear(l.results)
		*l = load{rows: l.rows[:0], results: l.results[:0], candidates: l.candidates[:0], added: l.added[:0], against: l.against[:0]}
		return l
	default:
	}
	room := 0 // for a file of a few rows
	if c.loads++; c.loads > 1 {
		room = batch
	}
	return &load{rows: make([]campaign.ImportRow, 0, room), results: make([]campaign.ImportResult, 0, room), candidates: make([]int, 0, room)}
}

// add puts a row into a load.
func (c *checker) add(l *load, r campaign.ImportRow) {
	result := campaign.ImportResult{Line: r.Line, TextLine: r.TextLine, Email: r.Contact.Email, Cells: r.Cells, Notes: r.Notes, Standing: r.Standing.Standing}
	if !r.Problem.IsZero() {
		result.Outcome, result.Reason = campaign.RowRejected, r.Problem
	} else if r.Standing.Standing == campaign.SaidUnclear {
		result.Outcome, result.Reason = campaign.RowUnclear, campaign.Textf("%s: nobody can tell whether they may be written to", r.Standing.Said)
	} else if line := c.lines.first(maphash.String(c.seed, r.Contact.Address), int32(r.Line)); line != int32(r.Line) {
		result.Outcome, result.Reason = campaign.RowDuplicate, campaign.Textf("the same address stands on line %d", line)
		if saysNo(r.Standing.Standing) {
			l.against = append(l.against, len(l.rows))
		}
	} else {
		l.candidates = append(l.candidates, len(l.rows))
	}
	l.rows, l.results = append(l.rows, r), append(l.results, result)
}

// check completes a row and finds what is wrong with it alone.
func (c *checker) check(r *campaign.ImportRow) {
	c.resolveStanding(r)
	if !r.Problem.IsZero() {
		return
	}
	n := &r.Contact
	if r.KindAssumed = n.Kind == ""; r.KindAssumed {
		n.Kind = c.options.Kind
	}
	if r.LanguageAssumed = n.Language == ""; r.LanguageAssumed {
		n.Language = c.options.Language
	}
	n.Source = cmp.Or(n.Source, c.options.Source)
	if campaign.IsRole(n.Email) && !slices.Contains(n.Tags, campaign.RoleTag) {
		n.Tags = append(n.Tags, campaign.RoleTag)
	}
	if err := n.Normalize(r.Organisation); err != nil {
		r.Problem = campaign.TextOf(err)
		return
	}
	if r.Organisation != "" {
		o := c.organisation(r.Organisation)
		if o.err != nil {
			r.Problem = campaign.Textf("the organisation: %s", campaign.TextOf(o.err))
		}
		r.Organisation = o.name // as it is stored and compared: one line, no space around it
	}
	if campaign.NeedsSMTPUTF8(n.Email) {
		r.Notes = append(r.Notes, campaign.Textf("the address has letters beyond a–z before the @: only mail servers with SMTPUTF8 take it"))
	}
	if meant := c.lookAlike(campaign.Domain(n.Address)); meant != "" {
		r.Notes = append(r.Notes, campaign.Textf("%s looks like %s: look whether the address is right; nothing was changed", campaign.Domain(n.Address), meant))
	}
}

// maxKnown bounds the domains and names of organisations that are cached.
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
