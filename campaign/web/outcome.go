package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// outcomePages are the forms for what came of the team's work: coverage, events, and what helplines count.
type outcomePages struct {
	*panel
	store outcomeStore
}

type outcomeStore interface {
	AddActivity(ctx context.Context, a *campaign.Activity) error
	AddCoverage(ctx context.Context, c *campaign.Coverage) error
	FindActivities(ctx context.Context, f store.OutcomeFilter, limit int) ([]campaign.Activity, error)
	FindCoverage(ctx context.Context, f store.OutcomeFilter, limit int) ([]campaign.Coverage, error)
	GetActivity(ctx context.Context, id string) (campaign.Activity, error)
	GetCoverage(ctx context.Context, id string) (campaign.Coverage, error)
	JudgeCoverage(ctx context.Context, id string, answers map[campaign.Criterion]campaign.CriterionAnswer) error
	UpdateActivity(ctx context.Context, id string, fn func(*campaign.Activity) error) (campaign.Activity, error)
	UpdateCoverage(ctx context.Context, id string, fn func(*campaign.Coverage) error) (campaign.Coverage, error)
	DeleteActivity(ctx context.Context, id string) error
	DeleteCoverage(ctx context.Context, id string) error
	DeleteHelplineTotal(ctx context.Context, id string) error
	FindActions(ctx context.Context) ([]campaign.Action, error)
	GetContact(ctx context.Context, id string) (campaign.Contact, error)
	GetOrganisation(ctx context.Context, id string) (campaign.Organisation, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	SetHelplineTotal(ctx context.Context, h *campaign.HelplineTotal) error
}

// outcomeForm is the form of a piece of coverage, an event, or a total of a helpline.
type outcomeForm struct {
	edited
	Action     string `form:"action"`
	Release    string `form:"release"`
	Contact    string `form:"contact"`
	Outlet     string `form:"outlet"`
	Journalist string `form:"journalist"`
	Title      string `form:"title"`
	Link       string `form:"link"`
	Day        string `form:"day"`
	Tone       string `form:"tone"`
	Reach      string `form:"reach"`
	File       string `form:"file"`
	Note       string `form:"note"`
	Kind       string `form:"kind"`
	Name       string `form:"name"`
	Place      string `form:"place"`
	People     string `form:"people"`
	Helpline   string `form:"helpline"`
	Month      string `form:"month"`
	Calls      string `form:"calls"`
	Messages   string `form:"messages"`
	Source     string `form:"source"`
}

type outcomePage struct {
	Page
	ID        string // "" for something new
	Form      outcomeForm
	Actions   []templates.Option
	Release   string // title of the release it is about
	Helplines []string
}

// page returns the page of a form, filled with what the address names.
func (s *outcomePages) page(v *visit, title campaign.Text, read bool) (*outcomePage, error) {
	p := &outcomePage{Page: v.page("reports", "%s", title)}
	p.Form = outcomeForm{Action: v.Query("action"), Release: v.Query("release"), Contact: v.Query("contact"), Link: v.Query("link"), Title: v.Query("title"), Day: v.now().Format(time.DateOnly), Kind: string(campaign.Briefing)}
	if read {
		p.Form = outcomeForm{}
		if err := v.read(&p.Form); err != nil {
			return nil, err
		}
	}
	actions, err := s.store.FindActions(v.ctx())
	if err != nil {
		return nil, err
	}
	p.Actions = append([]templates.Option{{Label: v.say("None")}}, campaign.Collect(actions, func(a campaign.Action) templates.Option { return templates.Option{Value: a.ID, Label: a.Name} })...)
	if p.Form.Release != "" {
		r, err := s.store.GetRelease(v.ctx(), p.Form.Release)
		if err != nil {
			return nil, gone(err, "release")
		}
		p.Release = r.Title
	}
	for _, h := range v.set.Helplines {
		p.Helplines = append(p.Helplines, h.Label)
	}
	return p, nil
}

func (s *outcomePages) newCoverage(v *visit) error {
	p, err := s.page(v, campaign.Textf("Note coverage"), false)
	if err != nil {
		return err
	}
	if p.Form.Contact != "" {
		c, err := s.store.GetContact(v.ctx(), p.Form.Contact)
		if err != nil {
			return gone(err, "contact")
		}
		p.Form.Journalist = c.FullName()
		if c.Organisation != "" {
			o, err := s.store.GetOrganisation(v.ctx(), c.Organisation)
			if campaign.UnlessMissing(err) != nil {
				return err
			}
			p.Form.Outlet = o.Name
		}
	}
	return v.show("coverage_new", p)
}

func (s *outcomePages) addCoverage(v *visit) error {
	p, err := s.page(v, campaign.Textf("Note coverage"), true)
	if err != nil {
		return err
	}
	c := campaign.Coverage{ID: v.once()}
	if err := p.Form.fillCoverage(&c); err != nil {
		return v.refused(err, "coverage_new", p)
	}
	v.auditDetail(c.Outlet)
	if err := s.store.AddCoverage(v.ctx(), &c); err != nil {
		return v.refused(err, "coverage_new", p)
	}
	return v.done("/reports#coverage", "The coverage is noted.")
}

func (s *outcomePages) newActivity(v *visit) error {
	p, err := s.page(v, campaign.Textf("Note an event"), false)
	if err != nil {
		return err
	}
	return v.show("event_new", p)
}

func (s *outcomePages) addActivity(v *visit) error {
	p, err := s.page(v, campaign.Textf("Note an event"), true)
	if err != nil {
		return err
	}
	a := campaign.Activity{ID: v.once()}
	if err := p.Form.fillActivity(&a); err != nil {
		return v.refused(err, "event_new", p)
	}
	v.auditDetail(a.Name)
	if err := s.store.AddActivity(v.ctx(), &a); err != nil {
		return v.refused(err, "event_new", p)
	}
	return v.done("/reports#events", "The event is noted.")
}

func (s *outcomePages) newTotal(v *visit) error {
	p, err := s.page(v, campaign.Textf("Note what a helpline counted"), false)
	if err != nil {
		return err
	}
	p.Form.Month = v.now().AddDate(0, 0, -v.now().Day()).Format("2006-01")
	return v.show("helpline_total", p)
}

func (s *outcomePages) setTotal(v *visit) error {
	p, err := s.page(v, campaign.Textf("Note what a helpline counted"), true)
	if err != nil {
		return err
	}
	f := &p.Form
	h := campaign.HelplineTotal{Helpline: f.Helpline, Source: f.Source}
	var faults campaign.Checks
	if f.Month != "" {
		h.Month = dayIn(&faults, "month", strings.TrimSpace(f.Month)+"-01")
	}
	h.Calls, h.Messages = countIn(&faults, "calls", f.Calls), countIn(&faults, "messages", f.Messages)
	trial := h
	if err := campaign.Together(append(faults, trial.Normalize())...); err != nil {
		return v.refused(err, "helpline_total", p)
	}
	v.auditDetail(h.Helpline)
	if err := s.store.SetHelplineTotal(v.ctx(), &h); err != nil {
		return v.refused(err, "helpline_total", p)
	}
	return v.done("/reports#helplines", "The total is noted.")
}

// remove returns the handler that deletes something typed in.
func (s *outcomePages) remove(drop func(context.Context, string) error, section string) func(*visit) error {
	return func(v *visit) error {
		if err := drop(v.ctx(), v.Param("id")); err != nil {
			return err
		}
		return v.done("/reports#"+section, "It is deleted.")
	}
}

// fillCoverage puts what was typed into a piece of coverage.
func (f *outcomeForm) fillCoverage(c *campaign.Coverage) error {
	var faults campaign.Checks
	c.Action, c.Release, c.Contact, c.Outlet, c.Journalist, c.Title, c.Link = f.Action, f.Release, f.Contact, f.Outlet, f.Journalist, f.Title, f.Link
	c.Tone, c.File, c.Note = campaign.Tone(f.Tone), f.File, f.Note
	c.Day, c.Reach = dayIn(&faults, "day", f.Day), countIn(&faults, "reach", f.Reach)
	trial := *c
	return campaign.Together(append(faults, trial.Normalize())...)
}

// fillActivity puts what was typed into an event.
func (f *outcomeForm) fillActivity(a *campaign.Activity) error {
	var faults campaign.Checks
	a.Action, a.Release, a.Kind, a.Name, a.Place, a.Note = f.Action, f.Release, campaign.ActivityKind(f.Kind), f.Name, f.Place, f.Note
	a.Day, a.People = dayIn(&faults, "day", f.Day), countIn(&faults, "people", f.People)
	trial := *a
	return campaign.Together(append(faults, trial.Normalize())...)
}

// countOf writes a number that is stored as forms have it; 0 is nothing.
func countOf(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// dayIn reads a day of a form; "" is none.
func dayIn(faults *campaign.Checks, field, typed string) time.Time {
	if typed = strings.TrimSpace(typed); typed == "" {
		return time.Time{}
	}
	day, err := time.Parse(time.DateOnly, typed)
	faults.Refuse(err != nil, field, "write the day as 2026-10-31")
	return day
}

// countIn reads a whole number of a form, with or without separators of thousands; "" is 0.
func countIn(faults *campaign.Checks, field, typed string) int64 {
	plain := strings.NewReplacer(" ", "", " ", "", " ", "", ".", "", ",", "", "’", "").Replace(strings.TrimSpace(typed))
	if plain == "" {
		faults.Refuse(strings.TrimSpace(typed) != "", field, "write a whole number")
		return 0
	}
	n, err := strconv.ParseInt(plain, 10, 64)
	faults.Refuse(err != nil, field, "write a whole number")
	return n
}
