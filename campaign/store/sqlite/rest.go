package sqlite

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"time"
	"unicode/utf8"
)

// restPlan is the struct of the fields that are not declared, in the order of the document's own.
type restPlan struct {
	typ    reflect.Type // nil when all fields are declared
	fields []int
	names  map[reflect.Type]map[string]int // of every struct within typ: the plain fields by their JSON names
	plans  map[reflect.Type][]plainField   // of the document, and of every struct within it, for plainWriter
	own    map[reflect.Type]bool           // the types within them that have a writing of their own
}

func planRest(doc reflect.Type, left map[string]int) restPlan {
	p := restPlan{names: map[reflect.Type]map[string]int{}, plans: map[reflect.Type][]plainField{}, own: map[reflect.Type]bool{}}
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
		p.learn(doc, p.fields)
		p.planWriting(doc, p.fields)
	}
	return p
}

// learn notes some fields of a struct, and all of those within them.
func (p *restPlan) learn(t reflect.Type, fields []int) {
	names := map[string]int{}
	p.names[t] = names
	for _, i := range fields {
		f := t.Field(i)
		name := jsonName(f)
		if name == "" || !isPlain(f.Type) {
			continue
		}
		names[name] = i
		within := f.Type
		if within.Kind() == reflect.Slice {
			within = within.Elem()
		}
		if within.Kind() == reflect.Struct && within != timeType && p.names[within] == nil {
			all := make([]int, within.NumField())
			for n := range all {
				all[n] = n
			}
			p.learn(within, all)
		}
	}
}

// isPlain reports whether a type has no reading of its own, a time apart.
func isPlain(t reflect.Type) bool {
	if t.Kind() == reflect.Slice && !isPlain(t.Elem()) {
		return false
	}
	p := reflect.PointerTo(t)
	return t == timeType || !p.Implements(reflect.TypeFor[json.Unmarshaler]()) && !p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

// encode writes the undeclared fields as encoding/json would.
func (p *restPlan) encode(doc reflect.Value) (string, error) {
	text, err := p.append(make([]byte, 0, 256), doc)
	return string(text), err
}

// append is encode onto a text, several times as fast as encoding/json where the fields are plain.
func (p *restPlan) append(out []byte, doc reflect.Value) ([]byte, error) {
	w := plainWriter{plan: p, out: out}
	if w.object(doc, p.plans[doc.Type()]) {
		return w.out, nil
	}
	v := reflect.New(p.typ).Elem()
	for to, from := range p.fields {
		v.Field(to).Set(doc.Field(from))
	}
	text, err := encodeJSON(v.Addr().Interface())
	return append(out, text...), err
}

// decode fills the undeclared fields of a document. Texts as encode writes them are nearly all plain, which plainReader
// reads three times as fast as encoding/json: a third of what reading a contact cost. Everything else is left to that.
func (p *restPlan) decode(text []byte, doc reflect.Value) error {
	for _, i := range p.fields {
		doc.Field(i).SetZero()
	}
	r := plainReader{plan: p, text: text}
	if r.object(doc) && len(r.text) == 0 {
		return nil
	}
	v := reflect.New(p.typ).Elem()
	if err := json.Unmarshal(text, v.Addr().Interface()); err != nil {
		return err
	}
	for from, to := range p.fields {
		doc.Field(to).Set(v.Field(from))
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

// plainReader reads JSON of the plainest kind: no white space, texts without backslashes, times, lists and structs of
// these, and texts by name. At whatever else it gives up.
type plainReader struct {
	plan *restPlan
	text []byte // what is still to be read
}

func (r *plainReader) value(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String:
		text, ok := r.string()
		v.SetString(string(text))
		return ok
	case reflect.Slice:
		return r.list(v)
	case reflect.Struct:
		if v.Type() == timeType {
			text, ok := r.string()
			return ok && v.Addr().Interface().(*time.Time).UnmarshalText(text) == nil
		}
		return r.object(v)
	case reflect.Map:
		if v.Type() == textsType && v.IsNil() { // else it is read twice
			texts := map[string]string{}
			v.Set(reflect.ValueOf(texts))
			return r.texts(texts)
		}
	}
	return false
}

var textsType = reflect.TypeFor[map[string]string]()

// texts reads an object whose values are texts.
func (r *plainReader) texts(into map[string]string) bool {
	if !r.take('{') {
		return false
	}
	if r.take('}') {
		return true
	}
	for {
		name, ok := r.string()
		if !ok || !r.take(':') {
			return false
		}
		value, ok := r.string()
		if !ok {
			return false
		}
		into[string(name)] = string(value)
		if !r.take(',') {
			return r.take('}')
		}
	}
}

// take reads one certain byte, if it is next.
func (r *plainReader) take(b byte) bool {
	if len(r.text) == 0 || r.text[0] != b {
		return false
	}
	r.text = r.text[1:]
	return true
}

func (r *plainReader) string() ([]byte, bool) {
	if !r.take('"') {
		return nil, false
	}
	end := bytes.IndexByte(r.text, '"')
	if end < 0 {
		return nil, false
	}
	text := r.text[:end]
	r.text = r.text[end+1:]
	for _, b := range text {
		if b == '\\' || b < ' ' {
			return nil, false
		}
	}
	return text, utf8.Valid(text)
}

func (r *plainReader) object(v reflect.Value) bool {
	names := r.plan.names[v.Type()]
	if names == nil || !r.take('{') {
		return false
	}
	if r.take('}') {
		return true
	}
	for {
		name, ok := r.string()
		field, known := names[string(name)]
		if !ok || !known || !r.take(':') || !r.value(v.Field(field)) {
			return false
		}
		if !r.take(',') {
			return r.take('}')
		}
	}
}

func (r *plainReader) list(v reflect.Value) bool {
	if v.Len() > 0 || !r.take('[') || len(r.text) > 0 && r.text[0] == ']' { // read twice; an empty list, which is no nil list
		return false
	}
	for n := 0; ; n++ {
		v.Grow(1)
		v.SetLen(n + 1)
		if !r.value(v.Index(n)) {
			return false
		}
		if !r.take(',') {
			return r.take(']')
		}
	}
}
