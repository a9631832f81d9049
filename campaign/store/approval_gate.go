package store

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// RecheckApproval looks whether what was approved, or is asked to be, is still what stands there. Where it is not, the campaign is
// a draft again, and those concerned are told what changed.
func (s *Approvals) RecheckApproval(ctx context.Context, id string) (campaign.Campaign, error) {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil || !c.Approval.Open() || !slices.Contains(underApproval, c.State) {
		return c, err
	}
	return s.recheck(ctx, c)
}

// underApproval are the states in which an approval may be open.
var underApproval = []campaign.State{campaign.InReview, campaign.Approved, campaign.Scheduled}

// findOpen returns the campaigns whose approval was asked for or given.
func (s *Approvals) findOpen(ctx context.Context) ([]campaign.Campaign, error) {
	var docs []campaign.Campaign
	err := s.engine.Find(ctx, schema.Campaigns, document.Query{Filter: document.OneOf("state", underApproval...)}, &docs)
	return slices.DeleteFunc(docs, func(c campaign.Campaign) bool { return !c.Approval.Open() }), err
}

func (s *Approvals) recheck(ctx context.Context, c campaign.Campaign) (campaign.Campaign, error) {
	e, err := s.editionOf(ctx, &c)
	var why campaign.Text
	switch {
	case err != nil && campaign.CodeOf(err) == "":
		return c, err
	case err != nil:
		why = campaign.TextOf(err)
	default:
		st, err := s.standing(ctx, &c, e)
		if err != nil {
			return c, err
		}
		why = st.Why
	}
	if why.IsZero() {
		return c, nil
	}
	return s.void(ctx, c, why, false)
}

// RecheckApprovals does so for every campaign whose approval was asked for or given.
func (s *Approvals) RecheckApprovals(ctx context.Context) error {
	open, err := s.findOpen(ctx)
	if err != nil {
		return err
	}
	for _, c := range open {
		if _, err := s.recheck(ctx, c); campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}

// void ends an approval that does not hold, takes the campaign off the clock, and tells those concerned; all admins as well
// where it would have left now. Of several who do so one tells.
func (s *Approvals) void(ctx context.Context, c campaign.Campaign, why campaign.Text, leaving bool) (campaign.Campaign, error) {
	ended := false
	c, err := s.campaigns.UpdateCampaign(ctx, c.ID, func(now *campaign.Campaign) error {
		ended = now.Version == c.Version
		if ended {
			now.EndApproval(s.now(), why)
			now.Note = voidWords
		}
		return nil
	})
	if err != nil || !ended {
		return c, err
	}
	if c.Series != "" {
		if err := s.series.PauseSeries(ctx, c.Series, why); err != nil && campaign.CodeOf(err) == "" {
			return c, err
		}
	}
	if err := s.log(ctx, &c, campaign.Textf("The approval does not hold any more: %s", why)); err != nil {
		return c, err
	}
	concerned, err := s.concerned(ctx, &c, leaving)
	if err != nil {
		return c, err
	}
	return c, s.tell(ctx, &c, concerned, campaign.Letter{
		Subject: campaign.Textf("The approval does not hold any more: %s", c.Name).Stored(),
		Lines:   campaign.StoredTexts([]campaign.Text{campaign.Textf("“%s” does not go out before it is approved again.", c.Name), why}),
		Button:  campaign.Textf("Open the campaign").Stored(),
	})
}

// endAll ends every approval that was asked for or given, and makes the campaigns drafts.
func (s *Approvals) endAll(ctx context.Context, why campaign.Text) error {
	open, err := s.findOpen(ctx)
	if err != nil {
		return err
	}
	for _, c := range open {
		if _, err := s.void(ctx, c, why, false); campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	return nil
}

// gate refuses to let a campaign leave for a slot with what stands in an edition, unless as many people approved just that as are
// asked for. Every way out passes here; who is refused is in the audit log.
func (s *Approvals) gate(ctx context.Context, c *campaign.Campaign, e *edition.Edition, slot campaign.Slot) error {
	if c.Series != "" {
		var err error
		if c, e, err = s.series.headOf(ctx, c, e); err != nil {
			return err
		}
	}
	of, err := s.asks(ctx, c, e)
	if err != nil || of.n == 0 {
		return err
	}
	st, err := s.standingOf(ctx, c, e, of)
	if err != nil {
		return err
	}
	missing := st.Missing
	if missing == nil && st.Asks > 0 && c.Approval.Alone() == nil {
		missing = c.Schedule.Fits(slot)
	}
	if missing == nil {
		return nil
	}
	if err := s.log(ctx, c, campaign.Textf("Kept from leaving (%s)", campaign.TextOf(missing))); err != nil {
		return err
	}
	return missing
}

// holdAtStart keeps a run from being made that is not approved, takes its campaign off the clock and tells the team.
func (s *Approvals) holdAtStart(ctx context.Context, c *campaign.Campaign, why error) error {
	if c.Series != "" {
		return s.holdSeries(ctx, c, why)
	}
	if _, err := s.void(ctx, *c, campaign.TextOf(why), true); err != nil {
		return err
	}
	return campaign.Errorf(campaign.Forbidden, voidWords)
}
