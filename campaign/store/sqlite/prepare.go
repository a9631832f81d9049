package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// Prepare creates what is missing: tables, indexes and, in a file of an older version, columns, which it fills from what
// was stored undeclared until then.
func (e *Engine) Prepare(ctx context.Context, collections []*document.Collection) error {
	return e.write(ctx, "prepare database", func(conn *conn) error {
		if err := createSets(conn); err != nil {
			return err
		}
		for _, c := range collections {
			t, err := e.table(c)
			if err != nil {
				return err
			}
			if err := t.prepare(conn); err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
		}
		return nil
	})
}

// createSets makes the table of sets, in the place of those of earlier versions.
func createSets(conn *conn) error {
	for _, sql := range []string{
		`DROP TABLE IF EXISTS "kept.sets"`, `DROP TABLE IF EXISTS "kept.rows"`,
		`CREATE TABLE IF NOT EXISTS "cached.sets"(target TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, last TEXT NOT NULL, high INTEGER NOT NULL,
			changes INTEGER NOT NULL, source_row INTEGER NOT NULL, source_id TEXT NOT NULL, rows BLOB NOT NULL, UNIQUE(target,name))`,
	} {
		if _, err := conn.exec(sql); err != nil {
			return err
		}
	}
	return index.CreateState(conn)
}

var columnTypes = map[document.Kind]string{
	document.Text: "TEXT", document.Int: "INTEGER", document.Bool: "INTEGER", document.Time: "INTEGER", document.Texts: "TEXT", document.Bytes: "BLOB",
}

func (t *table) prepare(conn *conn) error {
	have, err := t.existing(conn)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if _, err := conn.exec(t.create()); err != nil {
			return err
		}
	} else if err := t.addColumns(conn, have); err != nil {
		return err
	} else if t.index != nil && !have["row"] {
		if err := t.numberRows(conn); err != nil {
			return err
		}
	}
	if err := t.prepareIndex(conn); err != nil {
		return err
	}
	for _, x := range t.collection.Retired {
		if _, err := conn.exec("DROP INDEX IF EXISTS " + t.indexName(x)); err != nil {
			return err
		}
	}
	for _, x := range t.collection.Indexes {
		if x.Trigram || t.columns[t.position(x.Fields[0])].postings != "" {
			continue
		}
		if _, err := conn.exec(t.createIndex(x)); err != nil {
			return err
		}
	}
	return nil
}

// existing returns the columns the table has, none when there is no such table.
func (t *table) existing(conn *conn) (map[string]bool, error) {
	have := map[string]bool{}
	err := conn.query("SELECT name FROM pragma_table_info(?)", []any{t.collection.Name}, func(row *row) error {
		have[row.Text(0)] = true
		return nil
	})
	return have, err
}

func (t *table) create() string {
	parts := []string{"id TEXT PRIMARY KEY NOT NULL"}
	if t.index != nil { // rows that are known by their number: without the column, VACUUM would renumber them
		parts = []string{`"row" INTEGER PRIMARY KEY`, "id TEXT NOT NULL UNIQUE"}
	}
	for _, c := range t.columns[1:] {
		part := c.quoted + " " + columnTypes[c.kind]
		if t.unique(c.name) {
			part += " NOT NULL" // or its index would not be known to give the whole order
		}
		parts = append(parts, part)
	}
	if t.extra.typ != nil {
		parts = append(parts, extraColumn+" TEXT")
	}
	sql := "CREATE TABLE " + t.name + "(" + strings.Join(parts, ", ") + ")"
	if !t.rowid {
		sql += " WITHOUT ROWID"
	}
	return sql
}

func (t *table) createIndex(x document.Index) string {
	names := make([]string, len(x.Fields))
	for i, f := range x.Fields {
		names[i] = quote(f)
	}
	kind := "INDEX"
	if x.Unique {
		kind = "UNIQUE INDEX"
	} else if !slices.Contains(x.Fields, "id") {
		names = append(names, "id")
	}
	where := ""
	if x.Partial != "" {
		where = " WHERE " + isSet(quote(x.Partial))
	}
	return "CREATE " + kind + " IF NOT EXISTS " + t.indexName(x) + " ON " + t.name + "(" + strings.Join(names, ",") + ")" + where
}

func (t *table) indexName(x document.Index) string {
	name := t.collection.Name + "_" + strings.Join(x.Fields, "_")
	if x.Partial != "" {
		name += "_set"
	}
	return quote(name)
}

// isSet says of a column with a time that it is set, in the words that a partial index knows it is meant by.
func isSet(column string) string {
	return column + ">" + strconv.FormatInt(time.Time{}.UnixMilli(), 10)
}

// prepareIndex makes the index, if it is not there or not made of what it should be, and enters all documents.
func (t *table) prepareIndex(conn *conn) error {
	if t.index == nil {
		return nil
	}
	highest := int64(0)
	err := conn.query(`SELECT coalesce(max("row"),0) FROM `+t.name, nil, func(row *row) error { highest = row.Int(0); return nil })
	if err != nil {
		return err
	}
	changes, err := t.index.Create(conn, fmt.Sprint("facts ", t.collection.FactsVersion), highest)
	for last := int64(0); err == nil && changes != nil && last < highest; {
		var docs []index.Document
		if docs, err = t.documentsAbove(conn, last); err == nil && len(docs) > 0 {
			last = docs[len(docs)-1].Row
			changes.Touch(nil, docs)
			err = changes.Flush()
		}
	}
	return err
}

// documentsAbove returns what the index holds of the next documents above a row.
func (t *table) documentsAbove(conn *conn, last int64) ([]index.Document, error) {
	return t.documents(conn, "SELECT "+t.list+`,"row" FROM `+t.name+` WHERE "row">? ORDER BY "row" LIMIT ?`, []any{last, int64(batchDocs)}, nil)
}
