package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// followFlags are what “campaigns create” was told of another campaign that the new one follows.
type followFlags struct {
	followUp, joined string // ids of campaigns
	run, after       string
	again            bool
	subjects         []string
}

func (n *followFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&n.followUp, "follow-up", "", "id of a campaign: write again to its readers of whom no open and no click is known")
	f.StringVar(&n.joined, "to-joined", "", "id of a campaign: send its release to who joined its lists after it went out")
	f.StringVar(&n.run, "run", "", "id of the run of that campaign that is meant (default: all of its runs)")
	f.StringVar(&n.after, "after", "", "with --follow-up: how long readers must have had the mail, such as 3d (default: 3d)")
	f.BoolVar(&n.again, "again", false, "with --follow-up: also to who got a follow-up to it before")
	f.StringArrayVar(&n.subjects, "subject", nil, "with --follow-up: the new subject, as LANGUAGE=TEXT where there are several; may be given several times")
}

// any reports whether the new campaign follows another one.
func (n *followFlags) any() bool { return n.followUp+n.joined != "" }

// checkFollow refuses flags that do not fit together.
func (n *newCampaign) checkFollow() error {
	switch {
	case !n.any() && (n.after != "" || n.again || n.run != "" || len(n.subjects) > 0):
		return usagef("--run, --after, --again and --subject need --follow-up or --to-joined")
	case !n.any() && n.release == "":
		return usagef("say which release it sends: --release ID")
	case !n.any() && len(n.lists)+len(n.segments) == 0:
		return usagef("say whom it goes to: --list NAME or --segment NAME")
	case !n.any():
		return nil
	case n.followUp != "" && n.joined != "":
		return usagef("--follow-up and --to-joined cannot be given together")
	case n.joined != "" && (n.after != "" || n.again || len(n.subjects) > 0 || n.release != ""):
		return usagef("--to-joined sends the same release: it goes without --release, --subject, --after and --again")
	case n.followUp != "" && (n.release == "") == (len(n.subjects) == 0):
		return usagef("a follow-up needs another subject: give --subject for a copy of the release, or --release for one of its own")
	case len(n.lists)+len(n.exclude)+len(n.segments)+len(n.without) > 0 || n.from != "":
		return usagef("it goes to the lists and segments of the campaign that it follows, from the same sender: narrow it on its Audience tab")
	case n.every+n.cron != "" || n.joinDays != "":
		return usagef("what follows another campaign leaves once: --at, or by “campaigns send”")
	}
	return nil
}

// createFollow makes a campaign that follows another one.
func createFollow(ctx context.Context, in *installation, n newCampaign) (c campaign.Campaign, err error) {
	f := campaign.Follow{Kind: campaign.FollowUnknown, Source: n.followUp, Run: n.run, Days: campaign.DefaultFollowDays, Again: n.again}
	if n.joined != "" {
		f = campaign.Follow{Kind: campaign.FollowJoined, Source: n.joined, Run: n.run}
	}
	if n.after != "" {
		if f.Days, err = campaign.ParseDays(n.after); err != nil {
			return c, usagef("--after: %v", err)
		}
	}
	source, err := in.campaign(ctx, f.Source)
	if err != nil {
		return c, err
	}
	of, err := in.store.Follows.SentRelease(ctx, &f)
	if err != nil {
		return c, err
	}
	name := cmp.Or(n.name, "Follow-up: "+source.Name)
	if n.joined != "" {
		name = cmp.Or(n.name, "To who joined later: "+source.Name)
	}
	subjects, err := n.subjectsFor(&of)
	if err != nil {
		return c, err
	}
	when, err := in.schedule(n)
	if err != nil {
		return c, err
	}
	if c, err = in.store.Follows.CreateFollow(ctx, &store.NewFollow{Name: name, Title: name, Follow: f, Release: n.release, Subjects: subjects, Schedule: when}); err != nil {
		return c, err
	}
	set, err := in.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error { return n.window(c) })
	if err == nil && !in.asJSON {
		in.say("%s", f.Words(source.Name))
	}
	return set, err
}

// subjectsFor reads the new subjects; one without a language is that of a release with one version.
func (n *followFlags) subjectsFor(of *campaign.Release) (campaign.Texts, error) {
	out := campaign.Texts{}
	for _, s := range n.subjects {
		name, text, named := strings.Cut(s, "=")
		l, err := campaign.ParseLanguage(name)
		switch {
		case named && err == nil && l != "":
			out[l] = text
		case len(of.Versions) == 1:
			out[of.Versions[0].Language] = s
		default:
			return nil, usagef("--subject is written as LANGUAGE=TEXT, once for each version: %s", strings.Join(campaign.Collect(of.Available(), func(l campaign.Language) string { return string(l) }), ", "))
		}
	}
	return out, nil
}
