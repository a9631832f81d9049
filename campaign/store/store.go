// Package store holds the domain's repositories. They are written once, over the document engine of campaign/store/document.
package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/erasing"
	"github.com/glasnik/glasnik/campaign/store/importing"
	"github.com/glasnik/glasnik/campaign/store/segments"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
)

// Store is the repositories over one engine. They are safe for use by many goroutines.
type Store struct {
	AddressChanges *AddressChanges
	Audiences      *Audiences
	Backups        *Backups
	Bulks          *Bulks
	Campaigns      *Campaigns
	Contacts       *Contacts
	Deliveries     *Deliveries
	Departures     *Departures
	Eraser         *erasing.Eraser
	Events         *Events
	Histories      *Histories
	Holds          *Holds
	Imports        *importing.Imports
	Installation   *Installation
	Journal        *Journal
	Leases         *Leases
	Lists          *Lists
	Notices        *Notices
	Organisations  *Organisations
	Progress       *Progress
	Recipients     *Recipients
	Releases       *Releases
	Requests       *Requests
	Retention      *Retention
	Reviews        *Reviews
	Rules          *segments.Rules
	Runs           *Runs
	Segments       *Segments
	Sending        *Sending
	Sessions       *Sessions
	Settings       *Settings
	SignUps        *SignUps
	Suppressions   *Suppressions
	Users          *Users
	Wishes         *Wishes

	engine document.Engine
}

// All has the methods of every repository, for those who name the methods they use in interfaces of their own.
type All struct {
	*AddressChanges
	*Audiences
	*Backups
	*Bulks
	*Campaigns
	*Contacts
	*Deliveries
	*Departures
	*erasing.Eraser
	*Events
	*Histories
	*Holds
	*importing.Imports
	*Installation
	*Journal
	*Leases
	*Lists
	*Notices
	*Organisations
	*Progress
	*Recipients
	*Releases
	*Requests
	*Retention
	*Reviews
	*segments.Rules
	*Runs
	*Segments
	*Sending
	*Sessions
	*Settings
	*SignUps
	*Suppressions
	*Users
	*Wishes
}

// All joins the methods of the repositories.
func (s *Store) All() All {
	return All{
		s.AddressChanges, s.Audiences, s.Backups, s.Bulks, s.Campaigns, s.Contacts, s.Deliveries, s.Departures, s.Eraser,
		s.Events, s.Histories, s.Holds, s.Imports, s.Installation, s.Journal, s.Leases, s.Lists, s.Notices, s.Organisations,
		s.Progress, s.Recipients, s.Releases, s.Requests, s.Retention, s.Reviews, s.Rules, s.Runs, s.Segments, s.Sending, s.Sessions,
		s.Settings, s.SignUps, s.Suppressions, s.Users, s.Wishes,
	}
}

// New prepares the collections and returns the repositories. The signer keys the hashes of suppressed addresses.
func New(ctx context.Context, engine document.Engine, signer *campaign.Signer, clock func() time.Time) (*Store, error) {
	if err := engine.Prepare(ctx, Collections); err != nil {
		return nil, fmt.Errorf("prepare store: %w", err)
	}
	now := func() time.Time { return clock().UTC().Truncate(time.Millisecond) }
	rules, book, undo := segments.New(engine, now), addresses.New(engine, signer), undo.New(engine, now)
	s := &Store{Rules: rules, engine: engine}
	s.Campaigns = &Campaigns{engine: engine, now: now}
	s.Departures = &Departures{now: now}
	s.Journal = &Journal{engine: engine, now: now}
	s.Leases = &Leases{engine: engine}
	s.Lists = &Lists{engine: engine, now: now, campaigns: s.Campaigns}
	s.Progress = &Progress{engine: engine, now: now}
	s.Releases = &Releases{engine: engine, now: now}
	s.Runs = &Runs{engine: engine, now: now}
	s.Segments = &Segments{engine: engine, now: now, rules: rules}
	s.Settings = &Settings{engine: engine, now: now, journal: s.Journal}
	s.Suppressions = &Suppressions{engine: engine, now: now, signer: signer, book: book, departures: s.Departures}
	s.Users = &Users{engine: engine, now: now, journal: s.Journal}
	s.Contacts = &Contacts{engine: engine, now: now, book: book, undo: undo, rules: rules, departures: s.Departures, journal: s.Journal, suppressions: s.Suppressions}
	s.Deliveries = &Deliveries{engine: engine, now: now, runs: s.Runs}
	s.Recipients = &Recipients{engine: engine, contacts: s.Contacts}
	s.Events = &Events{engine: engine, deliveries: s.Deliveries}
	s.Holds = &Holds{engine: engine, now: now, runs: s.Runs}
	s.Imports = importing.New(engine, s.Lists, s.Contacts, book, undo, now)
	s.Notices = &Notices{engine: engine, now: now, signer: signer, deliveries: s.Deliveries, runs: s.Runs}
	s.Organisations = &Organisations{engine: engine, now: now, contacts: s.Contacts}
	s.Requests = &Requests{engine: engine, now: now, contacts: s.Contacts, journal: s.Journal, suppressions: s.Suppressions}
	s.Reviews = &Reviews{engine: engine, now: now, contacts: s.Contacts, journal: s.Journal, notices: s.Notices, suppressions: s.Suppressions}
	s.Sessions = &Sessions{engine: engine, now: now, users: s.Users}
	s.SignUps = &SignUps{engine: engine, now: now, signer: signer, contacts: s.Contacts, notices: s.Notices, suppressions: s.Suppressions}
	s.Wishes = &Wishes{engine: engine, now: now, signer: signer, contacts: s.Contacts, lists: s.Lists, notices: s.Notices, suppressions: s.Suppressions}
	upgrader := &upgrader{engine: engine, now: now, signer: signer, book: book, contacts: s.Contacts, deliveries: s.Deliveries, holds: s.Holds, journal: s.Journal, notices: s.Notices, organisations: s.Organisations}
	s.AddressChanges = &AddressChanges{engine: engine, now: now, signer: signer, contacts: s.Contacts, journal: s.Journal, notices: s.Notices, suppressions: s.Suppressions, wishes: s.Wishes}
	s.Audiences = &Audiences{engine: engine, now: now, rules: rules, contacts: s.Contacts, lists: s.Lists, segments: s.Segments, settings: s.Settings, suppressions: s.Suppressions}
	s.Eraser = erasing.New(engine, signer, book, undo, s.Journal, s.Notices, s.Departures, now, s.Requests.scrub, s.Holds.scrub, scrubBulks(engine))
	s.Histories = &Histories{engine: engine, now: now, signer: signer, campaigns: s.Campaigns, contacts: s.Contacts, eraser: s.Eraser, imports: s.Imports, lists: s.Lists, organisations: s.Organisations, runs: s.Runs, settings: s.Settings}
	s.Retention = &Retention{engine: engine, now: now, deliveries: s.Deliveries, reviews: s.Reviews, settings: s.Settings}
	s.Sending = &Sending{engine: engine, now: now, audiences: s.Audiences, campaigns: s.Campaigns, contacts: s.Contacts, deliveries: s.Deliveries, holds: s.Holds, notices: s.Notices, releases: s.Releases, recipients: s.Recipients, runs: s.Runs, settings: s.Settings}
	s.Backups = &Backups{engine: engine, now: now, signer: signer, contacts: s.Contacts, eraser: s.Eraser, suppressions: s.Suppressions, upgrader: upgrader}
	s.Bulks = &Bulks{engine: engine, now: now, undo: undo, contacts: s.Contacts, eraser: s.Eraser, journal: s.Journal, lists: s.Lists, organisations: s.Organisations, suppressions: s.Suppressions, bulkBatch: bulkBatch}
	s.Installation = &Installation{engine: engine, now: now, campaigns: s.Campaigns, deliveries: s.Deliveries, journal: s.Journal, runs: s.Runs, sending: s.Sending}
	if err := upgrader.upgrade(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends the engine.
func (s *Store) Close(ctx context.Context) error { return s.engine.Close(ctx) }

// Page says which part of a table is wanted. After is the cursor the page before ended with; "" is the first page.
type Page struct {
	After string
	Limit int // 0 means 50
	Sort  string
	Desc  bool
}

const defaultLimit = 50

// page reads one page of a table and the cursor of the next; key returns the sort field's value of a document and its id.
func page[T any](ctx context.Context, e document.Engine, c *document.Collection, f document.Filter, p Page, key func(*T) (any, string)) ([]T, string, error) {
	limit := p.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	q := document.Query{Filter: f, Order: []document.Order{{Field: p.Sort, Desc: p.Desc}, {Field: "id", Desc: p.Desc}}, Limit: limit + 1}
	if p.After != "" {
		after, err := readCursor(c, p)
		if err != nil {
			return nil, "", err
		}
		q.After = after
	}
	if p.Sort == "id" { // once is enough
		q.Order, q.After = q.Order[1:], q.After[min(1, len(q.After)):]
	}
	var docs []T
	if err := e.Find(ctx, c, q, &docs); err != nil {
		return nil, "", err
	}
	if len(docs) <= limit {
		return docs, "", nil
	}
	docs = docs[:limit]
	value, id := key(&docs[limit-1])
	return docs, writeCursor(value, id), nil
}

func writeCursor(value any, id string) string {
	b, _ := json.Marshal([]any{value, id}) // strings, numbers and times always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

func readCursor(c *document.Collection, p Page) ([]any, error) {
	bad := campaign.Errorf(campaign.Invalid, "this page of the table does not exist: start again from the first")
	raw, err := base64.RawURLEncoding.DecodeString(p.After)
	if err != nil {
		return nil, bad
	}
	var parts [2]json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return nil, bad
	}
	var id, text string
	if json.Unmarshal(parts[1], &id) != nil {
		return nil, bad
	}
	switch kind, _ := c.Kind(p.Sort); kind {
	case document.Time:
		var t time.Time
		if json.Unmarshal(parts[0], &t) != nil {
			return nil, bad
		}
		return []any{t, id}, nil
	case document.Int:
		var n int64
		if json.Unmarshal(parts[0], &n) != nil {
			return nil, bad
		}
		return []any{n, id}, nil
	}
	if json.Unmarshal(parts[0], &text) != nil {
		return nil, bad
	}
	return []any{text, id}, nil
}
