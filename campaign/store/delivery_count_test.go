package store

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// slowCounts is an engine that only counts deliveries, in some time, by its clock.
type slowCounts struct {
	document.Engine
	takes  time.Duration
	mu     sync.Mutex
	asked  int
	states map[string]int64
	kept   map[string]KeptCount
}

func (e *slowCounts) GroupCount(context.Context, *document.Collection, document.Filter, ...string) (map[string]int64, error) {
	time.Sleep(e.takes)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked++
	out := map[string]int64{}
	for state, n := range e.states {
		out[state] = n
	}
	return out, nil
}

func (e *slowCounts) Get(_ context.Context, _ *document.Collection, id string, into any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	doc, ok := e.kept[id]
	if !ok {
		return campaign.Errorf(campaign.NotFound, "gone")
	}
	*into.(*KeptCount) = doc
	return nil
}

func (e *slowCounts) Upsert(_ context.Context, _ *document.Collection, doc any) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.kept == nil {
		e.kept = map[string]KeptCount{}
	}
	e.kept[doc.(*KeptCount).ID] = *doc.(*KeptCount)
	return nil
}

func (e *slowCounts) Delete(context.Context, *document.Collection, document.Filter) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.kept = nil
	return 1, nil
}

func (e *slowCounts) Update(context.Context, *document.Collection, document.Filter, document.Change) (int64, error) {
	return 1, nil
}

// looking asks once and says how long that took.
func (e *slowCounts) looking(t *testing.T, s *Deliveries, r *campaign.Run) (waited bool, accepted int64, asOf time.Time) {
	t.Helper()
	began := time.Now()
	states, err := s.LookDeliveries(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return time.Since(began) > 0, states.Accepted, states.AsOf
}

func TestLookDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &slowCounts{takes: time.Second, states: map[string]int64{string(campaign.Accepted): 5, string(campaign.Queued): 7}}
		open := func() *Deliveries { return &Deliveries{engine: e, now: time.Now, counts: newCounts(e, time.Now)} }
		s := open()
		r := &campaign.Run{ID: "r", Version: 3, State: campaign.Sending, Trigger: campaign.TriggerHand, Planned: true, Deliveries: campaign.LargeRun}
		want := func(what string, waited bool, accepted int64) {
			t.Helper()
			w, n, at := e.looking(t, s, r)
			if w != waited || n != accepted {
				t.Fatalf("%s: waited %v, %d accepted, as of %s", what, w, n, at)
			}
		}
		want("the first", true, 5)
		e.states = map[string]int64{string(campaign.Accepted): 6, string(campaign.Queued): 6}
		want("soon after", false, 5)
		s.counts.close()
		s = open()
		want("after a start", false, 5)
		time.Sleep(countPart * time.Second)
		want("later", false, 5)
		time.Sleep(3 * time.Second)
		want("when it was counted behind the page", false, 6)
		e.states = map[string]int64{string(campaign.Accepted): 7, string(campaign.Queued): 5}
		r.Version++
		want("the run was changed", true, 7)
		e.states = map[string]int64{string(campaign.Accepted): 8, string(campaign.Queued): 4}
		if err := s.DropAll(context.Background(), "r", "why"); err != nil {
			t.Fatal(err)
		}
		want("many were dropped", true, 8)
		r.Planned = false
		r.Version++
		want("its audience is still written down", false, 8)
		r.Planned = true

		r.State = campaign.Cancelled
		want("it was cancelled", true, 8)
		e.states = map[string]int64{string(campaign.Accepted): 12}
		time.Sleep(countPart * time.Second)
		want("what was on the wire is counted", false, 8)
		time.Sleep(3 * time.Second)
		want("it is settled", false, 12)
		if _, _, at := e.looking(t, s, r); !at.IsZero() {
			t.Errorf("what cannot change is of %s", at)
		}
		e.states = map[string]int64{string(campaign.Accepted): 13}
		time.Sleep(time.Hour)
		want("nothing is open", false, 12)

		e.takes, r.State, r.ID = time.Millisecond, campaign.Sending, "quick"
		want("one that is counted quickly", true, 13)
		time.Sleep(time.Second)
		want("one that is counted quickly, later", true, 13)
		r.ID, r.Deliveries = "small", campaign.LargeRun-1
		want("a small one", true, 13)
		want("a small one again", true, 13)
		s.counts.close()
	})
}

// Callers who ask during a count get the same count.
func TestLookDeliveriesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &slowCounts{takes: time.Second, states: map[string]int64{string(campaign.Accepted): 5}}
		s := &Deliveries{engine: e, now: time.Now, counts: newCounts(e, time.Now)}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := s.LookDeliveries(context.Background(), &campaign.Run{ID: "r", State: campaign.Sending, Members: campaign.LargeRun}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if e.asked != 1 {
			t.Fatalf("it was counted %d times", e.asked)
		}
		s.counts.close()
	})
}
