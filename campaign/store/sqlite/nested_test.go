package sqlite

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// A statement whose rows are being gone through stays when another one is prepared for which there is no room.
func TestStatementStaysWhileItRuns(t *testing.T) {
	e := openPeople(t)
	must(t, e.read(ctx, "read", func(c *conn) error {
		for n := range maxStatements {
			if _, err := c.prepare(fmt.Sprintf("SELECT %d", n)); err != nil {
				return err
			}
		}
		var rows []int64
		err := c.query("SELECT value FROM json_each('[1,2,3]')", nil, func(r *row) error {
			rows = append(rows, r.Int(0))
			for n := range 2 * maxStatements {
				if err := c.query(fmt.Sprintf("SELECT %d+%d", len(rows), n), nil, func(*row) error { return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		if fmt.Sprint(rows) != "[1 2 3]" {
			t.Errorf("the rows are %v", rows)
		}
		return err
	}))
}

// A scan finds what was written since the same filter was answered.
func TestScanAfterAWrite(t *testing.T) {
	e, c := openScanned(t)
	r := rand.New(rand.NewPCG(3, 4))
	add := func(from, to int) {
		for i := from; i < to; i++ {
			p := randomPerson(r, i)
			p.Text = "known"
			must(t, e.Insert(ctx, c, p))
		}
	}
	f := document.Scan{Filter: document.Any{document.Where{Field: "text", Op: document.Contains, Value: "known"}, document.Not{Filter: document.Where{Field: "text", Op: document.Contains, Value: "known"}}}}
	count := func(want int64) {
		t.Helper()
		if n, err := e.Count(ctx, c, f); err != nil || n != want {
			t.Fatalf("%d are found, not %d: %v", n, want, err)
		}
	}
	add(0, 250)
	count(250)
	add(250, 270) // into the next chunk of rows
	count(270)
}
