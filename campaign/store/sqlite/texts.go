package sqlite

import (
	"cmp"
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// The indexes of rows: for every list of texts, coarse or inside index one table (block, value, rows), the sets of rows
// that have a value cut into blocks (see rowSet), changed in the transaction that changes the document. What new documents
// add stands together at its end: were it sorted by value first, they would write a page for each. A set answers what
// a filter asks of a million documents in a few hundred short reads, and sets are joined, met and counted without reading
// a document; see candidates and walk for how a query is led by them.
//
// A query in SQL that needs to be met by them says "row" IN (…) with the rows of a set, and says again what the set was
// found by: a set may hold more than fits, never less.

// values gives what a column's index finds a document by, each once, from the column as it is stored.
func (c *column) values(stored []byte) ([]string, error) {
	g := gatherer{docs: 1}
	if err := g.stored(c, stored, 0); err != nil {
		return nil, err
	}
	return g.texts(), nil
}

// held is what the indexes find one row by.
type held struct {
	row    int64
	values map[int][]string // by column
}

// readHeld gives what the indexes find the rows of a filter by.
func (t *table) readHeld(ctx context.Context, conn *conn, f document.Filter) ([]held, error) {
	if len(t.side) == 0 {
		return nil, nil
	}
	q := t.query(`SELECT "row"`)
	for _, i := range t.side {
		q.sql.WriteString("," + t.columns[i].quoted)
	}
	q.sql.WriteString(" FROM " + t.name)
	if err := q.where(f); err != nil {
		return nil, err
	}
	var out []held
	err := conn.query(q.sql.String(), q.args, func(row *row) error {
		h := held{row: row.integer(0), values: map[int][]string{}}
		for n, i := range t.side {
			var err error
			if h.values[i], err = t.columns[i].values(row.view(n + 1)); err != nil {
				return err
			}
		}
		out = append(out, h)
		return nil
	})
	return out, err
}

// holds gives what the indexes are to find a document by.
func (t *table) holds(doc reflect.Value) map[int][]string {
	out := map[int][]string{}
	for _, i := range t.side {
		g := gatherer{docs: 1}
		g.document(&t.columns[i], doc, 0)
		out[i] = g.texts()
	}
	return out
}

// setPart names a part of a set.
type setPart struct {
	column int
	value  string
	block  int64
}

// setChanges are changes of sets that are written together: for each part, of the places that change, whether they are in
// it from now on.
type setChanges map[setPart]map[int]bool

// differ notes that the indexes found a row by some values and are to find it by others.
func (s setChanges) differ(t *table, row int64, old, now map[int][]string) {
	for _, i := range t.side {
		for _, v := range old[i] {
			if _, stays := slices.BinarySearch(now[i], v); !stays {
				s.note(i, v, row, false)
			}
		}
		for _, v := range now[i] {
			if _, was := slices.BinarySearch(old[i], v); !was {
				s.note(i, v, row, true)
			}
		}
	}
}

func (s setChanges) note(column int, value string, row int64, in bool) {
	part := setPart{column, value, row >> blockBits}
	if s[part] == nil {
		s[part] = map[int]bool{}
	}
	s[part][int(row&(blockRows-1))] = in
}

// write writes the changes and forgets them.
func (s setChanges) write(conn *conn, t *table) error {
	parts := slices.SortedFunc(maps.Keys(s), func(a, b setPart) int {
		return cmp.Or(cmp.Compare(a.column, b.column), cmp.Compare(a.value, b.value), cmp.Compare(a.block, b.block))
	})
	for _, p := range parts {
		w := partWriter{conn: conn, column: &t.columns[p.column]}
		var m bitmap
		if err := w.read(p.value, p.block, &m); err != nil {
			return err
		}
		for place, in := range s[p] {
			if in {
				m.set(place)
			} else {
				m.clear(place)
			}
		}
		w.bytes = m.store([]byte{})
		if err := w.put(p.value, p.block); err != nil {
			return err
		}
	}
	clear(s)
	return nil
}
