package web

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
)

// homePages is the page everybody begins with.
type homePages struct {
	*panel
	store homeStore
}

type homeStore interface {
	CountAllMembers(ctx context.Context) (map[string]map[campaign.MembershipStatus]int64, error)
	CountCampaigns(ctx context.Context) (map[string]int64, error)
	CountContacts(ctx context.Context, f store.ContactFilter) (int64, error)
	CountGrowth(ctx context.Context, list string, since time.Time) (campaign.Growth, error)
	letterCounts
	CountOpenRequests(ctx context.Context) (int64, error)
	CountReviews(ctx context.Context) (int64, error)
	CountSignUps(ctx context.Context) (int64, error)
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	FindAlarms(ctx context.Context) ([]campaign.Alarm, error)
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	FindListings(ctx context.Context) ([]campaign.BlockListing, error)
	FindUpcomings(ctx context.Context, campaignID string, state campaign.UpcomingState, limit int) ([]campaign.Upcoming, error)
	Outlook(ctx context.Context, c *campaign.Campaign, u campaign.Upcoming) (campaign.Outlook, error)
	NextRelease(ctx context.Context, c *campaign.Campaign) (campaign.Release, error)
	FindLastRuns(ctx context.Context, state campaign.State, limit int) ([]campaign.Run, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindSentAlone(ctx context.Context, since time.Time) ([]campaign.Campaign, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	FindRequests(ctx context.Context, open bool, p store.Page) ([]campaign.Request, string, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetPictures(ctx context.Context, ids []string) (campaign.Pictures, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	LookFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	PastFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

// homePage answers what the team asks in the morning: what is going out, what comes next, what waits for me, how did the last
// ones do, and how do the lists grow.
type homePage struct {
	Page
	Moving    []onItsWay
	Resting   []onItsWay
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
	begun, err := s.underWay(ctx)
	if err != nil {
		return err
	}
	for _, o := range begun {
		if o.Rests {
			p.Resting = append(p.Resting, o)
		} else {
			p.Moving = append(p.Moving, o)
		}
	}
	scheduled, _, err := s.store.FindCampaigns(ctx, campaign.Scheduled, store.Page{Sort: "next_at", Limit: 100})
	if err != nil {
		return err
	}
	for _, c := range scheduled {
		if c.NextAt.IsZero() || len(p.Scheduled) == mostNext { // a step of a series that nobody waits for has no time
			continue
		}
		n := nextUp{Campaign: c, Leaving: isLeaving(&c, s.Now())}
		if s.Planner != nil && c.Schedule.Recurs() {
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

// mostNext is how many waiting campaigns the home page tells.
const mostNext = 5

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
