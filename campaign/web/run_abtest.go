package web

import (
	"context"
	"math"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/evidence"
	"github.com/glasnik/glasnik/campaign/store"
)

// armStore is what the page of a run asks about its A/B test.
type armStore interface {
	ChooseArm(ctx context.Context, run, arm, by string) (campaign.Run, error)
	LookArms(ctx context.Context, r *campaign.Run, arms int) ([]campaign.ArmCount, error)
}

// unlessUndecided returns a time at which something leaves; none for what waits for the result of a test, which is told by itself.
func unlessUndecided(at time.Time) time.Time {
	if at.Equal(campaign.Undecided) {
		return time.Time{}
	}
	return at
}

// abShown is the test of a run as its page shows it.
type abShown struct {
	Arms    []abArm
	Verdict campaign.Text
	More    campaign.Text // what the difference may be
	Decided campaign.Text
	At      time.Time // when its clicks are compared; zero where that is not known, or over
	Open    bool      // somebody may decide what the others get
}

// abArm is one arm of it.
type abArm struct {
	Arm, Title, What string
	campaign.ArmCount
	Drawn int64
	Range campaign.Text // what its clicks stand for
}

// showABTest fills in the test of a run.
func (s *runPages) showABTest(v *visit, out *runResults) error {
	t, r := out.Edition.ABTest, out.Run.ABTest
	if t == nil || r == nil {
		return nil
	}
	counts := r.Counts
	if r.LookedAt.IsZero() {
		var err error
		if counts, err = s.store.LookArms(v.ctx(), &out.Run, t.Count()); err != nil {
			return err
		}
	}
	shown := &abShown{Open: r.Open() && !out.Run.State.Ended(), Decided: r.Decided()}
	if r.LookedAt.IsZero() {
		shown.At = r.DecideAt
	}
	version := out.Edition.Release.For(v.language)
	for i, arm := range t.Names() {
		a := abArm{Arm: arm, Title: campaign.ArmName(arm), ArmCount: counts[i], What: t.Sender(out.Edition.Sender, arm).Name}
		if i < len(r.Sizes) {
			a.Drawn = r.Sizes[i]
		}
		if t.Of != campaign.BySender && version != nil {
			a.What = t.Text(version, arm)
		}
		a.Range = abRange(evidence.Share{Did: counts[i].Clicked, Of: counts[i].Accepted})
		shown.Arms = append(shown.Arms, a)
	}
	shown.Verdict, shown.More = abVerdict(store.Shares(counts), !r.LookedAt.IsZero())
	out.ABTest = shown
	return nil
}

// abRange says what the clicks of an arm stand for.
func abRange(s evidence.Share) campaign.Text {
	if s.Of == 0 {
		return campaign.Textf("nobody has got it yet")
	}
	i := s.Interval(evidence.Confidence)
	return campaign.Textf("of 100 such readers between %d and %d would click", int(math.Floor(i.Low*100)), int(math.Ceil(i.High*100)))
}

// abVerdict says what the clicks prove, never more than they do; final is whether they were compared at their time.
func abVerdict(shares []evidence.Share, final bool) (verdict, more campaign.Text) {
	best, found := evidence.Winner(shares)
	switch {
	case found:
		verdict = campaign.Textf("Variant %s was clicked more than the others, with evidence.", campaign.ArmName(campaign.ArmAt(best)))
	case final:
		verdict = campaign.Textf("No evidence that a variant is better.")
	default:
		verdict = campaign.Textf("No evidence yet that a variant is better.")
	}
	if len(shares) != 2 || shares[0].Of == 0 || shares[1].Of == 0 {
		return verdict, more
	}
	d := evidence.Difference(shares[1], shares[0], evidence.Confidence)
	low, high := int(math.Floor(d.Low*100)), int(math.Ceil(d.High*100))
	switch {
	case d.Low > 0:
		more = campaign.Textf("Of 100 readers, at least %d and at most %d more click on variant B than on variant A (95 percent interval by Newcombe).", max(0, low), high)
	case d.High < 0:
		more = campaign.Textf("Of 100 readers, at least %d and at most %d more click on variant A than on variant B (95 percent interval by Newcombe).", max(0, -high), -low)
	default:
		more = campaign.Textf("The difference may be anything from %d in 100 more for variant A to %d in 100 more for variant B (95 percent interval by Newcombe).", -low, high)
	}
	return verdict, more
}

// chooseArm records what somebody decided that the other readers get.
func (s *runPages) chooseArm(v *visit) error {
	arm := v.PostForm("arm")
	r, err := s.store.ChooseArm(v.ctx(), v.Param("id"), arm, v.user.Name)
	if err != nil {
		return s.tooLate(v, err)
	}
	v.auditDetail(campaign.Textf("variant %s", campaign.ArmName(arm)))
	s.Wake()
	return v.done("/runs/"+r.ID, "The other readers get variant %s.", campaign.ArmName(arm))
}
