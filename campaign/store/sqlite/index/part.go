package index

import (
	"encoding/binary"
	"errors"
	"iter"
	"math/bits"
	"sync"
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

// rows are those of a posting list in one block.
type rows [partWords]uint64

// part is what changes of a posting list in one block.
type part struct {
	in  rows
	out *rows // nil until one is taken out
}

var parts = sync.Pool{New: func() any { return new(part) }} // empty ones

func (p *part) free() {
	*p = part{}
	parts.Put(p)
}

// set has a part have a row, or have it no longer.
func (p *part) set(row int64, in bool) {
	word, bit := row&(BlockRows-1)>>6, uint64(1)<<(row&63)
	if in {
		p.in[word] |= bit
		return
	}
	if p.out == nil {
		p.out = new(rows)
	}
	p.in[word] &^= bit
	p.out[word] |= bit
}

// of returns what becomes of some rows by the change.
func (p *part) of(was rows) rows {
	for i, in := range p.in {
		if p.out != nil {
			was[i] &^= p.out[i]
		}
		was[i] |= in
	}
	return was
}

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

// append appends the rows as they are stored; nothing for none.
func (r *rows) append(out []byte) []byte {
	n := 0
	for _, w := range r {
		n += bits.OnesCount64(w)
	}
	if 2*n >= partBytes {
		for _, w := range r {
			out = binary.LittleEndian.AppendUint64(out, w)
		}
		return out
	}
	for i, w := range r {
		for ; w != 0; w &= w - 1 {
			out = binary.LittleEndian.AppendUint16(out, uint16(i<<6+bits.TrailingZeros64(w)))
		}
	}
	return out
}

// meet returns how many rows are among the words of a block.
func (r *rows) meet(block []uint64) int {
	n := 0
	for i, w := range r {
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

// gram is three letters, or the two a word after a space begins with: 21 bits each, so that grams stand in the order of their
// texts. 0 is no letter.
type gram uint64

const letterBits = 21

// grams are those of a text, as often as they stand there.
func grams(text string) iter.Seq[gram] {
	return func(yield func(gram) bool) {
		first, second := gram(0), gram(0) // the two letters before
		for _, letter := range text {
			third := gram(letter) + 1
			if first > 0 && !yield(first<<(2*letterBits)|second<<letterBits|third) {
				return
			}
			if second == ' '+1 && !yield(second<<(2*letterBits)|third<<letterBits) {
				return
			}
			first, second = second, third
		}
	}
}

// text returns the letters of a gram.
func (g gram) text() string {
	var b [3 * utf8.UTFMax]byte
	out := b[:0]
	for ; g != 0; g = g << letterBits & (1<<(3*letterBits) - 1) {
		out = utf8.AppendRune(out, rune(g>>(2*letterBits))-1)
	}
	return string(out)
}
