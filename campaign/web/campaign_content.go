package web

import (
	"cmp"
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

type contentForm struct {
	edited
	Name    string   `form:"name"`
	Release string   `form:"release"`
	Lists   []string `form:"lists" merge:"-"`
	Segment string   `form:"segment" merge:"-"` // of a new campaign: whom of the lists
}

// campaignNewPage begins a campaign: what, and to whom.
type campaignNewPage struct {
	Page
	releaseChoice
	Form  contentForm
	Lists []listRow

	SegmentName string // of the one it goes to
}

// OnList reports whether a list is ticked.
func (p *campaignNewPage) OnList(id string) bool { return slices.Contains(p.Form.Lists, id) }

// fewReleases is how many a select offers; where there are more, a picker finds them by name.
const fewReleases = 30

// releaseChoice is the field of the release.
type releaseChoice struct {
	Releases []templates.Option // nil where there are many
	Picked   string             // what the picker holds
}

// choice returns the field, with what is chosen or typed.
func (s *campaignPages) choice(v *visit, chosen string) (c releaseChoice, err error) {
	if c.Releases, err = s.releaseOptions(v, chosen); err != nil || c.Releases != nil || chosen == "" {
		return c, err
	}
	c.Picked = chosen
	r, err := s.store.GetRelease(v.ctx(), chosen)
	if err == nil {
		c.Picked = r.Title
	}
	return c, campaign.UnlessMissing(err)
}

// pickRelease looks up what was typed into the picker; current is what is chosen already.
func (s *campaignPages) pickRelease(v *visit, f *contentForm, current string) error {
	if f.Release = clean(f.Release); f.Release == "" {
		return nil
	}
	for _, id := range []string{f.Release, current} {
		r, err := s.store.GetRelease(v.ctx(), id)
		if err == nil && (r.ID == f.Release || r.Title == f.Release) {
			f.Release = r.ID
			return nil
		}
		if campaign.UnlessMissing(err) != nil {
			return err
		}
	}
	m, err := s.picks.pick(v.ctx(), "releases", "release", f.Release)
	if err == nil {
		f.Release = m.ID
	}
	return err
}

// releaseOptions offers the releases in use, and the chosen one even if it is archived; nothing where there are many.
func (s *campaignPages) releaseOptions(v *visit, chosen string) ([]templates.Option, error) {
	found, _, err := s.store.FindReleases(v.ctx(), store.ReleaseFilter{}, pageOf(fewReleases+1))
	if err != nil || len(found) > fewReleases {
		return nil, err
	}
	out := []templates.Option{{Label: v.say("Choose a release")}}
	listed := chosen == ""
	for _, r := range found {
		out = append(out, templates.Option{Value: r.ID, Label: r.Title})
		listed = listed || r.ID == chosen
	}
	if !listed {
		r, err := s.store.GetRelease(v.ctx(), chosen)
		if err != nil {
			return out, campaign.UnlessMissing(err)
		}
		out = append(out, templates.Option{Value: r.ID, Label: v.say("%s (archived)", r.Title)})
	}
	return out, nil
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
	if p.releaseChoice, err = s.choice(v, p.Form.Release); err != nil {
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
	wrong := s.pickRelease(v, &p.Form, "")
	if wrong != nil && campaign.CodeOf(wrong) != campaign.Invalid {
		return wrong
	}
	if p.releaseChoice, err = s.choice(v, p.Form.Release); err != nil {
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
		RequireConsent: of.RequireConsent, ToEveryone: of.ToEveryone, Sender: of.Sender, Owner: v.user.ID, Schedule: campaign.Schedule{Zone: of.Schedule.Zone},
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
	releaseChoice
	Form     contentForm
	Release  *campaign.Release
	Marks    []versionMark
	Language campaign.Language // shown
}

func (s *campaignPages) contentPage(v *visit) (*contentPage, error) {
	base, err := s.tab(v, "content")
	if err != nil {
		return nil, err
	}
	p := &contentPage{campaignPage: base, Form: contentForm{Name: base.Campaign.Name, Release: base.Campaign.Release}}
	begin(&p.Form, base.Campaign.Version)
	r, err := s.store.GetRelease(v.ctx(), base.Campaign.Release)
	if campaign.UnlessMissing(err) != nil {
		return nil, err
	}
	if err == nil {
		p.Release, p.Marks, p.Language = &r, versionMarks(&r), cmp.Or(oneOf(v.Query("lang"), r.Available()), r.Source)
	}
	p.releaseChoice, err = s.choice(v, base.Campaign.Release)
	return p, err
}

func (s *campaignPages) updateContent(v *visit) error {
	p, err := s.contentPage(v)
	if err != nil {
		return err
	}
	theirs := p.Form
	if err := v.read(&p.Form); err != nil {
		return err
	}
	wrong := s.pickRelease(v, &p.Form, theirs.Release)
	if wrong != nil && p.Editable {
		p.Picked = p.Form.Release
		return v.refused(wrong, "campaign_content", p)
	}
	if asked, err := p.together(v, "campaign_content", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err = s.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		if err := p.Form.check(c); err != nil {
			return err
		}
		return change(v, c.Name, c, func() error {
			c.Name, c.Release = p.Form.Name, p.Form.Release
			return checkEditable(c)
		})
	})
	if err != nil {
		return v.refused(err, "campaign_content", p)
	}
	return v.saved(p.Path(""))
}
