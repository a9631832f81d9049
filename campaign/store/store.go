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
	ABTests        *ABTests
	APITokens      *APITokens
	Actions        *Actions
	Activities     *Activities
	AddressChanges *AddressChanges
	Alarms         *Alarms
	Approvals      *Approvals
	Audiences      *Audiences
	Backups        *Backups
	Bounces        *Bounces
	Breakdowns     *Breakdowns
	Bulks          *Bulks
	Campaigns      *Campaigns
	Comments       *Comments
	Contacts       *Contacts
	CoverageNotes  *CoverageNotes
	Deliveries     *Deliveries
	Departures     *Departures
	WorkingCopies  *WorkingCopies
	Enquiries      *Enquiries
	Enrolments     *Enrolments
	Eraser         *erasing.Eraser
	Events         *Events
	Follows        *Follows
	Histories      *Histories
	Holds          *Holds
	Hygiene        *Hygiene
	Imports        *importing.Imports
	Installation   *Installation
	Journal        *Journal
	Leases         *Leases
	Lists          *Lists
	Mailboxes      *Mailboxes
	Media          *Media
	Notices        *Notices
	Organisations  *Organisations
	OverTimes      *OverTimes
	Progress       *Progress
	Providers      *Providers
	Recipients     *Recipients
	Releases       *Releases
	Replies        *Replies
	Reports        *Reports
	Requests       *Requests
	Retention      *Retention
	Reviews        *Reviews
	Rules          *segments.Rules
	Runs           *Runs
	Segments       *Segments
	Series         *Series
	Layouts        *Layouts
	Sending        *Sending
	Sessions       *Sessions
	SenderLooks    *SenderLooks
	Settings       *Settings
	SigningKeys    *SigningKeys
	SignUps        *SignUps
	Suppressions   *Suppressions
	Upcomings      *Upcomings
	Users          *Users
	Vocabularies   *Vocabularies
	Wishes         *Wishes

	engine document.Engine
	counts *Counts
}

// All has the methods of every repository, for those who name the methods they use in interfaces of their own.
type All struct {
	*ABTests
	*APITokens
	*Actions
	*Activities
	*AddressChanges
	*Alarms
	*Approvals
	*Audiences
	*Backups
	*Bounces
	*Breakdowns
	*Bulks
	*Campaigns
	*Comments
	*Contacts
	*CoverageNotes
	*Deliveries
	*Departures
	*WorkingCopies
	*Enquiries
	*Enrolments
	*erasing.Eraser
	*Events
	*Follows
	*Histories
	*Holds
	*Hygiene
	*importing.Imports
	*Installation
	*Journal
	*Leases
	*Layouts
	*Lists
	*Mailboxes
	*Media
	*Notices
	*Organisations
	*OverTimes
	*Progress
	*Recipients
	*Releases
	*Replies
	*Reports
	*Requests
	*Retention
	*Reviews
	*segments.Rules
	*Runs
	*Segments
	*Series
	*Sending
	*Sessions
	*SenderLooks
	*Settings
	*SigningKeys
	*SignUps
	*Suppressions
	*Upcomings
	*Users
	*Vocabularies
	*Wishes

	*Providers
}

// All joins the methods of the repositories.
func (s *Store) All() All {
	return All{
		s.ABTests, s.APITokens, s.Actions, s.Activities, s.AddressChanges, s.Alarms, s.Approvals, s.Audiences, s.Backups, s.Bounces, s.Breakdowns, s.Bulks, s.Campaigns, s.Comments, s.Contacts, s.CoverageNotes, s.Deliveries, s.Departures, s.WorkingCopies, s.Enquiries, s.Enrolments, s.Eraser,
		s.Events, s.Follows, s.Histories, s.Holds, s.Hygiene, s.Imports, s.Installation, s.Journal, s.Leases, s.Layouts, s.Lists, s.Mailboxes, s.Media, s.Notices, s.Organisations, s.OverTimes,
		s.Progress, s.Recipients, s.Releases, s.Replies, s.Reports, s.Requests, s.Retention, s.Reviews, s.Rules, s.Runs, s.Segments, s.Series, s.Sending, s.Sessions,
		s.SenderLooks, s.Settings, s.SigningKeys, s.SignUps, s.Suppressions, s.Upcomings, s.Users, s.Vocabularies, s.Wishes,

		s.Providers,
	}
}

// New prepares the collections and returns the repositories. The signer keys the hashes of suppressed addresses.
func New(ctx context.Context, engine document.Engine, signer *campaign.Signer, clock func() time.Time) (*Store, error) {
	if err := engine.Prepare(ctx, Collections); err != nil {
		return nil, fmt.Errorf("prepare store: %w", err)
	}
	now := func() time.Time { return clock().UTC().Truncate(time.Millisecond) }
	rules, book, undo := segments.New(engine, now), addresses.New(engine, signer), undo.New(engine, now)
	counts := newCounts(engine, now)
	s := &Store{Rules: rules, engine: engine, counts: counts}
	s.Actions = &Actions{engine: engine, now: now}
	s.Activities = &Activities{engine: engine, now: now}
	s.CoverageNotes = &CoverageNotes{engine: engine, now: now}
	s.Campaigns = &Campaigns{engine: engine, now: now}
	s.Comments = &Comments{engine: engine, now: now}
	s.Departures = &Departures{now: now}
	s.WorkingCopies = &WorkingCopies{engine: engine, now: now}
	s.Journal = &Journal{engine: engine, now: now}
	s.Leases = &Leases{engine: engine}
	s.Lists = &Lists{engine: engine, now: now, campaigns: s.Campaigns}
	s.Progress = &Progress{engine: engine, now: now}
	s.Releases = &Releases{engine: engine, now: now}
	s.Runs = &Runs{engine: engine, now: now}
	s.Layouts = &Layouts{engine: engine, now: now}
	s.Segments = &Segments{engine: engine, now: now, rules: rules}
	s.APITokens = &APITokens{engine: engine, now: now, journal: s.Journal}
	s.Settings = &Settings{engine: engine, now: now, journal: s.Journal}
	s.Users = &Users{engine: engine, now: now, journal: s.Journal}
	s.Deliveries = &Deliveries{engine: engine, now: now, counts: counts, runs: s.Runs}
	s.Notices = &Notices{engine: engine, now: now, signer: signer, deliveries: s.Deliveries, runs: s.Runs}
	s.Upcomings = &Upcomings{engine: engine, now: now, journal: s.Journal, notices: s.Notices, releases: s.Releases, runs: s.Runs, settings: s.Settings, users: s.Users}
	s.Mailboxes = &Mailboxes{engine: engine, now: now}
	s.Alarms = &Alarms{engine: engine, now: now, notices: s.Notices, users: s.Users}
	s.SenderLooks = &SenderLooks{engine: engine, now: now}
	s.SigningKeys = &SigningKeys{engine: engine, now: now, signer: signer, journal: s.Journal}
	s.Media = &Media{engine: engine, now: now, settings: s.Settings}
	s.Suppressions = &Suppressions{engine: engine, now: now, signer: signer, book: book, departures: s.Departures, journal: s.Journal}
	s.Vocabularies = &Vocabularies{engine: engine, now: now}
	s.Contacts = &Contacts{engine: engine, now: now, book: book, undo: undo, rules: rules, departures: s.Departures, journal: s.Journal, suppressions: s.Suppressions}
	s.ABTests = &ABTests{engine: engine, now: now, campaigns: s.Campaigns, deliveries: s.Deliveries, journal: s.Journal, notices: s.Notices, runs: s.Runs, users: s.Users}
	s.Recipients = &Recipients{engine: engine, counts: counts, contacts: s.Contacts}
	s.Events = &Events{engine: engine, counts: counts, deliveries: s.Deliveries}
	s.Bounces = &Bounces{engine: engine, now: now, contacts: s.Contacts, deliveries: s.Deliveries, events: s.Events, journal: s.Journal, settings: s.Settings, suppressions: s.Suppressions}
	s.Providers = &Providers{engine: engine, now: now, deliveries: s.Deliveries, journal: s.Journal}
	s.Holds = &Holds{engine: engine, now: now, providers: s.Providers, runs: s.Runs}
	s.Imports = importing.New(engine, s.Lists, s.Contacts, book, undo, now)
	s.Organisations = &Organisations{engine: engine, now: now, contacts: s.Contacts}
	s.Breakdowns = &Breakdowns{engine: engine, counts: counts, now: now, contacts: s.Contacts, organisations: s.Organisations, recipients: s.Recipients, events: s.Events, runs: s.Runs}
	s.Enquiries = &Enquiries{engine: engine, signer: signer, journal: s.Journal}
	s.Requests = &Requests{engine: engine, now: now, contacts: s.Contacts, journal: s.Journal, suppressions: s.Suppressions}
	s.Reviews = &Reviews{engine: engine, now: now, contacts: s.Contacts, journal: s.Journal, notices: s.Notices, suppressions: s.Suppressions}
	s.Hygiene = &Hygiene{engine: engine, now: now, contacts: s.Contacts, reviews: s.Reviews, settings: s.Settings, suppressions: s.Suppressions}
	s.Sessions = &Sessions{engine: engine, now: now, users: s.Users}
	s.SignUps = &SignUps{engine: engine, now: now, signer: signer, contacts: s.Contacts, notices: s.Notices, suppressions: s.Suppressions}
	s.Wishes = &Wishes{engine: engine, now: now, signer: signer, contacts: s.Contacts, lists: s.Lists, notices: s.Notices, suppressions: s.Suppressions}
	upgrader := &upgrader{engine: engine, now: now, signer: signer, book: book, contacts: s.Contacts, deliveries: s.Deliveries, holds: s.Holds, journal: s.Journal, notices: s.Notices, organisations: s.Organisations, upcomings: s.Upcomings}
	s.AddressChanges = &AddressChanges{engine: engine, now: now, signer: signer, contacts: s.Contacts, journal: s.Journal, notices: s.Notices, suppressions: s.Suppressions, wishes: s.Wishes}
	s.Follows = &Follows{engine: engine, now: now, campaigns: s.Campaigns, deliveries: s.Deliveries, journal: s.Journal, recipients: s.Recipients, releases: s.Releases, runs: s.Runs, settings: s.Settings}
	s.Audiences = &Audiences{engine: engine, now: now, rules: rules, contacts: s.Contacts, follows: s.Follows, lists: s.Lists, segments: s.Segments, settings: s.Settings, suppressions: s.Suppressions}
	s.Eraser = erasing.New(engine, signer, book, undo, s.Journal, s.Notices, s.Departures, now, s.Requests.scrub, s.Notices.scrub, s.Enquiries.scrub, s.Hygiene.scrub, s.Holds.scrub, s.Providers.scrub, s.Media.scrub, s.CoverageNotes.scrub, counts.scrub, scrubBulks(engine), scrubEnrolments(engine))
	s.Histories = &Histories{engine: engine, now: now, signer: signer, campaigns: s.Campaigns, contacts: s.Contacts, eraser: s.Eraser, imports: s.Imports, lists: s.Lists, organisations: s.Organisations, runs: s.Runs, settings: s.Settings}
	s.Reports = &Reports{engine: engine, now: now, actions: s.Actions, breakdowns: s.Breakdowns, campaigns: s.Campaigns, contacts: s.Contacts, coverage: s.CoverageNotes, activities: s.Activities, deliveries: s.Deliveries, events: s.Events, lists: s.Lists, organisations: s.Organisations, releases: s.Releases, settings: s.Settings, notices: s.Notices, users: s.Users}
	s.OverTimes = &OverTimes{engine: engine, now: now, breakdowns: s.Breakdowns, campaigns: s.Campaigns, coverage: s.CoverageNotes, events: s.Events, lists: s.Lists, releases: s.Releases, runs: s.Runs}
	s.Retention = &Retention{engine: engine, now: now, deliveries: s.Deliveries, reviews: s.Reviews, settings: s.Settings}
	s.Sending = &Sending{engine: engine, now: now, audiences: s.Audiences, campaigns: s.Campaigns, contacts: s.Contacts, deliveries: s.Deliveries, follows: s.Follows, holds: s.Holds, layouts: s.Layouts, media: s.Media, notices: s.Notices, releases: s.Releases, recipients: s.Recipients, runs: s.Runs, settings: s.Settings, upcomings: s.Upcomings}
	s.Approvals = &Approvals{engine: engine, now: now, audiences: s.Audiences, campaigns: s.Campaigns, journal: s.Journal, lists: s.Lists, media: s.Media, notices: s.Notices, releases: s.Releases, sending: s.Sending, settings: s.Settings, users: s.Users}
	s.Series = &Series{engine: engine, now: now, approvals: s.Approvals, audiences: s.Audiences, campaigns: s.Campaigns, contacts: s.Contacts, journal: s.Journal, runs: s.Runs, sending: s.Sending}
	s.Enrolments = &Enrolments{engine: engine, now: now, rules: rules, contacts: s.Contacts, deliveries: s.Deliveries, journal: s.Journal, runs: s.Runs, segments: s.Segments, series: s.Series, suppressions: s.Suppressions}
	s.Replies = &Replies{engine: engine, contacts: s.Contacts, deliveries: s.Deliveries, enquiries: s.Enquiries, enrolled: s.Enrolments, events: s.Events, journal: s.Journal, notices: s.Notices, requests: s.Requests, runs: s.Runs}
	s.Series.enrolled = s.Enrolments
	s.Follows.sending = s.Sending
	s.Sending.approvals, s.Sending.series, s.Approvals.series, s.Contacts.enrolled = s.Approvals, s.Series, s.Series, s.Enrolments
	s.Backups = &Backups{engine: engine, now: now, signer: signer, contacts: s.Contacts, eraser: s.Eraser, suppressions: s.Suppressions, upgrader: upgrader}
	s.Bulks = &Bulks{engine: engine, now: now, undo: undo, contacts: s.Contacts, eraser: s.Eraser, journal: s.Journal, lists: s.Lists, organisations: s.Organisations, suppressions: s.Suppressions, bulkBatch: bulkBatch}
	s.Installation = &Installation{engine: engine, now: now, campaigns: s.Campaigns, deliveries: s.Deliveries, journal: s.Journal, runs: s.Runs, sending: s.Sending, approvals: s.Approvals, series: s.Series}
	if err := upgrader.upgrade(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// Close ends the engine, after what is counted behind pages.
func (s *Store) Close(ctx context.Context) error {
	s.counts.close()
	return s.engine.Close(ctx)
}

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
