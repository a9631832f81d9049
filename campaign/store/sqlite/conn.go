package sqlite

import (
	"fmt"

	lib "zombiezen.com/go/sqlite"

	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// maxStatements is how many prepared statements a connection keeps. The shapes of queries are few, but a team's segments
// can be many.
const maxStatements = 300

// conn is one connection with its prepared statements. It is used by one goroutine at a time; what that runs ends with the
// context it was lent the connection for.
type conn struct {
	*lib.Conn
	statements map[string]*statement
	changes    map[*table]*index.Changes // what the transaction has changed of indexes
}

// connect opens the file and runs some statements.
func connect(dsn string, setup ...string) (*conn, error) {
	opened, err := lib.OpenConn(dsn, lib.OpenReadWrite|lib.OpenCreate|lib.OpenURI)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: opened, statements: map[string]*statement{}}
	for _, sql := range setup {
		if _, err := c.exec(sql); err != nil {
			_ = c.close()
			return nil, err
		}
	}
	return c, nil
}

func (c *conn) close() error {
	c.forget()
	return c.Close()
}

// forget closes the statements except those that are running: another one may be prepared between the rows of their answers.
func (c *conn) forget() {
	for sql, s := range c.statements {
		if !s.running {
			_ = s.Finalize() // it repeats the error of the last run
			delete(c.statements, sql)
		}
	}
}

func (c *conn) prepare(sql string) (*statement, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	if len(c.statements) >= maxStatements {
		c.forget()
	}
	prepared, _, err := c.PrepareTransient(sql)
	if err != nil {
		return nil, err
	}
	s := &statement{Stmt: prepared, sql: sql}
	s.row = row{stmt: prepared, columns: make([]lastRead, prepared.ColumnCount())}
	c.statements[sql] = s
	return s, nil
}

// known returns sql as a string, without a copy if it is that of a prepared statement.
func (c *conn) known(sql []byte) string {
	if s, ok := c.statements[string(sql)]; ok {
		return s.sql
	}
	return string(sql)
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(sql string, args ...any) (int64, error) {
	if err := c.query(sql, args, func(*row) error { return nil }); err != nil {
		return 0, err
	}
	return int64(c.Changes()), nil
}

// query calls fn with every row of an answer; the row is valid until fn returns.
func (c *conn) query(sql string, args []any, fn func(*row) error) error {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	s.running = true
	defer func() { s.running = false; _ = s.Reset() }() // it repeats the error of the run
	if err := s.bind(args); err != nil {
		return err
	}
	for {
		found, err := s.Step()
		if err != nil || !found {
			return err
		}
		if err := fn(&s.row); err != nil {
			return err
		}
	}
}

// Query runs the statements of an index.
func (c *conn) Query(sql string, args []any, fn func(index.Row) error) error {
	return c.query(sql, args, func(row *row) error { return fn(row) })
}

// snapshot runs several reads of the database as it is at the first.
func (c *conn) snapshot(fn func() error) error {
	if _, err := c.exec("BEGIN"); err != nil {
		return err
	}
	defer c.rollback() // also when fn panics
	return fn()
}

// transaction runs fn in one transaction.
func (c *conn) transaction(fn func(*conn) error) error {
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err := fn(c)
	if err == nil {
		err = c.flushChanges()
	}
	if err == nil {
		if _, err = c.exec("COMMIT"); err == nil {
			return nil
		}
	}
	c.rollback()
	return err
}

// rollback ends a transaction, also one that the library has ended and one whose context is over.
func (c *conn) rollback() {
	c.changes = nil
	c.SetInterrupt(nil)
	_, _ = c.exec("ROLLBACK") // there may be none any more
}

// changesOf returns what the connection's transaction changes of a table's index.
func (c *conn) changesOf(t *table) (*index.Changes, error) {
	if changes, ok := c.changes[t]; ok {
		return changes, nil
	}
	changes, err := t.index.Begin(c)
	if err != nil {
		return nil, err
	}
	if c.changes == nil {
		c.changes = map[*table]*index.Changes{}
	}
	c.changes[t] = changes
	return changes, nil
}

// flushChanges writes what the transaction changed of indexes.
func (c *conn) flushChanges() error {
	for _, changes := range c.changes {
		if err := changes.Flush(); err != nil {
			return err
		}
	}
	c.changes = nil
	return nil
}

// statement is a prepared statement.
type statement struct {
	*lib.Stmt
	row     row
	sql     string
	running bool // the rows of its answer are being read
}

// bind sets all parameters.
func (s *statement) bind(args []any) error {
	for i, arg := range args {
		switch x := arg.(type) {
		case int64:
			s.BindInt64(i+1, x)
		case string:
			s.BindText(i+1, x)
		case []byte:
			if x == nil {
				s.BindNull(i + 1)
			} else {
				s.BindBytes(i+1, x)
			}
		default:
			return fmt.Errorf("a %T cannot be bound to a statement", arg)
		}
	}
	return nil
}

// run runs the statement with arguments whose texts are in one piece of memory. Texts are
// bound as bytes, for a statement that casts them.
func (s *statement) run(args []cell, texts []byte) error {
	for i, arg := range args {
		switch arg.kind {
		case isNumber:
			s.BindInt64(i+1, arg.number)
		case isText, isBytes:
			s.BindBytes(i+1, texts[arg.number:arg.number+int64(arg.size)])
		default:
			s.BindNull(i + 1)
		}
	}
	_, err := s.Step()
	_ = s.Reset() // it repeats the error
	return err
}

// row is the row of an answer at which a statement stands.
type row struct {
	stmt    *lib.Stmt
	columns []lastRead
}

// lastRead is what was last read of a column.
type lastRead struct {
	text  string
	bytes []byte
}

// null reports whether a column holds no value.
func (r *row) null(column int) bool { return r.stmt.ColumnIsNull(column) }

// Int returns a column's number, 0 when it holds none.
func (r *row) Int(column int) int64 { return r.stmt.ColumnInt64(column) }

// Text returns a column's text, "" when it holds none. Many columns hold the same in row after row (a run, a state, a
// language): their text is allocated once.
func (r *row) Text(column int) string {
	c := &r.columns[column]
	if b := r.Bytes(column); string(b) != c.text {
		c.text = string(b)
	}
	return c.text
}

// Bytes returns a column's text or bytes in memory that the next row reuses.
func (r *row) Bytes(column int) []byte {
	c := &r.columns[column]
	n := r.stmt.ColumnLen(column)
	if n > cap(c.bytes) {
		c.bytes = make([]byte, n+n/4)
	}
	return c.bytes[:r.stmt.ColumnBytes(column, c.bytes[:n])]
}

// copied returns a column's bytes in memory of its own, nil when it holds none.
func (r *row) copied(column int) []byte {
	if r.null(column) {
		return nil
	}
	b := make([]byte, r.stmt.ColumnLen(column))
	r.stmt.ColumnBytes(column, b)
	return b
}
