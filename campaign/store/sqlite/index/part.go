package index

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"
)

// A row belongs to block row>>blockBits, where it has a place from 0 to BlockRows-1. Stored, the part of a posting list in one
// block is the places of its rows, two bytes each in rising order, while that is shorter than one bit for each row of the
// block; else it is those bits. A part is small since it is written whole when one document changes.
const (
	blockBits = 12
	// BlockRows is how many rows a block has: documents that fill one are best given the rows of one.
	BlockRows = 1 << blockBits
	partBytes = BlockRows / 8
	partWords = BlockRows / 64
)

// part is the part of a posting list in one block.
type part [partWords]uint64

var errPart = errors.New("an index cannot be read")

// readPart adds the rows of a stored part to the words of a block.
func readPart(stored []byte, into []uint64) error {
	if len(stored) == partBytes {
		for i := range partWords {
			into[i] |= binary.LittleEndian.Uint64(stored[8*i:])
		}
		return nil
	}
	if len(stored)%2 != 0 || len(stored) > partBytes {
		return errPart
	}
	for i := 0; i < len(stored); i += 2 {
		place := binary.LittleEndian.Uint16(stored[i:])
		if place >= BlockRows {
			return errPart
		}
		into[place>>6] |= 1 << (place & 63)
	}
	return nil
}

// storedRows is how many rows a stored part has.
func storedRows(stored []byte) int {
	if len(stored) < partBytes {
		return len(stored) / 2
	}
	n := 0
	for i := 0; i+8 <= len(stored); i += 8 {
		n += bits.OnesCount64(binary.LittleEndian.Uint64(stored[i:]))
	}
	return n
}

// append appends the part as it is stored; nothing for an empty one.
func (p *part) append(out []byte) []byte {
	rows := 0
	for _, w := range p {
		rows += bits.OnesCount64(w)
	}
	if 2*rows >= partBytes {
		for _, w := range p {
			out = binary.LittleEndian.AppendUint64(out, w)
		}
		return out
	}
	for i, w := range p {
		for ; w != 0; w &= w - 1 {
			out = binary.LittleEndian.AppendUint16(out, uint16(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return out
}

// meet returns how many rows the part has in common with the words of a block.
func (p *part) meet(block []uint64) int {
	n := 0
	for i, w := range p {
		n += bits.OnesCount64(w & block[i])
	}
	return n
}

// words is a bitmap while it is read: one bit for each row there may be.
type words []uint64

func newWords(high int64) words { return make(words, (high>>blockBits+1)*partWords) }

func (w words) block(n int64) []uint64 { return w[n*partWords : (n+1)*partWords] }

func (w words) set(row int64) { w[row>>6] |= 1 << (row & 63) }

func (w words) bitmap() *roaring.Bitmap { return roaring.FromDense(w, false) }

// eachGram calls fn with every gram of a text, as often as it stands there: three letters, or the two a word after a space
// begins with.
func eachGram(text string, fn func(gram string)) {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	first, second := -1, -1 // where the two letters before begin
	for at, letter := range text {
		end := at + utf8.RuneLen(letter)
		if first >= 0 {
			fn(text[first:end])
		}
		if second >= 0 && text[second] == ' ' {
			fn(text[second:end])
		}
		first, second = second, at
	}
}
