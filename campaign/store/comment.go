package store

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Comments are what colleagues remark on the words of releases.
type Comments struct {
	engine document.Engine
	now    func() time.Time
}

// FindComments returns the comments on a release that are open, or those that are resolved, the oldest first.
func (s *Comments) FindComments(ctx context.Context, release string, resolved bool) ([]campaign.Comment, error) {
	var docs []campaign.Comment
	err := s.engine.Find(ctx, schema.Comments, document.Query{
		Filter: document.All{document.Equal("release_id", release), document.Equal("resolved", resolved)}, Order: []document.Order{{Field: "at"}, {Field: "id"}}, Limit: 500,
	}, &docs)
	return docs, err
}

// AddComment begins a comment, in the name of who the context is for.
func (s *Comments) AddComment(ctx context.Context, c *campaign.Comment) error {
	c.ID, c.Version, c.At = campaign.NewID(s.now()), 1, s.now()
	for i := range c.Remarks {
		c.Remarks[i] = s.remark(ctx, c.Remarks[i].Text)
	}
	if err := c.Normalize(); err != nil {
		return err
	}
	return s.engine.Insert(ctx, schema.Comments, c)
}

func (s *Comments) remark(ctx context.Context, text string) campaign.Remark {
	by := actorOf(ctx)
	return campaign.Remark{User: by.User, Name: by.Name, At: s.now(), Text: text}
}

// AnswerComment adds to an open comment.
func (s *Comments) AnswerComment(ctx context.Context, release, id, text string) error {
	return s.update(ctx, release, id, func(c *campaign.Comment) error {
		if c.Resolved {
			return campaign.Errorf(campaign.Conflict, "this comment is resolved: open it again to answer")
		}
		c.Remarks = append(slices.Clone(c.Remarks), s.remark(ctx, text))
		return nil
	})
}

// ResolveComment closes a comment, or opens it again.
func (s *Comments) ResolveComment(ctx context.Context, release, id string, resolved bool) error {
	return s.update(ctx, release, id, func(c *campaign.Comment) error {
		c.Resolved, c.ResolvedBy, c.ResolvedAt = resolved, "", time.Time{}
		if resolved {
			c.ResolvedBy, c.ResolvedAt = actorOf(ctx).Name, s.now()
		}
		return nil
	})
}

func (s *Comments) update(ctx context.Context, release, id string, fn func(*campaign.Comment) error) error {
	_, err := document.Modify(ctx, s.engine, schema.Comments, id, func(c *campaign.Comment) *int64 { return &c.Version }, func(c *campaign.Comment) error {
		if c.Release != release {
			return campaign.Errorf(campaign.NotFound, "there is no such comment")
		}
		if err := fn(c); err != nil {
			return err
		}
		return c.Normalize()
	})
	return err
}
