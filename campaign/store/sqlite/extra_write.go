package sqlite

import (
	"bytes"
	"encoding"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// asEncodingJSON has fields written as encoding/json does, but for < > and &.
var asEncodingJSON = json.JoinOptions(jsonv1.DefaultOptionsV1(), jsontext.EscapeForHTML(false))

// jsonWriter appends the JSON of an addressable value of one type. Plain texts, times, structs and lists, which are nearly all
// that extra fields hold, are written here, four times as fast as by the library.
type jsonWriter func(out []byte, v reflect.Value) ([]byte, error)

// byLibrary writes any value.
func byLibrary(out []byte, v reflect.Value) ([]byte, error) {
	b := bytes.NewBuffer(out)
	err := json.MarshalWrite(b, v.Addr().Interface(), asEncodingJSON)
	return b.Bytes(), err
}

// writerOf plans how values of a type are written that stands within some structs.
func writerOf(t reflect.Type, within []reflect.Type) jsonWriter {
	pointer := reflect.PointerTo(t)
	switch {
	case t == timeType:
		return writeTime
	case pointer.Implements(reflect.TypeFor[json.Marshaler]()), pointer.Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		return byLibrary
	case t.Kind() == reflect.String:
		return writeText
	case t.Kind() == reflect.Struct && !slices.Contains(within, t):
		fields := make([]int, t.NumField())
		for i := range fields {
			fields[i] = i
		}
		return structWriter(t, fields, within)
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8:
		return listWriter(writerOf(t.Elem(), within))
	}
	return byLibrary
}

func writeText(out []byte, v reflect.Value) ([]byte, error) {
	if text := v.String(); isPlain(text) {
		return append(append(append(out, '"'), text...), '"'), nil
	}
	return byLibrary(out, v)
}

func writeTime(out []byte, v reflect.Value) ([]byte, error) {
	at := v.Addr().Interface().(*time.Time)
	if _, offset := at.Zone(); offset != 0 || at.Year() < 0 || at.Year() > 9999 {
		return byLibrary(out, v)
	}
	return append(at.AppendFormat(append(out, '"'), time.RFC3339Nano), '"'), nil
}

func listWriter(write jsonWriter) jsonWriter {
	return func(out []byte, v reflect.Value) (_ []byte, err error) {
		if v.IsNil() {
			return append(out, "null"...), nil
		}
		out = append(out, '[')
		for i := range v.Len() {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = write(out, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return append(out, ']'), nil
	}
}

// structWriter writes some fields of a struct.
func structWriter(t reflect.Type, fields []int, within []reflect.Type) jsonWriter {
	type field struct {
		number    int
		key       string // with its quotation marks and colon
		omitEmpty bool
		omitZero  bool
		write     jsonWriter
	}
	var plan []field
	for _, i := range fields {
		f := t.Field(i)
		if name := jsonName(f); name != "" {
			options := f.Tag.Get("json")
			plan = append(plan, field{i, `"` + name + `":`, strings.Contains(options, ",omitempty"), strings.Contains(options, ",omitzero"), writerOf(f.Type, append(within, t))})
		}
	}
	return func(out []byte, v reflect.Value) (_ []byte, err error) {
		out = append(out, '{')
		start := len(out)
		for i := range plan {
			f := &plan[i]
			value := v.Field(f.number)
			if f.omitEmpty && isEmpty(value) || f.omitZero && isZero(value) {
				continue
			}
			if len(out) > start {
				out = append(out, ',')
			}
			if out, err = f.write(append(out, f.key...), value); err != nil {
				return nil, err
			}
		}
		return append(out, '}'), nil
	}
}

// isEmpty reports whether omitempty leaves a value out.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

// isZero reports whether omitzero leaves a value out.
func isZero(v reflect.Value) bool {
	if own, ok := v.Addr().Interface().(interface{ IsZero() bool }); ok {
		return own.IsZero()
	}
	return v.IsZero()
}
