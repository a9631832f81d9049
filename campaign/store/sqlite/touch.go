package sqlite

import (
	"reflect"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// A write that changes or deletes documents reads them before and after, if the table has an index or is followed, and touches
// them with both. A write that only adds documents tells the index of the new ones.

// derives reports whether an index or cached sets are derived from a table's documents.
func (t *table) derives() bool { return t.index != nil || t.followed >= 0 }

// read returns the documents a filter fits; none when nothing is derived of them.
func (w *writer) read(f document.Filter) ([]index.Document, error) {
	if !w.table.derives() {
		return nil, nil
	}
	q := w.table.query("SELECT ", w.table.list, ",rowid FROM ", w.table.name)
	if err := q.where(f); err != nil {
		return nil, err
	}
	return w.table.documents(w.conn, q.sql.String(), q.args, nil)
}

// readAgain reads documents once more.
func (w *writer) readAgain(before []index.Document) (after []index.Document, err error) {
	sql := "SELECT " + w.table.list + ",rowid FROM " + w.table.name + " WHERE rowid=?"
	for _, d := range before {
		if after, err = w.table.documents(w.conn, sql, []any{d.Row}, after); err != nil {
			return nil, err
		}
	}
	return after, nil
}

// documents appends the documents that a statement answers, each followed by the number of its row, to out.
func (t *table) documents(conn *conn, sql string, args []any, out []index.Document) ([]index.Document, error) {
	doc := reflect.New(t.doc).Elem()
	err := conn.query(sql, args, func(row *row) error {
		doc.SetZero()
		if err := t.decode(row, doc); err != nil {
			return err
		}
		entries, err := t.entries(doc, nil)
		out = append(out, index.Document{Row: row.Int(t.width()), Entries: entries})
		return err
	})
	return out, err
}

// wrote touches a document that was written whole.
func (w *writer) wrote(before []index.Document, row int64, doc any) error {
	if !w.table.derives() {
		return nil
	}
	entries, err := w.table.entries(reflect.ValueOf(doc).Elem(), nil)
	if err != nil {
		return err
	}
	return w.touch(before, []index.Document{{Row: row, Entries: entries}})
}

// touch updates what is derived from documents after a change.
func (w *writer) touch(before, after []index.Document) error {
	if w.table.followed >= 0 {
		return w.touchSets(before, after)
	}
	if w.table.index == nil {
		return nil
	}
	changes, err := w.conn.changesOf(w.table)
	if err == nil {
		changes.Touch(before, after)
	}
	return err
}

// touchSets raises the count of changes of a followed table, but for changes that no cached set can be wrong after: of documents
// that are as they were in all that can be asked for, and of those that name nobody now and named nobody who is there.
func (w *writer) touchSets(before, after []index.Document) error {
	t, now := w.table, index.ByRow(after)
	count := false
	for _, old := range before {
		changed, stays := now[old.Row]
		switch {
		case count || stays && slices.Equal(old.Entries, changed.Entries):
			continue
		case stays && changed.Entries[t.followed].Value != "":
			count = true
			continue
		}
		for _, target := range t.targets() {
			id := []any{old.Entries[t.followed].Value}
			err := w.conn.query("SELECT 1 FROM "+target.name+" WHERE id=?", id, func(*row) error { count = true; return nil })
			if err != nil {
				return err
			}
		}
	}
	if !count {
		return nil
	}
	return index.CountChange(w.conn, t.collection.Name)
}
