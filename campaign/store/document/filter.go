package document

import "unicode/utf8"

// Filter is a tree that selects documents. A nil Filter fits all of them.
type Filter interface{ isFilter() }

// All fits what every one of its filters fits; an empty All fits everything.
type All []Filter

// Any fits what at least one of its filters fits; an empty Any fits nothing.
type Any []Filter

// Not fits what its filter does not fit.
type Not struct{ Filter Filter }

// Where compares one declared field with a value. A Texts field is compared by Has and HasPrefix alone: they fit when one of
// its values is equal, or begins with it.
type Where struct {
	Field string
	Op    Comparison
	Value any // of the field's Go type, or for In a slice of it
}

// Comparison is how Where compares.
type Comparison int

const (
	Eq Comparison = iota
	Ne
	Lt
	Lte
	Gt
	Gte
	In        // equal to one of a []string
	Prefix    // text that begins with the value
	Has       // one of the texts is the value
	HasPrefix // one of the texts begins with the value
	Contains  // text with the value anywhere in it
)

// Fact looks at the values that Collection.Facts returns for a document under a key. It fits when Op is true of one of them.
type Fact struct {
	Key      string
	Op       FactOp
	Text     string
	Part     string // for Holding
	From, To string // for Within: hexadecimal digits, the same number in both
}

// FactOp is how Fact compares a value.
type FactOp int

const (
	Known     FactOp = iota // there is one
	Exactly                 // it is Text
	Beginning               // it begins with Text
	Holding                 // it begins with Text and has Part somewhere after it
	Within                  // it is Text followed by digits from From to To, both included
)

// Related fits documents whose id stands in a document of another collection that Filter fits: in its text Field, where that has
// dots, as the last part. Filter names fields of that collection; it holds no Related itself.
type Related struct {
	Collection *Collection
	Field      string
	Filter     Filter
	Cache      Cache
}

// Cache lets an engine store the answer to a Related, also in its files, under a Key; an empty Key forbids it. One Key and
// Version always have the same answer, or with AppendOnly (for Collection.Followed alone) the same until the collection
// is written to.
type Cache struct {
	Key        string
	Version    int64
	AppendOnly bool
}

// Sum fits documents for which the weights of the terms that fit add up to AtLeast or more. A term is a Related, or an All of
// several.
type Sum struct {
	Terms   []Term
	AtLeast int64
}

// Term is one part of a Sum.
type Term struct {
	Weight int64
	Filter Filter
}

// Scan fits what its filter fits. It asks for an answer whose cost depends little on the filter, as many conditions need when
// none is selective. Only fields of Collection.Scanned are cheap in it.
type Scan struct {
	Filter Filter
	Memo   *Memo // may be nil
}

// Memo holds what a Scan found, for the pages of one walk through a collection: the walk sees what fitted when it began. One
// goroutine uses it.
type Memo struct{ Found any }

func (All) isFilter()     {}
func (Any) isFilter()     {}
func (Not) isFilter()     {}
func (Where) isFilter()   {}
func (Fact) isFilter()    {}
func (Related) isFilter() {}
func (Sum) isFilter()     {}
func (Scan) isFilter()    {}

// Equal is short for the commonest comparison.
func Equal(field string, value any) Where { return Where{field, Eq, value} }

// OneOf fits documents whose text field is one of the values.
func OneOf[T ~string](field string, values ...T) Where {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = string(v)
	}
	return Where{field, In, texts}
}

// ByID fits the one document with an id.
func ByID(id string) Where { return Where{"id", Eq, id} }

// PrefixEnd returns the least text that is greater than every text beginning with prefix, in the order of bytes, which is
// that of code points; "" when there is none. Engines look for a prefix in the range up to it.
func PrefixEnd(prefix string) string {
	for prefix != "" {
		r, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case r == utf8.MaxRune:
			continue
		case r == 0xD7FF: // the code points after it are halves of pairs and stand in no text
			r = 0xDFFF
		}
		return prefix + string(r+1)
	}
	return ""
}
