package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Installation identifies the store.
type Installation struct {
	engine document.Engine
	now    func() time.Time

	campaigns  *Campaigns
	deliveries *Deliveries
	journal    *Journal
	runs       *Runs
	sending    *Sending
	approvals  *Approvals
	series     *Series
}

// GetInstallation reads what the store knows of itself. A store that is begun is the real one where it is begun.
func (s *Installation) GetInstallation(ctx context.Context) (campaign.Installation, error) {
	i, err := document.Get[campaign.Installation](ctx, s.engine, schema.Installations, campaign.InstallationID)
	if campaign.CodeOf(err) == campaign.NotFound {
		i = campaign.Installation{ID: campaign.InstallationID, Name: campaign.NewID(s.now())}
		if _, err = s.engine.InsertNew(ctx, schema.Installations, &i); err == nil {
			i, err = document.Get[campaign.Installation](ctx, s.engine, schema.Installations, campaign.InstallationID)
		}
	}
	if err != nil || len(i.Places) > 0 {
		return i, err
	}
	places, err := s.Identity(ctx) // an engine may know only once there is something to look at
	if err != nil {
		return i, err
	}
	return s.updateInstallation(ctx, func(i *campaign.Installation) {
		if len(i.Places) == 0 {
			i.Places = places
		}
	})
}

// Identity returns names of the place the store is in; a copy of it is in another.
func (s *Installation) Identity(ctx context.Context) ([]string, error) {
	return s.engine.Identity(ctx, schema.Installations)
}

func (s *Installation) updateInstallation(ctx context.Context, fn func(*campaign.Installation)) (campaign.Installation, error) {
	return document.Modify(ctx, s.engine, schema.Installations, campaign.InstallationID, func(i *campaign.Installation) *int64 { return &i.Version },
		func(i *campaign.Installation) error { fn(i); return nil })
}

// GetMark reads the epoch of a data folder; 0 when the store knows none.
func (s *Installation) GetMark(ctx context.Context, folder string) (int64, error) {
	i, err := document.Get[campaign.Installation](ctx, s.engine, schema.Installations, markID(folder))
	if campaign.CodeOf(err) == campaign.NotFound {
		return 0, nil
	}
	return i.Epoch, err
}

// SetMark writes the epoch of a data folder, which one process at a time may do.
func (s *Installation) SetMark(ctx context.Context, folder string, epoch int64) error {
	return s.engine.Upsert(ctx, schema.Installations, &campaign.Installation{ID: markID(folder), Epoch: epoch})
}

func markID(folder string) string { return "folder/" + folder }

const adoptedWords = "the database was put back from a backup or copied: what stands as not sent may have been sent by the other one"

// Adopt makes this store the real one where it is. What it would send at once is
// stopped first: runs under way are paused, campaigns whose time has come wait for a person or for their next time, and of
// single mails and tests nothing more is sent.
func (s *Installation) Adopt(ctx context.Context, doubt campaign.Doubt, next func(*campaign.Campaign) (campaign.Slot, error)) (campaign.Adopted, error) {
	var done campaign.Adopted
	words := campaign.Textf("Said that this database is the real one. The doubt was: %s", doubt.Words())
	if err := s.journal.Log(ctx, campaign.Entry{Kind: campaign.BackedUpEntry, Audit: true, Detail: words.Stored()}); err != nil {
		return done, err
	}
	if err := s.stopRuns(ctx, &done); err != nil {
		return done, fmt.Errorf("pause what is being sent: %w", err)
	}
	if err := s.series.pauseAll(ctx, campaign.Textf("the database was put back from a backup or copied: what was sent since is not known here")); err != nil {
		return done, fmt.Errorf("pause series: %w", err)
	}
	if err := s.approvals.endAll(ctx, campaign.Textf("the database was put back from a backup or copied: what was said since is not known here")); err != nil {
		return done, fmt.Errorf("end approvals: %w", err)
	}
	if err := s.holdDue(ctx, &done, next); err != nil {
		return done, fmt.Errorf("hold what is due: %w", err)
	}
	if err := s.sending.follows.endJoining(ctx); err != nil {
		return done, fmt.Errorf("send to nobody who joins later: %w", err)
	}
	if _, err := s.GetInstallation(ctx); err != nil || doubt == campaign.Restored {
		return done, err
	}
	places, err := s.Identity(ctx)
	if err != nil {
		return done, err
	}
	_, err = s.updateInstallation(ctx, func(i *campaign.Installation) {
		i.Name, i.Places = campaign.NewID(s.now()), places // what folders kept of the other one says nothing of this one
	})
	return done, err
}

func (s *Installation) stopRuns(ctx context.Context, done *campaign.Adopted) error {
	rs, err := s.runs.FindRunsIn(ctx, campaign.Sending)
	if err != nil {
		return err
	}
	for _, r := range rs {
		if !r.Trigger.MovesCampaign() {
			done.Dropped++
			if err := s.deliveries.DropAll(ctx, r.ID, adoptedWords); err != nil {
				return err
			}
			continue
		}
		c, err := s.campaigns.GetCampaign(ctx, r.Campaign)
		if err != nil {
			return err
		}
		if c.LastRun == r.ID && c.State == campaign.Sending {
			err = s.sending.PauseCampaign(ctx, c.ID, adoptedWords)
		} else { // an earlier run of a recurring campaign, which only has retries to make
			_, err = s.runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error {
				r.State, r.Reason, r.EndedAt = campaign.Cancelled, adoptedWords, s.now()
				return nil
			})
			if err == nil {
				err = s.deliveries.DropAll(ctx, r.ID, adoptedWords)
			}
		}
		if err != nil {
			return err
		}
		if !slices.Contains(done.Paused, c.Name) {
			done.Paused = append(done.Paused, c.Name)
		}
	}
	return nil
}

func (s *Installation) holdDue(ctx context.Context, done *campaign.Adopted, next func(*campaign.Campaign) (campaign.Slot, error)) error {
	due, err := s.campaigns.FindDueCampaigns(ctx, s.now())
	if err != nil {
		return err
	}
	for i := range due {
		slot, err := next(&due[i])
		if err != nil {
			return err
		}
		_, err = s.campaigns.UpdateCampaign(ctx, due[i].ID, func(c *campaign.Campaign) error {
			if c.State != campaign.Scheduled || !c.NextAt.Equal(due[i].NextAt) {
				return nil
			}
			c.NextAt, c.NextWall, c.Note = slot.At, slot.Wall, "what was due on "+due[i].NextAt.Format(time.DateTime)+" UTC was not sent: "+adoptedWords
			if slot.At.IsZero() {
				c.State = campaign.Draft // its approval, if it had one, has ended above
			}
			return nil
		})
		if err != nil {
			return err
		}
		done.Held = append(done.Held, due[i].Name)
	}
	return nil
}

// MendStored restores indexes and fields that were lost, in an engine that can lose them.
func (s *Installation) MendStored(ctx context.Context) error {
	if m, ok := s.engine.(document.Mender); ok {
		return m.Mend(ctx, Collections)
	}
	return nil
}

// Ping checks that the store answers and can be written to.
func (s *Installation) Ping(ctx context.Context) error { return s.engine.Ping(ctx) }
