package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/glasnik/glasnik/campaign/store"
)

// Prepare creates what is missing: tables, indexes and, in a file of an older version, columns, which it fills from what
// was kept undeclared until then.
func (e *Engine) Prepare(ctx context.Context, collections []*store.Collection) error {
	return e.write(ctx, "prepare database", func(conn *conn) error {
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

var columnTypes = map[store.Kind]string{
	store.Text: "TEXT", store.Int: "INTEGER", store.Bool: "INTEGER", store.Time: "INTEGER", store.Texts: "TEXT", store.Bytes: "BLOB",
}

func (t *table) prepare(ctx context.Context, conn *conn) error {
	have, err := t.existing(ctx, conn)
	if err != nil {
		return err
	}
	if len(have) == 0 {
		if _, err := conn.exec(ctx, t.create()); err != nil {
			return err
		}
	} else if err := t.addColumns(ctx, conn, have); err != nil {
		return err
	}
	for _, i := range t.side {
		if err := t.createSide(ctx, conn, i); err != nil {
			return err
		}
	}
	for _, x := range t.collection.Indexes {
		if i := t.position(x.Fields[0]); t.columns[i].side != "" {
			continue
		}
		if _, err := conn.exec(ctx, t.createIndex(x)); err != nil {
			return err
		}
	}
	return nil
}

// existing gives the columns the table has already, none when there is no such table.
func (t *table) existing(ctx context.Context, conn *conn) (map[string]bool, error) {
	have := map[string]bool{}
	err := conn.query(ctx, "SELECT name FROM pragma_table_info(?)", []any{t.collection.Name}, func(row *row) error {
		have[row.text(0)] = true
		return nil
	})
	return have, err
}

func (t *table) create() string {
	parts := []string{"id TEXT PRIMARY KEY NOT NULL"}
	for _, c := range t.columns[1:] {
		parts = append(parts, quote(c.name)+" "+columnTypes[c.kind])
	}
	if t.rest.typ != nil {
		parts = append(parts, "rest TEXT")
	}
	sql := "CREATE TABLE " + t.name + "(" + strings.Join(parts, ", ") + ")"
	if !t.rowid {
		sql += " WITHOUT ROWID"
	}
	return sql
}

func (t *table) createIndex(x store.Index) string {
	names := make([]string, len(x.Fields))
	for i, f := range x.Fields {
		names[i] = quote(f)
	}
	kind := "INDEX"
	if x.Unique {
		kind = "UNIQUE INDEX"
	} else {
		names = append(names, "id")
	}
	name := quote(t.collection.Name + "_" + strings.Join(x.Fields, "_"))
	return "CREATE " + kind + " IF NOT EXISTS " + name + " ON " + t.name + "(" + strings.Join(names, ",") + ")"
}

// createSide makes a side table, filled from the documents there are.
func (t *table) createSide(ctx context.Context, conn *conn, i int) error {
	exists := false
	err := conn.query(ctx, "SELECT 1 FROM sqlite_schema WHERE type='table' AND name=?", []any{t.collection.Name + "." + t.columns[i].name},
		func(*row) error { exists = true; return nil })
	if err != nil || exists {
		return err
	}
	side := t.columns[i].side
	if _, err := conn.exec(ctx, "CREATE TABLE "+side+"(value TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY(value,id)) WITHOUT ROWID"); err != nil {
		return err
	}
	_, err = conn.exec(ctx, "INSERT OR IGNORE INTO "+side+" SELECT e.value, t.id FROM "+t.name+" t, json_each(t."+quote(t.columns[i].name)+") e")
	return err
}
