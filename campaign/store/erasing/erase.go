// Package erasing takes a person out of the store: the contact, and everything that says who they were, wherever it stands. What
// is left is counts and the keyed hash of the address.
//
// It forgets one person at a time and decides about nobody: who is erased, and when, is for others to say.
package erasing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"
)

// Eraser erases from one store. It is safe for use by many goroutines.
type Eraser struct {
	engine     document.Engine
	signer     *campaign.Signer
	book       *addresses.Book
	undo       *undo.Records
	journal    Journal
	notices    Notices
	departures Departures
	others     []Scrub
	now        func() time.Time
}

// Journal tells what happened.
type Journal interface {
	Log(ctx context.Context, entries ...campaign.Entry) error
}

// Notices are what the program writes to single people.
type Notices interface {
	ForgetNotices(ctx context.Context, addressHash string) error
}

// Departures are told of everybody who goes, for a record outside the store.
type Departures interface {
	Tell(d campaign.Departure)
}

// Person is who is being erased.
type Person struct {
	*campaign.Erasure
	Words []string // theirs; nil where nobody knows them any more
	At    string   // the domain of their address; "" where nobody knows it any more
	Is    func(address string) bool
}

// Tells reports whether a text says who the person was.
func (p *Person) Tells(text string) bool { return campaign.TellsPerson(text, p.Words, p.Is) }

// Scrub takes a person out of some records. It may be cut off at any moment and is then called again.
type Scrub func(ctx context.Context, p *Person) error

// New returns the eraser of a store. The others take people out of records that their repositories alone know.
func New(engine document.Engine, signer *campaign.Signer, book *addresses.Book, undo *undo.Records, journal Journal, notices Notices, departures Departures, now func() time.Time, others ...Scrub) *Eraser {
	return &Eraser{engine: engine, signer: signer, book: book, undo: undo, journal: journal, notices: notices, departures: departures, others: others, now: now}
}

// EraseContact removes a contact and everything that says who they were (E-08): from deliveries, events, the journal,
// imports, requests and tests. Counts stay as they are. What is left is the keyed hash of the address, by which an import
// knows that it must not bring them back. It can be done again when it was cut off, and while a run is sending: FinishErasures
// sees to what the run stores late.
func (r *Eraser) EraseContact(ctx context.Context, id string) error { return r.remove(ctx, id, true) }

// DeleteContact is EraseContact for a contact that may come back one day, by a typing mistake made good for example: the
// hash of the address stays only if they left a list or complained.
func (r *Eraser) DeleteContact(ctx context.Context, id string) error {
	return r.remove(ctx, id, false)
}

func (r *Eraser) remove(ctx context.Context, id string, forGood bool) error {
	e, err := r.TakeOut(ctx, id, forGood)
	if err == nil {
		_, err = r.Settle(ctx, e)
	}
	return err
}

// TakeOut takes a contact out of all that is stored by now. The rest is for Settle.
func (r *Eraser) TakeOut(ctx context.Context, id string, forGood bool) (*campaign.Erasure, error) {
	c, err := document.Get[campaign.Contact](ctx, r.engine, schema.Contacts, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, campaign.Errorf(campaign.NotFound, "this contact is gone already")
	}
	if err != nil {
		return nil, err
	}
	left := slices.ContainsFunc(c.Memberships, func(m campaign.Membership) bool { return m.Status == campaign.Unsubscribed })
	e := campaign.Erasure{ID: c.ID, Address: r.signer.SuppressionID(c.Email), ForGood: forGood || left || c.Status == campaign.Complained, Merged: c.Merged, At: r.now()}
	if e.Former, err = r.book.FormerOf(ctx, &c); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	for _, address := range e.Hashes() {
		if err := r.suppressErased(ctx, address, e.ForGood); err != nil {
			return nil, fmt.Errorf("erase contact: %w", err)
		}
	}
	// Stored before the contact is deleted: from here on the erasure is finished by some process.
	if err := r.engine.Upsert(ctx, schema.Erasures, &e); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	r.tell(&e)
	if _, err := r.engine.Delete(ctx, schema.Contacts, document.ByID(id)); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	// Runs made after this do not find the contact; those under way may have read it.
	if e.Runs, err = r.openRuns(ctx); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	if err := r.scrubAgain(ctx, &e, campaign.PersonWords(c.Email, c.FirstName, c.LastName), campaign.Domain(c.Email)); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	return &e, r.journal.Log(ctx, campaign.Entry{Kind: campaign.ErasedEntry, Audit: true, Detail: campaign.Textf("Erased a contact for good").Stored()})
}

// suppressErased puts the hash of an address on record. A reason that was there stays, without its words.
func (r *Eraser) suppressErased(ctx context.Context, address string, forGood bool) error {
	known, err := document.Get[campaign.Suppression](ctx, r.engine, schema.Suppressions, address)
	switch {
	case err == nil:
		known.Detail, known.Sealed, known.Domain, known.Gone = "", "", "", known.Gone || forGood
		return r.engine.Upsert(ctx, schema.Suppressions, &known)
	case campaign.CodeOf(err) != campaign.NotFound || !forGood:
		return campaign.UnlessMissing(err)
	}
	return r.engine.Upsert(ctx, schema.Suppressions, &campaign.Suppression{ID: address, Reason: campaign.Erased, At: r.now(), Gone: true})
}

func (r *Eraser) openRuns(ctx context.Context) ([]string, error) {
	var runs []campaign.Run
	err := r.engine.Find(ctx, schema.Runs, document.Query{Filter: document.OneOf("state", campaign.Scheduled, campaign.Sending, campaign.PausedRun)}, &runs)
	var ids []string
	for _, run := range runs {
		ids = append(ids, run.ID)
	}
	return ids, err
}

// FinishErasures goes on with erasures that could not be finished at once, and returns how many are still open: runs under way
// may store late what they had read of a contact.
func (r *Eraser) FinishErasures(ctx context.Context) (open int, err error) {
	var docs []campaign.Erasure
	if err := r.engine.Find(ctx, schema.Erasures, document.Query{Order: []document.Order{{Field: "id"}}}, &docs); err != nil {
		return 0, err
	}
	var all []*campaign.Erasure
	var failed []error
	for i := range docs {
		if err := r.finish(ctx, &docs[i]); err != nil { // go on with the others
			failed = append(failed, fmt.Errorf("finish erasure: %w", err))
			continue
		}
		all = append(all, &docs[i])
	}
	open, err = r.Settle(ctx, all...)
	return open + len(failed), errors.Join(append(failed, err)...)
}

// finish takes a person out of what was stored since. When the erasure was cut off before the contact was deleted, their words are still
// known.
func (r *Eraser) finish(ctx context.Context, e *campaign.Erasure) error {
	c, err := document.Get[campaign.Contact](ctx, r.engine, schema.Contacts, e.ID)
	if campaign.CodeOf(err) == campaign.NotFound {
		return r.scrubAgain(ctx, e, nil, "")
	}
	if err == nil {
		_, err = r.engine.Delete(ctx, schema.Contacts, document.ByID(e.ID))
	}
	if err != nil {
		return err
	}
	return r.scrubAgain(ctx, e, campaign.PersonWords(c.Email, c.FirstName, c.LastName), campaign.Domain(c.Email))
}

// scrubAgain takes the person out of all that is stored by now, and notes which runs may still write.
func (r *Eraser) scrubAgain(ctx context.Context, e *campaign.Erasure, words []string, domain string) error {
	planning, err := r.stillPlanned(ctx, e.Runs) // looked at before: what is planned after it is found the next time
	if err != nil {
		return err
	}
	if err := r.scrub(ctx, &Person{Erasure: e, Words: words, At: domain, Is: r.book.Known(e.Hashes())}); err != nil {
		return err
	}
	e.Runs = planning
	return r.engine.Upsert(ctx, schema.Erasures, e)
}

// Settle has the engine overwrite what was deleted, once for all of some erasures, and forgets those after which nothing more
// can be written. It returns how many it could not forget.
func (r *Eraser) Settle(ctx context.Context, es ...*campaign.Erasure) (open int, err error) {
	if len(es) == 0 {
		return 0, nil
	}
	if r.engine.Scrub(ctx) != nil {
		return len(es), ctx.Err() // a page is being read: the next time will do
	}
	var over []string
	for _, e := range es {
		if len(e.Runs)+len(e.InFlight) == 0 {
			over = append(over, e.ID)
		}
	}
	if len(over) > 0 {
		_, err = r.engine.Delete(ctx, schema.Erasures, document.Where{Field: "id", Op: document.In, Value: over})
	}
	return len(es) - len(over), err
}

// stillPlanned returns those of some runs whose audience is still being planned.
func (r *Eraser) stillPlanned(ctx context.Context, ids []string) ([]string, error) {
	var open []string
	for _, id := range ids {
		run, err := document.Get[campaign.Run](ctx, r.engine, schema.Runs, id)
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return nil, err
		}
		if err == nil && !run.Planned && !run.State.Ended() {
			open = append(open, id)
		}
	}
	return open, nil
}

// tell reports an erasure by all ids the contact had: in a backup they may still be several.
func (r *Eraser) tell(e *campaign.Erasure) {
	address := e.Address
	if !e.ForGood {
		address = ""
	}
	for _, id := range e.IDs() {
		r.departures.Tell(campaign.Departure{Kind: campaign.GoneErased, Contact: id, Address: address})
	}
	for _, former := range e.Former {
		if e.ForGood {
			r.departures.Tell(campaign.Departure{Kind: campaign.GoneErased, Address: former})
		}
	}
}
