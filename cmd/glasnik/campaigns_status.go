package main

import (
	"cmp"
	"context"
	"maps"
	"slices"
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
	Trouble  string            `json:"store_trouble,omitempty"` // why nothing can be sent for want of the store
	Runs     []runStatus       `json:"runs"`                    // the latest first
}

// runStatus is how one run stands. Opened and clicked count readers, not hits.
type runStatus struct {
	ID       string             `json:"id"`
	State    campaign.State     `json:"state"`
	Reason   string             `json:"reason,omitempty"`
	Trigger  campaign.Trigger   `json:"trigger"`
	Slot     time.Time          `json:"slot"`
	Started  time.Time          `json:"started_at"`
	Ended    time.Time          `json:"ended_at,omitzero"`
	Planned  bool               `json:"planned"` // the whole audience is known
	Failures []reason           `json:"failures,omitempty"`
	NextTry  time.Time          `json:"next_try_at,omitzero"`
	Left     float64            `json:"seconds_left,omitempty"`
	Progress *campaign.Progress `json:"progress,omitempty"` // while it is sending
	campaign.Figures
}

// reason is why messages failed, and how many.
type reason struct {
	Reason string `json:"reason"`
	Count  int    `json:"count"`
}

func (p *program) campaignsStatusCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "status ID", Short: "Say how a campaign went, or goes", Args: cobra.ExactArgs(1),
		Long: `Say how a campaign stands: for each of its runs how many messages were sent,
failed, or wait, why they failed, and how many readers opened, clicked, left and
bounced. Readers are set apart into people, machines and unknown.`,
		Example: "  glasnik campaigns status 2m3n4p5q6r7s8t9v\n  glasnik campaigns status 2m3n4p5q6r7s8t9v --json",
		RunE: p.does(func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), func(in *installation) error {
				s, err := in.status(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return p.sayJSON(s)
				}
				p.showStatus(in, s)
				return nil
			})
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (in *installation) status(ctx context.Context, id string) (campaignStatus, error) {
	c, err := in.campaign(ctx, id)
	if err != nil {
		return campaignStatus{}, err
	}
	s := campaignStatus{Campaign: c, State: c.State, Runs: []runStatus{}}
	if s.Words, err = in.planner.Describe(c.Schedule); err != nil {
		return s, err
	}
	if err := in.store.Ping(ctx); err != nil {
		s.Trouble = "the store cannot be written, sending waits for it: " + err.Error()
	}
	for after := ""; ; {
		runs, next, err := in.store.FindRuns(ctx, id, false, store.Page{After: after})
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
	}
	var err error
	if s.Figures, err = in.store.Figures(ctx, r.ID); err != nil {
		return s, err
	}
	if s.States[campaign.Failed] > 0 {
		if s.Failures, err = in.failures(ctx, r.ID); err != nil {
			return s, err
		}
	}
	if s.NextTry, err = in.store.NextDeferred(ctx, r.ID); err != nil {
		return s, err
	}
	if r.State == campaign.Sending {
		progress, err := in.store.GetProgress(ctx, r.ID)
		if err != nil {
			return s, err
		}
		s.Progress, s.Left = &progress, progress.Left(s.States).Seconds()
	}
	return s, nil
}

// failures gives the most frequent reasons among the first failed messages of a run.
func (in *installation) failures(ctx context.Context, run string) ([]reason, error) {
	const looked, shown = 1000, 5
	ds, _, err := in.store.FindDeliveries(ctx, run, campaign.Failed, store.Page{Limit: looked})
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, d := range ds {
		counts[d.Reason]++
	}
	var out []reason
	for _, text := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, reason{text, counts[text]})
	}
	slices.SortStableFunc(out, func(a, b reason) int { return cmp.Compare(b.Count, a.Count) })
	return out[:min(len(out), shown)], nil
}

func (p *program) showStatus(in *installation, s campaignStatus) {
	p.say("%s: %s, leaves %s", s.Campaign.Name, s.State, s.Words)
	if s.Trouble != "" {
		p.say("Trouble: %s", s.Trouble)
	}
	if s.Campaign.Note != "" {
		p.say("Note: %s", s.Campaign.Note)
	}
	if !s.Campaign.NextAt.IsZero() {
		p.say("Next: %s", in.showTime(s.Campaign.NextAt))
	}
	for _, r := range s.Runs {
		p.say("\nRun of %s: %s%s", in.showTime(r.Slot), r.State, because(r.Reason))
		p.say("  messages     %s", countWords(r.States))
		for _, f := range r.Failures {
			p.say("    %d failed: %s", f.Count, f.Reason)
		}
		if !r.NextTry.IsZero() {
			p.say("    next try %s", in.showTime(r.NextTry))
		}
		p.say("  delivered    %d of %d", r.Delivered, r.Audience)
		p.say("  opened       %s", verdictWords(r.Opened))
		p.say("  clicked      %s", verdictWords(r.Clicked))
		p.say("  left         %d    bounced %d    complained %d", r.Unsubscribed, r.Bounced, r.Complained)
		if r.Progress != nil {
			p.say("  now          %s", describeProgress(r.States, *r.Progress))
		}
	}
}
