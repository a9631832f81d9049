package sqlite

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestPartialIndex checks that the index of the deferred alone answers what is asked of them, in its order, and holds nothing else.
func TestPartialIndex(t *testing.T) {
	ctx := context.Background()
	e, err := Open(ctx, t.TempDir()+"/store.db")
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close(ctx)
	s, err := store.New(ctx, e, campaign.NewSigner("a secret of the test"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Deliveries.FindDeferred(ctx, "run", 0, time.Now(), 10); err != nil {
		t.Fatal(err)
	}
	err = e.read(ctx, "explain", func(c *conn) error {
		plan := ""
		err := c.query(`EXPLAIN QUERY PLAN SELECT id FROM deliveries WHERE ("run_id"=? AND "shard"=? AND "state"=? AND `+isSet(`"next_at"`)+` AND "next_at"<=?) ORDER BY "next_at","id" LIMIT 10`,
			[]any{"run", int64(0), "deferred", int64(1)}, func(r *row) error { plan += r.Text(3) + "\n"; return nil })
		if !strings.Contains(plan, "deliveries_run_id_shard_next_at_id_domain_set") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("the plan is %s", plan)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
