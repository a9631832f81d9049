package scheduler

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document"
)

// A process is killed right before, at, and right after the time of a campaign, at each of the writes it makes from then on. The next
// one ends what it began: one run of that time, one message a reader, and the campaign waits for its next time.
func TestKilledAroundADueTime(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, address string) {
		writes := []int64{0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14}
		if address != "" { // the tests' stand-in is slow
			writes = []int64{3}
		}
		for _, n := range writes {
			t.Run(fmt.Sprintf("after %d writes", n), func(t *testing.T) {
				t.Parallel()
				killAroundADueTime(t, newFixtureOn(t, 4, address), n)
			})
		}
	})
}

func killAroundADueTime(t *testing.T, f *fixture, writes int64) {
	nine := instant(t, "2026-12-01T09:00:00Z")
	f.setClock(nine.Add(-time.Minute))
	f.schedule(campaign.Schedule{Kind: campaign.ByCron, Cron: "0 9 * * *"})
	p := newMailServer(1)
	short := func(node string, st *store.Store) *Scheduler {
		return f.scheduler(p, func(c *setup) {
			c.Store, c.Node, c.LeaseTTL, c.Poll, c.Grace, c.Records = st, node, 600*time.Millisecond, 20*time.Millisecond, time.Millisecond, time.Millisecond
		})
	}
	engine := &mortal{Engine: f.engine()}
	st, err := store.New(t.Context(), engine, campaign.NewSigner("test"), f.now)
	must(t, err)
	engine.left.Store(writes)
	f.setClock(nine)
	f.runUntil(short("killed", st), func() bool { return engine.left.Load() < 0 || f.settled(short("looks", f.store))() })
	f.setClock(nine.Add(time.Minute))
	next := short("next", f.store)
	f.runUntil(next, f.settled(next))
	runs, _, err := f.store.Runs.FindRuns(t.Context(), f.campaign.ID, false, campaignPage())
	must(t, err)
	if len(runs) != 1 || !runs[0].Slot.Equal(nine) || runs[0].State != campaign.Sent {
		t.Fatalf("runs: %+v", runs)
	}
	states := f.states(runs[0].ID)
	if states[campaign.Accepted]+states[campaign.Interrupted] != 4 || p.count() < int(states[campaign.Accepted]) || len(p.twice()) > 0 {
		t.Errorf("%v; %d messages, twice: %v", states, p.count(), p.twice())
	}
	if c := f.reload(); c.State != campaign.Scheduled || !c.NextAt.Equal(nine.AddDate(0, 0, 1)) {
		t.Errorf("then it is %s, next at %s", c.State, c.NextAt)
	}
}

// mortal is an engine whose process dies after so many writes: those after them do not reach the store.
type mortal struct {
	document.Engine
	left atomic.Int64
}

func (m *mortal) gone() error {
	if m.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func (m *mortal) Insert(ctx context.Context, c *document.Collection, docs ...any) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Engine.Insert(ctx, c, docs...)
}

func (m *mortal) InsertNew(ctx context.Context, c *document.Collection, docs ...any) (int64, error) {
	if err := m.gone(); err != nil {
		return 0, err
	}
	return m.Engine.InsertNew(ctx, c, docs...)
}

func (m *mortal) Replace(ctx context.Context, c *document.Collection, doc any, version int64) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Engine.Replace(ctx, c, doc, version)
}

func (m *mortal) Upsert(ctx context.Context, c *document.Collection, doc any) error {
	if err := m.gone(); err != nil {
		return err
	}
	return m.Engine.Upsert(ctx, c, doc)
}

func (m *mortal) Update(ctx context.Context, c *document.Collection, f document.Filter, change document.Change) (int64, error) {
	if err := m.gone(); err != nil {
		return 0, err
	}
	return m.Engine.Update(ctx, c, f, change)
}

func (m *mortal) Delete(ctx context.Context, c *document.Collection, f document.Filter) (int64, error) {
	if err := m.gone(); err != nil {
		return 0, err
	}
	return m.Engine.Delete(ctx, c, f)
}

func (m *mortal) Bulk(ctx context.Context, c *document.Collection, ops []document.Op) (int64, error) {
	if err := m.gone(); err != nil {
		return 0, err
	}
	return m.Engine.Bulk(ctx, c, ops)
}
