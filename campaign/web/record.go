package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// recordPages are the records the law asks for: who did what, what an account saw, what is processed.
type recordPages struct {
	*panel
	store recordStore
}

type recordStore interface {
	CountAllMembers(ctx context.Context) (map[string]map[campaign.MembershipStatus]int64, error)
	CountKinds(ctx context.Context) (map[campaign.Kind]int64, error)
	CountOpenRequests(ctx context.Context) (int64, error)
	FindJournal(ctx context.Context, f store.JournalFilter, p store.Page) ([]campaign.Entry, string, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindUsers(ctx context.Context) ([]campaign.User, error)
	GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error)
}

type auditPage struct {
	Page
	Entries  []auditRow
	Paging   paging
	Users    []templates.Option
	Kind, By string
	From, To string // days; "" for no end
	All      bool
}

// Kinds are the acts the log can be narrowed to.
func (p *auditPage) Kinds() []templates.Option {
	return optionsOf(p.Language, p.say("All acts"), campaign.EntryKinds)
}

// auditRow is one entry with the name of the contact it concerns, as long as there is one.
type auditRow struct {
	campaign.Entry
	What, Name string
}

// aboutOther are kinds whose words alone do not say what was done.
var aboutOther = []campaign.EntryKind{campaign.AddressAskedEntry, campaign.AddressAgreedEntry, campaign.AddressStoppedEntry, campaign.AddressMovedEntry}

// what says what was done. The words of older versions and those about contacts only add to the name of the act.
func whatOf(v *visit, e *campaign.Entry) string {
	words := e.Words(v.zone)
	switch {
	case e.Audit && !slices.Contains(aboutOther, e.Kind) && templates.Knows(words):
		return templates.Say(v.language, words)
	case words.IsZero():
		return templates.Label(v.language, e.Kind)
	}
	return v.say("%s: %s", e.Kind, words)
}

// pagesOf are the beginnings of objects that have a page to look at.
var pagesOf = []string{"/users/", "/lists/", "/segments/", "/organisations/", "/releases/", "/campaigns/", "/runs/", "/requests/", "/bulk/", "/settings"}

// Link leads to what was acted on; "" where that has no page.
func (r *auditRow) Link() string {
	if slices.ContainsFunc(pagesOf, func(begin string) bool { return strings.HasPrefix(r.Object, begin) }) {
		return r.Object
	}
	return ""
}

// auditRows finds the names of the contacts in some entries.
func (s *recordPages) auditRows(v *visit, entries []campaign.Entry) ([]auditRow, error) {
	contacts, err := s.store.GetContacts(v.ctx(), contactsIn(entries))
	return campaign.Collect(entries, func(e campaign.Entry) auditRow {
		row := auditRow{Entry: e, What: whatOf(v, &e)}
		if c := contacts[e.Contact]; c != nil {
			row.Name = c.DisplayName()
		}
		return row
	}), err
}

// contactsIn returns the ids of the contacts in some entries, each once.
func contactsIn(entries []campaign.Entry) []string {
	var ids []string
	for _, e := range entries {
		if e.Contact != "" && !slices.Contains(ids, e.Contact) {
			ids = append(ids, e.Contact)
		}
	}
	return ids
}

// audit shows which user did what, where the team may have to account for it (E-15).
func (s *recordPages) audit(v *visit) error {
	p := auditPage{Page: v.page("privacy", "Audit log"), Kind: v.Query("kind"), By: v.Query("by"), From: v.Query("from"), To: v.Query("to"), All: v.Query("all") == "1"}
	users, err := s.store.FindUsers(v.ctx())
	if err != nil {
		return err
	}
	p.Users = optionsFor(v.say("Everybody"), users, userOption)
	from, before, err := v.days(p.From, p.To)
	if err != nil {
		return v.refused(err, "audit", &p)
	}
	f := store.JournalFilter{Kind: campaign.EntryKind(p.Kind), User: p.By, From: from, Before: before, Audit: !p.All}
	found, next, err := s.store.FindJournal(v.ctx(), f, v.tablePage())
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	if p.Entries, err = s.auditRows(v, found); err != nil {
		return err
	}
	return v.show("audit", &p)
}

type breachPage struct {
	Page
	Users     []templates.Option
	By        string
	From, To  string
	Asked     bool
	Looked    int             // at how many persons' records
	Contacts  []breachContact // those who still exist
	Exports   []campaign.Entry
	Edited    int
	Tables    int           // pages that show several persons
	Could     campaign.Text // what the role lets them see
	Truncated bool
}

type breachContact struct{ ID, Name string }

// breachEntries is how many entries of the log are looked through.
const breachEntries = 20000

// breach shows what a user's account could see and did see in a period, for the notice to the authority (E-18).
func (s *recordPages) breach(v *visit) error {
	p := &breachPage{Page: v.page("privacy", "When an account fell into wrong hands"), By: v.Query("by"), From: v.Query("from"), To: v.Query("to")}
	users, err := s.store.FindUsers(v.ctx())
	if err != nil {
		return err
	}
	for _, u := range users {
		p.Users = append(p.Users, templates.Option{Value: u.ID, Label: v.say("%s (%s)", u.Name, u.Role)})
		if u.ID == p.By {
			p.Could = mayOf(&u)
		}
	}
	if p.From == "" {
		p.From, p.To = v.now().AddDate(0, 0, -7).Format(time.DateOnly), v.now().Format(time.DateOnly)
	}
	if p.Could.IsZero() {
		return v.show("breach", p)
	}
	from, before, err := v.days(p.From, cmp.Or(p.To, p.From))
	if err != nil {
		return v.refused(err, "breach", p)
	}
	p.Asked = true
	return s.fillBreach(v, p, store.JournalFilter{User: p.By, From: from, Before: before})
}

// days reads the first and the last day of a period in the user's zone: it returns when it begins and when it is over. An empty day
// leaves that end open.
func (v *visit) days(first, last string) (from, before time.Time, err error) {
	var checks campaign.Checks
	read := func(field, day string) (at time.Time) {
		if day != "" {
			at, err = time.ParseInLocation(time.DateOnly, day, v.zone)
			checks.Refuse(err != nil, field, "write the day like 2026-12-31")
		}
		return at
	}
	if from, before = read("from", first), read("to", last); !before.IsZero() {
		checks.Refuse(before.Before(from), "from", "give two days, the first before the second")
		before = before.AddDate(0, 0, 1)
	}
	return from, before, campaign.Together(checks...)
}

func (s *recordPages) fillBreach(v *visit, p *breachPage, f store.JournalFilter) error {
	var ids []string
	seen := map[string]bool{}
	page := store.Page{Limit: 500}
	for n := 0; ; n += 500 {
		entries, next, err := s.store.FindJournal(v.ctx(), f, page)
		if err != nil {
			return err
		}
		for _, e := range entries {
			switch {
			case e.Kind == campaign.ExportedEntry:
				p.Exports = append(p.Exports, e)
			case e.Kind != campaign.ViewedEntry:
				p.Edited++
			case e.Contact == "":
				p.Tables++
			}
			if e.Contact != "" && !seen[e.Contact] {
				seen[e.Contact] = true
				ids = append(ids, e.Contact)
			}
		}
		if next == "" {
			break
		}
		if p.Truncated = n > breachEntries; p.Truncated {
			break
		}
		page.After = next
	}
	p.Looked = len(ids)
	ids = ids[:min(len(ids), 500)]
	contacts, err := s.store.GetContacts(v.ctx(), ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if c := contacts[id]; c != nil {
			p.Contacts = append(p.Contacts, breachContact{id, c.DisplayName()})
		}
	}
	return v.show("breach", p)
}

// mayOf returns in words what an account can reach.
func mayOf(u *campaign.User) campaign.Text {
	switch {
	case u.May(campaign.Admin):
		return campaign.Textf("Everything: all contacts, exports, users and settings.")
	case u.MayExport():
		return campaign.Textf("All contacts in the panel, one by one and as files.")
	}
	return campaign.Textf("All contacts in the panel, a page at a time; no files of them.")
}

// processingPage is the record of processing activities (GDPR art. 30, ZZPL art. 47), from what is really set (E-12).
type processingPage struct {
	Page
	Controller campaign.Brand
	Lists      []processingList
	Kinds      []kindCount
	Retention  campaign.Retention
	Team       []campaign.User // who of the team can see the data
	Relay      string          // where mail is handed over
	Encrypted  bool            // readers and the panel come over HTTPS
	Open       int64           // requests that wait
}

// processingList is one purpose: a list, who is on it, on what basis, and what is measured.
type processingList struct {
	campaign.List
	Subscribed, Left int64
}

type kindCount struct {
	Kind  campaign.Kind
	Count int64
}

// Today is the day the record is of.
func (p *processingPage) Today() time.Time { return p.Now }

func (s *recordPages) processing(v *visit) error {
	ctx := v.ctx()
	p := processingPage{Page: v.page("privacy", "Record of processing"), Controller: v.set.Brand, Retention: v.set.Retention.Full(), Relay: s.Relay}
	if base, err := url.Parse(s.BaseURL); err == nil {
		p.Encrypted = base.Scheme == "https"
	}
	lists, err := s.store.FindLists(ctx, true)
	if err != nil {
		return err
	}
	counts, err := s.store.CountAllMembers(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		n := counts[l.ID]
		p.Lists = append(p.Lists, processingList{List: l, Subscribed: n[campaign.Subscribed], Left: n[campaign.Unsubscribed] + n[campaign.Removed]})
	}
	kinds, err := s.store.CountKinds(ctx)
	if err != nil {
		return err
	}
	for _, k := range campaign.Kinds {
		p.Kinds = append(p.Kinds, kindCount{Kind: k, Count: kinds[k]})
	}
	users, err := s.store.FindUsers(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if !u.Disabled {
			p.Team = append(p.Team, u)
		}
	}
	if p.Open, err = s.store.CountOpenRequests(ctx); err != nil {
		return err
	}
	return v.show("processing", &p)
}
