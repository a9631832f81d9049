package store

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// scrub takes everything that says who an erased contact was out of what stays. It is right after any part of it was done
// before. The words are the contact's, where they are still known; those of its deliveries are found in them. What the program
// wrote to them by itself goes first, so that it does not pass for somebody else at their domain.
func (s *Erasing) scrub(ctx context.Context, e *campaign.Erasure, words []string) error {
	for _, step := range []func(context.Context, *campaign.Erasure, []string) error{
		s.scrubRecords, s.scrubDeliveries, s.scrubLate, s.scrubEvents, s.scrubTests, s.scrubRequests, s.scrubProgress, s.scrubHolds, s.scrubSegments,
		s.scrubBulks, s.scrubBeside, s.forgetHeirs, s.forgetAliases,
	} {
		if err := step(ctx, e, words); err != nil {
			return err
		}
	}
	return nil
}

func (s *Erasing) forgetHeirs(ctx context.Context, e *campaign.Erasure, _ []string) error {
	_, err := s.engine.Delete(ctx, schema.Heirs, document.Where{Field: "id", Op: document.In, Value: e.IDs()})
	return err
}

// scrubPage is how many deliveries are changed together: small, so that sending is not held up.
const scrubPage = 100

func (s *Erasing) scrubDeliveries(ctx context.Context, e *campaign.Erasure, words []string) error {
	for {
		var docs []campaign.Delivery
		err := s.engine.Find(ctx, schema.Deliveries, document.Query{Filter: document.Where{Field: "contact_id", Op: document.In, Value: e.IDs()}, Order: []document.Order{{Field: "id"}}, Limit: scrubPage}, &docs)
		if err != nil || len(docs) == 0 {
			return err
		}
		if err := s.scrubSome(ctx, e, docs, words); err != nil {
			return err
		}
	}
}

// scrubSome takes the person out of some deliveries. What was still to be sent is skipped.
func (s *Erasing) scrubSome(ctx context.Context, e *campaign.Erasure, docs []campaign.Delivery, words []string) error {
	ops := make([]document.Op, 0, 2*len(docs))
	for i := range docs {
		d := &docs[i]
		if err := s.suppressFormer(ctx, e, d.Email); err != nil {
			return err
		}
		person := append(campaign.PersonWords(d.Email, d.Name), words...)
		alone, err := s.aloneAt(ctx, e, d)
		if err != nil {
			return err
		}
		if alone {
			ops = append(ops, document.Op{ // of others who were erased too: with this one gone it would be theirs alone
				Where:  document.All{document.Equal("run_id", d.Run), document.Equal("domain", d.Domain), document.Equal("contact_id", campaign.ErasedContact)},
				Change: document.Change{Set: map[string]any{"domain": ""}},
			})
		}
		ops = append(ops, document.Op{
			Where:  document.All{document.ByID(d.ID), document.OneOf("state", campaign.Queued, campaign.Deferred)},
			Change: document.Change{Set: map[string]any{"state": string(campaign.Skipped), "reason": "the person was erased", "last_at": s.now()}},
		}, document.Op{Where: document.ByID(d.ID), Change: withoutPerson(d, person, alone)})
		if d.State == campaign.InFlight && !slices.Contains(e.InFlight, d.ID) {
			e.InFlight = append(e.InFlight, d.ID)
		}
	}
	if err := s.engine.Upsert(ctx, schema.Erasures, e); err != nil { // what is in flight must be known when this is cut off
		return err
	}
	_, err := s.engine.Bulk(ctx, schema.Deliveries, ops)
	return err
}

// aloneAt reports whether a run went to nobody else at the domain of a delivery who is still known: then it says who it was.
func (s *Erasing) aloneAt(ctx context.Context, e *campaign.Erasure, d *campaign.Delivery) (bool, error) {
	f := document.All{document.Equal("run_id", d.Run), document.Equal("domain", d.Domain), document.Where{Field: "contact_id", Op: document.Ne, Value: campaign.ErasedContact}}
	for _, id := range e.IDs() {
		f = append(f, document.Where{Field: "contact_id", Op: document.Ne, Value: id})
	}
	others, err := document.Exists[campaign.Delivery](ctx, s.engine, schema.Deliveries, f)
	return err == nil && !others, err
}

func withoutPerson(d *campaign.Delivery, words []string, alone bool) document.Change {
	c := document.Change{Set: map[string]any{"contact_id": campaign.ErasedContact, "email": "", "name": "", "queue": campaign.WithoutPerson(d.Queue, words)}}
	if !slices.Contains([]campaign.DeliveryState{campaign.Queued, campaign.Deferred}, d.State) {
		c.Set["reason"] = campaign.WithoutPerson(d.Reason, words)
	}
	if alone || campaign.DomainNames(d.Domain, words) {
		c.Set["domain"] = ""
	}
	return c
}

// suppressFormer keeps the hash of an address the contact had before, if it is nobody else's now.
func (s *Erasing) suppressFormer(ctx context.Context, e *campaign.Erasure, email string) error {
	id := s.signer.SuppressionID(email)
	if email == "" || id == e.Address || !e.ForGood {
		return nil
	}
	if _, err := s.contacts.GetContactByAddress(ctx, email); campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	if err := s.suppressErased(ctx, id, true); err != nil {
		return err
	}
	s.departures.tell(campaign.Departure{Kind: campaign.GoneErased, Address: id})
	return nil
}

// scrubLate sees to deliveries that were on the wire when the contact was erased, and to those a run planned from what it
// had read before.
func (s *Erasing) scrubLate(ctx context.Context, e *campaign.Erasure, _ []string) error {
	var still []string
	for _, id := range e.InFlight {
		d, err := s.deliveries.GetDelivery(ctx, id)
		switch {
		case campaign.CodeOf(err) == campaign.NotFound:
		case err != nil:
			return err
		case d.State == campaign.InFlight:
			still = append(still, id)
		default: // whose words these would be is not known any more
			change := document.Change{Set: map[string]any{"reason": campaign.CodeOnly(d.Reason), "queue": campaign.CodeOnly(d.Queue)}}
			if d.State == campaign.Queued || d.State == campaign.Deferred {
				change.Set["state"], change.Set["reason"] = string(campaign.Skipped), "the person was erased"
			}
			if _, err := s.engine.Update(ctx, schema.Deliveries, document.All{document.ByID(id), document.Equal("state", string(d.State))}, change); err != nil {
				return err
			}
		}
	}
	e.InFlight = still
	return nil
}

func (s *Erasing) scrubEvents(ctx context.Context, e *campaign.Erasure, words []string) error {
	for {
		var docs []campaign.Event
		err := s.engine.Find(ctx, schema.Events, document.Query{Filter: document.Where{Field: "contact_id", Op: document.In, Value: e.IDs()}, Order: []document.Order{{Field: "id"}}, Limit: scrubPage}, &docs)
		if err != nil || len(docs) == 0 {
			return err
		}
		for i := range docs {
			v := &docs[i]
			v.Contact, v.Delivery, v.Reader, v.Detail = "", "", "", campaign.CleanWords(v.Detail, words)
			if err := s.engine.Upsert(ctx, schema.Events, v); err != nil {
				return err
			}
		}
	}
}

// scrubTests removes what was sent to the address as a test: such deliveries are in no figures.
func (s *Erasing) scrubTests(ctx context.Context, e *campaign.Erasure, _ []string) error {
	return s.eachTestTo(ctx, e.Hashes(), func(edition *edition.Edition, ds []campaign.Delivery) error {
		var ids []string
		for _, d := range ds {
			ids = append(ids, d.ID)
		}
		if _, err := s.engine.Delete(ctx, schema.Deliveries, document.Where{Field: "id", Op: document.In, Value: ids}); err != nil {
			return err
		}
		edition.TestTo = slices.DeleteFunc(edition.TestTo, s.book.Known(e.Hashes()))
		return s.engine.Upsert(ctx, schema.Editions, edition)
	})
}

// eachTestTo calls fn with every test send to some addresses, known by their hashes, and its deliveries there.
func (s *Erasing) eachTestTo(ctx context.Context, hashes []string, fn func(*edition.Edition, []campaign.Delivery) error) error {
	var tests []campaign.Run
	if err := s.engine.Find(ctx, schema.Runs, document.Query{Filter: document.Equal("trigger", string(campaign.TriggerTest))}, &tests); err != nil {
		return err
	}
	theirs := s.book.Known(hashes)
	for _, r := range tests {
		edition, err := s.runs.GetEdition(ctx, r.ID)
		if campaign.CodeOf(err) == campaign.NotFound || err == nil && !slices.ContainsFunc(edition.TestTo, theirs) {
			continue
		}
		if err != nil {
			return err
		}
		var found []campaign.Delivery
		err = s.deliveries.EachDelivery(ctx, r.ID, "", func(ds []campaign.Delivery) error {
			for _, d := range ds {
				if theirs(d.Email) {
					found = append(found, d)
				}
			}
			return nil
		})
		if err == nil {
			err = fn(&edition, found)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scrubRecords drops what was kept about the contact in its own right. Acts of the team stay in the audit log, without
// whom they concerned; a request stays as proof that it was answered.
func (s *Erasing) scrubRecords(ctx context.Context, e *campaign.Erasure, _ []string) error {
	if err := s.undo.DropContact(ctx, e.ID); err != nil {
		return err
	}
	if _, err := s.engine.Delete(ctx, schema.Reviews, document.ByID(e.ID)); err != nil {
		return err
	}
	if err := s.scrubNotices(ctx, e); err != nil {
		return err
	}
	if _, err := s.engine.Delete(ctx, schema.Journal, document.All{document.Equal("contact_id", e.ID), document.Equal("audit", false)}); err != nil {
		return err
	}
	_, err := s.engine.Update(ctx, schema.Journal, document.Equal("contact_id", e.ID), document.Change{Set: map[string]any{"contact_id": ""}})
	return err
}

// scrubProgress takes the person out of what senders last said about their work.
func (s *Erasing) scrubProgress(ctx context.Context, _ *campaign.Erasure, words []string) error {
	var docs []campaign.Progress
	if err := s.engine.Find(ctx, schema.Progress, document.Query{}, &docs); err != nil {
		return err
	}
	for i := range docs {
		p := &docs[i]
		p.CleanWords(func(s string) string { return campaign.CleanWords(s, words) })
		if err := s.engine.Upsert(ctx, schema.Progress, p); err != nil {
			return err
		}
	}
	return nil
}

// scrubNotices drops what the program wrote to the contact by itself, also to an address they meant to change to.
func (s *Erasing) scrubNotices(ctx context.Context, e *campaign.Erasure) error {
	var changes []campaign.AddressChange
	if err := s.engine.Find(ctx, schema.AddressChanges, document.Query{Filter: document.Equal("contact_id", e.ID)}, &changes); err != nil {
		return err
	}
	for _, c := range changes {
		if err := s.notices.forgetNotices(ctx, c.AddressHash); err != nil {
			return err
		}
	}
	for _, address := range e.Hashes() {
		if err := s.notices.forgetNotices(ctx, address); err != nil {
			return err
		}
	}
	return nil
}

// scrubBeside takes an erased contact's addresses out of other contacts, where they stand beside their own.
func (s *Erasing) scrubBeside(ctx context.Context, e *campaign.Erasure, _ []string) error {
	q := document.Query{Filter: document.All{document.Where{Field: "address", Op: document.In, Value: e.Hashes()}, document.Not{Filter: document.Where{Field: "contact_id", Op: document.In, Value: e.IDs()}}}, Order: []document.Order{{Field: "id"}}, Limit: 500}
	for {
		var docs []campaign.Alias
		if err := s.engine.Find(ctx, schema.Aliases, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		gone := make([]string, len(docs))
		for i, d := range docs {
			if err := s.dropBeside(ctx, d.Contact, e); err != nil {
				return err
			}
			gone[i] = d.ID
		}
		if _, err := s.engine.Delete(ctx, schema.Aliases, document.Where{Field: "id", Op: document.In, Value: gone}); err != nil {
			return err
		}
	}
}

// dropBeside takes an erased contact's addresses out of one contact, which may have been kept under rules of an older version.
func (s *Erasing) dropBeside(ctx context.Context, contact string, e *campaign.Erasure) error {
	theirs := s.book.Known(e.Hashes())
	_, err := document.Modify(ctx, s.engine, schema.Contacts, contact, func(c *campaign.Contact) *int64 { return &c.Version }, func(c *campaign.Contact) error {
		for _, key := range c.OtherKeys() {
			if theirs(key) {
				c.DropOther(key)
			}
		}
		return nil
	})
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	return s.undo.DropContact(ctx, contact) // it would bring the address back
}

func (s *Erasing) forgetAliases(ctx context.Context, e *campaign.Erasure, _ []string) error {
	_, err := s.engine.Delete(ctx, schema.Aliases, document.Where{Field: "contact_id", Op: document.In, Value: e.IDs()})
	return err
}
