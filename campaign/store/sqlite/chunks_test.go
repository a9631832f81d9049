package sqlite

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// scanned has fields and facts that are scanned.
type scanned struct {
	ID   string    `json:"id"`
	Key  string    `json:"key"`
	Name string    `json:"name"`
	At   time.Time `json:"at"`
	Of   []string  `json:"of"`
	Says []string  `json:"says"`
}

var scannedThings = &document.Collection{
	Name: "scanned", Sample: scanned{},
	Fields:  []document.Field{{Name: "key", Kind: document.Text}, {Name: "name", Kind: document.Text}, {Name: "at", Kind: document.Time}, {Name: "of", Kind: document.Texts}},
	Indexes: []document.Index{{Fields: []string{"key"}, Unique: true}}, Scanned: []string{"name", "at", "of"},
	Facts: func(doc any) []string { return slices.Clone(doc.(*scanned).Says) },
}

// TestChunksOfManyDocuments adds documents in batches of all sizes, some of them taken, and compares the chunks with ones
// made anew.
func TestChunksOfManyDocuments(t *testing.T) {
	e, err := Open(ctx, filepath.Join(t.TempDir(), "scanned.db"))
	must(t, err)
	t.Cleanup(func() { e.Close(ctx) })
	must(t, e.Prepare(ctx, []*document.Collection{scannedThings}))
	r := rand.New(rand.NewPCG(7, 8))
	next := 0
	for _, size := range []int{1, 300, 3, 5000, 1, 255, 256, 257, 700} {
		docs := make([]any, size)
		for i := range docs {
			d := &scanned{ID: fmt.Sprintf("%06d", next), Key: fmt.Sprint(next - r.IntN(20)/19), Name: strings.Repeat("x", r.IntN(3)), At: time.UnixMilli(int64(r.IntN(4))), Of: []string{"b", "a"}[:r.IntN(3)]}
			for range r.IntN(4) {
				d.Says = append(d.Says, fmt.Sprintf("key%d=%d", r.IntN(3), r.IntN(700)))
			}
			docs[i] = d
			next++
		}
		n, err := e.InsertNew(ctx, scannedThings, docs...)
		must(t, err)
		if size > 200 && n == int64(size) {
			t.Fatal("none was taken")
		}
		must(t, e.Upsert(ctx, scannedThings, docs[0])) // changes a chunk, and adds what was taken
		_, err = e.Delete(ctx, scannedThings, document.ByID(docs[size-1].(*scanned).ID))
		must(t, err)
	}
	checkIndex(t, e, scannedThings, 7*15)
}
