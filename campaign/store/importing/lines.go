package importing

// lineTable holds the line on which each address of a file stands first, by the hash of the address. A million take 24 MB, half
// of what a map takes.
type lineTable struct {
	hashes []uint64 // 0 where there is none
	lines  []int32
	used   int
}

// first returns the line given first for a hash: this one if it is the first time.
func (t *lineTable) first(hash uint64, line int32) int32 {
	if hash == 0 {
		hash = 1
	}
	if 4*t.used >= 3*len(t.hashes) {
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
func (t *lineTable) place(hash uint64) int {
	mask := len(t.hashes) - 1
	i := int(hash>>32) & mask
	for t.hashes[i] != 0 && t.hashes[i] != hash {
		i = (i + 1) & mask
	}
	return i
}

func (t *lineTable) grow() {
	old := *t
	t.hashes, t.lines = make([]uint64, 2*len(old.hashes)), make([]int32, 2*len(old.lines))
	for i, hash := range old.hashes {
		if hash != 0 {
			at := t.place(hash)
			t.hashes[at], t.lines[at] = hash, old.lines[i]
		}
	}
}
