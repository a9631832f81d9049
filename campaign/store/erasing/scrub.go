package erasing

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// scrub takes everything that says who a person was out of what stays. What the program wrote to them by itself goes first, so
// that it does not pass for somebody else at their domain.
func (r *Eraser) scrub(ctx context.Context, p *Person) error {
	own := []Scrub{
		r.scrubRecords, r.scrubDeliveries, r.scrubLate, r.scrubEvents, r.scrubTests, r.scrubProgress, r.scrubSegments, r.scrubBeside,
		r.forgetHeirs, r.forgetAliases,
	}
	for _, step := range slices.Concat(own, r.others) {
		if err := step(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (r *Eraser) forgetHeirs(ctx context.Context, p *Person) error {
	_, err := r.engine.Delete(ctx, schema.Heirs, document.Where{Field: "id", Op: document.In, Value: p.IDs()})
	return err
}

// scrubPage is how many deliveries are changed together: small, so that sending is not held up.
const scrubPage = 100

func (r *Eraser) scrubDeliveries(ctx context.Context, p *Person) error {
	for {
		var docs []campaign.Delivery
		err := r.engine.Find(ctx, schema.Deliveries, document.Query{Filter: document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()}, Order: []document.Order{{Field: "id"}}, Limit: scrubPage}, &docs)
		if err != nil || len(docs) == 0 {
			return err
		}
		if err := r.scrubSome(ctx, p, docs); err != nil {
			return err
		}
	}
}

// scrubSome takes the person out of some deliveries. What was still to be sent is skipped.
func (r *Eraser) scrubSome(ctx context.Context, p *Person, docs []campaign.Delivery) error {
	ops := make([]document.Op, 0, 2*len(docs))
	for i := range docs {
		d := &docs[i]
		if err := r.suppressFormer(ctx, p, d.Email); err != nil {
			return err
		}
		words := append(campaign.PersonWords(d.Email, d.Name), p.Words...)
		alone, err := r.aloneAt(ctx, p, d)
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
			Where:  document.All{document.ByID(d.ID), document.OneOf("state", campaign.UntriedStates...)},
			Change: document.Change{Set: map[string]any{"state": string(campaign.Skipped), "reason": "the person was erased", "last_at": r.now()}},
		}, document.Op{Where: document.ByID(d.ID), Change: withoutPerson(d, words, alone)})
		if d.State == campaign.InFlight && !slices.Contains(p.InFlight, d.ID) {
			p.InFlight = append(p.InFlight, d.ID)
		}
	}
	if err := r.engine.Upsert(ctx, schema.Erasures, p.Erasure); err != nil { // what is in flight must be known when this is cut off
		return err
	}
	_, err := r.engine.Bulk(ctx, schema.Deliveries, ops)
	return err
}

// aloneAt reports whether a run went to nobody else at the domain of a delivery who is still known: then it says who it was.
func (r *Eraser) aloneAt(ctx context.Context, p *Person, d *campaign.Delivery) (bool, error) {
	f := document.All{document.Equal("run_id", d.Run), document.Equal("domain", d.Domain), document.Where{Field: "contact_id", Op: document.Ne, Value: campaign.ErasedContact}}
	for _, id := range p.IDs() {
		f = append(f, document.Where{Field: "contact_id", Op: document.Ne, Value: id})
	}
	others, err := document.Exists[campaign.Delivery](ctx, r.engine, schema.Deliveries, f)
	return err == nil && !others, err
}

func withoutPerson(d *campaign.Delivery, words []string, alone bool) document.Change {
	c := document.Change{Set: map[string]any{"contact_id": campaign.ErasedContact, "email": "", "name": "", "queue": campaign.WithoutPerson(d.Queue, words)}}
	if !slices.Contains(campaign.UntriedStates, d.State) {
		c.Set["reason"] = campaign.WithoutPerson(d.Reason, words)
	}
	if alone || campaign.DomainNames(d.Domain, words) {
		c.Set["domain"] = ""
	}
	return c
}

// suppressFormer puts the hash of an address that the contact had before on record, if it is nobody else's now.
func (r *Eraser) suppressFormer(ctx context.Context, p *Person, email string) error {
	id := r.signer.SuppressionID(email)
	if email == "" || id == p.Address || !p.ForGood {
		return nil
	}
	theirs, err := document.Exists[campaign.Contact](ctx, r.engine, schema.Contacts, document.Equal("address", campaign.AddressKey(email)))
	if err != nil || theirs {
		return err
	}
	if err := r.suppressErased(ctx, id, true); err != nil {
		return err
	}
	r.departures.Tell(campaign.Departure{Kind: campaign.GoneErased, Address: id})
	return nil
}

// scrubLate sees to deliveries that were on the wire when the contact was erased, and to those a run planned from what it
// had read before.
func (r *Eraser) scrubLate(ctx context.Context, p *Person) error {
	var still []string
	for _, id := range p.InFlight {
		d, err := document.Get[campaign.Delivery](ctx, r.engine, schema.Deliveries, id)
		switch {
		case campaign.CodeOf(err) == campaign.NotFound:
		case err != nil:
			return err
		case d.State == campaign.InFlight:
			still = append(still, id)
		default: // whose words these would be is not known any more
			change := document.Change{Set: map[string]any{"reason": campaign.CodeOnly(d.Reason), "queue": campaign.CodeOnly(d.Queue)}}
			if slices.Contains(campaign.UntriedStates, d.State) {
				change.Set["state"], change.Set["reason"] = string(campaign.Skipped), "the person was erased"
			}
			if _, err := r.engine.Update(ctx, schema.Deliveries, document.All{document.ByID(id), document.Equal("state", string(d.State))}, change); err != nil {
				return err
			}
		}
	}
	p.InFlight = still
	return nil
}

func (r *Eraser) scrubEvents(ctx context.Context, p *Person) error {
	for {
		var docs []campaign.Event
		err := r.engine.Find(ctx, schema.Events, document.Query{Filter: document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()}, Order: []document.Order{{Field: "id"}}, Limit: scrubPage}, &docs)
		if err != nil || len(docs) == 0 {
			return err
		}
		// The hits that opens and clicks were judged by name their delivery alone.
		hits := document.All{
			document.Where{Field: "delivery_id", Op: document.In, Value: campaign.Collect(docs, func(e campaign.Event) string { return e.Delivery })},
			document.Equal("kind", string(campaign.HitEvent)),
		}
		if _, err := r.engine.Delete(ctx, schema.Events, hits); err != nil {
			return err
		}
		for i := range docs {
			v := &docs[i]
			v.Contact, v.Delivery, v.Reader, v.Detail = "", "", "", campaign.CleanWords(v.Detail, p.Words)
			if err := r.engine.Upsert(ctx, schema.Events, v); err != nil {
				return err
			}
		}
	}
}

// scrubTests removes what was sent to the address as a test: such deliveries are in no figures.
func (r *Eraser) scrubTests(ctx context.Context, p *Person) error {
	return r.EachTestTo(ctx, p.Hashes(), func(edition *edition.Edition, ds []campaign.Delivery) error {
		var ids []string
		for _, d := range ds {
			ids = append(ids, d.ID)
		}
		if _, err := r.engine.Delete(ctx, schema.Deliveries, document.Where{Field: "id", Op: document.In, Value: ids}); err != nil {
			return err
		}
		edition.TestTo = slices.DeleteFunc(edition.TestTo, p.Is)
		return r.engine.Upsert(ctx, schema.Editions, edition)
	})
}

// EachTestTo calls fn with every test send to some addresses, known by their hashes, and its deliveries there.
func (r *Eraser) EachTestTo(ctx context.Context, hashes []string, fn func(*edition.Edition, []campaign.Delivery) error) error {
	var tests []campaign.Run
	if err := r.engine.Find(ctx, schema.Runs, document.Query{Filter: document.Equal("trigger", string(campaign.TriggerTest))}, &tests); err != nil {
		return err
	}
	theirs := r.book.Known(hashes)
	for _, test := range tests {
		edition, err := document.Get[edition.Edition](ctx, r.engine, schema.Editions, test.ID)
		if campaign.CodeOf(err) == campaign.NotFound || err == nil && !slices.ContainsFunc(edition.TestTo, theirs) {
			continue
		}
		if err != nil {
			return err
		}
		var found []campaign.Delivery
		err = document.Each(ctx, r.engine, schema.Deliveries, document.Equal("run_id", test.ID), 500, func(d *campaign.Delivery) string { return d.ID }, func(d *campaign.Delivery) error {
			if theirs(d.Email) {
				found = append(found, *d)
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

// scrubRecords drops the records about the contact. Acts of the team stay in the audit log without the person.
func (r *Eraser) scrubRecords(ctx context.Context, p *Person) error {
	if err := r.undo.DropContact(ctx, p.ID); err != nil {
		return err
	}
	if _, err := r.engine.Delete(ctx, schema.Reviews, document.ByID(p.ID)); err != nil {
		return err
	}
	if err := r.scrubNotices(ctx, p); err != nil {
		return err
	}
	if _, err := r.engine.Delete(ctx, schema.Journal, document.All{document.Equal("contact_id", p.ID), document.Equal("audit", false)}); err != nil {
		return err
	}
	_, err := r.engine.Update(ctx, schema.Journal, document.Equal("contact_id", p.ID), document.Change{Set: map[string]any{"contact_id": ""}})
	return err
}

// scrubProgress takes the person out of what senders last said about their work.
func (r *Eraser) scrubProgress(ctx context.Context, p *Person) error {
	var docs []campaign.Progress
	if err := r.engine.Find(ctx, schema.Progress, document.Query{}, &docs); err != nil {
		return err
	}
	for i := range docs {
		docs[i].CleanWords(func(s string) string { return campaign.CleanWords(s, p.Words) })
		if err := r.engine.Upsert(ctx, schema.Progress, &docs[i]); err != nil {
			return err
		}
	}
	return nil
}

// scrubNotices drops what the program wrote to the contact by itself, also to an address they meant to change to.
func (r *Eraser) scrubNotices(ctx context.Context, p *Person) error {
	var changes []campaign.AddressChange
	if err := r.engine.Find(ctx, schema.AddressChanges, document.Query{Filter: document.Equal("contact_id", p.ID)}, &changes); err != nil {
		return err
	}
	for _, c := range changes {
		if err := r.notices.ForgetNotices(ctx, c.AddressHash); err != nil {
			return err
		}
	}
	for _, address := range p.Hashes() {
		if err := r.notices.ForgetNotices(ctx, address); err != nil {
			return err
		}
	}
	return nil
}

// scrubBeside takes an erased contact's addresses out of other contacts, where they stand beside their own.
func (r *Eraser) scrubBeside(ctx context.Context, p *Person) error {
	q := document.Query{Filter: document.All{document.Where{Field: "address", Op: document.In, Value: p.Hashes()}, document.Not{Filter: document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()}}}, Order: []document.Order{{Field: "id"}}, Limit: 500}
	for {
		var docs []campaign.Alias
		if err := r.engine.Find(ctx, schema.Aliases, q, &docs); err != nil || len(docs) == 0 {
			return err
		}
		gone := make([]string, len(docs))
		for i, d := range docs {
			if err := r.dropBeside(ctx, d.Contact, p); err != nil {
				return err
			}
			gone[i] = d.ID
		}
		if _, err := r.engine.Delete(ctx, schema.Aliases, document.Where{Field: "id", Op: document.In, Value: gone}); err != nil {
			return err
		}
	}
}

// dropBeside takes an erased contact's addresses out of one contact. It skips today's checks, which an old contact may fail.
func (r *Eraser) dropBeside(ctx context.Context, contact string, p *Person) error {
	_, err := document.Modify(ctx, r.engine, schema.Contacts, contact, func(c *campaign.Contact) *int64 { return &c.Version }, func(c *campaign.Contact) error {
		for _, key := range c.OtherKeys() {
			if p.Is(key) {
				c.DropOther(key)
			}
		}
		return nil
	})
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	return r.undo.DropContact(ctx, contact) // it would bring the address back
}

func (r *Eraser) forgetAliases(ctx context.Context, p *Person) error {
	_, err := r.engine.Delete(ctx, schema.Aliases, document.Where{Field: "contact_id", Op: document.In, Value: p.IDs()})
	return err
}
