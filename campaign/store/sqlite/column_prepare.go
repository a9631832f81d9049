package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"strings"
)

// createColumns makes the tables of the columns, filled from the documents there are. What is scanned is written down: when
// a later version scans something else, the columns are made anew.
func (t *table) createColumns(ctx context.Context, conn *conn) error {
	if !t.hasColumns() {
		return nil
	}
	for _, sql := range []string{
		"CREATE TABLE IF NOT EXISTS " + t.names + "(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
		"CREATE TABLE IF NOT EXISTS " + t.chunks + "(id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
	} {
		if _, err := conn.exec(sql); err != nil {
			return err
		}
	}
	made, want := "", "made of "+strings.Join(t.collection.Scanned, ",")+fmt.Sprintf(" %d", t.collection.FactsVersion)
	if err := conn.query("SELECT name FROM "+t.names+" WHERE id=0", nil, func(row *row) error { made = string(row.view(0)); return nil }); err != nil || made == want {
		return err
	}
	for _, sql := range []string{"DELETE FROM " + t.names, "DELETE FROM " + t.chunks} {
		if _, err := conn.exec(sql); err != nil {
			return err
		}
	}
	if _, err := conn.exec("INSERT INTO "+t.names+"(id,name) VALUES(0,?)", want); err != nil {
		return err
	}
	return t.fillColumns(ctx, conn)
}

// fillColumns enters all documents, chunks at a time.
func (t *table) fillColumns(ctx context.Context, conn *conn) error {
	doc := reflect.New(t.doc).Elem()
	for last := int64(-1); ; {
		n := 0
		err := conn.query("SELECT "+t.list+",rowid FROM "+t.name+" WHERE rowid>? ORDER BY rowid LIMIT ?", []any{last, int64(8 * chunkRows)}, func(row *row) error {
			n++
			last = row.integer(t.width())
			doc.SetZero()
			if err := t.decode(row, doc); err != nil {
				return err
			}
			entries, err := t.entries(doc, nil)
			if err != nil {
				return err
			}
			return conn.columnsOf(t).change(last, nil, entries)
		})
		if err != nil || n == 0 {
			return err
		}
		if err := conn.flushColumns(); err != nil {
			return err
		}
	}
}
