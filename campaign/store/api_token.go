package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// APITokens are what lets programs of others read.
type APITokens struct {
	engine  document.Engine
	now     func() time.Time
	journal *Journal
}

// FindAPITokens returns the tokens, the latest first.
func (s *APITokens) FindAPITokens(ctx context.Context) ([]campaign.APIToken, error) {
	var docs []campaign.APIToken
	err := s.engine.Find(ctx, schema.APITokens, document.Query{Order: []document.Order{{Field: "created_at", Desc: true}, {Field: "id"}}, Limit: 200}, &docs)
	return docs, err
}

// CreateAPIToken makes a token in the name of who the context is for, notes it, and returns its secret.
func (s *APITokens) CreateAPIToken(ctx context.Context, name string, scope campaign.APIScope, days int64) (secret string, err error) {
	t, secret, err := campaign.NewAPIToken(name, scope, days, s.now())
	if err != nil {
		return "", err
	}
	t.By = actorOf(ctx).Name
	if err := s.engine.Insert(ctx, schema.APITokens, &t); err != nil {
		return "", err
	}
	return secret, s.journal.Log(ctx, campaign.Entry{Kind: campaign.SettingsEntry, Audit: true, Detail: campaign.Textf("Made the token “%s” for programs", t.Name).Stored()})
}

// usedApart is how far the stored times of use of a token lie apart: a program that asks every second writes once a minute.
const usedApart = time.Minute

// UseAPIToken returns the token with a secret, and stores that it was used. It returns an Unauthenticated error for one that is not
// there or has expired, and a Forbidden error for one of another scope.
func (s *APITokens) UseAPIToken(ctx context.Context, secret string, scope campaign.APIScope) (campaign.APIToken, error) {
	t, err := document.Get[campaign.APIToken](ctx, s.engine, schema.APITokens, campaign.HashAPIToken(secret))
	switch {
	case campaign.CodeOf(err) == campaign.NotFound:
		return t, campaign.Errorf(campaign.Unauthenticated, "this token is not known")
	case err != nil:
		return t, err
	case !s.now().Before(t.ExpiresAt):
		return t, campaign.Errorf(campaign.Unauthenticated, "this token has expired")
	case t.Scope != scope:
		return t, campaign.Errorf(campaign.Forbidden, "this token is not for this")
	case s.now().Sub(t.UsedAt) < usedApart:
		return t, nil
	}
	_, err = s.engine.Update(ctx, schema.APITokens, document.ByID(t.ID), document.Change{Set: map[string]any{"used_at": s.now()}})
	return t, err
}

// DeleteAPIToken ends a token at once.
func (s *APITokens) DeleteAPIToken(ctx context.Context, id string) error {
	t, err := document.Get[campaign.APIToken](ctx, s.engine, schema.APITokens, id)
	if err != nil {
		return err
	}
	if _, err := s.engine.Delete(ctx, schema.APITokens, document.ByID(id)); err != nil {
		return err
	}
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.SettingsEntry, Audit: true, Detail: campaign.Textf("Ended the token “%s” for programs", t.Name).Stored()})
}
