package sqlite

import (
	"encoding/json"
	"reflect"
	"strings"
)

// migrationPage is how many documents are read at once while new columns are filled.
const migrationPage = 500

// addColumns adds the columns a table of an older version lacks.
func (t *table) addColumns(conn *conn, have map[string]bool) error {
	var added []int
	for i, c := range t.columns {
		if have[c.name] {
			continue
		}
		if _, err := conn.exec("ALTER TABLE " + t.name + " ADD COLUMN " + quote(c.name) + " " + columnTypes[c.kind]); err != nil {
			return err
		}
		added = append(added, i)
	}
	if t.extra.typ != nil && !have[extraColumn] {
		if _, err := conn.exec("ALTER TABLE " + t.name + " ADD COLUMN " + extraColumn + " TEXT DEFAULT '{}'"); err != nil {
			return err
		}
	}
	if len(added) == 0 {
		return nil
	}
	return t.fill(conn, added, have[extraColumn])
}

// fill sets new columns to the values their fields had while they were not declared, or the zero value.
func (t *table) fill(conn *conn, added []int, extra bool) error {
	source := "'{}'"
	if extra {
		source = "coalesce(" + extraColumn + ",'{}')"
	}
	set := make([]string, len(added))
	for n, i := range added {
		set[n] = quote(t.columns[i].name) + "=?"
	}
	update := "UPDATE " + t.name + " SET " + strings.Join(set, ",") + " WHERE id=?"
	for last := ""; ; {
		var changes [][]any
		err := conn.query("SELECT id,"+source+" FROM "+t.name+" WHERE id>? ORDER BY id LIMIT ?", []any{last, int64(migrationPage)},
			func(row *row) error {
				doc := reflect.New(t.doc)
				if err := json.Unmarshal(row.Bytes(1), doc.Interface()); err != nil {
					return err
				}
				var args []any
				for _, i := range added {
					value, err := encodeField(doc.Elem().Field(t.columns[i].field), t.columns[i].kind)
					if err != nil {
						return err
					}
					args = append(args, value)
				}
				changes = append(changes, append(args, row.Text(0)))
				return nil
			})
		if err != nil {
			return err
		}
		for _, args := range changes {
			last = args[len(args)-1].(string)
			if _, err := conn.exec(update, args...); err != nil {
				return err
			}
		}
		if len(changes) < migrationPage {
			return nil
		}
	}
}

// numberRows numbers the rows of a table of an older version for good; the index is made anew.
func (t *table) numberRows(conn *conn) error {
	old := quote(t.collection.Name + ".old")
	statements := []string{"ALTER TABLE " + t.name + " RENAME TO " + old, t.create(),
		"INSERT INTO " + t.name + "(" + t.list + ") SELECT " + t.list + " FROM " + old + " ORDER BY id", "DROP TABLE " + old}
	for _, sql := range statements {
		if _, err := conn.exec(sql); err != nil {
			return err
		}
	}
	return nil
}
