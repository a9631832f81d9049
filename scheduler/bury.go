package scheduler

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// An address is not written to again once a server says that it does not work, or once three runs in a row have been refused
// for good, whatever the words, over at least lastingFor.
const (
	lastingRuns = 3
	lastingFor  = 3 * 24 * time.Hour
)

// bury marks the contact of a refused delivery, so that nobody writes to a dead address again.
func (s *sender) bury(ctx context.Context, contact, answer string, dead bool) {
	if contact == "" {
		return
	}
	ctx, cancel := atLast(ctx)
	defer cancel()
	if !dead {
		lasting, err := s.refusedForLong(ctx, contact)
		if err != nil || !lasting {
			return // the next run will tell
		}
		answer = "refused for good in several runs: " + answer
	}
	if err := s.cfg.Store.SetContactStatus(ctx, contact, campaign.Bounced, answer); err != nil && campaign.CodeOf(err) != campaign.NotFound {
		s.cfg.Logger.Error("cannot mark a contact as bounced", "contact_id", contact, "error", err)
	}
}

// refusedForLong reports whether the runs before this one, which is not written down yet, have been refused too.
func (s *sender) refusedForLong(ctx context.Context, contact string) (bool, error) {
	ds, err := s.cfg.Store.FindDeliveriesTo(ctx, contact, 2*lastingRuns)
	if err != nil {
		return false, err
	}
	refused := 1
	for i := range ds {
		switch d := &ds[i]; {
		case d.State == campaign.Accepted:
			return false, nil
		case d.State == campaign.Failed && d.Code >= 500 && s.cfg.Now().Sub(d.LastAt) > time.Minute:
			if refused++; refused >= lastingRuns && s.cfg.Now().Sub(d.LastAt) >= lastingFor {
				return true, nil
			}
		}
	}
	return false, nil
}

// unbury takes back a mark that was made by an answer which turned out to be about us.
func (s *sender) unbury(ctx context.Context, contact, answer string) {
	_, err := s.cfg.Store.UpdateContact(ctx, contact, func(c *campaign.Contact) error {
		if c.Status == campaign.Bounced && c.StatusReason == answer {
			c.Status, c.StatusReason = campaign.Active, ""
		}
		return nil
	})
	if err != nil && campaign.CodeOf(err) != campaign.NotFound {
		s.cfg.Logger.Error("cannot take back the mark of a contact", "contact_id", contact, "error", err)
	}
}
