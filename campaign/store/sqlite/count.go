package sqlite

import (
	"context"
	"errors"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// Count says how many documents a filter fits.
func (e *Engine) Count(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	t, err := e.table(c)
	if err != nil {
		return 0, err
	}
	if asksScan(f) {
		return e.scanCount(ctx, t, f)
	}
	var n int64
	err = e.read(ctx, "count "+c.Name, func(conn *conn) error {
		return conn.snapshot(func() error {
			n, err = t.count(conn, f)
			return err
		})
	})
	if errors.Is(err, errScan) {
		return e.scanCount(ctx, t, f)
	}
	return n, err
}

func (e *Engine) scanCount(ctx context.Context, t *table, f document.Filter) (n int64, err error) {
	err = e.scan(ctx, t, func(s *evaluator) error {
		rows, err := s.whole(f)
		if err == nil {
			n = int64(rows.GetCardinality())
		}
		return err
	})
	return n, err
}

// errScan says that a scan counts sooner.
var errScan = errors.New("many candidates must be looked at")

// count counts what a filter fits: in the index if it can tell, else among the candidates.
func (t *table) count(conn *conn, f document.Filter) (n int64, err error) {
	q := t.query("SELECT count(*) FROM ", t.name)
	if err := q.where(f); err != nil { // also a filter that the index could answer may be wrong in another part
		return 0, err
	}
	candidates, err := t.candidates(conn, f)
	switch {
	case err != nil:
		return 0, err
	case candidates.exact:
		return int64(candidates.len()), nil
	case candidates.len() > limits.scanned && t.scans():
		return 0, errScan
	}
	q = t.query("SELECT count(*) FROM ", t.name)
	if err := q.among(candidates, f); err != nil {
		return 0, err
	}
	err = conn.query(q.sql.String(), q.args, func(row *row) error { n = row.Int(0); return nil })
	return n, err
}
