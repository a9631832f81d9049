package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/scheduler"
	"github.com/glasnik/glasnik/templates"
)

// addCampaigns makes one campaign that was sent, a newsletter that waits for its next Monday, one in review, and one draft.
func (s *sampleData) addCampaigns(ctx context.Context) error {
	day := s.start.Add(-demoSent).In(s.cfg.zone)
	sentAt := time.Date(day.Year(), day.Month(), day.Day(), 9, 5, 0, 0, s.cfg.zone)
	s.clock.setTo(sentAt.Add(-26 * time.Hour))
	guide, err := s.addRelease(ctx, "release", sentAt.In(s.cfg.zone).Format(time.DateOnly))
	if err != nil {
		return err
	}
	sent, err := s.addCampaign(ctx, guide, "Vodič za izveštavanje o trgovini ljudima", 0, "Mediji", "Škole", "Poslodavci")
	if err != nil {
		return err
	}
	s.clock.setTo(sentAt)
	run, err := s.sendSample(ctx, s.scheduler(), sent, &sampleReaders{reads: 0.75, quiet: demoQuiet})
	if err != nil {
		return err
	}
	if err := s.afterwards(ctx, run); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{s.addOutcomes, s.addColleague, s.addNewsletter, s.addInvitation, s.addReview} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (s *sampleData) addCampaign(ctx context.Context, r campaign.Release, name string, sender int, lists ...string) (campaign.Campaign, error) {
	settings, err := s.store.Settings.GetSettings(ctx)
	if err != nil {
		return campaign.Campaign{}, err
	}
	c := campaign.Campaign{Name: name, Release: r.ID, Sender: settings.Senders[sender], Owner: s.owner}
	for _, l := range lists {
		c.Lists = append(c.Lists, s.lists[l])
	}
	err = s.store.Campaigns.CreateCampaign(ctx, &c)
	return c, err
}

// sendSample really sends a campaign, and adds what its readers did in the days since. It returns the run.
func (s *sampleData) sendSample(ctx context.Context, sender *scheduler.Scheduler, c campaign.Campaign, readers *sampleReaders) (string, error) {
	s.sent = append(s.sent, c)
	slot := campaign.Slot{At: s.clock.Now().UTC().Truncate(time.Second)}
	if _, err := s.store.Sending.ScheduleCampaign(ctx, c.ID, slot); err != nil {
		return "", err
	}
	run, err := s.store.Sending.StartRun(ctx, c.ID, slot, campaign.TriggerHand, templates.TrackedLinks)
	if err != nil {
		return "", err
	}
	if err := sender.SendRun(ctx, run.ID); err != nil {
		return "", err
	}
	edition, err := s.store.Runs.GetEdition(ctx, run.ID)
	if err != nil {
		return "", err
	}
	readers.random, readers.until, readers.links = rand.New(rand.NewPCG(2026, uint64(11+len(s.sent)))), s.start, len(edition.Tracked)
	for after := ""; ; {
		ds, next, err := s.store.Deliveries.FindDeliveries(ctx, run.ID, campaign.Accepted, store.Page{After: after})
		if err != nil {
			return "", err
		}
		for _, d := range ds {
			readers.read(d)
		}
		if after = next; after == "" {
			break
		}
	}
	return run.ID, s.store.Events.RecordEvents(ctx, readers.events)
}

// Who leaves, and whose address the mail catcher does not know.
const (
	demoLeaves  = "ognjen.ognjic@studentski-primer.example"
	demoUnknown = "zoran.zoric@portal-primerak.example"
)

// afterwards lets one reader leave, as happens in the days after.
func (s *sampleData) afterwards(ctx context.Context, run string) error {
	c, err := s.store.Contacts.GetContactByAddress(ctx, demoLeaves)
	if err != nil {
		return err
	}
	ds, err := s.store.Deliveries.FindDeliveriesTo(ctx, c.ID, 1)
	if err != nil || len(ds) == 0 || ds[0].Run != run {
		return fmt.Errorf("%s was not written to: %w", demoLeaves, err)
	}
	d := ds[0]
	s.clock.setTo(d.SentAt.Add(5 * time.Hour))
	if _, err = s.store.Contacts.LeaveLists(ctx, c.ID, []string{s.lists["Mediji"]}, campaign.Unsubscribed); err != nil {
		return err
	}
	return s.store.Events.RecordEvents(ctx, []*campaign.Event{{
		ID: campaign.EventID(run, campaign.UnsubscribedEvent, campaign.Human, d.ID, 0), Run: run, Campaign: d.Campaign,
		Kind: campaign.UnsubscribedEvent, Verdict: campaign.Human, Delivery: d.ID, Contact: c.ID, Reader: d.ID, Language: d.Language, At: s.clock.Now().UTC(),
	}})
}

// sampleReaders make up what readers did, always the same: most opens soon, a long tail, some scanners at once.
type sampleReaders struct {
	reads  float64  // share of readers who read
	quiet  []string // addresses of readers who agreed to be recognised and do not read
	random *rand.Rand
	until  time.Time
	links  int
	events []*campaign.Event
}

// read makes up what became of one message, as far as its tracking mode lets that be known.
func (r *sampleReaders) read(d campaign.Delivery) {
	if d.Tracking == campaign.NoTracking {
		return
	}
	e := campaign.Event{Run: d.Run, Campaign: d.Campaign, Language: d.Language, Reader: fmt.Sprintf("%020x", r.random.Uint64())}
	if d.Tracking == campaign.Individual {
		e.Delivery, e.Contact, e.Reader = d.ID, d.Contact, d.ID
	}
	if r.random.Float64() < 0.22 { // a mail scanner looks first, within a minute
		machine := e
		machine.Verdict, machine.Rule = campaign.Machine, "sample"
		machine.At = d.SentAt.Add(time.Duration(2+r.random.IntN(40)) * time.Second)
		if d.Tracking == campaign.Aggregate {
			machine.Reader = fmt.Sprintf("%020x", r.random.Uint64())
		}
		r.add(machine, campaign.Opened, 0)
		if r.random.Float64() < 0.3 {
			r.add(machine, campaign.Clicked, 0)
			r.add(machine, campaign.Clicked, 1)
		}
	}
	if r.random.Float64() > r.reads || slices.Contains(r.quiet, d.Email) {
		return
	}
	e.Verdict, e.Rule = campaign.Human, "sample"
	if r.random.Float64() < 0.08 {
		e.Verdict = campaign.Unknown
	}
	e.At = d.SentAt.Add(time.Duration(-math.Log(1-r.random.Float64()) * float64(7*time.Hour)))
	r.add(e, campaign.Opened, 0)
	if e.Verdict == campaign.Human && r.random.Float64() < 0.4 {
		e.At = e.At.Add(time.Duration(20+r.random.IntN(300)) * time.Second)
		r.add(e, campaign.Clicked, 0)
		r.add(e, campaign.Clicked, int64(1+r.random.IntN(max(1, r.links))))
	}
}

// add stores an event that lies in the past.
func (r *sampleReaders) add(e campaign.Event, kind campaign.EventKind, link int64) {
	e.Kind, e.Link, e.At = kind, link, e.At.UTC()
	if e.At.After(r.until) {
		return
	}
	e.ID = campaign.EventID(e.Run, kind, e.Verdict, e.Reader, link)
	r.events = append(r.events, &e)
}
