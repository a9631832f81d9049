package web

import (
	"context"
	"fmt"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// homePages is the page everybody begins with.
type homePages struct {
	*panel
	store  homeStore
	offers *offers
}

type homeStore interface {
	CountCampaigns(ctx context.Context) (map[string]int64, error)
	CountContacts(ctx context.Context, f store.ContactFilter) (int64, error)
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	FindLastRuns(ctx context.Context, state campaign.State, limit int) ([]campaign.Run, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	LookFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
}

// homePage answers what the team asks in the morning: what is going out, what comes next, how did the last one do, and
// what waits for me.
type homePage struct {
	Page
	Moving    []goingOut
	Scheduled []campaign.Campaign
	Last      []sentRun
	Lists     []listRow
	Todos     []todo
	Contacts  int64
	Drafts    int64
	Live      bool // something is going out or about to: the page refreshes itself
}

// goingOut is a campaign that is being sent, with how far it is.
type goingOut struct {
	Campaign  campaign.Campaign
	Done, All int64
}

type sentRun struct {
	Run      campaign.Run
	Campaign campaign.Campaign
	Figures  campaign.Figures
}

// todo is something that waits for a person, with the page where it is done.
type todo struct{ Text, Link, Do string }

func (s *homePages) show(v *visit) error {
	p := homePage{Page: v.page("home", "Home")}
	ctx := v.ctx()
	sending, err := s.goingOut(ctx)
	if err != nil {
		return err
	}
	if p.Moving, err = s.moving(ctx, sending); err != nil {
		return err
	}
	if p.Scheduled, _, err = s.store.FindCampaigns(ctx, campaign.Scheduled, store.Page{Sort: "next_at", Limit: 5}); err != nil {
		return err
	}
	p.Live = len(p.Moving) > 0 || slices.ContainsFunc(p.Scheduled, func(c campaign.Campaign) bool { return isLeaving(&c, s.Now()) })
	if p.Last, err = s.lastSent(ctx, 3); err != nil {
		return err
	}
	if p.Lists, err = s.offers.listRows(ctx, false); err != nil {
		return err
	}
	if p.Contacts, err = s.store.CountContacts(ctx, store.ContactFilter{}); err != nil {
		return err
	}
	states, err := s.store.CountCampaigns(ctx)
	if err != nil {
		return err
	}
	p.Drafts = states[string(campaign.Draft)]
	if p.Todos, err = s.todos(v, &p); err != nil {
		return err
	}
	return v.show("home", &p)
}

func (s *homePages) moving(ctx context.Context, sending []campaign.Campaign) ([]goingOut, error) {
	var out []goingOut
	for _, c := range sending {
		g := goingOut{Campaign: c}
		r, err := s.store.GetRun(ctx, c.LastRun)
		if campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		f, err := s.store.LookDeliveries(ctx, &r)
		if err != nil {
			return nil, err
		}
		g.Done, g.All = f.Settled(), f.ToSend()
		out = append(out, g)
	}
	return out, nil
}

// lastSent returns the runs that ended last, with their figures.
func (s *homePages) lastSent(ctx context.Context, n int) ([]sentRun, error) {
	var out []sentRun
	runs, err := s.store.FindLastRuns(ctx, campaign.Sent, n)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		c, err := s.store.GetCampaign(ctx, r.Campaign)
		if campaign.CodeOf(err) == campaign.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		f, err := s.store.LookFigures(ctx, &r)
		if err != nil {
			return nil, err
		}
		out = append(out, sentRun{Run: r, Campaign: c, Figures: f})
	}
	return out, nil
}

// todos returns what waits for a person.
func (s *homePages) todos(v *visit, p *homePage) ([]todo, error) {
	var out []todo
	ctx, set := v.ctx(), &v.set
	if p.May("admin") {
		if set.Brand.Name == "" || set.Brand.Address == "" {
			out = append(out, todo{Text: "Say who you are: your name and postal address stand at the foot of every message.", Link: "/settings", Do: "Open settings"})
		}
		if len(set.Senders) == 0 {
			out = append(out, todo{Text: "Add a sender: the name and address your messages come from.", Link: "/settings#senders", Do: "Add a sender"})
		}
	}
	if p.Contacts == 0 && p.May("editor") {
		out = append(out, todo{Text: "There are no contacts yet. Bring them in from a spreadsheet.", Link: "/import", Do: "Import contacts"})
	}
	paused, _, err := s.store.FindCampaigns(ctx, campaign.PausedRun, pageOf(10))
	if err != nil {
		return nil, err
	}
	for _, c := range paused {
		out = append(out, todo{Text: fmt.Sprintf("“%s” is paused. %s", c.Name, sentence(c.Note)), Link: "/campaigns/" + c.ID, Do: "Look at it"})
	}
	holds, err := s.store.FindHolds(ctx)
	if err != nil {
		return nil, err
	}
	for _, h := range holds {
		out = append(out, todo{Text: fmt.Sprintf("%s takes no mail from you just now, and what goes there waits: %s", h.ID, sentence(h.Why)), Link: "/runs/" + h.Run, Do: "Look at it"})
	}
	for _, r := range p.Last {
		if n := r.Figures.Interrupted; n > 0 {
			out = append(out, todo{Text: fmt.Sprintf("%s of “%s” stood between sending and the server's answer when the program stopped. Decide whether to send again.",
				templates.Plural(n, "message", "messages"), r.Campaign.Name), Link: "/runs/" + r.Run.ID + "?state=interrupted", Do: "Decide"})
		}
	}
	return out, nil
}
