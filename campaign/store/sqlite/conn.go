package sqlite

import (
	"context"
	"fmt"

	"modernc.org/libc"
	_ "modernc.org/sqlite" // readies the library on the platforms that need it
	sqlite3 "modernc.org/sqlite/lib"
)

// The library is called without its database/sql driver: by half of what a short statement cost went into the driver's
// locks (three for each value read), its look-ups of parameter names and its boxes around values.

// maxStatements is how many prepared statements a connection keeps. The shapes of queries are few, but a team's segments
// can be many.
const maxStatements = 300

// conn is one connection with its prepared statements. It is used by one goroutine at a time, which is why it can do
// without the library's own lock.
type conn struct {
	tls        *libc.TLS // the library's idea of a thread
	db         uintptr
	statements map[string]*statement
	columns    []*columnWriter // what the transaction has changed of columns
}

// sqliteError is what the library says of a call that failed.
type sqliteError struct {
	code    int
	message string
}

func (e *sqliteError) Error() string { return fmt.Sprintf("%s (%d)", e.message, e.code) }

// connect opens the file and runs some statements.
func connect(ctx context.Context, dsn string, setup ...string) (*conn, error) {
	c := &conn{tls: libc.NewTLS(), statements: map[string]*statement{}}
	name, out := c.copyText(dsn), c.newPointer()
	code := sqlite3.Xsqlite3_open_v2(c.tls, name, out,
		sqlite3.SQLITE_OPEN_READWRITE|sqlite3.SQLITE_OPEN_CREATE|sqlite3.SQLITE_OPEN_NOMUTEX|sqlite3.SQLITE_OPEN_URI, 0)
	c.db = c.takePointer(out)
	sqlite3.Xsqlite3_free(c.tls, name)
	if code != sqlite3.SQLITE_OK {
		err := c.failure(code)
		_ = c.close() // also what could not be opened has to be
		return nil, err
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	for _, sql := range setup {
		if _, err := c.exec(ctx, sql); err != nil {
			_ = c.close()
			return nil, err
		}
	}
	return c, nil
}

func (c *conn) close() error {
	c.forget()
	code := sqlite3.Xsqlite3_close_v2(c.tls, c.db)
	c.tls.Close()
	if code != sqlite3.SQLITE_OK {
		return &sqliteError{int(code), "the database could not be closed"}
	}
	return nil
}

// forget closes the statements, those apart that are running: another one may be prepared while their rows are gone through.
func (c *conn) forget() {
	for sql, s := range c.statements {
		if !s.running {
			s.close()
			delete(c.statements, sql)
		}
	}
}

func (c *conn) failure(code int32) error {
	return &sqliteError{int(code), libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))}
}

// prepare gives the statement of a text, whose bytes are only good until it returns.
func (c *conn) prepare(sql string) (*statement, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	if len(c.statements) >= maxStatements {
		c.forget()
	}
	text, out := c.copyText(sql), c.newPointer()
	code := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, text, int32(len(sql)), sqlite3.SQLITE_PREPARE_PERSISTENT, out, 0)
	handle := c.takePointer(out)
	sqlite3.Xsqlite3_free(c.tls, text)
	if code != sqlite3.SQLITE_OK {
		return nil, c.failure(code)
	}
	s := &statement{row: row{conn: c, handle: handle}, sql: sql}
	s.texts = make([]string, sqlite3.Xsqlite3_column_count(c.tls, handle))
	c.statements[sql] = s
	return s, nil
}

// known gives a statement's text, without making another of one that is prepared.
func (c *conn) known(sql []byte) string {
	if s, ok := c.statements[string(sql)]; ok {
		return s.sql
	}
	return string(sql)
}

// exec runs a statement and says how many rows it changed.
func (c *conn) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	err := c.query(ctx, sql, args, func(*row) error { return nil })
	if err != nil {
		return 0, err
	}
	return int64(sqlite3.Xsqlite3_changes(c.tls, c.db)), nil
}

// run runs a statement with arguments that stand in texts.
func (c *conn) run(sql string, args []cell, texts []byte) error {
	s, err := c.prepare(sql)
	if err == nil {
		_, err = s.run(args, texts)
	}
	return err
}

// lastRow gives the number of the row that was added last.
func (c *conn) lastRow() int64 { return sqlite3.Xsqlite3_last_insert_rowid(c.tls, c.db) }

// query calls fn with every row of an answer; the row is only good until fn returns.
func (c *conn) query(ctx context.Context, sql string, args []any, fn func(*row) error) error {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	s.running = true
	defer func() { s.reset(); s.running = false }()
	if err := s.bind(args); err != nil {
		return err
	}
	if ctx.Done() != nil {
		defer c.interruptWith(ctx)()
	}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch code := sqlite3.Xsqlite3_step(c.tls, s.handle); code {
		case sqlite3.SQLITE_ROW:
			if err := fn(&s.row); err != nil {
				return err
			}
		case sqlite3.SQLITE_DONE:
			return nil
		default:
			return firstError(ctx.Err(), c.failure(code))
		}
	}
}

// still runs several reads of the database as it stands at the first.
func (c *conn) still(ctx context.Context, fn func() error) error {
	if _, err := c.exec(ctx, "BEGIN"); err != nil {
		return err
	}
	defer c.rollback() // also when fn panics
	return fn()
}

// rollback ends a transaction, also one that the engine ended by itself.
func (c *conn) rollback() {
	c.columns = nil
	_, _ = c.exec(context.Background(), "ROLLBACK")
}
