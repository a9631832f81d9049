package sqlite

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store"
)

// restPlan is the struct of the fields that are not declared, in the order of the document's own.
type restPlan struct {
	typ    reflect.Type // nil when all fields are declared
	fields []int
}

func planRest(doc reflect.Type, left map[string]int) restPlan {
	var p restPlan
	var fields []reflect.StructField
	for i := range doc.NumField() {
		f := doc.Field(i)
		if _, ok := left[jsonName(f)]; ok {
			fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag})
			p.fields = append(p.fields, i)
		}
	}
	if len(fields) > 0 {
		p.typ = reflect.StructOf(fields)
	}
	return p
}

func (p restPlan) encode(doc reflect.Value) (string, error) {
	v := reflect.New(p.typ).Elem()
	for to, from := range p.fields {
		v.Field(to).Set(doc.Field(from))
	}
	return encodeJSON(v.Addr().Interface())
}

func (p restPlan) decode(text string, doc reflect.Value) error {
	v := reflect.New(p.typ)
	if err := json.Unmarshal([]byte(text), v.Interface()); err != nil {
		return err
	}
	for from, to := range p.fields {
		doc.Field(to).Set(v.Elem().Field(from))
	}
	return nil
}

func encodeJSON(v any) (string, error) {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

// structOf gives the struct a document points to, if it is of the collection's type.
func (t *table) structOf(doc any) (reflect.Value, error) {
	v := reflect.ValueOf(doc)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Type() != t.doc {
		return v, fmt.Errorf("collection %s keeps *%s, not %T", t.collection.Name, t.doc, doc)
	}
	return v.Elem(), nil
}

// encode gives the values of a document's columns, appended to args.
func (t *table) encode(doc any, args []any) ([]any, error) {
	v, err := t.structOf(doc)
	if err != nil {
		return nil, err
	}
	for i := range t.columns {
		value, err := encodeField(v.Field(t.columns[i].field), t.columns[i].kind)
		if err != nil {
			return nil, err
		}
		args = append(args, value)
	}
	if t.rest.typ == nil {
		return args, nil
	}
	rest, err := t.rest.encode(v)
	if err != nil {
		return nil, fmt.Errorf("collection %s: %w", t.collection.Name, err)
	}
	return append(args, rest), nil
}

func encodeField(v reflect.Value, kind store.Kind) (any, error) {
	switch kind {
	case store.Int:
		return v.Int(), nil
	case store.Bool:
		return encodeBool(v.Bool()), nil
	case store.Time:
		return v.Addr().Interface().(*time.Time).UnixMilli(), nil
	case store.Texts:
		if v.Len() == 0 {
			return "[]", nil
		}
		return encodeJSON(v.Interface())
	case store.Bytes:
		return v.Bytes(), nil
	}
	return v.String(), nil
}

func encodeBool(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// decode fills a struct from a row of all columns.
func (t *table) decode(row []driver.Value, doc reflect.Value) error {
	for i := range t.columns {
		c := &t.columns[i]
		if err := decodeField(row[i], doc.Field(c.field), c.kind); err != nil {
			return fmt.Errorf("%s.%s: %w", t.collection.Name, c.name, err)
		}
	}
	if t.rest.typ == nil {
		return nil
	}
	text, _ := row[len(t.columns)].(string)
	if err := t.rest.decode(text, doc); err != nil {
		return fmt.Errorf("%s: %w", t.collection.Name, err)
	}
	return nil
}

func decodeField(value driver.Value, v reflect.Value, kind store.Kind) error {
	switch x := value.(type) {
	case nil:
		v.SetZero()
		return nil
	case int64:
		switch kind {
		case store.Int:
			v.SetInt(x)
			return nil
		case store.Bool:
			v.SetBool(x != 0)
			return nil
		case store.Time:
			*v.Addr().Interface().(*time.Time) = time.UnixMilli(x).UTC()
			return nil
		}
	case string:
		switch kind {
		case store.Text:
			v.SetString(x)
			return nil
		case store.Texts:
			return decodeTexts(x, v)
		}
	case []byte:
		if kind == store.Bytes {
			v.SetBytes(x)
			return nil
		}
	}
	return fmt.Errorf("the file holds a %T there, which cannot be read", value)
}

// decodeTexts reads a JSON array of strings. Nearly all are plain: without a backslash every quotation mark is a delimiter.
func decodeTexts(text string, v reflect.Value) error {
	plain, begins := strings.CutPrefix(text, `["`)
	plain, ends := strings.CutSuffix(plain, `"]`)
	if !begins || !ends || strings.IndexByte(text, '\\') >= 0 {
		v.SetZero() // or the texts would be written into the old ones' memory
		return json.Unmarshal([]byte(text), v.Addr().Interface())
	}
	v.Set(reflect.ValueOf(strings.Split(plain, `","`)).Convert(v.Type()))
	return nil
}
