package web

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/preflight"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

type audienceForm struct {
	edited
	Lists   []string `form:"lists" merge:"lists,Lists it goes to,set"`
	Exclude []string `form:"exclude" merge:"exclude,Not to those on,set"`
	Sender  string   `form:"sender"` // address of one in the settings

	Segments        []string `form:"segments" merge:"segments,Only members who are in one of,set"`
	ExcludeSegments []string `form:"exclude_segments" merge:"exclude_segments,Not to those in,set"`

	RequireConsent bool `form:"require_consent"`
	ToEveryone     bool `form:"to_everyone"` // at once also to readers of the weekly digest
}

// audiencePage is the second tab: to whom, from whom, and how many readers that makes.
type audiencePage struct {
	campaignPage
	Form     audienceForm
	Lists    []listRow
	Segments []segment.Segment
	Senders  []campaign.Sender
	Digest   bool                 // there is a weekly digest
	Count    *store.AudienceCount // nil while no list is chosen, or it is counted
	Counting bool
	Follows  campaign.Text // which campaign it follows; none for any other
}

func (p *audiencePage) OnList(id string) bool    { return slices.Contains(p.Form.Lists, id) }
func (p *audiencePage) InSegment(id string) bool { return slices.Contains(p.Form.Segments, id) }
func (p *audiencePage) OutOfSegment(id string) bool {
	return slices.Contains(p.Form.ExcludeSegments, id)
}
func (p *audiencePage) Excluded(id string) bool { return slices.Contains(p.Form.Exclude, id) }

// versionCount is how many readers get a version.
type versionCount struct {
	Language  campaign.Language
	Total     int64
	Trackings map[campaign.Tracking]int64
}

func (c versionCount) None() int64       { return c.Trackings[campaign.NoTracking] }
func (c versionCount) Aggregate() int64  { return c.Trackings[campaign.Aggregate] }
func (c versionCount) Individual() int64 { return c.Trackings[campaign.Individual] }

// Versions are the counts by version, in the usual order of languages.
func (p *audiencePage) Versions() []versionCount {
	var out []versionCount
	for _, l := range append(slices.Clone(campaign.Languages), "") {
		if modes, ok := p.Count.Versions[l]; ok {
			row := versionCount{Language: l, Trackings: modes}
			for _, n := range modes {
				row.Total += n
			}
			out = append(out, row)
		}
	}
	return out
}

// Reasons are why members are left out, the commonest first.
func (p *audiencePage) Reasons() []reasonLine { return reasonLines(leftOutReasons(p.Count)) }

func leftOutReasons(count *store.AudienceCount) []store.ReasonCount {
	if count == nil {
		return nil
	}
	var out []store.ReasonCount
	for reason, n := range count.LeftOut {
		out = append(out, store.ReasonCount{Reason: reason, Count: n})
	}
	slices.SortFunc(out, func(a, b store.ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Reason, b.Reason))
	})
	return out
}

// SenderOptions are the senders of the settings.
func (p *audiencePage) SenderOptions() []templates.Option {
	return optionsFor(p.say("Choose who it is from"), p.Senders, func(s campaign.Sender) templates.Option {
		return templates.Option{Value: s.Email, Label: s.Name + " <" + s.Email + ">"}
	})
}

func (s *campaignPages) audiencePage(v *visit) (*audiencePage, error) {
	base, err := s.tab(v, "audience")
	if err != nil {
		return nil, err
	}
	c := &base.Campaign
	p := &audiencePage{campaignPage: base, Senders: v.set.Senders, Digest: v.set.Digest.On}
	p.Form = audienceForm{
		Lists: c.Lists, Exclude: c.Exclude, Sender: c.Sender.Email, Segments: c.Segments, ExcludeSegments: c.ExcludeSegments,
		RequireConsent: c.RequireConsent, ToEveryone: c.ToEveryone,
	}
	begin(&p.Form, c.Version)
	if c.Sender.Email != "" && !slices.ContainsFunc(p.Senders, func(s campaign.Sender) bool { return s.Email == c.Sender.Email }) {
		p.Senders = append(p.Senders, c.Sender)
	}
	if p.Follows, err = s.followWords(v, c); err != nil {
		return nil, err
	}
	if p.Segments, err = s.store.FindSegments(v.ctx()); err != nil {
		return nil, err
	}
	rows, err := s.offers.listRows(v.ctx(), true)
	if err != nil {
		return nil, err
	}
	for _, l := range rows {
		if !l.Archived || slices.Contains(c.Lists, l.ID) || slices.Contains(c.Exclude, l.ID) {
			p.Lists = append(p.Lists, l)
		}
	}
	e, err := s.audienceOf(v, c)
	if err != nil || e == nil {
		return p, err
	}
	p.Count, err = s.count(v, e, countPatience)
	p.Counting = p.Count == nil
	return p, err
}

// A page waits so long for a count that nobody asked for a moment ago; with a large audience it is shown without, and asks again. Who
// is about to send waits for it.
const (
	countPatience = 50 * time.Millisecond
	sendPatience  = 20 * time.Second
	keepCount     = 15 * time.Second
)

// countAnswer is whom an audience reaches.
type countAnswer struct {
	count store.AudienceCount
	err   error
}

// countKey names the question of whom an audience reaches.
func countKey(e *edition.Edition) string {
	text, err := json.Marshal(e)
	if err != nil { // there is nothing in it that cannot be written
		panic(err)
	}
	return "readers " + campaign.DerivedID(string(text), strconv.FormatBool(e.Follow.Ahead))
}

// count counts whom an edition would reach now, in the background; nil while that is not known.
func (s *campaignPages) count(v *visit, e *edition.Edition, patience time.Duration) (*store.AudienceCount, error) {
	look := func(ctx context.Context) countAnswer {
		count, err := s.store.CountAudience(ctx, e)
		return countAnswer{count, err}
	}
	if s.Desk == nil {
		found := look(v.ctx())
		return &found.count, found.err
	}
	ctx, cancel := context.WithTimeout(v.ctx(), patience)
	defer cancel()
	key := countKey(e)
	found := preflight.Wait(ctx, s.Desk, key, keepCount, look)
	if err := found.Value.err; err != nil {
		s.Desk.Forget(key)
		return nil, err
	}
	if !found.Done() {
		return nil, v.ctx().Err()
	}
	return &found.Value.count, nil
}

// audienceOf returns whom a campaign goes to as it stands; nil while no list and no segment is chosen.
func (s *campaignPages) audienceOf(v *visit, c *campaign.Campaign) (*edition.Edition, error) {
	if len(c.Lists) == 0 && len(c.Segments) == 0 {
		return nil, nil
	}
	e := &edition.Edition{Exclude: c.Exclude, RequireConsent: c.RequireConsent, LeaveToDigest: !c.ToEveryone, Window: c.Window, Follow: c.Follow}
	e.Follow.Ahead = c.Schedule.Kind == campaign.Once || c.State == campaign.Scheduled // they are looked up again when it leaves
	var err error
	if e.Segments, err = s.store.GetSegments(v.ctx(), c.Segments); err != nil {
		return nil, err
	}
	if e.ExcludeSegments, err = s.store.GetSegments(v.ctx(), c.ExcludeSegments); err != nil {
		return nil, err
	}
	if c.Release != "" {
		if e.Release, err = s.store.GetRelease(v.ctx(), c.Release); campaign.UnlessMissing(err) != nil {
			return nil, err
		}
	}
	if len(c.Lists) == 0 {
		if e.Lists, err = s.store.AudienceLists(v.ctx(), c); err != nil {
			return nil, err
		}
	}
	for _, id := range c.Lists {
		l, err := s.store.GetList(v.ctx(), id)
		if campaign.UnlessMissing(err) != nil {
			return nil, err
		}
		if err == nil { // one that was deleted reaches nobody; the check list tells it
			e.Lists = append(e.Lists, l)
		}
	}
	return e, nil
}

// check refuses a choice that is not offered, or that includes and excludes the same list.
func (p *audiencePage) check(c *campaign.Campaign) error {
	var faults campaign.Checks
	if slices.ContainsFunc(p.Form.Lists, func(l string) bool { return slices.Contains(p.Form.Exclude, l) }) {
		faults = append(faults, campaign.FieldError("lists", "a list cannot be sent to and left out at once: nobody would get anything"))
	}
	unknown := func(id string) bool {
		return !slices.Contains(c.Lists, id) && !slices.ContainsFunc(p.Lists, func(r listRow) bool { return r.ID == id && !r.Archived })
	}
	faults.Refuse(slices.ContainsFunc(p.Form.Lists, unknown), "lists", "choose among the lists offered: an archived one takes no new campaign")
	for _, id := range slices.Concat(p.Form.Segments, p.Form.ExcludeSegments) {
		if !slices.ContainsFunc(p.Segments, func(seg segment.Segment) bool { return seg.ID == id }) {
			faults = append(faults, campaign.FieldError("segments", "choose among the segments offered"))
			break
		}
	}
	return campaign.Together(faults...)
}

func (s *campaignPages) updateAudience(v *visit) error {
	p, err := s.audiencePage(v)
	if err != nil {
		return err
	}
	theirs := p.Form
	p.Form = audienceForm{}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	if asked, err := p.together(v, "campaign_audience", p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err = s.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		if err := campaign.Together(p.check(c), p.Form.check(c)); err != nil {
			return err
		}
		return change(v, c.Name, c, func() error {
			c.Segments, c.ExcludeSegments = p.Form.Segments, p.Form.ExcludeSegments
			c.Lists, c.Exclude, c.ToEveryone, c.RequireConsent = p.Form.Lists, p.Form.Exclude, p.Form.ToEveryone, p.Form.RequireConsent
			if at := slices.IndexFunc(p.Senders, func(s campaign.Sender) bool { return s.Email == p.Form.Sender }); at >= 0 {
				c.Sender = p.Senders[at]
			}
			return checkEditable(c)
		})
	})
	if err != nil {
		return v.refused(err, "campaign_audience", p)
	}
	if ended, err := s.recheck(v, p.Campaign.ID, p.Path("audience")); ended || err != nil {
		return err
	}
	return v.saved(p.Path("audience"))
}
