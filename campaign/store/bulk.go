package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

// Bulk is an action on many contacts: what is done, to whom, and how far it is. It is written before the first contact is
// touched, so that work that was cut off goes on where it was.
type Bulk struct {
	ID       string              `json:"id"`
	Version  int64               `json:"version"`
	Action   campaign.BulkAction `json:"action"`
	Filter   ContactFilter       `json:"filter"`           // whom it is about,
	Chosen   []string            `json:"chosen,omitempty"` // or these alone
	User     string              `json:"user_id"`
	By       string              `json:"by"` // the user's name
	State    campaign.BulkState  `json:"state"`
	Expected int64               `json:"expected"` // how many contacts it was said to be about
	Seen     int64               `json:"seen"`     // how many it has looked at
	Changed  int64               `json:"changed"`  // how many of them it changed
	Reverted int64               `json:"reverted"` // how many of those were put back
	Cursor   string              `json:"cursor,omitempty"`
	Problem  string              `json:"problem,omitempty"` // why it does not go on
	// InHand says that the request which asked for it does it, since TouchedAt; when that takes too long, the scheduler does.
	InHand    bool      `json:"in_hand"`
	TouchedAt time.Time `json:"touched_at"`
	StartedAt time.Time `json:"started_at"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
}

const (
	bulkBatch   = 200 // contacts looked at together
	rewritePart = 50  // contacts written together
	// MaxChosen is how many contacts can be chosen one by one for an action; more are meant by a filter.
	MaxChosen = 1000
)

// Bulks are actions on many contacts.
type Bulks struct {
	engine document.Engine
	now    func() time.Time
	undo   *undo.Records

	contacts      *Contacts
	eraser        *erasing.Eraser
	journal       *Journal
	lists         *Lists
	organisations *Organisations
	suppressions  *Suppressions

	bulkBatch int // contacts an action looks at together
}

// CreateBulk stores an action before it is done. Its id comes with the form that asks for it: sending the form twice returns
// a Conflict and does nothing.
func (s *Bulks) CreateBulk(ctx context.Context, b *Bulk) error {
	if err := b.Action.Normalize(); err != nil {
		return err
	}
	if len(b.Chosen) > MaxChosen {
		return campaign.Errorf(campaign.Invalid, "no more than %d contacts can be chosen one by one", MaxChosen)
	}
	if b.Action.Kind == campaign.BulkSubscribe {
		l, err := s.lists.GetList(ctx, b.Action.List)
		if campaign.CodeOf(err) == campaign.NotFound {
			return campaign.FieldError("list", "choose a list")
		}
		if err == nil {
			err = l.TakesNew()
		}
		if err != nil {
			return err
		}
	}
	if err := s.closeOldBulks(ctx); err != nil {
		return err
	}
	b.Version, b.State, b.StartedAt, b.TouchedAt = 1, campaign.BulkRunning, s.now(), s.now()
	return s.engine.Insert(ctx, bulks, b)
}

// GetBulk reads an action on many contacts.
func (s *Bulks) GetBulk(ctx context.Context, id string) (Bulk, error) {
	return document.Get[Bulk](ctx, s.engine, bulks, id)
}

// FindBulks returns the latest actions on many contacts, the last first.
func (s *Bulks) FindBulks(ctx context.Context, limit int) ([]Bulk, error) {
	var docs []Bulk
	err := s.engine.Find(ctx, bulks, document.Query{Order: []document.Order{{Field: "started_at", Desc: true}, {Field: "id", Desc: true}}, Limit: limit}, &docs)
	return docs, err
}

// inHandFor is how long a request that does an action by itself is waited for.
const inHandFor = time.Minute

// FindBulksUnderWay returns the ids of those that are not finished and that no request has in hand.
func (s *Bulks) FindBulksUnderWay(ctx context.Context) ([]string, error) {
	var docs []Bulk
	free := document.Any{document.Equal("in_hand", false), document.Where{Field: "touched_at", Op: document.Lt, Value: s.now().Add(-inHandFor)}}
	err := s.engine.Find(ctx, bulks, document.Query{Filter: document.All{document.OneOf("state", campaign.BulkRunning, campaign.BulkUndoing), free}, Limit: 20}, &docs)
	return campaign.Collect(docs, func(x Bulk) string { return x.ID }), err
}

// StopBulk ends an action where it is.
func (s *Bulks) StopBulk(ctx context.Context, id string) (Bulk, error) {
	return s.setBulk(ctx, id, func(b *Bulk) error {
		if b.State != campaign.BulkRunning {
			return campaign.Errorf(campaign.Conflict, "this is finished already")
		}
		b.end(campaign.BulkStopped, s.now())
		return nil
	})
}

// FailBulk ends an action that cannot go on, and says why. What was done can be undone.
func (s *Bulks) FailBulk(ctx context.Context, id string, why error) error {
	_, err := s.setBulk(ctx, id, func(b *Bulk) error {
		b.Problem = why.Error()
		if faults := campaign.FaultsOf(why); faults != nil {
			b.Problem = faults[0].Text.Stored()
		}
		b.end(campaign.BulkStopped, s.now())
		return nil
	})
	return err
}

func (s *Bulks) setBulk(ctx context.Context, id string, fn func(*Bulk) error) (Bulk, error) {
	return document.Modify(ctx, s.engine, bulks, id, func(b *Bulk) *int64 { return &b.Version }, fn)
}

// RunBulk does what is left to do of an action, or of taking it back. It may be cut off anywhere and run again. held returns
// an error once somebody else may be running it.
func (s *Bulks) RunBulk(ctx context.Context, id string, held func() error) (Bulk, error) {
	var whom document.Filter
	for {
		b, err := s.GetBulk(ctx, id)
		if err == nil {
			err = held()
		}
		if err != nil || !b.State.UnderWay() {
			return b, err
		}
		ctx := As(ctx, campaign.Actor{User: b.User, Name: b.By})
		switch {
		case b.State == campaign.BulkUndoing:
			err = s.undoStep(ctx, &b)
		case whom == nil:
			whom, err = s.whom(ctx, &b)
		default:
			err = s.bulkStep(ctx, &b, whom)
		}
		if err != nil {
			return b, fmt.Errorf("change many contacts: %w", err)
		}
	}
}

// whom returns the filter of the contacts an action is about. One that reads through all of them does so once.
func (s *Bulks) whom(ctx context.Context, b *Bulk) (document.Filter, error) {
	if len(b.Chosen) > 0 {
		return document.Where{Field: "id", Op: document.In, Value: b.Chosen}, nil
	}
	f, err := s.contacts.filter(ctx, b.Filter)
	if scan, ok := f.(document.Scan); ok {
		scan.Memo = &document.Memo{}
		f = scan
	}
	return f, err
}

// bulkStep does the next contacts.
func (s *Bulks) bulkStep(ctx context.Context, b *Bulk, whom document.Filter) error {
	q := document.Query{Filter: whom, Order: []document.Order{{Field: "id"}}, Limit: s.bulkBatch}
	if b.Cursor != "" {
		q.After = []any{b.Cursor}
	}
	var cs []campaign.Contact
	if err := s.engine.Find(ctx, schema.Contacts, q, &cs); err != nil {
		return err
	}
	cursor, full := b.Cursor, len(cs) == s.bulkBatch
	if len(cs) > 0 {
		cursor = cs[len(cs)-1].ID
	}
	// Contacts added after the action was confirmed were not in the count that was confirmed.
	cs = slices.DeleteFunc(cs, func(c campaign.Contact) bool { return c.CreatedAt.After(b.StartedAt) })
	var changed int64
	var erased []*campaign.Erasure
	var err error
	switch b.Action.Kind {
	case campaign.BulkErase:
		erased, err = s.eraseEach(ctx, cs)
		changed = int64(len(erased))
	case campaign.BulkSuppress:
		changed, err = s.suppressEach(ctx, b, cs)
	default:
		changed, err = s.applyBulk(ctx, b, cs)
	}
	if err == nil && b.Filter.Hygiene != "" {
		err = decidedHygiene(ctx, s.engine, b.Filter.Hygiene, cs)
	}
	if err != nil {
		return err
	}
	_, err = s.setBulk(ctx, b.ID, func(b *Bulk) error {
		b.Cursor, b.Seen, b.Changed = cursor, b.Seen+int64(len(cs)), b.Changed+changed
		if !full && b.State == campaign.BulkRunning {
			b.end(campaign.BulkDone, s.now())
		}
		return nil
	})
	if err != nil || b.Action.Kind != campaign.BulkErase {
		return err
	}
	return s.overwriteErased(ctx, erased)
}

// suppressEach suppresses the addresses of contacts, and says how many were not suppressed before. The contacts stay as they are.
func (s *Bulks) suppressEach(ctx context.Context, b *Bulk, cs []campaign.Contact) (int64, error) {
	if len(cs) == 0 {
		return 0, nil
	}
	ids := campaign.Collect(cs, func(c campaign.Contact) string { return c.ID })
	if err := s.undo.Add(ctx, b.ID, &campaign.UndoRecord{Changed: ids}); err != nil {
		return 0, err
	}
	return s.suppressions.addAll(ctx, campaign.Collect(cs, func(c campaign.Contact) string { return c.Address }), b.Action.Reason, b.ID)
}

// applyBulk changes some contacts and says how many it changed. What undoing needs is stored first.
func (s *Bulks) applyBulk(ctx context.Context, b *Bulk, cs []campaign.Contact) (int64, error) {
	out, err := s.notToSubscribe(ctx, b, cs)
	if err != nil {
		return 0, err
	}
	var changed []rewrite
	var docs []any
	same := map[string]*campaign.UndoRecord{}
	for _, c := range cs {
		was, whole := b.Action.Was(&c)
		next := c
		if _, suppressed := out[c.Email]; suppressed || !b.Action.Apply(&next, b.StartedAt) {
			continue
		}
		changed = append(changed, rewrite{before: c, after: next})
		switch {
		case whole:
			docs = append(docs, &campaign.UndoRecord{Contact: c.ID, Before: &c})
		case same[was] == nil:
			same[was] = &campaign.UndoRecord{Was: was}
			docs = append(docs, same[was])
			fallthrough
		default:
			same[was].Changed = append(same[was].Changed, c.ID)
		}
	}
	if err := s.undo.Add(ctx, b.ID, docs...); err != nil {
		return 0, err
	}
	return s.rewriteContacts(ctx, changed, func(c *campaign.Contact) bool { return b.Action.Apply(c, b.StartedAt) })
}

// notToSubscribe returns the contacts whose address must not get mail, if the action subscribes them.
func (s *Bulks) notToSubscribe(ctx context.Context, b *Bulk, cs []campaign.Contact) (map[string]campaign.SuppressionReason, error) {
	if b.Action.Kind != campaign.BulkSubscribe || len(cs) == 0 {
		return nil, nil
	}
	addresses := campaign.Collect(cs, func(x campaign.Contact) string { return x.Email })
	return s.suppressions.Suppressed(ctx, addresses)
}

// rewrite is a contact as it was read and as it will be written.
type rewrite struct{ before, after campaign.Contact }

// rewriteContacts writes contacts that were changed since they were read, some in each round trip, and says how many it
// wrote. When somebody else changed some of them meanwhile, each is read and changed again by fn, which says whether
// there is anything to change.
func (s *Bulks) rewriteContacts(ctx context.Context, all []rewrite, fn func(*campaign.Contact) bool) (int64, error) {
	names, err := s.organisationNames(ctx, all)
	if err != nil {
		return 0, err
	}
	var written int64
	for part := range slices.Chunk(all, rewritePart) {
		n, err := s.rewriteSome(ctx, part, names, fn)
		if written += n; err != nil {
			return written, err
		}
	}
	return written, nil
}

func (s *Bulks) rewriteSome(ctx context.Context, part []rewrite, names map[string]string, fn func(*campaign.Contact) bool) (int64, error) {
	ops := make([]document.Op, 0, len(part))
	var entries []campaign.Entry
	for i := range part {
		c := &part[i].after
		read := c.Version
		c.Version, c.UpdatedAt = read+1, s.now()
		if err := c.Normalize(names[c.Organisation]); err != nil {
			continue // it was not valid before either: it stays as it is
		}
		ops = append(ops, document.Op{Replace: c, Version: read})
		entries = append(entries, changesOf(&part[i].before, c)...)
	}
	n, err := s.engine.Bulk(ctx, schema.Contacts, ops)
	if err != nil {
		return n, err
	}
	if n == int64(len(ops)) {
		return n, s.journal.Log(ctx, entries...)
	}
	n = 0
	for i := range part {
		changed, err := s.rewriteAgain(ctx, &part[i], fn)
		if changed {
			n++
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// rewriteAgain changes a contact somebody else may have changed, and reports whether it is changed now.
func (s *Bulks) rewriteAgain(ctx context.Context, r *rewrite, fn func(*campaign.Contact) bool) (bool, error) {
	_, err := s.contacts.UpdateContact(ctx, r.before.ID, func(c *campaign.Contact) error {
		if !fn(c) {
			return errUnchanged
		}
		return nil
	})
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, errUnchanged): // it is as it should be: by the first try, or by somebody else
		return true, nil
	case campaign.CodeOf(err) != "":
		return false, nil // gone, or not valid before either
	}
	return false, err
}

// errUnchanged ends a change that turned out to be none.
var errUnchanged = campaign.Errorf(campaign.Conflict, "nothing to change")

func (s *Bulks) organisationNames(ctx context.Context, all []rewrite) (map[string]string, error) {
	var ids []string
	for i := range all {
		if id := all[i].after.Organisation; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	found, err := s.organisations.GetOrganisations(ctx, ids)
	names := make(map[string]string, len(found))
	for id, o := range found {
		names[id] = o.Name
	}
	return names, err
}
