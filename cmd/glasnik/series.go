package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func seriesCommand(p *program) *cobra.Command {
	start := moveSeriesCommand(p, "start", "Let a series begin, or go on", "Let a series begin, or go on after a pause: for who joins its list or comes into\nits segment from now on. In the panel it can begin for those too who are there\nalready. What has to be approved is approved before.",
		func(ctx context.Context, s *store.Store, id string) error {
			_, err := s.Series.StartSeries(ctx, id, campaign.LeaveBefore)
			return err
		})
	var finish bool
	end := moveSeriesCommand(p, "end", "End a series for good", "End a series for good. With --finish nobody new begins, and those in the middle\nget the steps that are still to come for them.",
		func(ctx context.Context, s *store.Store, id string) error { return s.Series.EndSeries(ctx, id, finish) })
	end.Flags().BoolVar(&finish, "finish", false, "let those in the middle get the rest")
	return group("series", "Campaigns that follow each other for each reader",
		"List series, let them begin, pause and end them. They are made in the panel.",
		seriesListCommand(p), start,
		moveSeriesCommand(p, "pause", "Pause a series", "Pause a series. Nobody gets a step, and everybody stays where they are.",
			func(ctx context.Context, s *store.Store, id string) error {
				return s.Series.PauseSeries(ctx, id, campaign.Text{})
			}),
		end)
}

// seriesJSON is a series with how many readers stand where.
type seriesJSON struct {
	campaign.Series
	Readers store.StepFigures `json:"readers"`
}

func seriesListCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "list", Short: "Show all series", Args: cobra.NoArgs, Example: "  glasnik series list",
		Long: "Show all series, one a line: id, state, name, and how many readers wait for a\nstep, have one under way, and are through.",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			all, err := in.store.Series.FindSeries(ctx)
			if err != nil {
				return err
			}
			for _, one := range all {
				steps, err := in.store.Enrolments.CountEnrolments(ctx, one.ID)
				if err != nil {
					return err
				}
				readers := store.StepFigures{}
				for _, at := range steps {
					for state, n := range at {
						readers[state] += n
					}
				}
				if in.asJSON {
					if err := in.sayJSON(seriesJSON{one, readers}); err != nil {
						return err
					}
					continue
				}
				in.say("%s  %-8s  %s (waiting %d, under way %d, through %d)", one.ID, one.State, one.Name,
					readers[campaign.EnrolWaiting], readers[campaign.EnrolUnderWay], readers[campaign.EnrolDone])
				if one.Note != "" {
					in.say("  %s", campaign.StoredText(one.Note))
				}
			}
			return nil
		}),
	})
}

// moveSeriesCommand takes a series from one state to another.
func moveSeriesCommand(p *program, verb, short, long string, move func(context.Context, *store.Store, string) error) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Long: long, Args: cobra.ExactArgs(1),
		Example: "  glasnik series " + verb + " 2m3n4p5q6r7s8t9v",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			err := move(ctx, in.store, args[0])
			if campaign.CodeOf(err) == campaign.NotFound {
				err = campaign.Errorf(campaign.NotFound, "there is no series %s: “glasnik series list” shows them", args[0])
			}
			if err != nil {
				return err
			}
			one, err := in.store.Series.GetSeries(ctx, args[0])
			if err == nil {
				p.say("“%s” is %s.", one.Name, one.State)
			}
			return err
		}),
	}
}
