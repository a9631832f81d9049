package sqlite

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// What a scan found is remembered until it may have changed. Every table counts the writes of this program; what other
// programs write to the file shows in the data version of the writing connection, which its own writes leave alone.

// scanCache is what is remembered of one table.
type scanCache struct {
	foreign int64 // the data version
	changes int64 // of the table, when what is in found was found
	members int64 // documents added and deleted, when rows were numbered so
	found   map[string]rowBits
	related map[string]relatedRows
	ids     *rowIDs
	words   int // of each set
}

// relatedRows is what was found in another table while that had changed so often.
type relatedRows struct {
	rows    rowBits
	changes int64
}

// cacheOf gives what is remembered of a table and still true. It is called before the read transaction begins: what is
// written meanwhile is found, but not remembered.
func (e *Engine) cacheOf(t *table) *scanCache {
	now := &scanCache{changes: t.changes.Load(), members: t.members.Load(), found: map[string]rowBits{}, related: map[string]relatedRows{}}
	if now.foreign = e.foreignVersion(); now.foreign == unknownVersion {
		return now // and what is remembered is for the next scan
	}
	last := e.remembered[t]
	e.remembered[t] = now
	if last == nil || last.foreign != now.foreign || last.members != now.members {
		return now
	}
	now.related, now.ids, now.words = last.related, last.ids, last.words
	if last.changes == now.changes {
		now.found = last.found
	}
	return now
}

// fit drops what is remembered if the table has grown by a block since: a write that was under way when it was asked what has
// changed is in the file now.
func (c *scanCache) fit(words int) {
	if c.words != words {
		c.found, c.related, c.ids, c.words = map[string]rowBits{}, map[string]relatedRows{}, nil, words
	}
}

// unknownVersion stands for a data version that nobody can tell just now.
const unknownVersion = -1

// patience is how long the writing connection is waited for while it is not in a transaction: it begins or ends one.
const patience = 20 * time.Millisecond

// foreignVersion returns the data version, which changes when other programs have written to the file. The writing connection
// tells it while nobody uses it, and at the beginning of its transactions: until the end of one nobody else can write.
func (e *Engine) foreignVersion() int64 {
	if version := e.foreign.Load(); version != unknownVersion {
		return version
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case w := <-e.writer:
		defer func() { e.writer <- w }()
		if version, err := w.dataVersion(); err == nil {
			return version
		}
	case <-timer.C:
	}
	return unknownVersion
}

func (c *conn) dataVersion() (version int64, err error) {
	err = c.query("PRAGMA data_version", nil, func(row *row) error { version = row.integer(0); return nil })
	return version, err
}

// Changes tells by the data version and by what was counted here.
func (e *Engine) Changes(_ context.Context, collections ...*document.Collection) string {
	version := e.foreignVersion()
	if version == unknownVersion {
		return ""
	}
	out := fmt.Sprint(version)
	for _, c := range collections {
		t, err := e.table(c)
		if err != nil {
			return ""
		}
		out += fmt.Sprint(" ", t.changes.Load())
	}
	return out
}

// keptSets is how many sets are remembered of each kind: of a million rows each takes 125 kB.
const keptSets = 200

func remember[T any](m map[string]T, key string, found T) {
	if len(m) >= keptSets {
		clear(m)
	}
	m[key] = found
}

// relatedCached gives the rows whose ids stand in the documents of another table.
func (s *scan) relatedCached(f document.Related) (rowBits, error) {
	t, err := s.engine.table(f.Collection)
	if err != nil {
		return nil, err
	}
	key, changes := filterKey(f), s.otherChanges[t]
	if f.Cache.Key != "" && !f.Cache.AppendOnly {
		key, changes = fmt.Sprint(f.Cache.Key, " ", f.Cache.Version), -1
	}
	if known, ok := s.cache.related[key]; ok && known.changes == changes {
		return known.rows, nil
	}
	var out rowBits
	if f.Cache.Key != "" {
		out, err = s.kept(f, t)
	} else {
		out = make(rowBits, s.words)
		_, err = s.related(f, t, out)
	}
	if err != nil {
		return nil, err
	}
	remember(s.cache.related, key, relatedRows{out, changes})
	return out, nil
}

// wrote counts a write of the table; members says whether documents may have come or gone.
func (t *table) wrote(members bool) {
	t.changes.Add(1)
	if members {
		t.members.Add(1)
	}
}
