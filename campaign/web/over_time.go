package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// overTimePages show the mailings of a period together.
type overTimePages struct {
	*panel
	store overTimeStore
	made  remembered[campaign.OverTime]
}

type overTimeStore interface {
	CountOverTime(ctx context.Context, from, until time.Time, list string, zone *time.Location) (campaign.OverTime, error)
	DeleteView(ctx context.Context, id string) error
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindViews(ctx context.Context) ([]campaign.SavedView, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	GetOrganisations(ctx context.Context, ids []string) (map[string]campaign.Organisation, error)
	SaveView(ctx context.Context, v campaign.SavedView) error
}

func (w *wiring) overTimeRoutes() []route {
	pages := &overTimePages{panel: w.panel, store: w.store}
	return []route{
		get("/over-time", viewer, pages.show),
		post("/over-time/views", editor, pages.save),
		post("/over-time/views/:id/delete", editor, pages.drop),
	}
}

type overTimeForm struct {
	From  string `form:"from"`
	Until string `form:"until"`
	List  string `form:"list"`
	Days  string `form:"days"` // back from today, in place of two days
	Name  string `form:"name"`
}

// query writes what a view asks for.
func (f *overTimeForm) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"from": f.From, "until": f.Until, "list": f.List, "days": f.Days} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q.Encode()
}

type overTimePage struct {
	Page
	Form    overTimeForm
	Lists   []templates.Option
	Views   []campaign.SavedView
	Counted campaign.OverTime
	First   time.Time
	Last    time.Time
	people  map[string]*campaign.Contact
	outlets map[string]campaign.Organisation
	topics  map[string]string
}

// usualDays is the period that is shown when none is asked for.
const usualDays = 90

// spans are the periods that can be asked for by one press, in days.
var spans = map[string]int{"30": 30, "90": 90, "365": 365}

// Spans are those periods in their order.
func (p *overTimePage) Spans() []string { return []string{"30", "90", "365"} }

func (s *overTimePages) show(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	from, until, err := s.period(v, &p.Form)
	if err != nil {
		return v.refused(err, "over_time", p)
	}
	p.First, p.Last = from, until.AddDate(0, 0, -1)
	v.unhurried()
	key := from.Format(time.DateOnly) + until.Format(time.DateOnly) + v.zone.String() + p.Form.List
	now, ok := s.Now(), false
	if p.Counted, ok = s.made.get(key, now.Add(-madeLife)); !ok {
		if p.Counted, err = s.store.CountOverTime(v.ctx(), from, until, p.Form.List, v.zone); err != nil {
			return err
		}
		s.made.keep(key, p.Counted, now)
	}
	return s.named(v, p)
}

// named adds the names of those who are told of.
func (s *overTimePages) named(v *visit, p *overTimePage) (err error) {
	var ids, offices []string
	for _, e := range append(p.Counted.Read[:len(p.Counted.Read):len(p.Counted.Read)], p.Counted.Quiet...) {
		ids = append(ids, e.Contact)
	}
	if p.people, err = s.store.GetContacts(v.ctx(), ids); err != nil {
		return err
	}
	for _, c := range p.people {
		offices = append(offices, c.Organisation)
	}
	if p.outlets, err = s.store.GetOrganisations(v.ctx(), offices); err != nil {
		return err
	}
	p.topics = map[string]string{}
	for _, t := range v.set.Topics {
		p.topics[t.Key] = language.TextFor(t.Names, v.language, v.set.Brand.Phrases...)
	}
	return v.show("over_time", p)
}

func (s *overTimePages) page(v *visit) (*overTimePage, error) {
	p := &overTimePage{Page: v.page("reports", "Over time")}
	p.Form = overTimeForm{From: v.Query("from"), Until: v.Query("until"), List: v.Query("list"), Days: v.Query("days")}
	lists, err := s.store.FindLists(v.ctx(), false)
	if err != nil {
		return nil, err
	}
	p.Lists = optionsFor(v.say("All lists"), lists, listOption)
	p.Views, err = s.store.FindViews(v.ctx())
	return p, err
}

// period reads the days that are asked for, both in it.
func (s *overTimePages) period(v *visit, f *overTimeForm) (from, until time.Time, err error) {
	today := campaign.MidnightIn(campaign.OnDay(v.now()), v.zone, 0)
	if days := spans[f.Days]; days > 0 || f.From == "" && f.Until == "" {
		from, until = today.AddDate(0, 0, 1-cmp.Or(days, usualDays)), today.AddDate(0, 0, 1)
		f.From, f.Until = from.Format(time.DateOnly), today.Format(time.DateOnly)
		return from, until, nil
	}
	q, err := campaign.DaysReport(f.From, cmp.Or(f.Until, today.Format(time.DateOnly)), v.zone)
	return q.From, q.Until, err
}

func (s *overTimePages) save(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if spans[p.Form.Days] > 0 {
		p.Form.From, p.Form.Until = "", ""
	}
	v.auditDetail(p.Form.Name)
	if err := s.store.SaveView(v.ctx(), campaign.SavedView{Name: p.Form.Name, Query: p.Form.query()}); err != nil {
		return v.refused(err, "over_time", p)
	}
	return v.done("/over-time?"+p.Form.query(), "The view is saved.")
}

func (s *overTimePages) drop(v *visit) error {
	if err := s.store.DeleteView(v.ctx(), v.Param("id")); err != nil {
		return err
	}
	return v.done("/over-time", "It is deleted.")
}

// ViewPath is the address of a saved view.
func (p *overTimePage) ViewPath(view campaign.SavedView) string { return "/over-time?" + view.Query }

// Read is the share of readers of a mailing as a range.
func (p *overTimePage) Read(r campaign.OverTimeRun, clicks bool) string {
	if clicks {
		return p.rangeOf(r.Figures, r.Figures.Clicked)
	}
	return p.rangeOf(r.Figures, r.Figures.Opened)
}

// Came is how many messages of a mailing came back, at once or later.
func (p *overTimePage) Came(r campaign.OverTimeRun) int64 {
	return r.Figures.Returned + r.Figures.CameBack
}

// Net is by how many members a list grew.
func (p *overTimePage) Net(l campaign.ReportList) int64 {
	return l.Joined - l.Left - l.TakenOff - l.Returned
}

// Joined is the address of those who came to a list in the period.
func (p *overTimePage) Joined(l campaign.ReportList) string {
	list := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(l.Name)
	return "/contacts?" + url.Values{"rule": {fmt.Sprintf(`joined "%s" >= %s and joined "%s" <= %s`, list, p.First.Format(time.DateOnly), list, p.Last.Format(time.DateOnly))}}.Encode()
}

// Known reports whether a reader is on record still: who was erased has no page.
func (p *overTimePage) Known(e campaign.Engaged) bool { return p.people[e.Contact] != nil }

// Person, Outlet and Topic name what was counted.
func (p *overTimePage) Person(e campaign.Engaged) string {
	if c := p.people[e.Contact]; c != nil {
		return c.DisplayName()
	}
	return p.say("somebody who was erased")
}

func (p *overTimePage) Outlet(e campaign.Engaged) string {
	if c := p.people[e.Contact]; c != nil {
		return strings.TrimSuffix(strings.TrimPrefix(p.outlets[c.Organisation].Name+", "+c.Phone, ", "), ", ")
	}
	return ""
}

// interestTable is a table of interest.
type interestTable struct {
	Head string
	Rows []interestRow
}

type interestRow struct {
	campaign.Interest
	Name string
}

// Interests are those by topic, or by kind.
func (p *overTimePage) Interests(by campaign.Dimension) interestTable {
	out, rows, name := interestTable{Head: templates.Label(p.Language, by)}, p.Counted.Kinds, p.Kind
	if by == campaign.ByTopic {
		rows, name = p.Counted.Topics, p.Topic
	}
	for _, i := range rows {
		out.Rows = append(out.Rows, interestRow{i, name(i)})
	}
	return out
}

func (p *overTimePage) Topic(i campaign.Interest) string {
	if i.Key == campaign.NoGroup {
		return p.say("About no topic")
	}
	return cmp.Or(p.topics[i.Key], i.Key)
}

func (p *overTimePage) Kind(i campaign.Interest) string {
	if i.Key == campaign.GoneGroup {
		return p.say("somebody who was erased")
	}
	return templates.Label(p.Language, campaign.Kind(i.Key))
}

// HourLabels and HourSeries are the hours at which readers click.
func (p *overTimePage) HourLabels() (out []string) {
	for h := range 24 {
		out = append(out, fmt.Sprintf("%02d", h))
	}
	return out
}

func (p *overTimePage) HourSeries() templates.Series {
	return templates.Series{Name: p.say("Clicks by people"), Values: p.Counted.Hours[:]}
}

// Clicks reports whether anybody clicked at all.
func (p *overTimePage) Clicks() bool { return p.Counted.Hours != [24]int64{} }

// Mailings are those of the chart, named by their day, with how many read them at least and how often people clicked.
func (p *overTimePage) Mailings() (out []string) {
	for _, r := range p.Counted.Runs {
		out = append(out, language.ShortDate(p.Language, r.At.In(p.Zone)))
	}
	return out
}

func (p *overTimePage) Opens() templates.Series {
	return templates.Series{Name: p.say("Opened, by people"), Values: campaign.Collect(p.Counted.Runs, func(r campaign.OverTimeRun) int64 { return r.Figures.Opened.Times })}
}

func (p *overTimePage) Followed() templates.Series {
	return templates.Series{Name: p.say("Clicked, by people"), Values: campaign.Collect(p.Counted.Runs, func(r campaign.OverTimeRun) int64 { return r.Figures.Clicked.Times })}
}
