package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"

	sqlite3 "modernc.org/sqlite"
)

// maxStatements is how many prepared statements a connection keeps. The shapes of queries are few, but a team's segments
// can be many.
const maxStatements = 300

// conn is one connection with its prepared statements. It is used by one goroutine at a time.
type conn struct {
	raw        driver.Conn
	statements map[string]driver.Stmt
	values     []driver.NamedValue // arguments of the statement being run, reused
	row        []driver.Value      // the row being read, reused
}

// connect opens the file and runs some statements.
func connect(ctx context.Context, dsn string, setup ...string) (*conn, error) {
	connector, err := sqlite3.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	raw, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, statements: map[string]driver.Stmt{}}
	for _, sql := range setup {
		if _, err := c.exec(ctx, sql); err != nil {
			return nil, errors.Join(err, c.close())
		}
	}
	return c, nil
}

func (c *conn) close() error {
	c.forget()
	return c.raw.Close()
}

func (c *conn) forget() {
	for _, s := range c.statements {
		s.Close()
	}
	clear(c.statements)
}

func (c *conn) prepare(sql string) (driver.Stmt, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	if len(c.statements) >= maxStatements {
		c.forget()
	}
	s, err := c.raw.Prepare(sql)
	if err == nil {
		c.statements[sql] = s
	}
	return s, err
}

func (c *conn) bind(args []any) []driver.NamedValue {
	c.values = c.values[:0]
	for i, a := range args {
		c.values = append(c.values, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.values
}

// exec runs a statement and says how many rows it changed. A context that can end costs a goroutine a call: loops over
// short statements pass one that cannot and look at theirs between the calls.
func (c *conn) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	result, err := s.(driver.StmtExecContext).ExecContext(ctx, c.bind(args))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query calls fn with every row of an answer; the row's slice is only good until fn returns, its values stay.
func (c *conn) query(ctx context.Context, sql string, args []any, fn func(row []driver.Value) error) (err error) {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	rows, err := s.(driver.StmtQueryContext).QueryContext(ctx, c.bind(args))
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, rows.Close()) }()
	n := len(rows.Columns())
	for len(c.row) < n {
		c.row = append(c.row, nil)
	}
	row := c.row[:n]
	for {
		if err := rows.Next(row); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(row); err != nil {
			return err
		}
	}
}

// rollback ends a transaction, also one that the engine ended by itself.
func (c *conn) rollback() {
	_, _ = c.exec(context.Background(), "ROLLBACK")
}
