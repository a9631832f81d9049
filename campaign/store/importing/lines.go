package importing

// lineTable holds the line on which each address of a file stands first, by the hash of the address. A million take 15 to 19
// MB, a third of what a map takes. It is made of small tables, so that no growth needs much memory at once.
type lineTable [256]lineShard

type lineShard struct {
	hashes []uint64 // 0 where there is none
	lines  []int32
	used   int
}

// first returns the line given first for a hash: this one if it is the first time.
func (t *lineTable) first(hash uint64, line int32) int32 {
	hash = max(hash, 1)
	return t[hash>>56].first(hash, line)
}

func (t *lineShard) first(hash uint64, line int32) int32 {
	if 5*t.used >= 4*len(t.hashes) {
		t.grow()
	}
	i := t.place(hash)
	if t.hashes[i] == hash {
		return t.lines[i]
	}
	t.hashes[i], t.lines[i] = hash, line
	t.used++
	return line
}

// place returns the slot of a hash, or the one it would get.
func (t *lineShard) place(hash uint64) int {
	i := int(hash & (1<<32 - 1) * uint64(len(t.hashes)) >> 32)
	for t.hashes[i] != 0 && t.hashes[i] != hash {
		if i++; i == len(t.hashes) {
			i = 0
		}
	}
	return i
}

func (t *lineShard) grow() {
	old, room := *t, len(t.hashes)+len(t.hashes)/4+8
	t.hashes, t.lines = make([]uint64, room), make([]int32, room)
	for i, hash := range old.hashes {
		if hash != 0 {
			at := t.place(hash)
			t.hashes[at], t.lines[at] = hash, old.lines[i]
		}
	}
}
