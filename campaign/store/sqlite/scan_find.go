package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// scans reports whether a filter asks for a Scan.
func scans(f document.Filter) bool {
	switch f := f.(type) {
	case document.Scan, document.Fact, document.Related, document.Sum:
		return true
	case document.Not:
		return scans(f.Filter)
	case document.All:
		for _, part := range f {
			if scans(part) {
				return true
			}
		}
	case document.Any:
		return scans(document.All(f))
	}
	return false
}

// scan runs fn with a scan of a table in one read transaction.
func (e *Engine) scan(ctx context.Context, t *table, fn func(*scan) error) error {
	doing := "find " + t.collection.Name
	var s *scan
	err := e.lend(ctx, e.scanning, doing, func(conn *conn) error {
		if !t.hasColumns() {
			return t.undeclared("scan")
		}
		s = &scan{ctx: ctx, conn: conn, table: t, engine: e, cache: e.cacheOf(t), names: map[string]int64{}, otherChanges: map[*table]int64{}, changes: -1}
		e.tables.Range(func(_, other any) bool {
			s.otherChanges[other.(*table)] = other.(*table).changes.Load()
			return true
		})
		return conn.snapshot(func() error {
			if err := s.begin(); err != nil {
				return err
			}
			return fn(s)
		})
	})
	if err == nil && len(s.made) > 0 {
		e.keepLater(s)
	}
	return err
}

// begin reads what a scan must know of the table.
func (s *scan) begin() error {
	err := s.conn.query("SELECT coalesce(max(rowid),0) FROM "+s.table.name, nil, func(row *row) error { s.lastRow = row.integer(0); return nil })
	if err != nil {
		return err
	}
	s.words = int(s.lastRow>>chunkShift+1) << (chunkShift - 6)
	s.cache.fit(s.words)
	return s.conn.query("SELECT name,id FROM "+s.table.names, nil, func(row *row) error {
		s.names[string(row.view(0))] = row.integer(1)
		return nil
	})
}

// whole gives the set of a whole filter. A walk from page to page, which brings its Memo, goes on with what it found first.
func (s *scan) whole(f document.Filter) (*memo, error) {
	outer, _ := f.(document.Scan)
	if outer.Memo != nil {
		if m, ok := outer.Memo.Found.(*memo); ok {
			return m, nil
		}
	}
	key := "whole " + filterKey(f) + s.othersIn(f)
	rows, ok := s.cache.found[key]
	if !ok || outer.Memo != nil {
		var err error
		if rows, err = s.eval(f); err != nil {
			return nil, err
		}
		if outer.Memo == nil {
			remember(s.cache.found, key, rows)
		}
	}
	m := &memo{rows: rows, count: rows.count()}
	if outer.Memo == nil {
		return m, nil
	}
	outer.Memo.Found = m
	return m, s.conn.query("SELECT coalesce(max(id),'') FROM "+s.table.name, nil, func(row *row) error {
		m.last = string(row.view(0))
		return nil
	})
}

// othersIn says how often the other tables that a filter asks about have changed.
func (s *scan) othersIn(f document.Filter) string {
	switch f := f.(type) {
	case document.Scan:
		return s.othersIn(f.Filter)
	case document.Not:
		return s.othersIn(f.Filter)
	case document.All:
		out := ""
		for _, part := range f {
			out += s.othersIn(part)
		}
		return out
	case document.Any:
		return s.othersIn(document.All(f))
	case document.Sum:
		out := ""
		for _, term := range f.Terms {
			out += s.othersIn(term.Filter)
		}
		return out
	case document.Related:
		if t, err := s.engine.table(f.Collection); err == nil {
			return fmt.Sprint(" ", s.otherChanges[t])
		}
	}
	return ""
}

// memo is what a walk remembers: rows may be given to new documents meanwhile, but not ids.
type memo struct {
	rows  rowBits
	count int64
	last  string // the highest id there was
}

func (e *Engine) scanCount(ctx context.Context, t *table, f document.Filter) (int64, error) {
	var n int64
	err := e.scan(ctx, t, func(s *scan) error {
		m, err := s.whole(f)
		if err == nil {
			n = m.count
		}
		return err
	})
	return n, err
}

// fewRows is up to how many rows a page is found by sorting them; of more than that so many stand in every stretch of the
// order that walking along it meets a page of them soon.
const fewRows = 20000

// From rareRows on a page may be met sooner than so many are sorted: walking is tried for triedSteps, which cost little.
const (
	rareRows   = 1000
	triedSteps = 50_000
)

func (e *Engine) scanFind(ctx context.Context, t *table, q document.Query, slice reflect.Value) error {
	order, err := t.order(q.Order)
	if err != nil {
		return err
	}
	return e.scan(ctx, t, func(s *scan) error {
		m, err := s.whole(q.Filter)
		if err != nil || m.count == 0 {
			return err
		}
		var rows []int64
		switch {
		case q.Limit > 0 && m.count > fewRows:
			rows, err = s.walk(m, q, order, 0)
		case q.Limit > 0 && m.count > rareRows:
			if rows, err = s.walk(m, q, order, triedSteps); err == errTooFar { // they stand together far behind
				rows, err = s.sort(m, q, order)
			}
		default:
			rows, err = s.sort(m, q, order)
		}
		if err != nil {
			return err
		}
		return s.read(rows, order, slice)
	})
}

// behind adds the condition of a page, and orders.
func (q *query) behind(m *memo, from document.Query, order []document.Order) error {
	if m.last != "" {
		q.add(" AND id<=?", m.last)
	}
	if len(from.After) > 0 {
		q.sql.WriteString(" AND ")
		if err := q.after(order, from.After); err != nil {
			return err
		}
	}
	q.orderBy(order)
	return nil
}

// walk goes along the order until a page of rows that are in the set is met. It gives up with errTooFar after some steps, if
// any are given.
func (s *scan) walk(m *memo, from document.Query, order []document.Order, steps int) ([]int64, error) {
	q := s.table.query("SELECT rowid FROM ", s.table.name, " WHERE 1")
	if err := q.behind(m, from, order); err != nil {
		return nil, err
	}
	rows := make([]int64, 0, from.Limit)
	err := s.conn.query(q.sql.String(), q.args, func(row *row) error {
		if n := row.integer(0); m.rows.has(n) {
			rows = append(rows, n)
		}
		if len(rows) == from.Limit {
			return errEnough
		}
		if steps--; steps == 0 {
			return errTooFar
		}
		return nil
	})
	if err == errEnough {
		err = nil
	}
	return rows, err
}

// sort sorts the rows of the set.
func (s *scan) sort(m *memo, from document.Query, order []document.Order) ([]int64, error) {
	text, err := encodeJSON(m.rows.rows())
	if err != nil {
		return nil, err
	}
	q := s.table.query("SELECT rowid FROM ", s.table.name)
	q.add(" WHERE rowid IN (SELECT value FROM json_each(?))", text)
	if err := q.behind(m, from, order); err != nil {
		return nil, err
	}
	if from.Limit > 0 {
		q.add(" LIMIT ?", int64(from.Limit))
	}
	var rows []int64
	err = s.conn.query(q.sql.String(), q.args, func(row *row) error {
		rows = append(rows, row.integer(0))
		return nil
	})
	return rows, err
}

// read reads whole documents.
func (s *scan) read(rows []int64, order []document.Order, slice reflect.Value) error {
	if len(rows) == 0 {
		return nil
	}
	text, err := encodeJSON(rows)
	if err != nil {
		return err
	}
	q := s.table.query("SELECT ", s.table.list, " FROM ", s.table.name)
	q.add(" WHERE rowid IN (SELECT value FROM json_each(?))", text)
	q.orderBy(order)
	slice.Grow(len(rows))
	return s.conn.query(q.sql.String(), q.args, func(row *row) error {
		n := slice.Len()
		slice.Grow(1)
		slice.SetLen(n + 1)
		return s.table.decode(row, slice.Index(n))
	})
}

// inRows is a field that a filter can name in this engine alone: the row is in a JSON list.
const inRows = "\x00rows"

// scanGroups counts by the values of fields.
func (e *Engine) scanGroups(ctx context.Context, t *table, f document.Filter, fields []string) (map[string]int64, error) {
	out := map[string]int64{}
	err := e.scan(ctx, t, func(s *scan) error {
		m, err := s.whole(f)
		if err != nil {
			return err
		}
		if i := t.position(fields[0]); len(fields) == 1 && i >= 0 && (t.columns[i].by == byTexts || t.columns[i].by == byValue) {
			return t.groupSets(ctx, s.conn, m.rows.set(), &t.columns[i], out)
		}
		text, err := encodeJSON(m.rows.rows())
		if err != nil {
			return err
		}
		q, kinds, err := t.groups(document.Where{Field: inRows, Value: text}, fields)
		if err != nil {
			return err
		}
		return s.conn.query(q.sql.String(), q.args, func(row *row) error {
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
