package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// A series is approved as a whole, by the campaign of its first step: the texts of all steps, what makes it begin, its waits and
// conditions are in one fingerprint. What changes one of them ends the approval and pauses the series.

// stepEdition is a step of a series beside the first one, as it would go out now.
type stepEdition struct {
	number   int
	campaign campaign.Campaign
	edition  *edition.Edition
	plan     *campaign.Series // with the second step: the plan of the series
}

// otherSteps returns the steps of a series beside the first one, whose campaign is asked about; none for any other campaign.
func (s *Series) otherSteps(ctx context.Context, c *campaign.Campaign) ([]stepEdition, error) {
	if c.Series == "" {
		return nil, nil
	}
	one, err := s.GetSeries(ctx, c.Series)
	if err != nil || one.Head() != c.ID {
		return nil, err
	}
	all := []stepEdition{{plan: &one}}
	for i := 1; i < len(one.Steps); i++ {
		o := stepEdition{number: i + 1}
		if o.campaign, err = s.campaigns.GetCampaign(ctx, one.Steps[i].ID); err != nil {
			return nil, err
		}
		if o.edition, err = s.approvals.editionOf(ctx, &o.campaign); err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	all[0].edition = &edition.Edition{}
	return all, nil
}

// boundStep lists what an approval of a series is bound to of one of its other steps, or of its plan.
func (s *Series) boundStep(ctx context.Context, o *stepEdition) ([]edition.Part, error) {
	if o.plan != nil {
		return planParts(o.plan), nil
	}
	parts, err := s.approvals.bound(ctx, &o.campaign, o.edition)
	for i := range parts {
		parts[i].Name = campaign.Textf("Step %d: %s", o.number, campaign.StoredText(parts[i].Name)).Stored()
	}
	return parts, err
}

// planParts are what makes a series begin, and its steps.
func planParts(one *campaign.Series) []edition.Part {
	begins, steps := one.PlanWords()
	lines := campaign.Collect(steps, campaign.Text.Stored)
	exact := campaign.DerivedID(fmt.Sprint(one.Trigger, one.Lists, one.Segments, one.Event, one.Zone, one.StopAtReply, one.StopAtAnswer, one.Again))
	return []edition.Part{
		{Name: campaign.Textf("What makes the series begin").Stored(), Text: begins.Stored(), Mark: exact, Of: edition.OfSeries},
		{Name: campaign.Textf("Waits of the series").Stored(), Text: strings.Join(lines, "\n"), Of: edition.OfSeries},
	}
}

// isAuthor reports whether a user made a campaign or wrote something of it, or of another step of its series.
func isAuthor(c *campaign.Campaign, u *campaign.User, r *campaign.Release, others []stepEdition) bool {
	return c.IsAuthor(u, r) || slices.ContainsFunc(others, func(o stepEdition) bool { return c.IsAuthor(u, &o.edition.Release) })
}

// headOf returns the campaign that carries the approval of a series, with what it would send. What another step is about to send must
// be what stands there now, which the approval is compared with.
func (s *Series) headOf(ctx context.Context, c *campaign.Campaign, e *edition.Edition) (*campaign.Campaign, *edition.Edition, error) {
	one, err := s.GetSeries(ctx, c.Series)
	if err != nil || one.Head() == c.ID {
		return c, e, err
	}
	leaves, err := s.approvals.bound(ctx, c, e)
	if err != nil {
		return nil, nil, err
	}
	is, err := s.approvals.editionOf(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	stands, err := s.approvals.bound(ctx, c, is)
	if err != nil {
		return nil, nil, err
	}
	if edition.Fingerprint(leaves) != edition.Fingerprint(stands) {
		return nil, nil, campaign.Errorf(campaign.Conflict, "it was changed just now")
	}
	head, err := s.campaigns.GetCampaign(ctx, one.Head())
	if err != nil {
		return nil, nil, err
	}
	he, err := s.approvals.editionOf(ctx, &head)
	return &head, he, err
}

// holdSeries pauses a series of which something was about to leave that is not approved.
func (s *Approvals) holdSeries(ctx context.Context, c *campaign.Campaign, why error) error {
	one, err := s.series.GetSeries(ctx, c.Series)
	if err != nil {
		return err
	}
	head, err := s.campaigns.GetCampaign(ctx, one.Head())
	if err == nil && head.Approval.Open() {
		_, err = s.void(ctx, head, campaign.TextOf(why), true)
	}
	if err != nil {
		return err
	}
	if err := s.series.PauseSeries(ctx, one.ID, campaign.TextOf(why)); err != nil && campaign.CodeOf(err) != campaign.Conflict {
		return err
	}
	return campaign.Errorf(campaign.Forbidden, "the series was paused: %s", campaign.TextOf(why))
}

// lookAtSteps refuses to ask for the approval of a series by a campaign that does not carry it, or whose texts may not go out.
func (s *Series) lookAtSteps(ctx context.Context, c *campaign.Campaign) error {
	if c.Series == "" {
		return nil
	}
	one, err := s.GetSeries(ctx, c.Series)
	if err != nil {
		return err
	}
	if one.Head() != c.ID {
		return campaign.Errorf(campaign.Conflict, "a series is approved as a whole: ask for that on its page")
	}
	for i := 1; i < len(one.Steps); i++ {
		other, err := s.campaigns.GetCampaign(ctx, one.Steps[i].ID)
		if err == nil {
			err = s.sending.checkRelease(ctx, &other)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// endOf ends the approval that a campaign carries, where it does.
func (s *Series) endOf(ctx context.Context, id string, why campaign.Text) error {
	_, err := s.campaigns.UpdateCampaign(ofSeries(ctx), id, func(c *campaign.Campaign) error {
		if c.Approval.Open() && slices.Contains(underApproval, c.State) {
			c.EndApproval(s.now(), why)
		}
		return nil
	})
	return campaign.UnlessMissing(err)
}

// notOfSeries refuses what only a series decides about its steps.
func notOfSeries(ctx context.Context, c *campaign.Campaign) error {
	if c.Series == "" || ctx.Value(ofSeriesKey{}) != nil {
		return nil
	}
	return campaign.Errorf(campaign.Conflict, "this campaign is a step of a series: pause or end the series instead")
}

// mayLeave refuses to let a step of a series leave that does not go on.
func (s *Series) mayLeave(ctx context.Context, c *campaign.Campaign) error {
	one, err := s.GetSeries(ctx, c.Series)
	if err != nil {
		return err
	}
	if !one.State.Runs() {
		return campaign.Errorf(campaign.Forbidden, "its series does not go on: start it first")
	}
	return nil
}

// stepOf returns the part of a series that a campaign sends; nil for any other campaign.
func (s *Series) stepOf(ctx context.Context, c *campaign.Campaign) (*edition.Step, error) {
	if c.Series == "" {
		return nil, nil
	}
	one, err := s.GetSeries(ctx, c.Series)
	if err != nil {
		return nil, err
	}
	p, _ := one.Step(c.ID)
	if p == nil {
		return nil, campaign.Errorf(campaign.Conflict, "the series has no such step any more")
	}
	st := &edition.Step{
		Series: one.ID, Joined: one.Trigger != campaign.AroundEvent, Who: p.Who, StopAtReply: one.StopAtReply, StopAtAnswer: one.StopAtAnswer, Since: one.Since,
		Steps: campaign.Collect(one.Steps, func(p campaign.SeriesStep) string { return p.ID }),
	}
	if one.Trigger == campaign.OnJoining {
		st.List = one.Lists[0]
	}
	return st, nil
}

// membersFor counts about how many a run goes to: of a step of a series those whose turn it is.
func (s *Series) membersFor(ctx context.Context, c *campaign.Campaign, e *edition.Edition) (int64, error) {
	if e.Step == nil || !e.Step.Joined {
		return s.audiences.membersFor(ctx, e)
	}
	return s.engine.Count(ctx, schema.Enrolments, s.enrolled.dueAt(e.Step.Series, c.ID))
}

// dueAt fits those for whom a step is due now.
func (s *Enrolments) dueAt(series, step string) document.Filter {
	return document.All{
		document.Equal("series_id", series), document.Equal("step", step), document.Equal("state", string(campaign.EnrolWaiting)), document.Where{Field: "due_at", Op: document.Lte, Value: s.now()},
	}
}
