package web

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/calendar"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// calendarPages are the pages that show what goes out when, and the calendar that other programs fetch.
type calendarPages struct {
	*panel
	store     calendarStore
	campaigns *campaignPages
}

type calendarStore interface {
	campaignFinder
	FindSeries(ctx context.Context, states ...campaign.SeriesState) ([]campaign.Series, error)
	FindWaiting(ctx context.Context, id string, before time.Time, limit int) ([]campaign.Enrolment, error)
	FindUpcomings(ctx context.Context, campaignID string, state campaign.UpcomingState, limit int) ([]campaign.Upcoming, error)
	Outlook(ctx context.Context, c *campaign.Campaign, u campaign.Upcoming) (campaign.Outlook, error)
	FindEmbargoes(ctx context.Context, from, to time.Time, limit int) ([]campaign.Release, error)
	FindRunsBetween(ctx context.Context, from, to time.Time, limit int) ([]campaign.Run, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetSettings(ctx context.Context) (campaign.Settings, error)
	GetUser(ctx context.Context, id string) (campaign.User, error)
	UpdateCampaign(ctx context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error)
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

const (
	mostShown = 2000 // runs or embargoes in one view
	inCell    = 4    // entries that a day of the month shows
)

// The views of the calendar.
const (
	viewMonth = "month"
	viewWeek  = "week"
	viewList  = "list"
)

// shownDaysOff are the calendars of holidays that can be shown.
var shownDaysOff = []campaign.DaysOff{campaign.Serbia, campaign.France, campaign.Institutions}

type calendarPage struct {
	Page
	View    string
	Day     time.Time // that is looked at
	Heading string
	Days    []calendar.Day
	Show    []string // kinds of entries and calendars of holidays
	Search  string
	Feed    string // the address of the user's own calendar; "" for none
}

// isShown reports whether a kind of entries, or a calendar of holidays, is asked for.
func (p *calendarPage) isShown(what string) bool { return slices.Contains(p.Show, what) }

func (s *calendarPages) show(v *visit) error {
	p := &calendarPage{Page: v.page("calendar", "Calendar"), View: v.Query("view"), Search: strings.TrimSpace(v.Query("q")), Show: v.QueryArray("show")}
	if p.View != viewWeek && p.View != viewList {
		p.View = viewMonth
	}
	if v.Query("chosen") == "" {
		p.Show = append(campaign.Collect(calendar.Kinds, func(k calendar.Kind) string { return string(k) }), string(campaign.Serbia))
	}
	day, err := time.Parse(time.DateOnly, v.Query("day"))
	if p.Day = day; err != nil || day.Year() < 2000 || day.Year() > 2200 {
		p.Day = p.today()
	}
	from, to := p.bounds()
	span := calendar.Span{From: calendar.Begin(from, v.zone), To: calendar.Begin(to, v.zone), Now: s.Now(), Zone: v.zone}
	var off []campaign.DaysOff
	for _, of := range shownDaysOff {
		if p.isShown(string(of)) {
			off = append(off, of)
		}
	}
	entries, err := s.entries(v.ctx(), span, off, v.set.Closings)
	if err != nil {
		return err
	}
	terms := campaign.SearchTerms(p.Search)
	entries = slices.DeleteFunc(entries, func(e calendar.Entry) bool {
		return e.Kind != calendar.Holiday && !p.isShown(string(e.Kind)) || !hasParts(campaign.SearchText(templates.Say(p.Language, e.Title)), terms)
	})
	p.Days = calendar.Days(entries, from, to, v.zone)
	if p.View == viewList {
		p.Days = slices.DeleteFunc(p.Days, func(d calendar.Day) bool { return len(d.Entries) == 0 })
	}
	if v.user.Calendar != "" {
		p.Feed = s.Links.Calendar(v.user.ID, v.user.Calendar)
	}
	return v.show("calendar", p)
}

// entries returns all that is known of a span.
func (s *calendarPages) entries(ctx context.Context, span calendar.Span, off []campaign.DaysOff, closings []campaign.Closing) ([]calendar.Entry, error) {
	entries := calendar.DaysOff(off, closings, span)
	runs, err := s.store.FindRunsBetween(ctx, span.From, span.To, mostShown)
	if err != nil {
		return nil, err
	}
	of := map[string]campaign.Campaign{}
	for i := range runs {
		if _, known := of[runs[i].Campaign]; known {
			continue
		}
		c, err := s.store.GetCampaign(ctx, runs[i].Campaign)
		if err != nil {
			if err = campaign.UnlessMissing(err); err != nil {
				return nil, err
			}
			continue
		}
		of[c.ID] = c
	}
	entries = append(entries, calendar.Runs(runs, of)...)
	releases, err := s.store.FindEmbargoes(ctx, span.From, span.To, mostShown)
	if err != nil {
		return nil, err
	}
	entries = append(entries, calendar.Embargoes(releases)...)
	deadlines, err := s.deadlines(ctx, span)
	if err != nil {
		return nil, err
	}
	entries = append(entries, deadlines...)
	steps, err := s.steps(ctx, span)
	if err != nil {
		return nil, err
	}
	entries = append(entries, steps...)
	planned, err := s.planned(ctx, span)
	return append(entries, planned...), err
}

// mostWaiting is how many readers of one series are counted.
const mostWaiting = 2000

// steps returns when readers come to their next steps in the series that go on. Who comes to one after that is not known yet.
func (s *calendarPages) steps(ctx context.Context, span calendar.Span) (entries []calendar.Entry, err error) {
	if !span.To.After(span.Now) {
		return nil, nil
	}
	all, err := s.store.FindSeries(ctx, campaign.SeriesRunning, campaign.SeriesClosing)
	for i := range all {
		if all[i].Trigger == campaign.AroundEvent { // its campaigns leave once
			continue
		}
		waiting, err := s.store.FindWaiting(ctx, all[i].ID, span.To, mostWaiting)
		if err != nil {
			return nil, err
		}
		entries = append(entries, calendar.Steps(&all[i], waiting, len(waiting) < mostWaiting, span)...)
	}
	return entries, err
}

// mostUpcoming is how many next editions are looked at for their deadlines.
const mostUpcoming = 500

// deadlines returns the moments by which somebody has to decide: about the next editions that wait for a person, and about campaigns
// in review, which have to be approved by the time they would leave.
func (s *calendarPages) deadlines(ctx context.Context, span calendar.Span) (entries []calendar.Entry, err error) {
	open, err := s.store.FindUpcomings(ctx, "", campaign.UpcomingOpen, mostUpcoming)
	if err != nil {
		return nil, err
	}
	for _, u := range open {
		c, err := s.store.GetCampaign(ctx, u.Campaign)
		if campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		if err != nil || c.State != campaign.Scheduled || !c.Content.MayWait() || !span.Holds(c.Content.ReadyBy(u.Slot)) {
			continue
		}
		o, err := s.store.Outlook(ctx, &c, u)
		if err != nil {
			return nil, err
		}
		if fate, why := o.Fate(&c.Content); fate == campaign.Waits {
			entries = append(entries, calendar.EditionDue(&c, &u, why))
		}
	}
	asked, err := allCampaigns(ctx, s.store, campaign.InReview)
	if err != nil || s.Planner == nil {
		return nil, err
	}
	for i := range asked {
		c := &asked[i]
		if c.Schedule.Kind == campaign.Manual {
			continue
		}
		slots, err := s.Planner.Next(c.Schedule, span.Now, 1)
		if err != nil && campaign.CodeOf(err) != campaign.Invalid {
			return nil, err
		}
		if len(slots) > 0 && span.Holds(slots[0].At) {
			entries = append(entries, calendar.ApprovalDue(c, slots[0]))
		}
	}
	return entries, nil
}

// planned returns the times to come of campaigns that wait for them, and of those that do not yet.
func (s *calendarPages) planned(ctx context.Context, span calendar.Span) (entries []calendar.Entry, err error) {
	if s.Planner == nil {
		return nil, nil
	}
	for _, state := range []campaign.State{campaign.Scheduled, campaign.Draft, campaign.InReview, campaign.Approved} {
		found, err := allCampaigns(ctx, s.store, state)
		if err != nil {
			return nil, err
		}
		for i := range found {
			c := &found[i]
			if c.Schedule.Kind == campaign.Manual && c.NextAt.IsZero() || c.Schedule.Kind == campaign.BySeries { // see steps
				continue
			}
			slots, err := calendar.Slots(c, func(after time.Time, n int) ([]campaign.Slot, error) { return s.Planner.Next(c.Schedule, after, n) }, span)
			if err != nil {
				return nil, err
			}
			entries = append(entries, slots...)
		}
	}
	return entries, nil
}

// today is the day it is in the user's zone.
func (p *Page) today() time.Time { return calendar.DayOf(p.Now, p.Zone) }

// bounds returns the first day of the view, and the day after its last.
func (p *calendarPage) bounds() (from, to time.Time) {
	switch p.View {
	case viewWeek:
		from = calendar.Monday(p.Day)
		to = from.AddDate(0, 0, 7)
		p.Heading = p.say("Week from %s to %s", p.dayWords(from), p.dayWords(to.AddDate(0, 0, -1)))
	case viewList:
		from, to = p.Day, p.Day.AddDate(0, 1, 0)
		p.Heading = p.say("From %s to %s", p.dayWords(from), p.dayWords(to.AddDate(0, 0, -1)))
	default:
		from, to = calendar.Month(p.Day)
		p.Heading = p.say("month: %s %s", language.Month(p.Language, p.Day.Month()), p.Day.Format("2006"))
	}
	return from, to
}

func (p *calendarPage) dayWords(day time.Time) string { return language.ShortDate(p.Language, day) }

// Weeks are the days by weeks.
func (p *calendarPage) Weeks() [][]calendar.Day { return calendar.Weeks(p.Days) }

// Weekdays are the heads of the columns.
func (p *calendarPage) Weekdays() []string {
	var out []string
	for d := time.Monday; d < time.Monday+7; d++ {
		out = append(out, templates.Label(p.Language, d%7))
	}
	return out
}

// Today reports whether a day is today.
func (p *calendarPage) Today(day time.Time) bool { return day.Equal(p.today()) }

// Outside reports whether a day of the grid belongs to another month.
func (p *calendarPage) Outside(day time.Time) bool {
	return p.View == viewMonth && day.Month() != p.Day.Month()
}

// FullDay writes a day with its weekday.
func (p *calendarPage) FullDay(day time.Time) string {
	return p.say("slot: %s, %s", language.Weekday(p.Language, day), language.ShortDate(p.Language, day))
}

// Clock writes the time of an entry in the user's zone.
func (p *calendarPage) Clock(e calendar.Entry) string {
	return e.At.In(p.Zone).Format("15:04")
}

// First are the entries a day of the grid shows; Hidden counts the others.
func (p *calendarPage) First(d calendar.Day) []calendar.Entry {
	if p.View != viewMonth || len(d.Entries) <= inCell+1 {
		return d.Entries
	}
	return d.Entries[:inCell]
}

func (p *calendarPage) Hidden(d calendar.Day) int { return len(d.Entries) - len(p.First(d)) }

// To returns the address of a view of a day.
func (p *calendarPage) To(view string, day time.Time) string {
	q := p.URL.Query()
	q.Set("view", view)
	q.Set("day", day.Format(time.DateOnly))
	return p.at(q)
}

// Back and On lead to the time before and after, Now to today.
func (p *calendarPage) Back() string  { return p.To(p.View, p.step(-1)) }
func (p *calendarPage) On() string    { return p.To(p.View, p.step(1)) }
func (p *calendarPage) ToNow() string { return p.To(p.View, p.today()) }

func (p *calendarPage) step(n int) time.Time {
	if p.View == viewWeek {
		return p.Day.AddDate(0, 0, 7*n)
	}
	first := p.Day.AddDate(0, 0, 1-p.Day.Day()).AddDate(0, n, 0)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(p.Day.Day(), last)-1)
}

// MovePath is where a time is moved; "" where the user cannot.
func (p *calendarPage) MovePath(e calendar.Entry) string {
	if e.Wall == "" || !p.May("editor") {
		return ""
	}
	return "/campaigns/" + e.Campaign + "/move?" + url.Values{"time": {e.Wall}}.Encode()
}

// calendarEntry is an entry with the page it is drawn on.
type calendarEntry struct {
	Page  *calendarPage
	Entry calendar.Entry
}

// Draw puts an entry together with its page, for the template that draws it.
func (p *calendarPage) Draw(e calendar.Entry) *calendarEntry { return &calendarEntry{p, e} }

// Filters are the kinds of entries, and the calendars of holidays.
func (p *calendarPage) Filters() []templates.Option {
	var out []templates.Option
	for _, k := range calendar.Kinds {
		if k != calendar.Holiday {
			out = append(out, templates.Option{Value: string(k), Label: p.say("%s", k.Words())})
		}
	}
	for _, of := range shownDaysOff {
		out = append(out, templates.Option{Value: string(of), Label: p.say("%s", of.Words())})
	}
	return out
}

// Ticked reports whether a filter is chosen.
func (p *calendarPage) Ticked(o templates.Option) bool { return p.isShown(o.Value) }

// Filtered reports whether not everything is shown that is by itself.
func (p *calendarPage) Filtered() bool { return p.Asked("chosen") != "" }

func (w *wiring) calendarRoutes(campaigns *campaignPages) []route {
	calendars := &calendarPages{panel: w.panel, store: w.store, campaigns: campaigns}
	return []route{
		get("/calendar", viewer, calendars.show),
		get("/campaigns/:id/move", editor, calendars.askMove),
		post("/campaigns/:id/move", editor, calendars.move),
		post("/calendar/address", viewer, calendars.giveAddress),
		post("/calendar/address/end", viewer, calendars.endAddress),
		get("/calendar/feed/:token", anyone, calendars.feed),
	}
}
