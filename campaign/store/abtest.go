package store

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/evidence"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// ABTests are the A/B tests of runs: which readers get which arm, what they clicked, and what that decides. Every step is recorded
// in the run once, and can be repeated.
type ABTests struct {
	engine document.Engine
	now    func() time.Time

	deliveries *Deliveries
	campaigns  *Campaigns
	journal    *Journal
	notices    *Notices
	runs       *Runs
	users      *Users
}

// Drawn is a delivery of a run with a test that is to get an arm, and leaves at a time.
type Drawn struct {
	ID  string
	Arm string // as in campaign.Delivery
	At  time.Time
}

// DrawArms gives arms to deliveries that wait for the test. One that has an arm already, or does not wait any more, stays as it is.
func (s *ABTests) DrawArms(ctx context.Context, run string, all []Drawn) error {
	if len(all) == 0 {
		return nil
	}
	defer s.deliveries.counts.forget(ctx, run)
	now := s.now()
	ops := make([]document.Op, 0, len(all))
	for _, d := range slices.SortedFunc(slices.Values(all), func(a, b Drawn) int { return strings.Compare(a.ID, b.ID) }) { // see AddDeliveries
		ops = append(ops, document.Op{
			Where:  document.All{document.ByID(d.ID), document.Equal("state", string(campaign.Timed)), document.Equal("arm", "")},
			Change: document.Change{Set: map[string]any{"arm": d.Arm, "next_at": d.At.UTC(), "reason": "", "last_at": now}},
		})
	}
	_, err := s.engine.Bulk(ctx, schema.Deliveries, ops)
	return err
}

// AnyTestedWaits reports whether a delivery of a run that was drawn for its test has not been tried yet.
func (s *ABTests) AnyTestedWaits(ctx context.Context, r *campaign.Run) (bool, error) {
	for shard := range int64(max(1, r.Shards)) { // the time of those that wait for the result comes last
		first, err := firstTime(s.deliveries.nextDeferred(ctx, putOffIn(r.ID, shard, campaign.Timed), 1))
		if err != nil || !first.IsZero() && first.Before(campaign.Undecided) {
			return true, err
		}
	}
	return s.deliveries.AnyIn(ctx, r.ID, campaign.Queued, campaign.InFlight)
}

// CountArms counts the messages of each arm of a run's test that were accepted, and those of their readers who clicked: people alone.
// It looks at every message the run has sent so far.
func (s *ABTests) CountArms(ctx context.Context, run string, arms int) ([]campaign.ArmCount, error) {
	accepted, err := s.engine.GroupCount(ctx, schema.Deliveries, document.All{document.Equal("run_id", run), document.Equal("state", string(campaign.Accepted))}, "arm")
	if err != nil {
		return nil, err
	}
	clicked, err := s.engine.GroupCount(ctx, schema.Events, document.All{
		document.Equal("run_id", run), document.Equal("kind", string(campaign.Clicked)), document.Equal("verdict", string(campaign.Human)), document.Equal("link", int64(0)),
	}, "arm")
	out := make([]campaign.ArmCount, arms)
	for i := range out {
		// Readers who are counted together may count twice, on two days: never more than there are.
		n := accepted[campaign.ArmAt(i)]
		out[i] = campaign.ArmCount{Accepted: n, Clicked: min(n, clicked[campaign.ArmAt(i)])}
	}
	return out, err
}

// LookArms is CountArms for pages: it may be some time old, see Counts.
func (s *ABTests) LookArms(ctx context.Context, r *campaign.Run, arms int) ([]campaign.ArmCount, error) {
	counts, _, err := keptCount(ctx, s.deliveries.counts, counting[[]campaign.ArmCount]{what: "arms", run: r, moves: true, count: func(ctx context.Context) ([]campaign.ArmCount, error) {
		return s.CountArms(ctx, r.ID, arms)
	}})
	return counts, err
}

// Shares are the counts of arms as evidence takes them.
func Shares(counts []campaign.ArmCount) []evidence.Share {
	return campaign.Collect(counts, func(c campaign.ArmCount) evidence.Share { return evidence.Share{Did: c.Clicked, Of: c.Accepted} })
}

var errDecided = errors.New("decided already")

// update changes the result of a run's test; change returns errDecided where there is nothing to change.
func (s *ABTests) update(ctx context.Context, run string, change func(*campaign.Run, *campaign.ABResult) error) (campaign.Run, error) {
	r, err := s.runs.UpdateRun(ctx, run, func(r *campaign.Run) error {
		if r.ABTest == nil {
			return campaign.Errorf(campaign.NotFound, "this run has no A/B test")
		}
		result := *r.ABTest
		if err := change(r, &result); err != nil {
			return err
		}
		r.ABTest = &result
		return nil
	})
	if errors.Is(err, errDecided) {
		return s.runs.GetRun(ctx, run)
	}
	return r, err
}

// NoteTested records that the test of a run has gone out, and when its clicks are compared: after so many hours.
func (s *ABTests) NoteTested(ctx context.Context, run string, hours int) (campaign.Run, error) {
	return s.update(ctx, run, func(_ *campaign.Run, t *campaign.ABResult) error {
		if !t.TestedAt.IsZero() {
			return errDecided
		}
		t.TestedAt = s.now()
		t.DecideAt = t.TestedAt.Add(time.Duration(hours) * time.Hour)
		return nil
	})
}

// Compare compares the clicks of a run's test once its time has come, and decides by the rule what the others get. Of several who do
// so one records what it found.
func (s *ABTests) Compare(ctx context.Context, e *edition.Edition) (campaign.Run, error) {
	counts, err := s.CountArms(ctx, e.ID, e.ABTest.Count())
	if err != nil {
		return campaign.Run{}, err
	}
	best, found := evidence.Winner(Shares(counts))
	return s.update(ctx, e.ID, func(r *campaign.Run, t *campaign.ABResult) error {
		now := s.now()
		if t.Arm != "" || !t.LookedAt.IsZero() || t.DecideAt.IsZero() || now.Before(t.DecideAt) || r.State != campaign.Sending {
			return errDecided
		}
		t.LookedAt, t.Counts = now, counts
		switch {
		case found:
			t.Best, t.Arm, t.At = campaign.ArmAt(best), campaign.ArmAt(best), now
		case e.ABTest.Unclear == campaign.FirstArm:
			t.Arm, t.At = campaign.ArmAt(0), now
		}
		return nil
	})
}

// ChooseArm is a person's decision what the others get, whatever the clicks say. It can be made as soon as the test is drawn, and once.
func (s *ABTests) ChooseArm(ctx context.Context, run, arm, by string) (campaign.Run, error) {
	e, err := s.runs.GetEdition(ctx, run)
	if err != nil {
		return campaign.Run{}, err
	}
	if e.ABTest == nil || !e.ABTest.Has(arm) {
		return campaign.Run{}, campaign.FieldError("arm", "choose one of the variants of the test")
	}
	counts, err := s.CountArms(ctx, run, e.ABTest.Count())
	if err != nil {
		return campaign.Run{}, err
	}
	return s.update(ctx, run, func(r *campaign.Run, t *campaign.ABResult) error {
		switch {
		case r.State.Ended():
			return r.State.TooLate()
		case t.Arm != "":
			return campaign.Errorf(campaign.Conflict, "this cannot be done any more: %s", t.Decided())
		}
		if t.LookedAt.IsZero() {
			t.LookedAt, t.Counts = s.now(), counts
		}
		t.Arm, t.At, t.By = arm, s.now(), by
		return nil
	})
}

// NoteSpread records that all who waited for the result of a run's test have got their arm.
func (s *ABTests) NoteSpread(ctx context.Context, run string) (campaign.Run, error) {
	return s.update(ctx, run, func(_ *campaign.Run, t *campaign.ABResult) error {
		if !t.SpreadAt.IsZero() {
			return errDecided
		}
		t.SpreadAt = s.now()
		return nil
	})
}

// LogDecision adds to the audit log what the program decided about a run's test, once however often it is called. Where the others
// wait for a person, whoever owns the campaign gets a mail; where nobody does any more, the admins.
func (s *ABTests) LogDecision(ctx context.Context, r *campaign.Run, e *edition.Edition) error {
	first, err := s.journal.logOnce(ctx, campaign.Entry{
		Kind: campaign.SendingEntry, Audit: true, Object: "/runs/" + r.ID, Detail: campaign.Textf("%s: %s", e.Name, r.ABTest.Decided()).Stored(),
	}, r.ABTest.LookedAt, "ab_test", r.ID)
	if err != nil || !first || !r.ABTest.Waits() {
		return err
	}
	c, err := s.campaigns.GetCampaign(ctx, r.Campaign)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	to, err := s.users.findOwner(ctx, c.Owner)
	if err != nil {
		return err
	}
	return s.notices.tellTeam(ctx, to, campaign.ApprovalRequest{Campaign: r.Campaign, Print: campaign.OfResults}, campaign.Letter{
		Subject: campaign.Textf("An A/B test waits for you: %s", e.Name).Stored(),
		Lines: campaign.StoredTexts([]campaign.Text{
			campaign.Textf("“%s”: %s.", e.Name, r.ABTest.Decided()), campaign.Textf("Choose what they get; until then nothing leaves to them."),
		}),
		Button: campaign.Textf("Look at it").Stored(),
	}, e.Release.Source)
}
