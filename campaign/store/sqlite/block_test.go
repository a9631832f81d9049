package sqlite

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// TestBlocksBegin adds few documents and then many: those begin a block, so that each part of a set is written once.
func TestBlocksBegin(t *testing.T) {
	e := openPeople(t)
	r := rand.New(rand.NewPCG(11, 12))
	next := 0
	add := func(n int) (first, last int64) {
		docs := make([]any, n)
		for i := range docs {
			docs[i] = randomPerson(r, next)
			next++
		}
		added, err := e.InsertNew(ctx, people, append([]any{randomPerson(r, 0)}, docs...)...) // the first is taken, but once
		must(t, err)
		must(t, e.read(ctx, "", func(conn *conn) error {
			return conn.query(`SELECT min("row"),max("row") FROM (SELECT "row" FROM people ORDER BY "row" DESC LIMIT ?)`, []any{added}, func(row *row) error {
				first, last = row.Int(0), row.Int(1)
				return nil
			})
		}))
		return first, last
	}
	for _, tt := range []struct {
		docs        int
		first, last int64
	}{{3, 1, 3}, {4000, 4096, 8095}, {5, 8096, 8100}, {4095, 8192, 12286}, {4095, 12288, 16382}, {1, 16383, 16383}, {4095, 16384, 20478}} {
		if first, last := add(tt.docs); first != tt.first || last != tt.last {
			t.Errorf("%d documents became the rows %d to %d, want %d to %d", tt.docs, first, last, tt.first, tt.last)
		}
	}
}

// TestBlocksGathered fills blocks with documents of which none is taken, adds few behind them and changes some, and compares the
// index with one made anew.
func TestBlocksGathered(t *testing.T) {
	e, people := openScanned(t)
	r := rand.New(rand.NewPCG(13, 14))
	next := 0
	for _, size := range []int{5, 3100, 4096, 4096 + 3500 + 7, 9} {
		docs := make([]any, size)
		for i := range docs {
			docs[i] = randomPerson(r, next)
			next++
		}
		added, err := e.InsertNew(ctx, people, docs...)
		must(t, err)
		if added != int64(size) {
			t.Fatalf("%d of %d were added", added, size)
		}
		must(t, e.Upsert(ctx, people, randomPerson(r, next-1-r.IntN(size))))
		_, err = e.Delete(ctx, people, document.ByID(fmt.Sprintf("%06d", next-1-r.IntN(size))))
		must(t, err)
	}
	checkIndex(t, e, people, 20)
}
