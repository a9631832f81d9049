package scheduler

import (
	"context"
	"log/slog"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// An address is not written to again once a server says that it does not work, or once three runs in a row have been refused
// for good, whatever the words, over at least lastingFor.
const (
	lastingRuns = 3
	lastingFor  = 3 * 24 * time.Hour
)

type bounceStore interface {
	FindDeliveriesTo(ctx context.Context, contact string, limit int) ([]campaign.Delivery, error)
	SetContactStatus(ctx context.Context, id string, status campaign.ContactStatus, reason string) error
	UpdateContact(ctx context.Context, id string, fn func(*campaign.Contact) error) (campaign.Contact, error)
}

// bounces marks the contacts whose addresses do not work.
type bounces struct {
	store  bounceStore
	now    func() time.Time
	logger *slog.Logger
}

// mark marks the contact of a refused delivery as bounced, at once where the address is dead.
func (b *bounces) mark(ctx context.Context, contact, answer string, dead bool) {
	if contact == "" {
		return
	}
	ctx, cancel := atLast(ctx)
	defer cancel()
	if !dead {
		lasting, err := b.refusedForLong(ctx, contact)
		if err != nil || !lasting {
			return // the next run will tell
		}
		answer = "refused for good in several runs: " + answer
	}
	if err := b.store.SetContactStatus(ctx, contact, campaign.Bounced, answer); err != nil && campaign.CodeOf(err) != campaign.NotFound {
		b.logger.Error("cannot mark a contact as bounced", "contact_id", contact, "error", err)
	}
}

// refusedForLong reports whether the runs before this one, which is not written down yet, have been refused too.
func (b *bounces) refusedForLong(ctx context.Context, contact string) (bool, error) {
	ds, err := b.store.FindDeliveriesTo(ctx, contact, 2*lastingRuns)
	if err != nil {
		return false, err
	}
	refused := 1
	for i := range ds {
		switch d := &ds[i]; {
		case d.State == campaign.Accepted:
			return false, nil
		case d.State == campaign.Failed && d.Code >= 500 && b.now().Sub(d.LastAt) > time.Minute:
			if refused++; refused >= lastingRuns && b.now().Sub(d.LastAt) >= lastingFor {
				return true, nil
			}
		}
	}
	return false, nil
}

// unmark takes back a mark that was made by an answer which turned out to be about us.
func (b *bounces) unmark(ctx context.Context, contact, answer string) {
	_, err := b.store.UpdateContact(ctx, contact, func(c *campaign.Contact) error {
		if c.Status == campaign.Bounced && c.StatusReason == answer {
			c.Status, c.StatusReason = campaign.Active, ""
		}
		return nil
	})
	if err != nil && campaign.CodeOf(err) != campaign.NotFound {
		b.logger.Error("cannot take back the mark of a contact", "contact_id", contact, "error", err)
	}
}
