package scheduler

import (
	"context"
	"iter"
	"maps"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

type reasonStore interface {
	GetFollowReasons(ctx context.Context, e *edition.Edition, own string, contacts []*campaign.Contact) (map[string]string, error)
	LeftOutOfStep(ctx context.Context, st *edition.Step, run string, cs []*campaign.Contact) (map[string]string, error)
}

// reasons say who of some contacts is left out of a campaign that follows another one, or of a step of a series, as things stood when
// they were read: why, by the contact's id. They are nil for any other campaign, and leave nobody out then.
//
// What follows another campaign is never sent from memory (planned.twice): each delivery is read from the queue, so that its reader
// is looked at once more right before.
type reasons map[string]string

func readReasons(ctx context.Context, s reasonStore, e *edition.Edition, run string, contacts iter.Seq[*campaign.Contact]) (reasons, error) {
	if !e.Follow.Any() && e.Step == nil {
		return nil, nil
	}
	cs := slices.Collect(contacts)
	if len(cs) == 0 {
		return nil, nil
	}
	out, err := s.GetFollowReasons(ctx, e, run, cs)
	if err != nil || e.Step == nil {
		return out, err
	}
	ofStep, err := s.LeftOutOfStep(ctx, e.Step, run, cs)
	if err != nil {
		return nil, err
	}
	maps.Copy(ofStep, out) // what follows another campaign says so first
	return ofStep, nil
}

// passOver reports whether a contact is none of those it is about: there is no delivery to them.
func (r reasons) passOver(c *campaign.Contact) bool { return r.of(c) == campaign.NotFollowed }

// of says why a contact is left out, or "".
func (r reasons) of(c *campaign.Contact) string {
	if c == nil {
		return ""
	}
	return r[c.ID]
}

// fireJoined starts runs of campaigns that also go to who joins their lists, for those who have.
func (d *due) fireJoined(ctx context.Context) error {
	joining, err := d.store.FindJoining(ctx)
	if err != nil {
		return err
	}
	for _, c := range joining {
		r, began, err := d.store.StartJoined(ctx, c.ID)
		if err != nil && campaign.CodeOf(err) == "" {
			return err
		}
		if began {
			d.logger.Info("run starts", "campaign_id", c.ID, "run_id", r.ID, "trigger", r.Trigger)
		}
	}
	return nil
}
