package web

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// actionPages are the forms of actions, which group campaigns, events and coverage.
type actionPages struct {
	*panel
	store actionStore
}

type actionStore interface {
	CreateAction(ctx context.Context, a *campaign.Action) error
	DeleteAction(ctx context.Context, id string) error
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	GetAction(ctx context.Context, id string) (campaign.Action, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	UpdateAction(ctx context.Context, id string, fn func(*campaign.Action) error) (campaign.Action, error)
}

type actionForm struct {
	edited
	Name      string   `form:"name"`
	About     string   `form:"about"`
	From      string   `form:"from"`
	Until     string   `form:"until"`
	Campaigns []string `form:"campaigns"`
}

func actionFormOf(a *campaign.Action) actionForm {
	f := actionForm{Name: a.Name, About: a.About, From: dayOf(a.From), Until: dayOf(a.Until), Campaigns: a.Campaigns}
	begin(&f, a.Version)
	return f
}

// dayOf writes a day that is stored as fields of days have it.
func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func (f *actionForm) fill(a *campaign.Action) error {
	var faults campaign.Checks
	a.Name, a.About, a.Campaigns = f.Name, f.About, slices.Clone(f.Campaigns)
	a.From, a.Until = dayIn(&faults, "from", f.From), dayIn(&faults, "until", f.Until)
	trial := *a
	return campaign.Together(append(faults, trial.Normalize())...)
}

type actionPage struct {
	Page
	ID        string // "" for a new one
	Form      actionForm
	Campaigns []campaign.Campaign
}

// Has reports whether the action holds a campaign.
func (p *actionPage) Has(id string) bool { return slices.Contains(p.Form.Campaigns, id) }

// offeredCampaigns is how many campaigns an action is offered, the latest ones, beside those it has.
const offeredCampaigns = 100

func (s *actionPages) page(v *visit, title campaign.Text, id string) *actionPage {
	return &actionPage{Page: v.page("reports", "%s", title), ID: id}
}

// offer adds the campaigns to choose from to the page.
func (s *actionPages) offer(v *visit, p *actionPage) error {
	found, _, err := s.store.FindCampaigns(v.ctx(), "", store.Page{Limit: offeredCampaigns, Sort: "updated_at", Desc: true})
	if err != nil {
		return err
	}
	p.Campaigns = found
	for _, id := range p.Form.Campaigns {
		if slices.ContainsFunc(found, func(c campaign.Campaign) bool { return c.ID == id }) {
			continue
		}
		c, err := s.store.GetCampaign(v.ctx(), id)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		if err == nil {
			p.Campaigns = append(p.Campaigns, c)
		}
	}
	return nil
}

func (s *actionPages) new(v *visit) error {
	p := s.page(v, campaign.Textf("New action"), "")
	if err := s.offer(v, p); err != nil {
		return err
	}
	return v.show("action_edit", p)
}

func (s *actionPages) create(v *visit) error {
	p := s.page(v, campaign.Textf("New action"), "")
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if err := s.offer(v, p); err != nil {
		return err
	}
	var a campaign.Action
	if err := p.Form.fill(&a); err != nil {
		return v.refused(err, "action_edit", p)
	}
	v.auditDetail(a.Name)
	if err := s.store.CreateAction(v.ctx(), &a); err != nil {
		return v.refused(err, "action_edit", p)
	}
	return v.done("/reports#actions", "The action “%s” is there.", a.Name)
}

func (s *actionPages) edit(v *visit) error {
	a, err := s.store.GetAction(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "action")
	}
	p := s.page(v, campaign.Textf("Edit action"), a.ID)
	p.Form = actionFormOf(&a)
	if err := s.offer(v, p); err != nil {
		return err
	}
	return v.show("action_edit", p)
}

func (s *actionPages) update(v *visit) error {
	p := s.page(v, campaign.Textf("Edit action"), v.Param("id"))
	if err := v.read(&p.Form); err != nil {
		return err
	}
	stored, err := s.store.GetAction(v.ctx(), p.ID)
	if err != nil {
		return gone(err, "action")
	}
	if err := s.offer(v, p); err != nil {
		return err
	}
	theirs := actionFormOf(&stored)
	if asked, err := v.together("action_edit", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	v.auditDetail(stored.Name)
	_, err = s.store.UpdateAction(v.ctx(), p.ID, func(a *campaign.Action) error {
		if p.Form.Version != a.Version {
			return errChanged("action")
		}
		return p.Form.fill(a)
	})
	if err != nil {
		return v.refused(gone(err, "action"), "action_edit", p)
	}
	return v.saved("/reports#actions")
}

func (s *actionPages) delete(v *visit) error {
	a, err := s.store.GetAction(v.ctx(), v.Param("id"))
	if err == nil {
		v.auditDetail(a.Name)
		err = s.store.DeleteAction(v.ctx(), a.ID)
	}
	if err != nil {
		return gone(err, "action")
	}
	return v.done("/reports#actions", "The action is deleted. Its campaigns, events and coverage stay.")
}
