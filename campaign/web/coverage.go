package web

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

func (w *wiring) outcomeRoutes() []route {
	outcomes := &outcomePages{panel: w.panel, store: w.store}
	return []route{
		get("/coverage", viewer, outcomes.judged),
		get("/coverage/new", editor, outcomes.newCoverage),
		post("/coverage/new", editor, outcomes.addCoverage),
		get("/coverage/:id/edit", editor, outcomes.editCoverage),
		post("/coverage/:id/edit", editor, outcomes.updateCoverage),
		get("/coverage/:id/judge", editor, outcomes.askJudge),
		post("/coverage/:id/judge", editor, outcomes.judge),
		post("/coverage/:id/delete", editor, outcomes.remove(w.store.DeleteCoverage, "coverage")),
		get("/events/new", editor, outcomes.newActivity),
		post("/events/new", editor, outcomes.addActivity),
		get("/events/:id/edit", editor, outcomes.editActivity),
		post("/events/:id/edit", editor, outcomes.updateActivity),
		post("/events/:id/delete", editor, outcomes.remove(w.store.DeleteActivity, "events")),
		get("/helpline-totals/new", editor, outcomes.newTotal),
		post("/helpline-totals/new", editor, outcomes.setTotal),
		post("/helpline-totals/:id/delete", editor, outcomes.remove(w.store.DeleteHelplineTotal, "helplines")),
	}
}

func coverageFormOf(c *campaign.Coverage) outcomeForm {
	f := outcomeForm{
		Action: c.Action, Release: c.Release, Contact: c.Contact, Outlet: c.Outlet, Journalist: c.Journalist, Title: c.Title, Link: c.Link, Day: dayOf(c.Day),
		Tone: string(c.Tone), Reach: countOf(c.Reach), File: c.File, Note: c.Note,
	}
	begin(&f, c.Version)
	return f
}

func activityFormOf(a *campaign.Activity) outcomeForm {
	f := outcomeForm{Action: a.Action, Release: a.Release, Kind: string(a.Kind), Name: a.Name, Place: a.Place, Day: dayOf(a.Day), People: countOf(a.People), Note: a.Note}
	begin(&f, a.Version)
	return f
}

// edit shows a form filled with what is stored.
func (s *outcomePages) edit(v *visit, title campaign.Text, name string, f outcomeForm) error {
	p, err := s.page(v, title, false)
	if err != nil {
		return err
	}
	if p.Form, p.ID = f, v.Param("id"); f.Release != "" {
		r, err := s.store.GetRelease(v.ctx(), f.Release)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		p.Release = r.Title
	}
	return v.show(name, p)
}

func (s *outcomePages) editCoverage(v *visit) error {
	c, err := s.store.GetCoverage(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "coverage")
	}
	return s.edit(v, campaign.Textf("Edit coverage"), "coverage_new", coverageFormOf(&c))
}

func (s *outcomePages) updateCoverage(v *visit) error {
	p, err := s.page(v, campaign.Textf("Edit coverage"), true)
	if err != nil {
		return err
	}
	p.ID = v.Param("id")
	stored, err := s.store.GetCoverage(v.ctx(), p.ID)
	if err != nil {
		return gone(err, "coverage")
	}
	theirs := coverageFormOf(&stored)
	if asked, err := v.together("coverage_new", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	v.auditDetail(stored.Outlet)
	_, err = s.store.UpdateCoverage(v.ctx(), p.ID, func(c *campaign.Coverage) error {
		if p.Form.Version != c.Version {
			return errChanged("coverage")
		}
		return p.Form.fillCoverage(c)
	})
	if err != nil {
		return v.refused(gone(err, "coverage"), "coverage_new", p)
	}
	return v.saved("/reports#coverage")
}

func (s *outcomePages) editActivity(v *visit) error {
	a, err := s.store.GetActivity(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "event")
	}
	return s.edit(v, campaign.Textf("Edit event"), "event_new", activityFormOf(&a))
}

func (s *outcomePages) updateActivity(v *visit) error {
	p, err := s.page(v, campaign.Textf("Edit event"), true)
	if err != nil {
		return err
	}
	p.ID = v.Param("id")
	stored, err := s.store.GetActivity(v.ctx(), p.ID)
	if err != nil {
		return gone(err, "event")
	}
	theirs := activityFormOf(&stored)
	if asked, err := v.together("event_new", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	v.auditDetail(stored.Name)
	_, err = s.store.UpdateActivity(v.ctx(), p.ID, func(a *campaign.Activity) error {
		if p.Form.Version != a.Version {
			return errChanged("event")
		}
		return p.Form.fillActivity(a)
	})
	if err != nil {
		return v.refused(gone(err, "event"), "event_new", p)
	}
	return v.saved("/reports#events")
}

// judgePage is the list by which one piece is judged.
type judgePage struct {
	Page
	Piece   campaign.Coverage
	Answers map[campaign.Criterion]campaign.CriterionAnswer
}

// Criteria are the lines of the list.
func (p *judgePage) Criteria() []campaign.Criterion { return campaign.Criteria }

// Options are the answers to choose from.
func (p *judgePage) Options() []templates.Option {
	return optionsOf(p.Language, p.say("Choose"), campaign.CriterionAnswers)
}

// Day shows when the piece was published.
func (p *judgePage) Day(t time.Time) string { return language.ShortDate(p.Language, t) }

// judgePage shows nobody what another reader said before they have judged themselves.
func (s *outcomePages) judgePage(v *visit) (*judgePage, error) {
	c, err := s.store.GetCoverage(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "coverage")
	}
	p := &judgePage{Page: v.page("reports", "Judge a piece"), Piece: c, Answers: map[campaign.Criterion]campaign.CriterionAnswer{}}
	if own := c.JudgedBy(v.user.ID); own != nil {
		p.Answers = own.Answers
	}
	return p, nil
}

func (s *outcomePages) askJudge(v *visit) error {
	p, err := s.judgePage(v)
	if err != nil {
		return err
	}
	return v.show("coverage_judge", p)
}

func (s *outcomePages) judge(v *visit) error {
	p, err := s.judgePage(v)
	if err != nil {
		return err
	}
	p.Answers = map[campaign.Criterion]campaign.CriterionAnswer{}
	for _, of := range campaign.Criteria {
		p.Answers[of] = oneOf(v.PostForm(string(of)), campaign.CriterionAnswers)
	}
	v.auditDetail(p.Piece.Outlet)
	if err := s.store.JudgeCoverage(v.ctx(), p.Piece.ID, p.Answers); err != nil {
		return v.refused(gone(err, "coverage"), "coverage_judge", p)
	}
	return v.done("/coverage", "Your judgement is noted.")
}

// judgedPage shows how coverage was judged, all together, and before and after a training.
type judgedPage struct {
	Page
	Pieces        []campaign.Coverage
	Whole         campaign.CoverageQuality
	Before, After campaign.CoverageQuality
	Training      *campaign.Activity // nil when none is chosen
	Trainings     []templates.Option
}

// mostJudged is how many pieces are shown and counted, the latest.
const mostJudged = campaign.MaxReportRuns

func (s *outcomePages) judged(v *visit) error {
	p := &judgedPage{Page: v.page("reports", "How coverage was judged")}
	var err error
	if p.Pieces, err = s.store.FindCoverage(v.ctx(), store.OutcomeFilter{}, mostJudged); err != nil {
		return err
	}
	p.Whole = campaign.JudgeTogether(p.Pieces)
	held, err := s.store.FindActivities(v.ctx(), store.OutcomeFilter{}, mostJudged)
	if err != nil {
		return err
	}
	p.Trainings = []templates.Option{{Label: v.say("None")}}
	for i := range held {
		if a := &held[i]; a.Kind == campaign.Training {
			p.Trainings = append(p.Trainings, templates.Option{Value: a.ID, Label: p.Day(a.Day) + " " + a.Name})
			if a.ID == v.Query("training") {
				p.Training = a
			}
		}
	}
	if p.Training != nil {
		before, after := campaign.AroundTraining(p.Pieces, p.Training.Day)
		p.Before, p.After = campaign.JudgeTogether(before), campaign.JudgeTogether(after)
	}
	return v.show("coverage", p)
}

// Day shows a day that is stored without a zone.
func (p *judgedPage) Day(t time.Time) string { return language.ShortDate(p.Language, t) }

// Chosen is the training that is on.
func (p *judgedPage) Chosen() string {
	if p.Training == nil {
		return ""
	}
	return p.Training.ID
}

// Mine reports whether the user has judged a piece, and Full whether others have judged it enough.
func (p *judgedPage) Mine(c campaign.Coverage) bool { return c.JudgedBy(p.User.ID) != nil }
func (p *judgedPage) Full(c campaign.Coverage) bool {
	return !p.Mine(c) && len(c.Judgements) >= campaign.MostJudges
}

// qualityRow is a criterion over all pieces and, where a training is chosen, before and after it.
type qualityRow struct {
	Criterion            campaign.Criterion
	Whole, Before, After campaign.CriterionCount
}

// Rows are the criteria with what was found.
func (p *judgedPage) Rows() []qualityRow {
	of := func(q campaign.CoverageQuality, i int) campaign.CriterionCount {
		if i < len(q.Counts) {
			return q.Counts[i]
		}
		return campaign.CriterionCount{}
	}
	rows := make([]qualityRow, len(campaign.Criteria))
	for i, c := range campaign.Criteria {
		rows[i] = qualityRow{c, of(p.Whole, i), of(p.Before, i), of(p.After, i)}
	}
	return rows
}

// Found says how often a criterion was met.
func (p *judgedPage) Found(c campaign.CriterionCount) string {
	if c.Of == 0 {
		return "–"
	}
	return p.say("%s (%d of %d)", templates.Percent(p.Language, c.Met, c.Of), c.Met, c.Of)
}

// Agreement says how far two readers judged alike; "" where no piece was judged by two.
func (p *judgedPage) Agreement(q campaign.CoverageQuality) string {
	switch {
	case q.ByTwo == 0:
		return ""
	case !q.KappaKnown:
		return p.say("Two readers judged %d pieces, and said the same in %s of the answers.", q.ByTwo, templates.Percent(p.Language, q.Alike, q.Answers))
	}
	return p.say("Two readers judged %d pieces, and said the same in %s of the answers. Beyond chance their agreement is %s (Cohen's kappa, 1 at most).", q.ByTwo, templates.Percent(p.Language, q.Alike, q.Answers),
		language.Decimal(p.Language, q.Kappa, 2))
}
