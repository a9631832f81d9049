package store

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Steps that change several documents may be cut off between two: by the end of the process, by an election of MongoDB's. Each is
// completed when it is taken again, and by Mend, which the scheduler calls again and again.

// halves are campaigns that were found to stand otherwise than their run, by their id: as the versions of both were.
type halves struct {
	mu    sync.Mutex
	seen  map[string]string
	clean map[string]bool // runs that were cancelled and have nothing open
}

// settledAfter is how long after a run was cancelled a process may still store what it had on the wire, or had planned.
const settledAfter = time.Hour

// Mend completes what was cut off about campaigns and their runs. next returns the slot a recurring campaign waits for after now.
func (s *Sending) Mend(ctx context.Context, next func(campaign.Campaign) (campaign.Slot, error)) error {
	if err := s.MendRuns(ctx); err != nil {
		return err
	}
	if err := s.mendResends(ctx); err != nil {
		return fmt.Errorf("send again what was to be: %w", err)
	}
	if err := s.mendCancelled(ctx); err != nil {
		return fmt.Errorf("complete what was cancelled: %w", err)
	}
	return s.mendCampaigns(ctx, next)
}

// mendResends resumes runs that have deliveries to be sent again.
func (s *Sending) mendResends(ctx context.Context) error {
	var docs []campaign.Run
	if err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.Where{Field: "resend", Op: document.Ne, Value: ""}}, &docs); err != nil {
		return err
	}
	for _, r := range docs {
		if _, err := s.Resend(ctx, r.ID, r.Resend); err != nil && campaign.CodeOf(err) == "" {
			return err
		}
	}
	return nil
}

// mendCancelled skips what still waits in runs that were cancelled, and gives up for interrupted what was on the wire in a process
// that never said what became of it.
func (s *Sending) mendCancelled(ctx context.Context) error {
	rs, err := s.runs.FindRunsIn(ctx, campaign.Cancelled)
	if err != nil {
		return err
	}
	long := s.now().Add(-settledAfter)
	for _, r := range rs {
		if s.halves.isClean(r.ID) {
			continue
		}
		waits, err := s.deliveries.AnyIn(ctx, r.ID, campaign.UntriedStates...)
		if err == nil && waits {
			err = s.deliveries.DropAll(ctx, r.ID, cancelledWords)
		}
		if err == nil {
			_, err = s.engine.Update(ctx, schema.Deliveries, document.All{document.Equal("run_id", r.ID), document.Equal("state", string(campaign.InFlight)), document.Where{Field: "last_at", Op: document.Lt, Value: long}},
				document.Change{Set: map[string]any{"state": string(campaign.Interrupted), "last_at": s.now(), "reason": interruptedWords}})
		}
		if err != nil {
			return err
		}
		if flying, err := s.deliveries.AnyInFlight(ctx, r.ID); err != nil {
			return err
		} else if !flying && r.EndedAt.Before(long) {
			s.halves.setClean(r.ID)
		}
	}
	return nil
}

// mendCampaigns has campaigns follow their runs, which are moved first. Both have to stand so since the last look: else somebody may
// be about to do it.
func (s *Sending) mendCampaigns(ctx context.Context, next func(campaign.Campaign) (campaign.Slot, error)) error {
	var cs []campaign.Campaign
	if err := s.engine.Find(ctx, schema.Campaigns, document.Query{Filter: document.OneOf("state", campaign.Sending, campaign.PausedRun)}, &cs); err != nil {
		return err
	}
	now := map[string]string{}
	for _, c := range cs {
		r, err := s.runs.GetRun(ctx, c.LastRun)
		if campaign.CodeOf(err) == campaign.NotFound || err == nil && r.State == c.State {
			continue
		}
		if err != nil {
			return err
		}
		now[c.ID] = fmt.Sprint(c.Version, r.Version)
		if !s.halves.stood(c.ID, now[c.ID]) {
			continue
		}
		if err := s.follow(ctx, &c, &r, next); err != nil && campaign.CodeOf(err) == "" {
			return fmt.Errorf("complete a step of a campaign: %w", err)
		}
	}
	s.halves.set(now)
	return nil
}

// follow moves a campaign to where its run is.
func (s *Sending) follow(ctx context.Context, c *campaign.Campaign, r *campaign.Run, next func(campaign.Campaign) (campaign.Slot, error)) error {
	switch r.State {
	case campaign.Cancelled:
		return s.CancelCampaign(ctx, c.ID)
	case campaign.Sent:
		slot, err := next(*c)
		if err != nil {
			return err
		}
		return s.FinishRun(ctx, r.ID, slot)
	case campaign.Sending, campaign.PausedRun:
		_, err := s.campaigns.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
			if now.Version == c.Version {
				now.State, now.Note = r.State, r.Reason
			}
			return nil
		})
		return err
	}
	return nil // it is about to begin, see MendRuns
}

func (h *halves) isClean(run string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clean[run]
}

func (h *halves) setClean(run string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clean == nil {
		h.clean = map[string]bool{}
	}
	h.clean[run] = true
}

func (h *halves) stood(id, so string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seen[id] == so
}

func (h *halves) set(seen map[string]string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = seen
}
