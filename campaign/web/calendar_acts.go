package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/calendar"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// moveForm is where one time of a campaign is moved to.
type moveForm struct {
	Time    string `form:"time"` // by the schedule, which names it
	To      string `form:"to"`   // a day something was dragged to
	At      string `form:"at"`
	Second  string `form:"second"`
	How     string `form:"how"` // "leave_out" where it is not moved
	Version int64  `form:"version"`
}

const leaveOut = "leave_out"

// movePage asks where a time is to be moved to, and says what that means.
type movePage struct {
	schedulePage // of the schedule as it would be
	Form         moveForm
	Was          campaign.Slot   // when it leaves as yet
	Then         campaign.Slot   // and then
	Off          []campaign.Text // why that is a day off
}

// Recurs reports whether it is one time of several.
func (p *movePage) Recurs() bool { return p.Campaign.Schedule.Recurs() }

// At is a slot in the zone of the campaign's schedule.
func (p *movePage) At(s campaign.Slot) campaign.Moment { return campaign.Moment(s.At.In(p.location())) }

// ZoneOf names the zone of the campaign's schedule.
func (p *movePage) ZoneOf() string { return p.location().String() }

// DayPath leads to the day of a slot in the calendar.
func (p *movePage) DayPath(s campaign.Slot) string {
	return "/calendar?" + url.Values{"day": {calendar.DayOf(s.At, p.Zone).Format(time.DateOnly)}}.Encode()
}

// movePage finds the time that is to be moved.
func (s *calendarPages) movePage(v *visit, form moveForm) (*movePage, error) {
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "campaign")
	}
	p := &movePage{Form: form}
	p.campaignPage = campaignPage{Page: v.page("calendar", "Move “%s”", c.Name), Campaign: c, Tab: "schedule"}
	p.schedulePage.Form.Zone = c.Schedule.Zone
	if s.Planner == nil || c.Schedule.Kind == campaign.Manual {
		return nil, campaign.Errorf(campaign.NotFound, "this campaign has no time that could be moved")
	}
	if err := checkEditable(&c); err != nil {
		return nil, err
	}
	slot, ok, err := s.campaigns.slotAt(&c.Schedule, form.Time)
	if err != nil || !ok {
		return nil, campaign.Together(err, campaign.Errorf(campaign.NotFound, "this campaign does not leave at this time (any more)"))
	}
	p.Was = slot
	if p.Form.Version == 0 {
		p.Form.Version = c.Version
	}
	if p.Form.At == "" {
		p.Form.At = slot.Wall
		if _, err := time.Parse(time.DateOnly, form.To); err == nil {
			p.Form.At = form.To + slot.Wall[len(time.DateOnly):]
		}
	}
	return p, nil
}

// moved returns the schedule with the time moved as the form says, and when it then leaves; a zero slot when it is left out.
func (s *calendarPages) moved(p *movePage) (campaign.Schedule, error) {
	sch := p.Campaign.Schedule
	at := strings.TrimSpace(p.Form.At)
	once := campaign.Schedule{Kind: campaign.Once, Wall: at, Second: p.Form.Second == "true", Zone: sch.Zone}
	if p.Form.How == leaveOut && p.Recurs() {
		return sch, sch.Except(campaign.Exception{Wall: p.Form.Time}, p.Now)
	}
	slots, err := s.Planner.Next(once, s.Now(), 1)
	if err != nil {
		return sch, err
	}
	if len(slots) == 0 {
		return sch, campaign.FieldError("at", "this time has passed: choose one that is still to come")
	}
	p.Then = slots[0]
	if err := s.campaigns.plan(&p.schedulePage, once); err != nil { // both moments of a time that comes twice
		return sch, err
	}
	for _, e := range calendar.DaysOff(shownDaysOff, p.Closings, calendar.Span{From: p.Then.At, To: p.Then.At.Add(time.Second), Zone: p.location()}) {
		p.Off = append(p.Off, campaign.Textf("%s (%s)", e.Title, e.Note))
	}
	if !sch.Recurs() {
		sch.Wall, sch.Second = at, once.Second
		return sch, nil
	}
	if other, err := s.Planner.Next(sch, p.Then.At.Add(-time.Second), 1); err == nil && len(other) > 0 && other[0].At.Equal(p.Then.At) && !other[0].At.Equal(p.Was.At) {
		return sch, campaign.FieldError("at", "the campaign leaves at this time anyway: choose another, or leave this one out")
	}
	return sch, sch.Except(campaign.Exception{Wall: p.Form.Time, To: at, Second: once.Second}, p.Now)
}

func (s *calendarPages) askMove(v *visit) error {
	var form moveForm
	if err := request.Decode(&form, v.Request.URL.Query()); err != nil {
		return err
	}
	p, err := s.movePage(v, form)
	if err != nil {
		return err
	}
	p.Closings = v.set.Closings
	if p.Form.At != p.Was.Wall || p.Form.How == leaveOut {
		if _, err := s.moved(p); err != nil && !p.refuse(err) {
			return err
		}
	}
	return v.show("calendar_move", p)
}

func (s *calendarPages) move(v *visit) error {
	var form moveForm
	if err := v.read(&form); err != nil {
		return err
	}
	p, err := s.movePage(v, form)
	if err != nil {
		return err
	}
	p.Closings = v.set.Closings
	sch, err := s.moved(p)
	if err != nil {
		return v.refused(err, "calendar_move", p)
	}
	next, err := s.Planner.Next(sch, s.Now(), 1)
	if err != nil {
		return v.refused(err, "calendar_move", p)
	}
	c, err := s.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		if c.Version != p.Form.Version {
			return errChanged("campaign")
		}
		if err := checkEditable(c); err != nil {
			return err
		}
		return change(v, c.Name, c, func() error { c.Schedule = sch; return nil })
	})
	if err != nil {
		return v.refused(err, "calendar_move", p)
	}
	to := campaign.Textf("calendar: left out")
	if !p.Then.At.IsZero() {
		to = campaign.Textf("%s", plainWall(p.Then))
	}
	v.changed = append(v.changed, campaign.Textf("%s: %s → %s", campaign.Textf("When it leaves"), plainWall(p.Was), to))
	if ended, err := s.campaigns.recheck(v, c.ID, p.DayPath(p.Was)); ended || err != nil {
		return err
	}
	if c.State == campaign.Scheduled && c.NextWall != "" { // else it was sent by hand, and waits for that
		if err := s.campaigns.waitFor(v, c.ID, next); err != nil {
			return err
		}
	}
	if p.Then.At.IsZero() {
		return v.done(p.DayPath(p.Was), "“%s” does not leave on %s.", c.Name, p.At(p.Was))
	}
	return v.done(p.DayPath(p.Then), "“%s” leaves on %s.", c.Name, p.At(p.Then))
}

// plainWall writes a slot's wall time as the audit log of every language does.
func plainWall(s campaign.Slot) string { return strings.Replace(s.Wall, "T", " ", 1) }

// giveAddress gives the user an address under which other calendars find this one; one they had ends.
func (s *calendarPages) giveAddress(v *visit) error {
	if err := s.setAddress(v, rand.Text()); err != nil {
		return err
	}
	return v.done("/calendar#address", "Your calendar has an address now. Whoever knows it can read the calendar: keep it to yourself.")
}

func (s *calendarPages) endAddress(v *visit) error {
	if err := s.setAddress(v, ""); err != nil {
		return err
	}
	return v.done("/calendar#address", "The address of your calendar has ended.")
}

func (s *calendarPages) setAddress(v *visit, key string) error {
	_, err := s.store.UpdateUser(v.ctx(), v.user.ID, func(u *campaign.User) error { u.Calendar = key; return nil })
	return err
}

// feed sends the calendar to other programs. The address is what lets in: it names a user, and ends with their account.
func (s *calendarPages) feed(v *visit) error {
	token, ok := strings.CutSuffix(v.Param("token"), ".ics")
	id, key, signed := s.Links.ReadCalendar(token)
	if !ok || !signed {
		return errNoCalendar()
	}
	u, err := s.store.GetUser(v.ctx(), id)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	if err != nil || u.Calendar == "" || u.Calendar != key || !u.May(campaign.Viewer) {
		return errNoCalendar()
	}
	set, err := s.store.GetSettings(v.ctx())
	if err != nil {
		return err
	}
	zone, now := firstZone(s.zone, u.Zone), s.Now()
	today := calendar.DayOf(now, zone)
	span := calendar.Span{From: calendar.Begin(today.AddDate(0, -3, 0), zone), To: calendar.Begin(today.AddDate(1, 0, 0), zone), Now: now, Zone: zone}
	entries, err := s.entries(v.ctx(), span, []campaign.DaysOff{campaign.Serbia}, set.Closings)
	if err != nil {
		return err
	}
	speaks := u.Language
	if speaks == "" {
		speaks = campaign.English
	}
	f := calendar.Feed{Name: feedName(speaks, &set), Host: s.Links.Host(), Base: strings.TrimSuffix(s.BaseURL, "/"), Say: func(t campaign.Text) string { return templates.Say(speaks, t) }}
	body := f.ICalendar(entries)
	tag := `"` + campaign.DerivedID(string(body)) + `"`
	v.Header("ETag", tag)
	v.Header("Cache-Control", "private, no-cache")
	v.Header("X-Robots-Tag", "noindex")
	if slices.Contains(strings.Split(strings.ReplaceAll(v.GetHeader("If-None-Match"), " ", ""), ","), tag) {
		v.Status(http.StatusNotModified)
		v.Writer.WriteHeaderNow()
		return nil
	}
	v.Header("Content-Disposition", `inline; filename="glasnik.ics"`)
	v.Data(http.StatusOK, "text/calendar; charset=utf-8", body)
	return nil
}

func errNoCalendar() error {
	return campaign.Errorf(campaign.NotFound, "there is no calendar at this address (any more)")
}

func feedName(l campaign.Language, set *campaign.Settings) string {
	if set.Brand.Name == "" {
		return "Glasnik"
	}
	return templates.Say(l, campaign.Textf("Mailings of %s", set.Brand.Name))
}

// calendarRoutes are those of the calendar.
