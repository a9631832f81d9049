package mongo

import (
	"context"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/glasnik/glasnik/campaign/store"
	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
)

// Facts stand beside the fields of a document, as one more array of texts with an index.
const factsField = "glasnik_facts"

// withFacts gives a written document with its facts.
func (s *shape) withFacts(doc, written reflect.Value) any {
	if s.collection.Facts == nil {
		return written.Interface()
	}
	out := reflect.New(s.facts).Elem()
	out.Field(0).Set(written)
	out.Field(1).Set(reflect.ValueOf(s.collection.Facts(doc.Addr().Interface())))
	return out.Interface()
}

// factsShape is a written struct with its facts.
func factsShape(written reflect.Type) reflect.Type {
	return reflect.StructOf([]reflect.StructField{
		{Name: "Document", Type: written, Tag: `bson:",inline"`},
		{Name: "Facts", Type: reflect.TypeFor[[]string](), Tag: `bson:"` + factsField + `"`},
	})
}

func factFilter(f store.Fact) (bson.D, error) {
	whole := func(pattern string) (bson.D, error) {
		pattern = "^" + strings.ReplaceAll(pattern, "\x00", `\x00`) // BSON ends patterns at a zero byte
		return bson.D{{Key: factsField, Value: bson.D{{Key: "$regex", Value: bson.Regex{Pattern: pattern}}}}}, nil
	}
	begins := regexp.QuoteMeta(f.Key + "=" + f.Text)
	switch f.Op {
	case store.Known:
		return whole(regexp.QuoteMeta(f.Key + "="))
	case store.Exactly:
		return bson.D{{Key: factsField, Value: bson.D{{Key: "$eq", Value: f.Key + "=" + f.Text}}}}, nil
	case store.Beginning:
		return whole(begins)
	case store.Holding:
		return whole(begins + `[\s\S]*` + regexp.QuoteMeta(f.Part))
	case store.Within:
		if len(f.From) != len(f.To) || f.From == "" {
			return nil, fmt.Errorf("the fact %s is to be within no range", f.Key)
		}
		return whole(begins + digitsBetween(f.From, f.To) + "$")
	}
	return nil, fmt.Errorf("the fact %s cannot be looked at so", f.Key)
}

const hexDigits = "0123456789abcdef"

// digitsBetween gives a pattern for the hexadecimal numbers of some length from one to another. A pattern is met by one
// element of an array, where two ends of a range might be met by two.
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

// addFacts writes the facts of documents that were kept before there were any, or when they said something else.
func (e *Engine) addFacts(ctx context.Context, c *store.Collection, coll *driver.Collection, s *shape) error {
	cursor, err := coll.Find(ctx, bson.D{})
	if err != nil {
		return err
	}
	defer cursor.Close(ctx)
	doc := reflect.New(s.doc)
	for cursor.Next(ctx) {
		doc.Elem().SetZero()
		if err := cursor.Decode(s.decoded(doc.Elem())); err != nil {
			return err
		}
		id := bson.D{{Key: "_id", Value: doc.Elem().Field(s.id).String()}}
		if _, err := coll.UpdateOne(ctx, id, bson.D{{Key: "$set", Value: bson.D{{Key: factsField, Value: c.Facts(doc.Interface())}}}}); err != nil {
			return err
		}
	}
	return cursor.Err()
}
