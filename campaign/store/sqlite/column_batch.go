package sqlite

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// columnBatch is what the columns of a table are to hold of the documents of a batch. New chunks are written from it as they
// are to stand in the file; document by document it would take several times as long.
type columnBatch struct {
	table  *table
	docs   int
	names  []string
	index  map[string]int
	values [][]string  // by column and document
	has    [][]uint64  // by column a bit for each document
	doc    int         // that is being entered
	next   int         // the column that most likely comes next: most documents have the same ones in the same order
	times  []shownTime // the last of each scanned field: most come again
}

// shownTime is a time and how columns have it.
type shownTime struct {
	number int64
	text   string
}

func newColumnBatch(t *table) columnBatch {
	b := columnBatch{table: t}
	if t.hasColumns() {
		b.index, b.times = map[string]int{}, make([]shownTime, len(t.scanned))
	}
	return b
}

// begin makes ready for some documents.
func (b *columnBatch) begin(docs int) {
	b.docs = docs
	for i := range b.names {
		b.size(i)
	}
}

// size gives a column the room for the documents, none of which has a value yet.
func (b *columnBatch) size(i int) {
	b.values[i] = slices.Grow(b.values[i][:0], b.docs)[:b.docs]
	words := (b.docs + 63) >> 6
	b.has[i] = slices.Grow(b.has[i][:0], words)[:words]
	clear(b.has[i])
}

// manyColumns is how many columns are kept room for: a file may have hundreds that the next has not.
const manyColumns = 40

// forget lets go of the documents' values.
func (b *columnBatch) forget() {
	if len(b.names) > manyColumns {
		*b = newColumnBatch(b.table)
	}
	for i := range b.values {
		clear(b.values[i])
	}
}

// document enters a document.
func (b *columnBatch) document(doc reflect.Value, n int) error {
	t := b.table
	if !t.hasColumns() {
		return nil
	}
	b.doc, b.next = n, 0
	b.add(idColumn, doc.Field(t.columns[0].field).String())
	for n := range t.scanned {
		value, err := b.scanned(doc, n)
		if err != nil {
			return err
		}
		b.add(t.scannedNames[n], value)
	}
	if t.collection.Facts == nil {
		return nil
	}
	for _, fact := range t.collection.Facts(doc.Addr().Interface()) {
		key, value, ok := strings.Cut(fact, "=")
		if !ok {
			return fmt.Errorf("collection %s: %q is no fact", t.collection.Name, fact)
		}
		b.add(key, value)
	}
	return nil
}

// scanned gives what the column of a scanned field holds of a document.
func (b *columnBatch) scanned(doc reflect.Value, n int) (string, error) {
	c := &b.table.columns[b.table.scanned[n]]
	v := doc.Field(c.field)
	if c.kind != document.Time {
		return columnValue(v, c.kind)
	}
	number := v.Addr().Interface().(*time.Time).UnixMilli()
	if last := &b.times[n]; last.text == "" || last.number != number {
		*last = shownTime{number, encodeNumber(number)}
	}
	return b.times[n].text, nil
}

// add enters a value of the document; one of several facts with the same key is joined to those before it.
func (b *columnBatch) add(name, value string) {
	i := b.next
	if i >= len(b.names) || b.names[i] != name {
		known := false
		if i, known = b.index[name]; !known {
			i = len(b.names)
			b.index[name] = i
			b.names = append(b.names, name)
			b.values, b.has = append(b.values, nil), append(b.has, nil)
			b.size(i)
		}
	}
	b.next = i + 1
	word, bit := &b.has[i][b.doc>>6], uint64(1)<<(b.doc&63)
	if *word&bit != 0 {
		value = strings.TrimSuffix(sortTexts(b.values[i][b.doc]+textEnd+value), textEnd)
	}
	*word |= bit
	b.values[i][b.doc] = value
}

// write enters the values for the rows the documents became; 0 where they did not. The rows rise, and none is there yet.
func (b *columnBatch) write(conn *conn, rows []int64) error {
	if len(b.names) == 0 {
		return nil
	}
	w := conn.columnsOf(b.table)
	first := int64(0)
	for from := 0; from < len(rows); {
		if rows[from] == 0 {
			from++
			continue
		}
		if first == 0 {
			first = rows[from]
		}
		part, to := rows[from]>>chunkShift, from+1
		for to < len(rows) && (rows[to] == 0 || rows[to]>>chunkShift == part) {
			to++
		}
		fresh := part<<chunkShift >= first
		for i := range b.names {
			if b.none(i) {
				continue
			}
			if err := b.writePart(w, i, rows, from, to, fresh); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// none reports whether no document has a value in a column.
func (b *columnBatch) none(i int) bool {
	return !slices.ContainsFunc(b.has[i], func(word uint64) bool { return word != 0 })
}

// writePart enters the values of one column for some rows of one chunk; fresh says that the chunk has no others.
func (b *columnBatch) writePart(w *columnWriter, i int, rows []int64, from, to int, fresh bool) error {
	column, err := w.column(b.names[i])
	if err != nil {
		return err
	}
	key := chunkOf(column, rows[from])
	if fresh && w.chunks[key] == nil {
		return b.writeChunk(w, i, key, rows, from, to)
	}
	for n := from; n < to; n++ {
		if rows[n] == 0 || b.has[i][n>>6]>>(n&63)&1 == 0 {
			continue
		}
		if err := w.set(rows[n], b.names[i], b.values[i][n]+b.end(i), true); err != nil {
			return err
		}
	}
	return nil
}

// end is what ends a column's values: those of facts are texts.
func (b *columnBatch) end(i int) string {
	if strings.HasPrefix(b.names[i], fieldColumn("")) {
		return ""
	}
	return textEnd
}

var chunkSeed = maphash.MakeSeed()

// writeChunk writes a chunk, in the manner of chunk.append.
func (b *columnBatch) writeChunk(w *columnWriter, i int, key int64, rows []int64, from, to int) error {
	var slots [chunkRows]uint16
	var table [2 * chunkRows]uint16 // the values by their hashes
	w.distinct = w.distinct[:0]
	last := uint16(0)
	for n := from; n < to; n++ {
		if rows[n] == 0 || b.has[i][n>>6]>>(n&63)&1 == 0 {
			continue
		}
		value := b.values[i][n]
		if last == 0 || w.distinct[last-1] != value {
			at := maphash.String(chunkSeed, value) % uint64(len(table))
			for table[at] != 0 && w.distinct[table[at]-1] != value {
				at = (at + 1) % uint64(len(table))
			}
			if table[at] == 0 {
				w.distinct = append(w.distinct, value)
				table[at] = uint16(len(w.distinct))
			}
			last = table[at]
		}
		slots[rows[n]&(chunkRows-1)] = last
	}
	if len(w.distinct) == 0 {
		return nil
	}
	end := b.end(i)
	w.data = binary.AppendUvarint(w.data[:0], uint64(len(w.distinct)))
	for _, v := range w.distinct {
		w.data = append(append(binary.AppendUvarint(w.data, uint64(len(v)+len(end))), v...), end...)
	}
	w.data = appendSlots(w.data, &slots, len(w.distinct))
	return w.put(key, w.data)
}
