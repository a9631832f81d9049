package sqlite

import "math/bits"

// rowBits is a set of rows, one bit each.
type rowBits []uint64

func (b rowBits) has(row int64) bool { return row>>6 < int64(len(b)) && b[row>>6]>>(row&63)&1 == 1 }

func (b rowBits) count() int64 {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return int64(n)
}

// rows gives all rows of the set, in order.
func (b rowBits) rows() []int64 {
	out := make([]int64, 0, b.count())
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			out = append(out, int64(i)<<6+int64(bits.TrailingZeros64(w)))
		}
	}
	return out
}

// add takes up the rows of a set.
func (b rowBits) add(set *rowSet) {
	for i, block := range set.blocks {
		copy(b[min(len(b), int(block)*mapWords):], set.maps[i][:])
	}
}

// set gives the same rows in blocks.
func (b rowBits) set() *rowSet {
	out := &rowSet{}
	for i, w := range b {
		if w != 0 {
			out.part(int64(i / mapWords))[i%mapWords] = w
		}
	}
	return out
}
