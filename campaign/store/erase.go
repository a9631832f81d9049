package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

// Erasing deletes contacts and everything about them.
type Erasing struct {
	engine document.Engine
	now    func() time.Time
	signer *campaign.Signer
	book   *addresses.Book
	undo   *undo.Records

	contacts   *Contacts
	deliveries *Deliveries
	departures *Departures
	holds      *Holds
	journal    *Journal
	notices    *Notices
	requests   *Requests
	runs       *Runs
	segments   *Segments
}

// EraseContact removes a contact and everything that says who they were (E-08): from deliveries, events, the journal,
// imports, requests and tests. Counts stay as they are. What is left is the keyed hash of the address, by which an import
// knows that it must not bring them back. It can be done again when it was cut off, and while a run is sending: what that
// writes down late is seen to by FinishErasures.
func (s *Erasing) EraseContact(ctx context.Context, id string) error { return s.remove(ctx, id, true) }

// DeleteContact is EraseContact for a contact that may come back one day, by a typing mistake made good for example: the
// hash of the address is kept only of somebody who left a list or complained.
func (s *Erasing) DeleteContact(ctx context.Context, id string) error {
	return s.remove(ctx, id, false)
}

func (s *Erasing) remove(ctx context.Context, id string, forGood bool) error {
	e, err := s.takeOut(ctx, id, forGood)
	if err == nil {
		_, err = s.settle(ctx, e)
	}
	return err
}

// takeOut takes the person out of all that is written down by now. What is left is for settle.
func (s *Erasing) takeOut(ctx context.Context, id string, forGood bool) (*campaign.Erasure, error) {
	c, err := s.contacts.GetContact(ctx, id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, campaign.Errorf(campaign.NotFound, "this contact is gone already")
	}
	if err != nil {
		return nil, err
	}
	left := slices.ContainsFunc(c.Memberships, func(m campaign.Membership) bool { return m.Status == campaign.Unsubscribed })
	e := campaign.Erasure{ID: c.ID, Address: s.signer.SuppressionID(c.Email), ForGood: forGood || left || c.Status == campaign.Complained, Merged: c.Merged, At: s.now()}
	if e.Former, err = s.book.FormerOf(ctx, &c); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	for _, address := range e.Hashes() {
		if err := s.suppressErased(ctx, address, e.ForGood); err != nil {
			return nil, fmt.Errorf("erase contact: %w", err)
		}
	}
	// Written before the contact goes: from here on the erasure is finished by somebody, whatever happens to this process.
	if err := s.engine.Upsert(ctx, schema.Erasures, &e); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	s.departures.tellErased(&e)
	if _, err := s.engine.Delete(ctx, schema.Contacts, document.ByID(id)); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	// Runs made after this do not find the contact; those under way may have read it.
	if e.Runs, err = s.openRuns(ctx); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	if err := s.scrubAgain(ctx, &e, campaign.PersonWords(c.Email, c.FirstName, c.LastName)); err != nil {
		return nil, fmt.Errorf("erase contact: %w", err)
	}
	return &e, s.journal.Log(ctx, campaign.Entry{Kind: campaign.ErasedEntry, Audit: true})
}

// suppressErased keeps the hash of an address. A reason that was on record stays, without the words it came with.
func (s *Erasing) suppressErased(ctx context.Context, address string, forGood bool) error {
	known, err := document.Get[campaign.Suppression](ctx, s.engine, schema.Suppressions, address)
	switch {
	case err == nil:
		known.Detail, known.Gone = "", known.Gone || forGood
		return s.engine.Upsert(ctx, schema.Suppressions, &known)
	case campaign.CodeOf(err) != campaign.NotFound || !forGood:
		return campaign.UnlessMissing(err)
	}
	return s.engine.Upsert(ctx, schema.Suppressions, &campaign.Suppression{ID: address, Reason: campaign.Erased, At: s.now(), Gone: true})
}

func (s *Erasing) openRuns(ctx context.Context) ([]string, error) {
	runs, err := s.runs.FindRunsIn(ctx, campaign.Scheduled, campaign.Sending, campaign.PausedRun)
	var ids []string
	for _, r := range runs {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// FinishErasures sees to erasures that could not be finished at once, and says how many are still open: runs under way may
// write down late what they had read of a contact.
func (s *Erasing) FinishErasures(ctx context.Context) (open int, err error) {
	var docs []campaign.Erasure
	if err := s.engine.Find(ctx, schema.Erasures, document.Query{Order: []document.Order{{Field: "id"}}}, &docs); err != nil {
		return 0, err
	}
	var all []*campaign.Erasure
	var failed []error
	for i := range docs {
		_, err := s.engine.Delete(ctx, schema.Contacts, document.ByID(docs[i].ID)) // it was cut off before that
		if err == nil {
			err = s.scrubAgain(ctx, &docs[i], nil)
		}
		if err != nil { // the others are seen to all the same
			failed = append(failed, fmt.Errorf("finish erasure: %w", err))
			continue
		}
		all = append(all, &docs[i])
	}
	open, err = s.settle(ctx, all...)
	return open + len(failed), errors.Join(append(failed, err)...)
}

// scrubAgain takes the person out of all that is written down by now, and notes which runs may still write.
func (s *Erasing) scrubAgain(ctx context.Context, e *campaign.Erasure, words []string) error {
	planning, err := s.stillPlanned(ctx, e.Runs) // looked at before: what is planned after it is found the next time
	if err != nil {
		return err
	}
	if err := s.scrub(ctx, e, words); err != nil {
		return err
	}
	e.Runs = planning
	return s.engine.Upsert(ctx, schema.Erasures, e)
}

// settle has the engine overwrite what was deleted, once for all of some erasures, and forgets those about which nothing more
// can be written. It says how many it could not forget.
func (s *Erasing) settle(ctx context.Context, es ...*campaign.Erasure) (open int, err error) {
	if len(es) == 0 {
		return 0, nil
	}
	if s.engine.Scrub(ctx) != nil {
		return len(es), ctx.Err() // a page that is being read keeps the engine from it: the next time will do
	}
	var over []string
	for _, e := range es {
		if len(e.Runs)+len(e.InFlight) == 0 {
			over = append(over, e.ID)
		}
	}
	if len(over) > 0 {
		_, err = s.engine.Delete(ctx, schema.Erasures, document.Where{Field: "id", Op: document.In, Value: over})
	}
	return len(es) - len(over), err
}

// stillPlanned gives those of some runs whose audience is still being written down.
func (s *Erasing) stillPlanned(ctx context.Context, ids []string) ([]string, error) {
	var open []string
	for _, id := range ids {
		r, err := s.runs.GetRun(ctx, id)
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return nil, err
		}
		if err == nil && !r.Planned && !r.State.Ended() {
			open = append(open, id)
		}
	}
	return open, nil
}
