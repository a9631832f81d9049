package web

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

type scheduleForm struct {
	edited
	Kind   string `form:"kind" merge:"kind,When it leaves"`
	Wall   string `form:"at"`
	Second string `form:"second"`
	Cron   string `form:"cron"`
	Zone   string `form:"zone"`
}

func (f *scheduleForm) schedule() campaign.Schedule {
	return campaign.Schedule{Kind: campaign.ScheduleKind(f.Kind), Wall: f.Wall, Second: f.Second == "true", Cron: f.Cron, Zone: f.Zone}
}

// schedulePage is the third tab: when, in words and with the next five times.
type schedulePage struct {
	campaignPage
	Form     scheduleForm
	Words    campaign.Text
	Next     []campaign.Slot
	Repeated []campaign.Slot // both moments of a wall time that comes twice
}

// slotLine is a slot as it is shown: in the schedule's zone, in UTC, with what a clock change did.
type slotLine struct {
	Local, UTC string
	Note       campaign.Text
}

func (p *schedulePage) Lines() []slotLine {
	var out []slotLine
	loc := p.location()
	for _, s := range p.Next {
		out = append(out, slotLine{Local: p.say("slot: %s, %s", language.Weekday(p.Language, s.At.In(loc)), p.momentIn(s.At, loc)), UTC: p.momentIn(s.At, time.UTC), Note: s.Note})
	}
	return out
}

// Twice are the two moments to choose between when the clocks go back.
func (p *schedulePage) Twice() []templates.Option {
	var out []templates.Option
	for i, s := range p.Repeated {
		clock := s.At.In(p.location()).Format("15:04 MST (UTC-07:00)")
		if i == 0 {
			out = append(out, templates.Option{Label: p.say("The first: %s", clock)})
		} else {
			out = append(out, templates.Option{Value: "true", Label: p.say("The second: %s", clock)})
		}
	}
	return out
}

func (p *schedulePage) location() *time.Location {
	if loc, err := time.LoadLocation(p.Form.Zone); err == nil {
		return loc
	}
	return p.Zone
}

func (s *campaignPages) schedulePage(v *visit) (*schedulePage, error) {
	base, err := s.tab(v, "schedule")
	if err != nil {
		return nil, err
	}
	sch := base.Campaign.Schedule
	p := &schedulePage{campaignPage: base, Form: scheduleForm{Kind: string(sch.Kind), Wall: sch.Wall, Second: "", Cron: sch.Cron, Zone: sch.Zone}}
	if sch.Second {
		p.Form.Second = "true"
	}
	if p.Form.Zone == "" {
		p.Form.Zone = v.zone.String()
	}
	begin(&p.Form, base.Campaign.Version)
	return p, nil
}

// plan fills in the schedule in words and its next slots.
func (s *campaignPages) plan(p *schedulePage, sch campaign.Schedule) error {
	if s.Planner == nil || sch.Kind == campaign.Manual {
		return nil
	}
	var err error
	if p.Words, err = s.Planner.Describe(sch); err != nil {
		return err
	}
	if p.Next, err = s.Planner.Next(sch, s.Now(), 5); err != nil {
		return err
	}
	if sch.Kind != campaign.Once {
		return nil
	}
	for _, second := range []bool{false, true} {
		sch.Second = second
		slots, err := s.Planner.Next(sch, s.Now(), 1)
		if err != nil || len(slots) == 0 {
			return err
		}
		p.Repeated = append(p.Repeated, slots[0])
	}
	if p.Repeated[0].At.Equal(p.Repeated[1].At) {
		p.Repeated = nil
	}
	return nil
}

func (s *campaignPages) schedule(v *visit) error {
	p, err := s.schedulePage(v)
	if err != nil {
		return err
	}
	if err := s.plan(p, p.Campaign.Schedule); err != nil && !p.refuse(err) {
		return err
	}
	return v.show("campaign_schedule", p)
}

// updateSchedule saves the schedule; a campaign that already waits then waits for the new time.
func (s *campaignPages) updateSchedule(v *visit) error {
	p, err := s.schedulePage(v)
	if err != nil {
		return err
	}
	theirs := p.Form
	p.Form = scheduleForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if asked, err := p.together(v, "campaign_schedule", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	sch := p.Form.schedule()
	if err := s.checkSchedule(p, sch); err != nil {
		return v.refused(err, "campaign_schedule", p)
	}
	c, err := s.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		if err := p.Form.check(c); err != nil {
			return err
		}
		return change(v, c.Name, c, func() error { c.Schedule = sch; return checkEditable(c) })
	})
	if err != nil {
		return v.refused(err, "campaign_schedule", p)
	}
	if c.State != campaign.Scheduled {
		return v.done(p.Path("schedule"), "Saved. It starts to count once you press Schedule on the Check tab.")
	}
	return s.waitAnew(v, &c, p.Next)
}

// checkSchedule refuses a schedule that never comes due, and fills in its words and slots.
func (s *campaignPages) checkSchedule(p *schedulePage, sch campaign.Schedule) error {
	wrongZone := checkZone(sch.Zone)
	if sch.Zone == "" {
		wrongZone = campaign.FieldError("zone", "choose the time zone, such as Europe/Belgrade")
	}
	if wrongZone != nil {
		sch.Zone = "" // the time is read all the same, so that what is wrong with it is told too
	}
	err := s.plan(p, sch)
	if wrongZone != nil {
		p.Words, p.Next, p.Repeated = campaign.Text{}, nil, nil
	}
	if err == nil && wrongZone == nil && sch.Kind == campaign.Once && len(p.Next) == 0 {
		err = campaign.FieldError("at", "this time has passed: choose one that is still to come")
	}
	return campaign.Together(err, wrongZone)
}

func (s *campaignPages) waitAnew(v *visit, c *campaign.Campaign, next []campaign.Slot) error {
	if len(next) == 0 {
		if _, err := s.store.UnscheduleCampaign(v.ctx(), c.ID); err != nil {
			return err
		}
		return v.done("/campaigns/"+c.ID+"/schedule", "Saved. The campaign is a draft again and leaves only when you send it by hand.")
	}
	if _, err := s.store.ScheduleCampaign(v.ctx(), c.ID, next[0]); err != nil {
		return err
	}
	s.Wake()
	return v.done("/campaigns/"+c.ID+"/schedule", "Saved. The campaign now waits for the new time.")
}
