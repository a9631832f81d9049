package store

import (
	"context"
	"errors"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Resend puts the deliveries of a run that failed or were interrupted back into the queue and lets the run go on. It says
// how many there are. A run that was cancelled stays cancelled.
func (s *Sending) Resend(ctx context.Context, runID string, from campaign.DeliveryState) (int64, error) {
	r, err := s.runs.GetRun(ctx, runID)
	if err != nil {
		return 0, err
	}
	refused := s.vetRun(ctx, runID)
	if refused != nil && campaign.CodeOf(refused) == "" {
		return 0, refused
	}
	if r.State == campaign.Cancelled {
		refused = errRunCancelled()
	}
	if refused != nil {
		if r.Resend != "" {
			err = s.noteResend(ctx, runID, "")
		}
		return 0, errors.Join(refused, err)
	}
	if !from.CanBecome(campaign.Queued) {
		return s.deliveries.Requeue(ctx, runID, from) // which says so
	}
	// The wish is stored first and removed last, see mendResends.
	if err := s.noteResend(ctx, runID, from); err != nil {
		return 0, err
	}
	n, err := s.deliveries.Requeue(ctx, runID, from)
	if err != nil {
		return n, err
	}
	waits := n > 0
	if !waits {
		waits, err = s.deliveries.AnyIn(ctx, runID, campaign.Queued) // since a try before this one
	}
	if err == nil && waits {
		err = s.goOn(ctx, runID)
	}
	if err != nil {
		return n, err
	}
	return n, s.noteResend(ctx, runID, "")
}

func (s *Sending) noteResend(ctx context.Context, runID string, from campaign.DeliveryState) error {
	_, err := s.runs.UpdateRun(ctx, runID, func(r *campaign.Run) error {
		r.Resend = from
		return nil
	})
	return err
}

func errRunCancelled() error {
	return campaign.Errorf(campaign.Conflict, "this run was cancelled and sends nothing any more: make a new campaign")
}

// goOn lets a run that had ended go on, since something of it waits again.
func (s *Sending) goOn(ctx context.Context, runID string) error {
	r, err := s.runs.UpdateRun(ctx, runID, func(r *campaign.Run) error {
		if r.State == campaign.Sent {
			r.State, r.EndedAt = campaign.Sending, time.Time{}
		}
		return nil
	})
	if err != nil || !r.Trigger.MovesCampaign() {
		return err
	}
	_, err = s.campaigns.UpdateCampaign(ctx, r.Campaign, func(c *campaign.Campaign) error {
		if c.State == campaign.Sent && c.LastRun == runID {
			c.State = campaign.Sending
		}
		return nil
	})
	return err
}

// RetryFailed puts the failed deliveries a filter means back into the queue and lets the run go on. Those to addresses
// that do not work are left alone unless asked for: then their contacts count as reachable again. It says how many go.
func (s *Sending) RetryFailed(ctx context.Context, runID string, f RecipientFilter, dead bool) (n int64, err error) {
	r, err := s.runs.GetRun(ctx, runID)
	if err != nil {
		return 0, err
	}
	if r.State == campaign.Cancelled {
		return 0, errRunCancelled()
	}
	if err := s.vetRun(ctx, runID); err != nil {
		return 0, err
	}
	f.State = campaign.Failed
	var all [][]string
	err = s.recipients.EachRecipient(ctx, &r, f, func(ds []campaign.Delivery) error {
		ids := []string{}
		for _, d := range ds {
			if d.Dead && !dead {
				continue
			}
			if d.Dead && d.Contact != "" {
				if err := s.revive(ctx, d.Contact); err != nil {
					return err
				}
			}
			ids = append(ids, d.ID)
		}
		all = append(all, ids)
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, ids := range all {
		again, err := s.engine.Update(ctx, schema.Deliveries, document.All{document.Where{Field: "id", Op: document.In, Value: ids}, document.Equal("state", string(campaign.Failed))}, s.deliveries.queuedAgain())
		if n += again; err != nil {
			return n, err
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, s.goOn(ctx, runID)
}

// revive makes a contact whose address was found dead reachable again, because a person said so.
func (s *Sending) revive(ctx context.Context, contact string) error {
	_, err := s.contacts.UpdateContact(ctx, contact, func(c *campaign.Contact) error {
		if c.Status == campaign.Bounced {
			c.Status, c.StatusReason = campaign.Active, ""
		}
		return nil
	})
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil
	}
	return err
}
