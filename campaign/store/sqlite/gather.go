package sqlite

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"unicode/utf8"
)

// gatherer collects which documents of a batch have which value of one column, by the numbers the documents have in the
// batch: what an index of rows takes for many documents costs little more than for one.
type gatherer struct {
	docs   int // of the batch
	values map[string]int
	last   string // the value that came last, and where its map is: most come again at once
	lastAt int
	grams  gramTable
	maps   []uint64 // of each value and gram, in the order they came: a bit for each document
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

// begin makes ready for some documents, in the memory of those before.
func (g *gatherer) begin(docs int) {
	clear(g.values)
	g.grams.clear()
	g.docs, g.maps = docs, g.maps[:0]
}

// width is how many words a map has.
func (g *gatherer) width() int { return (g.docs + 63) >> 6 }

// newMap adds an empty map and gives its number.
func (g *gatherer) newMap() int {
	n := len(g.maps) / g.width()
	g.maps = slices.Grow(g.maps, g.width())[:len(g.maps)+g.width()]
	clear(g.maps[n*g.width():])
	return n
}

func (g *gatherer) put(at, doc int) { g.maps[at*g.width()+doc>>6] |= 1 << (doc & 63) }

func (g *gatherer) add(value string, doc int) {
	at, known := g.lastAt, value == g.last && len(g.values) > 0
	if !known {
		at, known = g.values[value]
	}
	if !known {
		if g.values == nil {
			g.values = map[string]int{}
		}
		at = g.newMap()
		g.values[value] = at
	}
	g.last, g.lastAt = value, at
	g.put(at, doc)
}

func (g *gatherer) addGram(x gram, doc int) {
	at, known := g.grams.find(x)
	if !known {
		at = g.newMap()
		g.grams.add(x, at)
	}
	g.put(at, doc)
}

func (g *gatherer) addGrams(text string, doc int) {
	eachGram(text, func(x gram) { g.addGram(x, doc) })
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

// gathered is a value, as an index of rows has it, with the number of its map.
type gathered struct {
	value string
	at    int
}

// sorted gives what was gathered in the order of the values.
func (g *gatherer) sorted() []gathered {
	out := make([]gathered, 0, len(g.values)+g.grams.used)
	for _, v := range slices.Sorted(maps.Keys(g.values)) {
		out = append(out, gathered{v, g.values[v]})
	}
	text := make([]byte, 0, 16)
	for _, slot := range g.grams.sorted() {
		text = slot.gram.append(text[:0])
		out = append(out, gathered{string(text), int(slot.at)})
	}
	return out
}

// texts gives the values alone.
func (g *gatherer) texts() []string {
	var out []string
	for _, v := range g.sorted() {
		out = append(out, v.value)
	}
	return out
}

// gramTable says where the map of a gram is. A text has a gram for every letter, which a map of Go's would take half as long
// again for.
type gramTable struct {
	slots []gramSlot // a power of two; without gram where there is none
	used  int
}

type gramSlot struct {
	gram gram
	at   int32
}

// slot gives where a gram stands, or would stand.
func (t *gramTable) slot(x gram) int {
	mask := len(t.slots) - 1
	i := int(x*0x9E3779B97F4A7C15>>40) & mask
	for t.slots[i].gram != x && t.slots[i].gram != 0 {
		i = (i + 1) & mask
	}
	return i
}

func (t *gramTable) find(x gram) (at int, known bool) {
	if t.used == 0 {
		return 0, false
	}
	slot := t.slots[t.slot(x)]
	return int(slot.at), slot.gram == x
}

func (t *gramTable) add(x gram, at int) {
	if 2*t.used >= len(t.slots) {
		old := t.slots
		t.slots = make([]gramSlot, max(64, 2*len(old)))
		for _, s := range old {
			if s.gram != 0 {
				t.slots[t.slot(s.gram)] = s
			}
		}
	}
	t.slots[t.slot(x)] = gramSlot{x, int32(at)}
	t.used++
}

// clear takes all grams out and keeps the memory.
func (t *gramTable) clear() {
	clear(t.slots)
	t.used = 0
}

// sorted gives the grams in their order, which is that of their texts.
func (t *gramTable) sorted() []gramSlot {
	out := make([]gramSlot, 0, t.used)
	for _, s := range t.slots {
		if s.gram != 0 {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b gramSlot) int { return cmp.Compare(a.gram, b.gram) })
	return out
}
