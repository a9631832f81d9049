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
}

func (e *slowCounts) GroupCount(context.Context, *document.Collection, document.Filter, ...string) (map[string]int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.asked++
	time.Sleep(e.takes)
	out := map[string]int64{}
	for state, n := range e.states {
		out[state] = n
	}
	return out, nil
}

func (e *slowCounts) Update(context.Context, *document.Collection, document.Filter, document.Change) (int64, error) {
	return 1, nil
}

// looking asks once and says whether it was counted for that.
func (e *slowCounts) looking(t *testing.T, s *Deliveries, r *campaign.Run) (counted bool, accepted int64) {
	t.Helper()
	before := e.asked
	states, err := s.LookDeliveries(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return e.asked > before, states.Accepted
}

func TestLookDeliveries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &slowCounts{takes: time.Second, states: map[string]int64{string(campaign.Accepted): 5, string(campaign.Queued): 7}}
		s := &Deliveries{engine: e, now: time.Now}
		r := &campaign.Run{ID: "r", Version: 3, State: campaign.Sending, Trigger: campaign.TriggerHand}
		want := func(what string, counted bool, accepted int64) {
			t.Helper()
			c, n := e.looking(t, s, r)
			if c != counted || n != accepted {
				t.Fatalf("%s: counted %v, %d accepted", what, c, n)
			}
		}
		want("the first", true, 5)
		e.states = map[string]int64{string(campaign.Accepted): 6, string(campaign.Queued): 6}
		want("soon after", false, 5)
		time.Sleep(countPart * time.Second)
		want("later", true, 6)
		e.states = map[string]int64{string(campaign.Accepted): 7, string(campaign.Queued): 5}
		r.Version++
		want("the run was changed", true, 7)
		e.states = map[string]int64{string(campaign.Accepted): 8, string(campaign.Queued): 4}
		if err := s.DropAll(context.Background(), "r", "why"); err != nil {
			t.Fatal(err)
		}
		want("many were dropped", true, 8)

		r.State = campaign.Cancelled
		r.Version++
		want("it was cancelled", true, 8)
		e.states = map[string]int64{string(campaign.Accepted): 12}
		time.Sleep(countPart * time.Second)
		want("what was on the wire is settled", true, 12)
		e.states = map[string]int64{string(campaign.Accepted): 13}
		time.Sleep(time.Hour)
		want("nothing is open", false, 12)

		e.takes, r.State, r.ID = time.Millisecond, campaign.Sending, "small"
		want("a small one", true, 13)
		want("a small one again", true, 13)
	})
}

// Callers who ask during a count get the same count.
func TestLookDeliveriesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &slowCounts{takes: time.Second, states: map[string]int64{string(campaign.Accepted): 5}}
		s := &Deliveries{engine: e, now: time.Now}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := s.LookDeliveries(context.Background(), &campaign.Run{ID: "r", State: campaign.Sending}); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if e.asked != 1 {
			t.Fatalf("it was counted %d times", e.asked)
		}
	})
}
