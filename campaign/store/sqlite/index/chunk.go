package index

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"math"
	"sync"
)

const (
	chunkBits = 8
	chunkRows = 1 << chunkBits
)

// chunk is a column's values of 256 rows. Stored it is the distinct values, mostly few, and one or two bytes a row
// that hold the number of its value, from 1; 0 for none.
type chunk struct {
	values     [chunkRows]string
	has, noted [chunkRows]bool // noted ones are not read
}

var chunks = sync.Pool{New: func() any { return new(chunk) }} // empty ones

func (c *chunk) free() {
	*c = chunk{}
	chunks.Put(c)
}

var errChunk = errors.New("a chunk of a column cannot be read")

// read reads what append wrote, of the rows that are not noted.
func (c *chunk) read(stored []byte) error {
	values, which, err := splitChunk(stored, nil)
	if err != nil {
		return err
	}
	texts := make([]string, len(values)+1)
	for i, v := range values {
		texts[i+1] = string(v)
	}
	for i := range chunkRows {
		slot := which.at(i)
		if slot >= len(texts) {
			return errChunk
		}
		if !c.noted[i] {
			c.values[i], c.has[i] = texts[slot], slot > 0
		}
	}
	return nil
}

// slots say which value each row has.
type slots []byte

func (s slots) at(i int) int {
	if len(s) == chunkRows {
		return int(s[i])
	}
	return int(binary.LittleEndian.Uint16(s[2*i:]))
}

// splitChunk returns the distinct values of a stored chunk, appended to into, and its slots.
func splitChunk(stored []byte, into [][]byte) (values [][]byte, which slots, err error) {
	n, size := binary.Uvarint(stored)
	if size <= 0 || n > chunkRows {
		return nil, nil, errChunk
	}
	stored = stored[size:]
	for range n {
		length, size := binary.Uvarint(stored)
		if size <= 0 || uint64(len(stored)-size) < length {
			return nil, nil, errChunk
		}
		into = append(into, stored[size:size+int(length)])
		stored = stored[size+int(length):]
	}
	if len(stored) != slotWidth(int(n))*chunkRows {
		return nil, nil, errChunk
	}
	return into, stored, nil
}

func slotWidth(values int) int {
	if values > math.MaxUint8 {
		return 2
	}
	return 1
}

// set notes the value of a row, or that it has none.
func (c *chunk) set(row int64, value string, in bool) {
	i := row & (chunkRows - 1)
	c.values[i], c.has[i], c.noted[i] = value, in, true
}

// append appends the chunk as it is stored; nothing for one without values. What no row has any more is not written: what was
// erased is gone.
func (c *chunk) append(out []byte, seed maphash.Seed) []byte {
	var which [chunkRows]uint16
	var byHash [2 * chunkRows]uint16 // the values found so far
	var distinct [chunkRows]string   // from 0
	n := uint16(0)
	for i, value := range &c.values {
		if !c.has[i] {
			continue
		}
		at := maphash.String(seed, value) % uint64(len(byHash))
		for byHash[at] != 0 && distinct[byHash[at]-1] != value {
			at = (at + 1) % uint64(len(byHash))
		}
		if byHash[at] == 0 {
			distinct[n] = value
			n++
			byHash[at] = n
		}
		which[i] = byHash[at]
	}
	if n == 0 {
		return out
	}
	out = binary.AppendUvarint(out, uint64(n))
	for _, v := range distinct[:n] {
		out = append(binary.AppendUvarint(out, uint64(len(v))), v...)
	}
	for _, slot := range which {
		if slotWidth(int(n)) == 1 {
			out = append(out, byte(slot))
		} else {
			out = binary.LittleEndian.AppendUint16(out, slot)
		}
	}
	return out
}
