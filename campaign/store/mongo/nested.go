package mongo

import (
	"fmt"
	"reflect"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Structs within documents have the names of their JSON, with two exceptions. A field named inline is shown_inline, since the
// driver takes that word for an option of the tag. And earlier versions wrote the id of most as _id, which is still read.

// structs reads and writes the structs within documents. It is safe for use by many goroutines.
type structs struct {
	encoder bson.ValueEncoder // the driver's
	decoder bson.ValueDecoder
	known   sync.Map // reflect.Type → renamed
}

// renamed is how a struct differs from what the driver makes of it.
type renamed struct {
	written reflect.Type // the same struct with other tags; nil for one that does not differ
	read    reflect.Type // that, and beside it the id under its old name; nil for one without an id
	id      int
}

func newStructs(driver *bson.Registry) *structs {
	encoder, _ := driver.LookupEncoder(reflect.TypeFor[struct{}]()) // every registry has one for structs
	decoder, _ := driver.LookupDecoder(reflect.TypeFor[struct{}]())
	return &structs{encoder: encoder, decoder: decoder}
}

func (s *structs) of(t reflect.Type) renamed {
	if known, ok := s.known.Load(t); ok {
		return known.(renamed)
	}
	r := renamed{id: -1}
	var fields []reflect.StructField
	for i := range t.NumField() {
		f := t.Field(i)
		switch name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name {
		case "id":
			r.id = i
		case "inline":
			f.Tag = `bson:"shown_inline"`
			r.written = t
		}
		fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag, PkgPath: f.PkgPath, Anonymous: f.Anonymous})
	}
	if r.written != nil || r.id >= 0 {
		r.written = reflect.StructOf(fields)
	}
	if r.id >= 0 {
		r.read = reflect.StructOf([]reflect.StructField{
			{Name: "Struct", Type: r.written, Tag: `bson:",inline"`},
			{Name: "OldID", Type: reflect.TypeFor[string](), Tag: `bson:"_id"`},
		})
	}
	s.known.Store(t, r)
	return r
}

// EncodeValue writes a struct under its names.
func (s *structs) EncodeValue(c bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	if r := s.of(v.Type()); r.written != nil {
		v = v.Convert(r.written)
	}
	return s.encoder.EncodeValue(c, w, v)
}

// DecodeValue reads a struct, its id under the old name too.
func (s *structs) DecodeValue(c bson.DecodeContext, from bson.ValueReader, v reflect.Value) error {
	r := s.of(v.Type())
	switch {
	case r.read != nil:
		both := reflect.New(r.read).Elem()
		both.Field(0).Set(v.Convert(r.written))
		if err := s.decoder.DecodeValue(c, from, both); err != nil {
			return fmt.Errorf("%s: %w", v.Type(), err)
		}
		v.Set(both.Field(0).Convert(v.Type()))
		if old := both.Field(1).String(); old != "" && v.Field(r.id).String() == "" {
			v.Field(r.id).SetString(old)
		}
		return nil
	case r.written != nil:
		return s.decoder.DecodeValue(c, from, v.Addr().Convert(reflect.PointerTo(r.written)).Elem())
	}
	return s.decoder.DecodeValue(c, from, v)
}
