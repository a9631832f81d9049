package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// abFlags are what “campaigns create” was told of an A/B test.
type abFlags struct {
	of, unclear  string
	variants     []string
	share, hours int
}

func (n *abFlags) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&n.of, "ab", "", "test variants of this on a part of the readers: subject, lead or sender")
	f.StringArrayVar(&n.variants, "variant", nil, "with --ab: what a variant says, as LETTER:LANGUAGE=TEXT, or who it is from; may be given several times")
	f.IntVar(&n.share, "ab-share", 20, "with --ab: how many percent of the readers the test takes")
	f.IntVar(&n.hours, "ab-hours", 4, "with --ab: hours from when the test has gone out until its clicks are compared")
	f.StringVar(&n.unclear, "ab-unclear", string(campaign.FirstArm), "with --ab: what the others get without evidence: first, or ask to let them wait for a person")
}

// check refuses flags that do not fit together.
func (n *abFlags) check(cmd *cobra.Command, follows bool) error {
	of := slices.ContainsFunc([]string{"variant", "ab-share", "ab-hours", "ab-unclear"}, cmd.Flags().Changed)
	switch {
	case n.of == "" && of:
		return usagef("--variant, --ab-share, --ab-hours and --ab-unclear need --ab")
	case n.of != "" && len(n.variants) == 0:
		return usagef("--ab needs at least one --variant beside the campaign as it is, which is variant A")
	case n.of != "" && follows:
		return usagef("what follows another campaign has no A/B test")
	}
	return nil
}

// test returns the test that was asked for; nil without one.
func (n *abFlags) test(r *campaign.Release) (*campaign.ABTest, error) {
	if n.of == "" {
		return nil, nil
	}
	t := &campaign.ABTest{Of: campaign.Differs(n.of), Share: n.share, Hours: n.hours, Unclear: campaign.Unclear(n.unclear)}
	for _, v := range n.variants {
		arm, said := 1, v
		if letter, rest, ok := strings.Cut(v, ":"); ok && len(letter) == 1 {
			if arm = campaign.ArmIndex(strings.ToLower(letter)); arm < 1 {
				return nil, usagef("--variant %s: the variants beside A, the campaign as it is, are B, C and D", letter)
			}
			said = rest
		}
		for len(t.Arms) < arm {
			t.Arms = append(t.Arms, campaign.Arm{})
		}
		if err := n.add(&t.Arms[arm-1], r, strings.TrimSpace(said)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// add puts what was said of an arm into it.
func (n *abFlags) add(a *campaign.Arm, r *campaign.Release, said string) (err error) {
	if campaign.Differs(n.of) == campaign.BySender {
		if a.Sender, err = parseSender(said); err != nil {
			return usagef("--variant must be an address, with or without a name: %v", err)
		}
		return nil
	}
	if a.Texts == nil {
		a.Texts = campaign.Texts{}
	}
	name, text, named := strings.Cut(said, "=")
	l, err := campaign.ParseLanguage(name)
	switch {
	case named && err == nil && l != "":
		a.Texts[l] = text
	case len(r.Versions) == 1:
		a.Texts[r.Versions[0].Language] = said
	default:
		return usagef("--variant is written as LETTER:LANGUAGE=TEXT, once for each version: %s", strings.Join(campaign.Collect(r.Available(), func(l campaign.Language) string { return string(l) }), ", "))
	}
	return nil
}

// setTest puts the test that was asked for into a campaign, and refuses one that would prove nothing.
func setTest(ctx context.Context, in *installation, n *abFlags, c *campaign.Campaign, r *campaign.Release) (err error) {
	if c.ABTest, err = n.test(r); c.ABTest == nil || err != nil {
		return err
	}
	lists, err := in.store.Audiences.AudienceLists(ctx, c)
	if err != nil {
		return err
	}
	return c.ABTest.Fits(c, r, lists, templates.CountArmLinks(c.ABTest, r))
}

// abStatus is how the A/B test of a run stands.
type abStatus struct {
	Of       campaign.Differs `json:"of"`
	Variants []abVariant      `json:"variants"`
	TestedAt time.Time        `json:"tested_at,omitzero"` // when all of the test had left
	DecideAt time.Time        `json:"decide_at,omitzero"` // when its clicks are compared
	Compared time.Time        `json:"compared_at,omitzero"`
	Best     string           `json:"best,omitempty"`   // clicked more, with evidence
	Others   string           `json:"others,omitempty"` // what the others get; "" while that is open
	By       string           `json:"by,omitempty"`     // who chose it
	Waits    bool             `json:"waits_for_a_person,omitempty"`
	Words    string           `json:"in_words"`
}

// abVariant is one variant of it.
type abVariant struct {
	Variant  string `json:"variant"`
	Is       string `json:"is"`
	Readers  int64  `json:"readers"` // drawn for it
	Accepted int64  `json:"accepted"`
	Clicked  int64  `json:"clicked"`
}

// abOf returns how the test of a run stands; nil where there is none, or it is not drawn yet.
func abOf(ctx context.Context, in *installation, r *campaign.Run) (*abStatus, error) {
	if r.ABTest == nil {
		return nil, nil
	}
	e, err := in.store.Runs.GetEdition(ctx, r.ID)
	if err != nil || e.ABTest == nil {
		return nil, campaign.UnlessMissing(err)
	}
	t, result := e.ABTest, r.ABTest
	counts := result.Counts
	if result.LookedAt.IsZero() {
		if counts, err = in.store.ABTests.CountArms(ctx, r.ID, t.Count()); err != nil {
			return nil, err
		}
	}
	s := &abStatus{
		Of: t.Of, TestedAt: result.TestedAt, DecideAt: result.DecideAt, Compared: result.LookedAt, Best: campaign.ArmName(result.Best), Others: campaign.ArmName(result.Arm),
		By: result.By, Waits: result.Waits(), Words: result.Decided().String(),
	}
	for i, arm := range t.Names() {
		v := abVariant{Variant: campaign.ArmName(arm), Is: t.Sender(e.Sender, arm).Email}
		if version := e.Release.In(e.Release.Source); t.Of != campaign.BySender && version != nil {
			v.Is = t.Text(version, arm)
		}
		if i < len(result.Sizes) {
			v.Readers = result.Sizes[i]
		}
		if i < len(counts) {
			v.Accepted, v.Clicked = counts[i].Accepted, counts[i].Clicked
		}
		s.Variants = append(s.Variants, v)
	}
	return s, nil
}

func showABTest(in *installation, s *abStatus) {
	if s == nil {
		return
	}
	in.say("  A/B test     %s", s.Words)
	for _, v := range s.Variants {
		in.say("    %s: %d of %d clicked, %d drawn: %s", v.Variant, v.Clicked, v.Accepted, v.Readers, v.Is)
	}
	if s.Compared.IsZero() && !s.DecideAt.IsZero() {
		in.say("    compared %s", in.showTime(s.DecideAt))
	}
	if s.Waits {
		in.say("    choose what the others get: glasnik campaigns choose ID VARIANT")
	}
}

func campaignsChooseCommand(p *program) *cobra.Command {
	return withJSON(p, &cobra.Command{
		Use: "choose ID VARIANT", Short: "Choose what the other readers of an A/B test get", Args: cobra.ExactArgs(2),
		Long: `Choose which variant of an A/B test the readers get who are not part of it, whatever
the clicks say: at any time after the test is drawn, and once. “campaigns status”
shows the variants and their clicks.`,
		Example: "  glasnik campaigns choose 2m3n4p5q6r7s8t9v B",
		RunE: p.opened(func(ctx context.Context, in *installation, args []string) error {
			c, err := in.campaign(ctx, args[0])
			if err != nil {
				return err
			}
			arm := strings.ToLower(args[1])
			if campaign.ArmIndex(arm) < 0 {
				return usagef("the variants are A, B, C and D")
			}
			if c.LastRun == "" {
				return campaign.Errorf(campaign.Conflict, "“%s” was never sent: there is no test to decide", c.Name)
			}
			r, err := in.store.ABTests.ChooseArm(ctx, c.LastRun, arm, campaign.ByCommand)
			if err != nil {
				return err
			}
			if err := in.acted(ctx, campaign.ActChooseArm, "/runs/"+r.ID, campaign.Textf("variant %s", campaign.ArmName(arm))); err != nil {
				return err
			}
			if p.asJSON {
				s, err := abOf(ctx, in, &r)
				if err != nil {
					return err
				}
				return p.sayJSON(s)
			}
			p.say("The other readers get variant %s.", campaign.ArmName(arm))
			return nil
		}),
	})
}
