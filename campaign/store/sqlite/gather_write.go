package sqlite

import (
	"encoding/binary"
	"math/bits"
)

// write adds what was gathered to the index of a column. rows gives the row of each document, 0 for one that was not
// written; they rise, and none of them was indexed before. Sets are written block by block, as they stand in the file.
func (g *gatherer) write(conn *conn, c *column, rows []int64) error {
	w := partWriter{conn: conn, column: c}
	values := g.sorted()
	for from := 0; from < len(rows); {
		if rows[from] == 0 {
			from++
			continue
		}
		if w.first == 0 {
			w.first = rows[from]
		}
		block, to := rows[from]>>blockBits, from+1
		for to < len(rows) && (rows[to] == 0 || rows[to]>>blockBits == block) {
			to++
		}
		for _, v := range values {
			w.gather(g.maps[v.at*g.width():(v.at+1)*g.width()], rows, from, to)
			if err := w.add(v.value, block); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// partWriter writes parts of sets of rows.
type partWriter struct {
	conn   *conn
	column *column
	first  int64    // no row from here on is in any set yet
	places []uint16 // of the rows of the part under way
	bytes  []byte
	texts  []byte // arguments
}

// gather takes as places the rows of those of some documents that a map has.
func (w *partWriter) gather(documents []uint64, rows []int64, from, to int) {
	w.places = w.places[:0]
	for i := from >> 6; i<<6 < to; i++ {
		word := documents[i]
		if i == from>>6 {
			word &= ^uint64(0) << (from & 63)
		}
		if i == to>>6 {
			word &= 1<<(to&63) - 1
		}
		for ; word != 0; word &= word - 1 {
			if row := rows[i<<6+bits.TrailingZeros64(word)]; row != 0 {
				w.places = append(w.places, uint16(row&(blockRows-1)))
			}
		}
	}
}

// add adds the places to the part of a set.
func (w *partWriter) add(value string, block int64) error {
	if len(w.places) == 0 {
		return nil
	}
	w.bytes = w.bytes[:0]
	if block<<blockBits >= w.first && 2*len(w.places) < mapBytes {
		for _, p := range w.places {
			w.bytes = binary.LittleEndian.AppendUint16(w.bytes, p)
		}
		return w.put(value, block)
	}
	var m bitmap
	if block<<blockBits < w.first {
		if err := w.read(value, block, &m); err != nil {
			return err
		}
	}
	for _, p := range w.places {
		m.set(int(p))
	}
	w.bytes = m.store(w.bytes)
	return w.put(value, block)
}

func (w *partWriter) read(value string, block int64, into *bitmap) error {
	return w.conn.query(w.column.readSide, []any{value, block}, func(row *row) error { return into.read(row.view(0)) })
}

// put stores the part, or drops it when it is empty.
func (w *partWriter) put(value string, block int64) error {
	w.texts = append(append(w.texts[:0], value...), w.bytes...)
	args := [...]cell{
		{kind: isText, size: int32(len(value))}, {kind: isNumber, number: block},
		{kind: isBytes, number: int64(len(value)), size: int32(len(w.bytes))},
	}
	if len(w.bytes) == 0 {
		return w.conn.run(w.column.dropSide, args[:2], w.texts)
	}
	return w.conn.run(w.column.putSide, args[:], w.texts)
}
