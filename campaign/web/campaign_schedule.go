package web

import (
	"net/url"
	"reflect"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// schedulePage is the third tab: when, in words and with the next ten times.
type schedulePage struct {
	campaignPage
	Form     scheduleForm
	Words    campaign.Text
	Lost     []string // single times that would be lost
	Next     []campaign.Slot
	Repeated []campaign.Slot // both moments of a wall time that comes twice
	Unsaved  bool            // the page shows what is typed, which is not saved
	Wrong    string          // what is wrong with it
	Closings []campaign.Closing
	Leaves   []campaign.LeavingHour // the plan of the next run, where it does not leave at once
	Never    bool                   // no hour is left in which it may leave
}

// slotLine is a slot as it is shown: in the schedule's zone, in UTC, with what a clock change did.
type slotLine struct {
	Local, UTC string
	Note       campaign.Text
}

func (p *schedulePage) Lines() []slotLine {
	var out []slotLine
	loc := p.location()
	for i, s := range p.Next {
		line := slotLine{Local: p.say("slot: %s, %s", language.Weekday(p.Language, s.At.In(loc)), p.momentIn(s.At, loc)), UTC: p.momentIn(s.At, time.UTC), Note: s.Note}
		if line.Note.IsZero() && i > 0 {
			line.Note = clocksBetween(p.Next[i-1].At.In(loc), s.At.In(loc))
		}
		out = append(out, line)
	}
	return out
}

// clocksBetween says that the clocks changed between two times; no words when they did not.
func clocksBetween(before, after time.Time) campaign.Text {
	_, was := before.Zone()
	switch _, is := after.Zone(); {
	case is > was:
		return campaign.Textf("summer time from here on")
	case is < was:
		return campaign.Textf("winter time from here on")
	}
	return campaign.Text{}
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
	p := &schedulePage{campaignPage: base, Form: scheduleFormOf(&base.Campaign.Schedule), Closings: v.set.Closings}
	p.Form.showWindow(&base.Campaign)
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
	if p.Next, err = s.Planner.Next(sch, s.Now(), 10); err != nil {
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
	if typed := v.Request.URL.Query(); typed.Has("kind") {
		return s.showTyped(v, p, typed)
	}
	if err := s.plan(p, p.Campaign.Schedule); err != nil && !p.refuse(err) {
		return err
	}
	if err := s.planHours(v, p); err != nil {
		return err
	}
	return v.show("campaign_schedule", p)
}

// showTyped shows what is typed in words, with its next times, and saves nothing.
func (s *campaignPages) showTyped(v *visit, p *schedulePage, typed url.Values) error {
	p.Form, p.Unsaved = scheduleForm{}, true
	if err := request.Decode(&p.Form, typed); err != nil {
		return err
	}
	sch, err := s.typedSchedule(p)
	if err := campaign.Together(err, s.checkSchedule(p, sch), p.Form.fillWindow(&p.Campaign)); err != nil {
		if !p.refuse(err) {
			return err
		}
		p.Wrong = templates.SentenceOf(v.language, err)
	} else if err := s.planHours(v, p); err != nil {
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
	sch, err := s.typedSchedule(p)
	if err := campaign.Together(err, s.checkSchedule(p, sch), s.askDrop(p), p.Form.fillWindow(&p.Campaign)); err != nil {
		return v.refused(err, "campaign_schedule", p)
	}
	c, err := s.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		if err := p.Form.check(c); err != nil {
			return err
		}
		was := c.Schedule
		if err := change(v, c.Name, c, func() error {
			c.Schedule = sch
			return campaign.Together(p.Form.fillWindow(c), checkEditable(c))
		}); err != nil {
			return err
		}
		return s.tellSchedule(v, was, sch)
	})
	if err != nil {
		return v.refused(err, "campaign_schedule", p)
	}
	if ended, err := s.recheck(v, c.ID, p.Path("schedule")); ended || err != nil {
		return err
	}
	if c.State != campaign.Scheduled {
		return v.done(p.Path("schedule"), "Saved. It starts to count once you press Schedule on the Check tab.")
	}
	return s.waitAnew(v, &c, p.Next)
}

// typedSchedule returns the schedule as it is typed, with the single times of the stored one that it has too.
func (s *campaignPages) typedSchedule(p *schedulePage) (campaign.Schedule, error) {
	sch := p.Form.schedule(s.Now())
	lost, err := s.keepMoved(&sch, &p.Campaign.Schedule)
	if campaign.CodeOf(err) == campaign.Invalid { // what is wrong with it is told anyway
		return sch, nil
	}
	p.Lost = movesIn(p.Language, lost)
	return sch, err
}

// askDrop refuses to lose single times until the user says that they may go.
func (s *campaignPages) askDrop(p *schedulePage) error {
	if len(p.Lost) == 0 || p.Form.Drop {
		return nil
	}
	return campaign.FieldError("drop", "single times that were moved or left out would be lost: tick this if that is meant")
}

// AsksDrop reports whether the page asks whether single times may be lost.
func (p *schedulePage) AsksDrop() bool { return p.Form.Drop || p.Problems["drop"] != "" }

// planHours works out how many messages of the next run leave when.
func (s *campaignPages) planHours(v *visit, p *schedulePage) error {
	c := &p.Campaign
	if !c.Window.Any() {
		return nil
	}
	e, err := s.audienceOf(v, c)
	if err != nil || e == nil {
		return err
	}
	count, err := s.count(v, e, hoursPatience)
	if err != nil || count == nil {
		return err
	}
	start := s.Now()
	if len(p.Next) > 0 {
		start = p.Next[0].At
	}
	leaving := campaign.Leaving{Window: c.Window, Quiet: v.set.Quiet}
	if _, ok := leaving.Next(start, v.zone); !ok {
		p.Never = true
		return nil
	}
	p.Leaves = campaign.NewTimetable(leaving, start).Plan(count.Zones, &campaign.Zones{}, v.zone)
	return nil
}

// hoursPatience is how long the page waits for the readers to be counted; with more of them it is shown without the plan until they are.
const hoursPatience = 2 * time.Second

// WindowWords say at which hours it leaves.
func (p *schedulePage) WindowWords() campaign.Text { return p.Campaign.Window.Words() }

// hourLine is an hour of the plan as it is shown.
type hourLine struct {
	When  string
	Count int64
}

// shownHours is how many hours of a plan are shown.
const shownHours = 36

// Hours are the first hours of the plan.
func (p *schedulePage) Hours() (out []hourLine) {
	for _, h := range p.Leaves[:min(len(p.Leaves), shownHours)] {
		out = append(out, hourLine{p.momentIn(h.At, p.Zone), h.Count})
	}
	return out
}

// LaterHours is how many messages leave after the hours shown.
func (p *schedulePage) LaterHours() (n int64) {
	for _, h := range p.Leaves[min(len(p.Leaves), shownHours):] {
		n += h.Count
	}
	return n
}

// MostHour is the largest number of an hour, for the bars.
func (p *schedulePage) MostHour() int64 {
	most := int64(1)
	for _, h := range p.Leaves {
		most = max(most, h.Count)
	}
	return most
}

// tellSchedule adds to the audit log from when to when a campaign was moved, in words.
func (s *campaignPages) tellSchedule(v *visit, was, is campaign.Schedule) error {
	if s.Planner == nil || reflect.DeepEqual(was, is) {
		return nil
	}
	from, err := s.Planner.Describe(was)
	if err != nil { // it was saved before its zone, or what it heeds, was taken away
		from = campaign.Textf("%s", "?")
	}
	to, err := s.Planner.Describe(is)
	v.changed = append(v.changed, campaign.Textf("%s: %s → %s", campaign.Textf("When it leaves"), from, to))
	return err
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
	if err == nil && wrongZone == nil && len(p.Next) == 0 {
		switch sch.Kind {
		case campaign.Once:
			err = campaign.FieldError("at", "this time has passed: choose one that is still to come")
		case campaign.ByRule:
			err = campaign.FieldError("ends", "no time is left: choose a later end")
		}
	}
	if err == nil {
		err = s.askOften(p, sch)
	}
	return campaign.Together(err, wrongZone)
}

// askOften refuses a schedule that comes more often than hourly until the user says that it is meant.
func (s *campaignPages) askOften(p *schedulePage, sch campaign.Schedule) error {
	if s.Planner == nil {
		return nil
	}
	apart, err := s.Planner.Often(sch, s.Now())
	switch {
	case err != nil || apart == 0 || p.Form.Often:
		return err
	case apart < time.Minute:
		return campaign.FieldError("often", "everybody gets the message again within a minute: tick this if that is meant")
	}
	return campaign.FieldError("often", "everybody gets the message again after %d minutes: tick this if that is meant", int(apart.Minutes()))
}

// AsksOften reports whether the page asks whether to leave more often than hourly is meant.
func (p *schedulePage) AsksOften() bool { return p.Form.Often || p.Problems["often"] != "" }

func (s *campaignPages) waitAnew(v *visit, c *campaign.Campaign, next []campaign.Slot) error {
	if err := s.waitFor(v, c.ID, next); err != nil {
		return err
	}
	if len(next) == 0 {
		return v.done("/campaigns/"+c.ID+"/schedule", "Saved. The campaign is a draft again and leaves only when you send it by hand.")
	}
	return v.done("/campaigns/"+c.ID+"/schedule", "Saved. The campaign now waits for the new time.")
}

// waitFor lets a waiting campaign wait for the first of some slots; without any it is a draft again.
func (s *campaignPages) waitFor(v *visit, id string, next []campaign.Slot) error {
	if len(next) == 0 {
		_, err := s.store.UnscheduleCampaign(v.ctx(), id)
		return err
	}
	if _, err := s.store.ScheduleCampaign(v.ctx(), id, next[0]); err != nil {
		return err
	}
	s.Wake()
	return nil
}
