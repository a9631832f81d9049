package sqlite

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// structOf returns the struct a document points to, if it is of the collection's type.
func (t *table) structOf(doc any) (reflect.Value, error) {
	v := reflect.ValueOf(doc)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Type() != t.doc {
		return v, fmt.Errorf("collection %s keeps *%s, not %T", t.collection.Name, t.doc, doc)
	}
	return v.Elem(), nil
}

// encode appends the values of a document's columns to args.
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
	if t.extra.typ == nil {
		return args, nil
	}
	extra, err := t.extra.write(nil, v)
	if err != nil {
		return nil, fmt.Errorf("collection %s: %w", t.collection.Name, err)
	}
	return append(args, string(extra)), nil
}

func encodeField(v reflect.Value, kind document.Kind) (any, error) {
	switch kind {
	case document.Int:
		return v.Int(), nil
	case document.Bool:
		return encodeBool(v.Bool()), nil
	case document.Time:
		return v.Addr().Interface().(*time.Time).UnixMilli(), nil
	case document.Texts:
		return encodeTexts(v), nil
	case document.Bytes:
		return v.Bytes(), nil
	}
	return v.String(), nil
}

// encodeTexts writes a JSON array of strings.
func encodeTexts(v reflect.Value) string {
	if v.Len() == 0 {
		return "[]"
	}
	return string(appendTexts(nil, v))
}

func appendTexts(out []byte, v reflect.Value) []byte {
	out = append(out, '[')
	for i := range v.Len() {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendText(out, v.Index(i).String())
	}
	return append(out, ']')
}

// appendText appends one JSON string. The same string is written the same everywhere, so that it can be searched for.
func appendText(out []byte, s string) []byte {
	if isPlain(s) {
		return append(append(append(out, '"'), s...), '"')
	}
	text, _ := encodeJSON(s) // a string always can be
	return append(out, text...)
}

// isPlain reports whether a string stands in JSON as it is.
func isPlain(s string) bool {
	ascii := true
	for i := range len(s) {
		switch b := s[i]; {
		case b >= utf8.RuneSelf:
			ascii = false
		case b < ' ', b == '"', b == '\\':
			return false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}

// encodeJSON returns the JSON of a value without escaping < > and &.
func encodeJSON(v any) (string, error) {
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	w.SetEscapeHTML(false)
	if err := w.Encode(v); err != nil {
		return "", err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}

func encodeBool(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// decode fills a struct from a row of all columns.
func (t *table) decode(row *row, doc reflect.Value) error {
	for i := range t.columns {
		c := &t.columns[i]
		v := doc.Field(c.field)
		switch c.kind {
		case document.Int:
			v.SetInt(row.Int(i))
		case document.Bool:
			v.SetBool(row.Int(i) != 0)
		case document.Time:
			*v.Addr().Interface().(*time.Time) = time.Time{}
			if !row.null(i) {
				*v.Addr().Interface().(*time.Time) = time.UnixMilli(row.Int(i)).UTC()
			}
		case document.Text:
			v.SetString(row.Text(i))
		case document.Bytes:
			v.SetBytes(row.copied(i))
		case document.Texts:
			if err := decodeTexts(row.Bytes(i), v); err != nil {
				return fmt.Errorf("%s.%s: %w", t.collection.Name, c.name, err)
			}
		}
	}
	if t.extra.typ == nil {
		return nil
	}
	if err := t.extra.decode(row.Bytes(len(t.columns)), doc); err != nil {
		return fmt.Errorf("%s: %w", t.collection.Name, err)
	}
	return nil
}

// decodeTexts reads a JSON array of strings. Nearly all are plain: without a backslash every quotation mark is a delimiter.
func decodeTexts(text []byte, v reflect.Value) error {
	switch string(text) {
	case "": // NULL
		v.SetZero()
		return nil
	case "[]":
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
		return nil
	}
	plain, begins := bytes.CutPrefix(text, []byte(`["`))
	plain, ends := bytes.CutSuffix(plain, []byte(`"]`))
	if !begins || !ends || bytes.IndexByte(text, '\\') >= 0 {
		v.SetZero() // or the texts would be written into the old ones' memory
		return json.Unmarshal(text, v.Addr().Interface())
	}
	v.Set(reflect.ValueOf(strings.Split(string(plain), `","`)).Convert(v.Type()))
	return nil
}
