package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Bounces draw the consequences of mail that comes back, whether a server refused it in the session or sent it back later.
type Bounces struct {
	engine document.Engine
	now    func() time.Time

	contacts     *Contacts
	deliveries   *Deliveries
	events       *Events
	journal      *Journal
	settings     *Settings
	suppressions *Suppressions
}

// lookedBack is how many of a contact's latest deliveries are looked at.
const lookedBack = 3 * campaign.MostBounces

// BounceContact changes a contact by what follows from a bounce. Doing it again changes nothing.
func (s *Bounces) BounceContact(ctx context.Context, b campaign.Bounce) error {
	if b.Contact == "" || b.Class == campaign.BlockBounced {
		return nil
	}
	var rules campaign.BounceRules
	var fates []campaign.MessageFate
	if b.Class != campaign.HardBounced {
		set, err := s.settings.GetSettings(ctx)
		if err != nil {
			return err
		}
		rules = set.Bounces
		if fates, err = s.fatesOf(ctx, &b); err != nil {
			return err
		}
	}
	c, err := s.contacts.GetPerson(ctx, b.Contact)
	if err != nil || !rules.Apply(&c, &b, fates, s.now()) {
		return campaign.UnlessMissing(err)
	}
	_, err = s.contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
		rules.Apply(c, &b, fates, s.now())
		return nil
	})
	return campaign.UnlessMissing(err)
}

// fatesOf returns what became of a contact's messages, the latest first, with the one that bounces now.
func (s *Bounces) fatesOf(ctx context.Context, b *campaign.Bounce) ([]campaign.MessageFate, error) {
	ds, err := s.deliveries.FindDeliveriesTo(ctx, b.Contact, lookedBack)
	if err != nil {
		return nil, err
	}
	var es []campaign.Event
	err = s.engine.Find(ctx, schema.Events, document.Query{
		Filter: document.All{document.Equal("contact_id", b.Contact), document.Equal("kind", string(campaign.BouncedEvent))},
		Order:  []document.Order{{Field: "at", Desc: true}, {Field: "id", Desc: true}}, Limit: lookedBack,
	}, &es)
	if err != nil {
		return nil, err
	}
	var out []campaign.MessageFate
	for i := range ds {
		d := &ds[i]
		fate := campaign.MessageFate{Run: d.Run, MadeAt: d.MadeAt, At: d.LastAt, Failed: d.State == campaign.Failed && d.Code >= 400}
		bounced := campaign.First(es, func(e *campaign.Event) bool { return e.Delivery == d.ID })
		switch {
		case d.Run == b.Run:
			fate.Failed, fate.At = true, s.now()
		case bounced != nil && bounced.Verdict == campaign.BlockBounced:
			continue
		case bounced != nil:
			fate.Failed, fate.At = true, bounced.At
		case !fate.Failed && d.State != campaign.Accepted:
			continue
		}
		out = append(out, fate)
	}
	if !slices.ContainsFunc(out, func(f campaign.MessageFate) bool { return f.Run == b.Run }) { // it is not written down yet
		out = append([]campaign.MessageFate{{Run: b.Run, MadeAt: s.now(), At: s.now(), Failed: true}}, out...)
	}
	return out, nil
}

// RecordReturn stores what came back of a delivery and what follows from it for its contact. It is done once, however often it is
// called: first what follows, then the event, whose id derives from what it records.
func (s *Bounces) RecordReturn(ctx context.Context, d *campaign.Delivery, e campaign.Event) (isNew bool, err error) {
	e.ID = campaign.EventID(d.Run, e.Kind, e.Verdict, d.ID, 0)
	if known, err := document.Exists[campaign.Event](ctx, s.engine, schema.Events, document.ByID(e.ID)); err != nil || known {
		return false, err
	}
	e.Run, e.Campaign, e.Delivery, e.Contact, e.Language, e.Arm = d.Run, d.Campaign, d.ID, d.Contact, d.Language, campaign.TestedArm(d.Arm)
	e.Detail = campaign.WithoutAddresses(e.Detail)
	if e.Kind == campaign.ComplainedEvent {
		err = s.complain(ctx, d, e.Detail)
	} else {
		err = s.BounceContact(ctx, campaign.Bounce{Class: e.Verdict, Contact: d.Contact, Email: d.Email, Run: d.Run, Words: e.Detail})
	}
	if err != nil {
		return false, err
	}
	return true, s.events.RecordEvents(ctx, []*campaign.Event{&e})
}

// ReclassBounce gives what came back another class by hand, or takes it for no bounce with the class "", and draws the other consequences
// for the contact: one given up for it alone is written to again.
func (s *Bounces) ReclassBounce(ctx context.Context, id string, class campaign.BounceClass) (e campaign.Event, err error) {
	if class != "" && !slices.Contains(campaign.BounceClasses, class) {
		return e, campaign.FieldError("class", "choose one of the classes offered")
	}
	if e, err = document.Get[campaign.Event](ctx, s.engine, schema.Events, id); err != nil {
		return e, err
	}
	if e.Kind != campaign.BouncedEvent {
		return e, campaign.Errorf(campaign.Conflict, "this is no message that came back")
	}
	before := e.Verdict
	if before == class {
		return e, nil
	}
	e.Verdict, e.Rule = class, "by hand"
	if class == "" {
		_, err = s.engine.Delete(ctx, schema.Events, document.ByID(id))
	} else {
		err = s.engine.Upsert(ctx, schema.Events, &e)
	}
	if err == nil {
		err = s.redraw(ctx, &e, before)
	}
	if err != nil {
		return e, err
	}
	words := campaign.Textf("Took a returned message for another thing: %s, not %s", class, before)
	if class == "" {
		words = campaign.Textf("Took a returned message for no bounce: it was %s", before)
	}
	return e, s.journal.Log(ctx, campaign.Entry{Kind: campaign.ChangedEntry, Contact: e.Contact, Audit: true, Detail: words.Stored()})
}

// redraw takes back what followed from a class for a contact, and draws what follows from its present one.
func (s *Bounces) redraw(ctx context.Context, e *campaign.Event, before campaign.BounceClass) error {
	if e.Contact == "" {
		return nil
	}
	d, err := s.deliveries.GetDelivery(ctx, e.Delivery)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	if before != campaign.BlockBounced {
		hard := document.All{document.Equal("contact_id", e.Contact), document.Equal("kind", string(campaign.BouncedEvent)), document.Equal("verdict", string(campaign.HardBounced))}
		others, err := document.Exists[campaign.Event](ctx, s.engine, schema.Events, hard)
		if err != nil {
			return err
		}
		_, err = s.contacts.UpdateContact(ctx, e.Contact, func(c *campaign.Contact) error {
			if c.Status == campaign.Bounced && !others && campaign.AddressKey(d.Email) == c.Address {
				c.Status, c.StatusReason = campaign.Active, ""
			}
			if !c.RestedAt.IsZero() && s.now().Before(c.PausedUntil) {
				c.RestedAt, c.PausedUntil = time.Time{}, time.Time{}
			}
			return nil
		})
		if err != nil {
			return campaign.UnlessMissing(err)
		}
	}
	if e.Verdict == "" {
		return nil
	}
	return s.BounceContact(ctx, campaign.Bounce{Class: e.Verdict, Contact: e.Contact, Email: d.Email, Run: e.Run, Words: e.Detail})
}

// GetBounce reads what came back, with the delivery it is about.
func (s *Bounces) GetBounce(ctx context.Context, id string) (e campaign.Event, d campaign.Delivery, err error) {
	if e, err = document.Get[campaign.Event](ctx, s.engine, schema.Events, id); err != nil {
		return e, d, err
	}
	if e.Kind != campaign.BouncedEvent {
		return e, d, campaign.Errorf(campaign.NotFound, "this is no message that came back")
	}
	d, err = s.deliveries.GetDelivery(ctx, e.Delivery)
	return e, d, err
}

// Returned is a message that came back, with what is still known of its delivery and its run.
type Returned struct {
	campaign.Event
	Delivery campaign.Delivery // zero when it is gone
	Run      campaign.Run
}

// runsLookedAt is how many runs one page of what came back is looked for in: so its cost is bounded without an index of its own, which
// each open and click would pay for.
const runsLookedAt = 200

// FindReturned returns one page of what came back over all runs, of one class or of all ("" as class): the latest runs first, and of a
// run what came last. A page may be short, or empty, and have a next one.
func (s *Bounces) FindReturned(ctx context.Context, class campaign.BounceClass, p Page) (out []Returned, next string, err error) {
	limit := p.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	from, within, _ := strings.Cut(p.After, ".") // the run before the one to go on in, and the event in that
	runs, more, err := page(ctx, s.engine, schema.Runs, document.All{}, Page{After: from, Limit: runsLookedAt, Sort: "created_at", Desc: true}, func(r *campaign.Run) (any, string) { return r.CreatedAt, r.ID })
	if err != nil {
		return nil, "", err
	}
	for i := range runs {
		if len(out) == limit {
			return out, from + ".", s.fillDeliveries(ctx, out)
		}
		r := &runs[i]
		of := document.All{document.Equal("run_id", r.ID), document.Equal("kind", string(campaign.BouncedEvent))}
		if class != "" {
			of = append(of, document.Equal("verdict", string(class)))
		}
		es, rest, err := page(ctx, s.engine, schema.Events, of, Page{After: within, Limit: limit - len(out), Sort: "at", Desc: true}, func(e *campaign.Event) (any, string) { return e.At, e.ID })
		if err != nil {
			return nil, "", err
		}
		for _, e := range es {
			out = append(out, Returned{Event: e, Run: *r})
		}
		if rest != "" {
			return out, from + "." + rest, s.fillDeliveries(ctx, out)
		}
		from, within = writeCursor(r.CreatedAt, r.ID), ""
	}
	if more != "" {
		next = from + "."
	}
	return out, next, s.fillDeliveries(ctx, out)
}

func (s *Bounces) fillDeliveries(ctx context.Context, all []Returned) error {
	ds, err := s.deliveries.GetDeliveries(ctx, campaign.Collect(all, func(r Returned) string { return r.Event.Delivery }))
	for i := range all {
		if d := ds[all[i].Event.Delivery]; d != nil {
			all[i].Delivery = *d
		}
	}
	return err
}

// complain keeps an address, and its contact, from ever being written to again.
func (s *Bounces) complain(ctx context.Context, d *campaign.Delivery, words string) error {
	if err := s.suppressions.Suppress(ctx, d.Email, campaign.ComplaintReason, words); err != nil || d.Contact == "" {
		return err
	}
	c, err := s.contacts.GetPerson(ctx, d.Contact)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	if campaign.AddressKey(d.Email) != c.Address { // they have another by now, which is theirs too
		if err := s.suppressions.Suppress(ctx, c.Email, campaign.ComplaintReason, words); err != nil {
			return err
		}
	}
	_, err = s.contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
		if c.Status != campaign.Restricted {
			c.Status, c.StatusReason = campaign.Complained, words
		}
		return nil
	})
	return campaign.UnlessMissing(err)
}
