// Package index is what the SQLite engine finds documents by beside their tables. It knows rows by their numbers and what
// stands in their columns; it knows no documents, no filters and nothing of the connection but that it runs statements.
//
// A column has one of three encodings. Chunks hold the values of 256 successive rows each: a test of any kind goes through a
// column of a million rows in some milliseconds. Postings hold, for a value, which rows have it: a bitmap, cut into blocks of
// 4096 rows. Trigrams are postings of the letters that stand next to each other in a text. One posting list, of all rows,
// belongs to every index.
//
// All of it is derived, and made anew when it is not made of what it should be. It changes in the transaction that changes the
// documents, by one call: Changes.Touch.
package index

import (
	"maps"
	"slices"
	"strings"
)

// Querier runs one statement and calls fn with each row of its answer; a row is good until fn returns.
type Querier interface {
	Query(sql string, args []any, fn func(Row) error) error
}

// Row is a row of an answer.
type Row interface {
	Int(column int) int64
	Text(column int) string
	Bytes(column int) []byte // good until fn returns
}

// exec runs a statement that answers nothing.
func exec(db Querier, sql string, args ...any) error {
	return db.Query(sql, args, func(Row) error { return nil })
}

// Encoding is how a column is held.
type Encoding int

const (
	Chunks   Encoding = iota // by row
	Postings                 // by value
	Trigrams                 // by the letters next to each other
)

// Entry is what a column holds of a document. Only columns of postings have several of one document.
type Entry struct{ Column, Value string }

// Document is a row and what stands in its columns.
type Document struct {
	Row     int64
	Entries []Entry
}

// Index is the plan of the index of one collection.
type Index struct {
	collection               string
	columns                  map[string]Encoding // those that are not declared are chunks
	names, chunks, postings  string              // tables
	putChunk, read, put, cut string              // statements
}

// allRows is the name of the column whose only value, the empty one, every row has.
const allRows = ""

// New plans an index with columns of some encodings.
func New(collection string, columns map[string]Encoding) *Index {
	x := &Index{collection: collection, columns: maps.Clone(columns)}
	x.columns[allRows] = Postings
	x.names, x.chunks, x.postings = quote(collection+".columns"), quote(collection+".chunks"), quote(collection+".postings")
	x.putChunk = "INSERT INTO " + x.chunks + "(id,data) VALUES(?,?) ON CONFLICT(id) DO UPDATE SET data=excluded.data"
	x.read = "SELECT rows FROM " + x.postings + ` WHERE block=? AND "column"=? AND value=?`
	x.put = "REPLACE INTO " + x.postings + ` VALUES(?,?,?,?)`
	x.cut = "DELETE FROM " + x.postings + ` WHERE block=? AND "column"=? AND value=?`
	return x
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Create makes the tables of the index if they are not there, or not made of what they should be, which made names beside the
// columns. Then every document must be entered: it returns the changes to do that with. The highest row there is tells
// whether a program that knew nothing of this index has written to the file.
func (x *Index) Create(db Querier, made string, highest int64) (*Changes, error) {
	for _, name := range slices.Sorted(maps.Keys(x.columns)) {
		made += " " + name + string(rune('0'+x.columns[name]))
	}
	state, err := ReadState(db, x.collection)
	if err != nil {
		return nil, err
	}
	have, beside := "", x.collection+"."
	var old []string
	err = db.Query("SELECT name FROM sqlite_schema WHERE type='table' AND substr(name,1,?)=?", []any{int64(len(beside)), beside}, func(row Row) error {
		old = append(old, row.Text(0))
		if quote(row.Text(0)) != x.names {
			return nil
		}
		return db.Query("SELECT name FROM "+x.names+" WHERE id=0", nil, func(row Row) error { have = row.Text(0); return nil })
	})
	if err != nil || have == made && highest <= state.High {
		return nil, err
	}
	for _, name := range old {
		if err := drop(db, name); err != nil {
			return nil, err
		}
	}
	for _, sql := range []string{
		"CREATE TABLE " + x.names + "(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
		"CREATE TABLE " + x.chunks + "(id INTEGER PRIMARY KEY, data BLOB NOT NULL)",
		"CREATE TABLE " + x.postings + `(block INTEGER NOT NULL, "column" INTEGER NOT NULL, value TEXT NOT NULL, rows BLOB NOT NULL, PRIMARY KEY(block,"column",value)) WITHOUT ROWID`,
	} {
		if err := exec(db, sql); err != nil {
			return nil, err
		}
	}
	c := x.begin(db, state)
	c.written = -1
	return c, exec(db, "INSERT INTO "+x.names+"(id,name) VALUES(0,?)", made)
}

// drop drops a table. Its rows go first, some at a time: SQLite would hold all the pages of one that is dropped in memory.
func drop(db Querier, name string) error {
	key, table := "", quote(name)
	err := db.Query("SELECT name FROM pragma_table_info(?) WHERE pk=1", []any{name}, func(row Row) error { key = quote(row.Text(0)); return nil })
	for left := true; left && err == nil; {
		left = false
		err = db.Query("DELETE FROM "+table+" WHERE "+key+"<=(SELECT coalesce((SELECT "+key+" FROM "+table+" ORDER BY "+key+" LIMIT 1 OFFSET 500), (SELECT max("+key+") FROM "+table+"))) RETURNING 1",
			nil, func(Row) error { left = true; return nil })
	}
	if err != nil {
		return err
	}
	return exec(db, "DROP TABLE "+table)
}

// numbers reads the numbers that stand for the columns in the file.
func (x *Index) numbers(db Querier) (map[string]int64, error) {
	out := map[string]int64{}
	err := db.Query("SELECT name,id FROM "+x.names+" WHERE id>0", nil, func(row Row) error { out[row.Text(0)] = row.Int(1); return nil })
	return out, err
}
