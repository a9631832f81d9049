package mongo

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// shape says how the structs of a collection are written. The driver would leave out an empty declared field tagged
// `omitempty`, and a missing field is neither equal to "" nor counted with it, so documents are written as the same struct
// with other tags: the id as _id, declared fields always.
type shape struct {
	collection *document.Collection
	doc        reflect.Type
	written    reflect.Type
	facts      reflect.Type // the same with the document's facts
	id         int          // number of the id's field
	fields     map[string]int
}

var timeType = reflect.TypeFor[time.Time]()

func newShape(c *document.Collection) (*shape, error) {
	s := &shape{collection: c, doc: reflect.TypeOf(c.Sample), id: -1, fields: map[string]int{}}
	if s.doc == nil || s.doc.Kind() != reflect.Struct {
		return nil, fmt.Errorf("the sample is not a struct")
	}
	var fields []reflect.StructField
	for i := range s.doc.NumField() {
		f := s.doc.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		name = cmp.Or(name, f.Name)
		s.fields[name] = i
		tag := name
		if name == "id" {
			tag, s.id = "_id", i
		} else if _, declared := c.Kind(name); !declared && strings.Contains(options, "omitempty") {
			tag += ",omitempty"
		}
		f.Tag = reflect.StructTag(fmt.Sprintf("bson:%q", tag))
		fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag})
	}
	for _, f := range append([]document.Field{{Name: "id", Kind: document.Text}}, c.Fields...) {
		i, ok := s.fields[f.Name]
		if !ok {
			return nil, fmt.Errorf("the struct has no field %q", f.Name)
		}
		if !isOfKind(s.doc.Field(i).Type, f.Kind) {
			return nil, fmt.Errorf("the field %q is declared of another kind than its type", f.Name)
		}
	}
	s.written = reflect.StructOf(fields)
	s.facts = factsShape(s.written)
	return s, nil
}

func isOfKind(t reflect.Type, k document.Kind) bool {
	switch k {
	case document.Text:
		return t.Kind() == reflect.String
	case document.Int:
		return t.Kind() >= reflect.Int && t.Kind() <= reflect.Int64
	case document.Bool:
		return t.Kind() == reflect.Bool
	case document.Time:
		return t == timeType
	case document.Texts:
		return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String
	case document.Bytes:
		return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
	}
	return false
}

// write returns what is written for a document, and its id.
func (s *shape) write(doc any) (any, string, error) {
	v, err := s.structOf(doc)
	if err != nil {
		return nil, "", err
	}
	return s.withFacts(v, v.Convert(s.written)), v.Field(s.id).String(), nil
}

func (s *shape) writeAll(docs []any) ([]any, error) {
	out := make([]any, len(docs))
	var err error
	for i, doc := range docs {
		if out[i], _, err = s.write(doc); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *shape) structOf(doc any) (reflect.Value, error) {
	v := reflect.ValueOf(doc)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Type() != s.doc {
		return v, fmt.Errorf("collection %s keeps *%s, not %T", s.collection.Name, s.doc, doc)
	}
	return v.Elem(), nil
}

// decoded returns a pointer to the document into which the driver reads the names of the database.
func (s *shape) decoded(doc reflect.Value) any {
	return doc.Addr().Convert(reflect.PointerTo(s.written)).Interface()
}

// zero returns the value a declared field has in a new document.
func zero(k document.Kind) any {
	switch k {
	case document.Int:
		return int64(0)
	case document.Bool:
		return false
	case document.Time:
		return time.Time{}
	case document.Texts:
		return []string{}
	case document.Bytes:
		return []byte{}
	}
	return ""
}
