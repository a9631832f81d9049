package web

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// homePages is the page everybody begins with.
type homePages struct {
	*panel
	store homeStore
	past  pastRuns
}

type homeStore interface {
	CountAllMembers(ctx context.Context) (map[string]map[campaign.MembershipStatus]int64, error)
	CountCampaigns(ctx context.Context) (map[string]int64, error)
	CountContacts(ctx context.Context, f store.ContactFilter) (int64, error)
	CountGrowth(ctx context.Context, list string, since time.Time) (campaign.Growth, error)
	CountOpenRequests(ctx context.Context) (int64, error)
	CountReviews(ctx context.Context) (int64, error)
	CountSignUps(ctx context.Context) (int64, error)
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	FindLastRuns(ctx context.Context, state campaign.State, limit int) ([]campaign.Run, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	FindRequests(ctx context.Context, open bool, p store.Page) ([]campaign.Request, string, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	LookFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

// homePage answers what the team asks in the morning: what is going out, what comes next, what waits for me, how did the last
// ones do, and how do the lists grow.
type homePage struct {
	Page
	Moving    []goingOut
	Scheduled []nextUp
	Live      bool // something is going out or about to: the part refreshes itself
	Drafts    int64
	Waiting   []task
	Last      []sentRun
	Lists     []grownList
	MoreLists bool
	Contacts  int64
	Steps     []step
}

// goingOut is a campaign that is being sent, with how far it is.
type goingOut struct {
	Campaign  campaign.Campaign
	Done, All int64
}

// nextUp is a campaign that waits for its time, with the times after it where it recurs.
type nextUp struct {
	campaign.Campaign
	Leaving bool
	Then    []time.Time
}

// Seconds is how long it is until the campaign leaves.
func (n nextUp) Seconds(now time.Time) int { return max(0, int(n.NextAt.Sub(now).Seconds())) }

// grownList is a list with how it changed of late.
type grownList struct {
	campaign.List
	Subscribed int64
	campaign.Growth
}

// Why says what made the list grow or shrink; nil where nothing did.
func (l grownList) Why() *campaign.Text {
	var parts []campaign.Text
	for _, c := range []struct {
		n     int64
		words campaign.Text
	}{
		{l.Joined, campaign.Textf("%d joined", l.Joined)}, {l.Left, campaign.Textf("%d left", l.Left)},
		{l.Returned, campaign.Textf("%d returned", l.Returned)}, {l.TakenOff, campaign.Textf("%d taken off", l.TakenOff)},
	} {
		if c.n > 0 {
			parts = append(parts, c.words)
		}
	}
	if parts == nil {
		return nil
	}
	all := campaign.Join(parts, ", ")
	return &all
}

const (
	shownLists = 12
	growthDays = 30
)

func (s *homePages) show(v *visit) error {
	p := homePage{Page: v.page("home", "Home")}
	for _, fill := range []func(*visit, *homePage) error{s.fillGoing, s.fillLast, s.fillLists, s.fillWaiting, s.fillSteps} {
		if err := fill(v, &p); err != nil {
			return err
		}
	}
	return v.show("home", &p)
}

// going sends what is going out and next alone, to a page that was left open.
func (s *homePages) going(v *visit) error {
	p := homePage{Page: v.page("home", "Home")}
	if err := s.fillGoing(v, &p); err != nil {
		return err
	}
	return v.showPart("home", "home-going", &p)
}

// Today is the day, with its name.
func (p *homePage) Today() string {
	return p.say("day: %s, %s", language.Weekday(p.Language, p.Now), language.LongDate(p.Language, p.Now))
}

func (s *homePages) fillGoing(v *visit, p *homePage) error {
	ctx := v.ctx()
	sending, err := s.goingOut(ctx)
	if err != nil {
		return err
	}
	for _, c := range sending {
		r, err := s.store.GetRun(ctx, c.LastRun)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		f, err := s.store.LookDeliveries(ctx, &r)
		if err != nil {
			return err
		}
		p.Moving = append(p.Moving, goingOut{c, f.Settled(), f.ToSend()})
	}
	scheduled, _, err := s.store.FindCampaigns(ctx, campaign.Scheduled, store.Page{Sort: "next_at", Limit: 5})
	if err != nil {
		return err
	}
	for _, c := range scheduled {
		n := nextUp{Campaign: c, Leaving: isLeaving(&c, s.Now())}
		if s.Planner != nil && c.Schedule.Kind == campaign.ByCron {
			slots, err := s.Planner.Next(c.Schedule, c.NextAt, 3)
			if err == nil { // else its schedule ended, or says so on its own page
				n.Then = campaign.Collect(slots, func(slot campaign.Slot) time.Time { return slot.At })
			}
		}
		p.Live = p.Live || n.Leaving
		p.Scheduled = append(p.Scheduled, n)
	}
	p.Live = p.Live || len(p.Moving) > 0
	states, err := s.store.CountCampaigns(ctx)
	p.Drafts = states[string(campaign.Draft)]
	return err
}

func (s *homePages) fillLists(v *visit, p *homePage) error {
	lists, err := s.store.FindLists(v.ctx(), false)
	if err != nil {
		return err
	}
	members, err := s.store.CountAllMembers(v.ctx())
	if err != nil {
		return err
	}
	if p.Contacts, err = s.store.CountContacts(v.ctx(), store.ContactFilter{}); err != nil {
		return err
	}
	slices.SortStableFunc(lists, func(a, b campaign.List) int {
		return int(members[b.ID][campaign.Subscribed] - members[a.ID][campaign.Subscribed])
	})
	p.MoreLists = len(lists) > shownLists
	for _, l := range lists[:min(shownLists, len(lists))] {
		g, err := s.store.CountGrowth(v.ctx(), l.ID, s.Now().AddDate(0, 0, -growthDays))
		if err != nil {
			return err
		}
		p.Lists = append(p.Lists, grownList{l, members[l.ID][campaign.Subscribed], g})
	}
	return nil
}

// Signed writes a number with its sign.
func (p *homePage) Signed(n int64) string {
	switch {
	case n > 0:
		return "+" + language.Number(p.Language, n)
	case n < 0:
		return "−" + language.Number(p.Language, -n)
	}
	return "0"
}

// step is one of those by which a new installation comes to its first message.
type step struct {
	ID, Link      string
	Name, Why     campaign.Text
	Done, Skipped bool
}

// Begins reports whether the first steps are shown: while one is neither done nor skipped.
func (p *homePage) Begins() bool {
	return slices.ContainsFunc(p.Steps, func(s step) bool { return !s.Done && !s.Skipped })
}

// SkippedSteps reports whether some were skipped that are not done.
func (p *homePage) SkippedSteps() bool {
	return slices.ContainsFunc(p.Steps, func(s step) bool { return !s.Done && s.Skipped })
}

func (s *homePages) fillSteps(v *visit, p *homePage) error {
	if p.May("admin") {
		brand := v.set.Brand
		p.Steps = append(p.Steps,
			step{ID: "brand", Link: "/settings", Done: brand.Name != "" && brand.Address != "", Name: campaign.Textf("Say who you are"), Why: campaign.Textf("Your name and postal address stand at the foot of every message.")},
			step{ID: "sender", Link: "/settings#senders", Done: len(v.set.Senders) > 0, Name: campaign.Textf("Add a sender"), Why: campaign.Textf("The name and address that your messages come from.")})
	}
	if p.May("editor") {
		releases, _, err := s.store.FindReleases(v.ctx(), store.ReleaseFilter{}, pageOf(1))
		if err != nil {
			return err
		}
		p.Steps = append(p.Steps,
			step{ID: "list", Link: "/lists/new", Done: len(p.Lists) > 0, Name: campaign.Textf("Make the first list"), Why: campaign.Textf("For instance journalists, or schools: what a campaign goes to, and what readers leave.")},
			step{ID: "contacts", Link: "/import", Done: p.Contacts > 0, Name: campaign.Textf("Bring in your contacts"), Why: campaign.Textf("From a spreadsheet, as it is: you see what becomes of each row before anything is stored.")},
			step{ID: "release", Link: "/releases/new", Done: len(releases) > 0 || len(p.Last) > 0, Name: campaign.Textf("Write the first release"), Why: campaign.Textf("A press release, an advisory or a newsletter, in each language that your readers read.")})
	}
	for i := range p.Steps {
		p.Steps[i].Skipped = slices.Contains(v.user.Skipped, p.Steps[i].ID)
	}
	return nil
}

// setStep skips a step, or takes all skipped ones up again.
func (s *homePages) setStep(v *visit) error {
	var form struct {
		Skip string `form:"skip"`
	}
	if err := v.read(&form); err != nil {
		return err
	}
	_, err := s.store.UpdateUser(v.ctx(), v.user.ID, func(u *campaign.User) error {
		switch {
		case form.Skip == "":
			u.Skipped = nil
		case slices.Contains([]string{"brand", "sender", "list", "contacts", "release"}, form.Skip) && !slices.Contains(u.Skipped, form.Skip):
			u.Skipped = append(u.Skipped, form.Skip)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return v.seeOther("/")
}

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
	for _, fill := range []func(*visit, *homePage, func(bool, string, campaign.Text, campaign.Text)) error{s.waitingSends, s.waitingPeople} {
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
		add(true, "/runs/"+h.Run, campaign.Textf("Look at it"), campaign.Textf("%s takes no mail from you just now; what goes there waits.", h.ID))
	}
	for i := range p.Scheduled {
		c := &p.Scheduled[i].Campaign
		r, err := s.store.GetRelease(ctx, c.Release)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		if err != nil || len(r.Versions) == 0 || len(templates.SendingProblems(&r)) > 0 {
			add(true, "/campaigns/"+c.ID+"/check", campaign.Textf("home: Check it"), campaign.Textf("“%s” is scheduled, but its text cannot be sent as it is.", c.Name))
		}
	}
	if p.Drafts > 0 && p.May("editor") {
		add(false, "/campaigns?state=draft", campaign.Textf("home: To the drafts"), campaign.Textf("%d campaigns are drafts, to be checked and sent.", p.Drafts))
	}
	return nil
}

// waitingPeople are the requests, reviews and sign-ups.
func (s *homePages) waitingPeople(v *visit, p *homePage, add func(bool, string, campaign.Text, campaign.Text)) error {
	ctx := v.ctx()
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
