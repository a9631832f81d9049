package web

import (
	"context"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

// seriesPages are the pages about series.
type seriesPages struct {
	*panel
	store  seriesStore
	offers *offers
}

type seriesStore interface {
	AskApproval(ctx context.Context, id, words string, then bool) (campaign.Campaign, error)
	CountBefore(ctx context.Context, one *campaign.Series) (int64, error)
	CountEnrolments(ctx context.Context, id string) (map[string]store.StepFigures, error)
	CreateSeries(ctx context.Context, one *campaign.Series, messages []store.StepMessage) error
	DeleteSeries(ctx context.Context, id string) error
	EndSeries(ctx context.Context, id string, letFinish bool) error
	FindEnrolments(ctx context.Context, id string, state campaign.EnrolmentState, p store.Page) ([]campaign.Enrolment, string, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	FindSeries(ctx context.Context, states ...campaign.SeriesState) ([]campaign.Series, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetSegments(ctx context.Context, ids []string) ([]segment.Segment, error)
	GetSeries(ctx context.Context, id string) (campaign.Series, error)
	GetStanding(ctx context.Context, c *campaign.Campaign) (store.Standing, error)
	PauseSeries(ctx context.Context, id string, why campaign.Text) error
	StartSeries(ctx context.Context, id string, intake campaign.Intake) (campaign.Series, error)
	StopFor(ctx context.Context, id, contact string, answered bool) error
	UpdateSeries(ctx context.Context, id string, version int64, messages []store.StepMessage, fn func(*campaign.Series) error) (campaign.Series, error)
}

// seriesRow is a series with what it says of itself in a sentence.
type seriesRow struct {
	campaign.Series
	Sentence campaign.Text
}

type allSeriesPage struct {
	Page
	Rows []seriesRow
}

func (s *seriesPages) index(v *visit) (*allSeriesPage, error) {
	p := &allSeriesPage{Page: v.page("series", "Series")}
	all, err := s.store.FindSeries(v.ctx())
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		words, err := s.sentence(v, &one)
		if err != nil {
			return nil, err
		}
		p.Rows = append(p.Rows, seriesRow{one, words})
	}
	return p, nil
}

// sentence says what makes a series begin.
func (s *seriesPages) sentence(v *visit, one *campaign.Series) (campaign.Text, error) {
	names, err := s.offers.listNames(v.ctx())
	if err != nil {
		return campaign.Text{}, err
	}
	within, err := s.store.GetSegments(v.ctx(), one.Segments)
	if err != nil && campaign.CodeOf(err) == "" {
		return campaign.Text{}, err
	}
	list, in := "", ""
	if len(one.Lists) > 0 {
		list = names[one.Lists[0]]
	}
	if len(within) > 0 {
		in = within[0].Name
	}
	return one.Words(list, in), nil
}

// stepRow is a step with who stands at it.
type stepRow struct {
	Number   int
	Words    campaign.Text
	Campaign campaign.Campaign
	Release  string
	Waiting  int64
	UnderWay int64
}

// readerRow is where a reader stands in a series.
type readerRow struct {
	campaign.Enrolment
	Name string // "" for one who is gone
	Step int    // the number of the step that comes, or is under way; 0 for none
}

// seriesPlace is where a contact stands in a series, on the contact's page.
type seriesPlace struct{ store.SeriesPlace }

// Words say where.
func (p seriesPlace) Words() campaign.Text {
	e := &p.Enrolment
	_, at := p.Series.Step(e.Step)
	switch e.State {
	case campaign.EnrolWaiting:
		return campaign.Textf("waits for step %d of %d", at+1, len(p.Series.Steps))
	case campaign.EnrolUnderWay:
		return campaign.Textf("step %d of %d is on its way", at+1, len(p.Series.Steps))
	case campaign.EnrolStopped:
		return campaign.Textf("out of the series: %s", e.WhyText())
	case campaign.EnrolDone:
		return campaign.Textf("has been through all steps")
	case campaign.EnrolAnswered:
		return campaign.Textf("the reader answered the invitation")
	}
	return campaign.Textf("gets the steps at their times")
}

// InTheMiddle reports whether a step may still come.
func (p seriesPlace) InTheMiddle() bool {
	return p.Series.State != campaign.SeriesEnded && (p.Enrolment.State == "" || p.Enrolment.State.InTheMiddle())
}

type seriesPage struct {
	Page
	Series   campaign.Series
	Sentence campaign.Text
	Steps    []stepRow
	Head     campaign.Campaign
	Standing *store.Standing // nil where it cannot be told yet, see Missing
	Missing  campaign.Text   // why it cannot start
	Before   int64           // who is on its list or in its segment now
	Counts   map[campaign.EnrolmentState]int64
	State    campaign.EnrolmentState
	Readers  []readerRow
	Paging   paging
}

// Note is why the series waits for a person.
func (p *seriesPage) Note() campaign.Text { return campaign.StoredText(p.Series.Note) }

// Begun reports whether the series began once.
func (p *seriesPage) Begun() bool { return !p.Series.Since.IsZero() }

// States are the places of readers that can be shown.
func (p *seriesPage) States() []campaign.EnrolmentState { return campaign.EnrolmentStates }

// Count is how many readers are in a state.
func (p *seriesPage) Count(s campaign.EnrolmentState) int64 { return p.Counts[s] }

func (s *seriesPages) page(v *visit) (*seriesPage, error) {
	one, err := s.store.GetSeries(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "series")
	}
	v.auditDetail(one.Name)
	p := &seriesPage{Page: v.page("series", "%s", one.Name), Series: one, Counts: map[campaign.EnrolmentState]int64{}}
	if p.Sentence, err = s.sentence(v, &one); err != nil {
		return nil, err
	}
	counts, err := s.store.CountEnrolments(v.ctx(), one.ID)
	if err != nil {
		return nil, err
	}
	for _, at := range counts {
		for state, n := range at {
			p.Counts[state] += n
		}
	}
	for i := range one.Steps {
		row := stepRow{Number: i + 1, Words: one.StepWords(i), Waiting: counts[one.Steps[i].ID][campaign.EnrolWaiting], UnderWay: counts[one.Steps[i].ID][campaign.EnrolUnderWay]}
		if row.Campaign, err = s.store.GetCampaign(v.ctx(), one.Steps[i].ID); campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		r, err := s.store.GetRelease(v.ctx(), row.Campaign.Release)
		if campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		row.Release = r.Title
		p.Steps = append(p.Steps, row)
	}
	p.Head = p.Steps[0].Campaign
	standing, err := s.store.GetStanding(v.ctx(), &p.Head)
	switch {
	case err == nil:
		p.Standing = &standing
		if standing.Missing != nil {
			p.Missing = campaign.Textf("somebody else approves all of its steps together before it begins")
			if !standing.Why.IsZero() {
				p.Missing = campaign.TextOf(standing.Missing)
			}
		}
	case campaign.CodeOf(err) == "":
		return nil, err
	default:
		p.Missing = campaign.TextOf(err)
	}
	if !p.Begun() && one.Trigger != campaign.AroundEvent {
		if p.Before, err = s.store.CountBefore(v.ctx(), &one); err != nil {
			return nil, err
		}
	}
	return p, s.readers(v, p)
}

// readers reads a page of where readers stand.
func (s *seriesPages) readers(v *visit, p *seriesPage) error {
	p.State = oneOf(v.Query("state"), campaign.EnrolmentStates)
	if p.State == "" {
		p.State = campaign.EnrolWaiting
	}
	table := v.tablePage()
	found, next, err := s.store.FindEnrolments(v.ctx(), p.Series.ID, p.State, store.Page{After: table.After, Limit: 50})
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	contacts, err := s.store.GetContacts(v.ctx(), campaign.Collect(found, func(e campaign.Enrolment) string { return e.Contact }))
	for _, e := range found {
		row := readerRow{Enrolment: e}
		if c := contacts[e.Contact]; c != nil {
			row.Name = c.DisplayName()
		}
		_, at := p.Series.Step(e.Step)
		row.Step = at + 1
		p.Readers = append(p.Readers, row)
	}
	return err
}

// start lets a series begin or go on. To take in those who were there before needs their number.
func (s *seriesPages) start(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	intake := campaign.LeaveBefore
	if v.PostForm("intake") == string(campaign.TakeBefore) {
		intake = campaign.TakeBefore
		if typed := strings.TrimSpace(v.PostForm("count")); typed != strconv.FormatInt(p.Before, 10) {
			return v.refused(campaign.FieldError("count", "type the number of those who get it from the beginning: %d", p.Before), "series", p)
		}
	}
	if _, err := s.store.StartSeries(v.ctx(), p.Series.ID, intake); err != nil {
		return v.refused(err, "series", p)
	}
	s.Wake()
	return v.done("/series/"+p.Series.ID, "The series goes on from now.")
}

func (s *seriesPages) ask(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	if _, err := s.store.AskApproval(v.ctx(), p.Head.ID, v.PostForm("words"), false); err != nil {
		return v.refused(err, "series", p)
	}
	s.Wake()
	return v.done("/series/"+p.Series.ID, "Asked: who may approve it has a mail with a link.")
}

func (s *seriesPages) pause(v *visit) error {
	if err := s.store.PauseSeries(v.ctx(), v.Param("id"), campaign.Text{}); err != nil {
		return s.refuse(v, err)
	}
	s.Wake()
	return v.done("/series/"+v.Param("id"), "The series is paused. Everybody stays where they are.")
}

func (s *seriesPages) end(v *visit) error {
	finish := v.PostForm("then") == "finish"
	if err := s.store.EndSeries(v.ctx(), v.Param("id"), finish); err != nil {
		return s.refuse(v, err)
	}
	s.Wake()
	if finish {
		return v.done("/series/"+v.Param("id"), "Nobody new begins. Those in the middle get the steps that are still to come for them.")
	}
	return v.done("/series/"+v.Param("id"), "The series has ended.")
}

// refuse shows the page of a series with why something cannot be done.
func (s *seriesPages) refuse(v *visit, why error) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	return v.refused(why, "series", p)
}

// reader stops the series for one reader, or notes that they answered.
func (s *seriesPages) reader(v *visit) error {
	answered := v.PostForm("do") == "answered"
	back := backOr(v.PostForm("back"), "/series/"+v.Param("id"))
	if err := s.store.StopFor(v.ctx(), v.Param("id"), v.Param("contact"), answered); err != nil {
		return s.refuse(v, err)
	}
	if answered {
		return v.done(back, "Noted: this reader answered.")
	}
	return v.done(back, "The series is stopped for this reader.")
}

func (s *seriesPages) remove(v *visit) error {
	if err := s.store.DeleteSeries(v.ctx(), v.Param("id")); err != nil {
		return s.refuse(v, err)
	}
	return v.done("/series", "The series is deleted.")
}
