package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// NewFollow is what a campaign is made from that follows another one.
type NewFollow struct {
	ID       string // of the campaign, and of the release where one is copied; "" is a new one
	Name     string
	Follow   campaign.Follow
	Release  string         // what it sends; "" copies what the source sent, of FollowUnknown with other subjects
	Title    string         // of the copy
	Subjects campaign.Texts // of the copy, one for each of its languages
	Schedule campaign.Schedule
	Owner    string
}

// CreateFollow adds a draft that follows another campaign: from the same sender, to the same lists and segments. What is wrong with
// it is told before anything is stored.
func (s *Follows) CreateFollow(ctx context.Context, n *NewFollow) (campaign.Campaign, error) {
	source, err := s.campaigns.GetCampaign(ctx, n.Follow.Source)
	if err != nil {
		return source, err
	}
	c := campaign.Campaign{
		ID: cmp.Or(n.ID, campaign.NewID(s.now())), Name: n.Name, Follow: n.Follow, Release: n.Release, Schedule: n.Schedule, Owner: n.Owner,
		Lists: source.Lists, Exclude: source.Exclude, Segments: source.Segments, ExcludeSegments: source.ExcludeSegments,
		RequireConsent: source.RequireConsent, ToEveryone: source.ToEveryone, Sender: source.Sender, Window: source.Window, Together: source.Together,
	}
	c.Follow.Ahead = false
	sent, err := s.SentRelease(ctx, &c.Follow)
	if err != nil {
		return c, err
	}
	r := sent
	copies := n.Release == "" && c.Follow.Kind == campaign.FollowUnknown
	switch {
	case copies:
		r.ID, r.Title, r.Owner, r.Archived, r.Assurances = c.ID, n.Title, n.Owner, false, nil // they were given for another publication
		r.EditionOf, r.PublishedAt, r.Publication = "", time.Time{}, nil
		c.Release = r.ID
		err = r.Resubject(n.Subjects, &sent)
	default:
		c.Release = cmp.Or(n.Release, sent.ID)
		r, err = s.releases.GetRelease(ctx, c.Release)
	}
	if err := campaign.Together(err, c.Normalize()); err != nil {
		return c, err
	}
	if err := s.CheckFollow(ctx, &c, &r); err != nil {
		return c, err
	}
	if copies {
		if err := s.releases.CreateRelease(ctx, &r); err != nil && campaign.CodeOf(err) != campaign.Conflict { // a try before this one made it
			return c, err
		}
	}
	return c, s.campaigns.CreateCampaign(ctx, &c)
}

// SentRelease returns what the last of the runs sent that are followed; without any what the campaign would send.
func (s *Follows) SentRelease(ctx context.Context, f *campaign.Follow) (campaign.Release, error) {
	runs, err := s.runsOf(ctx, f, "")
	if err != nil {
		return campaign.Release{}, err
	}
	for _, r := range slices.Backward(runs.source) {
		e, err := s.runs.GetEdition(ctx, r.ID)
		if err == nil || campaign.CodeOf(err) != campaign.NotFound {
			return e.Release, err
		}
	}
	c, err := s.campaigns.GetCampaign(ctx, f.Source)
	if err != nil {
		return campaign.Release{}, err
	}
	return s.releases.GetRelease(ctx, c.Release)
}

// FollowReady returns when all who are followed will have had the mail for as long as the rule says; zero before anything was sent.
func (s *Follows) FollowReady(ctx context.Context, f *campaign.Follow) (at time.Time, err error) {
	runs, err := s.runsOf(ctx, f, "")
	if err != nil {
		return at, err
	}
	for _, r := range runs.source {
		if end := r.EndedAt; end.After(at) {
			at = end
		} else if r.StartedAt.After(at) {
			at = r.StartedAt
		}
	}
	if at.IsZero() {
		return at, nil
	}
	const step = 5 * time.Minute
	return at.AddDate(0, 0, f.Days).Add(step - time.Nanosecond).Truncate(step), nil
}

// FollowAudience takes down whom a campaign that follows another would reach, before there is one.
func (s *Follows) FollowAudience(ctx context.Context, f *campaign.Follow) (*edition.Edition, error) {
	c, err := s.campaigns.GetCampaign(ctx, f.Source)
	if err != nil {
		return nil, err
	}
	r, err := s.SentRelease(ctx, f)
	if err != nil {
		return nil, err
	}
	c.Follow, c.Content = *f, campaign.ContentRule{}
	return s.sending.editionOf(ctx, &c, r, func(*campaign.Release) []campaign.Link { return nil })
}
