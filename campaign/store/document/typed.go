package document

import (
	"context"
	"errors"

	"github.com/glasnik/glasnik/campaign"
)

// Get reads one document.
func Get[T any](ctx context.Context, e Reader, c *Collection, id string) (T, error) {
	var doc T
	err := e.Get(ctx, c, id, &doc)
	return doc, err
}

// Exists reports whether a filter fits any document.
func Exists[T any](ctx context.Context, e Finder, c *Collection, f Filter) (bool, error) {
	var docs []T
	err := e.Find(ctx, c, Query{Filter: f, Limit: 1}, &docs)
	return len(docs) > 0, err
}

// Each calls fn for every document a filter fits, in the order of their ids, which id returns. It reads size documents at a
// time.
func Each[T any](ctx context.Context, e Finder, c *Collection, f Filter, size int, id func(*T) string, fn func(*T) error) error {
	for q := (Query{Filter: f, Order: []Order{{Field: "id"}}, Limit: size}); ; {
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

// First reads the first document a filter fits, or returns a NotFound error.
func First[T any](ctx context.Context, e Finder, c *Collection, f Filter) (T, error) {
	var docs []T
	if err := e.Find(ctx, c, Query{Filter: f, Limit: 1}, &docs); err != nil {
		var none T
		return none, err
	}
	if len(docs) == 0 {
		var none T
		return none, campaign.Errorf(campaign.NotFound, "there is no such record in %s", c.Name)
	}
	return docs[0], nil
}

// Modify reads a document, lets fn change it, and writes it back if nobody else did meanwhile; else it starts again, a few
// times. version points at the document's Version. Its error may be Taken.
func Modify[T any](ctx context.Context, e Engine, c *Collection, id string, version func(*T) *int64, fn func(*T) error) (T, error) {
	for try := 0; ; try++ {
		doc, err := Get[T](ctx, e, c, id)
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
		switch now, getErr := Get[T](ctx, e, c, id); {
		case getErr != nil:
			return doc, getErr // it was deleted meanwhile
		case *version(&now) == read:
			return doc, Taken{Err: err} // not another writer: a unique field is taken
		case try == 5:
			return doc, err
		}
	}
}

// Taken is the Conflict of a unique field, for SayTaken.
type Taken struct{ Err error }

func (t Taken) Error() string { return t.Err.Error() }
func (t Taken) Unwrap() error { return t.Err }

// Insert adds one document; its error may be Taken.
func Insert(ctx context.Context, e Engine, c *Collection, doc any) error {
	err := e.Insert(ctx, c, doc)
	if campaign.CodeOf(err) == campaign.Conflict {
		return Taken{Err: err}
	}
	return err
}

// SayTaken puts a taken unique field into words; any other error stays as it is.
func SayTaken(err error, field, format string, args ...any) error {
	if errors.As(err, &Taken{}) {
		return &campaign.Error{Code: campaign.Conflict, Field: field, Text: campaign.Textf(format, args...)}
	}
	return err
}
