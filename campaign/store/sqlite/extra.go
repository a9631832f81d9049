package sqlite

import (
	"reflect"

	"github.com/go-json-experiment/json"
)

// extraColumn holds the fields that are not declared, as one JSON object.
const extraColumn = "rest"

// extraFields are the fields of a document that are not declared.
type extraFields struct {
	typ    reflect.Type // a struct of them alone; nil when all fields are declared
	fields []int        // the numbers of its fields in the document
	write  jsonWriter   // writes them, of a document
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
		x.write = structWriter(doc, x.fields, nil)
	}
	return x
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
