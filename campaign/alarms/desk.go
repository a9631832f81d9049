// Package alarms looks every few minutes whether something about our mail needs somebody soon: a provider that takes none, complaints,
// more coming back than before, a run that stands still, a listing. It decides nothing but that.
package alarms

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Store is what the desk reads, and where it puts what it finds.
type Store interface {
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	FindListings(ctx context.Context) ([]campaign.BlockListing, error)
	FindLastRuns(ctx context.Context, state campaign.State, limit int) ([]campaign.Run, error)
	FindRunsIn(ctx context.Context, states ...campaign.State) ([]campaign.Run, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	CountComplaints(ctx context.Context, since time.Time) ([]campaign.ProviderComplaints, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	LookFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	SettleAlarms(ctx context.Context, found []campaign.Alarm, moving []campaign.Movement) (begun int, err error)
}

// Desk looks. Any number of them may look at one store.
type Desk struct {
	Store  Store
	Now    func() time.Time
	Every  time.Duration // from look to look, and to the first; 0: its own times
	Logger *slog.Logger

	complaints []campaign.ProviderComplaints
	counted    time.Time
}

const (
	lookEvery = 2 * time.Minute
	settling  = 20 * time.Second // from the start to the first look
	heldFor   = 5 * time.Minute  // a provider that takes mail again sooner is no alarm
	lastRuns  = 20               // are looked at for what comes back
	recount   = 10 * time.Minute // of complaints: all that was taken lately is counted for it
)

// Run looks until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	for wait := cmp.Or(d.Every, settling); ; wait = cmp.Or(d.Every, lookEvery) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if err := d.Look(ctx); err != nil && ctx.Err() == nil {
			d.Logger.Error("alarms could not be looked for", "error", err)
		}
	}
}

// Look begins and ends alarms by what the store says now.
func (d *Desk) Look(ctx context.Context) error {
	var found []campaign.Alarm
	holds, err := d.Store.FindHolds(ctx)
	if err != nil {
		return err
	}
	held := map[string]bool{}
	for _, h := range holds {
		held[h.Run] = true
		if d.Now().Sub(h.Since) >= heldFor {
			found = append(found, campaign.Alarm{Kind: campaign.HoldAlarm, Of: h.ID, Path: "/runs/" + h.Run, Words: h.Words().Stored()})
		}
	}
	listed, err := d.Store.FindListings(ctx)
	if err != nil {
		return err
	}
	for _, l := range listed {
		found = append(found, campaign.Alarm{Kind: campaign.ListingAlarm, Of: l.What + " " + l.List, Path: "/settings/sender#lists", Words: l.Words().Stored()})
	}
	paused, err := d.Store.FindRunsIn(ctx, campaign.PausedRun)
	if err != nil {
		return err
	}
	for i := range paused {
		if r := &paused[i]; r.IsMailing() && r.Reason != "" {
			name, err := d.nameOf(ctx, r)
			if err != nil {
				return err
			}
			found = append(found, campaign.Alarm{Kind: campaign.PausedAlarm, Of: r.ID, Path: "/runs/" + r.ID,
				Words: campaign.Textf("“%s” was paused by the program: see why, and let it go on.", name).Stored()})
		}
	}
	recent, err := d.recent(ctx)
	if err != nil {
		return err
	}
	if now := d.Now(); d.counted.IsZero() || now.Sub(d.counted) >= recount {
		if d.complaints, err = d.Store.CountComplaints(ctx, now.AddDate(0, 0, -campaign.ComplaintDays)); err != nil {
			return err
		}
		d.counted = now
	}
	found = append(found, campaign.AlarmsOfRuns(recent, d.complaints)...)
	moving, err := d.moving(ctx, held)
	if err != nil {
		return err
	}
	begun, err := d.Store.SettleAlarms(ctx, found, moving)
	if begun > 0 {
		d.Logger.Warn("new alarms: see the home page", "count", begun)
	}
	return err
}

// recent are the latest runs with their figures.
func (d *Desk) recent(ctx context.Context) (out []campaign.RecentRun, err error) {
	runs, err := d.Store.FindLastRuns(ctx, "", lastRuns)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		r := campaign.RecentRun{Run: runs[i]}
		if r.Figures, err = d.Store.LookFigures(ctx, &runs[i]); err != nil {
			return nil, err
		}
		if i == 0 {
			if r.Name, err = d.nameOf(ctx, &runs[i]); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// moving says how far the runs are that are going out. One that waits for a provider that takes nothing rests.
func (d *Desk) moving(ctx context.Context, held map[string]bool) (out []campaign.Movement, err error) {
	runs, err := d.Store.FindRunsIn(ctx, campaign.Sending)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		r := &runs[i]
		if !r.IsMailing() {
			continue
		}
		f, err := d.Store.LookDeliveries(ctx, r)
		if err != nil {
			return nil, err
		}
		name, err := d.nameOf(ctx, r)
		if err != nil {
			return nil, err
		}
		out = append(out, campaign.Movement{Run: r.ID, Name: name, Done: f.Audience - f.Waiting, Rests: f.States[campaign.Queued] == 0 || held[r.ID]})
	}
	return out, nil
}

func (d *Desk) nameOf(ctx context.Context, r *campaign.Run) (string, error) {
	c, err := d.Store.GetCampaign(ctx, r.Campaign)
	return c.Name, campaign.UnlessMissing(err)
}
