package sqlite

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	lib "zombiezen.com/go/sqlite"
)

func openConn(t *testing.T) *conn {
	c, err := connect("file:" + filepath.ToSlash(filepath.Join(t.TempDir(), "x.db")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// TestInterrupt ends statements that would run for ever, and runs others on the same connections.
func TestInterrupt(t *testing.T) {
	e := openPeople(t)
	run := func(ctx context.Context, sql string) error {
		return e.read(ctx, "run", func(c *conn) error {
			_, err := c.exec(sql)
			return err
		})
	}
	for range 5 {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
		err := run(ctx, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n")
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		for range 50 {
			if err := run(context.Background(), "SELECT 1"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestValues binds values of all kinds and sizes, again and again on one statement, and reads them back.
func TestValues(t *testing.T) {
	c := openConn(t)
	for _, text := range []string{"", "a", "with \x00 inside", string(bytes.Repeat([]byte("š"), 64<<10)), "short again"} {
		for _, blob := range [][]byte{nil, {}, {0, 1, 2}, bytes.Repeat([]byte{7}, 300_000)} {
			found := false
			err := c.query("SELECT ?,?,?,?", []any{text, blob, int64(-5), text}, func(r *row) error {
				found = true
				if r.Text(0) != text || !bytes.Equal(r.copied(1), blob) || r.null(1) != (blob == nil) || r.Int(2) != -5 || r.Text(3) != text || r.null(0) {
					t.Errorf("%.20q, %d bytes: were read as %.20q, %d bytes", text, len(blob), r.Text(0), len(r.copied(1)))
				}
				return nil
			})
			if err != nil || !found {
				t.Fatal(found, err)
			}
		}
	}
	if _, err := c.exec("SELECT ?", 1.5); err == nil {
		t.Error("a value no column holds was bound")
	}
	if _, err := c.exec("NONSENSE"); lib.ErrCode(err) != lib.ResultError {
		t.Error(err)
	}
}
