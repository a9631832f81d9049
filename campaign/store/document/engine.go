// Package document is the contract between the repositories and the engines that hold their documents: campaign/store/mongo
// and campaign/store/sqlite. Both pass the tests of campaign/store/document/documenttest.
//
// It asks only for what one document write can promise on its own: unique inserts, conditional updates, replacement at a
// known version. There are no transactions across documents, no joins and no query text: filters and changes are typed
// trees, so no user's words ever reach a query.
package document

import "context"

// Engine stores documents: pointers to structs whose `json` tags name the fields and whose field `id` identifies them.
// Times are stored in milliseconds, UTC. Errors are domain errors where a user can do something about them
// (campaign.NotFound, campaign.Conflict); all others are the driver's, wrapped.
//
// Only fields declared in the Collection can be filtered by, ordered by, grouped by or changed by Update; the rest of a
// document is read and replaced with it.
type Engine interface {
	// Prepare creates what is missing of the collections and their indexes.
	Prepare(ctx context.Context, collections []*Collection) error
	// Insert adds documents (pointers to structs). When an id or unique field is taken, it returns a Conflict error and adds
	// no document from that one on.
	Insert(ctx context.Context, c *Collection, docs ...any) error
	// InsertNew adds the documents whose id and unique fields are not taken and returns their number.
	InsertNew(ctx context.Context, c *Collection, docs ...any) (int64, error)
	// PrepareInsert does the part of InsertNew that needs no lock and returns the rest, which is called once. The documents
	// are added as they are now.
	PrepareInsert(ctx context.Context, c *Collection, docs ...any) (insert func(context.Context) (int64, error), err error)
	Reader
	// Replace writes doc over the document with its id if that document's field "version" has the given value. Otherwise,
	// or when a unique field of doc is taken, it returns a Conflict error.
	Replace(ctx context.Context, c *Collection, doc any, version int64) error
	// Upsert writes doc whether or not one with its id exists.
	Upsert(ctx context.Context, c *Collection, doc any) error
	// Update makes one change to every document a filter fits and returns their number. Each document is changed
	// atomically: the filter is true of it at the moment of the change.
	Update(ctx context.Context, c *Collection, f Filter, change Change) (int64, error)
	// Delete removes every document a filter fits and returns their number.
	Delete(ctx context.Context, c *Collection, f Filter) (int64, error)
	// Bulk does several writes in order in one round trip and returns how many documents its inserts added and its updates
	// and replacements fitted. Only one of the engines does them in one transaction: each must be right on its own.
	Bulk(ctx context.Context, c *Collection, ops []Op) (int64, error)
	// Snapshot calls fn with a Finder that sees all documents as they are at one moment, if the engine can do that without
	// blocking writers; otherwise it sees each document as it is when found.
	Snapshot(ctx context.Context, fn func(Finder) error) error
	// Scrub makes what was deleted before unreadable in the engine's files. It returns an error while a reader prevents that.
	Scrub(ctx context.Context) error
	// Identity returns names of the place a collection is stored in. A copy of the data has none of these names. The
	// collection must hold a document.
	Identity(ctx context.Context, c *Collection) ([]string, error)
	// Ping checks that the store answers and can be written to.
	Ping(ctx context.Context) error
	Close(ctx context.Context) error
}

// Reader is the half of an engine that changes nothing.
type Reader interface {
	Finder
	// Get reads the document with an id into a pointer to a struct, or returns a NotFound error.
	Get(ctx context.Context, c *Collection, id string, into any) error
	// Count returns how many documents a filter fits.
	Count(ctx context.Context, c *Collection, f Filter) (int64, error)
	// GroupCount counts the documents a filter fits by the values of some scalar fields; the key joins the values, as
	// fmt.Sprint prints them, with "\x00". Over one Texts field alone it counts the documents that have each value.
	GroupCount(ctx context.Context, c *Collection, f Filter, fields ...string) (map[string]int64, error)
}

// Finder finds documents.
type Finder interface {
	// Find reads what a query finds into a pointer to a slice of structs, replacing its contents.
	Find(ctx context.Context, c *Collection, q Query, into any) error
}

// Local is an engine without a server, whose data a few programs of one machine share.
type Local interface {
	// Warm stores the answer to related, which has a Cache, for filters of a collection, so that nobody has to wait for it.
	Warm(ctx context.Context, c *Collection, related Related) error
	// Changes returns a text that differs after every write to the collections, by any program; "" when that is unknown
	// at the moment.
	Changes(ctx context.Context, collections ...*Collection) string
}

// Mender is an engine whose indexes or fields may be lost while programs run: an administrator drops an index, a program
// of an older version writes documents without them.
type Mender interface {
	Mend(ctx context.Context, collections []*Collection) error
}

// Kind is the type of a declared field.
type Kind int

const (
	Text  Kind = iota // string, or a type made of it
	Int               // int64
	Bool              // bool
	Time              // time.Time
	Texts             // []string: indexed value by value
	Bytes             // []byte; cannot be filtered by
)

// Field declares one field of a collection.
type Field struct {
	Name string
	Kind Kind
}

// Fields declares fields of one kind.
func (k Kind) Fields(names ...string) []Field {
	fields := make([]Field, len(names))
	for i, name := range names {
		fields[i] = Field{Name: name, Kind: k}
	}
	return fields
}

// Index declares an index over one or more scalar fields, or over exactly one Texts field. The id and every unique field
// need no other. An engine appends the id, for paging, unless it is one of the fields. Where an index begins with the field
// of a Bitmap, an engine makes one of the two.
type Index struct {
	Fields  []string
	Unique  bool
	Bitmap  bool // over one Text field with few values: finds equal ones, in no order
	Trigram bool // over one Text field: finds what Contains asks for
	// Partial names a Time field, one of the index's fields beside the id: the index holds only documents in which it is set and answers
	// filters that have Where{Partial, Gt, time.Time{}}.
	Partial string
}

// Collection declares a kind of document.
type Collection struct {
	Name    string
	Sample  any // a zero value of its struct
	Fields  []Field
	Indexes []Index
	Retired []Index  // made by earlier versions; Prepare removes them
	Scanned []string // declared fields that Scan compares cheaply
	// Facts returns what filters of kind Fact ask for of a document (a pointer to a struct), as "key=value", in a slice of its
	// own. It depends on nothing but the document and FactsVersion, which changes when it returns something else for the same
	// document.
	Facts        func(doc any) []string
	FactsVersion int
	// Followed names the text field for which an engine extends an AppendOnly Cache while documents are added; "" for none.
	// Changing or deleting documents may cost more with it.
	Followed string
}

// Kind returns the kind of a declared field; the id needs no declaration.
func (c *Collection) Kind(name string) (Kind, bool) {
	if name == "id" {
		return Text, true
	}
	for _, f := range c.Fields {
		if f.Name == name {
			return f.Kind, true
		}
	}
	return 0, false
}

// Query selects documents, their order, and a page of them. Order is completed by "id" when it does not end with it. After
// holds the values of the order's fields (with the id) of the last document of the page before; nil is the first page.
// Limit 0 means no limit.
type Query struct {
	Filter Filter
	Order  []Order
	After  []any
	Limit  int
}

// Order is one field to sort by; text sorts by its bytes.
type Order struct {
	Field string
	Desc  bool
}

// Change is what Update does to a document: it sets declared scalar fields, and adds to declared Int fields.
type Change struct {
	Set map[string]any
	Add map[string]int64
}

// Op is one write of a Bulk: exactly one of Insert (skipped when the id is taken), Upsert, Replace (as Engine.Replace, but
// skipped when the document has another version than Version), or Where with Change.
type Op struct {
	Insert  any
	Upsert  any
	Replace any
	Version int64
	Where   Filter
	Change  Change
}
