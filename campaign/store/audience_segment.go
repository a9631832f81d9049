package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// A segment gives nobody a legal basis to be written to: only a list does, by a membership with one. So a campaign's segments
// narrow its lists: of their members, those who are in one of the segments are written to. A campaign with segments and no
// list goes to those members of any list; which language and tracking they get is then for all lists they are on to say.

// AudienceLists gives the lists whose members a campaign goes to.
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

// GetSegments reads the segments with some ids, in that order; a missing one is a NotFound error.
func (s *Segments) GetSegments(ctx context.Context, ids []string) ([]segment.Segment, error) {
	var out []segment.Segment
	for _, id := range ids {
		seg, err := s.GetSegment(ctx, id)
		if campaign.CodeOf(err) == campaign.NotFound {
			return nil, campaign.Errorf(campaign.NotFound, "a segment the campaign goes to, or leaves out, was deleted: take it off the audience")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, seg)
	}
	return out, nil
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
	f, err := s.rules.Narrow(ctx, on, e.Segments, e.ExcludeSegments)
	if err != nil {
		return 0, err
	}
	return s.engine.Count(ctx, schema.Contacts, f)
}

// shardsFor chooses how many shards a run has, so that several senders can share a long one. Each costs pages in every
// commit of an embedded engine, and the programs that share its file share one disk: its runs have one.
func (s *Sending) shardsFor(members int64) int {
	// Sixteen are shared fairly by up to eight senders (two each, or five and six among three); a short run under a slow
	// pace is worth sharing too.
	const shardSize, maxShards = 100, 16
	if _, ok := s.engine.(document.Local); ok {
		return 1
	}
	return int(max(1, min(maxShards, members/shardSize)))
}
