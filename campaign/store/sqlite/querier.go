package sqlite

import "github.com/glasnik/glasnik/campaign/store/sqlite/index"

// querier runs the statements of an index on a connection.
type querier struct{ *conn }

func (q querier) Query(sql string, args []any, fn func(index.Row) error) error {
	return q.query(sql, args, func(row *row) error { return fn(indexRow{row}) })
}

type indexRow struct{ *row }

func (r indexRow) Int(column int) int64    { return r.integer(column) }
func (r indexRow) Text(column int) string  { return r.text(column) }
func (r indexRow) Bytes(column int) []byte { return r.view(column) }

// changesOf returns what the connection's transaction changes of a table's index.
func (c *conn) changesOf(t *table) (*index.Changes, error) {
	if changes, ok := c.changes[t]; ok {
		return changes, nil
	}
	changes, err := t.index.Begin(querier{c})
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
