package main

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// campaignStatus is what “campaigns status --json” prints.
type campaignStatus struct {
	Campaign campaign.Campaign `json:"campaign"`
	State    campaign.State    `json:"state"`
	Words    string            `json:"schedule_in_words"`
	Trouble  string            `json:"store_trouble,omitempty"` // why nothing can be sent from this store
	Edition  *nextEdition      `json:"next_edition,omitempty"`
	Runs     []runStatus       `json:"runs"` // the latest first
}

// runStatus is how one run stands.
type runStatus struct {
	ID             string             `json:"id"`
	State          campaign.State     `json:"state"`
	Reason         string             `json:"reason,omitempty"`
	Trigger        campaign.Trigger   `json:"trigger"`
	Slot           time.Time          `json:"slot"`
	Started        time.Time          `json:"started_at"`
	Ended          time.Time          `json:"ended_at,omitzero"`
	Planned        bool               `json:"planned"` // the whole audience is known
	Failures       []reason           `json:"failures,omitempty"`
	Further        furtherReasons     `json:"further_failures,omitzero"` // of the kinds that are not among these
	Timed          []reason           `json:"timed,omitempty"`           // why some wait that were not tried yet
	LeftOutFor     []reason           `json:"left_out_for,omitempty"`    // why some are left out
	Retried        []reason           `json:"retried,omitempty"`         // what was said to those that are tried again
	FurtherRetried furtherReasons     `json:"further_retried,omitzero"`
	NextTry        time.Time          `json:"next_try_at,omitzero"`
	Left           float64            `json:"seconds_left,omitempty"`
	Average        float64            `json:"average_per_second,omitempty"` // messages taken, over the time the run took
	Progress       *campaign.Progress `json:"progress,omitempty"`           // what the programs at work say, while it is sending
	Holds          []campaign.Hold    `json:"holds,omitempty"`              // providers that refuse us, while it is sending
	ABTest         *abStatus          `json:"ab_test,omitempty"`
	campaign.Figures
	Balance     campaign.Balance `json:"balance"`
	BouncesRead bool             `json:"bounces_read"` // whether what comes back later is read, and so in came_back and blocked
}

// reason is why messages failed, and how many.
type reason struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

// furtherReasons are kinds of reasons that are not shown one by one, and how many messages failed by them.
type furtherReasons struct {
	Kinds int `json:"kinds"`
	Count int `json:"count"`
}

func campaignsStatusCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "status ID", Short: "Say how a campaign went, or goes", Args: cobra.ExactArgs(1),
		Long: `Say how a campaign stands: for each of its runs how many messages were
accepted by the mail server, failed, or wait, and why they failed; how many
readers certainly opened and clicked, how often people, machines and who is
unclear did, and how many left. Returned are those of the failed whose address
does not work; what came back later by mail is told apart. While it is sending, whichever program does so: the rate now and on average, the time left,
the connections, where their time goes, providers that refuse us, and what the
mail server said last.`,
		Example: "  glasnik campaigns status 2m3n4p5q6r7s8t9v\n  glasnik campaigns status 2m3n4p5q6r7s8t9v --json",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			s, err := in.status(ctx, args[0])
			if err != nil {
				return err
			}
			if p.asJSON {
				return p.sayJSON(s)
			}
			showStatus(in, s)
			return nil
		}),
	})
}

func (in *installation) status(ctx context.Context, id string) (campaignStatus, error) {
	c, err := in.campaign(ctx, id)
	if err != nil {
		return campaignStatus{}, err
	}
	s := campaignStatus{Campaign: c, State: c.State, Runs: []runStatus{}}
	words, err := in.planner.Describe(c.Schedule)
	if err != nil {
		return s, err
	}
	s.Words = words.String()
	if s.Edition, err = in.nextEdition(ctx, &c); err != nil {
		return s, err
	}
	if err := in.store.Installation.Ping(ctx); err != nil {
		s.Trouble = "the store cannot be written, sending waits for it: " + err.Error()
	} else if err := in.home.Check(ctx, false); err != nil {
		s.Trouble = err.Error()
	}
	for after := ""; ; {
		runs, next, err := in.store.Runs.FindRuns(ctx, id, false, store.Page{After: after})
		if err != nil {
			return s, err
		}
		for _, r := range runs {
			rs, err := in.runStatus(ctx, r)
			if err != nil {
				return s, err
			}
			s.Runs = append(s.Runs, rs)
		}
		if after = next; after == "" {
			return s, nil
		}
	}
}

func (in *installation) runStatus(ctx context.Context, r campaign.Run) (runStatus, error) {
	s := runStatus{
		ID: r.ID, State: r.State, Reason: r.Reason, Trigger: r.Trigger, Slot: r.Slot, Started: r.StartedAt, Ended: r.EndedAt, Planned: r.Planned,
		BouncesRead: in.cfg.readsReturns(),
	}
	var err error
	if s.Figures, err = in.store.Events.Figures(ctx, r.ID); err != nil {
		return s, err
	}
	s.Balance = r.Balance(s.Figures)
	if s.ABTest, err = abOf(ctx, in, &r); err != nil {
		return s, err
	}
	if s.States[campaign.Failed] > 0 {
		if s.Failures, s.Further, err = in.reasons(ctx, r.ID, campaign.Failed); err != nil {
			return s, err
		}
	}
	if s.States[campaign.Timed] > 0 {
		if s.Timed, _, err = in.reasons(ctx, r.ID, campaign.Timed); err != nil {
			return s, err
		}
	}
	if s.States[campaign.Skipped] > 0 {
		if s.LeftOutFor, _, err = in.reasons(ctx, r.ID, campaign.Skipped); err != nil {
			return s, err
		}
	}
	if s.States[campaign.Deferred] > 0 {
		if s.Retried, s.FurtherRetried, err = in.reasons(ctx, r.ID, campaign.Deferred); err != nil {
			return s, err
		}
	}
	if s.NextTry, err = in.store.Deliveries.NextDeferred(ctx, r.ID); err != nil {
		return s, err
	}
	if took := r.EndedAt.Sub(r.StartedAt); r.State == campaign.Sent && took > 0 {
		s.Average = math.Round(100*float64(s.Accepted)/took.Seconds()) / 100
	}
	if r.State != campaign.Sending {
		return s, nil
	}
	progress, err := in.store.Progress.GetProgress(ctx, r.ID)
	if err != nil {
		return s, err
	}
	s.Progress, s.Left = &progress, progress.Left(s.States).Seconds()
	s.Holds, err = in.store.Holds.FindHolds(ctx)
	return s, err
}

// reasons returns the most frequent reasons of a run's messages in a state, and how many more there are.
func (in *installation) reasons(ctx context.Context, run string, state campaign.DeliveryState) (out []reason, further furtherReasons, err error) {
	const shown = 5
	all, err := in.store.Recipients.CountReasons(ctx, run, state)
	for i, r := range all {
		if i < shown {
			out = append(out, reason{r.Reason, int(r.Count)})
			continue
		}
		further.Kinds++
		further.Count += int(r.Count)
	}
	return out, further, err
}

func showStatus(in *installation, s campaignStatus) {
	in.say("%s: %s, leaves %s", s.Campaign.Name, s.State, s.Words)
	if s.Trouble != "" {
		in.say("Trouble: %s", s.Trouble)
	}
	if s.Campaign.Note != "" {
		in.say("Note: %s", s.Campaign.Note)
	}
	if !s.Campaign.NextAt.IsZero() {
		in.say("Next: %s", in.showTime(s.Campaign.NextAt))
	}
	if a := s.Campaign.Approval; a.Open() {
		in.say("Approval: %d of %d, asked for by %s on %s", len(a.Approvals()), a.Asks, a.ByName, in.showTime(a.At))
	}
	if t := s.Campaign.ABTest; t != nil {
		in.say("A/B test of the %s: %d variants, %d %% of the readers, compared after %s", t.Of, t.Count(), t.Share, counted(t.Hours, "hour"))
	}
	if s.Campaign.HasEditions() {
		showEdition(in, s.Edition)
	}
	for _, r := range s.Runs {
		in.say("\nRun of %s: %s%s", in.showTime(r.Slot), r.State, because(r.Reason))
		in.say("  messages     %s", countWords(r.States))
		for _, f := range r.Failures {
			in.say("    %d failed: %s", f.Count, f.Reason)
		}
		if r.Further.Kinds > 0 {
			in.say("    %d failed for %d more kinds of reasons", r.Further.Count, r.Further.Kinds)
		}
		for _, f := range r.LeftOutFor {
			in.say("    %d left out: %s", f.Count, f.Reason)
		}
		for _, f := range r.Timed {
			in.say("    %d wait: %s", f.Count, f.Reason)
		}
		for _, f := range r.Retried {
			in.say("    %d tried again: %s", f.Count, f.Reason)
		}
		if r.FurtherRetried.Kinds > 0 {
			in.say("    %d tried again for %d more kinds of reasons", r.FurtherRetried.Count, r.FurtherRetried.Kinds)
		}
		if !r.NextTry.IsZero() {
			in.say("    next goes %s", in.showTime(r.NextTry))
		}
		in.say("  balance      %s", balanceWords(r.Balance))
		in.say("  accepted     %d of %d by the mail server", r.Accepted, r.Audience)
		in.say("  returned     %d of the failed. %s", r.Returned, campaign.LaterReturns())
		if r.CameBack+r.Blocked > 0 {
			in.say("  came back    %d of the accepted, and %d because of us", r.CameBack, r.Blocked)
		}
		in.say("  opened       %s", verdictWords(r.Opened))
		in.say("  clicked      %s", verdictWords(r.Clicked))
		in.say("  left         %d", r.Unsubscribed)
		showABTest(in, r.ABTest)
		if r.Complained > 0 {
			in.say("  complained   %d", r.Complained)
		}
		if r.Average > 0 {
			in.say("  rate         %.4g a second on average", r.Average)
		}
		if r.Progress != nil {
			showProgress(in, r)
		}
	}
}

// showProgress says how a run goes just now.
func showProgress(in *installation, r runStatus) {
	g := r.Progress
	if g.Senders == 0 {
		in.say("  now          no program is sending; “glasnik serve” takes it up when it runs")
		return
	}
	in.say("  now          %s; %.4g a second on average%s", describeProgress(r.States, *g), g.Average, paceWords(g.Pace))
	for _, s := range g.Servers {
		in.say("  connections  %d of %d open to %s%s", s.Open, s.Limit, s.Server, circuitWords(in, s))
	}
	var slow []string
	for _, t := range g.Slowest() {
		slow = append(slow, fmt.Sprintf("%s %.0f %% (%s each)", t.Phase, g.ShareOf(t), t.Mean().Round(10*time.Microsecond)))
	}
	if len(slow) > 0 {
		in.say("  time goes to %s", strings.Join(slow[:min(len(slow), 5)], ", "))
	}
	for _, h := range r.Holds {
		in.say("  held         %s takes no mail from us since %s, tried again %s: %d %s", h.ID, in.showTime(h.Since), in.showTime(h.Until), h.Code, h.Why)
	}
	for i, a := range g.Answers {
		if i == 0 || a.Text != g.Answers[i-1].Text {
			in.say("  last words   %s: %s", in.showTime(a.At), a.Text)
		}
	}
}

// balanceWords writes the balance sheet of a run in a line.
func balanceWords(b campaign.Balance) string {
	words := fmt.Sprintf("%d planned = %d accepted + %d failed + %d left out + %d interrupted", b.Planned, b.Accepted, b.Failed, b.LeftOut, b.Interrupted)
	if b.Waiting > 0 {
		words += fmt.Sprintf(" + %d waiting", b.Waiting)
	}
	switch {
	case b.Missing != 0:
		return words + fmt.Sprintf(" + %d missing: this does not add up", b.Missing)
	case !b.Closed:
		return words + "; it is open"
	}
	return words
}

func paceWords(perSecond float64) string {
	if perSecond == 0 {
		return ""
	}
	return fmt.Sprintf(", %.4g allowed", perSecond)
}

func circuitWords(in *installation, s campaign.ServerState) string {
	switch s.Circuit {
	case campaign.CircuitOpen:
		return ", left alone until " + in.showTime(s.Until) + ": " + s.Why
	case campaign.CircuitTrying:
		return ", being tried again: " + s.Why
	}
	return ""
}
