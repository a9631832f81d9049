package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// Prepare creates what is missing: tables, indexes and, in a file of an older version, columns, which it fills from what
// was kept undeclared until then.
func (e *Engine) Prepare(ctx context.Context, collections []*document.Collection) error {
	return e.write(ctx, "prepare database", func(conn *conn) error {
		for _, sql := range createKept {
			if _, err := conn.exec(sql); err != nil {
				return err
			}
		}
		for _, c := range collections {
			t, err := e.table(c)
			if err != nil {
				return err
			}
			if err := t.prepare(ctx, conn); err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
		}
		return nil
	})
}

var columnTypes = map[document.Kind]string{
	document.Text: "TEXT", document.Int: "INTEGER", document.Bool: "INTEGER", document.Time: "INTEGER", document.Texts: "TEXT", document.Bytes: "BLOB",
}

func (t *table) prepare(ctx context.Context, conn *conn) error {
	have, err := t.existing(ctx, conn)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if _, err := conn.exec(t.create()); err != nil {
			return err
		}
	} else if err := t.addColumns(ctx, conn, have); err != nil {
		return err
	} else if len(t.side) > 0 && !have["row"] {
		if err := t.numberRows(ctx, conn); err != nil {
			return err
		}
	}
	for _, i := range t.side {
		if err := t.createSide(ctx, conn, i); err != nil {
			return err
		}
	}
	if err := t.createColumns(ctx, conn); err != nil {
		return err
	}
	for _, x := range t.collection.Retired {
		if _, err := conn.exec("DROP INDEX IF EXISTS " + t.indexName(x)); err != nil {
			return err
		}
	}
	for _, x := range t.collection.Indexes {
		if by := t.columns[t.position(x.Fields[0])].by; x.Trigram || by == byTexts || by == byValue {
			continue
		}
		if _, err := conn.exec(t.createIndex(x)); err != nil {
			return err
		}
	}
	return nil
}

// existing gives the columns the table has already, none when there is no such table.
func (t *table) existing(ctx context.Context, conn *conn) (map[string]bool, error) {
	have := map[string]bool{}
	err := conn.query("SELECT name FROM pragma_table_info(?)", []any{t.collection.Name}, func(row *row) error {
		have[row.text(0)] = true
		return nil
	})
	return have, err
}

func (t *table) create() string {
	parts := []string{"id TEXT PRIMARY KEY NOT NULL"}
	if len(t.side) > 0 { // rows that are known by their number: without the column, VACUUM would renumber them
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

// createSide makes an index of rows, filled from the documents there are.
func (t *table) createSide(ctx context.Context, conn *conn, i int) error {
	exists := false
	err := conn.query("SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?", []any{t.collection.Name + "." + t.columns[i].name},
		func(*row) error { exists = true; return nil })
	if err != nil || exists {
		return err
	}
	c := &t.columns[i]
	_, err = conn.exec("CREATE TABLE " + c.side + "(block INTEGER NOT NULL, value TEXT NOT NULL, rows BLOB NOT NULL, PRIMARY KEY(block,value)) WITHOUT ROWID")
	if err != nil {
		return err
	}
	return t.fillSide(ctx, conn, c)
}

// fillSide indexes the documents there are, some blocks of rows at a time.
func (t *table) fillSide(ctx context.Context, conn *conn, c *column) error {
	for last := int64(-1); ; {
		var rows []int64
		g := gatherer{docs: batchDocs}
		err := conn.query(`SELECT "row",`+c.quoted+" FROM "+t.name+` WHERE "row">? ORDER BY "row" LIMIT ?`, []any{last, int64(batchDocs)}, func(row *row) error {
			rows = append(rows, row.integer(0))
			return g.stored(c, row.view(1), len(rows)-1)
		})
		if err != nil || len(rows) == 0 {
			return err
		}
		last = rows[len(rows)-1]
		if err := g.write(conn, c, rows); err != nil {
			return err
		}
	}
}
