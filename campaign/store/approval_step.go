package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// maxWords is how many characters somebody may say when they ask, decide, or send alone.
const maxWords = 2000

// AskApproval puts a campaign in review, as it stands: those who may approve it get a mail. With then it is put on its schedule
// as soon as it is approved, by whoever shows the last approval.
func (s *Approvals) AskApproval(ctx context.Context, id, words string, then bool) (campaign.Campaign, error) {
	by := actorOf(ctx)
	words = strings.TrimSpace(words)
	if campaign.LongerThan(words, maxWords) {
		return campaign.Campaign{}, campaign.FieldError("words", "this is longer than %d characters", maxWords)
	}
	var st Standing
	var readers int64
	c, err := s.step(ctx, id, func(c *campaign.Campaign) error {
		if c.State != campaign.Draft {
			return c.State.TooLate()
		}
		e, err := s.look(ctx, c, &st)
		if err != nil {
			return err
		}
		st.Approvers = slices.DeleteFunc(st.Approvers, func(u campaign.User) bool { return u.ID == by.User })
		if len(st.Approvers) < max(1, st.Asks) {
			return campaign.Errorf(campaign.Conflict, "too few colleagues may approve this (needed: %d, there are: %d), since nobody approves what they wrote, made or ask for: an admin can give somebody the right, on the Users page", max(1, st.Asks), len(st.Approvers))
		}
		readers, err = s.keep(ctx, c.ID, e, &st)
		return err
	}, func(c *campaign.Campaign) error {
		c.State, c.Note = campaign.InReview, ""
		c.Approval = &campaign.Approval{
			ID: campaign.NewID(s.now()), Print: st.Print, Approved: c.Approval.LastApproved(), Asks: max(1, st.Asks), Readers: readers,
			By: by.User, ByName: by.Name, At: s.now(), Words: words, Then: then,
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	if err := s.log(ctx, &c, campaign.Textf("Asked for approval")); err != nil {
		return c, err
	}
	return c, s.tell(ctx, &c, st.Approvers, campaign.Letter{
		Subject: campaign.Textf("To be approved: %s", c.Name).Stored(),
		Lines: campaign.StoredTexts([]campaign.Text{
			campaign.Textf("%s asks you to approve “%s” before it goes out.", by.Name, c.Name),
			campaign.Textf("Readers: %d. Sender: %s <%s>.", readers, c.Sender.Name, c.Sender.Email), said(words),
		}),
		Button: campaign.Textf("Look at it and decide").Stored(),
	})
}

// said is what somebody wrote, as a line of a mail.
func said(words string) campaign.Text {
	if words == "" {
		return campaign.Text{}
	}
	return campaign.Textf("“%s”", words)
}

// look works out what a campaign would send, if its release may go out, and how it stands with its approvers.
func (s *Approvals) look(ctx context.Context, c *campaign.Campaign, st *Standing) (*edition.Edition, error) {
	if err := s.series.lookAtSteps(ctx, c); err != nil {
		return nil, err
	}
	if err := s.sending.checkRelease(ctx, c); err != nil {
		return nil, err
	}
	e, err := s.editionOf(ctx, c)
	if err != nil {
		return nil, err
	}
	*st, err = s.standing(ctx, c, e)
	return e, err
}

// keep stores what an approval is asked for, once, and returns how many readers it reaches.
func (s *Approvals) keep(ctx context.Context, id string, e *edition.Edition, st *Standing) (readers int64, err error) {
	count, err := s.audiences.CountAudience(ctx, e.Ahead())
	if err != nil {
		return 0, err
	}
	_, err = s.engine.InsertNew(ctx, schema.Snapshots, &edition.Snapshot{ID: edition.SnapshotID(id, st.Print), Campaign: id, Print: st.Print, At: s.now(), Parts: st.Parts})
	return count.Reached, err
}

// Decide says for the user of the context that they approve or decline a campaign: what was asked at the time with an id, and had
// the fingerprint they saw. A reason belongs to a refusal.
func (s *Approvals) Decide(ctx context.Context, id, asked, print string, choice campaign.Choice, words string) (campaign.Campaign, error) {
	by := actorOf(ctx)
	words = strings.TrimSpace(words)
	if choice == campaign.Decline && words == "" {
		return campaign.Campaign{}, campaign.FieldError("words", "say why, so that it can be mended")
	}
	if campaign.LongerThan(words, maxWords) {
		return campaign.Campaign{}, campaign.FieldError("words", "this is longer than %d characters", maxWords)
	}
	var st Standing
	c, err := s.step(ctx, id, func(c *campaign.Campaign) (err error) {
		st, err = s.mayDecide(ctx, c, by.User, asked, print, choice)
		return err
	}, func(c *campaign.Campaign) error {
		now := s.now()
		c.Approval.Decisions = append(slices.Clone(c.Approval.Decisions), campaign.Decision{User: by.User, Name: by.Name, At: now, Said: choice, Print: print, Words: words})
		switch {
		case choice == campaign.Decline:
			c.State, c.Approval.EndedAt, c.Approval.Why = campaign.Draft, now, campaign.Textf("%s declined: %s", by.Name, words).Stored()
			c.Note = declinedWords
		case len(st.Holds)+1 >= c.Approval.Asks:
			c.State = campaign.Approved
		}
		return nil
	})
	if err != nil {
		if code := campaign.CodeOf(err); code == campaign.Forbidden || code == campaign.Conflict {
			return c, s.refused(ctx, id, err)
		}
		return c, err
	}
	did, subject := campaign.Textf("Approved"), campaign.Textf("Approved: %s", c.Name)
	if choice == campaign.Decline {
		did, subject = campaign.Textf("Declined"), campaign.Textf("Not approved: %s", c.Name)
	}
	if err := s.log(ctx, &c, did); err != nil {
		return c, err
	}
	if choice == campaign.Approve && c.State != campaign.Approved {
		return c, nil // others are still asked
	}
	told := campaign.Textf("%s approved “%s”. It can go out now.", by.Name, c.Name)
	if choice == campaign.Decline {
		told = campaign.Textf("%s declined “%s”. It is a draft again.", by.Name, c.Name)
	}
	authors, err := s.authors(ctx, &c)
	if err != nil {
		return c, err
	}
	return c, s.tell(ctx, &c, authors, campaign.Letter{
		Subject: subject.Stored(), Lines: campaign.StoredTexts([]campaign.Text{told, said(words)}), Button: campaign.Textf("Open the campaign").Stored(),
	})
}

const (
	declinedWords = "it was not approved: see why on the Check tab"
	voidWords     = "the approval does not hold any more, since something changed: see what on the Check tab"
)

// mayDecide refuses a decision by somebody who may not make it, or on something else than they saw.
func (s *Approvals) mayDecide(ctx context.Context, c *campaign.Campaign, user, asked, print string, choice campaign.Choice) (Standing, error) {
	var st Standing
	if user == "" {
		return st, campaign.Errorf(campaign.Forbidden, "only a user who is signed in to the panel can approve")
	}
	u, err := s.users.GetUser(ctx, user)
	if err != nil {
		return st, err
	}
	if !u.MayApprove() {
		return st, campaign.Errorf(campaign.Forbidden, "you may not approve campaigns: an admin can give you that right")
	}
	if c.State != campaign.InReview || !c.Approval.Open() || c.Approval.ID != asked {
		return st, campaign.Errorf(campaign.Conflict, "what you were asked to approve is not asked for any more: %s", c.State.Words())
	}
	e, err := s.editionOf(ctx, c)
	if err != nil {
		return st, err
	}
	if st, err = s.standing(ctx, c, e); err != nil {
		return st, err
	}
	switch {
	case !slices.ContainsFunc(st.Approvers, func(a campaign.User) bool { return a.ID == u.ID }):
		return st, campaign.Errorf(campaign.Forbidden, "you wrote this, made the campaign or asked for its approval: somebody else has to approve it")
	case c.Approval.DecidedBy(user):
		return st, campaign.Errorf(campaign.Conflict, "you have decided already")
	case choice == campaign.Approve && (print != st.Print || !st.Why.IsZero()):
		why := st.Why
		if why.IsZero() {
			why = campaign.Textf("what you saw is not what stands there now")
		}
		return st, campaign.Errorf(campaign.Conflict, "this cannot be approved as you saw it: %s", why)
	}
	return st, nil
}

// refused logs that somebody was refused, and returns why.
func (s *Approvals) refused(ctx context.Context, id string, why error) error {
	c, err := s.campaigns.GetCampaign(ctx, id)
	if err != nil {
		return why
	}
	if err := s.log(ctx, &c, campaign.Textf("Refused (%s)", campaign.TextOf(why))); err != nil {
		return err
	}
	return why
}

// Withdraw takes a campaign out of review, or its approval back; it is a draft again.
func (s *Approvals) Withdraw(ctx context.Context, id string) (campaign.Campaign, error) {
	c, err := s.step(ctx, id, func(c *campaign.Campaign) error {
		if c.State != campaign.InReview && c.State != campaign.Approved {
			return c.State.TooLate()
		}
		return nil
	}, func(c *campaign.Campaign) error {
		c.EndApproval(s.now(), campaign.Textf("%s took it back", actorOf(ctx).Name))
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, s.log(ctx, &c, campaign.Textf("Took back what was asked to be approved"))
}

// SendAlone lets a campaign leave without a second person, in an emergency: now, after a delay in which it can be called back. It
// holds for this one time and for what the campaign is now, and all admins are told.
func (s *Approvals) SendAlone(ctx context.Context, id, reason string, delay time.Duration) (campaign.Campaign, error) {
	by := actorOf(ctx)
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "":
		return campaign.Campaign{}, campaign.FieldError("alone", "say why it cannot wait for a second person: all admins are told")
	case campaign.LongerThan(reason, maxWords):
		return campaign.Campaign{}, campaign.FieldError("alone", "this is longer than %d characters", maxWords)
	}
	if c, err := s.campaigns.GetCampaign(ctx, id); err != nil {
		return c, err
	} else if c.Series != "" {
		return c, campaign.Errorf(campaign.Conflict, "a series goes on for long and leaves only once somebody else has approved it: send a single campaign where it cannot wait")
	}
	now := s.now()
	decision := campaign.Decision{User: by.User, Name: by.Name, At: now, Said: campaign.SendAlone, Words: reason}
	if !s.mayAlone(ctx, &decision) {
		return campaign.Campaign{}, s.refused(ctx, id, campaign.Errorf(campaign.Forbidden, "only who may approve campaigns can let one go out alone in an emergency"))
	}
	var st Standing
	var readers int64
	c, err := s.step(ctx, id, func(c *campaign.Campaign) error {
		if !c.State.Waiting() {
			return c.State.TooLate()
		}
		e, err := s.look(ctx, c, &st)
		if err != nil {
			return err
		}
		readers, err = s.keep(ctx, c.ID, e, &st)
		return err
	}, func(c *campaign.Campaign) error {
		decision.Print = st.Print
		c.Approval = &campaign.Approval{
			ID: campaign.NewID(now), Print: st.Print, Approved: c.Approval.LastApproved(), Asks: max(1, st.Asks), Readers: readers,
			By: by.User, ByName: by.Name, At: now, Decisions: []campaign.Decision{decision},
		}
		c.AloneAt = now
		return nil
	})
	if err != nil {
		return c, err
	}
	if err := s.log(ctx, &c, campaign.Textf("Let go out without a second person (%s)", reason)); err != nil {
		return c, err
	}
	admins, err := s.admins(ctx)
	if err != nil {
		return c, err
	}
	if err := s.tell(ctx, &c, admins, campaign.Letter{
		Subject: campaign.Textf("Sent without a second person: %s", c.Name).Stored(),
		Lines: campaign.StoredTexts([]campaign.Text{
			campaign.Textf("%s lets “%s” go out without the approval of a second person. Readers: %d.", by.Name, c.Name, readers),
			campaign.Textf("The reason: %s", reason), campaign.Textf("Every admin gets this mail."),
		}),
		Button: campaign.Textf("Open the campaign").Stored(),
	}); err != nil {
		return c, err
	}
	return s.sending.SendNow(ctx, id, delay)
}
