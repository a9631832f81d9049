package sqlite

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
)

// TestTwoWritersOfOneLog has two writers, as of two programs, take turns on one file with transactions of all sizes, some of
// which come to nothing after much of them went to the log, and looks from a third place after each.
func TestTwoWritersOfOneLog(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "x.db")
	var writers []*Engine
	for range 3 {
		e, err := Open(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		defer e.Close(ctx)
		if err := e.alone(ctx, "set up", func(c *conn) error {
			_, err := c.exec("PRAGMA cache_size=20") // so that little spills over into the log
			return err
		}); err != nil {
			t.Fatal(err)
		}
		writers = append(writers, e)
	}
	count := func(e *Engine) (n int64, whole string) {
		err := e.read(ctx, "count", func(c *conn) error {
			if err := c.query("SELECT count(*) FROM t", nil, func(r *row) error { n = r.Int(0); return nil }); err != nil {
				return err
			}
			return c.query("PRAGMA integrity_check", nil, func(r *row) error { whole = r.Text(0); return nil })
		})
		if err != nil {
			t.Fatal(err)
		}
		return n, whole
	}
	if err := writers[0].write(ctx, "create", func(c *conn) error {
		_, err := c.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, x TEXT, y TEXT)")
		if err == nil {
			_, err = c.exec("CREATE INDEX t_y ON t(y)")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	given := errors.New("given up")
	var want int64
	for turn := range 40 {
		e := writers[random.IntN(2)]
		rows := []int{1, 3, 50, 1000}[random.IntN(4)]
		fails := random.IntN(3) == 0
		err := e.write(ctx, "add", func(c *conn) error {
			for range rows {
				if _, err := c.exec("INSERT INTO t(x,y) VALUES(?,?)", strings.Repeat("x", 600), string(rune('a'+random.IntN(26)))); err != nil {
					return err
				}
			}
			if _, err := c.exec("DELETE FROM t WHERE id % 3 = 0 AND id > ?", want); err != nil {
				return err
			}
			if fails {
				return given
			}
			return nil
		})
		if fails != errors.Is(err, given) || err != nil && !fails {
			t.Fatalf("turn %d: %v", turn, err)
		}
		if !fails {
			own, _ := count(e)
			want = own
		}
		if n, whole := count(writers[2]); n != want || whole != "ok" {
			t.Fatalf("turn %d, %d rows, given up %v: %d are found, not %d; %s", turn, rows, fails, n, want, whole)
		}
	}
}
