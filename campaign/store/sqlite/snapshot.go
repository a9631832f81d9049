package sqlite

import (
	"context"
	"fmt"
	"reflect"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// Snapshot lends a reading connection that sees the file as it was when fn began. Others write meanwhile; what they write
// stays in the log beside the file until fn ends.
func (e *Engine) Snapshot(ctx context.Context, fn func(document.Finder) error) error {
	return e.read(ctx, "read database", func(conn *conn) error {
		return conn.snapshot(func() error { return fn(snapshot{e, conn}) })
	})
}

type snapshot struct {
	engine *Engine
	conn   *conn
}

func (s snapshot) Find(ctx context.Context, c *document.Collection, query document.Query, into any) error {
	t, err := s.engine.table(c)
	if err != nil {
		return err
	}
	slice, err := t.sliceOf(into)
	if err != nil {
		return err
	}
	if asksScan(query.Filter) {
		return fmt.Errorf("collection %s: a scan cannot be made in a snapshot", c.Name)
	}
	p := pager{conn: s.conn, table: t, query: query, into: slice}
	return s.engine.explain("find "+c.Name, p.find())
}

// sliceOf returns the slice a pointer points to, emptied, if it is of the collection's documents.
func (t *table) sliceOf(into any) (reflect.Value, error) {
	slice := reflect.ValueOf(into)
	if slice.Kind() != reflect.Pointer || slice.Elem().Kind() != reflect.Slice || slice.Elem().Type().Elem() != t.doc {
		return slice, fmt.Errorf("collection %s keeps %s: a *[]%s is needed, not %T", t.collection.Name, t.doc, t.doc, into)
	}
	slice = slice.Elem()
	slice.Set(reflect.MakeSlice(slice.Type(), 0, 0))
	return slice, nil
}
