package sqlite

import (
	"context"
	"encoding/binary"
	"reflect"
	"slices"
	"unicode/utf8"
)

// gatherer collects which documents of a batch have which value of one column, by the numbers the documents have in the
// batch: what an index of rows takes for many documents costs little more than for one.
type gatherer struct {
	values map[string]int32 // → number of the list
	grams  map[gram]int32
	lists  [][]int32
}

// gram is what stands next to each other in a text: three letters, or the two a word behind a space begins with.
type gram uint64

const gramBits = 21

func newGram(a, b, c rune) gram { return gram(a+1)<<(2*gramBits) | gram(b+1)<<gramBits | gram(c+1) }

// noRune is the third letter of a gram of two.
const noRune = -1

func (g gram) append(out []byte) []byte {
	const letter = 1<<gramBits - 1
	for _, r := range [...]gram{g >> (2 * gramBits), g >> gramBits & letter, g & letter} {
		if r != 0 {
			out = utf8.AppendRune(out, rune(r)-1)
		}
	}
	return out
}

// eachGram calls fn with every gram of a text, as often as it stands there.
func eachGram(text string, fn func(gram)) {
	a, b := rune(noRune), rune(noRune)
	for _, c := range text {
		if a != noRune {
			fn(newGram(a, b, c))
		}
		if b == ' ' {
			fn(newGram(b, c, noRune))
		}
		a, b = b, c
	}
}

func (g *gatherer) add(value string, doc int) {
	n, known := g.values[value]
	if !known {
		if g.values == nil {
			g.values = map[string]int32{}
		}
		n = int32(len(g.lists))
		g.values[value], g.lists = n, append(g.lists, make([]int32, 0, 8))
	}
	g.put(n, doc)
}

func (g *gatherer) put(list int32, doc int) {
	l := g.lists[list]
	if len(l) == 0 || l[len(l)-1] != int32(doc) { // a document has a value once
		g.lists[list] = append(l, int32(doc))
	}
}

func (g *gatherer) addGrams(text string, doc int) {
	if g.grams == nil {
		g.grams = map[gram]int32{}
	}
	eachGram(text, func(x gram) {
		n, known := g.grams[x]
		if !known {
			n = int32(len(g.lists))
			g.grams[x], g.lists = n, append(g.lists, make([]int32, 0, 8))
		}
		g.put(n, doc)
	})
}

// document takes the values of a column from a document.
func (g *gatherer) document(c *column, doc reflect.Value, n int) {
	v := doc.Field(c.field)
	switch c.by {
	case byTexts:
		for i := range v.Len() {
			g.add(v.Index(i).String(), n)
		}
	case byValue:
		g.add(v.String(), n)
	case byGrams:
		g.addGrams(v.String(), n)
	}
}

// stored takes them from a column as it is stored.
func (g *gatherer) stored(c *column, text []byte, n int) error {
	switch c.by {
	case byTexts:
		var values []string
		if err := decodeTexts(text, reflect.ValueOf(&values).Elem()); err != nil {
			return err
		}
		for _, v := range values {
			g.add(v, n)
		}
	case byValue:
		g.add(string(text), n)
	case byGrams:
		g.addGrams(string(text), n)
	}
	return nil
}

// write adds what was gathered to the index of a column. rows gives the row of each document, 0 for one that was not
// written; they rise, and none of them was indexed before.
func (g *gatherer) write(conn *conn, c *column, rows []int64) error {
	w := partWriter{conn: conn, column: c}
	for _, r := range rows {
		if r != 0 {
			w.first = r
			break
		}
	}
	values := make([]string, 0, len(g.values))
	for v := range g.values {
		values = append(values, v)
	}
	slices.Sort(values)
	for _, v := range values {
		if err := w.list(v, g.lists[g.values[v]], rows); err != nil {
			return err
		}
	}
	grams := make([]gram, 0, len(g.grams))
	for x := range g.grams {
		grams = append(grams, x)
	}
	slices.Sort(grams)
	var text []byte
	for _, x := range grams {
		text = x.append(text[:0])
		if err := w.list(string(text), g.lists[g.grams[x]], rows); err != nil {
			return err
		}
	}
	return nil
}

// partWriter writes parts of sets of rows.
type partWriter struct {
	conn   *conn
	column *column
	first  int64    // no row from here on is in any set yet
	places []uint16 // of the rows of the part under way
	bytes  []byte
	args   [3]any
}

// list adds the documents of a list to the set of a value.
func (w *partWriter) list(value string, docs []int32, rows []int64) error {
	w.places = w.places[:0]
	block := int64(-1)
	for _, d := range docs {
		row := rows[d]
		if row == 0 {
			continue
		}
		if row>>blockBits != block {
			if err := w.add(value, block); err != nil {
				return err
			}
			block, w.places = row>>blockBits, w.places[:0]
		}
		w.places = append(w.places, uint16(row&(blockRows-1)))
	}
	return w.add(value, block)
}

// add adds the places to the part of a set.
func (w *partWriter) add(value string, block int64) error {
	if len(w.places) == 0 {
		return nil
	}
	if block<<blockBits >= w.first && 2*len(w.places) < mapBytes {
		w.bytes = w.bytes[:0]
		for _, p := range w.places {
			w.bytes = binary.LittleEndian.AppendUint16(w.bytes, p)
		}
		return w.put(value, block)
	}
	var m bitmap
	if block<<blockBits < w.first {
		if err := w.read(value, block, &m); err != nil {
			return err
		}
	}
	for _, p := range w.places {
		m.set(int(p))
	}
	w.bytes = m.store(w.bytes[:0])
	return w.put(value, block)
}

func (w *partWriter) read(value string, block int64, into *bitmap) error {
	return w.conn.query(context.Background(), w.column.readSide, []any{value, block}, func(row *row) error { return into.read(row.blob(0)) })
}

// put stores the part, or drops it when it is empty.
func (w *partWriter) put(value string, block int64) error {
	w.args = [...]any{value, block, w.bytes}
	if len(w.bytes) == 0 {
		_, err := w.conn.exec(context.Background(), w.column.dropSide, w.args[:2]...)
		return err
	}
	_, err := w.conn.exec(context.Background(), w.column.putSide, w.args[:]...)
	return err
}
