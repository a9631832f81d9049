package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// GroupCount counts the documents a filter fits by the values of some fields.
func (e *Engine) GroupCount(ctx context.Context, c *document.Collection, f document.Filter, fields ...string) (map[string]int64, error) {
	t, err := e.table(c)
	if err != nil {
		return nil, err
	}
	if len(fields) == 0 {
		return nil, errors.New("count by group: no field is named")
	}
	if scans(f) {
		return e.scanGroups(ctx, t, f, fields)
	}
	q, kinds, err := t.groups(f, fields)
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		if i := t.position(fields[0]); len(fields) == 1 && (t.columns[i].by == byTexts || t.columns[i].by == byValue) {
			return conn.snapshot(func() error {
				within, err := t.fitting(ctx, conn, f)
				if err != nil {
					return err
				}
				return t.groupSets(ctx, conn, within, &t.columns[i], out)
			})
		}
		return conn.query(q.sql.String(), q.args, func(row *row) error {
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

func (t *table) groups(f document.Filter, fields []string) (*query, []document.Kind, error) {
	var kinds []document.Kind
	var names []string
	for _, name := range fields {
		i := t.position(name)
		if i < 0 || t.columns[i].kind == document.Bytes || t.columns[i].kind == document.Texts && (len(fields) > 1 || t.columns[i].side == "") {
			return nil, nil, fmt.Errorf("collection %s cannot be grouped by %q", t.collection.Name, name)
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

// groupSets counts by the values of a column's index of rows: a document counts under each of its own.
func (t *table) groupSets(ctx context.Context, conn *conn, within *rowSet, c *column, out map[string]int64) error {
	return conn.query("SELECT value,block,rows FROM "+c.side, nil, func(row *row) error {
		if within == nil {
			out[row.text(0)] += int64(storedLen(row.view(2)))
			return nil
		}
		value, s := row.text(0), rowSet{}
		if err := s.part(row.integer(1)).read(row.view(2)); err != nil {
			return err
		}
		if s.meet(within); s.len() > 0 {
			out[value] += int64(s.len())
		}
		return nil
	})
}

// fitting gives the rows a filter fits; nil for no filter.
func (t *table) fitting(ctx context.Context, conn *conn, f document.Filter) (*rowSet, error) {
	if f == nil {
		return nil, nil
	}
	set, exact, err := t.candidates(ctx, conn, f)
	if err != nil || set != nil && exact {
		return set, err
	}
	q := t.query(`SELECT "row" FROM `, t.name)
	if set != nil && set.len() <= countedApart {
		err = q.fitting(set.rows(), f)
	} else {
		err = q.where(f)
	}
	if err != nil {
		return nil, err
	}
	out := &rowSet{}
	return out, conn.query(q.sql.String(), q.args, func(row *row) error { out.add(row.integer(0)); return nil })
}

// groupKey prints a column's value as fmt.Sprint prints the field's.
func groupKey(row *row, column int, kind document.Kind) string {
	switch kind {
	case document.Int:
		return strconv.FormatInt(row.integer(column), 10)
	case document.Bool:
		return strconv.FormatBool(row.integer(column) != 0)
	case document.Time:
		return time.UnixMilli(row.integer(column)).UTC().String()
	}
	return row.text(column)
}
