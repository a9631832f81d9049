package sqlite

import (
	"bytes"
	"encoding/binary"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// rowIDs finds the row of a document by its id, for a million ids at once: by a hash of 64 bits each, of which two of a
// million are alike in one store of ten million.
type rowIDs struct {
	hashes []uint64 // by row; 0 is none
	rows   []uint32 // open addressing by hash
}

func hashID(id []byte) uint64 {
	h := uint64(len(id))*0x9e3779b97f4a7c15 + 1
	for len(id) >= 8 {
		h = (h ^ binary.LittleEndian.Uint64(id)) * 0xff51afd7ed558ccd
		h ^= h >> 32
		id = id[8:]
	}
	for _, b := range id {
		h = (h ^ uint64(b)) * 0xff51afd7ed558ccd
		h ^= h >> 32
	}
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>29 | 1
}

// ahead is how far behind the row found last the next one is looked for: what is read in the order of ids is mostly there,
// and memory that is read in order costs a tenth of memory that is not.
const ahead = 32

// find gives the row of an id, -1 when there is none.
func (r *rowIDs) find(id []byte, last int64) int64 {
	if len(r.rows) == 0 {
		return -1
	}
	h := hashID(id)
	for i, known := range r.hashes[last:min(len(r.hashes), int(last)+ahead)] {
		if known == h {
			return last + int64(i)
		}
	}
	mask := uint64(len(r.rows) - 1)
	for i := h & mask; r.rows[i] != 0; i = (i + 1) & mask {
		if row := r.rows[i] - 1; r.hashes[row] == h {
			return int64(row)
		}
	}
	return -1
}

func (r *rowIDs) build() {
	n := 0
	for _, h := range r.hashes {
		if h != 0 {
			n++
		}
	}
	size := 16
	for size < n*3/2 {
		size *= 2
	}
	r.rows = make([]uint32, size)
	mask := uint64(size - 1)
	for row, h := range r.hashes {
		if h == 0 {
			continue
		}
		i := h & mask
		for r.rows[i] != 0 {
			i = (i + 1) & mask
		}
		r.rows[i] = uint32(row) + 1
	}
}

// readIDs reads the ids of all rows from their column.
func (s *scan) readIDs() error {
	if s.cache.ids != nil {
		return nil
	}
	ids := &rowIDs{hashes: make([]uint64, s.words*64)}
	column, ok := s.names[idColumn]
	if !ok {
		s.cache.ids = ids
		return nil
	}
	var values [][]byte
	err := s.conn.query("SELECT id,data FROM "+s.table.chunks+" WHERE id>=? AND id<?", []any{column << 32, (column + 1) << 32}, func(row *row) error {
		var slots []byte
		var err error
		if values, slots, err = splitChunk(row.view(1), values[:0]); err != nil {
			return err
		}
		first, width := (row.integer(0)&(1<<32-1))<<chunkShift, slotWidth(len(values))
		for i := range chunkRows {
			if slot := slotAt(slots, width, i); slot > 0 {
				ids.hashes[first+int64(i)] = hashID(values[slot-1])
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	ids.build()
	s.cache.ids = ids
	return nil
}

// related adds the rows whose ids stand in the documents of another table.
// It gives the highest of the ids, whether or not there is such a document.
func (s *scan) related(f document.Related, t *table, into rowBits) (highest string, err error) {
	if i := t.position(f.Field); i < 0 || t.columns[i].kind != document.Text {
		return "", t.undeclared(f.Field)
	}
	if err := s.readIDs(); err != nil {
		return "", err
	}
	q := t.query("SELECT ", quote(f.Field), " FROM ", t.name)
	if err := q.where(f.Filter); err != nil {
		return "", err
	}
	last := int64(0)
	err = s.conn.query(q.sql.String(), q.args, func(row *row) error {
		id := row.view(0)
		id = id[bytes.LastIndexByte(id, '.')+1:]
		if string(id) > highest {
			highest = string(id)
		}
		if n := s.cache.ids.find(id, last); n >= 0 {
			last = n
			into[n>>6] |= 1 << (n & 63)
		}
		return nil
	})
	return highest, err
}
