package sqlite

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// TestCheckpointsBeside adds many documents, which reach the file itself while the engine is open, though no commit waited for
// it; then all is as it was.
func TestCheckpointsBeside(t *testing.T) {
	e := openPeople(t)
	r := rand.New(rand.NewPCG(9, 10))
	size := func() int64 {
		info, err := os.Stat(e.path)
		must(t, err)
		return info.Size()
	}
	before, next := size(), 0
	for range 40 {
		docs := make([]any, 4000)
		for i := range docs {
			docs[i] = randomPerson(r, next)
			next++
		}
		if n, err := e.InsertNew(ctx, people, docs...); err != nil || n != int64(len(docs)) {
			t.Fatal(n, err)
		}
	}
	for deadline := time.Now().Add(time.Minute); size() == before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing was copied into the file")
		}
	}
	if n, err := e.Count(ctx, people, nil); err != nil || n != int64(next) {
		t.Fatal(n, err)
	}
	table, err := e.table(people)
	must(t, err)
	e.endMany()
	if len(table.done) > 0 {
		t.Error("what many documents needed is kept")
	}
}
