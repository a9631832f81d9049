package mongo

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Names that people chose, such as the columns of a spreadsheet, are names of fields. BSON allows no NUL in them,
// and dots, dollars and the empty name mean something of their own to servers or are refused by them
// (https://www.mongodb.com/docs/manual/core/dot-dollar-considerations/), so these are written as %2E, %24, %00 and %.
var (
	escapeName   = strings.NewReplacer("%", "%25", ".", "%2E", "$", "%24", "\x00", "%00")
	unescapeName = strings.NewReplacer("%25", "%", "%2E", ".", "%24", "$", "%00", "\x00")
)

const emptyName = "%"

var namedTexts = reflect.TypeFor[map[string]string]()

// registry returns the driver's own, with other names for what people named and for the structs within documents.
var registry = sync.OnceValue(func() *bson.Registry {
	r := bson.NewRegistry()
	s := newStructs(r)
	r.RegisterTypeEncoder(namedTexts, bson.ValueEncoderFunc(writeNamed))
	r.RegisterTypeDecoder(namedTexts, bson.ValueDecoderFunc(readNamed))
	r.RegisterKindEncoder(reflect.Struct, s)
	r.RegisterKindDecoder(reflect.Struct, s)
	return r
})

// encode writes a document as the driver does by clientOptions.
func encode(doc any) (bson.Raw, error) {
	var b bytes.Buffer
	e := bson.NewEncoder(bson.NewDocumentWriter(&b))
	e.SetRegistry(registry())
	e.UseJSONStructTags()
	e.NilSliceAsEmpty()
	e.NilMapAsEmpty()
	e.NilByteSliceAsEmpty()
	err := e.Encode(doc)
	return b.Bytes(), err
}

func writeNamed(_ bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	doc, err := w.WriteDocument()
	if err != nil {
		return err
	}
	for name, text := range v.Interface().(map[string]string) {
		if name = escapeName.Replace(name); name == "" {
			name = emptyName
		}
		element, err := doc.WriteDocumentElement(name)
		if err != nil {
			return err
		}
		if err := element.WriteString(text); err != nil {
			return err
		}
	}
	return doc.WriteDocumentEnd()
}

func readNamed(_ bson.DecodeContext, r bson.ValueReader, v reflect.Value) error {
	if r.Type() == bson.TypeNull {
		v.SetZero()
		return r.ReadNull()
	}
	doc, err := r.ReadDocument()
	if err != nil {
		return err
	}
	texts := map[string]string{}
	for {
		name, element, err := doc.ReadElement()
		if err == bson.ErrEOD {
			v.Set(reflect.ValueOf(texts))
			return nil
		}
		if err != nil {
			return err
		}
		text, err := element.ReadString()
		if err != nil {
			return fmt.Errorf("read %q: %w", name, err)
		}
		if name == emptyName {
			name = ""
		}
		texts[unescapeName.Replace(name)] = text
	}
}
