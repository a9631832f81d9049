package sqlite

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// What is found in another table under a name (document.Related.Cache) is kept in the file, as the set of rows it makes, so that
// a program that was just started need not read a million documents for it. Two tables hold the sets of all collections. They
// are right at any time, or not there:
//
//   - A row that is deleted leaves its sets, and the row's number may be given to another document.
//   - A document that is added is in none: what was found named no id higher than the set's last. One with an id as low as
//     that may be one that was there before, so that the sets that might know it are dropped.
//   - Sets of a growing table are made of its rows up to a number, and completed by those above it when they are asked for.
//     Who changes or deletes documents there drops the sets, unless nobody they are about exists any more.
//
// Whoever makes a set writes it down later, after looking whether something of that happened meanwhile: a count of such
// changes stands in the row with the id 0.

var createKept = []string{
	`CREATE TABLE IF NOT EXISTS "kept.sets"(id INTEGER PRIMARY KEY, target TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL, source TEXT NOT NULL,
		grows INTEGER NOT NULL, last TEXT NOT NULL, upto INTEGER NOT NULL, upto_id TEXT NOT NULL, UNIQUE(target,name))`,
	`CREATE TABLE IF NOT EXISTS "kept.rows"("set" INTEGER NOT NULL, block INTEGER NOT NULL, rows BLOB NOT NULL, PRIMARY KEY("set",block)) WITHOUT ROWID`,
	`INSERT INTO "kept.sets" VALUES(0,'','',0,'',0,'',0,'') ON CONFLICT DO NOTHING`,
}

// keptSet is a set that is kept, or is to be.
type keptSet struct {
	related document.Related
	rows    rowBits
	last    string // the highest id that was found, there or not
	upto    int64  // the highest row of a growing table it is made of
	uptoID  string // and the document there, since rows without a column for their number may be numbered anew
}

// kept gives the set of a named question: the kept one, or a new one that is to be kept.
func (s *scan) kept(f document.Related, t *table) (rowBits, error) {
	if f.Cache.AppendOnly && (t.followed < 0 || t.columns[t.followed].name != f.Field) {
		return nil, t.undeclared(f.Field)
	}
	if s.changes < 0 {
		if err := s.conn.query(`SELECT version FROM "kept.sets" WHERE id=0`, nil, func(row *row) error { s.changes = row.integer(0); return nil }); err != nil {
			return nil, err
		}
	}
	set := keptSet{related: f, rows: make(rowBits, s.words)}
	known, err := s.readKept(&set)
	if err == nil && known && f.Cache.AppendOnly {
		known, err = s.grow(&set, t)
	}
	if err != nil || known {
		return set.rows, err
	}
	set = keptSet{related: f, rows: make(rowBits, s.words)}
	if f.Cache.AppendOnly {
		if err := s.top(&set, t); err != nil {
			return nil, err
		}
	}
	if set.last, err = s.related(f, t, set.rows); err == nil {
		s.made = append(s.made, set)
	}
	return set.rows, err
}

// readKept reads a set as it is kept and says whether it is.
func (s *scan) readKept(set *keptSet) (bool, error) {
	id := int64(0)
	err := s.conn.query(`SELECT id,last,upto,upto_id FROM "kept.sets" WHERE target=? AND name=? AND version=?`,
		[]any{s.table.collection.Name, set.related.Cache.Key, set.related.Cache.Version}, func(row *row) error {
			id, set.last, set.upto, set.uptoID = row.integer(0), row.text(1), row.integer(2), row.text(3)
			return nil
		})
	if err != nil || id == 0 {
		return false, err
	}
	err = s.conn.query(`SELECT block,rows FROM "kept.rows" WHERE "set"=?`, []any{id}, func(row *row) error {
		var m bitmap
		if err := m.read(row.view(1)); err != nil {
			return err
		}
		copy(set.rows[min(len(set.rows), int(row.integer(0))*mapWords):], m[:])
		return nil
	})
	return true, err
}

const (
	longGrowth = 20_000 // so many rows more are not looked through for every set that lacks them
	keptGrowth = 200    // so many are looked through again and again before the set is kept with them
)

// top notes up to which row a growing table goes.
func (s *scan) top(set *keptSet, t *table) error {
	return s.conn.query("SELECT rowid,id FROM "+t.name+" ORDER BY rowid DESC LIMIT 1", nil, func(row *row) error {
		set.upto, set.uptoID = row.integer(0), row.text(1)
		return nil
	})
}

// grow completes a set by what was added since. It gives false when the set is to be made anew.
func (s *scan) grow(set *keptSet, t *table) (bool, error) {
	same := set.upto == 0
	if err := s.conn.query("SELECT id FROM "+t.name+" WHERE rowid=?", []any{set.upto}, func(row *row) error { same = string(row.view(0)) == set.uptoID; return nil }); err != nil {
		return false, err
	}
	from := set.upto
	if err := s.top(set, t); err != nil || !same || set.upto-from > longGrowth {
		return false, err
	}
	if set.upto == from {
		return true, nil
	}
	q := t.query("SELECT "+t.columns[t.followed].quoted, " FROM ", t.name)
	q.and()
	q.add("rowid>?", from)
	q.and()
	q.plus = "+"
	if err := q.filter(set.related.Filter); err != nil {
		return false, err
	}
	var ids []string
	if err := s.conn.query(q.sql.String(), q.args, func(row *row) error { ids = append(ids, row.text(0)); return nil }); err != nil {
		return false, err
	}
	for _, id := range ids {
		set.last = max(set.last, id)
		if err := s.conn.query("SELECT rowid FROM "+s.table.name+" WHERE id=?", []any{id}, func(row *row) error {
			n := row.integer(0)
			set.rows[n>>6] |= 1 << (n & 63)
			return nil
		}); err != nil {
			return false, err
		}
	}
	if set.upto-from > keptGrowth {
		s.made = append(s.made, *set)
	}
	return true, nil
}

// Warm finds what is not in the cache. Others who scan wait meanwhile, which is at most a second for a million documents.
func (e *Engine) Warm(ctx context.Context, c *document.Collection, related document.Related) error {
	t, err := e.table(c)
	if err != nil {
		return err
	}
	return e.scan(ctx, t, func(s *scan) error {
		_, err := s.relatedCached(related)
		return err
	})
}

// keepLater writes down what a scan made, without anybody's waiting for it.
func (e *Engine) keepLater(s *scan) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return
	}
	e.keeping.Go(func() {
		// What cannot be kept is made again when it is asked for. The writer is borrowed without hearing what failed to reach
		// the disk: that is for those to know who write what must not be lost.
		_ = e.lend(context.Background(), e.writer, "keep sets", func(c *conn) error {
			return e.transaction(c, func(c *conn) error { return s.keep(context.Background(), c) })
		})
	})
}

// endKeeping waits for the sets that are being written down; none are after it.
func (e *Engine) endKeeping() {
	e.mu.Lock()
	e.ended = true
	e.mu.Unlock()
	e.keeping.Wait()
}

// keep writes down what a scan made, if it is still right.
func (s *scan) keep(ctx context.Context, conn *conn) error {
	changes := int64(-1)
	if err := conn.query(`SELECT version FROM "kept.sets" WHERE id=0`, nil, func(row *row) error { changes = row.integer(0); return nil }); err != nil || changes != s.changes {
		return err
	}
	for i := range s.made {
		set := &s.made[i]
		known := false
		err := conn.query("SELECT 1 FROM "+s.table.name+" WHERE rowid>? AND id<=? LIMIT 1", []any{s.lastRow, set.last}, func(*row) error { known = true; return nil })
		if err == nil && !known {
			err = set.write(ctx, conn, s.table.collection.Name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (set *keptSet) write(ctx context.Context, conn *conn, target string) error {
	f := set.related
	if err := dropKept(ctx, conn, "target=? AND name=?", target, f.Cache.Key); err != nil {
		return err
	}
	grows := int64(0)
	if f.Cache.AppendOnly {
		grows = 1
	}
	_, err := conn.exec(`INSERT INTO "kept.sets"(target,name,version,source,grows,last,upto,upto_id) VALUES(?,?,?,?,?,?,?,?)`,
		target, f.Cache.Key, f.Cache.Version, f.Collection.Name, grows, set.last, set.upto, set.uptoID)
	id := conn.LastInsertRowID()
	rows := set.rows.set()
	for i, block := range rows.blocks {
		if err != nil {
			return err
		}
		_, err = conn.exec(`INSERT INTO "kept.rows" VALUES(?,?,?)`, id, block, rows.maps[i].store(nil))
	}
	return err
}

// dropKept drops the sets of a condition.
func dropKept(ctx context.Context, conn *conn, condition string, args ...any) error {
	if _, err := conn.exec(`DELETE FROM "kept.rows" WHERE "set" IN (SELECT id FROM "kept.sets" WHERE id>0 AND `+condition+")", args...); err != nil {
		return err
	}
	_, err := conn.exec(`DELETE FROM "kept.sets" WHERE id>0 AND `+condition, args...)
	return err
}

// countKept counts a change after which a set that was made before it is not to be kept.
func countKept(conn *conn) error {
	_, err := conn.exec(`UPDATE "kept.sets" SET version=version+1 WHERE id=0`)
	return err
}
