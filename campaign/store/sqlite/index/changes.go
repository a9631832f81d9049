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

// columnChanges are those of one column: of chunks or of posting lists, by value or by gram, in blocks.
type columnChanges struct {
	encoding Encoding
	chunks   map[int64]*chunk
	blocks   map[int64]*block
}

type block struct {
	byValue map[string]*part
	byGram  map[gram]*part
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
func (c *Changes) Touch(before, after []Document) {
	now, was := ByRow(after), ByRow(before)
	for _, d := range before { // what goes is noted before what comes: a chunk holds one value of a row
		c.enter(d, now, false)
	}
	for _, d := range after {
		c.enter(d, was, true)
	}
}

// ByRow returns documents by their rows.
func ByRow(docs []Document) map[int64]Document {
	out := make(map[int64]Document, len(docs))
	for _, d := range docs {
		out[d.Row] = d
	}
	return out
}

// enter notes what is held of a document and is not held of it among others, which are how it stands on the other side of the
// change.
func (c *Changes) enter(d Document, others map[int64]Document, in bool) {
	other, stays := others[d.Row]
	c.touched, c.state.High = true, max(c.state.High, d.Row)
	if !stays {
		c.enterOne(d.Row, Entry{allRows, ""}, in)
	}
	for _, e := range d.Entries {
		if !stays || !slices.Contains(other.Entries, e) {
			c.enterOne(d.Row, e, in)
		}
	}
}

func (c *Changes) enterOne(row int64, e Entry, in bool) {
	column := c.columns[e.Column]
	if column == nil {
		column = &columnChanges{c.index.columns[e.Column], map[int64]*chunk{}, map[int64]*block{}}
		c.columns[e.Column] = column
	}
	if column.encoding == Chunks {
		found(column.chunks, row>>chunkBits, func() *chunk { return chunks.Get().(*chunk) }).set(row, e.Value, in)
		return
	}
	b := found(column.blocks, row>>blockBits, func() *block { return &block{map[string]*part{}, map[gram]*part{}} })
	if column.encoding == Postings {
		found(b.byValue, e.Value, newPart).set(row, in)
		return
	}
	for g := range grams(e.Value) {
		found(b.byGram, g, newPart).set(row, in)
	}
}

func newPart() *part { return parts.Get().(*part) }

// found returns what a map holds under a key, which is made if there is none.
func found[K comparable, V any](in map[K]*V, key K, made func() *V) *V {
	v := in[key]
	if v == nil {
		v = made()
		in[key] = v
	}
	return v
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
			for _, value := range slices.Sorted(maps.Keys(b.byValue)) {
				if err := c.drainPart(stored{column: name, at: at, value: value}, b.byValue[value], fn); err != nil {
					return err
				}
			}
			for _, g := range slices.Sorted(maps.Keys(b.byGram)) {
				if err := c.drainPart(stored{column: name, at: at, value: g.text()}, b.byGram[g], fn); err != nil {
					return err
				}
			}
		}
		for _, at := range slices.Sorted(maps.Keys(column.chunks)) {
			if err := c.drainChunk(stored{column: name, chunk: true, at: at}, column.chunks[at], fn); err != nil {
				return err
			}
		}
	}
	clear(c.columns)
	return nil
}

func (c *Changes) drainPart(s stored, p *part, fn func(stored) error) error {
	defer p.free()
	now := p.in
	if s.at<<blockBits <= c.written {
		number, err := c.number(s.column)
		if err != nil {
			return err
		}
		var was rows
		err = c.db.Query(c.index.read, []any{s.at, number, s.value}, func(row Row) error { return readPart(row.Bytes(0), was[:]) })
		if now = p.of(was); err != nil || now == was {
			return err
		}
	}
	c.buffer = now.append(c.buffer[:0])
	s.data = c.buffer
	return fn(s)
}

func (c *Changes) drainChunk(s stored, chunk *chunk, fn func(stored) error) error {
	defer chunk.free()
	if s.at<<chunkBits <= c.written {
		number, err := c.number(s.column)
		if err != nil {
			return err
		}
		err = c.db.Query("SELECT data FROM "+c.index.chunks+" WHERE id=?", []any{number<<32 | s.at}, func(row Row) error { return chunk.read(row.Bytes(0)) })
		if err != nil {
			return err
		}
	}
	c.buffer = chunk.append(c.buffer[:0], c.seed)
	s.data = c.buffer
	return fn(s)
}

// write writes a part or a chunk.
func (c *Changes) write(s stored) error {
	number, err := c.number(s.column)
	switch id := number<<32 | s.at; {
	case err != nil:
		return err
	case s.chunk && len(s.data) == 0:
		return exec(c.db, "DELETE FROM "+c.index.chunks+" WHERE id=?", id)
	case s.chunk:
		return exec(c.db, c.index.putChunk, id, s.data)
	case len(s.data) == 0:
		return exec(c.db, c.index.cut, s.at, number, s.value)
	}
	return exec(c.db, c.index.put, s.at, number, s.value, s.data)
}

// number returns the number of a column in the file, which gets one if it has none.
func (c *Changes) number(column string) (n int64, err error) {
	if c.numbers == nil {
		if c.numbers, err = c.index.numbers(c.db); err != nil {
			return 0, err
		}
	}
	if c.numbers[column] == 0 {
		err = c.db.Query("INSERT INTO "+c.index.names+"(name) VALUES(?) RETURNING id", []any{column}, func(row Row) error { c.numbers[column] = row.Int(0); return nil })
	}
	return c.numbers[column], err
}
