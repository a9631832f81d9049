package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// leaveKept takes rows that were deleted out of the kept sets.
func (t *table) leaveKept(conn *conn, gone []int64) error {
	if len(gone) == 0 {
		return nil
	}
	if err := countKept(conn); err != nil {
		return err
	}
	var sets []int64
	err := conn.query(`SELECT id FROM "kept.sets" WHERE target=?`, []any{t.collection.Name}, func(row *row) error { sets = append(sets, row.integer(0)); return nil })
	if err != nil || len(sets) == 0 {
		return err
	}
	left := &rowSet{}
	for _, row := range slices.Sorted(slices.Values(gone)) {
		left.add(row)
	}
	for _, set := range sets {
		for i, block := range left.blocks {
			if err := leaveBlock(conn, set, block, left.maps[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func leaveBlock(conn *conn, set, block int64, left *bitmap) error {
	var m bitmap
	err := conn.query(`SELECT rows FROM "kept.rows" WHERE "set"=? AND block=?`, []any{set, block}, func(row *row) error { return m.read(row.view(0)) })
	changed := false
	for i := range m {
		changed = changed || m[i]&left[i] != 0
		m[i] &^= left[i]
	}
	if err != nil || !changed {
		return err
	}
	_, err = conn.exec(`UPDATE "kept.rows" SET rows=? WHERE "set"=? AND block=?`, m.store([]byte{}), set, block)
	return err
}

// enterKept drops the sets that may have known one of some new documents before.
func (t *table) enterKept(conn *conn, lowest string) error {
	if !t.hasColumns() || lowest == "" {
		return nil
	}
	last := ""
	err := conn.query(`SELECT coalesce(max(last),'') FROM "kept.sets" WHERE target=?`, []any{t.collection.Name}, func(row *row) error { last = row.text(0); return nil })
	if err != nil || lowest > last {
		return err
	}
	return dropKept(context.Background(), conn, "target=? AND last>=?", t.collection.Name, lowest)
}

// lowest gives the lowest id of the documents that were added.
func (b *batch) lowest() string {
	if !b.table.hasColumns() {
		return ""
	}
	var out []byte
	for i, row := range b.rows {
		if row == 0 {
			continue
		}
		cells, texts := b.document(i)
		if id := texts[:cells[0].size]; out == nil || bytes.Compare(id, out) < 0 {
			out = id
		}
	}
	return string(out)
}

// following runs a change of documents by which others are found, and drops the sets that may be others after it. The ids
// are those the documents will name; those they name now are looked up by the filter.
func (t *table) following(ctx context.Context, conn *conn, f document.Filter, ids []string, change func() error) error {
	if t.followed < 0 {
		return change()
	}
	q := t.query("SELECT DISTINCT "+t.columns[t.followed].quoted, " FROM ", t.name)
	if err := q.where(f); err != nil {
		return err
	}
	if err := conn.query(q.sql.String(), q.args, func(row *row) error { ids = append(ids, row.text(0)); return nil }); err != nil {
		return err
	}
	if err := change(); err != nil {
		return err
	}
	return t.followedOthers(conn, ids)
}

// followedOthers drops the sets made of a growing table, if one of some ids is anybody's.
func (t *table) followedOthers(conn *conn, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := countKept(conn); err != nil {
		return err
	}
	highest := []any{slices.Max(ids), t.collection.Name} // who comes back, or comes late, is to be known
	if _, err := conn.exec(`UPDATE "kept.sets" SET last=max(last,?) WHERE source=? AND grows`, highest...); err != nil {
		return err
	}
	var targets []string
	err := conn.query(`SELECT DISTINCT target FROM "kept.sets" WHERE source=? AND grows`, []any{t.collection.Name}, func(row *row) error {
		targets = append(targets, row.text(0))
		return nil
	})
	for _, target := range targets {
		known := false
		if err == nil {
			known, err = anyThere(conn, target, ids)
		}
		if err == nil && known {
			err = dropKept(context.Background(), conn, "source=? AND target=? AND grows", t.collection.Name, target)
		}
	}
	return err
}

// anyThere reports whether a table has a document with one of some ids.
func anyThere(conn *conn, table string, ids []string) (bool, error) {
	there := false
	for _, id := range ids {
		err := conn.query("SELECT 1 FROM "+quote(table)+" WHERE id=?", []any{id}, func(*row) error { there = true; return nil })
		if err != nil || there {
			return there, err
		}
	}
	return false, nil
}

// followingOne is following for one document that is written whole; args are the values of its columns.
func (t *table) followingOne(conn *conn, args []any, change func() error) error {
	if t.followed < 0 {
		return change()
	}
	if same, err := t.stays(conn, args); err != nil || same {
		return firstError(err, change())
	}
	return t.following(context.Background(), conn, document.ByID(args[0].(string)), nil, func() error {
		if err := change(); err != nil {
			return err
		}
		return t.followedOthers(conn, []string{args[t.followed].(string)})
	})
}

// newlyFollowed gives the id that documents name after a change, if it changes that.
func (t *table) newlyFollowed(change document.Change) []string {
	if t.followed < 0 {
		return nil
	}
	id, ok := textOf(change.Set[t.columns[t.followed].name])
	if !ok {
		return nil
	}
	return []string{id}
}

// stays reports whether a document stands in the table just so, as far as filters can tell.
func (t *table) stays(conn *conn, args []any) (bool, error) {
	same := false
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.quoted + " IS ?"
	}
	err := conn.query(fmt.Sprintf("SELECT 1 FROM %s WHERE %s", t.name, strings.Join(names, " AND ")), args[:len(t.columns)], func(*row) error { same = true; return nil })
	return same, err
}
