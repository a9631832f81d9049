package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store"
)

// GroupCount counts the documents a filter fits by the values of some fields.
func (e *Engine) GroupCount(ctx context.Context, c *store.Collection, f store.Filter, fields ...string) (map[string]int64, error) {
	t, err := e.table(c)
	if err != nil {
		return nil, err
	}
	q, kinds, err := t.groups(f, fields)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		return conn.query(ctx, q.sql.String(), q.args, func(row *row) error {
			parts := make([]string, len(kinds))
			for i, k := range kinds {
				parts[i] = groupKey(row, i, k)
			}
			out[strings.Join(parts, "\x00")] = row.integer(len(kinds))
			return nil
		})
	})
	return out, err
}

func (t *table) groups(f store.Filter, fields []string) (*query, []store.Kind, error) {
	if len(fields) == 0 {
		return nil, nil, errors.New("count by group: no field is named")
	}
	var kinds []store.Kind
	var names []string
	for _, name := range fields {
		i := t.position(name)
		if i < 0 || t.columns[i].kind == store.Bytes || t.columns[i].kind == store.Texts && (len(fields) > 1 || t.columns[i].side == "") {
			return nil, nil, fmt.Errorf("collection %s cannot be grouped by %q", t.collection.Name, name)
		}
		if side := t.columns[i].side; side != "" {
			return t.groupTexts(f, side)
		}
		kinds, names = append(kinds, t.columns[i].kind), append(names, quote(name))
	}
	list := strings.Join(names, ",")
	q := t.query("SELECT ", list, ",count(*) FROM ", t.name)
	if err := q.where(f); err != nil {
		return nil, nil, err
	}
	q.sql.WriteString(" GROUP BY " + list)
	return q, kinds, nil
}

// groupTexts counts by the single texts: a document counts under each of its own.
func (t *table) groupTexts(f store.Filter, side string) (*query, []store.Kind, error) {
	q := t.query("SELECT value,count(*) FROM ", side)
	if f != nil {
		q.sql.WriteString(" WHERE id IN (SELECT id FROM " + t.name)
		if err := q.where(f); err != nil {
			return nil, nil, err
		}
		q.sql.WriteString(")")
	}
	q.sql.WriteString(" GROUP BY value")
	return q, []store.Kind{store.Text}, nil
}

// groupKey prints a column's value as fmt.Sprint prints the field's.
func groupKey(row *row, column int, kind store.Kind) string {
	switch kind {
	case store.Int:
		return strconv.FormatInt(row.integer(column), 10)
	case store.Bool:
		return strconv.FormatBool(row.integer(column) != 0)
	case store.Time:
		return time.UnixMilli(row.integer(column)).UTC().String()
	}
	return row.text(column)
}
