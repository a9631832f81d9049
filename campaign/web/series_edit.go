package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// stepForm is a step of a series as it is typed.
type stepForm struct {
	ID, Release, Sender, Wait, Unit, At, Who string
	Before                                   bool
}

type seriesForm struct {
	Name, List, Segment, Event, Zone string
	Version                          int64
	Trigger                          campaign.SeriesTrigger
	Lists                            []string
	StopAtReply, StopAtAnswer, Again bool
	Steps                            []stepForm
}

type seriesEditPage struct {
	Page
	ID       string // "" for a new one
	Form     seriesForm
	AllLists []templates.Option
	Segments []templates.Option
	Releases []templates.Option
	Senders  []campaign.Sender
}

// SenderOptions are the senders of the settings.
func (p *seriesEditPage) SenderOptions() []templates.Option {
	return optionsFor(p.say("Choose who it is from"), p.Senders, func(s campaign.Sender) templates.Option {
		return templates.Option{Value: s.Email, Label: strings.TrimSpace(s.Name + " <" + s.Email + ">")}
	})
}

// Units are what waits are counted in.
func (p *seriesEditPage) Units() []templates.Option {
	return p.choices(choice{string(campaign.WaitDays), campaign.Textf("days")}, choice{string(campaign.WaitHours), campaign.Textf("hours")})
}

// Whos are to whom a step goes.
func (p *seriesEditPage) Whos() []templates.Option {
	return p.choices(choice{"", campaign.Textf("everybody")}, choice{string(campaign.StepUnanswered), campaign.Textf("those not known to have answered")}, choice{string(campaign.StepAnswered), campaign.Textf("those who answered")})
}

// stepFields are the fields of a step.
type stepFields struct {
	ID                                         string
	Index, Number                              int
	Release, Sender, Wait, Unit, Side, At, Who templates.Field
}

// StepRows are the fields of all steps.
func (p *seriesEditPage) StepRows() []stepFields {
	rows := make([]stepFields, len(p.Form.Steps))
	for i, f := range p.Form.Steps {
		of := func(name, label, value, typed string, options []templates.Option) templates.Field {
			field := templates.NewField(campaign.StepField(name, i), label, value, p.Problems)
			field.Type, field.Options = typed, options
			return field
		}
		side := "after"
		if f.Before {
			side = "before"
		}
		rows[i] = stepFields{
			ID: f.ID, Index: i, Number: i + 1,
			Release: of("release", p.say("Release"), f.Release, "", p.Releases), Sender: of("sender", p.say("Sender"), f.Sender, "", p.SenderOptions()),
			Wait: of("wait", p.say("Wait"), f.Wait, "number", nil), Unit: of("unit", p.say("Counted in"), f.Unit, "", p.Units()),
			Side: of("side", p.say("Before or after the event"), side, "", p.choices(choice{"before", campaign.Textf("before the event")}, choice{"after", campaign.Textf("after the event")})),
			At:   of("at", p.say("Time of day"), f.At, "time", nil), Who: of("who", p.say("Goes to"), f.Who, "", p.Whos()),
		}
	}
	return rows
}

// OnList reports whether a list is chosen.
func (p *seriesEditPage) OnList(id string) bool { return slices.Contains(p.Form.Lists, id) }

// Around reports whether the series is around an event.
func (p *seriesEditPage) Around() bool { return p.Form.Trigger == campaign.AroundEvent }

func (s *seriesPages) form(v *visit, title campaign.Text) (*seriesEditPage, error) {
	p := &seriesEditPage{Page: v.page("series", "%s", title), Senders: v.set.Senders}
	var err error
	if p.AllLists, err = s.offers.lists(v.ctx(), ""); err != nil {
		return nil, err
	}
	if p.Segments, err = s.offers.segments(v.ctx(), v.say("Choose a segment")); err != nil {
		return nil, err
	}
	found, _, err := s.store.FindReleases(v.ctx(), store.ReleaseFilter{}, store.Page{Limit: 500})
	p.Releases = optionsFor(v.say("No release: no step"), found, func(r campaign.Release) templates.Option { return templates.Option{Value: r.ID, Label: r.Title} })
	return p, err
}

// new offers a series as one of the templates begins it.
func (s *seriesPages) new(v *visit) error {
	p, err := s.form(v, campaign.Textf("New series"))
	if err != nil {
		return err
	}
	f := &p.Form
	f.Zone, f.Trigger = v.zone.String(), oneOf(v.Query("of"), campaign.SeriesTriggers)
	switch f.Trigger {
	case campaign.AroundEvent:
		f.Name = v.say("Invitation, reminder, thanks")
		f.Steps = []stepForm{
			{Wait: "14", Unit: "days", At: "09:00", Before: true}, {Wait: "2", Unit: "days", At: "09:00", Before: true, Who: string(campaign.StepUnanswered)}, {Wait: "1", Unit: "days", At: "10:00", Who: string(campaign.StepAnswered)},
		}
	case campaign.OnEntering:
		f.StopAtReply = true
		f.Steps = []stepForm{{Wait: "0", Unit: "hours"}}
	default:
		f.Trigger, f.Name, f.StopAtReply = campaign.OnJoining, v.say("Welcome"), true
		f.Steps = []stepForm{{Wait: "0", Unit: "hours"}, {Wait: "3", Unit: "days", At: "09:00"}, {Wait: "7", Unit: "days", At: "09:00"}}
	}
	p.more()
	return v.show("series_edit", p)
}

// more adds empty steps to the form.
func (p *seriesEditPage) more() {
	for i := range p.Form.Steps {
		if f := &p.Form.Steps[i]; f.Sender == "" && len(p.Senders) > 0 {
			f.Sender = p.Senders[0].Email
		}
	}
	for range 2 {
		if len(p.Form.Steps) < campaign.MaxSteps {
			p.Form.Steps = append(p.Form.Steps, stepForm{Wait: "3", Unit: "days"})
		}
	}
}

// typed reads the form; steps without a release are none.
func (p *seriesEditPage) typed(v *visit) {
	f := &p.Form
	f.Name, f.List, f.Segment, f.Event, f.Zone = v.PostForm("name"), v.PostForm("list"), v.PostForm("segment"), v.PostForm("event"), strings.TrimSpace(v.PostForm("zone"))
	f.Version, _ = strconv.ParseInt(v.PostForm("version"), 10, 64)
	f.Trigger, f.Lists = oneOf(v.PostForm("trigger"), campaign.SeriesTriggers), v.PostFormArray("lists")
	f.StopAtReply, f.StopAtAnswer, f.Again = v.PostForm("stop_at_reply") != "", v.PostForm("stop_at_answer") != "", v.PostForm("again") != ""
	f.Steps = nil
	for i := range campaign.MaxSteps {
		of := func(name string) string { return strings.TrimSpace(v.PostForm(campaign.StepField(name, i))) }
		step := stepForm{ID: of("step"), Release: of("release"), Sender: of("sender"), Wait: of("wait"), Unit: of("unit"), At: of("at"), Who: of("who"), Before: of("side") == "before"}
		if step.Release != "" {
			f.Steps = append(f.Steps, step)
		}
	}
}

// fill puts what was typed into a series, and returns what its steps send.
func (p *seriesEditPage) fill(one *campaign.Series) ([]store.StepMessage, error) {
	f := &p.Form
	var faults campaign.Checks
	one.Name, one.Trigger, one.Zone, one.Event = f.Name, f.Trigger, f.Zone, f.Event
	one.StopAtReply, one.StopAtAnswer, one.Again = f.StopAtReply, f.StopAtAnswer, f.Again
	one.Lists, one.Segments = f.Lists, nil
	if f.Trigger == campaign.OnJoining {
		one.Lists = []string{f.List}
	}
	if f.Segment != "" {
		one.Segments = []string{f.Segment}
	}
	one.Steps = nil
	messages := make([]store.StepMessage, len(f.Steps))
	for i, step := range f.Steps {
		wait, err := strconv.Atoi(step.Wait)
		faults.Refuse(err != nil, campaign.StepField("wait", i), "this must be a number from %d to %d", 0, campaign.MostWait)
		one.Steps = append(one.Steps, campaign.SeriesStep{ID: step.ID, Wait: wait, Unit: campaign.WaitUnit(step.Unit), At: step.At, Before: step.Before, Who: campaign.StepWho(step.Who)})
		messages[i].Release = step.Release
		from := campaign.First(p.Senders, func(s *campaign.Sender) bool { return s.Email == step.Sender })
		faults.Refuse(from == nil, campaign.StepField("sender", i), "say who the campaign is from")
		if from != nil {
			messages[i].Sender = *from
		}
	}
	return messages, campaign.Together(faults...)
}

func (s *seriesPages) create(v *visit) error {
	p, err := s.form(v, campaign.Textf("New series"))
	if err != nil {
		return err
	}
	p.typed(v)
	one := campaign.Series{Owner: v.user.ID}
	messages, err := p.fill(&one)
	if err == nil {
		err = s.store.CreateSeries(v.ctx(), &one, messages)
	}
	if err != nil {
		p.more()
		return v.refused(err, "series_edit", p)
	}
	v.auditDetail(one.Name)
	return v.done("/series/"+one.ID, "The series is there. It sends nothing before you start it.")
}

func (s *seriesPages) edit(v *visit) error {
	p, err := s.form(v, campaign.Textf("Change series"))
	if err != nil {
		return err
	}
	one, err := s.store.GetSeries(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "series")
	}
	p.ID = one.ID
	f := &p.Form
	f.Name, f.Trigger, f.Zone, f.Event, f.Version = one.Name, one.Trigger, one.Zone, one.Event, one.Version
	f.StopAtReply, f.StopAtAnswer, f.Again, f.Lists = one.StopAtReply, one.StopAtAnswer, one.Again, one.Lists
	if len(one.Lists) > 0 {
		f.List = one.Lists[0]
	}
	if len(one.Segments) > 0 {
		f.Segment = one.Segments[0]
	}
	for _, step := range one.Steps {
		c, err := s.store.GetCampaign(v.ctx(), step.ID)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		if c.Sender.Email != "" && !slices.ContainsFunc(p.Senders, func(s campaign.Sender) bool { return s.Email == c.Sender.Email }) {
			p.Senders = append(slices.Clone(p.Senders), c.Sender)
		}
		f.Steps = append(f.Steps, stepForm{ID: step.ID, Release: c.Release, Sender: c.Sender.Email, Wait: strconv.Itoa(step.Wait), Unit: string(step.Unit), At: step.At, Who: string(step.Who), Before: step.Before})
	}
	p.more()
	return v.show("series_edit", p)
}

func (s *seriesPages) update(v *visit) error {
	p, err := s.form(v, campaign.Textf("Change series"))
	if err != nil {
		return err
	}
	p.typed(v)
	p.ID = v.Param("id")
	messages, err := p.fill(&campaign.Series{})
	if err == nil {
		var one campaign.Series
		one, err = s.store.UpdateSeries(v.ctx(), p.ID, p.Form.Version, messages, func(one *campaign.Series) error {
			_, err := p.fill(one)
			return err
		})
		v.auditDetail(one.Name)
	}
	if err != nil {
		p.more()
		return v.refused(err, "series_edit", p)
	}
	s.Wake()
	return v.done("/series/"+p.ID, "Saved.")
}

// seriesRoutes are those of series.
func (w *wiring) seriesRoutes() []route {
	series := &seriesPages{panel: w.panel, store: w.store, offers: w.offers}
	return []route{
		get("/series", viewer, shows("series_all", series.index)),
		get("/series/new", editor, series.new),
		post("/series/new", editor, series.create),
		get("/series/:id", viewer, shows("series", series.page)),
		get("/series/:id/edit", editor, series.edit),
		post("/series/:id/edit", editor, series.update),
		post("/series/:id/ask", editor, series.ask),
		post("/series/:id/start", editor, series.start),
		post("/series/:id/pause", editor, series.pause),
		post("/series/:id/end", editor, series.end),
		post("/series/:id/delete", editor, series.remove),
		post("/series/:id/readers/:contact", editor, series.reader),
	}
}
