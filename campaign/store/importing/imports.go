// Package importing brings the rows of files into the store, says what became of each, and takes imports back.
//
// An import is four stages that work at the same time: check looks at a row by itself, decide at what is known of its address,
// write adds what is new, and tell reports. The rows go from one to the next in loads, and each load carries what the later
// stages need; no two stages share anything else but the record of the import. No address is in two loads, so that decide need
// not wait for write.
//
// The package reads no files, which is for campaign/contactfile, and never lets anybody be written to who said no.
package importing

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"
)

// Imports are the imports into one store. It is safe for use by many goroutines.
type Imports struct {
	Beat time.Duration // how often an import stores how far it is; set before the first

	engine   document.Engine
	lists    Lists
	contacts Contacts
	book     *addresses.Book
	undo     *undo.Records
	now      func() time.Time

	process string
	ended   func(process string) bool // or nil
}

// Lists are the lists that an import puts contacts on.
type Lists interface {
	GetList(ctx context.Context, id string) (campaign.List, error)
	GetListByName(ctx context.Context, name string) (campaign.List, error)
	CreateList(ctx context.Context, l *campaign.List) error
	DeleteList(ctx context.Context, id string) error
}

// Contacts change contacts, each by itself.
type Contacts interface {
	ChangeContact(ctx context.Context, id string, fn func(*campaign.Contact) error) (campaign.Contact, error)
}

// New returns the imports into a store.
func New(engine document.Engine, lists Lists, contacts Contacts, book *addresses.Book, undo *undo.Records, now func() time.Time) *Imports {
	return &Imports{engine: engine, lists: lists, contacts: contacts, book: book, undo: undo, now: now, Beat: time.Second}
}

// silence is how long the record of an import that is under way may not change; then the import was cut off.
const silence = time.Minute

// SetProcess names this process in the records of its imports; ended reports whether another process is known to have ended.
// It is called before the first import.
func (im *Imports) SetProcess(name string, ended func(name string) bool) {
	im.process, im.ended = name, ended
}

func (im *Imports) setImport(ctx context.Context, id string, fn func(*campaign.Import) error) (campaign.Import, error) {
	return document.Modify(ctx, im.engine, schema.Imports, id, func(i *campaign.Import) *int64 { return &i.Version }, fn)
}

// FindImports returns the latest imports, the last first.
func (im *Imports) FindImports(ctx context.Context, limit int) ([]campaign.Import, error) {
	var docs []campaign.Import
	err := im.engine.Find(ctx, schema.Imports, document.Query{Order: []document.Order{{Field: "started_at", Desc: true}, {Field: "id", Desc: true}}, Limit: limit}, &docs)
	for i := range docs {
		im.noticeSilence(&docs[i])
	}
	return docs, err
}

// GetImport reads the record of an import.
func (im *Imports) GetImport(ctx context.Context, id string) (campaign.Import, error) {
	i, err := document.Get[campaign.Import](ctx, im.engine, schema.Imports, id)
	im.noticeSilence(&i)
	return i, err
}

// noticeSilence marks an import that could not say so itself as cut off.
func (im *Imports) noticeSilence(i *campaign.Import) {
	if i.State != campaign.ImportRunning {
		return
	}
	if im.now().Sub(i.HeardAt) > silence || im.ended != nil && im.ended(i.Process) {
		i.State = campaign.ImportCutOff
	}
}

// GetMapping returns what the columns of files of a shape were said to hold; none if nobody said.
func (im *Imports) GetMapping(ctx context.Context, shape string) ([]string, error) {
	m, err := document.Get[campaign.Mapping](ctx, im.engine, schema.Mappings, campaign.MappingID(shape))
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, nil
	}
	return m.Columns, err
}

// SaveMapping stores what the columns of files of a shape hold.
func (im *Imports) SaveMapping(ctx context.Context, shape string, columns []string) error {
	return im.engine.Upsert(ctx, schema.Mappings, &campaign.Mapping{ID: campaign.MappingID(shape), Columns: columns, UpdatedAt: im.now()})
}
