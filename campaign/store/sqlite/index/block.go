package index

// Block collects what new documents add whose rows are from the first of a block on, one after another. It needs no
// transaction: documents are gathered while others are written.
type Block struct {
	changes *Changes
	stored  []stored
	bytes   []byte // the data of all
}

// NewBlock begins to gather documents, of which there must be at most BlockRows.
func (x *Index) NewBlock() *Block { return &Block{changes: x.begin(nil, State{High: -1})} }

// Add adds a document.
func (b *Block) Add(entries []Entry) {
	b.changes.enter(Document{Row: b.changes.Next(), Entries: entries}, nil, true)
}

// Clear forgets the documents, so that others are gathered in the same memory.
func (b *Block) Clear() {
	clear(b.stored)
	b.changes.state.High, b.stored, b.bytes = -1, b.stored[:0], b.bytes[:0]
}

// End is called when all are added.
func (b *Block) End() error {
	return b.changes.drain(func(s stored) error {
		from := len(b.bytes)
		b.bytes = append(b.bytes, s.data...)
		s.data = b.bytes[from:]
		b.stored = append(b.stored, s)
		return nil
	})
}

// Take writes a block whose first row is above all rows and begins a block.
func (c *Changes) Take(b *Block, first int64) error {
	c.touched, c.state.High = true, first+b.changes.state.High
	for _, s := range b.stored {
		if s.at += first >> blockBits; s.chunk {
			s.at += first>>chunkBits - first>>blockBits
		}
		if err := c.write(s); err != nil {
			return err
		}
	}
	c.written = c.state.High
	return nil
}
