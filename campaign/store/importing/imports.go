// Package importing brings the rows of files into the store, says what became of each, and takes imports back.
//
// An import is four stages that work at the same time: check looks at each row by itself, decide at what is known of its
// address and changes contacts that exist, write adds the new ones, and report tells the caller. Rows go from one stage to the
// next in loads; a load carries what later stages need, and the record of the import is all that the stages share besides. No
// address is in two loads, so decide need not wait for write.
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

// silence is how long the record of a running import may stay unchanged; after that the import counts as cut off.
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

// noticeSilence marks an import as cut off when its process ended or fell silent before it could.
func (im *Imports) noticeSilence(i *campaign.Import) {
	if i.State != campaign.ImportRunning {
		return
	}
	if im.now().Sub(i.HeardAt) > silence || im.ended != nil && im.ended(i.Process) {
		i.State = campaign.ImportCutOff
	}
}

// GetMapping returns what somebody said the columns of files of a shape hold; nil if nobody did.
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
