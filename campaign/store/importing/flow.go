package importing

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// batch is how many rows are looked up and written together.
const batch = 4096

// loadsUnderWay is how many loads the stages of an import hold.
const loadsUnderWay = 4

// load is some rows on their way through an import. One stage at a time has it.
type load struct {
	rows    []campaign.ImportRow
	results []campaign.ImportResult
	err     error // what ended the rows; then this is the last load

	// what check found
	candidates []int // rows that may be imported: nothing is wrong with them, and each is the first with its address
	against    []int // rows that say no where an earlier row with the same address did not, see applyAgainst

	// what decide found
	existing   map[string]*campaign.Contact
	others     addresses.People
	suppressed map[string]*campaign.Suppression
	merger     merger
	added      []int                                // rows that are new contacts
	insert     func(context.Context) (int64, error) // adds those; nil if there are none
}

// work is what the stages of one import share. Only the record changes.
type work struct {
	*Imports
	options *campaign.ImportOptions
	record  *record
	empty   bool // the store had no contact at the start, so none is looked up; write meets those that others add meanwhile
}

// Import is ImportFrom over rows held in memory.
func (im *Imports) Import(ctx context.Context, rows []campaign.ImportRow, o campaign.ImportOptions, report func(campaign.ImportResult)) (campaign.ImportSummary, error) {
	return im.ImportFrom(ctx, func(yield func(campaign.ImportRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}, o, report)
}

// ImportFrom brings the rows of a file into the store. Every row ends in exactly one outcome, reported in the order of the rows
// from another goroutine. People who left, bounced, complained or are suppressed are left alone; a row that says so
// of a person makes them so, see campaign.Standing. A list that does not exist is added with the first row that is imported. An
// import that was cut off can be run again: rows done already come out unchanged. UndoImport takes it back. At most a few
// thousand rows are in memory.
func (im *Imports) ImportFrom(ctx context.Context, rows campaign.ImportRows, o campaign.ImportOptions, report func(campaign.ImportResult)) (campaign.ImportSummary, error) {
	w := &work{Imports: im, options: &o, record: newRecord(im, &o)}
	list, err := w.prepare(ctx)
	if err == nil {
		var some bool
		some, err = document.Exists[campaign.Contact](ctx, im.engine, schema.Contacts, nil)
		w.empty = !some && !o.DryRun
	}
	if err != nil {
		return w.record.soFar(), err
	}
	if err = w.flow(ctx, rows, list, report); err == nil {
		err = w.record.set(ctx, campaign.ImportDone)
		return w.record.soFar(), err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_ = w.record.set(ctx, campaign.ImportCutOff) // else it is known by its silence
	return w.record.soFar(), err
}

// newList stands for the id of a list that does not exist yet.
const newList = "new"

// prepare completes the options, and finds the list or the fields of a new one.
func (w *work) prepare(ctx context.Context) (list campaign.List, err error) {
	o := w.options
	if o.Reference, err = campaign.CleanReference(o.Reference); err != nil {
		return list, err
	}
	switch {
	case o.List == "" && o.ListName == "":
		return list, nil
	case o.List != "":
		list, err = w.lists.GetList(ctx, o.List)
	default:
		list, err = w.lists.GetListByName(ctx, o.ListName)
	}
	switch {
	case err == nil:
		err = list.TakesNew()
	case o.List == "" && campaign.CodeOf(err) == campaign.NotFound:
		list = campaign.List{ID: newList, Name: o.ListName, Basis: o.Basis, Language: o.Language}
		err = list.Normalize()
	}
	if err == nil {
		err = campaign.CheckAudience(list.Name)
	}
	if err != nil {
		return list, err
	}
	o.List, o.Basis = list.ID, cmp.Or(o.Basis, list.Basis)
	w.record.note(func(s *campaign.ImportSummary) {
		if list.ID != newList {
			s.List = list.ID
		} else {
			s.ListMade = o.DryRun
		}
	})
	return list, nil
}

// flow sends the rows through the stages, each of which works on one load at a time.
func (w *work) flow(ctx context.Context, rows campaign.ImportRows, list campaign.List, report func(campaign.ImportResult)) error {
	ctx, stop := context.WithCancelCause(ctx)
	var stages sync.WaitGroup
	defer stages.Wait()
	defer stop(nil)
	stages.Go(func() { w.record.heartbeat(ctx, stop) })
	checked, decided := make(chan *load), make(chan *load)
	written, reported := make(chan *load), make(chan *load, loadsUnderWay)
	defer close(written) // what was written is reported even if the import fails
	stages.Go(func() {
		defer close(checked)
		newChecker(w.options, list.Name, reported).read(ctx, rows, checked)
	})
	stages.Go(func() {
		defer close(decided)
		newDecider(w, list).decideAll(ctx, checked, decided)
	})
	stages.Go(func() {
		for l := range written {
			for _, r := range l.results {
				if report != nil {
					report(r)
				}
			}
			select {
			case reported <- l:
			default:
			}
		}
	})
	for l := range decided {
		if l.err == nil {
			l.err = w.write(ctx, l)
		}
		if l.err != nil {
			return cmp.Or(context.Cause(ctx), l.err)
		}
		w.record.count(l)
		written <- l
	}
	return context.Cause(ctx)
}
