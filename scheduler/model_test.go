package scheduler

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// TestRandomHistories lets a small run live through random answers, crashes, stops, pauses, leavings, resends, new tries of
// what failed, clock steps and outages of the store, and then holds what the store says against what the mail server saw.
func TestRandomHistories(t *testing.T) {
	t.Parallel()
	n := *histories
	if testing.Short() {
		n = 5
	}
	randomHistories(t, n, func(*testing.T) string { return "" })
}

func TestRandomHistoriesOnMongoDB(t *testing.T) { randomHistories(t, *historiesMongoDB, onMongoDB) }

var (
	histories        = flag.Int("histories", 60, "how many lives of a run are tried on SQLite")
	historiesMongoDB = flag.Int("histories.mongodb", 4, "and on MongoDB, for which the tests' stand-in is slow")
)

func randomHistories(t *testing.T, n int, address func(*testing.T) string) {
	for n := range n {
		seed := uint64(time.Now().UnixNano()) + uint64(n)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			h := newHistory(t, rand.New(rand.NewPCG(seed, 0)), address(t))
			for range 1 + h.intn(4) {
				h.live()
			}
			h.end()
			h.check()
		})
	}
}

const readers = 12

// history is one run's life. Random numbers are drawn under a lock, since several connections draw.
type history struct {
	*fixture
	run    campaign.Run
	server *mailServer
	mu     sync.Mutex
	rand   *rand.Rand
	died   int
	again  map[string]bool // may have got it twice: it was interrupted and sent again on purpose
	left   map[string]bool // may be missing from the audience: left before it was written down
}

func newHistory(t *testing.T, r *rand.Rand, address string) *history {
	h := &history{fixture: newFixtureOn(t, readers, address), server: newMailServer(2), rand: r, again: map[string]bool{}, left: map[string]bool{}}
	h.run = h.startRun()
	odds := h.intn(3)
	h.server.refuse = func(string, int) campaign.Outcome {
		switch x := h.intn(20); {
		case odds == 0 || x > 6:
			return campaign.Outcome{}
		case x < 3:
			return campaign.Outcome{Result: campaign.ResultLater, Code: 451, Answer: "451 later"}
		case x < 4:
			return campaign.Outcome{Result: campaign.ResultRefused, Code: 554, Answer: "554 no"}
		case x < 5:
			return campaign.Outcome{Result: campaign.ResultUnknown, Answer: "cut off"}
		}
		return campaign.Outcome{Result: campaign.ResultLater, OurFault: true, Answer: "cut off before the dot"}
	}
	return h
}

func (h *history) intn(n int) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rand.IntN(n)
}

func (h *history) start(m *crashing, grace time.Duration) (context.CancelFunc, chan error) {
	st := h.openCrashing(m)
	s := h.scheduler(h.server, func(c *setup) {
		c.Store, c.Node, c.LeaseTTL, c.Poll = st, campaign.NewID(time.Now()), 600*time.Millisecond, 20*time.Millisecond
		c.Grace, c.Records = grace, grace
		c.Retries = slices.Repeat([]time.Duration{time.Millisecond}, 30) // who has none left pauses the run
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.SendRun(ctx, h.run.ID) }()
	return cancel, ended
}

// live runs one process until something happens to it.
func (h *history) live() {
	m := &crashing{}
	fate, after := h.intn(8), time.Duration(h.intn(30))*time.Millisecond
	grace := time.Minute
	if fate == 0 {
		grace = time.Millisecond
	}
	cancel, ended := h.start(m, grace)
	select {
	case <-time.After(after): // any moment will do
	case err := <-ended:
		ended <- err
	}
	ctx := context.Background()
	switch fate {
	case 0:
		m.dead.Store(true)
		h.died++
	case 1:
		if err := h.store.Sending.PauseCampaign(ctx, h.campaign.ID, "a look"); err == nil {
			<-ended
			ended <- nil
			must(h.t, h.store.Sending.ResumeCampaign(ctx, h.campaign.ID))
		}
	case 2:
		c, err := h.store.Contacts.GetContactByAddress(ctx, fmt.Sprintf("reader%04d@example.org", h.intn(readers)))
		must(h.t, err)
		_, err = h.store.Contacts.LeaveLists(ctx, c.ID, []string{h.list.ID}, campaign.Unsubscribed)
		must(h.t, err)
		h.left[c.Email] = true
	case 4:
		m.away.Store(true)
		<-time.After(time.Duration(h.intn(900)) * time.Millisecond) // shorter or longer than a lease
		m.away.Store(false)
	case 5:
		h.step(time.Duration(h.intn(48)-24) * time.Hour)
	}
	cancel()
	<-ended
	switch fate {
	case 3:
		h.resend()
	case 6:
		if _, err := h.store.Sending.Resend(ctx, h.run.ID, campaign.Failed); err != nil && campaign.CodeOf(err) != campaign.Conflict {
			h.t.Error(err)
		}
	}
}

// resend sends again what was interrupted, as a person may decide.
func (h *history) resend() {
	ds, _, err := h.store.Deliveries.FindDeliveries(context.Background(), h.run.ID, campaign.Interrupted, campaignPage())
	must(h.t, err)
	for _, d := range ds {
		h.again[d.Email] = true
	}
	if _, err := h.store.Sending.Resend(context.Background(), h.run.ID, campaign.Interrupted); err != nil && campaign.CodeOf(err) != campaign.Conflict {
		h.t.Error(err)
	}
}

// end lets a last process work undisturbed.
func (h *history) end() {
	cancel, ended := h.start(&crashing{}, time.Minute)
	defer cancel()
	if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
		h.t.Error(err)
	}
}

func (h *history) check() {
	h.t.Helper()
	ds, _, err := h.store.Deliveries.FindDeliveries(context.Background(), h.run.ID, "", campaignPage())
	must(h.t, err)
	if len(ds) > readers || len(ds) < readers-len(h.left) {
		h.t.Errorf("%d deliveries for %d readers, %d left", len(ds), readers, len(h.left))
	}
	interrupted := 0
	for _, d := range ds {
		got := h.server.taken[d.Email]
		switch {
		case d.State.Open():
			h.t.Errorf("%s is still %s", d.Email, d.State)
		case d.State == campaign.Accepted && got == 0:
			h.t.Errorf("%s is sent, the server saw nothing", d.Email)
		case got > 1 && !h.again[d.Email]:
			h.t.Errorf("%s got %d messages", d.Email, got)
		case got > 0 && d.State != campaign.Accepted && d.State != campaign.Interrupted && !h.again[d.Email]:
			h.t.Errorf("%s got a message and is %s (%s)", d.Email, d.State, d.Reason)
		case d.State != campaign.Accepted && d.Reason == "":
			h.t.Errorf("%s is %s, and nobody says why", d.Email, d.State)
		}
		if d.State == campaign.Interrupted && d.Reason != "cut off" {
			interrupted++
		}
	}
	if most := 2 * h.server.connections * h.died; interrupted > most {
		h.t.Errorf("%d interrupted by %d deaths of %d connections", interrupted, h.died, h.server.connections)
	}
	if r, err := h.store.Runs.GetRun(context.Background(), h.run.ID); err != nil || r.State != campaign.Sent {
		h.t.Errorf("the run is %s, %v", r.State, err)
	}
}
