package store

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

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
func audienceKey(rule *campaign.Audience, lists []campaign.List, exclude []string, r *campaign.Release) ([32]byte, error) {
	text, err := json.Marshal([]any{lists, exclude, rule.RequireConsent, rule.LeaveToDigest, r})
	return sha256.Sum256(text), err
}

// changes says how often that has changed of which audiences are made; "" when the engine cannot tell.
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
