package store

import (
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/importing"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// History is what passed between us and a contact, each part with the latest first.
type History struct {
	Deliveries []campaign.Delivery
	Events     []campaign.Event
	Entries    []campaign.Entry
}

// Histories gathers what is known about one contact.
type Histories struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer

	campaigns     *Campaigns
	contacts      *Contacts
	eraser        *erasing.Eraser
	imports       *importing.Imports
	lists         *Lists
	organisations *Organisations
	runs          *Runs
	settings      *Settings
}

// HistoryOf returns some of what happened with a contact before a time, at most limit of each part; the zero time is now.
func (s *Histories) HistoryOf(ctx context.Context, contact string, before time.Time, limit int) (History, error) {
	var h History
	for _, part := range []struct {
		from  *document.Collection
		field string
		into  any
	}{{schema.Deliveries, "made_at", &h.Deliveries}, {schema.Events, "at", &h.Events}, {schema.Journal, "at", &h.Entries}} {
		f := document.All{document.Equal("contact_id", contact)}
		if !before.IsZero() {
			f = append(f, document.Where{Field: part.field, Op: document.Lt, Value: before})
		}
		q := document.Query{Filter: f, Order: []document.Order{{Field: part.field, Desc: true}, {Field: "id", Desc: true}}, Limit: limit}
		if err := s.engine.Find(ctx, part.from, q, part.into); err != nil {
			return h, err
		}
	}
	return h, nil
}

// MembershipEntries returns what the journal says of a contact's comings and goings, and whether it saw the contact made: what
// it does not know was there before it, or came by an import.
func (s *Histories) MembershipEntries(ctx context.Context, contact string) (byList map[string]bool, created bool, err error) {
	var docs []campaign.Entry
	err = s.engine.Find(ctx, schema.Journal, document.Query{Filter: document.All{document.Equal("contact_id", contact), document.OneOf("kind",
		campaign.CreatedEntry, campaign.JoinedEntry, campaign.ConfirmedEntry, campaign.LeftEntry, campaign.RemovedEntry)}}, &docs)
	byList = map[string]bool{}
	for _, e := range docs {
		created = created || e.Kind == campaign.CreatedEntry
		byList[e.List] = true
	}
	return byList, created, err
}

// ImportsThatChanged returns the imports that changed a contact, as long as they can be taken back.
func (s *Histories) ImportsThatChanged(ctx context.Context, contact string) ([]campaign.Import, error) {
	var docs []campaign.UndoRecord
	if err := s.engine.Find(ctx, schema.UndoRecords, document.Query{Filter: document.Equal("contact_id", contact), Limit: 100}, &docs); err != nil {
		return nil, err
	}
	var out []campaign.Import
	for _, k := range docs {
		work, _, _ := strings.Cut(k.ID, ".")
		i, err := s.imports.GetImport(ctx, work)
		if campaign.CodeOf(err) == campaign.NotFound {
			continue // a bulk action
		}
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}
