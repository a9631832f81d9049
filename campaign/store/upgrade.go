package store

import (
	"context"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Upgrade says that a store was brought up to date in one respect.
type Upgrade struct {
	ID string    `json:"id"`
	At time.Time `json:"at"`
}

// upgrader brings a store of an older version up to date.
type upgrader struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer
	book   *addresses.Book

	contacts      *Contacts
	deliveries    *Deliveries
	holds         *Holds
	journal       *Journal
	notices       *Notices
	organisations *Organisations
	upcomings     *Upcomings
}

// upgrade does once what a store of an older version lacks.
func (s *upgrader) upgrade(ctx context.Context) error {
	if err := s.once(ctx, "search_text", s.addTexts); err != nil {
		return fmt.Errorf("prepare search: %w", err)
	}
	if err := s.once(ctx, "sort_name", s.renewSortNames); err != nil {
		return fmt.Errorf("prepare the order of names: %w", err)
	}
	if err := s.once(ctx, "further_addresses", s.addBeside); err != nil {
		return fmt.Errorf("prepare further addresses: %w", err)
	}
	if err := s.once(ctx, "server_words", s.maskWords); err != nil {
		return fmt.Errorf("take addresses out of what servers said: %w", err)
	}
	if err := s.once(ctx, "search_phones", s.renewTexts); err != nil {
		return fmt.Errorf("prepare search by phone and position: %w", err)
	}
	if err := s.once(ctx, "address_waits", s.addAddressWaits); err != nil {
		return fmt.Errorf("prepare changes of address: %w", err)
	}
	if err := s.once(ctx, "known_readers", s.markKnown); err != nil {
		return fmt.Errorf("prepare the figures: %w", err)
	}
	if err := s.once(ctx, "release_search", s.addReleaseTexts); err != nil {
		return fmt.Errorf("prepare search of releases: %w", err)
	}
	if err := s.once(ctx, "sort_names", s.addSortNames); err != nil {
		return fmt.Errorf("prepare the order of organisations and campaigns: %w", err)
	}
	if err := s.once(ctx, "published", s.markPublished); err != nil {
		return fmt.Errorf("note which releases went out: %w", err)
	}
	return nil
}

// markPublished notes of the releases that went out when they did, and in which run.
func (s *upgrader) markPublished(ctx context.Context) error {
	q := document.Query{Filter: document.OneOf("trigger", campaign.TriggerHand, campaign.TriggerSchedule), Order: []document.Order{{Field: "created_at"}}, Limit: 500}
	for {
		var docs []campaign.Run
		if err := s.engine.Find(ctx, schema.Runs, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		for i := range docs {
			if docs[i].StartedAt.IsZero() {
				continue
			}
			if err := s.upcomings.markPublished(ctx, &docs[i], docs[i].StartedAt); err != nil {
				return err
			}
		}
		last := &docs[len(docs)-1]
		q.After = []any{last.CreatedAt, last.ID}
	}
}

func (s *upgrader) once(ctx context.Context, id string, do func(context.Context) error) error {
	_, err := document.Get[Upgrade](ctx, s.engine, upgrades, id)
	if campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	if err := do(ctx); err != nil {
		return err
	}
	return s.engine.Upsert(ctx, upgrades, &Upgrade{ID: id, At: s.now()})
}

// markKnown marks the events of readers who were known one by one, also of those who were forgotten since. Where it was not
// done, fewer readers count as certain.
func (s *upgrader) markKnown(ctx context.Context) error {
	q := document.Query{Filter: document.Any{document.Where{Field: "delivery_id", Op: document.Ne, Value: ""}, document.Equal("reader", "")}, Order: []document.Order{{Field: "id"}}, Limit: 500}
	for {
		var docs []campaign.Event
		if err := s.engine.Find(ctx, schema.Events, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		ids := campaign.Collect(docs, func(e campaign.Event) string { return e.ID })
		if _, err := s.engine.Update(ctx, schema.Events, document.Where{Field: "id", Op: document.In, Value: ids}, document.Change{Set: map[string]any{"known": true}}); err != nil {
			return err
		}
		q.After = []any{ids[len(ids)-1]}
	}
}

// renewSortNames has contacts sorted as SortKey has them.
func (s *upgrader) renewSortNames(ctx context.Context) error {
	return s.contacts.EachContact(ctx, nil, "", 500, func(cs []campaign.Contact) error {
		var ops []document.Op
		for i := range cs {
			if name := cs[i].SortName(); name != cs[i].Name {
				ops = append(ops, document.Op{Where: document.ByID(cs[i].ID), Change: document.Change{Set: map[string]any{"sort_name": name}}})
			}
		}
		if len(ops) == 0 {
			return nil
		}
		_, err := s.engine.Bulk(ctx, schema.Contacts, ops)
		return err
	})
}

// renewTexts has contacts and organisations found by all that SearchText takes today.
func (s *upgrader) renewTexts(ctx context.Context) error {
	err := s.contacts.EachContact(ctx, nil, "", 100, func(cs []campaign.Contact) error {
		ids := campaign.Collect(cs, func(x campaign.Contact) string { return x.Organisation })
		of, err := s.organisations.GetOrganisations(ctx, ids)
		if err != nil {
			return err
		}
		var ops []document.Op
		for i := range cs {
			old := cs[i].Text
			if cs[i].IndexText(of[cs[i].Organisation].Name); cs[i].Text != old {
				ops = append(ops, document.Op{Where: document.ByID(cs[i].ID), Change: document.Change{Set: map[string]any{"text": cs[i].Text}}})
			}
		}
		if len(ops) == 0 {
			return nil
		}
		_, err = s.engine.Bulk(ctx, schema.Contacts, ops)
		return err
	})
	if err != nil {
		return err
	}
	return document.Each(ctx, s.engine, schema.Organisations, nil, 100, func(o *campaign.Organisation) string { return o.ID }, func(o *campaign.Organisation) error {
		old := o.Text
		if o.IndexText(); o.Text == old {
			return nil
		}
		_, err := s.engine.Bulk(ctx, schema.Organisations, []document.Op{{Where: document.ByID(o.ID), Change: document.Change{Set: map[string]any{"text": o.Text}}}})
		return err
	})
}

// addTexts adds to contacts and organisations the text they are searched by.
func (s *upgrader) addTexts(ctx context.Context) error {
	bare := document.Equal("text", "")
	err := s.contacts.EachContact(ctx, bare, "", 500, func(cs []campaign.Contact) error {
		ids, ops := make([]string, len(cs)), make([]document.Op, 0, len(cs))
		for i := range cs {
			ids[i] = cs[i].Organisation
		}
		of, err := s.organisations.GetOrganisations(ctx, ids)
		if err != nil {
			return err
		}
		for i := range cs {
			if cs[i].Normalize(of[cs[i].Organisation].Name) == nil { // one stored under older rules is found once it is mended
				ops = append(ops, document.Op{Upsert: &cs[i]})
			}
		}
		_, err = s.engine.Bulk(ctx, schema.Contacts, ops)
		return err
	})
	if err != nil {
		return err
	}
	var os []campaign.Organisation
	if err := s.engine.Find(ctx, schema.Organisations, document.Query{Filter: bare}, &os); err != nil {
		return err
	}
	for i := range os {
		if os[i].Normalize() == nil {
			if err := s.engine.Upsert(ctx, schema.Organisations, &os[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// addBeside records the further addresses of the contacts in a store of an older version.
func (s *upgrader) addBeside(ctx context.Context) error {
	return s.contacts.EachContact(ctx, nil, "", 500, func(cs []campaign.Contact) error {
		all := make([]*campaign.Contact, len(cs))
		for i := range cs {
			all[i] = &cs[i]
		}
		return s.book.AddBeside(ctx, all...)
	})
}
