package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Approvals are what people say of campaigns before they leave. An approval is bound to the fingerprint of what was approved, and
// what a run sends is compared with it as the run is made: whoever changes anything in between, by whatever way, has no approval.
type Approvals struct {
	engine document.Engine
	now    func() time.Time

	audiences *Audiences
	campaigns *Campaigns
	journal   *Journal
	lists     *Lists
	media     *Media
	notices   *Notices
	releases  *Releases
	sending   *Sending
	series    *Series
	settings  *Settings
	users     *Users
}

// Standing is how a campaign stands with its approvers now.
type Standing struct {
	Asks      int    // how many people must approve
	Print     string // of what it is now
	Parts     []edition.Part
	Holds     []campaign.Decision // approvals that hold
	Approvers []campaign.User     // who may approve it
	Why       campaign.Text       // why an approval asked for or given does not hold; zero where it does
	Missing   error               // why the campaign may not leave; nil where it may
}

// GetStanding works out how a campaign stands with its approvers.
func (s *Approvals) GetStanding(ctx context.Context, c *campaign.Campaign) (Standing, error) {
	e, err := s.editionOf(ctx, c)
	if err != nil {
		return Standing{}, err
	}
	return s.standing(ctx, c, e)
}

func (s *Approvals) editionOf(ctx context.Context, c *campaign.Campaign) (*edition.Edition, error) {
	if err := c.Ready(); err != nil {
		return nil, err
	}
	r, err := s.releases.GetRelease(ctx, c.Release) // of a campaign with editions their frame: each of them is approved by itself
	if err != nil {
		return nil, fmt.Errorf("read release: %w", err)
	}
	return s.sending.editionOf(ctx, c, r, func(*campaign.Release) []campaign.Link { return nil })
}

// asked is how many people must approve a campaign, and what that was worked out from.
type asked struct {
	n      int
	users  []campaign.User
	others []stepEdition // of its series
}

func (s *Approvals) standing(ctx context.Context, c *campaign.Campaign, e *edition.Edition) (Standing, error) {
	a, err := s.asks(ctx, c, e)
	if err != nil {
		return Standing{}, err
	}
	return s.standingOf(ctx, c, e, a)
}

func (s *Approvals) standingOf(ctx context.Context, c *campaign.Campaign, e *edition.Edition, of asked) (Standing, error) {
	st := Standing{Asks: of.n}
	var err error
	if st.Parts, err = s.bound(ctx, c, e); err != nil {
		return st, err
	}
	for _, o := range of.others {
		parts, err := s.series.boundStep(ctx, &o)
		if err != nil {
			return st, err
		}
		st.Parts = append(st.Parts, parts...)
	}
	st.Print = edition.Fingerprint(st.Parts)
	a := c.Approval
	for i := range of.users {
		if u := &of.users[i]; u.MayApprove() && !isAuthor(c, u, &e.Release, of.others) {
			st.Approvers = append(st.Approvers, *u)
		}
	}
	if !a.Open() {
		st.Missing = s.missing(&st, c)
		return st, nil
	}
	for _, d := range a.Approvals() {
		if d.Print == st.Print && slices.ContainsFunc(st.Approvers, func(u campaign.User) bool { return u.ID == d.User }) {
			st.Holds = append(st.Holds, d)
		}
	}
	if st.Why, err = s.whyVoid(ctx, c, e, &st); err == nil {
		st.Missing = s.missing(&st, c)
	}
	return st, err
}

// asks says how many people must approve a campaign.
func (s *Approvals) asks(ctx context.Context, c *campaign.Campaign, e *edition.Edition) (of asked, err error) {
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return of, err
	}
	if of.users, err = s.users.FindUsers(ctx); err != nil {
		return of, err
	}
	var readers int64
	if least := settings.Approval.Readers; least > 0 {
		if readers, err = s.readers(ctx, e, least); err != nil {
			return of, err
		}
	}
	users := int64(len(of.users))
	of.n = settings.Approval.Asks(e.Release.Kind, readers, users)
	if of.others, err = s.series.otherSteps(ctx, c); err != nil {
		return of, err
	}
	for _, o := range of.others {
		of.n = max(of.n, settings.Approval.Asks(o.edition.Release.Kind, readers, users))
	}
	if c.Approval.Open() {
		of.n = max(of.n, c.Approval.Asks) // so many were asked
	}
	return of, nil
}

// missing says why a campaign may not leave, or nil.
func (s *Approvals) missing(st *Standing, c *campaign.Campaign) error {
	a := c.Approval
	switch {
	case st.Asks == 0:
		return nil
	case a != nil && !st.Why.IsZero():
		return campaign.Errorf(campaign.Conflict, "the approval does not hold any more: %s. Ask for approval again", st.Why)
	case a.Open() && (a.Alone() != nil || len(st.Holds) >= st.Asks):
		return nil
	case a.Open():
		return campaign.Errorf(campaign.Conflict, "this leaves only once it is approved; approvals so far: %d of %d", len(st.Holds), st.Asks)
	}
	return campaign.Errorf(campaign.Conflict, "this leaves only once somebody else has approved it (approvals needed: %d): ask for approval on the Check tab of the panel", st.Asks)
}

// whyVoid says why what was asked for is not what stands there now; zero where it is.
func (s *Approvals) whyVoid(ctx context.Context, c *campaign.Campaign, e *edition.Edition, st *Standing) (campaign.Text, error) {
	a := c.Approval
	now := s.now()
	if alone := a.Alone(); alone != nil && !s.mayAlone(ctx, alone) {
		return campaign.Textf("%s may not let campaigns go out alone any more", alone.Name), nil
	}
	switch lost := s.lost(st, c); {
	case a.Print != st.Print:
		return s.whatChanged(ctx, c, st.Parts)
	case a.At.After(now) || slices.ContainsFunc(a.Decisions, func(d campaign.Decision) bool { return d.At.After(now) }):
		return campaign.Textf("the clock stands before the time at which it was given"), nil
	case lost != "":
		return campaign.Textf("%s may not approve it any more", lost), nil
	case c.Schedule.Recurs(): // its audience is a rule for a long time
		return campaign.Text{}, nil
	}
	readers, err := s.readers(ctx, e, a.MostReaders()+1)
	if err != nil {
		return campaign.Text{}, err
	}
	if a.GrewTooMuch(readers) {
		return campaign.Textf("the audience grew from %d readers to %d", a.Readers, readers), nil
	}
	return s.manyChanged(ctx, e, a)
}

// lost returns the name of who approved and may not any more, where an approval of theirs is needed.
func (s *Approvals) lost(st *Standing, c *campaign.Campaign) string {
	if c.State == campaign.InReview || c.Approval.Alone() != nil || len(st.Holds) >= c.Approval.Asks {
		return ""
	}
	for _, d := range c.Approval.Approvals() {
		if !slices.ContainsFunc(st.Holds, func(h campaign.Decision) bool { return h.User == d.User }) {
			return d.Name
		}
	}
	return ""
}

// mayAlone reports whether who let a campaign go out alone still may.
func (s *Approvals) mayAlone(ctx context.Context, d *campaign.Decision) bool {
	if d.User == "" {
		return d.Name == campaign.ByCommand
	}
	u, err := s.users.GetUser(ctx, d.User)
	return err == nil && u.MayApprove()
}

// whatChanged names the parts that are not as they were when approval was asked for.
func (s *Approvals) whatChanged(ctx context.Context, c *campaign.Campaign, parts []edition.Part) (campaign.Text, error) {
	was, err := s.GetSnapshot(ctx, c.ID, c.Approval.Print)
	if err != nil && campaign.CodeOf(err) != campaign.NotFound {
		return campaign.Text{}, err
	}
	_, changed := edition.Changed(was.Parts, parts)
	names := campaign.Collect(changed, func(p edition.Part) campaign.Text { return campaign.StoredText(p.Name) })
	const most = 6
	if len(names) > most {
		names = append(names[:most], campaign.Textf("and others: %d", len(names)-most))
	}
	return campaign.Textf("this was changed: %s", campaign.Join(names, ", ")), nil
}

// readers counts whom an edition reaches; fewer than enough are not counted exactly, which takes long.
func (s *Approvals) readers(ctx context.Context, e *edition.Edition, enough int64) (int64, error) {
	members, err := s.audiences.membersFor(ctx, e)
	if err != nil || members < enough {
		return members, err
	}
	count, err := s.audiences.CountAudience(ctx, e.Ahead())
	return count.Reached, err
}

// manyChanged finds an action on many contacts, or an import, that made another audience of the same lists and segments since
// approval was asked for. A few people who come and go every day do not.
func (s *Approvals) manyChanged(ctx context.Context, e *edition.Edition, a *campaign.Approval) (campaign.Text, error) {
	since := document.Where{Field: "started_at", Op: document.Gt, Value: a.At}
	var done []Bulk
	if err := s.engine.Find(ctx, bulks, document.Query{Filter: since, Limit: 200}, &done); err != nil {
		return campaign.Text{}, err
	}
	on := func(list string) bool {
		return list != "" && slices.ContainsFunc(e.Lists, func(l campaign.List) bool { return l.ID == list })
	}
	rules := rulesOf(e)
	for i := range done {
		b := &done[i]
		moves := on(b.Action.List) || slices.Contains(e.Exclude, b.Action.List) || b.Action.Tag != "" && strings.Contains(rules, campaign.Fold(b.Action.Tag)) ||
			rules != "" && (b.Action.Kind == campaign.BulkLanguage && strings.Contains(rules, "language") || b.Action.Kind == campaign.BulkSetKind && strings.Contains(rules, "kind"))
		if moves && campaign.AnotherAudience(a.Readers, b.Changed-b.Reverted) {
			return campaign.Textf("%s changed many contacts of its audience at once (%d)", b.By, b.Changed), nil
		}
	}
	var imports []campaign.Import
	if err := s.engine.Find(ctx, schema.Imports, document.Query{Filter: since, Limit: 200}, &imports); err != nil {
		return campaign.Text{}, err
	}
	for i := range imports {
		n := int64(imports[i].Summary.Outcomes[campaign.RowAdded] + imports[i].Summary.Outcomes[campaign.RowUpdated])
		if on(imports[i].Summary.List) && campaign.AnotherAudience(a.Readers, n) {
			return campaign.Textf("an import put many people on its lists (%d)", n), nil
		}
	}
	return campaign.Text{}, nil
}

// rulesOf joins the rules of an edition's segments, folded.
func rulesOf(e *edition.Edition) string {
	var all []string
	for _, segments := range [][]segment.Segment{e.Segments, e.ExcludeSegments} {
		for i := range segments {
			all = append(all, campaign.Fold(segments[i].Rule.String()))
		}
	}
	return strings.Join(all, "\n")
}

// bound lists what an approval of a campaign is bound to, as it stands in an edition.
func (s *Approvals) bound(ctx context.Context, c *campaign.Campaign, e *edition.Edition) ([]edition.Part, error) {
	names := edition.Names{Lists: map[string]string{}, Files: map[string]string{}, Segments: map[string]segment.Segment{}}
	if len(e.Exclude) > 0 {
		ls, err := s.lists.GetLists(ctx, e.Exclude)
		if err != nil {
			return nil, err
		}
		for _, l := range ls {
			names.Lists[l.ID] = l.Name
		}
	}
	items, err := s.media.GetMediaAll(ctx, e.Media)
	if err != nil {
		return nil, err
	}
	for id, m := range items {
		names.Files[id] = m.File.Hash
	}
	for _, segments := range [][]segment.Segment{e.Segments, e.ExcludeSegments} {
		for i := range segments {
			if err := s.nested(ctx, &segments[i].Rule, names.Segments); err != nil {
				return nil, err
			}
		}
	}
	return edition.Bound(e, c, names), nil
}

// nested adds the segments that a rule names, and those that theirs name.
func (s *Approvals) nested(ctx context.Context, r *segment.Rule, into map[string]segment.Segment) error {
	return r.EachName(func(of segment.NameKind, v *segment.Value) error {
		if _, known := into[v.ID]; of != segment.OfSegment || known {
			return nil
		}
		inner, err := document.Get[segment.Segment](ctx, s.engine, schema.Segments, v.ID)
		if err != nil {
			return campaign.UnlessMissing(err)
		}
		into[v.ID] = inner
		return s.nested(ctx, &inner.Rule, into)
	})
}

// GetSnapshot reads what a campaign was when it had a fingerprint.
func (s *Approvals) GetSnapshot(ctx context.Context, campaignID, print string) (edition.Snapshot, error) {
	return document.Get[edition.Snapshot](ctx, s.engine, schema.Snapshots, edition.SnapshotID(campaignID, print))
}

// FindSentAlone returns the campaigns that somebody let go out alone since a time, the latest first.
func (s *Approvals) FindSentAlone(ctx context.Context, since time.Time) ([]campaign.Campaign, error) {
	var docs []campaign.Campaign
	err := s.engine.Find(ctx, schema.Campaigns, document.Query{Filter: document.Where{Field: "alone_at", Op: document.Gt, Value: since}, Order: []document.Order{{Field: "alone_at", Desc: true}}, Limit: 20}, &docs)
	return docs, err
}

// errMoved says that a campaign was changed between a look at it and a step that rests on that look.
var errMoved = errors.New("the campaign was changed meanwhile")

// step reads a campaign, lets look judge it, and makes a change of just what was judged; it begins again where somebody else came between.
func (s *Approvals) step(ctx context.Context, id string, look func(*campaign.Campaign) error, fn func(*campaign.Campaign) error) (campaign.Campaign, error) {
	for try := 0; ; try++ {
		c, err := s.campaigns.GetCampaign(ctx, id)
		if err != nil {
			return c, err
		}
		judged := c
		if err := look(&c); err != nil {
			return c, err
		}
		c, err = s.campaigns.UpdateCampaign(ctx, id, func(c *campaign.Campaign) error {
			if c.Version != judged.Version {
				return errMoved
			}
			return fn(c)
		})
		if !errors.Is(err, errMoved) || try == 5 {
			return c, err
		}
	}
}

// log adds to the audit log what happened about a campaign's approval.
func (s *Approvals) log(ctx context.Context, c *campaign.Campaign, words campaign.Text) error {
	detail := campaign.Textf("%s: %s", words, c.Name)
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.ApprovalEntry, Audit: true, Object: "/campaigns/" + c.ID, Detail: detail.Stored()})
}
