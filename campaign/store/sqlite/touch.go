package sqlite

import (
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// A write that changes or deletes documents reads them before and after, if the table has an index or is followed, and touches
// them with both. A write that only adds documents tells the index of the new ones.

// touched is a document that a write changes.
type touched struct {
	index.Document
	doc reflect.Value
}

func (t *table) touched(row int64, doc reflect.Value) (d touched, err error) {
	d.Row, d.doc = row, doc
	if t.index != nil {
		d.Entries, err = t.entries(doc, nil)
	}
	return d, err
}

// derives reports whether an index or cached sets are derived from a table's documents.
func (t *table) derives() bool { return t.index != nil || t.followed >= 0 }

// read returns the documents a filter fits; none when nothing is derived of them.
func (w *writer) read(f document.Filter) ([]touched, error) {
	if !w.table.derives() {
		return nil, nil
	}
	q := w.table.query("SELECT ", w.table.list, ",rowid FROM ", w.table.name)
	if err := q.where(f); err != nil {
		return nil, err
	}
	return w.readBy(q.sql.String(), q.args, nil)
}

// readAgain reads documents once more.
func (w *writer) readAgain(before []touched) (after []touched, err error) {
	sql := "SELECT " + w.table.list + ",rowid FROM " + w.table.name + " WHERE rowid=?"
	for _, d := range before {
		if after, err = w.readBy(sql, []any{d.Row}, after); err != nil {
			return nil, err
		}
	}
	return after, nil
}

func (w *writer) readBy(sql string, args []any, out []touched) ([]touched, error) {
	err := w.conn.query(sql, args, func(row *row) error {
		doc := reflect.New(w.table.doc).Elem()
		if err := w.table.decode(row, doc); err != nil {
			return err
		}
		d, err := w.table.touched(row.integer(w.table.width()), doc)
		out = append(out, d)
		return err
	})
	return out, err
}

// wrote touches a document that was written whole.
func (w *writer) wrote(before []touched, row int64, doc any) error {
	if !w.table.derives() {
		return nil
	}
	after, err := w.table.touched(row, reflect.ValueOf(doc).Elem())
	if err != nil {
		return err
	}
	return w.touch(before, []touched{after})
}

// touch updates what is derived from documents after a change.
func (w *writer) touch(before, after []touched) error {
	if err := w.touchSets(before, after); err != nil || w.table.index == nil {
		return err
	}
	changes, err := w.conn.changesOf(w.table)
	if err != nil {
		return err
	}
	documents := func(of []touched) []index.Document {
		out := make([]index.Document, len(of))
		for i, d := range of {
			out[i] = d.Document
		}
		return out
	}
	changes.Touch(documents(before), documents(after))
	return nil
}

// touchSets raises the count of changes of a followed table, if a changed document names, or named, one that exists. A name
// without a document changes no cached set until the document is added.
func (w *writer) touchSets(before, after []touched) error {
	t := w.table
	if t.followed < 0 {
		return nil
	}
	now := make(map[int64]reflect.Value, len(after))
	for _, d := range after {
		now[d.Row] = d.doc
	}
	var ids []string
	for _, old := range before {
		doc, stays := now[old.Row]
		if stays && !slices.ContainsFunc(t.columns, func(c column) bool { return !c.same(old.doc, doc) }) {
			continue
		}
		if ids = append(ids, old.doc.Field(t.columns[t.followed].field).String()); stays {
			ids = append(ids, doc.Field(t.columns[t.followed].field).String())
		}
	}
	if len(ids) == 0 {
		return nil
	}
	there, err := w.anyThere(ids)
	if err != nil {
		return err
	}
	return index.Concern(querier{w.conn}, t.collection.Name, slices.Max(ids), there)
}

// same reports whether two documents have the same in a column.
func (c *column) same(a, b reflect.Value) bool {
	x, _ := encodeField(a.Field(c.field), c.kind)
	y, _ := encodeField(b.Field(c.field), c.kind)
	return reflect.DeepEqual(x, y)
}

// anyThere reports whether one of some ids is that of a document that sets can be made of.
func (w *writer) anyThere(ids []string) (there bool, err error) {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	for _, target := range w.table.targets() {
		for _, id := range ids {
			err := w.conn.query("SELECT 1 FROM "+target.name+" WHERE id=?", []any{id}, func(*row) error { there = true; return nil })
			if err != nil || there {
				return there, err
			}
		}
	}
	return false, nil
}
