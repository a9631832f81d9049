package scheduler

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

type editionStore interface {
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	PrepareUpcoming(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Outlook, error)
	SkipUpcoming(ctx context.Context, id string, why campaign.Text) (skipped bool, err error)
	MarkWaiting(ctx context.Context, id string) (marked bool, err error)
	MarkReminded(ctx context.Context, id string) (marked bool, err error)
	TellEdition(ctx context.Context, c *campaign.Campaign, o *campaign.Outlook, subject campaign.Text, lines ...campaign.Text) error
	LogEdition(ctx context.Context, campaignID string, what campaign.Text) error
}

// prepare makes the next editions of all campaigns that wait for their time, and sees to those whose deadline is over.
func (d *due) prepare(ctx context.Context) error {
	for p := (store.Page{Sort: "next_at", Limit: 100}); ; {
		found, next, err := d.store.FindCampaigns(ctx, campaign.Scheduled, p)
		if err != nil {
			return err
		}
		for _, c := range found {
			if !c.HasEditions() || c.NextAt.IsZero() || !c.NextAt.After(d.slots.now()) {
				continue // what is due is decided about by fire
			}
			if err := d.prepareOne(ctx, c); campaign.CodeOf(err) != "" {
				d.logger.Warn("the next edition cannot be made", "campaign_id", c.ID, "reason", err)
			} else if err != nil {
				return fmt.Errorf("prepare the next edition: %w", err)
			}
		}
		if p.After = next; next == "" {
			return nil
		}
	}
}

func (d *due) prepareOne(ctx context.Context, c campaign.Campaign) error {
	slot := campaign.Slot{At: c.NextAt, Wall: c.NextWall}
	o, err := d.store.PrepareUpcoming(ctx, &c, slot)
	if err != nil || o.Upcoming.State == campaign.UpcomingSent {
		return err
	}
	now, by := d.slots.now(), c.Content.ReadyBy(slot.At)
	fate, why := o.Fate(&c.Content)
	switch {
	case fate != campaign.Waits:
		return nil
	case !now.Before(by):
		return d.missed(ctx, c, &o, slot, why)
	case !now.Before(by.Add(-remindBefore)):
		return d.remind(ctx, c, &o, by, why)
	}
	return nil
}

// remindBefore is how long before the deadline of an edition that is not ready those concerned get a mail.
const remindBefore = 24 * time.Hour

// remind tells those concerned, once, that the deadline of an edition nears, and what happens then.
func (d *due) remind(ctx context.Context, c campaign.Campaign, o *campaign.Outlook, by time.Time, why campaign.Text) error {
	marked, err := d.store.MarkReminded(ctx, o.Upcoming.ID)
	if err != nil || !marked {
		return err
	}
	then := campaign.Textf("If it is not, its time goes by, and what it tells is told by the next one.")
	if c.Content.Late == campaign.WaitLate {
		then = campaign.Textf("If it is not, it waits and leaves once it is.")
	}
	return d.store.TellEdition(ctx, &c, o, campaign.Textf("The deadline nears: %s", c.Name),
		campaign.Textf("The next edition of “%s” must be ready by %s: %s.", c.Name, atHome(&c, by), why), then)
}

// decide makes the edition of a campaign that is due for the last time, and reports whether it goes. One that does not is skipped or
// waits, and the team is told.
func (d *due) decide(ctx context.Context, c campaign.Campaign, slot campaign.Slot, now time.Time) (goes bool, err error) {
	o, err := d.store.PrepareUpcoming(ctx, &c, slot)
	if err != nil {
		return false, err
	}
	fate, why := o.Fate(&c.Content)
	late, waited := now.Sub(slot.At), !o.Upcoming.WaitsFrom.IsZero()
	switch {
	case o.Upcoming.State == campaign.UpcomingSent: // by another process, which may have died before the campaign was claimed
		return true, nil
	case fate == campaign.Skips:
		return false, d.skipEdition(ctx, c, &o, why)
	case fate == campaign.Waits:
		return false, d.missed(ctx, c, &o, slot, why)
	case !o.Release.Embargo.IsZero() && late > lateLimitEmbargo && !waited:
		d.hold(ctx, c, fmt.Sprintf(dueUnderEmbargo, slot.Wall))
		return false, nil
	case late > lateLimit && !waited:
		return false, d.skipEdition(ctx, c, &o, campaign.Textf("nothing was running for more than %d hours", int(lateLimit/time.Hour)))
	}
	return true, nil
}

// missed deals with an edition that is not ready though its deadline is over.
func (d *due) missed(ctx context.Context, c campaign.Campaign, o *campaign.Outlook, slot campaign.Slot, why campaign.Text) error {
	if cmp.Or(c.Content.Late, campaign.SkipLate) == campaign.SkipLate {
		return d.skipEdition(ctx, c, o, why)
	}
	if !slot.At.Equal(c.NextAt) {
		if err := d.collapse(ctx, c, slot); err != nil {
			return err
		}
	}
	note := campaign.Textf("the edition of %s waits: %s", atHome(&c, slot.At), why)
	marked, err := d.store.MarkWaiting(ctx, o.Upcoming.ID)
	if err != nil || !marked && c.Note == note.Stored() {
		return err
	}
	d.logger.Warn("an edition waits for a person", "campaign_id", c.ID, "reason", why)
	if marked {
		if err := d.store.LogEdition(ctx, c.ID, note); err != nil {
			return err
		}
		if err := d.store.TellEdition(ctx, &c, o, campaign.Textf("An edition waits: %s", c.Name), campaign.Textf("“%s”: %s.", c.Name, note)); err != nil {
			return err
		}
	}
	_, err = d.store.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		if now.State == campaign.Scheduled && now.NextAt.Equal(slot.At) {
			now.Note = note.Stored()
		}
		return nil
	})
	return err
}

// skipEdition lets the time of an edition go by and says so: on the campaign, among its editions and in the audit log.
func (d *due) skipEdition(ctx context.Context, c campaign.Campaign, o *campaign.Outlook, why campaign.Text) error {
	note := campaign.Textf("the edition of %s was skipped: %s", atHome(&c, o.Upcoming.Slot), why)
	skipped, err := d.store.SkipUpcoming(ctx, o.Upcoming.ID, why)
	if campaign.CodeOf(err) == campaign.Conflict {
		return nil // another process has sent it: what it tells is not new any more
	}
	if err != nil {
		return err
	}
	if skipped || o.Upcoming.State == campaign.UpcomingSkipped {
		d.logger.Warn("an edition is skipped", "campaign_id", c.ID, "reason", why)
		if err := d.store.LogEdition(ctx, c.ID, note); err != nil {
			return err
		}
	}
	if skipped { // else somebody skipped it, who knows
		if err := d.store.TellEdition(ctx, &c, o, campaign.Textf("An edition was skipped: %s", c.Name), campaign.Textf("“%s”: %s.", c.Name, note)); err != nil {
			return err
		}
	}
	return d.skip(ctx, c, o.Upcoming.Slot, note.Stored())
}

// atHome is a moment where a campaign is at home.
func atHome(c *campaign.Campaign, at time.Time) time.Time {
	if zone, err := time.LoadLocation(c.Schedule.Zone); err == nil {
		return at.In(zone)
	}
	return at
}
