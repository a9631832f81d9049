package sqlite

import (
	"bytes"
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// The documents that a Related with a Cache finds are cached in the file too, as a set of rows, so that a program that was just
// started need not read a million documents for it. A set carries marks of how far its collections were when it was found.
// They are checked when it is asked for, so that no writer has to keep it right and it may be written down late:
//
//   - A row number is never given twice: a set without the deleted rows is right for the rows up to its mark. A row above it
//     may belong to a document that the set's ids name, if its id is no higher than the highest of them.
//   - The source stays the same under one version, or it is append-only: then its new rows complete the set. Any other change
//     of it raises its count of changes, unless no set can be wrong after it.
type cachedSet struct {
	key  document.Cache
	rows *roaring.Bitmap
	last string // the highest id that was found, there or not
	high int64  // the highest row number of the table then
	source
}

// source marks how far a source of sets was: its count of changes, its highest row, and the document there, since VACUUM may
// number its rows anew.
type source struct {
	index.State
	row int64
	id  string
}

const (
	longGrowth   = 20_000 // with more new rows than this a set is found anew instead of being completed
	cachedGrowth = 200    // with more than this it is written down again when it is complete
)

// targets are the tables of whose rows sets are made.
func (e *Engine) targets() (out []*table) {
	e.tables.Range(func(_, t any) bool {
		if t.(*table).scans() {
			out = append(out, t.(*table))
		}
		return true
	})
	return out
}

// sourceOf returns how far a source is.
func (e *evaluator) sourceOf(t *table) (out source, err error) {
	if out.State, err = index.ReadState(e.conn, t.collection.Name); err != nil {
		return out, err
	}
	err = e.conn.query("SELECT rowid,id FROM "+t.name+" ORDER BY rowid DESC LIMIT 1", nil, func(row *row) error {
		out.row, out.id = row.Int(0), row.Text(1)
		return nil
	})
	return out, err
}

// stateOf names the state of what a Related asks about; without a Cache, that of the whole file.
func (e *evaluator) stateOf(f document.Related) (string, error) {
	if f.Cache.AppendOnly {
		t, err := e.engine.table(f.Collection)
		if err != nil {
			return "", err
		}
		src, err := e.sourceOf(t)
		return fmt.Sprint(src), err
	}
	if f.Cache.Key != "" {
		return "", nil
	}
	version, err := e.conn.dataVersion()
	return fmt.Sprint(version), err
}

// related returns the rows whose ids stand in the documents of another table.
func (e *evaluator) related(f document.Related) (*roaring.Bitmap, error) {
	t, err := e.engine.table(f.Collection)
	if err != nil {
		return nil, err
	}
	if i := t.position(f.Field); i < 0 || t.columns[i].kind != document.Text || f.Cache.AppendOnly && i != t.followed {
		return nil, t.undeclared(f.Field)
	}
	set, err := e.setOf(f, t)
	if err != nil {
		return nil, err
	}
	all, err := e.view.All()
	if err != nil {
		return nil, err
	}
	return roaring.And(all, set.rows), nil // those that were deleted since are still in the set
}

// setOf returns the set of a Related: the cached one with what came since, or a new one.
func (e *evaluator) setOf(f document.Related, t *table) (set cachedSet, err error) {
	var now source // nothing where the source stays the same
	if f.Cache.AppendOnly {
		if now, err = e.sourceOf(t); err != nil {
			return set, err
		}
	}
	set, known, err := e.readSet(f.Cache)
	if err == nil && known {
		known, err = e.right(&set, t, now)
	}
	if !known {
		set = cachedSet{key: f.Cache, rows: roaring.New()}
	}
	above := set.row
	if err == nil && (!known || now.row > above) {
		err = e.addNamed(&set, f, t)
	}
	set.source, set.high = now, e.view.High
	if err == nil && f.Cache.Key != "" && (!known || now.row-above > cachedGrowth) {
		e.found = append(e.found, set)
	}
	return set, err
}

// readSet reads a set from the file and says whether it is there.
func (e *evaluator) readSet(key document.Cache) (set cachedSet, known bool, err error) {
	err = e.conn.query(`SELECT last,high,changes,source_row,source_id,rows FROM "cached.sets" WHERE target=? AND name=? AND version=?`,
		[]any{e.table.collection.Name, key.Key, key.Version}, func(row *row) error {
			known = true
			set = cachedSet{key: key, rows: roaring.New(), last: row.Text(0), high: row.Int(1), source: source{index.State{Changes: row.Int(2)}, row.Int(3), row.Text(4)}}
			return set.rows.UnmarshalBinary(row.Bytes(5))
		})
	return set, known, err
}

// right reports whether a set is right but for what was added to its source since.
func (e *evaluator) right(set *cachedSet, t *table, now source) (right bool, err error) {
	lowest, err := e.lowestAbove(set.high)
	if err != nil || lowest != "" && lowest <= set.last || set.Changes != now.Changes || now.row-set.row > longGrowth {
		return false, err
	}
	if set.row == 0 {
		return true, nil
	}
	err = e.conn.query("SELECT id FROM "+t.name+" WHERE rowid=?", []any{set.row}, func(row *row) error { right = row.Text(0) == set.id; return nil })
	return right, err
}

// lowestAbove returns the lowest id of the rows above one, "" when there are none.
func (e *evaluator) lowestAbove(high int64) (lowest string, err error) {
	if known, ok := e.lowest[high]; ok || high >= e.view.High {
		return known, nil
	}
	// Without the +, SQLite would go through the ids.
	err = e.conn.query("SELECT min(+id) FROM "+e.table.name+` WHERE "row">?`, []any{high}, func(row *row) error { lowest = row.Text(0); return nil })
	e.lowest[high] = lowest
	return lowest, err
}

// addNamed adds to a set the documents that those of the source above its row name.
func (e *evaluator) addNamed(set *cachedSet, f document.Related, t *table) error {
	q := t.query("SELECT ", quote(f.Field), " FROM ", t.name)
	if set.row > 0 {
		q.and()
		q.add("rowid>?", set.row)
		q.plus = "+"
	}
	q.and()
	if err := q.filter(f.Filter); err != nil {
		return err
	}
	rowOf := `SELECT "row" FROM ` + e.table.name + " WHERE id=?"
	last := []byte(set.last)
	var rows []uint32
	add := func(row *row) error { rows = append(rows, uint32(row.Int(0))); return nil }
	err := e.conn.query(q.sql.String(), q.args, func(row *row) error {
		id := row.Bytes(0)
		id = id[bytes.LastIndexByte(id, '.')+1:]
		if bytes.Compare(id, last) > 0 {
			last = append(last[:0], id...)
		}
		return e.conn.query(rowOf, []any{string(id)}, add)
	})
	set.last = string(last)
	set.rows.AddMany(rows)
	return err
}

// Warm finds what is not cached. Others who scan wait meanwhile, which is some seconds for a million documents.
func (e *Engine) Warm(ctx context.Context, c *document.Collection, related document.Related) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	return e.scan(ctx, t, func(e *evaluator) error {
		_, err := e.scanned(related)
		return err
	})
}

// cacheLater writes down what a scan found, without anybody's waiting for it.
func (e *Engine) cacheLater(sets []cachedSet, target string) {
	e.caching.Go(func() {
		// What cannot be written is found again when it is asked for. The writer is borrowed without hearing what failed to reach
		// the disk: that is for those to know who write what must not be lost.
		_ = e.lend(context.Background(), e.writer, "cache sets", func(c *conn) error {
			return e.transaction(c, func(c *conn) error {
				for _, set := range sets {
					if err := set.write(c, target); err != nil {
						return err
					}
				}
				return nil
			})
		})
	})
}

func (set cachedSet) write(conn *conn, target string) error {
	rows, err := set.rows.ToBytes()
	if err != nil {
		return err
	}
	_, err = conn.exec(`REPLACE INTO "cached.sets"(target,name,version,last,high,changes,source_row,source_id,rows) VALUES(?,?,?,?,?,?,?,?,?)`,
		target, set.key.Key, set.key.Version, set.last, set.high, set.Changes, set.row, set.id, rows)
	return err
}
