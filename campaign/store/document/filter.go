package document

import "unicode/utf8"

// Filter is a tree that says which documents are meant. A nil Filter fits all of them.
type Filter interface{ isFilter() }

// All fits what every one of its filters fits; an empty All fits everything.
type All []Filter

// Any fits what at least one of its filters fits; an empty Any fits nothing.
type Any []Filter

// Not fits what its filter does not fit.
type Not struct{ Filter Filter }

// Where compares one declared field with a value. For a Texts field only Has and HasPrefix make sense: they fit when one
// of the values is equal, or begins so.
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
	Contains  // text in which the value stands somewhere
)

// Fact looks at what Collection.Facts says of a document under a key. It fits when one of the values there is as Op says.
type Fact struct {
	Key      string
	Op       FactOp
	Text     string
	Part     string // for Holding
	From, To string // for Within: as many hexadecimal digits each
}

// FactOp is how Fact looks at a value.
type FactOp int

const (
	Known     FactOp = iota // there is one
	Exactly                 // it is Text
	Beginning               // it begins with Text
	Holding                 // it begins with Text and holds Part behind it
	Within                  // it is Text and, behind it, digits from From to To, both within
)

// Related fits documents whose id stands in a document of another collection that Filter fits: in its text Field, behind so
// many dots. Filter names fields of that collection; it holds no Related itself.
type Related struct {
	Collection *Collection
	Field      string
	Behind     int
	Filter     Filter
	// Kept, when it is not empty, names the question, so that an engine may keep the answer, also in its files. The same
	// documents are found for ever under one Version; with Grows, which is for Collection.Followed alone, they are until the
	// collection is written to.
	Kept    string
	Version int64
	Grows   bool
}

// Sum fits documents for which the weights of those terms that fit add up to at least AtLeast. A term is made of Related
// alone, and of All of them.
type Sum struct {
	Terms   []Term
	AtLeast int64
}

// Term is one part of a Sum.
type Term struct {
	Weight int64
	Filter Filter
}

// Scan fits what its filter fits, and asks for an answer that costs about the same whatever the filter: of many conditions
// none need be selective. Only fields of Collection.Scanned are cheap in it.
type Scan struct {
	Filter Filter
	Memo   *Memo // may be nil
}

// Memo keeps what a Scan found, for the pages of one walk through a collection: the walk sees what fitted when it began. It
// is for one goroutine.
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

// PrefixEnd gives the least text that is greater than every text beginning with prefix, in the order of bytes, which is
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
