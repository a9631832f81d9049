// Package store holds the domain's repositories. They are written once, over the document engine of campaign/store/document.
package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/segments"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

// Store is all repositories over one engine. It is safe for use by many goroutines.
type Store struct {
	*segments.Rules

	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer
	book   *addresses.Book
	undo   *undo.Records

	departed  func(campaign.Departure)
	process   string                 // see SetProcess
	ended     func(name string) bool // or nil
	bulkBatch int                    // contacts an action on many looks at together
	// importBeat is how often an import says how far it is.
	importBeat time.Duration

	// mailing is held while the mails an address got in a day are counted and one more is written down.
	mailing sync.Mutex

	counted   counted
	audiences countedAudiences
	halves    halves
}

// New prepares the collections and gives the repositories. The signer keys the hashes of suppressed addresses.
func New(ctx context.Context, engine document.Engine, signer *campaign.Signer, now func() time.Time) (*Store, error) {
	if err := engine.Prepare(ctx, Collections); err != nil {
		return nil, fmt.Errorf("prepare store: %w", err)
	}
	s := &Store{engine: engine, signer: signer, bulkBatch: bulkBatch, importBeat: importBeat, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
	s.Rules, s.book, s.undo = segments.New(engine, s.now), addresses.New(engine, signer), undo.New(engine, s.now)
	if err := s.upgrade(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Ping checks that the store answers and can be written to.
func (s *Store) Ping(ctx context.Context) error { return s.engine.Ping(ctx) }

// Close ends the engine.
func (s *Store) Close(ctx context.Context) error { return s.engine.Close(ctx) }

// Page says which part of a table is wanted. After is the cursor the page before ended with; "" is the first page.
type Page struct {
	After string
	Limit int // 0 means 50
	Sort  string
	Desc  bool
}

const defaultLimit = 50

// page reads one page of a table and the cursor of the next; key gives the sort field's value of a document and its id.
func page[T any](ctx context.Context, e document.Engine, c *document.Collection, f document.Filter, p Page, key func(*T) (any, string)) ([]T, string, error) {
	limit := p.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	q := document.Query{Filter: f, Order: []document.Order{{Field: p.Sort, Desc: p.Desc}, {Field: "id", Desc: p.Desc}}, Limit: limit + 1}
	if p.After != "" {
		after, err := readCursor(c, p)
		if err != nil {
			return nil, "", err
		}
		q.After = after
	}
	if p.Sort == "id" { // once is enough
		q.Order, q.After = q.Order[1:], q.After[min(1, len(q.After)):]
	}
	var docs []T
	if err := e.Find(ctx, c, q, &docs); err != nil {
		return nil, "", err
	}
	if len(docs) <= limit {
		return docs, "", nil
	}
	docs = docs[:limit]
	value, id := key(&docs[limit-1])
	return docs, writeCursor(value, id), nil
}

func writeCursor(value any, id string) string {
	b, _ := json.Marshal([]any{value, id}) // strings, numbers and times always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(c *document.Collection, p Page) ([]any, error) {
	bad := campaign.Errorf(campaign.Invalid, "this page of the table does not exist: start again from the first")
	raw, err := base64.RawURLEncoding.DecodeString(p.After)
	if err != nil {
		return nil, bad
	}
	var parts [2]json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return nil, bad
	}
	var id, text string
	if json.Unmarshal(parts[1], &id) != nil {
		return nil, bad
	}
	switch kind, _ := c.Kind(p.Sort); kind {
	case document.Time:
		var t time.Time
		if json.Unmarshal(parts[0], &t) != nil {
			return nil, bad
		}
		return []any{t, id}, nil
	case document.Int:
		var n int64
		if json.Unmarshal(parts[0], &n) != nil {
			return nil, bad
		}
		return []any{n, id}, nil
	}
	if json.Unmarshal(parts[0], &text) != nil {
		return nil, bad
	}
	return []any{text, id}, nil
}
