package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

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
	var out map[string]int64
	if asksScan(f) {
		err = e.scan(ctx, t, func(s *evaluator) error {
			rows, err := s.whole(f)
			if err == nil {
				out, err = t.group(s.conn, found{rows, true}, nil, fields)
			}
			return err
		})
		return out, err
	}
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		return conn.snapshot(func() error {
			out, err = t.group(conn, found{}, f, fields)
			return err
		})
	})
	return out, err
}

// group counts by the values of fields: the documents of some rows, or those a filter fits.
func (t *table) group(conn *conn, among found, f document.Filter, fields []string) (map[string]int64, error) {
	q, kinds, err := t.groups(among, f, fields)
	if err != nil {
		return nil, err
	}
	if i := t.position(fields[0]); len(fields) == 1 && t.columns[i].postings != "" {
		return t.groupPostings(conn, among, f, t.columns[i].postings)
	}
	out := map[string]int64{}
	return out, conn.query(q.sql.String(), q.args, func(row *row) error {
		parts := make([]string, len(kinds))
		for i, k := range kinds {
			parts[i] = groupKey(row, i, k)
		}
		out[strings.Join(parts, "\x00")] = row.Int(len(kinds))
		return nil
	})
}

// groupPostings counts by the values of a column of postings: a document counts under each of its own.
func (t *table) groupPostings(conn *conn, among found, f document.Filter, column string) (map[string]int64, error) {
	view, err := t.index.View(conn)
	if err != nil || f == nil {
		return view.Count(column, among.rows)
	}
	if among, err = t.candidates(conn, f); err != nil {
		return nil, err
	}
	if among.rows, err = t.rowsOf(conn, f, among); err != nil {
		return nil, err
	}
	return view.Count(column, among.rows)
}

func (t *table) groups(among found, f document.Filter, fields []string) (*query, []document.Kind, error) {
	var kinds []document.Kind
	var names []string
	for _, name := range fields {
		i := t.position(name)
		if i < 0 || t.columns[i].kind == document.Bytes || t.columns[i].kind == document.Texts && (len(fields) > 1 || t.columns[i].postings == "") {
			return nil, nil, fmt.Errorf("collection %s cannot be grouped by %q", t.collection.Name, name)
		}
		kinds, names = append(kinds, t.columns[i].kind), append(names, quote(name))
	}
	list := strings.Join(names, ",")
	q := t.query("SELECT ", list, ",count(*) FROM ", t.name)
	if err := q.among(among, f); err != nil {
		return nil, nil, err
	}
	q.sql.WriteString(" GROUP BY " + list)
	return q, kinds, nil
}

// rowsOf returns the rows that a filter fits, of some candidates if any are known, by asking SQLite.
func (t *table) rowsOf(conn *conn, f document.Filter, candidates found) (*roaring.Bitmap, error) {
	if candidates.exact {
		return candidates.rows, nil
	}
	q := t.query(`SELECT "row" FROM `, t.name)
	if err := q.among(candidates, f); err != nil {
		return nil, err
	}
	out := roaring.New()
	return out, conn.query(q.sql.String(), q.args, func(row *row) error { out.Add(uint32(row.Int(0))); return nil })
}

// groupKey prints a column's value as fmt.Sprint prints the field's.
func groupKey(row *row, column int, kind document.Kind) string {
	switch kind {
	case document.Int:
		return strconv.FormatInt(row.Int(column), 10)
	case document.Bool:
		return strconv.FormatBool(row.Int(column) != 0)
	case document.Time:
		return time.UnixMilli(row.Int(column)).UTC().String()
	}
	return row.Text(column)
}
