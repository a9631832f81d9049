package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/templates"
)

// runPages are the pages about what was sent: figures and recipients.
type runPages struct {
	*panel
	store     runStore
	campaigns *campaignPages
}

type runStore interface {
	armStore
	readingStore
	usualStore
	warmStore
	EachRecipient(ctx context.Context, r *campaign.Run, f store.RecipientFilter, fn func([]campaign.Delivery) error) error
	EventsOfDeliveries(ctx context.Context, ids []string) (map[string][]campaign.Event, error)
	FindDeliveries(ctx context.Context, run string, state campaign.DeliveryState, p store.Page) ([]campaign.Delivery, string, error)
	FindHolds(ctx context.Context) ([]campaign.Hold, error)
	FindReaders(ctx context.Context, run string, did campaign.EventKind, p store.Page) ([]campaign.Delivery, string, error)
	FindRecipients(ctx context.Context, r *campaign.Run, f store.RecipientFilter, p store.Page) ([]campaign.Delivery, string, error)
	FindRuns(ctx context.Context, campaignID string, tests bool, p store.Page) ([]campaign.Run, string, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
	GetProgress(ctx context.Context, run string) (campaign.Progress, error)
	GetRun(ctx context.Context, id string) (campaign.Run, error)
	LookDeliveries(ctx context.Context, r *campaign.Run) (campaign.Figures, error) // without what readers did
	LookDomains(ctx context.Context, r *campaign.Run) (store.Table[store.DomainCount], error)
	LookFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	LookLinks(ctx context.Context, r *campaign.Run) (map[int]int64, error)
	LookReasons(ctx context.Context, r *campaign.Run, state campaign.DeliveryState) (store.Table[store.ReasonCount], error)
	NextDeferred(ctx context.Context, run string) (time.Time, error)
	PastFigures(ctx context.Context, r *campaign.Run) (campaign.Figures, error)
	Resend(ctx context.Context, runID string, from campaign.DeliveryState) (int64, error)
	RetryFailed(ctx context.Context, runID string, f store.RecipientFilter, dead bool) (n int64, err error)
}

// runResults is everything that is known about one run.
type runResults struct {
	readingView
	Run         campaign.Run
	Edition     edition.Edition
	Figures     campaign.Figures
	Progress    campaign.Progress
	Failed      []reasonLine
	Skipped     []reasonLine
	FailedMore  *notShown
	SkippedMore *notShown
	Domains     []store.DomainCount
	DomainsMore *notShown
	Links       []linkCount
	Labels      []string
	Curve       []templates.Series
	Usual       []templates.Series // opens so far, and the median of the last ten; none with too little past
	UsualOf     int                // runs that are its median
	Interrupted []campaign.Delivery
	ABTest      *abShown // nil without one
	Holds       []campaign.Hold
	WaitsUntil  time.Time     // when the first of what was put off goes; zero for none
	WarmUp      campaign.Text // when what waits leaves, where the sender's domain is being warmed up
	Now         time.Time
}

// Live reports whether the run is still going on, Moving whether it is or may go on.
func (r *runResults) Live() bool   { return r.Run.State == campaign.Sending }
func (r *runResults) Moving() bool { return r.Live() || r.Run.State == campaign.PausedRun }

// Counted is when the figures were counted that are the oldest; zero where they are those of this moment.
func (r *runResults) Counted() time.Time {
	at := r.Figures.AsOf
	if r.Broken != nil && !r.Broken.AsOf.IsZero() && (at.IsZero() || r.Broken.AsOf.Before(at)) {
		at = r.Broken.AsOf
	}
	return at
}

// Left is how long it will take at the present rate; none when that is unknown.
func (r *runResults) Left() campaign.Text {
	switch d := r.Progress.Left(r.Figures.States); {
	case d <= 0:
		return campaign.Text{}
	case d < time.Minute:
		return campaign.Textf("Less than a minute is left.")
	case d < time.Hour:
		return campaign.Textf("About %d minutes are left.", int(d.Minutes())+1)
	default:
		return campaign.Textf("About %d hours are left.", int(d.Hours())+1)
	}
}

// Rate is the present rate, and Average that since the senders began.
func (r *runResults) Rate() campaign.Text    { return perSecond(r.Progress.PerSecond) }
func (r *runResults) Average() campaign.Text { return perSecond(r.Progress.Average) }

// Allowed is the pace that is set; none where none is.
func (r *runResults) Allowed() campaign.Text { return perSecond(r.Progress.Pace) }

// Stuck is why nothing goes out just now, and Why what the program said when it stopped the run.
func (r *runResults) Stuck() campaign.Text { return campaign.OwnWords(r.Progress.Trouble) }
func (r *runResults) Why() campaign.Text   { return campaign.OwnWords(r.Run.Reason) }

// Words puts stored words into a Text.
func (r *runResults) Words(stored string) campaign.Text { return campaign.OwnWords(stored) }

// RunOfHolds is the run that the form of a held provider leads back to.
func (r *runResults) RunOfHolds() string { return r.Run.ID }

// stateCount is how many deliveries are in one state.
type stateCount struct {
	State campaign.DeliveryState
	Count int64
}

// StateCounts are the states that occur, in their order.
func (r *runResults) StateCounts() (out []stateCount) {
	for _, state := range campaign.DeliveryStates {
		if n := r.Figures.States[state]; n > 0 {
			out = append(out, stateCount{State: state, Count: n})
		}
	}
	return out
}

func perSecond(rate float64) campaign.Text {
	switch {
	case rate <= 0:
		return campaign.Text{}
	case rate < 10 && rate != float64(int(rate)):
		return campaign.Textf("%s a second", rate) // %s: a language has its own decimal sign
	}
	return campaign.Textf("%s a second", int64(rate+0.5))
}

// Range writes a rate as the range between what is certain and what it would be if everything not done by a machine was done by
// another reader (F-20).
func (p *runPage) Range(v campaign.Verdicts) string { return p.rangeOf(p.Figures, v) }

func (p *Page) rangeOf(f campaign.Figures, v campaign.Verdicts) string {
	least, most := f.Range(v)
	low, high := templates.Percent(p.Language, least, f.Accepted), templates.Percent(p.Language, most, f.Accepted)
	if low == high {
		return low
	}
	return p.say("%s to %s", low, high)
}

// MostLinks is the count of the link followed most, for the bars.
func (r *runResults) MostLinks() int64 {
	most := int64(1)
	for _, l := range r.Links {
		most = max(most, l.Times)
	}
	return most
}

// Tracks reports whether any open or click is on record.
func (r *runResults) Tracks() bool { return r.Figures.Opened.Any() || r.Figures.Clicked.Any() }

// readingRow is a row of the table of opens and clicks.
type readingRow struct {
	campaign.Verdicts
	Link  string // to the readers who are known
	Share string
}

// Row is the row of one kind of reading.
func (p *runPage) Row(did string) readingRow {
	of := p.Figures.Opened
	if did == "clicked" {
		of = p.Figures.Clicked
	}
	return readingRow{Verdicts: of, Link: p.Readers(did), Share: p.Range(of)}
}

type runPage struct {
	campaignPage
	runResults
	Runs    []runRow          // of the campaign, the latest first
	Results bool              // stands on the campaign's Results tab
	Part    string            // of what is known: "" the results, readers, letter, server
	Shown   campaign.Language // version of the letter
	Judged  *opens.Classifier // tells people from machines
	Paging  paging
}

// Recipients returns the address of the table of a state.
func (p *runPage) Recipients(state string) string {
	address := "/runs/" + p.Run.ID + "/recipients"
	if state != "" {
		address += "?state=" + url.QueryEscape(state)
	}
	return address
}

// Because returns the address of the table of those who are in a state for a reason.
func (p *runPage) Because(state string, why reasonLine) string {
	if why.Stored == "" {
		return p.Recipients(state)
	}
	return p.Recipients(state) + "&reason=" + url.QueryEscape(why.Stored)
}

// Sheet is the balance sheet of the run.
func (r *runResults) Sheet() campaign.Balance { return r.Run.Balance(r.Figures) }

// ToTryAgain is how many of the failed go again at one press: not those to addresses that do not work.
func (r *runResults) ToTryAgain() int64 { return r.Figures.Failed - r.Figures.Returned }

// Readers returns the address of the table of readers who are known to have done something.
func (p *runPage) Readers(did string) string {
	return "/runs/" + p.Run.ID + "/recipients?did=" + url.QueryEscape(did)
}

// runRow is one run of a campaign in the list of its runs.
type runRow struct {
	campaign.Run
	Figures campaign.Figures
}

// ofCampaign is the fifth tab: the last run, and the list of all where there are several.
func (s *runPages) ofCampaign(v *visit) error {
	base, err := s.campaigns.tab(v, "results")
	if err != nil {
		return err
	}
	v.auditDetail(base.Campaign.Name)
	p := runPage{campaignPage: base, Results: true}
	found, next, err := s.store.FindRuns(v.ctx(), base.Campaign.ID, false, store.Page{After: v.Query("after"), Limit: 20})
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	if len(found) == 0 {
		return v.show("campaign_results", &p)
	}
	// Runs for those who joined later are short: once they have ended, the campaign's results are those of the run before.
	shown := max(0, slices.IndexFunc(found, func(r campaign.Run) bool { return r.ID == base.Campaign.LastRun }))
	if p.runResults, err = s.results(v, found[shown]); err != nil {
		return err
	}
	for _, r := range found {
		f := p.Figures
		if r.ID != p.Run.ID {
			if f, err = s.store.PastFigures(v.ctx(), &r); err != nil {
				return err
			}
		}
		p.Runs = append(p.Runs, runRow{Run: r, Figures: f})
	}
	return v.show("campaign_results", &p)
}

// show shows one run of a campaign, or a test.
func (s *runPages) show(v *visit) error {
	if v.Query("state") != "" {
		return v.seeOther("/runs/" + v.Param("id") + "/recipients?" + v.Request.URL.RawQuery)
	}
	p, err := s.runPage(v)
	if err != nil {
		return err
	}
	v.auditDetail(p.Campaign.Name)
	return v.show("run", p)
}

func (s *runPages) runPage(v *visit) (*runPage, error) {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return nil, gone(err, "run")
	}
	c, err := s.store.GetCampaign(v.ctx(), r.Campaign)
	if err != nil {
		return nil, gone(err, "campaign")
	}
	p := &runPage{campaignPage: campaignPage{Page: v.page("campaigns", "%s", c.Name), Campaign: c, Tab: "results"}}
	p.runResults, err = s.results(v, r)
	return p, err
}

// progress sends the moving part of a run's page. Once the run is in another state the browser must load the whole page again;
// nothing is sent while a run that has ended is as the page shows it.
func (s *runPages) progress(v *visit) error {
	r, err := s.store.GetRun(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "run")
	}
	if seen := campaign.State(v.Query("seen")); r.State != cmp.Or(seen, campaign.Sending) {
		address := "/runs/" + r.ID
		if v.Query("tab") == "results" {
			address = "/campaigns/" + r.Campaign + "/results"
		}
		v.Header("HX-Redirect", address)
	} else if r.State.Ended() {
		v.Status(http.StatusNoContent)
		return nil
	}
	p := runPage{campaignPage: campaignPage{Page: v.page("", "")}}
	p.URL = &url.URL{Path: "/runs/" + r.ID} // the whole page, not this part
	p.Campaign.ID, p.Results = r.Campaign, v.Query("tab") == "results"
	if p.runResults, err = s.progressOf(v, r); err != nil {
		return err
	}
	return v.showPart("run", "run-progress", &p)
}

// progressOf returns how far a run has come.
func (s *runPages) progressOf(v *visit, r campaign.Run) (runResults, error) {
	out := runResults{Run: r, Now: s.Now()}
	var err error
	if out.Figures, err = s.store.LookFigures(v.ctx(), &r); err != nil {
		return out, err
	}
	if out.Figures.Waiting > 0 {
		if out.WaitsUntil, err = s.store.NextDeferred(v.ctx(), r.ID); err != nil {
			return out, err
		}
		out.WaitsUntil = unlessUndecided(out.WaitsUntil)
	}
	if !out.Live() {
		return out, nil
	}
	if out.Holds, err = s.store.FindHolds(v.ctx()); err != nil {
		return out, err
	}
	if r.IsMailing() {
		waiting := out.Figures.Waiting
		w, err := warmthOf(v.ctx(), s.store, &v.set, r.Sender, r.ID, r.Priority, waiting, out.Now, homeZone(v))
		if err != nil {
			return out, err
		}
		if w != nil {
			out.WarmUp = w.underWay(waiting)
		}
	}
	out.Progress, err = s.store.GetProgress(v.ctx(), r.ID)
	return out, err
}

// resend puts the failed or interrupted deliveries of a run back into the queue.
func (s *runPages) resend(v *visit) error {
	from := campaign.DeliveryState(v.PostForm("from"))
	n, err := s.store.Resend(v.ctx(), v.Param("id"), from)
	if err != nil {
		return s.tooLate(v, err)
	}
	s.Wake()
	if n == 0 {
		return v.done("/runs/"+v.Param("id"), "There was nothing left to send again.")
	}
	return v.done("/runs/"+v.Param("id"), "%d messages go again, under the same Message-ID.", n)
}

// tooLate shows the run as it is when a step is refused.
func (s *runPages) tooLate(v *visit, err error) error {
	status := stepRefused(err)
	if status == 0 {
		return gone(err, "run")
	}
	p, pageErr := s.runPage(v)
	if pageErr != nil {
		return pageErr
	}
	p.Problem = templates.SentenceOf(v.language, err)
	return v.showAs(status, "run", p)
}

// Again reports whether messages of the run can be sent again.
func (r *runResults) Again() bool { return r.Run.State != campaign.Cancelled }

// ProgressPath is where the moving part is asked for.
func (p *runPage) ProgressPath() string {
	q := url.Values{"seen": {string(p.Run.State)}}
	if p.Results {
		q.Set("tab", "results")
	}
	return "/runs/" + p.Run.ID + "/progress?" + q.Encode()
}
