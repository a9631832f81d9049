package web

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// results returns what a run's page shows.
func (s *runPages) results(v *visit, r campaign.Run) (runResults, error) {
	out, err := s.progressOf(v, r)
	if err != nil {
		return out, err
	}
	ctx := v.ctx()
	if out.Edition, err = s.store.GetEdition(ctx, r.ID); campaign.UnlessMissing(err) != nil {
		return out, err
	}
	failed, err := s.store.LookReasons(ctx, &r, campaign.Failed)
	if err != nil {
		return out, err
	}
	skipped, err := s.store.LookReasons(ctx, &r, campaign.Skipped)
	if err != nil {
		return out, err
	}
	out.Skipped = reasonLines(skipped.Rows)
	out.SkippedMore = more(skipped, nil)
	rows, rest := shorten(failed.Rows, 8, func(c store.ReasonCount) int64 { return c.Count })
	out.Failed, out.FailedMore = reasonLines(rows), more(failed, rest)
	if out.Interrupted, _, err = s.store.FindDeliveries(ctx, r.ID, campaign.Interrupted, store.Page{Limit: 50}); err != nil {
		return out, err
	}
	if err := s.showABTest(v, &out); err != nil {
		return out, err
	}
	if err := s.countLinks(v, &out); err != nil {
		return out, err
	}
	if err := s.fillReading(v, &out); err != nil {
		return out, err
	}
	hours, err := s.store.LookHours(ctx, &r)
	if err != nil {
		return out, err
	}
	out.drawCurve(v, hours)
	return out, s.compareHours(v, &out, hours)
}

// reasonLine is how many deliveries have one reason, in words.
type reasonLine struct {
	Reason campaign.Text
	Stored string // as it stands with the deliveries; "" for none
	Count  int64
}

func reasonLines(counts []store.ReasonCount) []reasonLine {
	return campaign.Collect(counts, func(c store.ReasonCount) reasonLine {
		if c.Reason == "" {
			return reasonLine{campaign.Textf("no reason given"), "", c.Count}
		}
		return reasonLine{campaign.OwnWords(c.Reason), c.Reason, c.Count}
	})
}

// notShown is what a shortened table leaves out; nil when it shows all.
type notShown struct {
	Others   int   // rows
	Messages int64 // in them
}

// shorten returns the first rows, and the sum of the others.
func shorten[T any](rows []T, keep int, count func(T) int64) ([]T, *notShown) {
	if len(rows) <= keep {
		return rows, nil
	}
	more := notShown{Others: len(rows) - keep}
	for _, r := range rows[keep:] {
		more.Messages += count(r)
	}
	return rows[:keep], &more
}

// more adds to what a page leaves out of a table what was left out of it before; nil when it shows all.
func more[T any](t store.Table[T], rest *notShown) *notShown {
	if t.Others == 0 {
		return rest
	}
	out := notShown{t.Others, t.Messages}
	if rest != nil {
		out.Others, out.Messages = out.Others+rest.Others, out.Messages+rest.Messages
	}
	return &out
}

// InterruptedMore is how many interrupted messages are not listed by name.
func (r *runResults) InterruptedMore() int64 {
	return max(0, r.Figures.Interrupted-int64(len(r.Interrupted)))
}

// Taken is how many messages to a domain were taken, or -1 while more are going out.
func (r *runResults) Taken(d store.DomainCount) int64 {
	if r.Figures.States[campaign.Queued]+r.Figures.States[campaign.InFlight] > 0 {
		return -1
	}
	n := d.Total
	for _, other := range d.States {
		n -= other
	}
	return n
}

// linkCount is how often people followed one link.
type linkCount struct {
	Place int // its number in the letter, from 1
	URL   string
	Times int64
}

// countLinks lists the links of a run in the order of the text, with how often people followed each.
func (s *runPages) countLinks(v *visit, out *runResults) error {
	counts, err := s.store.LookLinks(v.ctx(), &out.Run)
	if err != nil {
		return err
	}
	for i, l := range out.Edition.Tracked {
		out.Links = append(out.Links, linkCount{Place: i + 1, URL: l.URL, Times: counts[i]})
	}
	return nil
}

// curveHours is how much of a run's life the curve shows.
const curveHours = 72

// drawCurve counts opens and clicks by people hour by hour from the start of the run, up to the last hour that has any.
func (r *runResults) drawCurve(v *visit, hours []store.HourlyCount) {
	start := r.Run.StartedAt.UTC().Truncate(time.Hour)
	last := -1
	opened, clicked := make([]int64, curveHours), make([]int64, curveHours)
	for _, h := range hours {
		i := int(h.Hour.Sub(start) / time.Hour)
		if i < 0 || i >= curveHours {
			continue
		}
		opened[i], clicked[i] = h.Opened, h.Clicked
		last = max(last, i)
	}
	if last < 0 {
		return
	}
	n := min(curveHours, max(last+1, 12))
	for i := range n {
		at := start.Add(time.Duration(i) * time.Hour).In(v.zone)
		r.Labels = append(r.Labels, language.Weekday(v.language, at)+at.Format(" 15:04"))
	}
	r.Curve = []templates.Series{{Name: v.say("Opened"), Values: opened[:n]}, {Name: v.say("Clicked"), Values: clicked[:n]}}
}

// machinery is the tab for administrators: where mail went, and how fast.
func (s *runPages) machinery(v *visit) error {
	p, err := s.lightPage(v, "server")
	if err != nil {
		return err
	}
	domains, err := s.store.LookDomains(v.ctx(), &p.Run)
	if err != nil {
		return err
	}
	rows, rest := shorten(domains.Rows, shownAll, func(c store.DomainCount) int64 { return c.Total })
	p.Domains, p.DomainsMore = rows, more(domains, rest)
	if !p.Live() {
		if p.Progress, err = s.store.GetProgress(v.ctx(), p.Run.ID); err != nil {
			return err
		}
	}
	p.Judged = s.Machines.Get()
	return v.show("run_server", p)
}

// letter is the page that shows the links of the letter where they stand.
func (s *runPages) letter(v *visit) error {
	p, err := s.lightPage(v, "letter")
	if err != nil {
		return err
	}
	if err := s.countLinks(v, &p.runResults); err != nil {
		return err
	}
	p.Shown = p.Edition.Release.Source
	if l := oneOf(v.Query("version"), p.Edition.Release.Available()); l != "" {
		p.Shown = l
	}
	return v.show("run_letter", p)
}

// Versions are those of the release that went out.
func (p *runPage) Versions() []campaign.Language { return p.Edition.Release.Available() }

// FollowersOf is the address of the readers known to have followed the link with a number from 1.
func (p *runPage) FollowersOf(link int) string {
	return p.Readers("clicked") + "&link=" + strconv.Itoa(link)
}

// letterFrame sends the letter with a mark at each link: its number and how often people followed it.
func (s *runPages) letterFrame(v *visit) error {
	e, err := s.store.GetEdition(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "run")
	}
	out := runResults{Edition: e}
	if out.Run, err = s.store.GetRun(v.ctx(), e.ID); err != nil {
		return gone(err, "run")
	}
	if err := s.countLinks(v, &out); err != nil {
		return err
	}
	var files []campaign.ContentFile
	for _, a := range e.Release.Attachments {
		f := campaign.ContentFile{Name: a.Name, MediaType: a.MediaType, Inline: a.Inline}
		if a.Inline {
			if f.Data, err = s.store.GetFile(v.ctx(), a.File); campaign.UnlessMissing(err) != nil {
				return err
			}
		}
		files = append(files, f)
	}
	l := campaign.Language(v.Query("version"))
	made, err := templates.Preview(&e, l, templates.ExampleContact(l), "Radio Example", files, templates.MediaOf(e.Pictures, ""), out.Run.StartedAt)
	if campaign.CodeOf(err) != "" {
		return previewFaults(v, err)
	}
	if err != nil {
		return err
	}
	marks := map[string]string{}
	for i, link := range out.Links {
		marks[link.URL] = fmt.Sprintf("%d: %d×", i+1, link.Times)
	}
	v.inFrame()
	v.Data(http.StatusOK, htmlType, []byte(templates.MarkLinks(seenIn(made.HTML, ""), marks)))
	return nil
}

// Day shows a day that is stored without a zone.
func (p *runPage) Day(t time.Time) string { return language.ShortDate(p.Language, t) }

// usualStore is what the page of a run asks about earlier runs.
type usualStore interface {
	LookHours(ctx context.Context, r *campaign.Run) ([]store.HourlyCount, error)
	PastHours(ctx context.Context, r *campaign.Run) ([]store.HourlyCount, error)
	FindLastRuns(ctx context.Context, state campaign.State, limit int) ([]campaign.Run, error)
}

// course is how often people had opened by the end of each hour of a run, for each message that was accepted.
type course [curveHours]float64

const (
	pastSearched = 60 // of the last runs, those before the one that is shown
	leastUsual   = 3  // runs that say what is usual
)

// sumHours adds the opens by people up from hour to hour.
func sumHours(start time.Time, hours []store.HourlyCount) (sums [curveHours]int64) {
	start = start.UTC().Truncate(time.Hour)
	for _, h := range hours {
		if i := int(h.Hour.Sub(start) / time.Hour); i >= 0 && i < curveHours {
			sums[i] += h.Opened
		}
	}
	for i := 1; i < curveHours; i++ {
		sums[i] += sums[i-1]
	}
	return sums
}

// compareHours holds the first hours of a run against the median of the last ten before it, as they would have gone with as many
// messages. Only runs that reached somebody and were opened say what is usual.
func (s *runPages) compareHours(v *visit, out *runResults, hours []store.HourlyCount) error {
	if len(out.Labels) == 0 || out.Figures.Accepted == 0 {
		return nil
	}
	runs, err := s.store.FindLastRuns(v.ctx(), campaign.Sent, pastSearched)
	if err != nil {
		return err
	}
	var past []course
	for i := range runs {
		if r := &runs[i]; len(past) < pastTen && r.ID != out.Run.ID && r.StartedAt.Before(out.Run.StartedAt) {
			c, err := s.courseOf(v.ctx(), r)
			if err != nil {
				return err
			}
			if c[curveHours-1] > 0 {
				past = append(past, c)
			}
		}
	}
	if len(past) < leastUsual {
		return nil
	}
	sums, n := sumHours(out.Run.StartedAt, hours), len(out.Labels)
	usual := make([]int64, n)
	for i := range n {
		shares := campaign.Collect(past, func(c course) float64 { return c[i] })
		usual[i] = int64(math.Round(campaign.Median(shares) * float64(out.Figures.Accepted)))
	}
	out.UsualOf = len(past)
	out.Usual = []templates.Series{{Name: v.say("This run"), Values: slices.Clone(sums[:n])}, {Name: v.say("Usual"), Values: usual}}
	return nil
}

// courseOf returns the course of an earlier run.
func (s *runPages) courseOf(ctx context.Context, r *campaign.Run) (c course, err error) {
	f, err := s.store.LookDeliveries(ctx, r)
	if err != nil || f.Accepted == 0 {
		return c, err
	}
	hours, err := s.store.PastHours(ctx, r)
	for i, n := range sumHours(r.StartedAt, hours) {
		c[i] = float64(n) / float64(f.Accepted)
	}
	return c, err
}

// phaseRow is how much of the connections' time a phase took, in words.
type phaseRow struct {
	Phase       campaign.Text
	Share, Each string
}

// phaseWords name the phases for people who never read a standard.
var phaseWords = map[string]campaign.Text{
	"connect": campaign.Textf("connecting"), "tls": campaign.Textf("TLS handshake"), "sign in": campaign.Textf("greeting and signing in"),
	"mail": campaign.Textf("the answer to the sender (MAIL)"), "rcpt": campaign.Textf("the answer to the recipient (RCPT)"),
	"data": campaign.Textf("the answer to DATA"), "message": campaign.Textf("handing the message over"), "answer": campaign.Textf("the answer to the message"),
	"waiting for the queue": campaign.Textf("waiting for the queue"), "keeping the pace": campaign.Textf("keeping the pace"), "store writes": campaign.Textf("writing into the database"),
}

// Slow are the phases that took most of the time.
func (p *runPage) Slow() (out []phaseRow) {
	r := &p.runResults
	for _, t := range r.Progress.Slowest() {
		each := t.Mean()
		words := each.Round(time.Millisecond).String()
		if each < 10*time.Millisecond {
			words = each.Round(10 * time.Microsecond).String()
		}
		phase, known := phaseWords[t.Phase]
		if !known {
			phase = campaign.Textf("%s", t.Phase)
		}
		out = append(out, phaseRow{Phase: phase, Share: language.Percent(p.Language, r.Progress.ShareOf(t)/100, 0), Each: words})
	}
	return out
}

// meaning says what a figure counts.
type meaning struct{ Name, Meaning campaign.Text }

// Meanings are what all figures of the page count.
func (r *runResults) Meanings() (out []meaning) {
	for _, m := range campaign.FigureMeanings {
		out = append(out, meaning{m.Name, m.Meaning})
	}
	for _, m := range campaign.ReadingMeanings {
		out = append(out, meaning{m.Name, m.Meaning})
	}
	for _, m := range campaign.PartingMeanings {
		out = append(out, meaning{m.Name, m.Meaning})
	}
	return out
}
