package sqlite

import (
	"context"
	"reflect"
	"slices"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// candidates gives a set of rows that holds all a filter fits, and whether it holds no others; nil when the indexes cannot
// tell, or the filter names the documents it wants.
func (t *table) candidates(ctx context.Context, conn *conn, f document.Filter) (*rowSet, bool, error) {
	if len(t.side) == 0 || f == nil || t.pins(f) {
		return nil, false, nil
	}
	c := chooser{ctx: ctx, conn: conn, table: t}
	s, exact := c.choose(f)
	return s, exact, c.err
}

// pins reports whether a filter names the ids, or the values of another unique field, that it wants.
func (t *table) pins(f document.Filter) bool {
	switch f := f.(type) {
	case document.Where:
		if f.Op != document.Eq && f.Op != document.In {
			return false
		}
		return f.Field == "id" || t.unique(f.Field)
	case document.All:
		for _, part := range f {
			if t.pins(part) {
				return true
			}
		}
	}
	return false
}

// unique reports whether a field is unique by itself.
func (t *table) unique(field string) bool {
	return slices.ContainsFunc(t.collection.Indexes, func(x document.Index) bool { return x.Unique && len(x.Fields) == 1 && x.Fields[0] == field })
}

// chooser reads the indexes for one filter.
type chooser struct {
	ctx    context.Context
	conn   *conn
	table  *table
	all    *rowSet
	blocks int64 // how many there are, 0 until it is asked
	err    error
}

// choose gives the set of a filter, nil when there is none, and whether it is exact.
func (c *chooser) choose(f document.Filter) (*rowSet, bool) {
	switch f := f.(type) {
	case document.All:
		return c.chooseAll(f)
	case document.Any:
		out, exact := &rowSet{}, true
		for _, part := range f {
			s, same := c.choose(part)
			if s == nil {
				return nil, false
			}
			out.merge(s)
			exact = exact && same
		}
		return out, exact
	case document.Not:
		if s, exact := c.choose(f.Filter); s != nil && exact {
			return c.others(s)
		}
	case document.Where:
		if i := c.table.position(f.Field); i >= 0 && c.table.columns[i].by != byNothing {
			return c.where(&c.table.columns[i], f)
		}
	}
	return nil, false
}

func (c *chooser) chooseAll(parts document.All) (*rowSet, bool) {
	var out *rowSet
	exact := true
	for _, part := range parts {
		if part == nil { // it fits everything
			continue
		}
		s, same := c.choose(part)
		exact = exact && (s != nil && same)
		switch {
		case s == nil:
		case out == nil:
			out = s
		default:
			out.meet(s)
		}
	}
	return out, exact && out != nil
}

// others gives the rows that are not in a set. Every document has a value of a coarse field, so that its sets together
// hold all rows.
func (c *chooser) others(s *rowSet) (*rowSet, bool) {
	for _, i := range c.table.side {
		if column := &c.table.columns[i]; column.by == byValue && c.all == nil {
			c.all = c.read(column, "")
		}
	}
	if c.all == nil {
		return nil, false
	}
	out := &rowSet{}
	out.merge(c.all)
	out.miss(s)
	return out, true
}

func (c *chooser) where(column *column, w document.Where) (*rowSet, bool) {
	text, isText := textOf(w.Value)
	switch {
	case w.Op == document.In && column.by == byValue:
		return c.in(column, w.Value)
	case !isText:
		return nil, false
	case w.Op == document.Has && column.by == byTexts, w.Op == document.Eq && column.by == byValue:
		return c.read(column, "value=?", text), true
	case w.Op == document.HasPrefix && column.by == byTexts, w.Op == document.Prefix && column.by == byValue:
		if end := document.PrefixEnd(text); end != "" {
			return c.read(column, "value>=? AND value<?", text, end), true
		}
		return c.read(column, "value>=?", text), true
	case w.Op == document.Ne && column.by == byValue:
		return c.others(c.read(column, "value=?", text))
	case w.Op == document.Contains && column.by == byGrams:
		return c.contains(column, text)
	}
	return nil, false
}

func textOf(value any) (string, bool) {
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.String {
		return "", false
	}
	return v.String(), true
}

func (c *chooser) in(column *column, list any) (*rowSet, bool) {
	v := reflect.ValueOf(list)
	if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.String {
		return nil, false
	}
	out := &rowSet{}
	for i := range v.Len() {
		out.merge(c.read(column, "value=?", v.Index(i).String()))
	}
	return out, true
}

// contains gives the rows of texts that have all grams of one; whether they stand in its order only the text can tell.
func (c *chooser) contains(column *column, text string) (*rowSet, bool) {
	var out *rowSet
	letters, seen := utf8.RuneCountInString(text), map[gram]bool{}
	eachGram(text, func(x gram) {
		if x&(1<<gramBits-1) == 0 && letters > 2 || seen[x] {
			return // the longer gram says more
		}
		seen[x] = true
		if s := c.read(column, "value=?", string(x.append(nil))); out == nil {
			out = s
		} else {
			out.meet(s)
		}
	})
	return out, out != nil && letters <= 3
}

// read gives the rows of the values a condition fits, block by block.
func (c *chooser) read(column *column, condition string, args ...string) *rowSet {
	out := &rowSet{}
	if c.err == nil && c.blocks == 0 {
		c.err = c.conn.query(`SELECT coalesce(max("row"),0) FROM `+c.table.name, nil, func(row *row) error {
			c.blocks = row.integer(0)>>blockBits + 1
			return nil
		})
	}
	sql := "SELECT rows FROM " + column.side + " WHERE block=?"
	if condition != "" {
		sql += " AND " + condition
	}
	bound := make([]any, 1+len(args))
	for i, a := range args {
		bound[i+1] = a
	}
	for block := int64(0); block < c.blocks && c.err == nil; block++ {
		bound[0] = block
		c.err = firstError(c.ctx.Err(), c.conn.query(sql, bound, func(row *row) error { return out.part(block).read(row.view(0)) }))
	}
	return out
}
