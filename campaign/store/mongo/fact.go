package mongo

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Facts stand beside the fields of a document, as one more array of texts with an index.
const factsField = "glasnik_facts"

// withFacts returns a written document with its facts.
func (s *shape) withFacts(doc, written reflect.Value) any {
	if s.collection.Facts == nil {
		return written.Interface()
	}
	out := reflect.New(s.facts).Elem()
	out.Field(0).Set(written)
	out.Field(1).Set(reflect.ValueOf(s.factsOf(doc.Addr().Interface())))
	return out.Interface()
}

// factsShape is a written struct with its facts.
func factsShape(written reflect.Type) reflect.Type {
	return reflect.StructOf([]reflect.StructField{
		{Name: "Document", Type: written, Tag: `bson:",inline"`},
		{Name: "Facts", Type: reflect.TypeFor[[]string](), Tag: `bson:"` + factsField + `"`},
	})
}

func factFilter(f document.Fact) (bson.D, error) {
	whole := func(pattern string) (bson.D, error) { return factLike(pattern), nil }
	begins := regexp.QuoteMeta(f.Key + "=" + f.Text)
	switch f.Op {
	case document.Known:
		return whole(regexp.QuoteMeta(f.Key + "="))
	case document.Exactly:
		return bson.D{{Key: factsField, Value: bson.D{{Key: "$eq", Value: f.Key + "=" + f.Text}}}}, nil
	case document.Beginning:
		return whole(begins)
	case document.Holding:
		return whole(begins + `[\s\S]*` + regexp.QuoteMeta(f.Part))
	case document.Within:
		if len(f.From) != len(f.To) || f.From == "" {
			return nil, fmt.Errorf("the fact %s is to be within no range", f.Key)
		}
		return within(begins, f.From, f.To), nil
	}
	return nil, fmt.Errorf("the fact %s cannot be looked at so", f.Key)
}

// factLike fits documents one of whose facts is like a pattern from its beginning.
func factLike(p string) bson.D {
	p = "^" + strings.ReplaceAll(p, "\x00", `\x00`) // BSON ends patterns at a zero byte
	return bson.D{{Key: factsField, Value: bson.D{{Key: "$regex", Value: bson.Regex{Pattern: p}}}}}
}

// within fits documents with a fact that is a text followed by digits of a range. MongoDB takes the bounds of an index scan from
// the beginning of a pattern, unless the pattern has a bar. So the digits that all numbers of the range begin with have a pattern
// of their own, which the same fact fits.
func within(begins, from, to string) bson.D {
	common := 0
	for common < len(from) && from[common] == to[common] {
		common++
	}
	return bson.D{{Key: "$and", Value: bson.A{factLike(begins + from[:common]), factLike(begins + digitsBetween(from, to) + "$")}}}
}

const hexDigits = "0123456789abcdef"

// digitsBetween returns a pattern for the hexadecimal numbers from one to another of the same length. A pattern is matched by one
// element of an array, while the two ends of a range may be matched by two.
func digitsBetween(from, to string) string {
	switch {
	case from > to:
		return `[^\s\S]` // nothing
	case from == to:
		return from
	case strings.Trim(from, "0") == "" && strings.Trim(to, "f") == "": // or the pattern would double with every digit
		return fmt.Sprintf("[0-9a-f]{%d}", len(from))
	case from[0] == to[0]:
		return from[:1] + digitsBetween(from[1:], to[1:])
	}
	rest := len(from) - 1
	parts := []string{
		from[:1] + digitsBetween(from[1:], strings.Repeat("f", rest)),
		to[:1] + digitsBetween(strings.Repeat("0", rest), to[1:]),
	}
	if between := hexDigits[strings.IndexByte(hexDigits, from[0])+1 : strings.IndexByte(hexDigits, to[0])]; between != "" {
		parts = append(parts, fmt.Sprintf("[%s][0-9a-f]{%d}", between, rest))
	}
	return "(?:" + strings.Join(parts, "|") + ")"
}

// factsMark returns the fact that says which version made a document's facts; the first version has none.
func (s *shape) factsMark() string {
	if s.collection.FactsVersion == 0 {
		return ""
	}
	return fmt.Sprintf("=%d", s.collection.FactsVersion)
}

// factsOf returns the facts of a document, to which doc is a pointer, with their mark.
func (s *shape) factsOf(doc any) []string {
	facts := s.collection.Facts(doc)
	if mark := s.factsMark(); mark != "" {
		return append(facts[:len(facts):len(facts)], mark)
	}
	return facts
}

// factsBatch is how many documents get their facts in one write.
const factsBatch = 1000

// addFacts writes the facts of documents that have none or those of another version. A document that is changed meanwhile, as
// its version tells, is written with its facts by that change.
func (e *Engine) addFacts(ctx context.Context, coll *driver.Collection, s *shape) error {
	stale := bson.D{{Key: factsField, Value: bson.D{{Key: "$exists", Value: false}}}}
	if mark := s.factsMark(); mark != "" {
		stale = bson.D{{Key: factsField, Value: bson.D{{Key: "$ne", Value: mark}}}}
	}
	cursor, err := coll.Find(ctx, stale, options.Find().SetBatchSize(factsBatch))
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	doc := reflect.New(s.doc)
	var writes []driver.WriteModel
	write := func() error {
		if len(writes) == 0 {
			return nil
		}
		_, err := coll.BulkWrite(ctx, writes, options.BulkWrite().SetOrdered(false))
		writes = writes[:0]
		return err
	}
	for cursor.Next(ctx) {
		doc.Elem().SetZero()
		if err := cursor.Decode(s.decoded(doc.Elem())); err != nil {
			return err
		}
		which := bson.D{{Key: "_id", Value: doc.Elem().Field(s.id).String()}}
		if i, ok := s.fields["version"]; ok {
			which = append(which, bson.E{Key: "version", Value: doc.Elem().Field(i).Int()})
		}
		what := bson.D{{Key: "$set", Value: bson.D{{Key: factsField, Value: s.factsOf(doc.Interface())}}}}
		if writes = append(writes, driver.NewUpdateOneModel().SetFilter(which).SetUpdate(what)); len(writes) == factsBatch {
			if err := write(); err != nil {
				return err
			}
		}
	}
	if err := cursor.Err(); err != nil {
		return err
	}
	return write()
}
