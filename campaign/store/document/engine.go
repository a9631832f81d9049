// Package document is the contract between the repositories and the engines that hold their documents: campaign/store/mongo
// and campaign/store/sqlite. Both pass the tests of campaign/store/document/documenttest.
//
// It asks only for what one document write can promise on its own: unique inserts, conditional updates, replacement at a
// known version. There are no transactions across documents, no joins and no query text: filters and changes are typed
// trees, so no user's words ever reach a query.
package document

import "context"

// Engine keeps documents: pointers to structs whose `json` tags name the fields and whose field `id` identifies them.
// Times are kept in milliseconds, UTC. Errors are domain errors where a user can do something about them:
// campaign.NotFound, campaign.Conflict; everything else is the driver's, wrapped.
//
// Only fields declared in the Collection can be filtered by, ordered by, grouped by or changed by Update; the rest of a
// document is read and replaced with it.
type Engine interface {
	// Prepare creates what is missing of the collections and their indexes.
	Prepare(ctx context.Context, collections []*Collection) error
	// Insert adds documents (pointers to structs), all of them or, with a Conflict error, none that stand behind the
	// first whose id or unique field is taken.
	Insert(ctx context.Context, c *Collection, docs ...any) error
	// InsertNew adds those documents whose id and unique fields are not taken and says how many were.
	InsertNew(ctx context.Context, c *Collection, docs ...any) (int64, error)
	// ReadyNew does of InsertNew what can be done beforehand; the function it gives does the rest, once. The documents are added
	// as they are now.
	ReadyNew(ctx context.Context, c *Collection, docs ...any) (insert func(context.Context) (int64, error), err error)
	// Get reads the document with an id into a pointer to a struct, or gives a NotFound error.
	Get(ctx context.Context, c *Collection, id string, into any) error
	// Find reads what a query finds into a pointer to a slice of structs, replacing its contents.
	Find(ctx context.Context, c *Collection, q Query, into any) error
	// Replace writes doc over the document with its id if that one's field "version" is still the given one, else gives a
	// Conflict error. It is a Conflict too when a unique field of doc is taken.
	Replace(ctx context.Context, c *Collection, doc any, version int64) error
	// Upsert writes doc whether or not one with its id exists.
	Upsert(ctx context.Context, c *Collection, doc any) error
	// Update makes one change to every document a filter fits and says how many it fitted. Each document is changed
	// atomically: the filter is true of it at the moment of the change.
	Update(ctx context.Context, c *Collection, f Filter, change Change) (int64, error)
	// Delete removes every document a filter fits and says how many.
	Delete(ctx context.Context, c *Collection, f Filter) (int64, error)
	// Count says how many documents a filter fits.
	Count(ctx context.Context, c *Collection, f Filter) (int64, error)
	// GroupCount counts the documents a filter fits by the values of some scalar fields; the key joins the values, as
	// fmt.Sprint prints them, with "\x00". Over one Texts field alone it counts the documents that have each value.
	GroupCount(ctx context.Context, c *Collection, f Filter, fields ...string) (map[string]int64, error)
	// Bulk does several writes in order in one round trip and says how many documents its inserts added and its updates and
	// replacements fitted. One engine does them in one transaction, the other does not: each must be right on its own.
	Bulk(ctx context.Context, c *Collection, ops []Op) (int64, error)
	// Still lends what finds documents as they all stand at one moment, where the engine can hold them still beside those
	// who write; elsewhere each document is as it stands when it is found.
	Still(ctx context.Context, fn func(Finder) error) error
	// Purge sees to it that nothing deleted before can be read any more in what the engine keeps. It gives an error while
	// somebody's reading keeps it from that.
	Purge(ctx context.Context) error
	// Places gives names of the place a collection is kept in. A copy of the data is in another place, none of whose names
	// is the same; the collection must hold something.
	Places(ctx context.Context, c *Collection) ([]string, error)
	// Ping checks that the store answers and can be written to.
	Ping(ctx context.Context) error
	Close(ctx context.Context) error
}

// Finder finds documents, as Engine.Find does.
type Finder interface {
	Find(ctx context.Context, c *Collection, q Query, into any) error
}

// Keeper is an engine that keeps what named Related find (see Related.Kept), so that it is worth having it found before
// anybody waits for it.
type Keeper interface {
	// Keep finds, for filters of a collection, what is not kept.
	Keep(ctx context.Context, c *Collection, related Related) error
}

// Watcher is an engine that can tell whether anything has changed.
type Watcher interface {
	// Changes gives a text that is another one after any write to some collections, whoever made it; "" when that cannot be
	// told just now.
	Changes(ctx context.Context, collections ...*Collection) string
}

// Mender is an engine in which something may come to be missing while programs run: an index that was dropped, fields in what a
// program of an older version writes.
type Mender interface {
	Mend(ctx context.Context, collections []*Collection) error
}

// Embedded is an engine without a server, whose data no more than a few programs of one machine share.
type Embedded interface {
	Embedded()
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

// Index declares an index over one or more scalar fields, or over exactly one Texts field. The id and every unique
// field need none beside Unique. An engine adds the id as last field, for paging, where it is none of them. One that keeps sets of documents for the
// values of a coarse field leaves out the indexes that begin with it.
type Index struct {
	Fields []string
	Unique bool
	Coarse bool // over one Text field whose values many documents share: finds equal ones, gives no order
	Inside bool // over one Text field: finds what Contains asks for
	Double bool // another index begins with its field, so that only an engine that keeps sets has a use for it
	// Partial names a Time field of those indexed. The index then holds only documents in which it is set, so that the others
	// cost nothing, and answers a filter that has Where{Partial, Gt, time.Time{}} beside the rest. The id is one of its fields.
	Partial string
}

// Collection declares a kind of document. Sample is a zero value of the struct it keeps. Scanned names declared fields,
// scalars and Texts, that Scan goes through. Facts, when there is one, says of a document (a pointer to a struct) what
// filters of kind Fact ask for, as "key=value"; it depends on nothing but the document. Retired are indexes that earlier
// versions made and Prepare removes.
type Collection struct {
	Name    string
	Sample  any
	Fields  []Field
	Indexes []Index
	Retired []Index
	Scanned []string
	Facts   func(doc any) []string
	// FactsVersion changes when Facts says something else of the same document.
	FactsVersion int
	// Followed, when it is not empty, names the text field by which Related finds documents of others here and keeps what it
	// found while documents are added. Changing or deleting some may cost more then.
	Followed string
}

// Kind gives the kind of a declared field; the id is declared by itself.
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

// Query says which documents, in which order, from where and how many. Order is completed by "id" when it does not
// end with it. After holds the values of the order's fields (with the id) of the last document of the page before; nil
// is the first page. Limit 0 means no limit.
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

// Op is one write of a Bulk: exactly one of Insert (skipped when the id is taken), Upsert, Replace (as Engine.Replace does,
// but skipped when the document is at another version than Version), or Where with Change. What a Replace fits counts as
// what an update fits.
type Op struct {
	Insert  any
	Upsert  any
	Replace any
	Version int64
	Where   Filter
	Change  Change
}
