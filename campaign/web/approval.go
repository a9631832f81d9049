package web

import (
	"context"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/compare"
	"github.com/glasnik/glasnik/templates"
)

// approvalPages are where campaigns are approved, or declined.
type approvalPages struct {
	*panel
	store approvalStore
	send  *sendPages
}

type approvalStore interface {
	commentFinder
	AskApproval(ctx context.Context, id, words string, then bool) (campaign.Campaign, error)
	Decide(ctx context.Context, id, asked, print string, choice campaign.Choice, words string) (campaign.Campaign, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
	GetSnapshot(ctx context.Context, campaignID, print string) (edition.Snapshot, error)
	ScheduleCampaign(ctx context.Context, id string, slot campaign.Slot) (campaign.Campaign, error)
	SendAlone(ctx context.Context, id, reason string, delay time.Duration) (campaign.Campaign, error)
	Withdraw(ctx context.Context, id string) (campaign.Campaign, error)
}

// approvalPage shows what is to be approved as a whole, what changed since the last approval, and the buttons that decide.
type approvalPage struct {
	*checkPage
	Release  campaign.Release
	Shown    campaign.Language
	Changes  []changedPart
	Against  campaign.Text // what the changes are compared with; zero where there is nothing to compare with
	Comments []commentRow
	Mistaken campaign.Text // why the link in a mail leads to something else than it was written for
	Words    string

	planner Planner
}

// changedPart is one of the things an approval is bound to, as it was and as it is.
type changedPart struct {
	Name      campaign.Text
	Was, Is   template.HTML
	SameWords bool // something behind the words changed
}

// PreviewPath is where a version is shown as a reader gets it.
func (p *approvalPage) PreviewPath() string {
	return "/releases/" + p.Release.ID + "/preview?lang=" + string(p.Shown)
}

// Facts are the things an approval is bound to beside the words for readers.
func (p *approvalPage) Facts() []textPart {
	var out []textPart
	if p.Standing == nil {
		return nil
	}
	for _, part := range p.Standing.Parts {
		if text := p.wordsOf(&part); !part.Long && part.Of != edition.OfIdentity && text != "" { // the preview shows who it is from
			out = append(out, textPart{Label: campaign.StoredText(part.Name), Text: text})
		}
	}
	return out
}

// storedMoment is how moments are written in parts.
var storedMoment = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

// wordsOf writes what an approval is bound to in the user's language.
func (p *approvalPage) wordsOf(part *edition.Part) string {
	switch {
	case part.Of == edition.OfKind:
		return templates.Label(p.Language, campaign.ReleaseKind(part.Text))
	case part.Of == edition.OfSeries:
		lines := strings.Split(part.Text, "\n")
		for i, line := range lines {
			lines[i] = p.inMoments(templates.Sentence(p.Language, campaign.StoredText(line)))
		}
		return strings.Join(lines, "\n")
	case part.Schedule != nil && p.planner != nil:
		words, err := p.planner.Describe(*part.Schedule)
		if err != nil {
			break
		}
		return strings.Join(append([]string{templates.Sentence(p.Language, words)}, movesIn(p.Language, part.Schedule.Exceptions)...), "\n")
	}
	return p.inMoments(part.Text)
}

// inMoments writes the moments of a stored text in the user's language.
func (p *approvalPage) inMoments(text string) string {
	return storedMoment.ReplaceAllStringFunc(text, func(s string) string {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return s
		}
		return p.moment(at)
	})
}

// MayDecide reports whether the user may approve or decline it now.
func (p *approvalPage) MayDecide() bool { return p.WhyNot().IsZero() }

// WhyNot says why the user may not.
func (p *approvalPage) WhyNot() campaign.Text {
	switch {
	case p.Campaign.State != campaign.InReview || !p.Campaign.Approval.Open():
		return campaign.Textf("Nobody is asked to approve it now.")
	case !p.User.MayApprove():
		return campaign.Textf("You may look at it and comment on it. An admin can give you the right to approve.")
	case p.Campaign.IsAuthor(p.User, &p.Release):
		return campaign.Textf("You wrote it, made the campaign or asked for its approval: somebody else decides.")
	case p.Campaign.Approval.DecidedBy(p.User.ID):
		return campaign.Textf("You have decided.")
	}
	return campaign.Text{}
}

func (s *approvalPages) page(v *visit) (*approvalPage, error) {
	check, err := s.send.checkPage(v, countPatience)
	if err != nil {
		return nil, err
	}
	p := &approvalPage{checkPage: check, planner: s.Planner}
	p.Title = v.say("Approval: %s", check.Campaign.Name)
	if p.Release, err = s.store.GetRelease(v.ctx(), check.Campaign.Release); err != nil {
		return p, campaign.UnlessMissing(err)
	}
	if p.Shown = oneOf(v.Query("lang"), p.Release.Available()); p.Shown == "" && len(p.Release.Versions) > 0 {
		p.Shown = p.Release.For(v.language).Language
	}
	if p.Comments, err = commentRows(v, s.store, &p.Release, "", false); err != nil {
		return nil, err
	}
	return p, s.compare(v, p)
}

// compare fills in what changed: since it was asked for, where that does not hold any more, else since it was approved last.
func (s *approvalPages) compare(v *visit, p *approvalPage) error {
	a := p.Campaign.Approval
	if p.Standing == nil || a == nil {
		return nil
	}
	print := a.Approved
	if p.Against = campaign.Textf("What changed since it was last approved"); a.Print != p.Standing.Print {
		print, p.Against = a.Print, campaign.Textf("What changed since approval was asked for")
	}
	was, err := s.store.GetSnapshot(v.ctx(), p.Campaign.ID, print)
	if err != nil {
		p.Against = campaign.Text{}
		return campaign.UnlessMissing(err)
	}
	before, after := edition.Changed(was.Parts, p.Standing.Parts)
	for i := range after {
		was, is := p.wordsOf(&before[i]), p.wordsOf(&after[i])
		left, right := compare.Words(was, is)
		p.Changes = append(p.Changes, changedPart{Name: campaign.StoredText(after[i].Name), Was: left, Is: right, SameWords: was == is})
	}
	return nil
}

func (s *approvalPages) show(v *visit) error {
	p, err := s.page(v)
	if err != nil {
		return err
	}
	if asked := v.Query("asked"); asked != "" && (p.Standing == nil || asked != p.Standing.Print) {
		p.Mistaken = campaign.Textf("This is not what the mail was written for any more: it was changed since, or asked for anew.")
	}
	return v.show("campaign_approval", p)
}

// follow opens what the link in a mail asks its user to look at. It decides nothing, and is of no use to anybody else.
func (s *approvalPages) follow(v *visit) error {
	asked, _, ok := s.Links.ReadApproval(v.Param("token"))
	if !ok {
		return campaign.Errorf(campaign.NotFound, "there is no such page")
	}
	if asked.User != v.user.ID {
		words := campaign.Textf("Refused: opened the link of another user's mail about an approval")
		if err := s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ApprovalEntry, Audit: true, Object: "/campaigns/" + asked.Campaign, Detail: words.Stored()}); err != nil {
			return err
		}
		return campaign.Errorf(campaign.Forbidden, "this link is in a mail to somebody else: sign in as who it was written to")
	}
	switch asked.Print {
	case campaign.OfEdition:
		return v.seeOther("/campaigns/" + asked.Campaign + "/editions")
	case campaign.OfResults:
		return v.seeOther("/campaigns/" + asked.Campaign + "/results")
	case campaign.OfAlarm:
		return v.seeOther(asked.Campaign)
	case campaign.OfMonth:
		return v.seeOther("/reports/view?month=" + url.QueryEscape(asked.Campaign))
	}
	return v.seeOther("/campaigns/" + asked.Campaign + "/approval?asked=" + asked.Print)
}

func (s *approvalPages) ask(v *visit) error {
	p, err := s.send.checkPage(v, countPatience)
	if err != nil {
		return err
	}
	p.Asking = v.PostForm("words")
	if p.Blocked() {
		return v.refused(campaign.Errorf(campaign.Conflict, "The lines marked ▲ have to be mended before it can leave"), "campaign_check", p)
	}
	c, err := s.store.AskApproval(v.ctx(), v.Param("id"), p.Asking, v.PostForm("then") == "true")
	if campaign.CodeOf(err) == campaign.Invalid {
		return v.refused(err, "campaign_check", p)
	}
	if err != nil {
		return s.send.tooLate(v, err)
	}
	s.Wake()
	return v.done("/campaigns/"+c.ID+"/check", "Asked: who may approve it has a mail with a link.")
}

// decide approves or declines what the user saw.
func (s *approvalPages) decide(v *visit) error {
	choice := campaign.Approve
	if v.PostForm("choice") == string(campaign.Decline) {
		choice = campaign.Decline
	}
	words := v.PostForm("words")
	c, err := s.store.Decide(v.ctx(), v.Param("id"), v.PostForm("asked"), v.PostForm("print"), choice, words)
	switch campaign.CodeOf(err) {
	case campaign.Invalid, campaign.Conflict:
		p, pageErr := s.page(v)
		if pageErr != nil {
			return pageErr
		}
		p.Words = words
		return v.refused(err, "campaign_approval", p)
	}
	if err != nil {
		return gone(err, "campaign")
	}
	s.Wake()
	back := "/campaigns/" + c.ID + "/approval"
	switch {
	case choice == campaign.Decline:
		return v.done(back, "Declined. Who asked has a mail with your reason.")
	case c.State != campaign.Approved:
		return v.done(back, "Approved. Others are still asked.")
	case c.Approval.Then:
		return s.schedule(v, &c)
	}
	return v.done(back, "Approved. It can go out now.")
}

// schedule puts a campaign on its schedule as soon as it is approved, where that was asked for.
func (s *approvalPages) schedule(v *visit, c *campaign.Campaign) error {
	back := "/campaigns/" + c.ID + "/approval"
	slots, err := s.Planner.Next(c.Schedule, s.Now(), 1)
	if err != nil || len(slots) == 0 {
		return v.done(back, "Approved. It is not on the schedule: its time has passed.")
	}
	if _, err := s.store.ScheduleCampaign(v.ctx(), c.ID, slots[0]); err != nil {
		return err
	}
	s.Wake()
	return v.done(back, "Approved, and on the schedule.")
}

func (s *approvalPages) withdraw(v *visit) error {
	c, err := s.store.Withdraw(v.ctx(), v.Param("id"))
	if err != nil {
		return s.send.tooLate(v, err)
	}
	return v.done("/campaigns/"+c.ID+"/check", "Taken back: the campaign is a draft again.")
}

// alone lets a campaign leave in an emergency without a second person.
func (s *approvalPages) alone(v *visit) error {
	p, err := s.send.confirmed(v)
	if p == nil || err != nil {
		return err
	}
	p.Alone = v.PostForm("alone")
	c, err := s.store.SendAlone(v.ctx(), v.Param("id"), p.Alone, sendDelay)
	if campaign.CodeOf(err) == campaign.Invalid {
		return v.refused(err, "campaign_check", p)
	}
	if err != nil {
		return s.send.tooLate(v, err)
	}
	s.Wake()
	return v.done("/campaigns/"+c.ID+"/check", "It leaves at %s, without a second person. All admins are told.", c.NextAt.In(v.zone).Format("15:04:05 MST"))
}

// approvalPart is what the Check tab shows of a campaign's approval.
type approvalPart struct {
	Standing *store.Standing // nil while the campaign is not ready
	Asking   string          // what the user writes to those who approve
	Alone    string          // why it goes out without a second person
}

// MustAsk reports whether it may leave only once others approve it, and nobody is asked yet.
func (p *checkPage) MustAsk() bool {
	return p.Standing != nil && p.Standing.Missing != nil && p.Campaign.State == campaign.Draft
}

// MayNowOnly reports whether it may be sent at another time than its schedule's.
func (p *checkPage) MaySendNow() bool {
	return p.Standing == nil || p.Standing.Asks == 0 || p.Campaign.Schedule.Kind == campaign.Manual
}

// OfferAlone reports whether the user may let it go out alone.
func (p *checkPage) OfferAlone() bool {
	return p.User.MayApprove() && p.Standing != nil && p.Standing.Missing != nil && !p.Blocked()
}

// Decides reports whether the user is one of those who are asked, and has not said anything yet.
func (p *checkPage) Decides() bool {
	return p.Standing != nil && p.Campaign.State == campaign.InReview && !p.Campaign.Approval.DecidedBy(p.User.ID) &&
		slices.ContainsFunc(p.Standing.Approvers, func(u campaign.User) bool { return u.ID == p.User.ID })
}

// OnlyOne reports whether there is nobody who could approve it.
func (p *checkPage) OnlyOne() bool {
	return p.Standing != nil && len(p.Standing.Approvers) < max(1, p.Standing.Asks)
}

// fillStanding fills in how the campaign stands with its approvers, as soon as it is whole enough to be asked about.
func (s *sendPages) fillStanding(v *visit, p *checkPage) error {
	st, err := s.store.GetStanding(v.ctx(), &p.Campaign)
	switch {
	case err == nil:
		p.Standing = &st
	case campaign.CodeOf(err) == "":
		return err
	}
	return nil
}

// recheck looks whether an approval still holds after a change of its campaign, and ends the change where it does not.
func (s *campaignPages) recheck(v *visit, id, path string) (ended bool, err error) {
	before, err := s.store.GetCampaign(v.ctx(), id)
	if err != nil || !before.Approval.Open() {
		return false, err
	}
	c, err := s.store.RecheckApproval(v.ctx(), id)
	if err != nil || c.Approval.Open() {
		return false, err
	}
	s.Wake()
	return true, v.done(path, "Saved. The approval does not hold any more: ask for it again on the Check tab.")
}

// aloneShown is for how long the admins see that a campaign went out without a second person.
const aloneShown = 14 * 24 * time.Hour

// waitingApprovals are the campaigns that wait for the user's approval and, for admins, those that went out without one.
func (s *homePages) waitingApprovals(v *visit, p *homePage, add func(bool, string, campaign.Text, campaign.Text)) error {
	if v.user.MayApprove() {
		asked, _, err := s.store.FindCampaigns(v.ctx(), campaign.InReview, pageOf(20))
		if err != nil {
			return err
		}
		for i := range asked {
			c := &asked[i]
			r, err := s.store.GetRelease(v.ctx(), c.Release)
			if campaign.UnlessMissing(err) != nil {
				return err
			}
			if err == nil && c.Approval.Open() && !c.IsAuthor(v.user, &r) && !c.Approval.DecidedBy(v.user.ID) {
				add(true, "/campaigns/"+c.ID+"/approval", campaign.Textf("home: Decide"), campaign.Textf("“%s” waits for your approval; %s asks for it.", c.Name, c.Approval.ByName))
			}
		}
	}
	if !p.May("admin") {
		return nil
	}
	alone, err := s.store.FindSentAlone(v.ctx(), s.Now().Add(-aloneShown))
	for i := range alone {
		if d := alone[i].Approval.Alone(); d != nil {
			add(true, "/campaigns/"+alone[i].ID+"/check", campaign.Textf("Look at it"), campaign.Textf("“%s” was let go out without a second person by %s: %s", alone[i].Name, d.Name, d.Words))
		}
	}
	return err
}
