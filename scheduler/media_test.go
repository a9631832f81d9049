package scheduler

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// showPicture puts a picture of a person who agreed into the fixture's release.
func (f *fixture) showPicture() campaign.MediaItem {
	f.t.Helper()
	ctx := f.t.Context()
	m := campaign.MediaItem{
		Kind: campaign.MediaPicture, Title: "Ana at the desk", People: campaign.PeopleAdults,
		Consent: campaign.MediaConsent{By: "Ana Anić", Given: f.now().Format(time.DateOnly)}, File: campaign.MediaFile{Hash: "h", Name: "ana.jpg"},
	}
	must(f.t, f.store.Media.CreateMedia(ctx, &m))
	_, err := f.store.Releases.UpdateRelease(ctx, f.campaign.Release, func(r *campaign.Release) error {
		r.Versions[0].Body += "\n\n![Ana](media:" + m.ID + ")"
		return nil
	})
	must(f.t, err)
	return m
}

// withdraw notes that the person took their consent back.
func (f *fixture) withdraw(m campaign.MediaItem) {
	f.t.Helper()
	_, err := f.store.Media.UpdateMedia(f.t.Context(), m.ID, func(m *campaign.MediaItem) error {
		m.Consent.Withdrawn = f.now().Format(time.DateOnly)
		return nil
	})
	must(f.t, err)
}

func TestWithdrawnConsentStopsARunUnderWay(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 60)
	m := f.showPicture()
	run := f.startRun()
	p := newMailServer(2)
	p.gate = make(chan struct{})
	ended := make(chan error, 1)
	counting := &asked{Engine: f.engine()}
	st, err := store.New(t.Context(), counting, campaign.NewSigner("test"), f.now)
	must(t, err)
	s := f.scheduler(p, func(c *setup) { c.Store, c.Poll = st, 20*time.Millisecond })
	go func() { ended <- s.SendRun(context.Background(), run.ID) }()
	for range 5 {
		p.gate <- struct{}{}
	}
	f.withdraw(m)
	looked := counting.runs.Load() + 3
	waitFor(t, func() bool { return counting.runs.Load() >= looked || len(ended) > 0 }) // at the run, and then at its pictures
	for over := false; !over; {
		select {
		case p.gate <- struct{}{}:
		case err = <-ended:
			over = true
		}
	}
	c, getErr := f.store.Campaigns.GetCampaign(t.Context(), f.campaign.ID)
	must(t, getErr)
	if campaign.CodeOf(err) != campaign.Invalid || c.State != campaign.PausedRun || !strings.Contains(c.Note, "the consent to show “Ana at the desk” was withdrawn") {
		t.Errorf("sending ended with %v, the campaign is %s: %s", err, c.State, c.Note)
	}
	states := f.states(run.ID)
	if int(states[campaign.Accepted]) != p.count() || states[campaign.Queued] == 0 || states[campaign.InFlight]+states[campaign.Interrupted] > 0 {
		t.Errorf("in the end %v, taken %d", states, p.count())
	}
}

func TestNothingIsSentWithoutConsent(t *testing.T) {
	t.Parallel()
	f := newFixture(t, 3)
	m := f.showPicture()
	if _, err := f.store.Sending.SendNow(t.Context(), f.campaign.ID, 0); err != nil {
		t.Fatal(err)
	}
	f.withdraw(m) // while it waits
	p := newMailServer(1)
	f.runUntil(f.scheduler(p, nil), func() bool {
		c, err := f.store.Campaigns.GetCampaign(t.Context(), f.campaign.ID)
		must(t, err)
		return c.State == campaign.Draft && strings.Contains(c.Note, "was withdrawn")
	})
	if p.count() > 0 {
		t.Errorf("%d messages were sent", p.count())
	}
	if _, err := f.store.Sending.SendNow(t.Context(), f.campaign.ID, 0); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("it is sent again: %v", err)
	}
}
