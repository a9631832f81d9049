// Package store holds the domain's repositories. They are written once, over the document engine of campaign/store/document.
package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// Store is all repositories over one engine. It is safe for use by many goroutines.
type Store struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer

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
	kept      keptRuns
	halves    halves
}

// New prepares the collections and gives the repositories. The signer keys the hashes of suppressed addresses.
func New(ctx context.Context, engine document.Engine, signer *campaign.Signer, now func() time.Time) (*Store, error) {
	if err := engine.Prepare(ctx, Collections); err != nil {
		return nil, fmt.Errorf("prepare store: %w", err)
	}
	s := &Store{engine: engine, signer: signer, bulkBatch: bulkBatch, importBeat: importBeat, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
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

// get reads one document.
func get[T any](ctx context.Context, e document.Engine, c *document.Collection, id string) (T, error) {
	var doc T
	err := e.Get(ctx, c, id, &doc)
	return doc, err
}

// anyOf reports whether a filter fits any document.
func anyOf[T any](ctx context.Context, e document.Engine, c *document.Collection, f document.Filter) (bool, error) {
	var docs []T
	err := e.Find(ctx, c, document.Query{Filter: f, Limit: 1}, &docs)
	return len(docs) > 0, err
}

// each calls fn for every document a filter fits, in the order of their ids, of which id gives one's; so many are read at a
// time.
func each[T any](ctx context.Context, e document.Engine, c *document.Collection, f document.Filter, size int, id func(*T) string, fn func(*T) error) error {
	for q := (document.Query{Filter: f, Order: []document.Order{{Field: "id"}}, Limit: size}); ; {
		var docs []T
		if err := e.Find(ctx, c, q, &docs); err != nil {
			return err
		}
		for i := range docs {
			if err := fn(&docs[i]); err != nil {
				return err
			}
		}
		if len(docs) < size {
			return nil
		}
		q.After = []any{id(&docs[len(docs)-1])}
	}
}

// first reads the first document a filter fits, or gives a NotFound error.
func first[T any](ctx context.Context, e document.Engine, c *document.Collection, f document.Filter) (T, error) {
	var docs []T
	if err := e.Find(ctx, c, document.Query{Filter: f, Limit: 1}, &docs); err != nil {
		var none T
		return none, err
	}
	if len(docs) == 0 {
		var none T
		return none, campaign.Errorf(campaign.NotFound, "there is no such record in %s", c.Name)
	}
	return docs[0], nil
}

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

// modify reads a document, lets fn change it, and writes it back if nobody else did meanwhile; else it starts again, a
// few times. version points at the document's Version.
func modify[T any](ctx context.Context, e document.Engine, c *document.Collection, id string, version func(*T) *int64, fn func(*T) error) (T, error) {
	for try := 0; ; try++ {
		doc, err := get[T](ctx, e, c, id)
		if err != nil {
			return doc, err
		}
		if err := fn(&doc); err != nil {
			return doc, err
		}
		v := version(&doc)
		read := *v
		*v++
		err = e.Replace(ctx, c, &doc, read)
		if campaign.CodeOf(err) != campaign.Conflict {
			return doc, err
		}
		switch now, getErr := get[T](ctx, e, c, id); {
		case getErr != nil:
			return doc, getErr // it was deleted meanwhile
		case *version(&now) == read:
			return doc, taken{err} // not another writer: a unique field is taken
		case try == 5:
			return doc, err
		}
	}
}

// taken marks the Conflict of a unique field apart from others, for the repository to say in words whose it is.
type taken struct{ error }

func (t taken) Unwrap() error { return t.error }

// insert adds one document.
func insert(ctx context.Context, e document.Engine, c *document.Collection, doc any) error {
	err := e.Insert(ctx, c, doc)
	if campaign.CodeOf(err) == campaign.Conflict {
		return taken{err}
	}
	return err
}

// sayTaken puts a taken unique field into words; any other error stays as it is.
func sayTaken(err error, field, format string, args ...any) error {
	if errors.As(err, &taken{}) {
		return &campaign.Error{Code: campaign.Conflict, Field: field, Message: fmt.Sprintf(format, args...)}
	}
	return err
}
