package sqlite

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
)

// What filters of kind Scan go through stands a second time in columns: for every scanned field and every key of facts, the
// values of 256 documents, whose rows have successive numbers, in one chunk. A field of a million documents is read in some
// milliseconds, and adding a batch of documents writes a few chunks.

const (
	chunkShift = 8
	chunkRows  = 1 << chunkShift
)

// chunk is a column's values of 256 rows: of most fields few are distinct.
type chunk struct {
	values []string // the distinct ones, from 1
	slots  [chunkRows]uint16
	index  map[string]uint16
	dirty  bool
}

func newChunk() *chunk { return &chunk{values: []string{""}, index: map[string]uint16{}} }

var errChunk = errors.New("a chunk of a column cannot be read")

// readChunk reads what append wrote.
func readChunk(data []byte) (*chunk, error) {
	c := newChunk()
	values, slots, err := splitChunk(data, nil)
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		c.values = append(c.values, string(v))
		c.index[string(v)] = uint16(i + 1)
	}
	width := len(slots) / chunkRows
	for i := range c.slots {
		c.slots[i] = slotAt(slots, width, i)
	}
	return c, nil
}

// splitChunk gives the distinct values of a chunk, appended to into, and its slots of one or two bytes each.
func splitChunk(data []byte, into [][]byte) (values [][]byte, slots []byte, err error) {
	n, size := binary.Uvarint(data)
	if size <= 0 || n > chunkRows {
		return nil, nil, errChunk
	}
	data = data[size:]
	for range n {
		length, size := binary.Uvarint(data)
		if size <= 0 || uint64(len(data)-size) < length {
			return nil, nil, errChunk
		}
		into = append(into, data[size:size+int(length)])
		data = data[size+int(length):]
	}
	if width := slotWidth(int(n)); len(data) != width*chunkRows {
		return nil, nil, errChunk
	}
	return into, data, nil
}

func slotWidth(values int) int {
	if values > math.MaxUint8 {
		return 2
	}
	return 1
}

func slotAt(slots []byte, width, i int) uint16 {
	if width == 1 {
		return uint16(slots[i])
	}
	return binary.LittleEndian.Uint16(slots[2*i:])
}

// set changes the value of a row; has is false when it has none.
func (c *chunk) set(row int64, value string, has bool) {
	i := row & (chunkRows - 1)
	var slot uint16
	if has {
		known := false
		if slot, known = c.index[value]; !known {
			if len(c.values) > 4*chunkRows {
				c.compact()
			}
			slot = uint16(len(c.values))
			c.values = append(c.values, value)
			c.index[value] = slot
		}
	}
	c.dirty = c.dirty || c.slots[i] != slot
	c.slots[i] = slot
}

// compact drops the values no row has any more.
func (c *chunk) compact() {
	kept := newChunk()
	for i, slot := range c.slots {
		kept.set(int64(i), c.values[slot], slot > 0)
	}
	c.values, c.slots, c.index = kept.values, kept.slots, kept.index
}

// append writes the chunk. A value no row has is not written: what was erased is gone.
func (c *chunk) append(to []byte) []byte {
	c.compact()
	to = binary.AppendUvarint(to, uint64(len(c.values)-1))
	for _, v := range c.values[1:] {
		to = append(binary.AppendUvarint(to, uint64(len(v))), v...)
	}
	return appendSlots(to, &c.slots, len(c.values)-1)
}

func appendSlots(to []byte, slots *[chunkRows]uint16, values int) []byte {
	width := slotWidth(values)
	for _, slot := range slots {
		if width == 1 {
			to = append(to, byte(slot))
		} else {
			to = binary.LittleEndian.AppendUint16(to, slot)
		}
	}
	return to
}

func (c *chunk) empty() bool { return c.slots == [chunkRows]uint16{} }

// encodeNumber writes a number so that texts stand in the order of numbers.
func encodeNumber(n int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)^1<<63)
	return string(b[:])
}

// textEnd ends every text of a value of several.
const textEnd = "\x00"

// joinTexts writes several texts as one value.
func joinTexts(texts []string) string {
	slices.Sort(texts)
	texts = slices.Compact(texts)
	if len(texts) == 1 {
		return texts[0] + textEnd
	}
	return strings.Join(texts, textEnd) + textEnd
}
