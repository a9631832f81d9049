package web

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// warmUpPages are the pages of domains that begin to send.
type warmUpPages struct {
	*panel
	store warmUpStore
}

type warmUpStore interface {
	warmStore
	ReleaseWarmUp(ctx context.Context, domain string) error
	UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error)
}

// warmUpsForm is the plans in rows.
type warmUpsForm struct {
	edited
	Domain []string `form:"domain" merge:"warm_ups,Warming up domains"`
	Start  []string `form:"start" merge:"warm_ups,Warming up domains"`
	First  []string `form:"first" merge:"warm_ups,Warming up domains"`
	Factor []string `form:"factor" merge:"warm_ups,Warming up domains"`
	Most   []string `form:"most" merge:"warm_ups,Warming up domains"`
}

type warmUpsPage struct {
	Page
	Form  warmUpsForm
	Plans []warmUpPlan // as they are stored
}

// warmUpPlan is one plan, and how far it has come.
type warmUpPlan struct {
	campaign.WarmUp
	Days    []campaign.WarmUpDay
	Allowed int64 // today
	Used    int64
	Waiting int64
	Over    bool
}

// raisedBy reports whether other plans let more leave today.
func (p *warmUpPlan) raisedBy(plans []campaign.WarmUp, now time.Time, zone *time.Location) bool {
	i := slices.IndexFunc(plans, func(w campaign.WarmUp) bool { return w.Domain == p.Domain })
	if i < 0 {
		return true
	}
	allowed, over := plans[i].Allows(now, zone)
	return over && !p.Over || allowed > p.Allowed
}

// warmUpRow is one line of the form.
type warmUpRow struct {
	Number                             int
	Domain, Start, First, Factor, Most string
}

// Rows are the rows of the form with an empty one at the end.
func (p *warmUpsPage) Rows() []warmUpRow {
	var rows []warmUpRow
	for i, domain := range p.Form.Domain {
		if domain != "" {
			rows = append(rows, warmUpRow{len(rows) + 1, domain, nth(p.Form.Start, i), nth(p.Form.First, i), nth(p.Form.Factor, i), nth(p.Form.Most, i)})
		}
	}
	return append(rows, warmUpRow{Number: len(rows) + 1})
}

// Standing is what holds where a field is empty.
func (*warmUpsPage) Standing() campaign.WarmUp {
	return campaign.WarmUp{First: campaign.WarmUpFirst, Factor: campaign.WarmUpFactor, Most: campaign.WarmUpMost}
}

func warmUpsFormOf(set *campaign.Settings) warmUpsForm {
	var f warmUpsForm
	for _, w := range set.WarmUps {
		f.Domain, f.Start = append(f.Domain, w.Domain), append(f.Start, w.Start)
		f.First, f.Factor, f.Most = append(f.First, whole(int(w.First))), append(f.Factor, decimal(w.Factor)), append(f.Most, whole(int(w.Most)))
	}
	begin(&f, set.Version)
	return f
}

// plans reads what was typed. What is no number is refused by the rules.
func (f *warmUpsForm) plans() ([]campaign.WarmUp, error) {
	var out []campaign.WarmUp
	for i, domain := range f.Domain {
		if strings.TrimSpace(domain) == "" {
			continue
		}
		w := campaign.WarmUp{Domain: domain, Start: strings.TrimSpace(nth(f.Start, i))}
		w.First, w.Most = int64(typedNumber(nth(f.First, i), 0)), int64(typedNumber(nth(f.Most, i), 0))
		if typed := strings.Replace(strings.TrimSpace(nth(f.Factor, i)), ",", ".", 1); typed != "" {
			factor, err := strconv.ParseFloat(typed, 64)
			if w.Factor = factor; err != nil {
				w.Factor = -1
			}
		}
		out = append(out, w)
	}
	return out, campaign.NormalizeWarmUps(out)
}

func (s *warmUpPages) page(v *visit) (*warmUpsPage, error) {
	p := &warmUpsPage{Page: v.page("settings", "Warming up domains")}
	begins, _ := campaign.DayOf(p.Now, homeZone(v))
	for _, w := range v.set.WarmUps {
		day, err := s.store.GetWarmDay(v.ctx(), w.Domain)
		if err != nil {
			return nil, err
		}
		plan := warmUpPlan{WarmUp: w, Days: w.Days(p.Now, homeZone(v)), Used: day.UsedOn(begins)}
		waiting, err := s.store.FindWaitingFrom(v.ctx(), w.Domain)
		if err != nil {
			return nil, err
		}
		plan.Waiting = campaign.Ahead(waiting, "", campaign.Low)
		plan.Allowed, plan.Over = w.Allows(p.Now, homeZone(v))
		p.Plans = append(p.Plans, plan)
	}
	return p, nil
}

func (s *warmUpPages) show(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	p.Form = warmUpsFormOf(&v.set)
	return v.show("settings_warmup", p)
}

func (s *warmUpPages) update(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	theirs := warmUpsFormOf(&v.set)
	if asked, err := v.together("settings_warmup", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	plans, err := p.Form.plans()
	if err == nil {
		_, err = s.store.UpdateSettings(v.ctx(), func(set *campaign.Settings) error {
			if set.Version != p.Form.Version {
				return errChanged("settings")
			}
			set.WarmUps = plans
			return nil
		})
	}
	if err != nil {
		return v.refused(err, "settings_warmup", p)
	}
	for i := range p.Plans {
		if before := &p.Plans[i]; before.raisedBy(plans, p.Now, homeZone(v)) {
			if err := s.store.ReleaseWarmUp(v.ctx(), before.Domain); err != nil {
				return err
			}
		}
	}
	return v.saved("/settings/warmup")
}
