package sqlite

import (
	"bytes"
	"reflect"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// extraColumn holds the fields that are not declared, as one JSON object.
const extraColumn = "rest"

// asEncodingJSON has them written as encoding/json does, but for < > and &.
var asEncodingJSON = json.JoinOptions(jsonv1.DefaultOptionsV1(), jsontext.EscapeForHTML(false))

// extraFields are the fields of a document that are not declared.
type extraFields struct {
	typ    reflect.Type // a struct of them alone; nil when all fields are declared
	fields []int        // the numbers of its fields in the document
	spare  *sync.Pool   // of pointers to such structs
}

func planExtra(doc reflect.Type, undeclared map[string]int) extraFields {
	var x extraFields
	var fields []reflect.StructField
	for i := range doc.NumField() {
		f := doc.Field(i)
		if _, ok := undeclared[jsonName(f)]; ok {
			fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag})
			x.fields = append(x.fields, i)
		}
	}
	if len(fields) > 0 {
		x.typ = reflect.StructOf(fields)
		x.spare = &sync.Pool{New: func() any { return reflect.New(x.typ).Interface() }}
	}
	return x
}

// append appends the JSON of a document's extra fields.
func (x *extraFields) append(out []byte, doc reflect.Value) ([]byte, error) {
	p := x.spare.Get()
	defer x.spare.Put(p)
	v := reflect.ValueOf(p)
	for to, from := range x.fields {
		v.Elem().Field(to).Set(doc.Field(from))
	}
	b := bytes.NewBuffer(out)
	err := json.MarshalWrite(b, p, asEncodingJSON)
	return b.Bytes(), err
}

// decode sets the extra fields of a document.
func (x *extraFields) decode(text []byte, doc reflect.Value) error {
	v := reflect.New(x.typ)
	if err := json.Unmarshal(text, v.Interface(), asEncodingJSON); err != nil {
		return err
	}
	for from, to := range x.fields {
		doc.Field(to).Set(v.Elem().Field(from))
	}
	return nil
}
