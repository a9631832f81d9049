package index

import (
	"bytes"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"
)

// View answers from an index as it stands in one read transaction.
type View struct {
	State
	index   *Index
	db      Querier
	numbers map[string]int64 // of the columns
	all     *roaring.Bitmap
}

// View begins to answer.
func (x *Index) View(db Querier) (*View, error) {
	state, err := ReadState(db, x.collection)
	if err != nil {
		return nil, err
	}
	numbers, err := x.numbers(db)
	return &View{State: state, index: x, db: db, numbers: numbers}, err
}

// All returns all rows. They must not be changed.
func (v *View) All() (*roaring.Bitmap, error) {
	if v.all != nil {
		return v.all, nil
	}
	all, err := v.postings(allRows, "value=?", "")
	if err == nil {
		v.all = all
	}
	return all, err
}

// Equal returns the rows that have one of some values of a column of postings.
func (v *View) Equal(column string, values ...string) (*roaring.Bitmap, error) {
	out := newWords(v.High)
	for _, value := range values {
		if err := v.read(column, out, "value=?", value); err != nil {
			return nil, err
		}
	}
	return out.bitmap(), nil
}

// Range returns the rows with a value from one on and below another, which may be "" for no end.
func (v *View) Range(column string, from, to string) (*roaring.Bitmap, error) {
	if to == "" {
		return v.postings(column, "value>=?", from)
	}
	return v.postings(column, "value>=? AND value<?", from, to)
}

// Containing returns the rows whose texts have all trigrams of one, and whether they all contain it; nil when it is too short
// to have any.
func (v *View) Containing(column string, text string) (out *roaring.Bitmap, exact bool, err error) {
	letters, seen := utf8.RuneCountInString(text), map[gram]bool{}
	for g := range grams(text) {
		if seen[g] || letters > 2 && utf8.RuneCountInString(g.text()) < 3 { // the longer gram says more
			continue
		}
		seen[g] = true
		has, err := v.postings(column, "value=?", g.text())
		if err != nil {
			return nil, false, err
		}
		if out == nil {
			out = has
		} else {
			out.And(has)
		}
	}
	return out, out != nil && letters <= 3, nil
}

// postings returns the rows of the values that a condition fits.
func (v *View) postings(column, condition string, args ...any) (*roaring.Bitmap, error) {
	out := newWords(v.High)
	err := v.read(column, out, condition, args...)
	return out.bitmap(), err
}

// read adds the rows of the values that a condition fits.
func (v *View) read(column string, into words, condition string, args ...any) error {
	return v.eachPart("rows", column, condition, args, func(n int64, row Row) error { return readPart(row.Bytes(0), into.block(n)) })
}

// eachPart calls fn with the parts of a column that a condition fits, block by block, as they stand in the file.
func (v *View) eachPart(list, column, condition string, args []any, fn func(block int64, row Row) error) error {
	sql := "SELECT " + list + " FROM " + v.index.postings + ` WHERE block=? AND "column"=? AND ` + condition
	bound := append([]any{nil, v.numbers[column]}, args...)
	for n := range v.High>>blockBits + 1 {
		bound[0] = n
		if err := v.db.Query(sql, bound, func(row Row) error { return fn(n, row) }); err != nil {
			return err
		}
	}
	return nil
}

// Count counts the rows within a set, or all, by the values of a column of postings.
func (v *View) Count(column string, within *roaring.Bitmap) (out map[string]int64, err error) {
	if within == nil {
		if within, err = v.All(); err != nil {
			return nil, err
		}
	}
	set := newWords(v.High)
	within.WriteDenseTo(set)
	out = map[string]int64{}
	return out, v.eachPart("value,rows", column, "1", nil, func(block int64, row Row) error {
		var has rows
		err := readPart(row.Bytes(1), has[:])
		if n := has.meet(set.block(block)); n > 0 {
			out[row.Text(0)] += int64(n)
		}
		return err
	})
}

// Scan returns the rows whose value of a column of chunks fits; of those within a set, if one is given.
func (v *View) Scan(column string, within *roaring.Bitmap, fits func(value []byte) bool) (*roaring.Bitmap, error) {
	out := newWords(v.High)
	var fitting [chunkRows + 1]bool
	var values [][]byte
	id := v.numbers[column]
	err := v.db.Query("SELECT id,data FROM "+v.index.chunks+" WHERE id>=? AND id<?", []any{id << 32, (id + 1) << 32}, func(row Row) error {
		first := (row.Int(0) & (1<<32 - 1)) << chunkBits
		if first > v.High || within != nil && !within.IntersectsWithInterval(uint64(first), uint64(first+chunkRows)) {
			return nil
		}
		var which slots
		var err error
		if values, which, err = splitChunk(row.Bytes(1), values[:0]); err != nil {
			return err
		}
		some := false
		for i, value := range values {
			fitting[i+1] = fits(value)
			some = some || fitting[i+1]
		}
		for i := int64(0); some && i < chunkRows; i++ {
			if slot := which.at(int(i)); slot <= len(values) && fitting[slot] {
				out.set(first + i)
			}
		}
		return nil
	})
	found := out.bitmap()
	if within != nil {
		found.And(within)
	}
	return found, err
}

// TextEnd ends each of the texts of a value of several.
const TextEnd = "\x00"

// AnyText tests each of the texts of a value of several.
func AnyText(fits func([]byte) bool) func([]byte) bool {
	return func(value []byte) bool {
		for len(value) > 0 {
			end := bytes.IndexByte(value, TextEnd[0])
			if end < 0 {
				return false
			}
			if fits(value[:end]) {
				return true
			}
			value = value[end+1:]
		}
		return false
	}
}
