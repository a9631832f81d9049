package web

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// task is something that waits for a person, with the page where it is done.
type task struct {
	Words  campaign.Text
	Link   string
	Do     campaign.Text
	Urgent bool
}

// fillWaiting puts together what waits for somebody with the rights of the user.
func (s *homePages) fillWaiting(v *visit, p *homePage) error {
	add := func(urgent bool, link string, do, words campaign.Text) {
		p.Waiting = append(p.Waiting, task{words, link, do, urgent})
	}
	if doubt := s.Home.Doubt(); doubt != campaign.NoDoubt && p.May("admin") {
		add(true, "/installation", campaign.Textf("Look at it"), campaign.Textf("Nothing is sent: it is in doubt whether this installation is the real one."))
	}
	for _, fill := range []func(*visit, *homePage, func(bool, string, campaign.Text, campaign.Text)) error{s.waitingApprovals, s.waitingSends, s.waitingPeople} {
		if err := fill(v, p, add); err != nil {
			return err
		}
	}
	slices.SortStableFunc(p.Waiting, func(a, b task) int {
		switch {
		case a.Urgent == b.Urgent:
			return 0
		case a.Urgent:
			return -1
		}
		return 1
	})
	return nil
}

// onlyAlarms are those that nothing else on the home page tells of.
var onlyAlarms = []campaign.AlarmKind{campaign.ComplaintAlarm, campaign.BounceAlarm, campaign.BlockAlarm, campaign.StuckAlarm}

// waitingSends are the campaigns, messages and providers that somebody has to decide about.
func (s *homePages) waitingSends(v *visit, p *homePage, add func(bool, string, campaign.Text, campaign.Text)) error {
	ctx := v.ctx()
	paused, _, err := s.store.FindCampaigns(ctx, campaign.PausedRun, pageOf(10))
	if err != nil {
		return err
	}
	for _, c := range paused {
		add(true, "/campaigns/"+c.ID, campaign.Textf("Look at it"), campaign.Textf("“%s” is paused. %s", c.Name, v.sentence(campaign.OwnWords(c.Note))))
	}
	drafts, _, err := s.store.FindCampaigns(ctx, campaign.Draft, pageOf(50))
	if err != nil {
		return err
	}
	for _, o := range p.Resting {
		if o.Run.ABTest.Waits() {
			add(true, "/runs/"+o.Run.ID, campaign.Textf("home: Decide"), campaign.Textf("The A/B test of “%s” gives no evidence: choose which variant the other readers get.", o.Campaign.Name))
		}
	}
	for _, c := range drafts {
		if c.Note != "" {
			add(true, "/campaigns/"+c.ID+"/schedule", campaign.Textf("Look at it"), campaign.Textf("“%s” did not leave or will not. %s", c.Name, v.sentence(campaign.OwnWords(c.Note))))
		}
	}
	for _, r := range p.Last {
		if n := r.Figures.Interrupted; n > 0 {
			add(true, "/runs/"+r.Run.ID+"?state=interrupted", campaign.Textf("home: Decide"),
				campaign.Textf("%d messages of “%s” were interrupted: nobody knows whether they arrived. Decide whether to send them again.", n, r.Campaign.Name))
		}
	}
	holds, err := s.store.FindHolds(ctx)
	if err != nil {
		return err
	}
	for _, h := range holds {
		add(true, "/runs/"+h.Run, campaign.Textf("Look at it"), h.Words())
	}
	alarms, err := s.store.FindAlarms(ctx)
	if err != nil {
		return err
	}
	for _, a := range alarms {
		if slices.Contains(onlyAlarms, a.Kind) {
			add(true, a.Path, campaign.Textf("Look at it"), campaign.StoredText(a.Words))
		}
	}
	listed, err := s.store.FindListings(ctx)
	if err != nil {
		return err
	}
	for _, l := range listed[:min(len(listed), 3)] {
		if !p.May("admin") {
			break // they can do nothing about it, and may not open the page
		}
		add(true, "/settings/sender#lists", campaign.Textf("Look at it"), l.Words())
	}
	for i := range p.Scheduled {
		c := &p.Scheduled[i].Campaign
		r, err := s.store.NextRelease(ctx, c)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		pictures, unread := s.store.GetPictures(ctx, r.Media)
		if unread != nil {
			return unread
		}
		if err != nil || len(r.Versions) == 0 || len(templates.SendingProblems(&r, templates.MediaOf(pictures, ""))) > 0 {
			add(true, "/campaigns/"+c.ID+"/check", campaign.Textf("home: Check it"), campaign.Textf("“%s” is scheduled, but its text cannot be sent as it is.", c.Name))
		}
	}
	if err := s.waitingEditions(v, add); err != nil {
		return err
	}
	if p.Drafts > 0 && p.May("editor") {
		add(false, "/campaigns?state=draft", campaign.Textf("home: To the drafts"), campaign.Textf("%d campaigns are drafts, to be checked and sent.", p.Drafts))
	}
	return nil
}

// waitingPeople are the requests, reviews and sign-ups.
func (s *homePages) waitingPeople(v *visit, p *homePage, add func(bool, string, campaign.Text, campaign.Text)) error {
	ctx := v.ctx()
	if err := waitingLetters(v, s.store, add); err != nil {
		return err
	}
	if p.May("editor") {
		n, err := s.store.CountOpenRequests(ctx)
		if err != nil {
			return err
		}
		if first, _, err := s.store.FindRequests(ctx, true, pageOf(1)); err != nil {
			return err
		} else if len(first) > 0 {
			due := first[0].DueAt
			words := campaign.Textf("%d requests about data wait for an answer; the first is due by %s.", n, campaign.Day(due.In(p.Zone)))
			if due.Before(p.Now) {
				words = campaign.Textf("%d requests about data wait for an answer; the first was due by %s.", n, campaign.Day(due.In(p.Zone)))
			}
			add(due.Before(p.Now.AddDate(0, 0, 7)), "/requests", campaign.Textf("home: To the requests"), words)
		}
		if n, err = s.store.CountReviews(ctx); err != nil {
			return err
		} else if n > 0 {
			add(false, "/review", campaign.Textf("home: Look through them"), campaign.Textf("%d old contacts wait for somebody to look at them.", n))
		}
	}
	n, err := s.store.CountSignUps(ctx)
	if err == nil && n > 0 {
		add(false, "/notices", campaign.Textf("Look at it"), campaign.Textf("%d sign-ups are not confirmed yet. Their readers have a mail with the button.", n))
	}
	return err
}
