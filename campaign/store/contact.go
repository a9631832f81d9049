package store

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/segments"
	"github.com/glasnik/glasnik/campaign/store/undo"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// ContactFilter says which contacts a table shows; empty fields do not narrow it.
type ContactFilter struct {
	Kind         campaign.Kind             `json:"kind,omitempty"`
	List         string                    `json:"list,omitempty"`
	Membership   campaign.MembershipStatus `json:"membership,omitempty"` // on List; "" means subscribed
	Language     campaign.Language         `json:"language,omitempty"`
	Tag          string                    `json:"tag,omitempty"`
	Status       campaign.ContactStatus    `json:"status,omitempty"`
	Organisation string                    `json:"organisation,omitempty"`
	Search       string                    `json:"search,omitempty"`  // parts of names, address, place, organisation, position and phone, see campaign.SearchTerms
	Hygiene      string                    `json:"hygiene,omitempty"` // a list of addresses to look at: its kind, with a domain behind an @ where only that is meant
	Rule         *segment.Rule             `json:"rule,omitempty"`
}

// Contacts are the people who get mail.
type Contacts struct {
	engine document.Engine
	now    func() time.Time
	book   *addresses.Book
	undo   *undo.Records
	rules  *segments.Rules

	departures   *Departures
	journal      *Journal
	enrolled     *Enrolments
	suppressions *Suppressions
}

func (f ContactFilter) tree() document.Filter {
	all := document.All{}
	add := func(field, value string) {
		if value != "" {
			all = append(all, document.Equal(field, value))
		}
	}
	add("kind", string(f.Kind))
	add("language", string(f.Language))
	add("status", string(f.Status))
	add("organisation_id", f.Organisation)
	if f.Hygiene != "" {
		all = append(all, onHygieneList(f.Hygiene))
	}
	if f.List != "" {
		status := cmp.Or(f.Membership, campaign.Subscribed)
		all = append(all, document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(f.List, status)})
	}
	if f.Tag != "" {
		all = append(all, document.Where{Field: "tags", Op: document.Has, Value: strings.ToLower(f.Tag)})
	}
	for _, term := range campaign.SearchTerms(f.Search) {
		all = append(all, document.Where{Field: "text", Op: document.Contains, Value: term})
	}
	return all
}

// filter returns a contact filter with its rule as a tree.
func (s *Contacts) filter(ctx context.Context, f ContactFilter) (document.Filter, error) {
	if f.Rule == nil {
		return f.tree(), nil
	}
	rule, err := s.rules.Compile(ctx, f.Rule)
	if err != nil {
		return nil, err
	}
	return document.Scan{Filter: document.All{f.tree(), rule}}, nil
}

// ContactSorts are the fields a table of contacts can be sorted by.
var ContactSorts = []string{"sort_name", "address", "kind", "created_at", "updated_at"}

// FindContacts returns one page of contacts and the cursor of the next, "" on the last.
func (s *Contacts) FindContacts(ctx context.Context, f ContactFilter, p Page) ([]campaign.Contact, string, error) {
	key := func(c *campaign.Contact) (any, string) {
		switch p.Sort {
		case "address":
			return c.Address, c.ID
		case "kind":
			return c.Kind, c.ID
		case "updated_at":
			return c.UpdatedAt, c.ID
		}
		return c.Name, c.ID
	}
	if !slices.Contains(ContactSorts, p.Sort) {
		p.Sort = "sort_name"
	}
	if p.Sort == "created_at" { // which ids begin with
		p.Sort = "id"
	}
	tree, err := s.filter(ctx, f)
	if err != nil {
		return nil, "", err
	}
	return page(ctx, s.engine, schema.Contacts, tree, p, key)
}

// CountContacts says how many contacts a filter fits.
func (s *Contacts) CountContacts(ctx context.Context, f ContactFilter) (int64, error) {
	tree, err := s.filter(ctx, f)
	if err != nil {
		return 0, err
	}
	return s.engine.Count(ctx, schema.Contacts, tree)
}

// GetContact reads one contact.
func (s *Contacts) GetContact(ctx context.Context, id string) (campaign.Contact, error) {
	return document.Get[campaign.Contact](ctx, s.engine, schema.Contacts, id)
}

// GetContactByAddress reads the contact with an address, in whatever case it is written.
func (s *Contacts) GetContactByAddress(ctx context.Context, address string) (campaign.Contact, error) {
	return document.First[campaign.Contact](ctx, s.engine, schema.Contacts, document.Equal("address", campaign.AddressKey(address)))
}

// GetContacts reads the contacts with some ids; those that are gone are missing from the answer.
func (s *Contacts) GetContacts(ctx context.Context, ids []string) (map[string]*campaign.Contact, error) {
	var docs []campaign.Contact
	if err := s.engine.Find(ctx, schema.Contacts, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &docs); err != nil {
		return nil, err
	}
	out := make(map[string]*campaign.Contact, len(docs))
	for i := range docs {
		out[docs[i].ID] = &docs[i]
	}
	return out, nil
}

// CreateContact checks and adds a contact; its address must be new.
func (s *Contacts) CreateContact(ctx context.Context, c *campaign.Contact) error {
	if err := s.prepareContact(ctx, c); err != nil {
		return err
	}
	c.ID, c.Version, c.CreatedAt = campaign.NewID(s.now()), 1, s.now()
	if err := document.Insert(ctx, s.engine, schema.Contacts, c); err != nil {
		return document.SayTaken(err, "email", "%s is a contact already", c.Email)
	}
	if err := s.book.DropFormer(ctx, c.Email); err != nil {
		return err
	}
	if err := s.book.AddBeside(ctx, c); err != nil {
		return err
	}
	entries := []campaign.Entry{{Kind: campaign.CreatedEntry, Contact: c.ID, Detail: c.Source}}
	return s.journal.Log(ctx, append(entries, changesOf(&campaign.Contact{Status: c.Status}, c)[1:]...)...)
}

// InsertContacts adds many contacts that are checked already and have their ids, leaving out those whose address exists.
func (s *Contacts) InsertContacts(ctx context.Context, cs []*campaign.Contact) error {
	docs := campaign.Collect(cs, func(c *campaign.Contact) any { return c })
	_, err := s.engine.InsertNew(ctx, schema.Contacts, docs...)
	return err
}

// UpdateContact lets fn change a contact as it stands and writes it back checked. The journal says what was changed, and
// by whom, see As.
func (s *Contacts) UpdateContact(ctx context.Context, id string, fn func(*campaign.Contact) error) (campaign.Contact, error) {
	var before campaign.Contact
	c, err := s.ChangeContact(ctx, id, func(c *campaign.Contact) error {
		before = c.Clone()
		if err := fn(c); err != nil {
			return err
		}
		if campaign.AddressKey(c.Email) != before.Address { // first: a crash in between must not lose it
			if err := s.book.AddFormer(ctx, before.Email, c.ID); err != nil {
				return err
			}
		}
		return campaign.CheckConsents(&before, c)
	})
	if err != nil {
		return c, err
	}
	if before.Address != c.Address {
		if err := s.book.DropFormer(ctx, c.Email); err != nil {
			return c, err
		}
	}
	if !maps.Equal(before.Attributes, c.Attributes) {
		if err := s.book.AddBeside(ctx, &c); err != nil {
			return c, err
		}
	}
	changes := changesOf(&before, &c)
	s.departures.tellChanges(&c, changes)
	return c, s.journal.Log(ctx, changes...)
}

// ChangeContact is UpdateContact without a word in the journal, for imports: what they did stands in their own record.
func (s *Contacts) ChangeContact(ctx context.Context, id string, fn func(*campaign.Contact) error) (campaign.Contact, error) {
	c, err := document.Modify(ctx, s.engine, schema.Contacts, id, func(c *campaign.Contact) *int64 { return &c.Version }, func(c *campaign.Contact) error {
		address, since, links, status := c.Address, c.AddressSince, c.LinksSince, c.Status
		if err := fn(c); err != nil {
			return err
		}
		if c.Status != status {
			c.StatusSince = s.now()
		}
		if c.AddressSince.Before(since) { // taking back an import must not open old links again
			c.AddressSince = since
		}
		if c.LinksSince.Before(links) {
			c.LinksSince = links
		}
		if campaign.AddressKey(c.Email) != address {
			c.Moved(s.now())
		}
		return s.prepareContact(ctx, c)
	})
	return c, document.SayTaken(err, "email", "%s belongs to another contact", c.Email)
}

// prepareContact checks a contact and derives its indexed fields, for which the organisation's name is needed.
func (s *Contacts) prepareContact(ctx context.Context, c *campaign.Contact) error {
	organisation := ""
	if c.Organisation != "" {
		o, err := document.Get[campaign.Organisation](ctx, s.engine, schema.Organisations, c.Organisation)
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return err
		}
		if err != nil {
			return campaign.FieldError("organisation", "the organisation of this contact is gone: choose another")
		}
		organisation = o.Name
	}
	c.UpdatedAt = s.now()
	return c.Normalize(organisation)
}

// Tags returns every tag in use, sorted, with the number of contacts that have it. It reads no contact: the tag field is
// indexed value by value.
func (s *Contacts) Tags(ctx context.Context) (map[string]int64, error) {
	return s.engine.GroupCount(ctx, schema.Contacts, nil, "tags")
}

// SubscribeContact puts a contact on a list; ownAct says whether it is the contact's own doing, see Contact.Subscribe.
func (s *Contacts) SubscribeContact(ctx context.Context, id string, m campaign.Membership, ownAct bool) error {
	if m.Since.IsZero() {
		m.Since = s.now()
	}
	_, err := s.UpdateContact(ctx, id, func(c *campaign.Contact) error {
		c.Subscribe(m, ownAct)
		return nil
	})
	return err
}

// LeaveLists ends a contact's memberships of some lists and reports which it ended.
func (s *Contacts) LeaveLists(ctx context.Context, id string, lists []string, status campaign.MembershipStatus) ([]string, error) {
	var left []string
	_, err := s.UpdateContact(ctx, id, func(c *campaign.Contact) error {
		left = nil
		for _, l := range lists {
			if c.Leave(l, status, s.now()) {
				left = append(left, l)
			}
		}
		return nil
	})
	return left, err
}

// SetContactStatus marks what a bounce or complaint says of an address.
func (s *Contacts) SetContactStatus(ctx context.Context, id string, status campaign.ContactStatus, reason string) error {
	_, err := s.UpdateContact(ctx, id, func(c *campaign.Contact) error {
		c.Status, c.StatusReason = status, reason
		return nil
	})
	return err
}

// EachContact calls fn for pages of contacts in the order of their ids, starting after an id, until there are no more or
// fn returns an error. Memory does not grow with the number of contacts.
func (s *Contacts) EachContact(ctx context.Context, f document.Filter, after string, size int, fn func([]campaign.Contact) error) error {
	if scan, ok := f.(document.Scan); ok && scan.Memo == nil {
		scan.Memo = &document.Memo{}
		f = scan
	}
	for {
		q := document.Query{Filter: f, Order: []document.Order{{Field: "id"}}, Limit: size}
		if after != "" {
			q.After = []any{after}
		}
		var docs []campaign.Contact
		if err := s.engine.Find(ctx, schema.Contacts, q, &docs); err != nil {
			return err
		}
		if len(docs) == 0 {
			return nil
		}
		if err := fn(docs); err != nil {
			return err
		}
		if len(docs) < size {
			return nil
		}
		after = docs[len(docs)-1].ID
	}
}

// EachContactIn is EachContact over a table's filter, for exports.
func (s *Contacts) EachContactIn(ctx context.Context, f ContactFilter, fn func([]campaign.Contact) error) error {
	tree, err := s.filter(ctx, f)
	if err != nil {
		return err
	}
	return s.EachContact(ctx, tree, "", 500, fn)
}

// AttributeNames returns the names of all attributes the contacts of a filter have, sorted: the columns of an export beside
// the usual ones.
func (s *Contacts) AttributeNames(ctx context.Context, f ContactFilter) ([]string, error) {
	seen := map[string]bool{}
	err := s.EachContactIn(ctx, f, func(cs []campaign.Contact) error {
		for i := range cs {
			for name := range cs[i].Attributes {
				seen[name] = true
			}
		}
		return nil
	})
	return slices.Sorted(maps.Keys(seen)), err
}
