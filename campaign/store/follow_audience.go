package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// EachIn is EachOn for what an edition goes to, of those whose On holds a key. Who cannot have come to a list since what is followed
// went out is not looked at.
func (s *Audiences) EachIn(ctx context.Context, e *edition.Edition, key, after string, size int, fn func([]campaign.Contact) error) error {
	if e.Follow.Kind != campaign.FollowJoined {
		return s.EachOn(ctx, key, e.Segments, e.ExcludeSegments, after, size, fn)
	}
	f, err := s.joined(ctx, e, document.Where{Field: "on", Op: document.Has, Value: key})
	if err != nil {
		return err
	}
	return s.contacts.EachContact(ctx, f, after, size, fn)
}

// joined fits those of some members who came to one of an edition's lists later, and are in its segments.
func (s *Audiences) joined(ctx context.Context, e *edition.Edition, members document.Filter) (document.Filter, error) {
	runs, err := s.follows.runsOf(ctx, &e.Follow, "")
	if err != nil {
		return nil, err
	}
	since := runs.since()
	if !e.Follow.Since.IsZero() {
		since = e.Follow.Since
	}
	from, to := segment.JoinedRange(since, time.Time{})
	came := document.Any{}
	for _, l := range e.Lists {
		came = append(came, document.Fact{Key: segment.JoinedKey(l.ID), Op: document.Within, From: from, To: to})
	}
	f, err := s.rules.Narrow(ctx, document.All{members, came}, e.Segments, e.ExcludeSegments)
	if _, scans := f.(document.Scan); !scans && err == nil {
		f = document.Scan{Filter: f}
	}
	return f, err
}

// countFollowed counts about how many of some members of an edition's lists what it follows is about.
func (s *Audiences) countFollowed(ctx context.Context, e *edition.Edition, members document.Filter) (int64, error) {
	if e.Follow.Kind == campaign.FollowJoined {
		f, err := s.joined(ctx, e, members)
		if err != nil {
			return 0, err
		}
		return s.engine.Count(ctx, schema.Contacts, f)
	}
	runs, err := s.follows.runsOf(ctx, &e.Follow, "")
	if err != nil {
		return 0, err
	}
	var sent int64
	for _, r := range runs.source {
		n, err := s.engine.Count(ctx, schema.Deliveries, document.Equal("run_id", r.ID))
		if err != nil {
			return 0, err
		}
		sent += n
	}
	f, err := s.rules.Narrow(ctx, members, e.Segments, e.ExcludeSegments)
	if err != nil {
		return 0, err
	}
	n, err := s.engine.Count(ctx, schema.Contacts, f)
	return min(n, sent), err
}
