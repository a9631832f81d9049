package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
)

func segmentsCommand(p *program) *cobra.Command {
	return group("segments", "Filters over contacts, saved under a name",
		`List, show, count, add and delete segments: filters over contacts, written as a rule such as
  kind = journalist and list "Press" and not opened "Guide for newsrooms"`,
		segmentsListCommand(p), segmentsShowCommand(p), segmentsCountCommand(p), segmentsAddCommand(p), segmentsDeleteCommand(p))
}

// segmentJSON is a segment with its rule as text.
type segmentJSON struct {
	segment.Segment
	Text string             `json:"text"`
	Uses []store.SegmentUse `json:"uses,omitempty"`
}

func segmentsListCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "list", Short: "Show all segments", Args: cobra.NoArgs, Example: "  glasnik segments list",
		Long: "Show all segments with their rules.",
		RunE: p.opened(func(ctx context.Context, in *installation, _ []string) error {
			all, err := in.store.Segments.FindSegments(ctx)
			if err != nil {
				return err
			}
			for _, seg := range all {
				if !p.asJSON {
					p.say("%s\t%s", seg.Name, seg.Rule)
				} else if err := p.sayJSON(segmentJSON{Segment: seg, Text: seg.Rule.String()}); err != nil {
					return err
				}
			}
			return nil
		}),
	})
}

func segmentsShowCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "show NAME", Short: "Show a segment, how many are in it, and where it is used", Args: cobra.ExactArgs(1),
		Long: "Show a segment's rule, how many contacts are in it, and which campaigns and segments use it.", Example: `  glasnik segments show "Belgrade press"`,
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			return showSegment(ctx, in, args[0])
		}),
	})
}

func showSegment(ctx context.Context, in *installation, name string) error {
	seg, err := in.segment(ctx, name)
	if err != nil {
		return err
	}
	uses, err := in.store.Segments.SegmentUses(ctx, seg.ID)
	if err != nil {
		return err
	}
	if in.asJSON {
		return in.sayJSON(segmentJSON{Segment: seg, Text: seg.Rule.String(), Uses: uses})
	}
	in.say("%s\n%s", seg.Name, seg.Rule)
	if seg.Description != "" {
		in.say("%s", seg.Description)
	}
	for _, u := range uses {
		in.say("used in the %s “%s”", u.Kind, u.Name)
	}
	return countRule(ctx, in, &seg.Rule)
}

func segmentsCountCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "count NAME|RULE", Short: "Count the contacts a segment or a rule fits", Args: cobra.ExactArgs(1),
		Long:    "Count the contacts that are in a saved segment, or that a rule fits.",
		Example: "  glasnik segments count 'kind = school and attribute.pupils >= 500'\n  glasnik segments count \"Belgrade press\" --json",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			rule, err := in.rule(ctx, args[0])
			if err != nil {
				return err
			}
			return countRule(ctx, in, &rule)
		}),
	})
}

func countRule(ctx context.Context, in *installation, r *segment.Rule) error {
	n, err := in.store.Rules.CountRule(ctx, r)
	if err != nil {
		return err
	}
	if in.asJSON {
		return in.sayJSON(n)
	}
	in.say("%d of %d contacts", n.Contacts, n.Of)
	if n.Unknowable > 0 {
		in.say("Of %d who were sent these campaigns without individual tracking nothing can be known.", n.Unknowable)
	}
	return nil
}

func segmentsAddCommand(p *program) *cobra.Command {
	var description string
	cmd := &cobra.Command{
		Use: "add NAME RULE", Short: "Save a rule under a name", Args: cobra.ExactArgs(2),
		Long:    "Save a rule as a segment. The README lists what a rule can ask about.",
		Example: `  glasnik segments add "Belgrade press" 'kind = journalist and place = "Belgrade"'`,
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			rule, err := in.store.Rules.ReadRule(ctx, args[1])
			if err != nil {
				return err
			}
			seg := segment.Segment{Name: args[0], Description: description, Rule: rule}
			if err := in.store.Segments.CreateSegment(ctx, &seg); err != nil {
				return err
			}
			if err := in.acted(ctx, campaign.ActAddSegment, "/segments/"+seg.ID, seg.Name); err != nil {
				return err
			}
			if p.asJSON {
				return p.sayJSON(segmentJSON{Segment: seg, Text: seg.Rule.String()})
			}
			p.say("%s", seg.ID)
			return countRule(ctx, in, &seg.Rule)
		}),
	}
	cmd.Flags().StringVar(&description, "description", "", "what the segment is for")
	return withJSON(p, cmd)
}

func segmentsDeleteCommand(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME", Short: "Delete a segment that nothing uses", Args: cobra.ExactArgs(1),
		Long: "Delete a segment. One that a campaign or another segment uses is not deleted.", Example: `  glasnik segments delete "Belgrade press"`,
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			seg, err := in.segment(ctx, args[0])
			if err != nil {
				return err
			}
			if err := in.store.Segments.DeleteSegment(ctx, seg.ID); err != nil {
				return err
			}
			p.say("“%s” is deleted.", seg.Name)
			return in.acted(ctx, campaign.ActDeleteSegment, "/segments/"+seg.ID, seg.Name)
		}),
	}
}

// segment finds a saved segment by its name.
func (in *installation) segment(ctx context.Context, name string) (segment.Segment, error) {
	seg, err := in.store.Segments.GetSegmentByName(ctx, name)
	if campaign.CodeOf(err) != campaign.NotFound {
		return seg, err
	}
	all, err := in.store.Segments.FindSegments(ctx)
	if err != nil {
		return seg, err
	}
	if len(all) == 0 {
		return seg, campaign.Errorf(campaign.NotFound, "there is no segment %q, and no other: “glasnik segments add NAME RULE” makes one", name)
	}
	names := campaign.Collect(all, func(other segment.Segment) string { return other.Name })
	return seg, campaign.Errorf(campaign.NotFound, "there is no segment %q; there are %s", name, strings.Join(names, ", "))
}

func (in *installation) segmentIDs(ctx context.Context, names []string) ([]string, error) {
	var ids []string
	for _, name := range names {
		seg, err := in.segment(ctx, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, seg.ID)
	}
	return ids, nil
}

// rule returns the rule of a saved segment, or the one that is written out.
func (in *installation) rule(ctx context.Context, nameOrRule string) (segment.Rule, error) {
	seg, err := in.store.Segments.GetSegmentByName(ctx, nameOrRule)
	if campaign.CodeOf(err) == campaign.NotFound {
		return in.store.Rules.ReadRule(ctx, nameOrRule)
	}
	return seg.Rule, err
}
