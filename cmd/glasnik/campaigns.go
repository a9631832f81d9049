package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func campaignsCommand(p *program) *cobra.Command {
	return group("campaigns", "Make campaigns, send them, and see how they went",
		"Make campaigns out of releases and lists, send them now or on time, and see what became of every message.",
		campaignsCreateCommand(p), campaignsSendCommand(p), campaignsStatusCommand(p), campaignsListCommand(p), campaignsAskCommand(p), campaignsChooseCommand(p),
		moveCommand(p, "pause", "Pause a campaign that is sending", "Pause a campaign that is sending. What is on the wire is finished; “campaigns resume” goes on where it stopped.",
			campaign.ActPauseCampaign, func(ctx context.Context, s *store.Store, id string) error {
				return s.Sending.PauseCampaign(ctx, id, "")
			}),
		moveCommand(p, "resume", "Let a paused campaign go on", "Let a paused campaign go on where it stopped. “glasnik serve” or “campaigns send ID --wait” does the sending.",
			campaign.ActResumeCampaign, func(ctx context.Context, s *store.Store, id string) error { return s.Sending.ResumeCampaign(ctx, id) }),
		moveCommand(p, "cancel", "End a campaign for good", "End a campaign for good. What was not sent is not sent any more.",
			campaign.ActCancelCampaign, func(ctx context.Context, s *store.Store, id string) error { return s.Sending.CancelCampaign(ctx, id) }))
}

// moveCommand takes a campaign from one state to another.
func moveCommand(p *program, verb, short, long string, act campaign.Act, move func(context.Context, *store.Store, string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Long: long, Args: cobra.ExactArgs(1),
		Example: "  glasnik campaigns " + verb + " 2m3n4p5q6r7s8t9v",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			if _, err := in.campaign(ctx, args[0]); err != nil {
				return err
			}
			if err := move(ctx, in.store, args[0]); err != nil {
				return err
			}
			c, err := in.campaign(ctx, args[0])
			if err == nil {
				p.say("“%s” is %s.", c.Name, c.State)
				err = in.acted(ctx, act, "/campaigns/"+c.ID, c.Name)
			}
			return err
		}),
	}
}

// campaign reads a campaign, and says where ids come from when there is none.
func (in *installation) campaign(ctx context.Context, id string) (campaign.Campaign, error) {
	c, err := in.store.Campaigns.GetCampaign(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return c, campaign.Errorf(campaign.NotFound, "there is no campaign %s: “glasnik campaigns list” shows them", id)
	}
	return c, err
}

func campaignsListCommand(p *program) *cobra.Command {
	var state string
	cmd := &cobra.Command{
		Use: "list", Short: "List campaigns, those changed last first", Args: cobra.NoArgs,
		Long:    "List campaigns, one a line: id, state, name, and when the next run is due.",
		Example: "  glasnik campaigns list --state scheduled",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			for after := ""; ; {
				cs, next, err := in.store.Campaigns.FindCampaigns(ctx, campaign.State(state), store.Page{After: after})
				if err != nil {
					return err
				}
				for _, c := range cs {
					if err := listCampaign(in, c); err != nil {
						return err
					}
				}
				if after = next; after == "" {
					return nil
				}
			}
		}),
	}
	cmd.Flags().StringVar(&state, "state", "", "only those that are draft, in_review, approved, scheduled, sending, paused, sent or cancelled")
	return withJSON(p, cmd)
}

func listCampaign(in *installation, c campaign.Campaign) error {
	if in.asJSON {
		return in.sayJSON(c)
	}
	due := ""
	if !c.NextAt.IsZero() {
		due = fmt.Sprintf(" (due %s)", in.showTime(c.NextAt))
	}
	in.say("%s  %-9s  %s%s", c.ID, c.State, c.Name, due)
	return nil
}
