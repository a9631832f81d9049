package sqlite

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// plainField is a field as plainWriter writes it.
type plainField struct {
	index              int
	key                string // with its quotation marks and colon
	omitEmpty, omitNil bool   // as the tags omitempty and omitzero say
	own                bool   // its type has a writing of its own
}

// planWriting plans some fields of a struct, and all of those within them.
func (p *restPlan) planWriting(t reflect.Type, fields []int) {
	if p.plans[t] != nil {
		return
	}
	p.plans[t] = []plainField{}
	var plan []plainField
	for _, i := range fields {
		f := t.Field(i)
		name := jsonName(f)
		if name == "" {
			continue
		}
		_, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		plan = append(plan, plainField{i, string(appendText(nil, name)) + ":", strings.Contains(options, "omitempty"), strings.Contains(options, "omitzero"), p.noteOwn(f.Type)})
		within := f.Type
		for within.Kind() == reflect.Slice || within.Kind() == reflect.Pointer {
			within = within.Elem()
			p.noteOwn(within)
		}
		if within.Kind() == reflect.Struct && within != timeType && !f.Anonymous {
			all := make([]int, within.NumField())
			for n := range all {
				all[n] = n
			}
			p.planWriting(within, all)
		}
	}
	p.plans[t] = plan
}

// noteOwn notes whether a type has a writing of its own, a time apart.
func (p *restPlan) noteOwn(t reflect.Type) bool {
	writes := func(t reflect.Type) bool { return t.Implements(jsonMarshaler) || t.Implements(textMarshaler) }
	p.own[t] = t != timeType && t.PkgPath() != "" && (writes(t) || writes(reflect.PointerTo(t)))
	return p.own[t]
}

// plainWriter writes what encoding/json writes, of the plainest values: texts, numbers, times, lists, structs, and texts by
// text. At whatever else it gives up.
type plainWriter struct {
	plan *restPlan
	out  []byte
}

func (w *plainWriter) object(v reflect.Value, fields []plainField) bool {
	if fields == nil {
		return false
	}
	w.out = append(w.out, '{')
	first := true
	for _, f := range fields {
		value := v.Field(f.index)
		if f.omitEmpty && isEmpty(value) || f.omitNil && isNil(value) {
			continue
		}
		if !first {
			w.out = append(w.out, ',')
		}
		first = false
		w.out = append(w.out, f.key...)
		if f.own || !w.value(value) {
			return false
		}
	}
	w.out = append(w.out, '}')
	return true
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

func isNil(v reflect.Value) bool {
	if v.Type() == timeType {
		return v.Addr().Interface().(*time.Time).IsZero()
	}
	return v.IsZero()
}

func (w *plainWriter) value(v reflect.Value) bool {
	t := v.Type()
	if t == timeType {
		at := v.Addr().Interface().(*time.Time)
		if _, offset := at.Zone(); offset != 0 || at.Year() < 0 || at.Year() > 9999 {
			return false
		}
		w.out = append(at.AppendFormat(append(w.out, '"'), time.RFC3339Nano), '"')
		return true
	}
	switch v.Kind() {
	case reflect.String:
		w.out = appendText(w.out, v.String())
	case reflect.Bool:
		w.out = strconv.AppendBool(w.out, v.Bool())
	case reflect.Int, reflect.Int64:
		w.out = strconv.AppendInt(w.out, v.Int(), 10)
	case reflect.Struct:
		return w.object(v, w.plan.plans[t])
	case reflect.Pointer:
		if v.IsNil() {
			w.out = append(w.out, "null"...)
			return true
		}
		return !w.plan.own[t.Elem()] && w.value(v.Elem())
	case reflect.Slice:
		return w.list(v)
	case reflect.Map:
		return w.texts(v)
	default:
		return false
	}
	return true
}

var jsonMarshaler, textMarshaler = reflect.TypeFor[json.Marshaler](), reflect.TypeFor[encoding.TextMarshaler]()

func (w *plainWriter) list(v reflect.Value) bool {
	if elem := v.Type().Elem(); elem.Kind() == reflect.Uint8 || w.plan.own[elem] {
		return false
	}
	if v.IsNil() {
		w.out = append(w.out, "null"...)
		return true
	}
	w.out = append(w.out, '[')
	for i := range v.Len() {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		if !w.value(v.Index(i)) {
			return false
		}
	}
	w.out = append(w.out, ']')
	return true
}

func (w *plainWriter) texts(v reflect.Value) bool {
	texts, plain := v.Interface().(map[string]string)
	if !plain {
		return false
	}
	if texts == nil {
		w.out = append(w.out, "null"...)
		return true
	}
	w.out = append(w.out, '{')
	for i, key := range slices.Sorted(maps.Keys(texts)) {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.out = appendText(append(appendText(w.out, key), ':'), texts[key])
	}
	w.out = append(w.out, '}')
	return true
}
