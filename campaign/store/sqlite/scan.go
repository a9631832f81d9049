package sqlite

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// cachedMost is how many answers are cached: of a million rows each takes up to 125 kB.
const cachedMost = 200

// scan runs fn with an evaluator of a table that answers exactly.
func (e *Engine) scan(ctx context.Context, t *table, fn func(*evaluator) error) error {
	return e.lend(ctx, e.scanning, "find "+t.collection.Name, func(conn *conn) error {
		if !t.scans() {
			return t.undeclared("scan")
		}
		var s *evaluator
		err := conn.snapshot(func() error {
			view, err := t.index.View(conn)
			if err != nil {
				return err
			}
			s = &evaluator{engine: e, conn: conn, table: t, view: view, lowest: map[int64]string{}}
			return fn(s)
		})
		if err == nil && len(s.found) > 0 {
			e.cacheLater(s.found, t.collection.Name)
		}
		return err
	})
}

// whole returns the rows of a whole filter. A walk from page to page, which brings its Memo, goes on with what it found first.
func (e *evaluator) whole(f document.Filter) (*roaring.Bitmap, error) {
	outer, _ := f.(document.Scan)
	if outer.Memo != nil {
		if rows, ok := outer.Memo.Found.(*roaring.Bitmap); ok {
			return rows, nil
		}
	}
	answer, err := e.eval(f)
	if outer.Memo != nil && err == nil {
		outer.Memo.Found = answer.rows
	}
	return answer.rows, err
}

// scanned answers what is no combination of filters, from the cache or by looking. An answer is known by the filter, by the
// count of the table's changes, which every write of any program raises, and by the state of the other tables it asks about.
func (e *evaluator) scanned(f document.Filter) (found, error) {
	key, err := fmt.Sprintf("%s %d %#v", e.table.name, e.view.Changes, f), error(nil)
	eachFilter(f, func(f document.Filter) {
		if related, ok := f.(document.Related); ok && err == nil {
			var state string
			state, err = e.stateOf(related)
			key += " " + state
		}
	})
	if known, ok := e.engine.answers[key]; ok || err != nil {
		return exactly(known, err)
	}
	rows, err := e.look(f)
	if err == nil {
		if len(e.engine.answers) >= cachedMost {
			clear(e.engine.answers)
		}
		e.engine.answers[key] = rows
	}
	return exactly(rows, err)
}

func (e *evaluator) look(f document.Filter) (*roaring.Bitmap, error) {
	switch f := f.(type) {
	case document.Where:
		return e.where(f)
	case document.Related:
		return e.related(f)
	case document.Sum:
		return e.sum(f)
	case document.Fact:
		fits, err := factFits(f)
		if err != nil {
			return nil, err
		}
		return e.view.Scan(f.Key, nil, fits)
	}
	return nil, fmt.Errorf("collection %s: the filter %T is not known", e.table.collection.Name, f)
}

// where answers a comparison: from posting lists if they can, else from chunks, else by asking SQLite.
func (e *evaluator) where(w document.Where) (*roaring.Bitmap, error) {
	if err := e.table.query().compare(w); err != nil {
		return nil, err
	}
	candidates, err := e.indexed(w)
	if err != nil {
		return nil, err
	}
	c := &e.table.columns[e.table.position(w.Field)]
	if candidates.exact || c.chunks == "" {
		return e.table.rowsOf(e.conn, w, candidates)
	}
	fits, err := whereFits(w, c)
	if err != nil {
		return nil, err
	}
	return e.view.Scan(c.chunks, candidates.rows, fits)
}

// sum adds weights up for all rows.
func (e *evaluator) sum(f document.Sum) (*roaring.Bitmap, error) {
	sums := make([]int64, e.view.High+1)
	for _, term := range f.Terms {
		answer, err := e.eval(term.Filter)
		if err != nil {
			return nil, err
		}
		answer.rows.Iterate(func(row uint32) bool { sums[row] += term.Weight; return true })
	}
	all, err := e.view.All()
	if err != nil {
		return nil, err
	}
	var enough []uint32
	all.Iterate(func(row uint32) bool {
		if sums[row] >= f.AtLeast {
			enough = append(enough, row)
		}
		return true
	})
	return roaring.BitmapOf(enough...), nil
}
