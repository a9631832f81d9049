package report

import (
	"cmp"
	"encoding/base64"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// builder puts the figures of one report into sections and tables.
type builder struct {
	*Model
	report *campaign.Report
}

// What a chart shows at most; all rows are in the annex.
const (
	chartGroups   = 10
	chartMailings = 12
)

func (b *builder) build() {
	b.Sections = append(b.Sections, b.glance(), b.audience(), b.reading())
	if len(b.report.Lists) > 0 {
		b.Sections = append(b.Sections, b.growth())
	}
	if len(b.report.Activities)+len(b.report.Coverage) > 0 {
		b.Sections = append(b.Sections, b.outcomes())
	}
	if len(b.report.Helplines) > 0 {
		b.Sections = append(b.Sections, b.helplines())
	}
	b.Sections = append(b.Sections, b.method())
	b.Annex = []Table{
		b.mailings(), b.notReached(),
		b.readingTable("opened", campaign.Textf("Opened"), func(f *campaign.Figures) campaign.Verdicts { return f.Opened }),
		b.readingTable("clicked", campaign.Textf("Clicked"), func(f *campaign.Figures) campaign.Verdicts { return f.Clicked }),
	}
	for _, g := range b.audiences() {
		b.Annex = append(b.Annex, b.groups(g))
	}
	b.Annex = append(b.Annex, b.topics(), b.lists(), b.activities(), b.coverage(), b.quality(), b.helplineTable(), b.readers())
	b.Annex = slices.DeleteFunc(b.Annex, func(t Table) bool { return len(t.Rows) == 0 })
}

// glance is what the report says first: every figure with what it means.
func (b *builder) glance() Section {
	t := &Table{Name: "summary", Title: b.say("All figures together"), Columns: b.heads(campaign.Textf("Figure"), campaign.Textf("Number"), campaign.Textf("What it means"))}
	f := b.report.Total
	t.Rows = append(t.Rows, []any{b.say("Mailings"), int64(len(b.report.Runs)), b.say("Runs of campaigns that went out.")})
	for _, m := range campaign.FigureMeanings {
		t.Rows = append(t.Rows, []any{b.words(m.Name), m.Count(&f), b.words(m.Meaning)})
	}
	for _, v := range []struct {
		did     campaign.Text
		figures campaign.Verdicts
	}{{campaign.Textf("Opened: %s"), f.Opened}, {campaign.Textf("Clicked: %s"), f.Clicked}} {
		for _, m := range campaign.ReadingMeanings {
			t.Rows = append(t.Rows, []any{b.say(v.did.Format, m.Name), m.Count(v.figures), b.words(m.Meaning)})
		}
	}
	for _, m := range campaign.PartingMeanings {
		t.Rows = append(t.Rows, []any{b.words(m.Name), m.Count(&f), b.words(m.Meaning)})
	}
	s := Section{Title: b.say("At a glance"), Table: t}
	if b.report.Cut {
		s.Texts = append(s.Texts, b.say("There is more than one report can hold: it tells of the first %d mailings alone.", int64(campaign.MaxReportRuns)))
	}
	if len(b.report.Runs) == 0 {
		s.Texts = append(s.Texts, b.say("Nothing went out."))
	}
	return s
}

// reading shows what is known to have been read, with what is certain beside what was accepted.
func (b *builder) reading() Section {
	s := Section{Title: b.say("What is known to have been read"), Texts: []string{
		b.say("An open proves little and its absence proves nothing, because many mail programs load pictures unasked, and others never. The numbers below are what is certain, not how many read it."),
	}}
	runs := b.report.Runs[max(0, len(b.report.Runs)-chartMailings):]
	chart := Chart{Title: b.say("Accepted, opened and clicked, by mailing"), Names: b.heads(campaign.Textf("Accepted"), campaign.Textf("Opened, readers at least"), campaign.Textf("Clicked, readers at least"))}
	for _, r := range runs {
		label := b.Show(Day(r.At.In(b.Zone))) + " " + cmp.Or(r.Release, r.Campaign)
		chart.Rows = append(chart.Rows, ChartRow{label, []int64{r.Figures.Accepted, r.Figures.Opened.People, r.Figures.Clicked.People}})
	}
	if len(chart.Rows) > 0 {
		s.Charts = append(s.Charts, chart)
	}
	return s
}

// outcomes tells what came of it, as the team typed it in. Reach is not added up: nobody knows who is in the reach of two outlets.
func (b *builder) outcomes() Section {
	s := Section{Title: b.say("Events and coverage")}
	if n := len(b.report.Activities); n > 0 {
		s.Texts = append(s.Texts, b.say("%d events were held.", int64(n)))
	}
	if n := len(b.report.Coverage); n > 0 {
		s.Texts = append(s.Texts, b.say("%d pieces of coverage are on record.", int64(n)), b.say("Reach is what an outlet states of itself. It is not how many read the piece, and it is not added up."))
		chart := Chart{Title: b.say("Coverage by tone, as the team judged it"), Names: []string{b.say("Pieces")}}
		for _, tone := range append(slices.Clone(campaign.Tones), "") {
			var n int64
			for _, c := range b.report.Coverage {
				if c.Tone == tone {
					n++
				}
			}
			if n > 0 {
				chart.Rows = append(chart.Rows, ChartRow{b.tone(tone), []int64{n}})
			}
		}
		s.Charts = append(s.Charts, chart)
	}
	return s
}

func (b *builder) helplines() Section {
	chart := Chart{Title: b.say("Calls and messages to helplines, by month"), Names: b.heads(campaign.Textf("Calls"), campaign.Textf("Messages"))}
	for _, h := range slices.Backward(b.report.Helplines[:min(len(b.report.Helplines), 2*chartMailings)]) {
		chart.Rows = append(chart.Rows, ChartRow{b.month(h.Month) + " " + h.Helpline, []int64{h.Calls, h.Messages}})
	}
	return Section{Title: b.say("Helplines"), Texts: []string{b.say("These are totals that the operators of the helplines gave. That calls rise after a mailing does not prove that it is why.")}, Charts: []Chart{chart}}
}

// method says how the figures came about, for whoever has to rely on them.
func (b *builder) method() Section {
	r := b.report
	texts := []campaign.Text{
		campaign.Textf("All figures are counted over the record of every single message and over what came back; nothing is estimated."),
		campaign.Textf("“Accepted” means that the reader's mail server took the message, not that a person saw it."),
		campaign.LaterReturns(),
		campaign.Textf("An open is known by a picture that the message loads, a click by its link. Both are told apart into those by people, those by machines such as scanners, and those of which it is unclear."),
		campaign.Textf("“Readers, at least” is what is certain: readers who cannot be told apart count as one in each mailing. Over several mailings it is added up, so that one person can count more than once."),
		campaign.Textf("Readers whose reading is not counted, by their own wish or by the rules of their list, are in what went out and not in what was read."),
		campaign.Textf("Kind, language, place, lists and outlet are those on record when the figures were counted."),
	}
	if r.Named {
		texts = append(texts, campaign.Textf("Readers who agreed to be recognised and are known to have read are named, because somebody who has the right to it asked for their names; that is on record. They are those on record when the names were asked for."))
	} else {
		texts = append(texts, campaign.Textf("No reader and no journalist is named in this report."))
	}
	if r.Overrides > 0 {
		texts = append(texts, campaign.Textf("Words that the writing check advises against went out %d times, each with a reason on record.", r.Overrides))
	}
	if len(r.Activities)+len(r.Coverage)+len(r.Helplines) > 0 {
		texts = append(texts, campaign.Textf("Events, coverage and totals of helplines were typed in by the team."))
	}
	counted := campaign.Moment(r.Counted.In(b.Zone))
	switch {
	case r.Closed:
		texts = append(texts, campaign.Textf("A mailing belongs to the day it was due. What readers did until %s counts. The figures were counted on %s and stay as they are.", b.day(r.Until.Add(campaign.ReportSettles-time.Hour)), counted))
	default:
		texts = append(texts, campaign.Textf("The figures were counted on %s and can still change.", counted))
	}
	return Section{Title: b.say("How the figures were counted"), Texts: campaign.Collect(texts, func(t campaign.Text) string { return templates.Sentence(b.Language, t) })}
}

func (b *builder) mailings() Table {
	t := Table{Name: "mailings", Title: b.say("Mailings"), Columns: b.heads(campaign.Textf("Day"), campaign.Textf("Campaign"), campaign.Textf("Release"), campaign.Textf("Audience"),
		campaign.Textf("Accepted"), campaign.Textf("Failed"), campaign.Textf("Returned"), campaign.Textf("Came back"))}
	for _, r := range b.report.Runs {
		f := r.Figures
		t.Rows = append(t.Rows, []any{b.dayOf(&r), r.Campaign, r.Release, f.Audience, f.Accepted, f.Failed, f.Returned, f.CameBack})
	}
	return t
}

// notReached is what else became of the mailings' messages: in one table with the rest it would be too wide for a page.
func (b *builder) notReached() Table {
	t := Table{Name: "left_out", Title: b.say("Left out, interrupted, and who left"), Sheet: b.say("Left out"), Columns: b.heads(campaign.Textf("Day"), campaign.Textf("Campaign"),
		campaign.Textf("Blocked"), campaign.Textf("Left out"), campaign.Textf("Interrupted"), campaign.Textf("Waiting"), campaign.Textf("Left"), campaign.Textf("Reported as spam"))}
	for _, r := range b.report.Runs {
		f := r.Figures
		t.Rows = append(t.Rows, []any{b.dayOf(&r), r.Campaign, f.Blocked, f.LeftOut, f.Interrupted, f.Waiting, f.Unsubscribed, f.Complained})
	}
	return t
}

// readingTable is what is known of opens, or of clicks.
func (b *builder) readingTable(name string, title campaign.Text, of func(*campaign.Figures) campaign.Verdicts) Table {
	t := Table{Name: name, Title: b.words(title), Columns: b.heads(campaign.Textf("Day"), campaign.Textf("Campaign"), campaign.Textf("Accepted"),
		campaign.Textf("Readers, at least"), campaign.Textf("Readers, at most"), campaign.Textf("By people"), campaign.Textf("By machines"), campaign.Textf("Unclear")),
		Note: b.say("At most as many readers as were reached, if every open or click that no machine did was by another one.")}
	for _, r := range b.report.Runs {
		v := of(&r.Figures)
		least, most := r.Figures.Range(v)
		t.Rows = append(t.Rows, []any{b.dayOf(&r), r.Campaign, r.Figures.Accepted, least, most, v.Times, v.Machines, v.Unknown})
	}
	return t
}

// dayOf is the day on which a mailing was due.
func (b *builder) dayOf(r *campaign.ReportRun) Day { return Day(r.At.In(b.Zone)) }

func (b *builder) activities() Table {
	t := Table{Name: "events", Title: b.say("Events"), Columns: b.heads(campaign.Textf("Day"), campaign.Textf("Kind"), campaign.Textf("Name"), campaign.Textf("Place"), campaign.Textf("People who took part"))}
	for _, a := range b.report.Activities {
		t.Rows = append(t.Rows, []any{Day(a.Day), templates.Label(b.Language, a.Kind), a.Name, a.Place, known(a.People)})
	}
	return t
}

// quality is how coverage was judged, all pieces together.
func (b *builder) quality() Table {
	q := b.report.Quality
	t := Table{Name: "quality", Title: b.say("Coverage as the team judged it, all pieces together"), Sheet: b.say("What coverage was judged by"), Columns: b.heads(campaign.Textf("What coverage was judged by"), campaign.Textf("Found"), campaign.Textf("Answers"), campaign.Textf("Share"))}
	for _, c := range q.Counts {
		t.Rows = append(t.Rows, []any{templates.Label(b.Language, c.Criterion), c.Met, c.Of, Share(float64(c.Met) / float64(max(1, c.Of)))})
	}
	switch percent := templates.Percent(b.Language, q.Alike, q.Answers); {
	case q.KappaKnown:
		t.Note = b.say("Two readers judged %d pieces, and said the same in %s of the answers. Beyond chance their agreement is %s (Cohen's kappa, 1 at most).", q.ByTwo, percent, language.Decimal(b.Language, q.Kappa, 2))
	case q.ByTwo > 0:
		t.Note = b.say("Two readers judged %d pieces, and said the same in %s of the answers.", q.ByTwo, percent)
	}
	return t
}

func (b *builder) coverage() Table {
	t := Table{Name: "coverage", Title: b.say("Coverage"), Columns: b.heads(campaign.Textf("Day"), campaign.Textf("Outlet"), campaign.Textf("Headline"), campaign.Textf("Tone"), campaign.Textf("Reach"), campaign.Textf("Link"))}
	for _, c := range b.report.Coverage {
		t.Rows = append(t.Rows, []any{Day(c.Day), c.Outlet, c.Title, b.tone(c.Tone), known(c.Reach), c.Link})
	}
	return t
}

func (b *builder) helplineTable() Table {
	t := Table{Name: "helplines", Title: b.say("Helplines"), Columns: b.heads(campaign.Textf("Month"), campaign.Textf("Helpline"), campaign.Textf("Calls"), campaign.Textf("Messages"), campaign.Textf("Source"))}
	for _, h := range b.report.Helplines {
		t.Rows = append(t.Rows, []any{Day(h.Month), h.Helpline, h.Calls, h.Messages, h.Source})
	}
	return t
}

// readers are the readers who are named, where somebody asked for it.
func (b *builder) readers() Table {
	t := Table{Name: "readers", Title: b.say("Readers who are known to have read"), Columns: b.heads(campaign.Textf("Day"), campaign.Textf("Campaign"), campaign.Textf("person: Name"), campaign.Textf("Outlet"), campaign.Textf("Clicked"))}
	for _, r := range b.report.Readers {
		clicked := b.say("no")
		if r.Clicked {
			clicked = b.say("yes")
		}
		t.Rows = append(t.Rows, []any{Day(r.At.In(b.Zone)), r.Campaign, r.Name, r.Outlet, clicked})
	}
	if len(t.Rows) == campaign.MaxReportReaders {
		t.Note = b.say("Only the first %d are named.", int64(campaign.MaxReportReaders))
	}
	return t
}

// known is a number that was typed in, and nothing where it was not.
func known(n int64) any {
	if n == 0 {
		return ""
	}
	return n
}

func (b *builder) month(t time.Time) string { return t.Format("2006-01") }

func (b *builder) tone(t campaign.Tone) string {
	if t == "" {
		return b.say("Not judged")
	}
	return templates.Label(b.Language, t)
}

func encoded(data []byte) string { return base64.StdEncoding.EncodeToString(data) }
