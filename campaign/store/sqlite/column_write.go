package sqlite

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// columnWriter keeps the columns of a table in step with its rows, within one transaction. Chunks are written at its end.
type columnWriter struct {
	conn   *conn
	table  *table
	ids    map[string]int64 // of columns, by name
	chunks map[int64]*chunk

	distinct []string // of the chunk under way
	data     []byte
}

// chunkOf gives the key of a column's chunk.
func chunkOf(column, row int64) int64 { return column<<32 | row>>chunkShift }

// hasColumns reports whether a table's documents are scanned.
func (t *table) hasColumns() bool { return len(t.collection.Scanned) > 0 }

// columnsOf gives the writer of a table's columns in the connection's transaction.
func (c *conn) columnsOf(t *table) *columnWriter {
	for _, w := range c.columns {
		if w.table == t {
			return w
		}
	}
	w := &columnWriter{conn: c, table: t, chunks: map[int64]*chunk{}}
	c.columns = append(c.columns, w)
	return w
}

// flushColumns writes what the transaction changed.
func (c *conn) flushColumns() error {
	for _, w := range c.columns {
		if err := w.flush(); err != nil {
			return err
		}
	}
	c.columns = nil
	return nil
}

// entry is what one column holds of a document.
type entry struct{ column, value string }

// fieldColumn is the name of the column of a field; that of facts is their key.
func fieldColumn(name string) string { return "\x00" + name }

var idColumn = fieldColumn("id")

// entries gives what the columns hold of a document, appended to into.
func (t *table) entries(doc reflect.Value, into []entry) ([]entry, error) {
	into = append(into, entry{idColumn, doc.Field(t.columns[0].field).String()})
	for n, i := range t.scanned {
		value, err := columnValue(doc.Field(t.columns[i].field), t.columns[i].kind)
		if err != nil {
			return nil, err
		}
		into = append(into, entry{t.scannedNames[n], value})
	}
	if t.collection.Facts == nil {
		return into, nil
	}
	first := len(into)
	for _, fact := range t.collection.Facts(doc.Addr().Interface()) {
		key, value, ok := strings.Cut(fact, "=")
		if !ok {
			return nil, fmt.Errorf("collection %s: %q is no fact", t.collection.Name, fact)
		}
		if i := findEntry(into[first:], key); i >= 0 {
			into[first+i].value += textEnd + value
		} else {
			into = append(into, entry{key, value})
		}
	}
	for i := range into[first:] {
		into[first+i].value = sortTexts(into[first+i].value)
	}
	return into, nil
}

func findEntry(entries []entry, column string) int {
	for i := range entries {
		if entries[i].column == column {
			return i
		}
	}
	return -1
}

// sortTexts makes one value of texts with ends between them, whatever order they came in.
func sortTexts(texts string) string {
	if !strings.Contains(texts, textEnd) {
		return texts + textEnd
	}
	return joinTexts(strings.Split(texts, textEnd))
}

// columnValue gives what a column holds of a field.
func columnValue(v reflect.Value, kind document.Kind) (string, error) {
	switch kind {
	case document.Text:
		return v.String(), nil
	case document.Int:
		return encodeNumber(v.Int()), nil
	case document.Bool:
		return encodeNumber(encodeBool(v.Bool())), nil
	case document.Time:
		return encodeNumber(v.Interface().(time.Time).UnixMilli()), nil
	}
	if v.Len() == 0 {
		return "", nil
	}
	texts := make([]string, v.Len())
	for i := range texts {
		texts[i] = v.Index(i).String()
	}
	return joinTexts(texts), nil
}

// change replaces what the columns hold of a row; either may be nil.
func (w *columnWriter) change(row int64, old, now []entry) error {
	for _, e := range now {
		if i := findEntry(old, e.column); i >= 0 && old[i].value == e.value {
			continue
		}
		if err := w.set(row, e.column, e.value, true); err != nil {
			return err
		}
	}
	for _, e := range old {
		if findEntry(now, e.column) < 0 {
			if err := w.set(row, e.column, "", false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *columnWriter) set(at int64, name, value string, has bool) error {
	column, err := w.column(name)
	if err != nil {
		return err
	}
	key := chunkOf(column, at)
	c := w.chunks[key]
	if c == nil {
		c = newChunk()
		err := w.conn.query("SELECT data FROM "+w.table.chunks+" WHERE id=?", []any{key}, func(row *row) (err error) {
			c, err = readChunk(row.view(0))
			return err
		})
		if err != nil {
			return err
		}
		w.chunks[key] = c
	}
	c.set(at, value, has)
	return nil
}

// column gives the number of a column, a new one when there is none of the name.
func (w *columnWriter) column(name string) (int64, error) {
	if w.ids == nil {
		w.ids = map[string]int64{}
		err := w.conn.query("SELECT name,id FROM "+w.table.names, nil, func(row *row) error {
			w.ids[string(row.view(0))] = row.integer(1)
			return nil
		})
		if err != nil {
			return 0, err
		}
	}
	if id, ok := w.ids[name]; ok {
		return id, nil
	}
	if _, err := w.conn.exec("INSERT INTO "+w.table.names+"(name) VALUES(?)", name); err != nil {
		return 0, err
	}
	id := w.conn.LastInsertRowID()
	w.ids[name] = id
	return id, nil
}

func (w *columnWriter) flush() error {
	keys := make([]int64, 0, len(w.chunks))
	for key, c := range w.chunks {
		if c.dirty {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		c := w.chunks[key]
		if c.empty() {
			if _, err := w.conn.exec("DELETE FROM "+w.table.chunks+" WHERE id=?", key); err != nil {
				return err
			}
			continue
		}
		w.data = c.append(w.data[:0])
		if err := w.put(key, w.data); err != nil {
			return err
		}
	}
	return nil
}

func (w *columnWriter) put(key int64, data []byte) error {
	args := [...]cell{{kind: isNumber, number: key}, {kind: isBytes, size: int32(len(data))}}
	return w.conn.run(w.table.putChunk, args[:], data)
}

// tracked runs a change of the documents a filter fits, brings the columns in step with what it did, and says whether there
// were any.
func (t *table) tracked(ctx context.Context, conn *conn, f document.Filter, change func() error) (bool, error) {
	if !t.hasColumns() {
		return false, change()
	}
	before, err := t.entriesOf(ctx, conn, f)
	if err != nil {
		return false, err
	}
	if err := change(); err != nil {
		return false, err
	}
	w := conn.columnsOf(t)
	var gone []int64
	for _, old := range before {
		now, err := t.entriesAt(ctx, conn, old.row)
		if err != nil {
			return false, err
		}
		if now == nil {
			gone = append(gone, old.row)
		}
		if err := w.change(old.row, old.entries, now); err != nil {
			return false, err
		}
	}
	return len(before) > 0, t.leaveKept(conn, gone)
}

// entered is what the columns hold of one row.
type entered struct {
	row     int64
	entries []entry
}

// entriesOf reads what the columns hold of every document a filter fits.
func (t *table) entriesOf(ctx context.Context, conn *conn, f document.Filter) ([]entered, error) {
	q := t.query("SELECT ", t.list, ",rowid FROM ", t.name)
	if err := q.where(f); err != nil {
		return nil, err
	}
	var out []entered
	doc := reflect.New(t.doc).Elem()
	err := conn.query(q.sql.String(), q.args, func(row *row) error {
		doc.SetZero()
		if err := t.decode(row, doc); err != nil {
			return err
		}
		entries, err := t.entries(doc, nil)
		out = append(out, entered{row.integer(t.width()), entries})
		return err
	})
	return out, err
}

// entriesAt is entriesOf of one row; nil when it is gone.
func (t *table) entriesAt(ctx context.Context, conn *conn, at int64) ([]entry, error) {
	var out []entry
	err := conn.query("SELECT "+t.list+" FROM "+t.name+" WHERE rowid=?", []any{at}, func(row *row) (err error) {
		doc := reflect.New(t.doc).Elem()
		if err := t.decode(row, doc); err != nil {
			return err
		}
		out, err = t.entries(doc, nil)
		return err
	})
	return out, err
}

// width is how many columns a whole row has.
func (t *table) width() int {
	if t.extra.typ != nil {
		return len(t.columns) + 1
	}
	return len(t.columns)
}
