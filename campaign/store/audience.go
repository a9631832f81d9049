package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/edition"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/segments"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// AudienceCount is who a campaign would reach if it left now. Callers share it and must not change it.
type AudienceCount struct {
	Members  int64 // people subscribed to the lists, each once
	Reached  int64
	Versions map[campaign.Language]map[campaign.Tracking]int64
	Kinds    map[campaign.Kind]int64 // of those reached
	LeftOut  map[string]int64        // by reason
	// Fallbacks counts readers whose own language the release has no version in, by that language.
	Fallbacks map[campaign.Language]int64
	// Left counts those who left one of the lists by their own act and are on none of the others; they are no members.
	Left int64
	// Zones counts those reached by their time zones, "" for those whose own is not known; only where it matters when they get it.
	Zones map[string]int64
}

// Audiences finds and counts the contacts a campaign goes to.
type Audiences struct {
	engine document.Engine
	now    func() time.Time
	rules  *segments.Rules

	contacts     *Contacts
	follows      *Follows
	lists        *Lists
	segments     *Segments
	settings     *Settings
	suppressions *Suppressions

	audiences countedAudiences
}

// NotReached is how many members are left out.
func (c *AudienceCount) NotReached() int64 { return c.Members - c.Reached }

// CountAudience counts whom an edition would reach, by the rule that planning uses; readers of the digest are left to it only
// while there is one. It reads the members page by page: memory does not grow with them. While nothing changes, the same
// audience is not counted again.
func (s *Audiences) CountAudience(ctx context.Context, e *edition.Edition) (AudienceCount, error) {
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return AudienceCount{}, err
	}
	now := *e
	now.LeaveToDigest = e.LeaveToDigest && settings.Digest.On
	if len(e.Segments)+len(e.ExcludeSegments) > 0 || e.Follow.Any() { // whom they fit changes with time
		count, _, err := s.countAudience(ctx, &now)
		return count, err
	}
	key, err := audienceKey(&now)
	if err != nil {
		return AudienceCount{}, err
	}
	changes := s.audiences.changes(ctx, s.engine)
	if count, known := s.audiences.get(key, changes, s.now()); known {
		return count, nil
	}
	count, until, err := s.countAudience(ctx, &now)
	if err == nil {
		s.audiences.put(key, countedAudience{count, changes, until})
	}
	return count, err
}

// countAudience counts, and returns when the first of the pauses among the members ends.
func (s *Audiences) countAudience(ctx context.Context, e *edition.Edition) (count AudienceCount, until time.Time, err error) {
	count = AudienceCount{
		Versions: map[campaign.Language]map[campaign.Tracking]int64{}, LeftOut: map[string]int64{}, Kinds: map[campaign.Kind]int64{}, Fallbacks: map[campaign.Language]int64{},
	}
	if e.Window.Any() {
		count.Zones = map[string]int64{}
	}
	rule := e.Audience()
	err = s.eachOf(ctx, e, rule, func(c *campaign.Contact, leftOut string) {
		if at := c.PausedUntil; at.After(s.now()) && (until.IsZero() || at.Before(until)) {
			until = at
		}
		count.add(rule, &e.Release, c, leftOut)
	})
	if err != nil {
		return count, until, err
	}
	if !e.Follow.Any() {
		count.Left, err = s.countLeft(ctx, e.Lists)
	}
	return count, until, err
}

// eachOf goes through the members of an edition's lists who are in its segments, each once, with why they would be left out now. Where
// it follows another campaign, those it is not about are passed over.
func (s *Audiences) eachOf(ctx context.Context, e *edition.Edition, rule *campaign.Audience, fn func(c *campaign.Contact, leftOut string)) error {
	for i := range e.Lists {
		err := s.EachIn(ctx, e, campaign.MembershipKey(e.Lists[i].ID, campaign.Subscribed), "", 500, func(cs []campaign.Contact) error {
			suppressed, err := s.suppressions.Suppressed(ctx, campaign.Collect(cs, func(x campaign.Contact) string { return x.Email }))
			if err != nil {
				return err
			}
			following, err := s.follows.GetFollowReasons(ctx, e, "", pointers(cs))
			for j := range cs {
				if c := &cs[j]; err == nil && c.FirstOn(e.Lists[:i]) == nil && following[c.ID] != campaign.NotFollowed {
					fn(c, cmp.Or(rule.LeftOut(c, suppressed[c.Email], s.now()), following[c.ID]))
				}
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func pointers(cs []campaign.Contact) []*campaign.Contact {
	out := make([]*campaign.Contact, len(cs))
	for i := range cs {
		out[i] = &cs[i]
	}
	return out
}

// add counts one member.
func (count *AudienceCount) add(rule *campaign.Audience, r *campaign.Release, c *campaign.Contact, leftOut string) {
	count.Members++
	if leftOut != "" {
		count.LeftOut[leftOut]++
		return
	}
	count.Reached++
	count.Kinds[c.Kind]++
	if count.Zones != nil {
		count.Zones[c.ZoneName()]++
	}
	version := rule.Version(c)
	if count.Versions[version] == nil {
		count.Versions[version] = map[campaign.Tracking]int64{}
	}
	count.Versions[version][rule.Tracking(c)]++
	if wanted := rule.Wanted(c); wanted != "" && r.In(wanted) == nil {
		count.Fallbacks[wanted]++
	}
}

// Gap is a merge field without a value for some readers of a version.
type Gap struct {
	Field   string
	Readers int64
	Some    []string // ids of the first of them
}

// gapsNamed is how many readers of a gap are named.
const gapsNamed = 20_000

// FindGaps counts the readers of an edition who have no value for merge fields of the version they get. It reads every member.
func (s *Audiences) FindGaps(ctx context.Context, e *edition.Edition, fields map[campaign.Language][]string) ([]Gap, error) {
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return nil, err
	}
	now := *e
	now.LeaveToDigest = e.LeaveToDigest && settings.Digest.On
	rule, gaps := now.Audience(), map[string]*Gap{}
	err = s.eachOf(ctx, &now, rule, func(c *campaign.Contact, leftOut string) {
		if leftOut != "" {
			return
		}
		for _, field := range fields[rule.Version(c)] {
			if !c.Lacks(field) {
				continue
			}
			if gaps[field] == nil {
				gaps[field] = &Gap{Field: field}
			}
			if g := gaps[field]; g.Readers < gapsNamed {
				g.Some = append(g.Some, c.ID)
			}
			gaps[field].Readers++
		}
	})
	out := make([]Gap, 0, len(gaps))
	for _, field := range slices.Sorted(maps.Keys(gaps)) {
		out = append(out, *gaps[field])
	}
	return out, err
}

func (s *Audiences) countLeft(ctx context.Context, lists []campaign.List) (int64, error) {
	if len(lists) == 0 {
		return 0, nil
	}
	var left, on document.Any
	for _, l := range lists {
		left = append(left, document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(l.ID, campaign.Unsubscribed)})
		on = append(on, document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(l.ID, campaign.Subscribed)})
	}
	return s.engine.Count(ctx, schema.Contacts, document.All{left, document.Not{Filter: on}})
}

// EachOn is EachContact over those whose On holds a key, who are in one of some segments, when there are any, and in none of
// others.
func (s *Audiences) EachOn(ctx context.Context, key string, within, without []segment.Segment, after string, size int, fn func([]campaign.Contact) error) error {
	f, err := s.onAndIn(ctx, key, within, without)
	if err != nil {
		return err
	}
	return s.contacts.EachContact(ctx, f, after, size, fn)
}

// EachMember is EachContact over those subscribed to a list. Those on an excluded list are among them: planning records
// them as left out, and why.
func (s *Audiences) EachMember(ctx context.Context, list, after string, size int, fn func([]campaign.Contact) error) error {
	return s.EachOn(ctx, campaign.MembershipKey(list, campaign.Subscribed), nil, nil, after, size, fn)
}

// countedAudiences remembers what was counted of audiences, until anything changes that they are made of: the pages of one
// campaign count the same one after the other, and every count reads every member.
type countedAudiences struct {
	mu    sync.Mutex
	known map[[32]byte]countedAudience
}

type countedAudience struct {
	count   AudienceCount
	changes string    // of what it was made of, before it was counted
	until   time.Time // when the first pause ends; zero for none
}

// countedMost is how many audiences are remembered.
const countedMost = 50

// audienceKey names an audience by all that makes it but the contacts.
func audienceKey(e *edition.Edition) ([32]byte, error) {
	text, err := json.Marshal(e)
	return sha256.Sum256(text), err
}

// changes returns a text that differs after every change to what audiences are made of; "" when the engine cannot tell.
func (c *countedAudiences) changes(ctx context.Context, e document.Engine) string {
	if w, ok := e.(document.Local); ok {
		return w.Changes(ctx, schema.Contacts, schema.Suppressions)
	}
	return ""
}

func (c *countedAudiences) get(key [32]byte, changes string, now time.Time) (AudienceCount, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.known[key]
	return known.count, ok && changes != "" && known.changes == changes && (known.until.IsZero() || now.Before(known.until))
}

func (c *countedAudiences) put(key [32]byte, known countedAudience) {
	if known.changes == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || len(c.known) >= countedMost {
		c.known = map[[32]byte]countedAudience{}
	}
	c.known[key] = known
}

// A segment is no legal basis for writing to anybody: only a list is, by a membership with one. So a campaign's segments
// narrow its lists: of their members, those who are in one of the segments are written to. A campaign with segments and no
// list goes to those members of any list; which language and tracking they get is then for all lists they are on to say.

// AudienceLists returns the lists whose members a campaign goes to.
func (s *Audiences) AudienceLists(ctx context.Context, c *campaign.Campaign) ([]campaign.List, error) {
	if len(c.Lists) == 0 && len(c.Segments) > 0 {
		return s.lists.FindLists(ctx, false)
	}
	return s.lists.GetLists(ctx, c.Lists)
}

// audienceSegments reads the segments a campaign is narrowed to, and those it leaves out.
func (s *Audiences) audienceSegments(ctx context.Context, c *campaign.Campaign) (within, without []segment.Segment, err error) {
	if within, err = s.segments.GetSegments(ctx, c.Segments); err != nil {
		return nil, nil, err
	}
	without, err = s.segments.GetSegments(ctx, c.ExcludeSegments)
	return within, without, err
}

// onAndIn fits those whose On holds a key, who are in one of some segments, when there are any, and in none of others.
func (s *Audiences) onAndIn(ctx context.Context, key string, within, without []segment.Segment) (document.Filter, error) {
	return s.rules.Narrow(ctx, document.Where{Field: "on", Op: document.Has, Value: key}, within, without)
}

// membersFor counts, each once, who is on the lists of a campaign and in its segments.
func (s *Audiences) membersFor(ctx context.Context, e *edition.Edition) (int64, error) {
	on := document.Any{}
	for _, l := range e.Lists {
		on = append(on, document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(l.ID, campaign.Subscribed)})
	}
	if e.Follow.Any() {
		return s.countFollowed(ctx, e, on)
	}
	f, err := s.rules.Narrow(ctx, on, e.Segments, e.ExcludeSegments)
	if err != nil {
		return 0, err
	}
	return s.engine.Count(ctx, schema.Contacts, f)
}
