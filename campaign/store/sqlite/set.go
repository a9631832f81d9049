package sqlite

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
)

// Sets of rows. A row belongs to block row>>blockBits, where it has a place from 0 to blockRows-1. Stored, the part of a
// set in one block is the places of its rows, two bytes each in rising order, while that is shorter than a map of one bit
// for each row of the block; else it is the map.
const (
	blockBits = 12
	blockRows = 1 << blockBits
	mapBytes  = blockRows / 8
	mapWords  = blockRows / 64
)

// bitmap is the part of a set in one block.
type bitmap [mapWords]uint64

// rowSet is a set of rows by block, in rising order and without empty blocks.
type rowSet struct {
	blocks []int64
	maps   []*bitmap
}

func (b *bitmap) set(place int)      { b[place>>6] |= 1 << (place & 63) }
func (b *bitmap) clear(place int)    { b[place>>6] &^= 1 << (place & 63) }
func (b *bitmap) has(place int) bool { return b[place>>6]>>(place&63)&1 == 1 }

func (b *bitmap) len() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

var errBadSet = errors.New("an index of rows cannot be read")

// read adds the rows of a stored part.
func (b *bitmap) read(stored []byte) error {
	if len(stored) == mapBytes {
		for i := range b {
			b[i] |= binary.LittleEndian.Uint64(stored[8*i:])
		}
		return nil
	}
	if len(stored)%2 != 0 || len(stored) > mapBytes {
		return errBadSet
	}
	for i := 0; i < len(stored); i += 2 {
		place := int(binary.LittleEndian.Uint16(stored[i:]))
		if place >= blockRows {
			return errBadSet
		}
		b.set(place)
	}
	return nil
}

// storedLen is how many rows a stored part has.
func storedLen(stored []byte) int {
	if len(stored) < mapBytes {
		return len(stored) / 2
	}
	n := 0
	for i := 0; i+8 <= len(stored); i += 8 {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(stored[i:]))
	}
	return n
}

// store appends the part as it is stored; nothing for an empty one.
func (b *bitmap) store(out []byte) []byte {
	if 2*b.len() >= mapBytes {
		for _, w := range b {
			out = binary.LittleEndian.AppendUint64(out, w)
		}
		return out
	}
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			out = binary.LittleEndian.AppendUint16(out, uint16(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return out
}

// part gives the map of a block, adding an empty one.
func (s *rowSet) part(block int64) *bitmap {
	n := len(s.blocks)
	if n > 0 && s.blocks[n-1] == block {
		return s.maps[n-1]
	}
	i, found := slices.BinarySearch(s.blocks, block)
	if !found {
		s.blocks, s.maps = slices.Insert(s.blocks, i, block), slices.Insert(s.maps, i, new(bitmap))
	}
	return s.maps[i]
}

func (s *rowSet) add(row int64) { s.part(row >> blockBits).set(int(row & (blockRows - 1))) }

func (s *rowSet) has(row int64) bool {
	i, found := slices.BinarySearch(s.blocks, row>>blockBits)
	return found && s.maps[i].has(int(row&(blockRows-1)))
}

func (s *rowSet) len() int {
	if s == nil {
		return 0
	}
	n := 0
	for _, m := range s.maps {
		n += m.len()
	}
	return n
}

// each calls fn with every row in rising order, until it gives false.
func (s *rowSet) each(fn func(row int64) bool) {
	for i, block := range s.blocks {
		for j, w := range s.maps[i] {
			for ; w != 0; w &= w - 1 {
				if !fn(block<<blockBits + int64(j<<6+bits.TrailingZeros64(w))) {
					return
				}
			}
		}
	}
}

// rows gives all of them in rising order; never nil.
func (s *rowSet) rows() []int64 {
	out := make([]int64, 0, s.len())
	s.each(func(row int64) bool { out = append(out, row); return true })
	return out
}

// merge adds another set's rows.
func (s *rowSet) merge(other *rowSet) {
	for i, block := range other.blocks {
		into := s.part(block)
		for j, w := range other.maps[i] {
			into[j] |= w
		}
	}
}

// meet leaves what is in another set too; miss leaves what is not.
func (s *rowSet) meet(other *rowSet) { s.cut(other, false) }
func (s *rowSet) miss(other *rowSet) { s.cut(other, true) }

func (s *rowSet) cut(other *rowSet, without bool) {
	kept := 0
	for i, block := range s.blocks {
		at, found := slices.BinarySearch(other.blocks, block)
		if !found && !without {
			continue
		}
		m := s.maps[i]
		rest := uint64(0)
		for j := range m {
			if found && without {
				m[j] &^= other.maps[at][j]
			} else if found {
				m[j] &= other.maps[at][j]
			}
			rest |= m[j]
		}
		if rest != 0 {
			s.blocks[kept], s.maps[kept] = block, m
			kept++
		}
	}
	s.blocks, s.maps = s.blocks[:kept], s.maps[:kept]
}
