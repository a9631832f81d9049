package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Sessions are sign-in links and the browsers that used them.
type Sessions struct {
	engine document.Engine
	now    func() time.Time

	users *Users
}

// CreateSignInLink stores the hash of a secret that lets a user in once. user "" makes the first admin.
func (s *Sessions) CreateSignInLink(ctx context.Context, secret, user string, ttl time.Duration) error {
	link := &campaign.SignInLink{ID: campaign.DerivedID("sign-in", secret), User: user, ExpiresAt: s.now().Add(ttl)}
	if user == "" {
		return s.engine.Insert(ctx, schema.SignInLinks, link) // nobody has to answer for it before there is a first account
	}
	u, err := s.users.GetUser(ctx, user)
	if err != nil {
		return err
	}
	if err := s.users.logAccount(ctx, user, campaign.Textf("Made a sign-in link for %s", u.Name)); err != nil {
		return err
	}
	return s.engine.Insert(ctx, schema.SignInLinks, link)
}

// PeekSignInLink returns the link of a secret without using it up: showing the page must not spend it.
func (s *Sessions) PeekSignInLink(ctx context.Context, secret string) (campaign.SignInLink, error) {
	l, err := document.Get[campaign.SignInLink](ctx, s.engine, schema.SignInLinks, campaign.DerivedID("sign-in", secret))
	if err == nil && !l.ExpiresAt.After(s.now()) {
		err = campaign.Errorf(campaign.NotFound, "this link is too old")
	}
	return l, err
}

// UseSignInLink spends the link of a secret: of two who try, one succeeds. The user's other links are spent with it, so
// that one left lying about in a mailbox opens nothing.
func (s *Sessions) UseSignInLink(ctx context.Context, secret string) (campaign.SignInLink, error) {
	l, err := s.PeekSignInLink(ctx, secret)
	if err != nil {
		return l, err
	}
	n, err := s.engine.Delete(ctx, schema.SignInLinks, document.ByID(l.ID))
	if err == nil && n == 0 {
		err = campaign.Errorf(campaign.NotFound, "this link was used already")
	}
	if err != nil {
		return l, err
	}
	_, err = s.engine.Delete(ctx, schema.SignInLinks, document.Equal("user_id", l.User))
	return l, err
}

// CreateSession stores the data of a signed-in browser under the hash of a new token.
func (s *Sessions) CreateSession(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.engine.Insert(ctx, schema.Sessions, &campaign.Session{ID: campaign.DerivedID("session", token), Data: data, ExpiresAt: expires})
}

// UpdateSession changes the data of a session. One that was ended stays ended: what a request had under way then is dropped.
func (s *Sessions) UpdateSession(ctx context.Context, token string, data []byte, expires time.Time) error {
	return s.changeSession(ctx, token, map[string]any{"data": data, "expires_at": expires})
}

// ExtendSession lets a session that was not ended last until a later time.
func (s *Sessions) ExtendSession(ctx context.Context, token string, expires time.Time) error {
	return s.changeSession(ctx, token, map[string]any{"expires_at": expires})
}

func (s *Sessions) changeSession(ctx context.Context, token string, set map[string]any) error {
	_, err := s.engine.Update(ctx, schema.Sessions, document.ByID(campaign.DerivedID("session", token)), document.Change{Set: set})
	return err
}

// GetSession returns the data of a session and when it ends, or a NotFound error when it has ended.
func (s *Sessions) GetSession(ctx context.Context, token string) (data []byte, expires time.Time, err error) {
	d, err := document.Get[campaign.Session](ctx, s.engine, schema.Sessions, campaign.DerivedID("session", token))
	if err == nil && !d.ExpiresAt.After(s.now()) {
		err = campaign.Errorf(campaign.NotFound, "this session is over")
	}
	return d.Data, d.ExpiresAt, err
}

// DeleteSession ends a session.
func (s *Sessions) DeleteSession(ctx context.Context, token string) error {
	_, err := s.engine.Delete(ctx, schema.Sessions, document.ByID(campaign.DerivedID("session", token)))
	return err
}

// DeleteExpired drops sessions and sign-in links that are over, and what senders said long ago.
func (s *Sessions) DeleteExpired(ctx context.Context) error {
	over := document.Where{Field: "expires_at", Op: document.Lt, Value: s.now()}
	if _, err := s.engine.Delete(ctx, schema.Sessions, over); err != nil {
		return err
	}
	if _, err := s.engine.Delete(ctx, schema.SignInLinks, over); err != nil {
		return err
	}
	_, err := s.engine.Delete(ctx, schema.Progress, document.Where{Field: "at", Op: document.Lt, Value: s.now().Add(-24 * time.Hour)})
	return err
}
