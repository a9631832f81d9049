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

type actorKey struct{}

// Journal records what was done to contacts, and by whom.
type Journal struct {
	engine document.Engine
	now    func() time.Time
}

// As returns a context whose changes the journal puts down to somebody. Without it they are the program's own.
func As(ctx context.Context, a campaign.Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

func actorOf(ctx context.Context) campaign.Actor {
	if a, ok := ctx.Value(actorKey{}).(campaign.Actor); ok {
		return a
	}
	return campaign.Actor{Name: campaign.ByProgram}
}

// Log adds entries to the journal; who and when are filled in.
func (s *Journal) Log(ctx context.Context, entries ...campaign.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	by := actorOf(ctx)
	docs := make([]any, len(entries))
	for i := range entries {
		e := &entries[i]
		at := s.now().Add(time.Duration(i) * time.Millisecond) // ids of one millisecond have no order
		e.ID, e.At, e.User, e.By, e.Login = campaign.NewID(at), at, by.User, by.Name, by.Login
		docs[i] = e
	}
	return s.engine.Insert(ctx, schema.Journal, docs...)
}

// logOnce adds an entry that is in the log once however often it is added: what it records is named by a time and parts, which are the
// same each time.
func (s *Journal) logOnce(ctx context.Context, e campaign.Entry, at time.Time, parts ...string) (first bool, err error) {
	by := actorOf(ctx)
	e.ID, e.At, e.User, e.By, e.Login = campaign.DerivedIDAt(at, parts...), at, by.User, by.Name, by.Login
	n, err := s.engine.InsertNew(ctx, schema.Journal, &e)
	return n > 0, err
}

// changesOf says what a change did to a contact, in the words of the journal.
func changesOf(before, after *campaign.Contact) []campaign.Entry {
	var out []campaign.Entry
	add := func(kind campaign.EntryKind, list, detail string) {
		out = append(out, campaign.Entry{Kind: kind, Contact: after.ID, List: list, Detail: detail})
	}
	if fields := fieldsChanged(before, after); fields != "" {
		add(campaign.EditedEntry, "", fields)
	}
	for i := range after.Memberships {
		is := &after.Memberships[i]
		was := before.Membership(is.List)
		if was != nil && was.Status == is.Status {
			continue
		}
		add(membershipEntry(was, is), is.List, is.Source)
	}
	for _, k := range after.Consents {
		if !slices.ContainsFunc(before.Consents, func(was campaign.Consent) bool { return was.ID == k.ID }) {
			add(campaign.AgreedEntry, k.List, campaign.ConsentDetail(k.TextVersion))
		}
	}
	if before.Tracking != after.Tracking || trackingConsent(before) != trackingConsent(after) {
		add(campaign.TrackingEntry, "", string(after.Tracking))
	}
	if !before.PausedUntil.Equal(after.PausedUntil) {
		add(campaign.PausedEntry, "", campaign.PauseDetail(after.PausedUntil))
	}
	if before.Status != after.Status {
		add(campaign.StatusEntry, "", string(after.Status))
	}
	return out
}

func trackingConsent(c *campaign.Contact) time.Time {
	if c.Consent == nil || !c.Consent.WithdrawnAt.IsZero() {
		return time.Time{}
	}
	return c.Consent.At
}

func membershipEntry(was, is *campaign.Membership) campaign.EntryKind {
	switch {
	case is.Status == campaign.Unsubscribed:
		return campaign.LeftEntry
	case is.Status == campaign.Removed:
		return campaign.RemovedEntry
	case was != nil && was.Status == campaign.Unconfirmed && is.Status == campaign.Subscribed:
		return campaign.ConfirmedEntry
	}
	return campaign.JoinedEntry
}

// fieldsChanged names the fields that differ, and says nothing of what stands in them.
func fieldsChanged(before, after *campaign.Contact) string {
	var out []string
	for _, f := range []struct {
		name    string
		differs bool
	}{
		{"address", before.Email != after.Email}, {"first name", before.FirstName != after.FirstName}, {"last name", before.LastName != after.LastName},
		{"kind", before.Kind != after.Kind}, {"organisation", before.Organisation != after.Organisation}, {"position", before.Position != after.Position},
		{"phone", before.Phone != after.Phone}, {"place", before.Place != after.Place}, {"time zone", before.Zone != after.Zone}, {"language", before.Language != after.Language},
		{"tags", !slices.Equal(before.Tags, after.Tags)}, {"notes", before.Notes != after.Notes}, {"source", before.Source != after.Source},
		{"frequency", before.Frequency != after.Frequency}, {"topics", !slices.Equal(before.Topics, after.Topics)},
	} {
		if f.differs {
			out = append(out, f.name)
		}
	}
	return strings.Join(append(out, attributesChanged(before.Attributes, after.Attributes)...), ", ")
}

// attributesChanged names the attributes that differ, came or went, sorted.
func attributesChanged(before, after map[string]string) []string {
	var out []string
	for name, value := range after {
		if was, ok := before[name]; !ok || was != value {
			out = append(out, campaign.AttributePrefix+name)
		}
	}
	for name := range before {
		if _, ok := after[name]; !ok {
			out = append(out, campaign.AttributePrefix+name)
		}
	}
	slices.Sort(out)
	return out
}

// JournalFilter says which entries are wanted; empty fields do not narrow it.
type JournalFilter struct {
	Contact string
	User    string
	Kind    campaign.EntryKind
	Audit   bool // only acts of the team that it answers for
	From    time.Time
	Before  time.Time
}

func (f JournalFilter) tree() document.Filter {
	all := document.All{}
	if f.Contact != "" {
		all = append(all, document.Equal("contact_id", f.Contact))
	}
	if f.User != "" {
		all = append(all, document.Equal("user_id", f.User))
	}
	if f.Kind != "" {
		all = append(all, document.Equal("kind", string(f.Kind)))
	}
	if f.Audit {
		all = append(all, document.Equal("audit", true))
	}
	if !f.From.IsZero() {
		all = append(all, document.Where{Field: "at", Op: document.Gte, Value: f.From})
	}
	if !f.Before.IsZero() {
		all = append(all, document.Where{Field: "at", Op: document.Lt, Value: f.Before})
	}
	return all
}

// FindJournal returns one page of the journal, the latest first.
func (s *Journal) FindJournal(ctx context.Context, f JournalFilter, p Page) ([]campaign.Entry, string, error) {
	p.Sort, p.Desc = "id", true
	if f.From.IsZero() && f.Before.IsZero() {
		return page(ctx, s.engine, schema.Journal, f.tree(), p, func(e *campaign.Entry) (any, string) { return e.ID, e.ID })
	}
	p.Sort = "at" // the same order, by the index that holds the days
	return page(ctx, s.engine, schema.Journal, f.tree(), p, func(e *campaign.Entry) (any, string) { return e.At, e.ID })
}

// repliesOf returns what is on record of replies of some contacts since a moment.
func (s *Journal) repliesOf(ctx context.Context, contacts []string, since time.Time) ([]campaign.Entry, error) {
	var docs []campaign.Entry
	err := s.engine.Find(ctx, schema.Journal, document.Query{Filter: document.All{
		document.Where{Field: "contact_id", Op: document.In, Value: contacts}, document.Equal("kind", string(campaign.RepliedEntry)), document.Where{Field: "at", Op: document.Gte, Value: since},
	}}, &docs)
	return docs, err
}
