package sqlite

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/sqlite/index"
)

// entries returns what the index holds of a document, appended to into.
func (t *table) entries(doc reflect.Value, into []index.Entry) ([]index.Entry, error) {
	for _, i := range t.indexed {
		c := &t.columns[i]
		v := doc.Field(c.field)
		if c.trigrams != "" {
			into = append(into, index.Entry{Column: c.trigrams, Value: v.String()})
		}
		if c.postings != "" && c.kind == document.Text {
			into = append(into, index.Entry{Column: c.postings, Value: v.String()})
		} else if c.postings != "" {
			for i := range v.Len() {
				into = append(into, index.Entry{Column: c.postings, Value: v.Index(i).String()})
			}
		}
		if c.chunks != "" {
			value, err := chunkValue(v, c.kind)
			if err != nil {
				return nil, err
			}
			into = append(into, index.Entry{Column: c.chunks, Value: value})
		}
	}
	return t.facts(doc, into)
}

// facts adds what Collection.Facts says: those with one key are one value of several texts.
func (t *table) facts(doc reflect.Value, into []index.Entry) ([]index.Entry, error) {
	if !t.scans() || t.collection.Facts == nil {
		return into, nil
	}
	facts := t.collection.Facts(doc.Addr().Interface())
	slices.Sort(facts) // those with one key stand together
	facts = slices.Compact(facts)
	var short [512]byte
	texts := short[:0]
	for _, fact := range facts {
		_, value, ok := strings.Cut(fact, "=")
		if !ok {
			return nil, fmt.Errorf("collection %s: %q is no fact", t.collection.Name, fact)
		}
		texts = append(append(texts, value...), index.TextEnd...)
	}
	first, from, to := len(into), 0, 0
	all := string(texts) // one piece of memory
	for _, fact := range facts {
		key, value, _ := strings.Cut(fact, "=")
		if last := len(into) - 1; last < first || into[last].Column != key {
			into, from = append(into, index.Entry{Column: key}), to
		}
		to += len(value) + len(index.TextEnd)
		into[len(into)-1].Value = all[from:to]
	}
	return into, nil
}

// chunkValue returns what a chunk holds of a field: numbers so that their texts stand in their order.
func chunkValue(v reflect.Value, kind document.Kind) (string, error) {
	switch kind {
	case document.Text:
		return v.String(), nil
	case document.Int:
		return numberText(v.Int()), nil
	case document.Bool:
		return numberText(encodeBool(v.Bool())), nil
	case document.Time:
		return numberText(v.Interface().(time.Time).UnixMilli()), nil
	case document.Texts:
		texts := make([]string, v.Len())
		for i := range texts {
			texts[i] = v.Index(i).String() + index.TextEnd
		}
		slices.Sort(texts)
		return strings.Join(slices.Compact(texts), ""), nil
	}
	return "", fmt.Errorf("a field of kind %d cannot be scanned", kind)
}

func numberText(n int64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)^1<<63)
	return string(b[:])
}
