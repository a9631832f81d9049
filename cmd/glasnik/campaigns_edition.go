package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
)

// newContent is what “campaigns create” was told of what each run sends.
type newContent struct {
	gather          []string
	topics, from    []string
	atLeast, atMost int
	since           string
	intro, copied   bool
	approve         bool
	deadline        time.Duration
	late            string
}

// allKinds is what --gather is given for all kinds but newsletters.
const allKinds = "all"

func (n *newContent) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVar(&n.gather, "gather", nil, "send what was published since the last edition, with the release as its frame: all, or kinds of release")
	f.StringSliceVar(&n.topics, "gather-topic", nil, "gather only what is about one of these topics, by their keys")
	f.StringArrayVar(&n.from, "gather-list", nil, "gather only what went to a list with this name; may be given several times")
	f.IntVar(&n.atLeast, "at-least", 0, "skip an edition with fewer stories (default: 1)")
	f.IntVar(&n.atMost, "at-most", 0, "leave further stories to the next edition (default: 10)")
	f.StringVar(&n.since, "since", "", "the day from which on the first edition tells what was published (default: today)")
	f.BoolVar(&n.intro, "needs-intro", false, "let an edition wait until its introduction is written")
	f.BoolVar(&n.copied, "copy", false, "send a copy of the release that somebody writes anew for each edition")
	f.BoolVar(&n.approve, "each-approved", false, "let each edition wait until somebody approves it")
	f.DurationVar(&n.deadline, "deadline", 0, "how long before its time an edition must be ready, such as 12h")
	f.StringVar(&n.late, "late", "", "what becomes of one that is not: skip or wait (default: skip)")
}

// rule returns the rule for what each run sends.
func (n *newContent) rule(ctx context.Context, in *installation) (c campaign.ContentRule, err error) {
	if len(n.gather) > 0 && n.copied {
		return c, usagef("--gather and --copy cannot be given together")
	}
	gathers := len(n.topics)+len(n.from)+n.atLeast+n.atMost > 0 || n.since != "" || n.intro
	if len(n.gather) == 0 && (gathers || !n.copied && (n.approve || n.deadline != 0 || n.late != "")) {
		return c, usagef("what is said of editions needs --gather or --copy")
	}
	if n.deadline%time.Minute != 0 {
		return c, usagef("--deadline is counted in minutes")
	}
	c = campaign.ContentRule{Approve: n.approve, Deadline: int(n.deadline / time.Minute), Late: campaign.LateRule(n.late)}
	switch {
	case n.copied:
		c.Kind = campaign.CopyContent
	case len(n.gather) > 0:
		c.Kind, c.Topics, c.AtLeast, c.AtMost, c.NeedsIntro = campaign.GatherContent, n.topics, n.atLeast, n.atMost, n.intro
		if !slices.Equal(n.gather, []string{allKinds}) {
			for _, k := range n.gather {
				c.Kinds = append(c.Kinds, campaign.ReleaseKind(strings.TrimSpace(k)))
			}
		}
		if n.since != "" {
			if c.Since, err = time.ParseInLocation(time.DateOnly, n.since, in.cfg.zone); err != nil {
				return c, usagef("--since is a day, such as 2026-11-01")
			}
		}
		c.Lists, err = in.listIDs(ctx, n.from)
	}
	return c, err
}

// nextEdition is how the next edition of a campaign stands.
type nextEdition struct {
	ID       string        `json:"id"`
	Slot     time.Time     `json:"slot"`
	Release  string        `json:"release_id"`
	Fate     campaign.Fate `json:"fate"`
	Why      string        `json:"why,omitempty"`
	ReadyBy  time.Time     `json:"ready_by,omitzero"`
	Approved string        `json:"approved_by,omitempty"`
	Stories  []string      `json:"stories,omitempty"` // headlines in the release's own language
}

// nextEdition returns how the next edition stands; nil where none is made yet.
func (in *installation) nextEdition(ctx context.Context, c *campaign.Campaign) (*nextEdition, error) {
	if !c.HasEditions() {
		return nil, nil
	}
	o, err := in.store.Upcomings.NextEdition(ctx, c)
	if err != nil {
		return nil, campaign.UnlessMissing(err)
	}
	fate, why := o.Fate(&c.Content)
	n := &nextEdition{ID: o.Upcoming.ID, Slot: o.Upcoming.Slot, Release: o.Upcoming.Release, Fate: fate, Why: why.String()}
	if c.Content.MayWait() {
		n.ReadyBy = c.Content.ReadyBy(o.Upcoming.Slot)
	}
	if a := o.Upcoming.Approved; o.Upcoming.IsApproved(&o.Release) {
		n.Approved = a.Name
	}
	if v := o.Release.In(o.Release.Source); v != nil {
		n.Stories = campaign.Collect(v.Stories, func(s campaign.Story) string { return s.Headline })
	}
	return n, nil
}

func showEdition(in *installation, n *nextEdition) {
	if n == nil {
		in.say("Next edition: not made yet; “glasnik serve” makes it once the campaign is on its schedule")
		return
	}
	words := map[campaign.Fate]string{campaign.Goes: "goes out as it stands", campaign.Waits: "waits", campaign.Skips: "is skipped"}[n.Fate]
	if n.Why != "" {
		words += ": " + n.Why
	}
	in.say("Next edition, %s: %s", in.showTime(n.Slot), words)
	if n.Fate == campaign.Waits && !n.ReadyBy.IsZero() {
		in.say("  to be ready by %s", in.showTime(n.ReadyBy))
	}
	if n.Approved != "" {
		in.say("  approved by %s", n.Approved)
	}
	for _, s := range n.Stories {
		in.say("  - %s", s)
	}
}

func campaignsAskCommand(p *program) *cobra.Command {
	var words string
	var then bool
	cmd := &cobra.Command{
		Use: "ask ID", Short: "Ask for approval of a campaign", Args: cobra.ExactArgs(1),
		Long: `Ask those who may approve a campaign to do so: they get a mail with a link, and
decide in the panel. Nobody can approve by a command. With --schedule the campaign
is put on its schedule as soon as it is approved.`,
		Example: "  glasnik campaigns ask 2m3n4p5q6r7s8t9v --words \"The figures are those of the ministry\" --schedule",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			if _, err := in.campaign(ctx, args[0]); err != nil {
				return err
			}
			c, err := in.store.Approvals.AskApproval(ctx, args[0], words, then)
			if err != nil {
				return err
			}
			if in.asJSON {
				return in.sayJSON(c)
			}
			in.say("“%s” is in review. Approvals needed: %d. Who may approve it gets a mail while “glasnik serve” is running.", c.Name, c.Approval.Asks)
			return nil
		}),
	}
	cmd.Flags().StringVar(&words, "words", "", "what is said to those who approve")
	cmd.Flags().BoolVar(&then, "schedule", false, "put it on its schedule as soon as it is approved")
	return withJSON(p, cmd)
}

// sendNow marks a campaign as due. With a reason for an emergency it needs no second person, and all admins are told.
func (in *installation) sendNow(ctx context.Context, c campaign.Campaign, emergency string) (campaign.Campaign, error) {
	if emergency == "" {
		c, err := in.store.Sending.SendNow(ctx, c.ID, 0)
		if err != nil {
			return c, err
		}
		return c, in.acted(ctx, campaign.ActSendCampaign, "/campaigns/"+c.ID, c.Name)
	}
	st, err := in.store.Approvals.GetStanding(ctx, &c)
	if err != nil {
		return c, err
	}
	if st.Missing == nil {
		return c, usagef("“%s” needs nobody's approval to leave: leave --emergency out", c.Name)
	}
	return in.store.Approvals.SendAlone(ctx, c.ID, emergency, 0)
}
