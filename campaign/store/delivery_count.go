package store

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// CountDeliveries counts the deliveries of a run by state, as they stand. While its audience is being written down, those
// who are still to come count as well.
func (s *Deliveries) CountDeliveries(ctx context.Context, run string) (map[campaign.DeliveryState]int64, error) {
	out, err := s.countWritten(ctx, run)
	if err != nil {
		return nil, err
	}
	r, err := s.runs.GetRun(ctx, run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return out, nil
	}
	r.AddUnplanned(out)
	return out, err
}

// countWritten counts the deliveries that are written down.
func (s *Deliveries) countWritten(ctx context.Context, run string) (map[campaign.DeliveryState]int64, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Deliveries, document.Equal("run_id", run), "state")
	out := make(map[campaign.DeliveryState]int64, len(groups))
	for state, n := range groups {
		out[campaign.DeliveryState(state)] = n
	}
	return out, err
}

// CountPlanned counts all deliveries of a run that are written down.
func (s *Deliveries) CountPlanned(ctx context.Context, run string) (int64, error) {
	return s.engine.Count(ctx, schema.Deliveries, document.Equal("run_id", run))
}

// balance draws up the sheet of a run as it stands.
func (s *Deliveries) balance(ctx context.Context, r *campaign.Run) (campaign.Balance, error) {
	states, err := s.countWritten(ctx, r.ID)
	return r.Balance(campaign.CountedDeliveries(states, 0)), err
}

// countReturned counts the deliveries of a run whose address does not work. Only failed ones are looked at.
func (s *Deliveries) countReturned(ctx context.Context, run string, states map[campaign.DeliveryState]int64) (int64, error) {
	if states[campaign.Failed] == 0 {
		return 0, nil
	}
	return s.engine.Count(ctx, schema.Deliveries, deadIn(run))
}

func deadIn(run string) document.Filter {
	return document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Failed)), document.Equal("dead", true)}
}

// counted remembers what was counted of runs, for the pages that show it. Counting a million deliveries takes a second, and
// pages of runs that are going out ask every other second.
type counted struct {
	mu   sync.Mutex
	runs map[string]*runCount
}

// runCount is what was counted of one run at one moment, so that its numbers are of a piece.
type runCount struct {
	turn     chan struct{} // holds one while nobody counts; callers meanwhile wait and get the same count
	states   map[campaign.DeliveryState]int64
	returned int64
	version  int64 // of the run
	final    bool  // it holds as long as the run has that version
	at       time.Time
	took     time.Duration
}

const (
	countedRuns = 1000
	quickCount  = 30 * time.Millisecond // a count this quick is made anew each time
	countPart   = 9                     // a count is reused for this many times as long as it took
)

// LookDeliveries counts a run's deliveries for pages that show how far it is: of a large one that is under way the figures
// may be some seconds old. They are never older than what people decided about the run. What readers did is not in them.
func (s *Deliveries) LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error) {
	c := s.counted.of(r.ID)
	select {
	case <-c.turn:
		defer func() { c.turn <- struct{}{} }()
	case <-ctx.Done():
		return campaign.Figures{}, ctx.Err()
	}
	if c.states != nil && c.version == r.Version && (c.final || c.took > quickCount && time.Since(c.at) < countPart*c.took) {
		return campaign.CountedDeliveries(maps.Clone(c.states), c.returned), nil
	}
	began := time.Now()
	states, err := s.countWritten(ctx, r.ID)
	if err != nil {
		return campaign.Figures{}, err
	}
	returned, err := s.countReturned(ctx, r.ID, states)
	if err != nil {
		return campaign.Figures{}, err
	}
	r.AddUnplanned(states)
	// A run that has ended and has nothing open is changed before anything of it is sent again.
	final := r.State.Ended() && r.IsMailing()
	for state, n := range states {
		final = final && (n == 0 || !state.Open())
	}
	c.states, c.returned, c.version, c.final, c.at, c.took = states, returned, r.Version, final, time.Now(), time.Since(began)
	return campaign.CountedDeliveries(maps.Clone(states), returned), nil
}

func (c *counted) of(run string) *runCount {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.runs == nil || len(c.runs) >= countedRuns && c.runs[run] == nil {
		c.runs = map[string]*runCount{}
	}
	if c.runs[run] == nil {
		c.runs[run] = &runCount{turn: make(chan struct{}, 1)}
		c.runs[run].turn <- struct{}{}
	}
	return c.runs[run]
}

// forget has a run counted anew, after many of its deliveries were changed at once.
func (c *counted) forget(run string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.runs, run)
}
