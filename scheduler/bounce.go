package scheduler

import (
	"cmp"
	"context"
	"log/slog"

	"github.com/glasnik/glasnik/campaign"
)

type bounceStore interface {
	BounceContact(ctx context.Context, b campaign.Bounce) error
	UpdateContact(ctx context.Context, id string, fn func(*campaign.Contact) error) (campaign.Contact, error)
}

// bounces tells the store whose mail was refused, which decides what follows by the rules that also hold for what comes back
// later.
type bounces struct {
	store  bounceStore
	logger *slog.Logger
}

// mark tells that a delivery of a run was refused for its recipient's sake; dead says that the address does not work.
func (b *bounces) mark(ctx context.Context, delivery, answer string, dead bool) {
	run, contact, _ := campaign.SplitDeliveryID(delivery)
	if contact == "" {
		return
	}
	ctx, cancel := atLast(ctx)
	defer cancel()
	bounce := campaign.Bounce{Class: campaign.SoftBounced, Contact: contact, Run: run, Words: cmp.Or(answer, "refused without a word")}
	if dead {
		bounce.Class = campaign.HardBounced
	}
	if err := b.store.BounceContact(ctx, bounce); err != nil {
		b.logger.Error("cannot record that mail to a contact bounces", "contact_id", contact, "error", err)
	}
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
