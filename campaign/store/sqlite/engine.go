// Package sqlite is the embedded engine of the store: one file, no server. It is the default, and good for one machine;
// campaign/store/mongo is the one to grow with.
//
// Every collection is a table. A declared field is a column of its own type, a declared list of texts a JSON column; all
// fields that are not declared stand together in one JSON column, so that a change by Update touches columns only. What SQLite
// cannot find fast enough stands in an index beside the table (see package index), which every write touches.
//
// The file is in write-ahead-log mode: one connection writes, several read beside it, and other processes may use the
// same file. The library is called without database/sql, which would cost as much again as the statements.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	lib "zombiezen.com/go/sqlite"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// readers is how many connections read at once. A read takes microseconds, so a few serve many people.
const readers = 4

// Engine stores documents in one SQLite file. It is safe for use by many goroutines.
type Engine struct {
	path     string
	writer   chan *conn // holds the one writing connection while nobody uses it
	readers  chan *conn
	scanning chan *conn                 // holds the one connection that scans
	answers  map[string]*roaring.Bitmap // to filters, of whoever holds it
	foreign  atomic.Int64               // the data version of the writing connection in its transaction, see watch.go
	tables   sync.Map                   // *document.Collection → *table
	closed   chan struct{}
	closing  sync.Once

	force     func(path string) error // has a file reach the disk
	tidying   sync.WaitGroup
	written   atomic.Bool               // something was, since the log was last looked after
	syncError atomic.Pointer[error]     // for the next to write
	lastMany  atomic.Pointer[time.Time] // when many documents were last added; nil for not lately
	lastGap   atomic.Pointer[time.Time] // when other programs were last given a gap meanwhile

	caching sync.WaitGroup // sets that are being written down
}

var (
	_ document.Engine = (*Engine)(nil)
	_ document.Local  = (*Engine)(nil)
)

// Option changes how a file is opened.
type Option func(*options)

type options struct {
	synchronous string
	pages       int64
}

// MaxPages keeps the file from growing beyond n pages, or beyond those it has when it is opened, as a full disk does.
func MaxPages(n int64) Option { return func(o *options) { o.pages = n } }

// FullSync makes every commit wait for the disk. Without it a power cut may cost about the last second (never the file's
// soundness); a crash of the program alone costs nothing either way.
func FullSync() Option { return func(o *options) { o.synchronous = "FULL" } }

// Open opens or creates the file at path; its folder must exist.
func Open(ctx context.Context, path string, opts ...Option) (*Engine, error) {
	o := options{synchronous: "NORMAL", pages: 4294967294} // SQLite's own limit
	for _, opt := range opts {
		opt(&o)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if _, err := os.Stat(filepath.Dir(absolute)); err != nil {
		return nil, fmt.Errorf("the folder of the database file %s is not there or cannot be read: create it, or name another in GLASNIK_STORE: %w", path, err)
	}
	if err := ownedAlone(absolute); err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	e := &Engine{path: path, force: syncFile, writer: make(chan *conn, 1), readers: make(chan *conn, readers), scanning: make(chan *conn, 1), answers: map[string]*roaring.Bitmap{}, closed: make(chan struct{})}
	e.foreign.Store(unknownVersion)
	// A page in a cache takes twice its size: with its header it is larger than the power of two that is allocated for it.
	// While a transaction is under way, changed pages may outgrow the cache: one that is written to the log before the commit is
	// often written again, and then the checksums of all pages after it.
	dsn := (&url.URL{Scheme: "file", OmitHost: true, Path: filepath.ToSlash(absolute)}).String()
	w, err := connect(dsn, "PRAGMA busy_timeout=10000", "PRAGMA journal_mode=WAL", "PRAGMA synchronous="+o.synchronous,
		fmt.Sprint("PRAGMA wal_autocheckpoint=", lastResort), fmt.Sprint("PRAGMA max_page_count=", o.pages), "PRAGMA cache_size=-4000", "PRAGMA cache_spill=2000", "PRAGMA temp_store=MEMORY", "PRAGMA secure_delete=ON", "PRAGMA journal_size_limit=134217728",
		"BEGIN IMMEDIATE", "ROLLBACK") // the last two find a file that can only be read
	if err != nil {
		return nil, e.explain("open database", err)
	}
	if o.synchronous == "FULL" {
		e.force = func(string) error { return nil } // each commit does
	}
	e.writer <- w
	for n := range readers + 1 {
		r, err := connect(dsn, "PRAGMA busy_timeout=10000", "PRAGMA query_only=1", "PRAGMA cache_size=-500", "PRAGMA temp_store=MEMORY")
		if err != nil {
			for len(e.readers) > 0 {
				(<-e.readers).close()
			}
			w.close()
			return nil, e.explain("open database", err)
		}
		if n < readers {
			e.readers <- r
		} else {
			e.scanning <- r
		}
	}
	e.tidying.Go(func() { e.keepTidy(absolute + "-wal") })
	return e, nil
}

// Close waits for what is under way and closes the file.
func (e *Engine) Close(ctx context.Context) error {
	var first error
	e.closing.Do(func() {
		first = end(ctx, e.scanning) // from here on, no more sets are found
		e.caching.Wait()
		close(e.closed)
		e.tidying.Wait()
		for range readers {
			first = firstError(first, end(ctx, e.readers))
		}
		first = firstError(first, end(ctx, e.writer)) // last, so that it can copy the log into the file
	})
	return first
}

// end closes the next connection that is given back.
func end(ctx context.Context, lent chan *conn) error {
	select {
	case c := <-lent:
		return c.close()
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errClosed = errors.New("the database is closed")

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// Ping checks that the file can be read and written to.
func (e *Engine) Ping(ctx context.Context) error {
	return e.write(ctx, "reach database", func(*conn) error { return nil })
}

// read lends a reading connection to fn.
func (e *Engine) read(ctx context.Context, doing string, fn func(*conn) error) error {
	return e.lend(ctx, e.readers, doing, fn)
}

// alone lends the writing connection to fn, outside a transaction.
func (e *Engine) alone(ctx context.Context, doing string, fn func(*conn) error) error {
	return e.lend(ctx, e.writer, doing, func(c *conn) error {
		if failed := e.syncError.Swap(nil); failed != nil {
			return *failed
		}
		err := fn(c)
		if err == nil {
			e.written.Store(true)
		}
		return err
	})
}

func (e *Engine) lend(ctx context.Context, from chan *conn, doing string, fn func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	select {
	case <-e.closed:
		return fmt.Errorf("%s: %w", doing, errClosed)
	default:
	}
	select {
	case c := <-from:
		defer func() { from <- c }()
		if ctx.Done() != nil {
			c.SetInterrupt(ctx.Done())
			defer c.SetInterrupt(nil)
		}
		err := fn(c)
		if lib.ErrCode(err) == lib.ResultInterrupt {
			err = firstError(ctx.Err(), err)
		}
		return e.explain(doing, err)
	case <-e.closed:
		return fmt.Errorf("%s: %w", doing, errClosed)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
}

// write runs fn in one transaction, which is committed if fn returns no error.
func (e *Engine) write(ctx context.Context, doing string, fn func(*conn) error) error {
	return e.alone(ctx, doing, func(c *conn) error { return e.transaction(c, fn) })
}

// transaction runs fn in one transaction of the writing connection.
func (e *Engine) transaction(c *conn, fn func(*conn) error) error {
	return c.transaction(func(c *conn) error {
		version, err := c.dataVersion()
		if err != nil {
			return err
		}
		e.foreign.Store(version)
		defer e.foreign.Store(unknownVersion) // others may write once this is committed
		return fn(c)
	})
}
