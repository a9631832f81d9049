package web

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

type contentForm struct {
	edited
	Name     string   `form:"name"`
	Release  string   `form:"release"`
	Content  string   `form:"content" merge:"content,What each run sends"`
	Kinds    []string `form:"kinds" merge:"kinds,Kinds of release,set"` // what follows is of content that gathers or is copied
	Topics   []string `form:"topics" merge:"topics,What it is about,set"`
	From     []string `form:"told_lists" merge:"told_lists,Sent to one of the lists,set"`
	AtLeast  string   `form:"at_least"`
	AtMost   string   `form:"at_most"`
	Since    string   `form:"since"`
	NoIntro  string   `form:"no_intro"` // "wait" or ""
	Approve  bool     `form:"approve"`
	Deadline string   `form:"deadline"` // hours before its time
	Late     string   `form:"late"`

	Lists   []string `form:"lists" merge:"-"`
	Segment string   `form:"segment" merge:"-"` // of a new campaign: whom of the lists
}

// campaignNewPage begins a campaign: what, and to whom.
type campaignNewPage struct {
	Page
	Form     contentForm
	Releases []templates.Option
	Lists    []listRow

	SegmentName string // of the one it goes to
}

// OnList reports whether a list is ticked.
func (p *campaignNewPage) OnList(id string) bool { return slices.Contains(p.Form.Lists, id) }

// newestReleases is how many a field of the release offers; it finds the others by name.
const newestReleases = 50

// releaseOptions offers the newest releases in use, and those with the ids whatever they are.
func (s *campaignPages) releaseOptions(v *visit, also ...string) ([]templates.Option, error) {
	return newestReleaseOptions(v, s.store, also...)
}

// releaseFinder finds releases to choose from.
type releaseFinder interface {
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
	GetRelease(ctx context.Context, id string) (campaign.Release, error)
}

func newestReleaseOptions(v *visit, st releaseFinder, also ...string) ([]templates.Option, error) {
	found, _, err := st.FindReleases(v.ctx(), store.ReleaseFilter{}, pageOf(newestReleases))
	if err != nil {
		return nil, err
	}
	out := optionsFor(v.say("Choose a release"), found, func(r campaign.Release) templates.Option { return templates.Option{Value: r.ID, Label: r.Title} })
	for _, id := range also {
		if slices.ContainsFunc(out, func(o templates.Option) bool { return o.Value == id }) {
			continue
		}
		r, err := st.GetRelease(v.ctx(), id)
		switch {
		case campaign.CodeOf(err) == campaign.NotFound:
			continue
		case err != nil:
			return nil, err
		case r.Archived:
			r.Title = v.say("%s (archived)", r.Title)
		}
		out = append(out, templates.Option{Value: r.ID, Label: r.Title})
	}
	return out, nil
}

// checkRelease refuses a release that is not there.
func (s *campaignPages) checkRelease(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := s.store.GetRelease(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.FieldError("release", "choose one of the releases offered")
	}
	return err
}

func (s *campaignPages) newPage(v *visit) (*campaignNewPage, error) {
	p := &campaignNewPage{Page: v.page("campaigns", "New campaign")}
	var err error
	p.Lists, err = s.offers.listRows(v.ctx(), false)
	return p, err
}

func (s *campaignPages) new(v *visit) error {
	p, err := s.newPage(v)
	if err != nil {
		return err
	}
	p.Form.Release, p.Form.Segment = v.Query("release"), v.Query("segment")
	if p.Form.Segment != "" {
		seg, err := s.store.GetSegment(v.ctx(), p.Form.Segment)
		if err != nil {
			return gone(err, "segment")
		}
		p.SegmentName = seg.Name
	}
	if p.Releases, err = s.releaseOptions(v, p.Form.Release); err != nil {
		return err
	}
	r, err := s.store.GetRelease(v.ctx(), p.Form.Release)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	p.Form.Name = r.Title
	return v.show("campaign_new", p)
}

func (s *campaignPages) create(v *visit) error {
	p, err := s.newPage(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	wrong := s.checkRelease(v.ctx(), p.Form.Release)
	if wrong != nil && campaign.CodeOf(wrong) != campaign.Invalid {
		return wrong
	}
	if p.Releases, err = s.releaseOptions(v, p.Form.Release); err != nil {
		return err
	}
	var within []string
	if p.Form.Segment != "" {
		seg, err := s.store.GetSegment(v.ctx(), p.Form.Segment)
		if err != nil {
			return gone(err, "segment")
		}
		p.SegmentName, within = seg.Name, []string{seg.ID}
	}
	c := campaign.Campaign{ID: v.once(), Name: p.Form.Name, Release: p.Form.Release, Lists: p.Form.Lists, Segments: within, Owner: v.user.ID, Schedule: campaign.Schedule{Zone: v.zone.String()}}
	if len(v.set.Senders) > 0 {
		c.Sender = v.set.Senders[0]
	}
	v.auditDetail(c.Name)
	if trial := c; wrong != nil {
		return v.refused(campaign.Together(trial.Normalize(), wrong), "campaign_new", p)
	}
	if err := s.store.CreateCampaign(v.ctx(), &c); err != nil && !v.madeBefore(err, c.ID, s.hasCampaign) {
		return v.refused(err, "campaign_new", p)
	}
	return v.done("/campaigns/"+c.ID+"/audience", "The campaign is there as a draft. Nothing is sent before you say so on the Check tab.")
}

func (s *campaignPages) hasCampaign(ctx context.Context, id string) error {
	_, err := s.store.GetCampaign(ctx, id)
	return err
}

// copy makes a draft of a campaign: what it sends, to whom and from whom, without its time.
func (s *campaignPages) copy(v *visit) error {
	of, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "campaign")
	}
	c := campaign.Campaign{
		ID: v.once(), Name: v.say("%s (copy)", of.Name), Release: of.Release, Lists: of.Lists, Exclude: of.Exclude, Segments: of.Segments, ExcludeSegments: of.ExcludeSegments,
		Content: of.Content, ABTest: of.ABTest, Follow: of.Follow, JoinDays: of.JoinDays, RequireConsent: of.RequireConsent, ToEveryone: of.ToEveryone, Sender: of.Sender, Owner: v.user.ID, Schedule: campaign.Schedule{Zone: of.Schedule.Zone},
	}
	v.auditDetail(c.Name)
	if err := s.store.CreateCampaign(v.ctx(), &c); err != nil && !v.madeBefore(err, c.ID, s.hasCampaign) {
		return err
	}
	return v.done("/campaigns/"+c.ID, "This is the copy, a draft without a time. Give it its name, and look at its audience.")
}

// contentPage is the first tab: the name and the release.
type contentPage struct {
	campaignPage
	Form     contentForm
	Releases []templates.Option
	Release  *campaign.Release
	Marks    []versionMark
	Shown    campaign.Language // shown
	Topics   []campaign.Topic
	Lists    []templates.Option
}

// takeContent fills the form from the rule for what is sent.
func (f *contentForm) takeContent(c *campaign.ContentRule, zone *time.Location, now time.Time) {
	f.Content, f.Topics, f.From, f.Late = string(c.Kind), c.Topics, c.Lists, string(c.Late)
	f.Kinds = campaign.Collect(c.Kinds, func(k campaign.ReleaseKind) string { return string(k) })
	f.AtLeast, f.AtMost = strconv.Itoa(cmp.Or(c.AtLeast, 1)), strconv.Itoa(cmp.Or(c.AtMost, campaign.DefaultAtMost))
	since := c.Since
	if since.IsZero() {
		since = now.AddDate(0, -1, 0)
	}
	f.Since, f.Approve, f.Deadline = since.In(zone).Format(time.DateOnly), c.Approve, strconv.FormatFloat(float64(c.Deadline)/60, 'f', -1, 64)
	if c.NeedsIntro {
		f.NoIntro = string(campaign.WaitLate)
	}
}

// content returns the rule for what is sent.
func (f *contentForm) content(zone *time.Location) (campaign.ContentRule, error) {
	c := campaign.ContentRule{
		Kind: campaign.ContentKind(f.Content), Kinds: campaign.Collect(f.Kinds, func(k string) campaign.ReleaseKind { return campaign.ReleaseKind(k) }),
		Topics: f.Topics, Lists: f.From, NeedsIntro: f.NoIntro != "", Approve: f.Approve, Late: campaign.LateRule(f.Late),
	}
	if c.Kind == campaign.FixedContent {
		return campaign.ContentRule{}, nil
	}
	var faults campaign.Checks
	hours, err := strconv.ParseFloat(strings.ReplaceAll(cmp.Or(strings.TrimSpace(f.Deadline), "0"), ",", "."), 64)
	faults.Refuse(err != nil || math.IsNaN(hours) || math.Abs(hours) > 1e4, "deadline", "write a number of hours")
	c.Deadline = int(hours*60 + 0.5)
	if c.Kind != campaign.GatherContent {
		return c, campaign.Together(faults...)
	}
	for _, n := range []struct {
		of    *int
		typed string
		field string
	}{{&c.AtLeast, f.AtLeast, "at_least"}, {&c.AtMost, f.AtMost, "at_most"}} {
		*n.of, err = strconv.Atoi(strings.TrimSpace(n.typed))
		faults.Refuse(err != nil || *n.of < 1, n.field, "this must be a number from %d to %d", 1, campaign.MaxStories)
	}
	c.Since, err = time.ParseInLocation(time.DateOnly, strings.TrimSpace(f.Since), zone)
	faults.Refuse(err != nil, "since", "the date %q is not of the form 2026-10-18", f.Since)
	c.Since = c.Since.UTC()
	return c, campaign.Together(faults...)
}

// Has reports whether a value is among those that are ticked.
func (p *contentPage) Has(ticked []string, value string) bool { return slices.Contains(ticked, value) }

// ReleaseKinds, Intros and Lates are what the rule is chosen from.
func (p *contentPage) ReleaseKinds() []templates.Option {
	return optionsOf(p.Language, "", campaign.ReleaseKinds)
}

func (p *contentPage) Intros() []templates.Option {
	return []templates.Option{{Label: p.say("It goes without one")}, {Value: string(campaign.WaitLate), Label: p.say("It waits for one")}}
}

func (p *contentPage) Lates() []templates.Option {
	return optionsOf(p.Language, "", campaign.LateRules)
}

// SaysTheSame reports whether the campaign goes out again and again with one text.
func (p *contentPage) SaysTheSame() bool {
	return p.Campaign.Schedule.Recurs() && !p.Campaign.HasEditions()
}

func (s *campaignPages) contentPage(v *visit) (*contentPage, error) {
	base, err := s.tab(v, "content")
	if err != nil {
		return nil, err
	}
	p := &contentPage{campaignPage: base, Topics: v.set.Topics, Form: contentForm{Name: base.Campaign.Name, Release: base.Campaign.Release}}
	p.Form.takeContent(&base.Campaign.Content, v.zone, s.Now())
	if p.Lists, err = s.offers.lists(v.ctx(), ""); err != nil {
		return nil, err
	}
	begin(&p.Form, base.Campaign.Version)
	r, err := s.store.GetRelease(v.ctx(), base.Campaign.Release)
	if campaign.UnlessMissing(err) != nil {
		return nil, err
	}
	if err == nil {
		p.Release, p.Marks, p.Shown = &r, versionMarks(&r), cmp.Or(oneOf(v.Query("lang"), r.Available()), r.Source)
	}
	p.Releases, err = s.releaseOptions(v, base.Campaign.Release)
	return p, err
}

func (s *campaignPages) updateContent(v *visit) error {
	p, err := s.contentPage(v)
	if err != nil {
		return err
	}
	theirs := p.Form
	p.Form = contentForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if p.Releases, err = s.releaseOptions(v, p.Form.Release, theirs.Release); err != nil {
		return err
	}
	if p.Form.Release != theirs.Release && p.Editable {
		if err := s.checkRelease(v.ctx(), p.Form.Release); err != nil {
			return v.refused(err, "campaign_content", p)
		}
	}
	if asked, err := p.together(v, "campaign_content", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	content, wrong := p.Form.content(v.zone)
	_, err = s.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		if err := p.Form.check(c); err != nil {
			return err
		}
		return change(v, c.Name, c, func() error {
			c.Name, c.Release, c.Content = p.Form.Name, p.Form.Release, content
			if wrong != nil { // all that is wrong is told together
				return campaign.Together(wrong, c.Normalize())
			}
			return checkEditable(c)
		})
	})
	if err != nil {
		return v.refused(err, "campaign_content", p)
	}
	if ended, err := s.recheck(v, p.Campaign.ID, p.Path("")); ended || err != nil {
		return err
	}
	return v.saved(p.Path(""))
}
