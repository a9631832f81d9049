package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// sendOptions is what “campaigns send” was told.
type sendOptions struct {
	wait              bool
	resendInterrupted bool
	retryFailed       bool
	emergency         string
}

func campaignsSendCommand(p *program) *cobra.Command {
	var o sendOptions
	cmd := &cobra.Command{
		Use: "send ID", Short: "Send a campaign now", Args: cobra.ExactArgs(1),
		Long: `Send a campaign now. First the mail server is tried: with the campaign's sender, and
without a message.

Without --wait the campaign is marked as due, and a running “glasnik serve” on the
same store sends it within a second or so.

With --wait this command sees it through to the end. With no server running it
does the sending itself; with one, they share the work on MongoDB, and on SQLite
one of them sends. Nobody is written to twice. Ctrl-C stops cleanly: what is on
the wire is finished and nothing is left unclear. The same command goes on where
it stopped.

Where a second person has to approve it first, only --emergency sends it without
one: with a reason, which all admins get in a mail.

The exit code is 0 when the run has ended, whatever became of single messages:
“campaigns status” says that. It is 1 when it has not ended.`,
		Example: `  glasnik campaigns send 2m3n4p5q6r7s8t9v --wait
  glasnik campaigns send 2m3n4p5q6r7s8t9v --wait --resend-interrupted`,
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			return send(ctx, in, args[0], o)
		}),
	}
	f := cmd.Flags()
	f.BoolVar(&o.wait, "wait", false, "see the run through to its end, sending where nobody else does")
	f.BoolVar(&o.resendInterrupted, "resend-interrupted", false, "send again what was interrupted in the last run")
	f.BoolVar(&o.retryFailed, "retry-failed", false, "try again what failed in the last run, apart from addresses that do not work")
	f.StringVar(&o.emergency, "emergency", "", "why it cannot wait for a second person's approval")
	return withJSON(p, cmd)
}

func send(ctx context.Context, in *installation, id string, o sendOptions) error {
	if err := in.home.Check(ctx, false); err != nil {
		return err
	}
	c, err := in.campaign(ctx, id)
	if err != nil {
		return err
	}
	if c, err = resend(ctx, in, c, o); err != nil {
		return err
	}
	if o.resendInterrupted {
		in.cfg.Interrupted = "resend" // what a program that was killed left is found out only when its leases are over
	}
	switch {
	case c.State == campaign.PausedRun:
		return campaign.Errorf(campaign.Conflict, "“%s” is paused%s; let it go on with: glasnik campaigns resume %s", c.Name, because(c.Note), c.ID)
	case c.State == campaign.Cancelled:
		return campaign.Errorf(campaign.Conflict, "“%s” was cancelled: make a new campaign", c.Name)
	case c.State == campaign.Sent:
		return reportRun(ctx, in, c.LastRun, "was sent already, nothing was done")
	}
	if err := in.anyServer(ctx, &c); err != nil {
		return fmt.Errorf("nothing was sent: %w", err)
	}
	if !o.wait {
		return leaveToServe(ctx, in, c, o)
	}
	run, err := in.begin(ctx, c, o)
	if err != nil {
		return err
	}
	return sendAndWatch(ctx, in, run, o)
}

// resend puts what failed or was interrupted back into the queue, when asked to.
func resend(ctx context.Context, in *installation, c campaign.Campaign, o sendOptions) (campaign.Campaign, error) {
	for _, again := range []struct {
		asked bool
		state campaign.DeliveryState
		act   campaign.Act
	}{{o.resendInterrupted, campaign.Interrupted, campaign.ActResend}, {o.retryFailed, campaign.Failed, campaign.ActRetryFailed}} {
		if !again.asked {
			continue
		}
		if c.LastRun == "" {
			return c, campaign.Errorf(campaign.Conflict, "“%s” was never sent: there is nothing to send again", c.Name)
		}
		n, err := in.store.Sending.Resend(ctx, c.LastRun, again.state)
		if err != nil {
			return c, err
		}
		if err := in.acted(ctx, again.act, "/runs/"+c.LastRun, c.Name); err != nil {
			return c, err
		}
		fmt.Fprintf(in.stderr, "%d messages that were %s go again.\n", n, again.state)
	}
	return in.campaign(ctx, c.ID)
}

func because(note string) string {
	if note == "" {
		return ""
	}
	return " (" + note + ")"
}

// leaveToServe marks a campaign as due; a server on the same store does the rest.
func leaveToServe(ctx context.Context, in *installation, c campaign.Campaign, o sendOptions) error {
	if c.State != campaign.Sending {
		if _, err := in.sendNow(ctx, c, o.emergency); err != nil {
			return err
		}
	}
	in.say("“%s” is due now: “glasnik serve” on this store sends it. If none is running, add --wait to send it from here.", c.Name)
	return nil
}

// begin returns the id of the run to see through. A draft or waiting campaign is first marked as due and then started for
// just that slot, as a server on the same store would do: there is one run, and the first to come makes it.
func (in *installation) begin(ctx context.Context, c campaign.Campaign, o sendOptions) (string, error) {
	if c.State == campaign.Sending {
		return c.LastRun, nil
	}
	if c.State != campaign.Scheduled || c.NextAt.After(in.now().Add(2*time.Second)) {
		var err error
		if c, err = in.sendNow(ctx, c, o.emergency); err != nil {
			return "", err
		}
	} else if err := in.acted(ctx, campaign.ActSendCampaign, "/campaigns/"+c.ID, c.Name); err != nil {
		return "", err
	}
	run, err := in.store.Sending.StartRun(ctx, c.ID, campaign.Slot{At: c.NextAt, Wall: c.NextWall}, campaign.TriggerHand, templates.TrackedLinks)
	return run.ID, err
}

// sendAndWatch works on a run until it ends or the command is stopped, and says how it goes.
func sendAndWatch(ctx context.Context, in *installation, runID string, o sendOptions) error {
	if in.cfg.LogLevel == "info" {
		quiet := in.cfg
		quiet.LogLevel = "warn" // the progress says the rest
		in.logger = newLogger(in.stderr, quiet)
	}
	watched := make(chan struct{})
	watching, done := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(watched)
		watch(watching, in, runID)
	}()
	err := in.scheduler().SendRun(ctx, runID)
	done()
	<-watched
	after := context.WithoutCancel(ctx)
	if ctx.Err() != nil {
		return reportStop(after, in, runID)
	}
	if err != nil {
		return err
	}
	r, err := in.store.Runs.GetRun(after, runID)
	if err != nil {
		return err
	}
	switch r.State {
	case campaign.PausedRun:
		return campaign.Errorf(campaign.Conflict, "the campaign was paused%s; let it go on with: glasnik campaigns resume %s", because(r.Reason), r.Campaign)
	case campaign.Cancelled:
		return campaign.Errorf(campaign.Conflict, "the campaign was cancelled%s", because(r.Reason))
	}
	return reportRun(after, in, runID, "was sent")
}

// reportStop says where a stopped run stands and how to go on.
func reportStop(ctx context.Context, in *installation, runID string) error {
	states, err := in.store.Deliveries.CountDeliveries(ctx, runID)
	if err != nil {
		return err
	}
	r, err := in.store.Runs.GetRun(ctx, runID)
	if err != nil {
		return err
	}
	if r.State.Ended() {
		return reportRun(ctx, in, runID, "was sent")
	}
	return errors.New("stopped: " + countWords(states) + "; go on with: glasnik campaigns send " + r.Campaign + " --wait")
}

// reportRun says what became of a run's messages.
func reportRun(ctx context.Context, in *installation, runID, what string) error {
	if in.asJSON {
		r, err := in.store.Runs.GetRun(ctx, runID)
		if err != nil {
			return err
		}
		s, err := in.runStatus(ctx, r)
		if err != nil {
			return err
		}
		return in.sayJSON(s)
	}
	edition, err := in.store.Runs.GetEdition(ctx, runID)
	if err != nil {
		return err
	}
	states, err := in.store.Deliveries.CountDeliveries(ctx, runID)
	if err != nil {
		return err
	}
	in.say("“%s” %s: %s.", edition.Name, what, countWords(states))
	if states[campaign.Failed] > 0 {
		in.say("“glasnik campaigns status” says why messages failed.")
	}
	if states[campaign.Interrupted] > 0 {
		in.say("Interrupted messages may have arrived or not. To send them again: --resend-interrupted.")
	}
	return nil
}
