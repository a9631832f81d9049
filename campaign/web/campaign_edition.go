package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// editionPages show what the runs of a campaign with editions send: the next one, which can be decided about, and those before.
type editionPages struct {
	*panel
	store     editionStore
	campaigns *campaignPages
}

type editionStore interface {
	ApproveUpcoming(ctx context.Context, c *campaign.Campaign, id, seen string) error
	Compose(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Release, []string, error)
	FindRuns(ctx context.Context, campaignID string, tests bool, p store.Page) ([]campaign.Run, string, error)
	FindUpcomings(ctx context.Context, campaignID string, state campaign.UpcomingState, limit int) ([]campaign.Upcoming, error)
	GetCampaign(ctx context.Context, id string) (campaign.Campaign, error)
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
	GetReleases(ctx context.Context, ids []string) ([]campaign.Release, error)
	NextEdition(ctx context.Context, c *campaign.Campaign) (campaign.Outlook, error)
	PrepareUpcoming(ctx context.Context, c *campaign.Campaign, slot campaign.Slot) (campaign.Outlook, error)
	RemakeUpcoming(ctx context.Context, c *campaign.Campaign, id string) error
	SkipUpcoming(ctx context.Context, id string, why campaign.Text) (skipped bool, err error)
	TakeOver(ctx context.Context, c *campaign.Campaign, id string) error
	UnskipUpcoming(ctx context.Context, id string) error
	WithdrawApproval(ctx context.Context, id string) error
}

// editionsPage is the tab that shows the next edition of a campaign and those before it.
type editionsPage struct {
	campaignPage
	Next   *campaign.Outlook // nil while none is made
	Fate   campaign.Fate     // of the next edition, as it stands
	Why    campaign.Text     // it does not go
	Block  campaign.Text     // what has to be written or taken out before it can be approved
	Marks  []versionMark
	Shown  campaign.Language
	Past   []pastEdition
	Paging paging
}

// pastEdition is an edition that went out, or whose time went by.
type pastEdition struct {
	At      time.Time
	Run     *campaign.Run // nil of one that was skipped
	Release string        // id
	Read    string        // where readers find it
	Stories []campaign.Story
	Skipped campaign.Text // why
}

// Needs reports whether somebody has to say of each edition that it may go.
func (p *editionsPage) Needs() bool { return p.Campaign.Content.NeedsApproval() }

// ReadyBy is when the next edition must be ready; the zero time where it goes by itself.
func (p *editionsPage) ReadyBy() time.Time {
	if p.Next == nil || !p.Campaign.Content.MayWait() {
		return time.Time{}
	}
	return p.Campaign.Content.ReadyBy(p.Next.Upcoming.Slot)
}

// Approved says who approved the next edition as it stands; nil when nobody has.
func (p *editionsPage) Approved() *campaign.Clearance {
	if p.Next == nil || !p.Next.Upcoming.IsApproved(&p.Next.Release) {
		return nil
	}
	return p.Next.Upcoming.Approved
}

// IsCopy reports whether somebody writes each edition.
func (p *editionsPage) IsCopy() bool { return p.Campaign.Content.Kind == campaign.CopyContent }

// Skipped, Touched and Frozen say whether the next edition is skipped, was changed by hand, and no longer follows what is published.
func (p *editionsPage) Skipped() bool { return p.Next.Upcoming.State == campaign.UpcomingSkipped }
func (p *editionsPage) Touched() bool { return p.Next.Upcoming.Touched(&p.Next.Release) }
func (p *editionsPage) Frozen() bool  { return !p.Next.Upcoming.Follows(&p.Next.Release) }

// Stories are those of the version that is shown.
func (p *editionsPage) Stories() []campaign.Story {
	if v := p.Next.Release.In(p.Shown); v != nil {
		return v.Stories
	}
	return nil
}

// Further are the releases that wait for the edition after the next, where it holds no more.
func (p *editionsPage) Further() int {
	return len(p.Next.Gathering().Rest) - len(p.Next.Later)
}

// Seen identifies the text that the page shows: an approval holds for no other.
func (p *editionsPage) Seen() string { return p.Next.Release.Says() }

func (s *editionPages) page(v *visit) (*editionsPage, error) {
	base, err := s.campaigns.tab(v, "editions")
	if err != nil {
		return nil, err
	}
	p := &editionsPage{campaignPage: base}
	c := &base.Campaign
	if c.HasEditions() {
		if err := s.fillNext(v, p); err != nil {
			return nil, err
		}
	}
	return p, s.fillPast(v, p)
}

func (s *editionPages) fillNext(v *visit, p *editionsPage) error {
	o, err := s.store.NextEdition(v.ctx(), &p.Campaign)
	if err != nil || o.Release.ID == "" {
		return campaign.UnlessMissing(err)
	}
	p.Next, p.Block = &o, o.Obstacle(&p.Campaign.Content)
	p.Fate, p.Why = o.Fate(&p.Campaign.Content)
	p.Marks, p.Shown = versionMarks(&o.Release), cmp.Or(oneOf(v.Query("lang"), o.Release.Available()), o.Release.Source)
	return nil
}

// pastEditions is how many are shown on a page.
const pastEditions = 20

func (s *editionPages) fillPast(v *visit, p *editionsPage) error {
	table := v.tablePage()
	table.Limit = pastEditions
	runs, next, err := s.store.FindRuns(v.ctx(), p.Campaign.ID, false, table)
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	for i := range runs {
		past := pastEdition{At: runs[i].Slot, Run: &runs[i], Release: runs[i].Release}
		e, err := s.store.GetEdition(v.ctx(), runs[i].ID)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		if version := e.Release.For(v.language); version != nil {
			past.Stories, past.Read = version.Stories, s.Links.Read(runs[i].ID, version.Language)
		}
		p.Past = append(p.Past, past)
	}
	skipped, err := s.store.FindUpcomings(v.ctx(), p.Campaign.ID, campaign.UpcomingSkipped, 200)
	if err != nil {
		return err
	}
	for _, u := range skipped {
		within := (table.After == "" || len(runs) > 0 && u.Slot.Before(runs[0].Slot)) && (next == "" || u.Slot.After(runs[len(runs)-1].Slot))
		if within && (p.Next == nil || p.Next.Upcoming.ID != u.ID) {
			p.Past = append(p.Past, pastEdition{At: u.Slot, Skipped: campaign.StoredText(u.Reason)})
		}
	}
	slices.SortStableFunc(p.Past, func(a, b pastEdition) int { return b.At.Compare(a.At) })
	return nil
}

// deciding lets somebody decide about the next edition. The page that led here names it; when another has become the next meanwhile,
// nothing is done.
func (s *editionPages) deciding(decide func(*visit, *campaign.Campaign, string) error, notice campaign.Text) func(*visit) error {
	return func(v *visit) error {
		var form struct {
			Edition string `form:"edition"`
			Seen    string `form:"seen"`
		}
		if err := v.read(&form); err != nil {
			return err
		}
		c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
		if err != nil {
			return gone(err, "campaign")
		}
		v.auditDetail(c.Name)
		o, err := s.store.NextEdition(v.ctx(), &c)
		if campaign.UnlessMissing(err) != nil {
			return err
		}
		if err == nil && o.Upcoming.ID == form.Edition {
			err = decide(v, &c, form.Seen)
		} else {
			err = campaign.Errorf(campaign.Conflict, "another edition is the next one by now")
		}
		if campaign.CodeOf(err) == campaign.Conflict {
			p, pageErr := s.page(v)
			if pageErr != nil {
				return pageErr
			}
			return v.refused(err, "campaign_editions", p)
		}
		if err != nil {
			return err
		}
		s.Wake()
		return v.done("/campaigns/"+c.ID+"/editions", "%s", notice)
	}
}

func (s *editionPages) approve(v *visit, c *campaign.Campaign, seen string) error {
	return s.store.ApproveUpcoming(v.ctx(), c, v.PostForm("edition"), seen)
}

func (s *editionPages) withdraw(v *visit, _ *campaign.Campaign, _ string) error {
	return s.store.WithdrawApproval(v.ctx(), v.PostForm("edition"))
}

func (s *editionPages) skip(v *visit, _ *campaign.Campaign, _ string) error {
	_, err := s.store.SkipUpcoming(v.ctx(), v.PostForm("edition"), campaign.Textf("%s skipped it", v.user.Name))
	return err
}

func (s *editionPages) unskip(v *visit, _ *campaign.Campaign, _ string) error {
	return s.store.UnskipUpcoming(v.ctx(), v.PostForm("edition"))
}

func (s *editionPages) takeOver(v *visit, c *campaign.Campaign, _ string) error {
	return s.store.TakeOver(v.ctx(), c, v.PostForm("edition"))
}

func (s *editionPages) remake(v *visit, c *campaign.Campaign, _ string) error {
	return s.store.RemakeUpcoming(v.ctx(), c, v.PostForm("edition"))
}

// prepare makes the next edition at once, also of a campaign that is not on the schedule yet.
func (s *editionPages) prepare(v *visit) error {
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "campaign")
	}
	v.auditDetail(c.Name)
	back := "/campaigns/" + c.ID + "/editions"
	if err := checkEditable(&c); err != nil || !c.HasEditions() {
		return cmp.Or(err, v.done(back, "This campaign has no editions."))
	}
	if _, err := s.store.PrepareUpcoming(v.ctx(), &c, s.campaigns.nextSlot(&c)); err != nil {
		if campaign.CodeOf(err) == "" {
			return err
		}
		return v.done(back, "The next edition cannot be made: %s", err)
	}
	return v.done(back, "The next edition is made.")
}

// nextSlot is when a campaign leaves next: the time it waits for, else the next of its schedule, else now.
func (s *campaignPages) nextSlot(c *campaign.Campaign) campaign.Slot {
	if !c.NextAt.IsZero() {
		return campaign.Slot{At: c.NextAt, Wall: c.NextWall}
	}
	if s.Planner != nil && c.Schedule.Kind != campaign.Manual {
		if slots, err := s.Planner.Next(c.Schedule, s.Now(), 1); err == nil && len(slots) > 0 {
			return slots[0]
		}
	}
	return campaign.Slot{At: s.Now().UTC().Truncate(time.Second)}
}

// waitingEditions are the next editions that somebody has to write or approve, and those that were skipped.
func (s *homePages) waitingEditions(v *visit, add func(bool, string, campaign.Text, campaign.Text)) error {
	const shown = 5
	open, err := s.store.FindUpcomings(v.ctx(), "", campaign.UpcomingOpen, 20)
	if err != nil {
		return err
	}
	for n := 0; len(open) > 0 && n < shown; open = open[1:] {
		u := open[0]
		c, err := s.store.GetCampaign(v.ctx(), u.Campaign)
		if err != nil || c.State != campaign.Scheduled {
			if campaign.UnlessMissing(err) != nil {
				return err
			}
			continue
		}
		link := "/campaigns/" + c.ID + "/editions"
		if c.Note != "" && u.WaitsFrom.IsZero() {
			n++
			add(false, link, campaign.Textf("Look at it"), campaign.Textf("“%s”: %s.", c.Name, v.say("%s", campaign.OwnWords(c.Note))))
		}
		if !c.Content.MayWait() {
			continue
		}
		o, err := s.store.Outlook(v.ctx(), &c, u)
		if err != nil {
			return err
		}
		if fate, why := o.Fate(&c.Content); fate == campaign.Waits {
			n++
			by := c.Content.ReadyBy(u.Slot)
			add(by.Before(s.Now().Add(24*time.Hour)), link, campaign.Textf("home: See to it"), campaign.Textf("The next edition of “%s” must be ready by %s: %s.", c.Name, by.In(v.zone), why))
		}
	}
	return nil
}

// checkText finds out whether a campaign that goes out again and again says something new each time.
func (s *sendPages) checkText(v *visit, p *checkPage, r *campaign.Release) error {
	c := &p.Campaign
	if c.HasEditions() {
		return s.checkEdition(v, p)
	}
	if !c.Schedule.Recurs() || c.Schedule.Kind == campaign.BySeries || r.ID == "" { // nobody gets a step again
		return nil
	}
	same := checkLine{Tone: "amber", Text: campaign.Textf("Everybody gets the same text again each time"), More: campaign.Textf("A reason for it is kept with the campaign, and holds for this text."), Link: p.Path(""), Do: doChange}
	if c.LastRun == "" {
		p.add(same)
		return nil
	}
	last, err := s.store.GetEdition(v.ctx(), c.LastRun)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	run, err := s.store.GetRun(v.ctx(), c.LastRun)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	if last.Release.Says() != r.Says() {
		p.add(same)
	} else {
		p.add(checkLine{Tone: "amber", Text: campaign.Textf("It says the same as the last time, on %s", p.moment(run.StartedAt)),
			More: campaign.Textf("Its readers would get the same text again."), Link: editAt(r, r.Source, "headline"), Do: doChange})
	}
	return nil
}

// checkEdition says what becomes of the next edition as it stands.
func (s *sendPages) checkEdition(v *visit, p *checkPage) error {
	c := &p.Campaign
	o, err := s.store.NextEdition(v.ctx(), c)
	if err != nil {
		if campaign.CodeOf(err) == campaign.NotFound {
			p.add(checkLine{Tone: "green", Text: campaign.Textf("Each edition is made once the campaign is on the schedule"), Link: p.Path("editions")})
			err = nil
		}
		return err
	}
	line := checkLine{Tone: "amber", Link: p.Path("editions"), Do: campaign.Textf("Look at it")}
	switch fate, why := o.Fate(&c.Content); fate {
	case campaign.Goes:
		line = checkLine{Tone: "green", Text: campaign.Textf("The next edition goes out as it stands"), Link: line.Link}
	case campaign.Waits:
		line.Text = campaign.Textf("The next edition waits: %s", why)
	case campaign.Skips:
		line.Text = campaign.Textf("The next edition would be skipped: %s", why)
	}
	p.add(line)
	for i := range o.Release.Versions {
		if version := &o.Release.Versions[i]; c.Content.Kind == campaign.GatherContent && version.RepeatsIntro(o.Last) {
			p.add(checkLine{Tone: "amber", Text: campaign.Textf("%s: the introduction is that of the last edition", version.Language.Name()), More: campaign.Textf("It is left out of this one."), Link: editAt(&o.Release, version.Language, "lead"), Do: doWrite})
		}
	}
	return nil
}

// approveNow makes the next edition for the moment and approves it: who sends it by hand says that it may go.
func (s *sendPages) approveNow(v *visit, c *campaign.Campaign) error {
	if !c.HasEditions() {
		return nil
	}
	o, err := s.store.PrepareUpcoming(v.ctx(), c, s.campaigns.nextSlot(c))
	if err != nil {
		return err
	}
	return s.store.ApproveUpcoming(v.ctx(), c, o.Upcoming.ID, "")
}

func (w *wiring) editionRoutes(campaigns *campaignPages) []route {
	editions := &editionPages{panel: w.panel, store: w.store, campaigns: campaigns}
	return []route{
		get("/campaigns/:id/editions", viewer, shows("campaign_editions", editions.page)),
		post("/campaigns/:id/editions/make", editor, editions.prepare),
		post("/campaigns/:id/editions/approve", editor, editions.deciding(editions.approve, campaign.Textf("It may go out as it stands. Whoever changes it has it approved again."))),
		post("/campaigns/:id/editions/withdraw", editor, editions.deciding(editions.withdraw, campaign.Textf("It waits again."))),
		post("/campaigns/:id/editions/skip", editor, editions.deciding(editions.skip, campaign.Textf("It is skipped. What it tells is told by the next one."))),
		post("/campaigns/:id/editions/unskip", editor, editions.deciding(editions.unskip, campaign.Textf("It is not skipped."))),
		post("/campaigns/:id/editions/take-over", editor, editions.deciding(editions.takeOver, campaign.Textf("What is new stands first among its stories."))),
		post("/campaigns/:id/editions/remake", editor, editions.deciding(editions.remake, campaign.Textf("The edition is made anew."))),
	}
}
