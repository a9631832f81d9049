package sqlite

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// batchDocs is how many documents are encoded together at most: as many as a block of the index has rows.
const batchDocs = index.BlockRows

// spareBatches is how many used batches a table keeps for reuse: one is filled while another is written.
const spareBatches = 2

// batch is documents on their way into a table: all that is written of them, in few pieces of memory however many they are. A
// value each would cost as much again as the library takes to store it.
type batch struct {
	table   *table
	texts   []byte        // of the columns, one document's after another's
	ends    []int         // of each document's texts
	cells   []cell        // of the columns, one document's after another's
	added   []bool        // of each document
	block   *index.Block  // what the index is to hold of many documents
	entries []index.Entry // the same of a few, one document's after another's
	entered []int         // where each document's end
}

// cell is one argument of a statement: a number, or a text or bytes that stand somewhere in the texts.
type cell struct {
	number int64 // or where the text begins
	size   int32
	kind   cellKind
}

type cellKind uint8

const (
	isNull cellKind = iota
	isNumber
	isText
	isBytes
)

// batches encodes documents.
func (t *table) batches(docs []any) ([]*batch, error) {
	out := make([]*batch, 0, (len(docs)+batchDocs-1)/batchDocs)
	for len(docs) > 0 {
		n := min(len(docs), batchDocs)
		b, err := t.batch(docs[:n])
		if err != nil {
			return nil, err
		}
		out, docs = append(out, b), docs[n:]
	}
	return out, nil
}

func (t *table) batch(docs []any) (*batch, error) {
	b := t.emptyBatch(len(docs))
	for n := range docs {
		doc, err := t.structOf(docs[n])
		if err != nil {
			return nil, err
		}
		if err := b.encode(doc); err != nil {
			return nil, err
		}
		if t.index != nil {
			if b.entries, err = t.entries(doc, b.entries); err != nil {
				return nil, err
			}
			b.entered = append(b.entered, len(b.entries))
		}
		if b.block != nil {
			b.block.Add(b.entries)
			b.entries, b.entered = b.entries[:0], b.entered[:0]
		}
		if n == 0 && cap(b.texts) < len(b.texts)*len(docs) { // the others will be about as long
			b.texts = slices.Grow(b.texts, (len(b.texts)+len(b.texts)/4)*len(docs))
			b.entries = slices.Grow(b.entries, (len(b.entries)+len(b.entries)/8)*len(docs))
		}
	}
	if b.block != nil {
		return b, b.block.End()
	}
	return b, nil
}

// emptyBatch returns a batch to fill, in the memory of one that is done with if there is any.
func (t *table) emptyBatch(docs int) *batch {
	var b *batch
	select {
	case b = <-t.done:
	default:
		b = &batch{table: t}
	}
	b.texts, b.ends = b.texts[:0], slices.Grow(b.ends[:0], docs)
	b.cells = slices.Grow(b.cells[:0], docs*t.batchWidth())
	b.added = slices.Grow(b.added[:0], docs)[:docs]
	clear(b.added)
	b.entries, b.entered = b.entries[:0], b.entered[:0]
	if many := docs >= index.BlockRows*3/4; !many {
		b.block = nil
	} else if t.index != nil && b.block == nil {
		b.block = t.index.NewBlock()
	}
	return b
}

// free leaves the memory of a batch to the next.
func (b *batch) free() {
	if b.docs() > batchDocs/16 { // a small one is not worth keeping
		clear(b.entries)
		if b.block != nil {
			b.block.Clear()
		}
		select {
		case b.table.done <- b:
		default:
		}
	}
}

// dropBatches frees the memory of batches that are done with.
func (t *table) dropBatches() {
	for {
		select {
		case <-t.done:
		default:
			return
		}
	}
}

func (b *batch) docs() int { return len(b.added) }

// document returns the arguments of a document.
func (b *batch) document(n int) ([]cell, []byte) {
	from := 0
	if n > 0 {
		from = b.ends[n-1]
	}
	width := b.table.batchWidth()
	return b.cells[n*width : (n+1)*width], b.texts[from:b.ends[n]]
}

// encode adds the values of a document's columns.
func (b *batch) encode(doc reflect.Value) error {
	t, start := b.table, len(b.texts)
	for i := range t.columns {
		v, from := doc.Field(t.columns[i].field), len(b.texts)
		c := cell{kind: isText, number: int64(from - start)}
		switch t.columns[i].kind {
		case document.Int:
			c = cell{kind: isNumber, number: v.Int()}
		case document.Bool:
			c = cell{kind: isNumber, number: encodeBool(v.Bool())}
		case document.Time:
			c = cell{kind: isNumber, number: v.Addr().Interface().(*time.Time).UnixMilli()}
		case document.Texts:
			b.texts = appendTexts(b.texts, v)
		case document.Bytes:
			b.texts = append(b.texts, v.Bytes()...)
			if c.kind = isBytes; v.IsNil() {
				c.kind = isNull
			}
		default:
			b.texts = append(b.texts, v.String()...)
		}
		c.size = int32(len(b.texts) - from)
		b.cells = append(b.cells, c)
	}
	if t.extra.typ != nil {
		from := len(b.texts)
		var err error
		if b.texts, err = t.extra.write(b.texts, doc); err != nil {
			return fmt.Errorf("collection %s: %w", t.collection.Name, err)
		}
		b.cells = append(b.cells, cell{kind: isText, number: int64(from - start), size: int32(len(b.texts) - from)})
	}
	if t.index != nil {
		b.cells = append(b.cells, cell{}) // the number of its row
	}
	b.ends = append(b.ends, len(b.texts))
	return nil
}

// batchWidth is how many arguments a batch has for each document.
func (t *table) batchWidth() int {
	if t.index != nil {
		return t.width() + 1
	}
	return t.width()
}
