package sqlite

import (
	"github.com/RoaringBitmap/roaring/v2"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// found is what the index says of a filter: rows holds all that it fits and, if it is exact, no others. Without rows the index
// cannot tell. The rows may be cached: they must not be changed.
type found struct {
	rows  *roaring.Bitmap
	exact bool
}

func exactly(rows *roaring.Bitmap, err error) (found, error) { return found{rows, err == nil}, err }

func (f found) len() int {
	if f.rows == nil {
		return 0
	}
	return int(f.rows.GetCardinality())
}

// evaluator answers filters of one table from its index, in one read transaction. Without an engine it asks posting lists alone,
// which are cheap, and may answer less than was asked; with one, in a scan, it answers exactly, whatever that takes.
type evaluator struct {
	engine *Engine // whose answers are cached
	conn   *conn
	table  *table
	view   *index.View

	lowest map[int64]string // the lowest id above a row
	found  []cachedSet      // that must be written to the file
}

// candidates returns the rows that may fit a filter. A filter that names the documents it wants is SQLite's to answer.
func (t *table) candidates(conn *conn, f document.Filter) (found, error) {
	if t.index == nil || f == nil || t.pins(f) {
		return found{}, nil
	}
	view, err := t.index.View(conn)
	if err != nil {
		return found{}, err
	}
	return (&evaluator{conn: conn, table: t, view: view}).eval(f)
}

func (e *evaluator) eval(f document.Filter) (found, error) {
	switch f := f.(type) {
	case nil:
		return exactly(e.view.All())
	case document.Scan:
		return e.eval(f.Filter)
	case document.All:
		return e.all(f)
	case document.Any:
		return e.any(f)
	case document.Not:
		inner, err := e.eval(f.Filter)
		if err != nil || !inner.exact {
			return found{}, err
		}
		return e.others(inner.rows)
	}
	if e.engine != nil {
		return e.scanned(f)
	}
	if w, ok := f.(document.Where); ok {
		return e.indexed(w)
	}
	return found{}, nil
}

// others returns the rows that are not in a set.
func (e *evaluator) others(rows *roaring.Bitmap) (found, error) {
	all, err := e.view.All()
	if err != nil {
		return found{}, err
	}
	return found{roaring.AndNot(all, rows), true}, nil
}

func (e *evaluator) all(parts document.All) (found, error) {
	out := found{exact: true}
	for _, part := range parts {
		p, err := e.eval(part)
		if err != nil {
			return found{}, err
		}
		out.exact = out.exact && p.exact
		switch {
		case p.rows == nil:
		case out.rows == nil:
			out.rows = p.rows
		default:
			out.rows = roaring.And(out.rows, p.rows)
		}
	}
	if out.rows == nil && out.exact { // no parts
		return e.eval(nil)
	}
	return out, nil
}

func (e *evaluator) any(parts document.Any) (found, error) {
	out := found{roaring.New(), true}
	for _, part := range parts {
		p, err := e.eval(part)
		if err != nil || p.rows == nil {
			return found{}, err
		}
		out.rows.Or(p.rows)
		out.exact = out.exact && p.exact
	}
	return out, nil
}

// indexed answers a comparison from posting lists, if they can.
func (e *evaluator) indexed(w document.Where) (found, error) {
	i := e.table.position(w.Field)
	if i < 0 {
		return found{}, nil
	}
	c := &e.table.columns[i]
	text, isText := textOf(w.Value)
	values, isList := textsOf(w.Value)
	single, several := c.single(), c.postings != "" && !c.single()
	switch {
	case w.Op == document.In && single && isList:
		return exactly(e.view.Equal(c.postings, values...))
	case !isText:
	case w.Op == document.Contains && c.trigrams != "":
		rows, exact, err := e.view.Containing(c.trigrams, text)
		return found{rows, exact}, err
	case w.Op == document.Has && several, w.Op == document.Eq && single:
		return exactly(e.view.Equal(c.postings, text))
	case w.Op == document.HasPrefix && several, w.Op == document.Prefix && single:
		return exactly(e.view.Range(c.postings, text, document.PrefixEnd(text)))
	case w.Op == document.Ne && single:
		rows, err := e.view.Equal(c.postings, text)
		if err != nil {
			return found{}, err
		}
		return e.others(rows)
	}
	return found{}, nil
}

// asksScan reports whether a filter asks for what only a scan answers.
func asksScan(f document.Filter) (asks bool) {
	eachFilter(f, func(f document.Filter) {
		switch f.(type) {
		case document.Scan, document.Fact, document.Related, document.Sum:
			asks = true
		}
	})
	return asks
}

// eachFilter calls fn with a filter and all that it is made of.
func eachFilter(f document.Filter, fn func(document.Filter)) {
	fn(f)
	switch f := f.(type) {
	case document.Scan:
		eachFilter(f.Filter, fn)
	case document.Not:
		eachFilter(f.Filter, fn)
	case document.All:
		for _, part := range f {
			eachFilter(part, fn)
		}
	case document.Any:
		eachFilter(document.All(f), fn)
	case document.Sum:
		for _, term := range f.Terms {
			eachFilter(term.Filter, fn)
		}
	}
}
