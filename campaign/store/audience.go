package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/segments"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// AudienceCount is who a campaign would reach if it left now. It may be somebody else's too: it is not to be changed.
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
}

// Audiences finds and counts the contacts a campaign goes to.
type Audiences struct {
	engine document.Engine
	now    func() time.Time
	rules  *segments.Rules

	contacts     *Contacts
	lists        *Lists
	segments     *Segments
	settings     *Settings
	suppressions *Suppressions

	audiences countedAudiences
}

// NotReached is how many members are left out.
func (c *AudienceCount) NotReached() int64 { return c.Members - c.Reached }

// CountAudience counts a campaign's audience by the rule that planning uses. It reads the members page by page: memory does
// not grow with them. While nothing changes, the same audience is not counted again.
func (s *Audiences) CountAudience(ctx context.Context, lists []campaign.List, exclude []string, requireConsent, toEveryone bool, r *campaign.Release) (AudienceCount, error) {
	return s.CountAudienceIn(ctx, lists, exclude, nil, nil, requireConsent, toEveryone, r)
}

// CountAudienceIn is CountAudience of a campaign that goes to some segments only, or leaves some out.
func (s *Audiences) CountAudienceIn(ctx context.Context, lists []campaign.List, exclude []string, within, without []segment.Segment, requireConsent, toEveryone bool, r *campaign.Release) (AudienceCount, error) {
	rule := campaign.NewAudience(lists, exclude, r)
	settings, err := s.settings.GetSettings(ctx)
	if err != nil {
		return AudienceCount{}, err
	}
	rule.RequireConsent, rule.LeaveToDigest = requireConsent, settings.Digest.On && !toEveryone
	if len(within)+len(without) > 0 { // what segments fit changes with time
		count, _, err := s.countAudience(ctx, rule, lists, within, without, r)
		return count, err
	}
	key, err := audienceKey(rule, lists, exclude, r)
	if err != nil {
		return AudienceCount{}, err
	}
	changes := s.audiences.changes(ctx, s.engine)
	if count, known := s.audiences.get(key, changes, s.now()); known {
		return count, nil
	}
	count, until, err := s.countAudience(ctx, rule, lists, nil, nil, r)
	if err == nil {
		s.audiences.put(key, countedAudience{count, changes, until})
	}
	return count, err
}

// countAudience counts, and says when the first of the pauses among the members ends.
func (s *Audiences) countAudience(ctx context.Context, rule *campaign.Audience, lists []campaign.List, within, without []segment.Segment, r *campaign.Release) (count AudienceCount, until time.Time, err error) {
	count = AudienceCount{
		Versions: map[campaign.Language]map[campaign.Tracking]int64{}, LeftOut: map[string]int64{}, Kinds: map[campaign.Kind]int64{}, Fallbacks: map[campaign.Language]int64{},
	}
	for i := range lists {
		err := s.EachOn(ctx, campaign.MembershipKey(lists[i].ID, campaign.Subscribed), within, without, "", 500, func(cs []campaign.Contact) error {
			for j := range cs {
				if at := cs[j].PausedUntil; at.After(s.now()) && (until.IsZero() || at.Before(until)) {
					until = at
				}
			}
			return s.countPage(ctx, &count, rule, r, lists[:i], cs)
		})
		if err != nil {
			return count, until, err
		}
	}
	count.Left, err = s.countLeft(ctx, lists)
	return count, until, err
}

// countPage counts one page of a list's members; those on an earlier list are counted already.
func (s *Audiences) countPage(ctx context.Context, count *AudienceCount, rule *campaign.Audience, r *campaign.Release, earlier []campaign.List, cs []campaign.Contact) error {
	addresses := make([]string, len(cs))
	for i := range cs {
		addresses[i] = cs[i].Email
	}
	suppressed, err := s.suppressions.Suppressed(ctx, addresses)
	if err != nil {
		return err
	}
	for i := range cs {
		c := &cs[i]
		if c.FirstOn(earlier) != nil {
			continue
		}
		count.Members++
		if why := rule.LeftOut(c, suppressed[c.Email], s.now()); why != "" {
			count.LeftOut[why]++
			continue
		}
		count.Reached++
		count.Kinds[c.Kind]++
		version := rule.Version(c)
		if count.Versions[version] == nil {
			count.Versions[version] = map[campaign.Tracking]int64{}
		}
		count.Versions[version][rule.Tracking(c)]++
		if wanted := rule.Wanted(c); wanted != "" && r.In(wanted) == nil {
			count.Fallbacks[wanted]++
		}
	}
	return nil
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
