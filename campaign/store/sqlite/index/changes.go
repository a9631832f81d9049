package index

import (
	"hash/maphash"
	"maps"
	"slices"
)

// Changes are what one transaction changes of an index. They are collected in memory and written by Flush at its end, each
// chunk and each part of a posting list once.
type Changes struct {
	index   *Index
	db      Querier // nil of a Block
	state   State
	written int64 // no row above it stands in the file
	touched bool
	numbers map[string]int64 // of the columns in the file
	columns map[string]*columnChanges
	buffer  []byte
	seed    maphash.Seed
}

// columnChanges are those of one column: of chunks or of blocks.
type columnChanges struct {
	name     string
	encoding Encoding
	chunks   map[int64]*chunk
	chunk    *chunk
	blocks   map[int64]*block
	block    *block
	at       int64 // the number of the chunk or block that was used last
}

// block is the parts of posting lists in one block, by value or by gram.
type block struct {
	byValue map[string]*part
	byGram  map[gram]*part
	was     map[*part]part // those that stand in the file, as they do
}

// Begin begins to collect changes.
func (x *Index) Begin(db Querier) (*Changes, error) {
	state, err := ReadState(db, x.collection)
	return x.begin(db, state), err
}

func (x *Index) begin(db Querier, state State) *Changes {
	return &Changes{index: x, db: db, state: state, written: state.High, columns: map[string]*columnChanges{}, seed: maphash.MakeSeed()}
}

// Next returns the number of the next row. No number is given twice, also when the row it belonged to is deleted.
func (c *Changes) Next() int64 { return c.state.High + 1 }

// Touch takes note of what the columns held of some rows and hold of them now. Rows that are only in before were deleted, those
// that are only in after are new.
func (c *Changes) Touch(before, after []Document) error {
	was := byRow(before)
	if len(before) > 0 { // what goes is noted before what comes: a chunk holds one value of a row
		now := byRow(after)
		for _, d := range before {
			if err := c.enter(d, now, false); err != nil {
				return err
			}
		}
	}
	for _, d := range after {
		if err := c.enter(d, was, true); err != nil {
			return err
		}
	}
	return nil
}

func byRow(docs []Document) map[int64]Document {
	out := make(map[int64]Document, len(docs))
	for _, d := range docs {
		out[d.Row] = d
	}
	return out
}

// enter notes what is held of a document and is not held of it among others, which are how it stands on the other side of the
// change.
func (c *Changes) enter(d Document, others map[int64]Document, in bool) error {
	other, stays := others[d.Row]
	c.touched, c.state.High = true, max(c.state.High, d.Row)
	if !stays {
		if err := c.enterOne(d.Row, Entry{allRows, ""}, in); err != nil {
			return err
		}
	}
	for _, e := range d.Entries {
		if stays && slices.Contains(other.Entries, e) {
			continue
		}
		if err := c.enterOne(d.Row, e, in); err != nil {
			return err
		}
	}
	return nil
}

func (c *Changes) enterOne(row int64, e Entry, in bool) (err error) {
	column := c.column(e.Column)
	switch column.encoding {
	case Postings:
		b := column.blockAt(row >> blockBits)
		p := b.byValue[e.Value]
		if p == nil {
			if p, err = c.readPart(column, b, e.Value); err != nil {
				return err
			}
			b.byValue[e.Value] = p
		}
		p.set(row, in)
		return nil
	case Trigrams:
		b := column.blockAt(row >> blockBits)
		for g := range grams(e.Value) {
			p := b.byGram[g]
			if p == nil {
				if p, err = c.readPart(column, b, g.text()); err != nil {
					return err
				}
				b.byGram[g] = p
			}
			p.set(row, in)
		}
		return nil
	}
	chunk, err := c.chunkAt(column, row>>chunkBits)
	if err == nil {
		chunk.set(row, e.Value, in)
	}
	return err
}

// column returns the changes of a column.
func (c *Changes) column(name string) *columnChanges {
	column := c.columns[name]
	if column == nil {
		column = &columnChanges{name: name, encoding: c.index.columns[name], chunks: map[int64]*chunk{}, blocks: map[int64]*block{}}
		c.columns[name] = column
	}
	return column
}

// number returns the number of a column in the file, which gets one if it has none.
func (c *Changes) number(column string) (int64, error) {
	if c.numbers == nil {
		var err error
		if c.numbers, err = c.index.numbers(c.db); err != nil {
			return 0, err
		}
	}
	if n := c.numbers[column]; n != 0 {
		return n, nil
	}
	err := c.db.Query("INSERT INTO "+c.index.names+"(name) VALUES(?) RETURNING id", []any{column}, func(row Row) error { c.numbers[column] = row.Int(0); return nil })
	return c.numbers[column], err
}

// blockAt returns a block of a column.
func (c *columnChanges) blockAt(number int64) *block {
	if c.block == nil || c.at != number {
		if c.blocks[number] == nil {
			c.blocks[number] = &block{map[string]*part{}, map[gram]*part{}, map[*part]part{}}
		}
		c.at, c.block = number, c.blocks[number]
	}
	return c.block
}

// readPart returns the part of a posting list in the block that was used last, as it stands in the file.
func (c *Changes) readPart(column *columnChanges, b *block, value string) (*part, error) {
	p := parts.Get().(*part)
	if column.at<<blockBits > c.written {
		return p, nil
	}
	number, err := c.number(column.name)
	if err != nil {
		return nil, err
	}
	err = c.db.Query(c.index.read, []any{column.at, number, value}, func(row Row) error { return readPart(row.Bytes(0), p[:]) })
	b.was[p] = *p
	return p, err
}

// chunkAt returns a chunk of a column.
func (c *Changes) chunkAt(column *columnChanges, number int64) (*chunk, error) {
	if column.chunk != nil && column.at == number {
		return column.chunk, nil
	}
	found := column.chunks[number]
	if found == nil {
		found = chunks.Get().(*chunk)
		if number<<chunkBits <= c.written {
			id, err := c.number(column.name)
			if err != nil {
				return nil, err
			}
			err = c.db.Query("SELECT data FROM "+c.index.chunks+" WHERE id=?", []any{id<<32 | number}, func(row Row) error { return found.read(row.Bytes(0)) })
			if err != nil {
				return nil, err
			}
		}
		column.chunks[number] = found
	}
	column.at, column.chunk = number, found
	return found, nil
}

// stored is a chunk or a part of a posting list as it stands in the file, without data if it stands there no longer.
type stored struct {
	column string
	chunk  bool
	at     int64  // the number of the chunk or block
	value  string // of the posting list
	data   []byte
}

// Flush writes the changes and forgets them.
func (c *Changes) Flush() error {
	if !c.touched {
		return nil
	}
	if err := c.drain(c.write); err != nil {
		return err
	}
	c.state.Changes++
	c.written, c.touched = c.state.High, false
	return c.state.write(c.db, c.index.collection)
}

// drain calls fn with all that is changed, in the order in which it stands in the file, and forgets it. The data is good until
// fn returns.
func (c *Changes) drain(fn func(stored) error) error {
	for _, name := range slices.Sorted(maps.Keys(c.columns)) {
		column := c.columns[name]
		for _, at := range slices.Sorted(maps.Keys(column.blocks)) {
			b := column.blocks[at]
			put := func(value string, p *part) error {
				defer p.free()
				if was, ok := b.was[p]; ok && was == *p {
					return nil
				}
				c.buffer = p.append(c.buffer[:0])
				return fn(stored{column: name, at: at, value: value, data: c.buffer})
			}
			for _, value := range slices.Sorted(maps.Keys(b.byValue)) {
				if err := put(value, b.byValue[value]); err != nil {
					return err
				}
			}
			for _, g := range slices.Sorted(maps.Keys(b.byGram)) {
				if err := put(g.text(), b.byGram[g]); err != nil {
					return err
				}
			}
		}
		for _, at := range slices.Sorted(maps.Keys(column.chunks)) {
			chunk := column.chunks[at]
			if chunk.changed {
				c.buffer = chunk.append(c.buffer[:0], c.seed)
				if err := fn(stored{column: name, chunk: true, at: at, data: c.buffer}); err != nil {
					return err
				}
			}
			chunk.free()
		}
	}
	clear(c.columns)
	return nil
}

func (c *Changes) write(s stored) error {
	column, err := c.number(s.column)
	switch id := column<<32 | s.at; {
	case err != nil:
		return err
	case s.chunk && len(s.data) == 0:
		return exec(c.db, "DELETE FROM "+c.index.chunks+" WHERE id=?", id)
	case s.chunk:
		return exec(c.db, c.index.putChunk, id, s.data)
	case len(s.data) == 0:
		return exec(c.db, c.index.cut, s.at, column, s.value)
	}
	return exec(c.db, c.index.put, s.at, column, s.value, s.data)
}
