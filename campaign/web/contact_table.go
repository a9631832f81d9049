package web

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/contactfile"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// contactRow is a contact with the names of what it refers to.
type contactRow struct {
	campaign.Contact
	OrganisationName string
	ListNames        []string
	on               []contactfile.ListStatus
}

// contactTables makes tables of contacts, and reads the filters that narrow them.
type contactTables struct {
	store  contactTableStore
	offers *offers
}

type contactTableStore interface {
	CountContacts(ctx context.Context, f store.ContactFilter) (int64, error)
	FindContacts(ctx context.Context, f store.ContactFilter, p store.Page) ([]campaign.Contact, string, error)
	GetList(ctx context.Context, id string) (campaign.List, error)
	GetOrganisation(ctx context.Context, id string) (campaign.Organisation, error)
	GetOrganisations(ctx context.Context, ids []string) (map[string]campaign.Organisation, error)
	GetSegment(ctx context.Context, id string) (segment.Segment, error)
	ReadRule(ctx context.Context, text string) (segment.Rule, error)
}

// contactTable is one page of contacts, wherever it is shown.
type contactTable struct {
	Rows    []contactRow
	Columns []column
	Count   int64
	Paging  paging
	Filter  store.ContactFilter // whom the table is about
}

// Ask is the address that asks before something is done to the ticked contacts, or to all that the filter matches.
func (t *contactTable) Ask() string { return withQuery("/bulk/ask", filterQuery(t.Filter)) }

// Filtered reports whether the table shows only some contacts.
func (t *contactTable) Filtered() bool { return t.Filter != (store.ContactFilter{}) }

// Bulks are the actions on many of them that the user may take.
func (p *Page) Bulks() []templates.Option { return bulkOptions(p) }

// RowChoices are how many rows a page can have.
func (t *contactTable) RowChoices() []templates.Option { return rowChoices }

// Width is how many columns the table has, without that of the tick boxes.
func (t *contactTable) Width() int { return len(t.Columns) + 1 }

// paging are the links under a table; "" shows none.
type paging struct{ First, Next string }

// pages returns the links of a table whose next page begins at a cursor.
func (p *Page) pages(next string) paging {
	out := paging{First: p.First()}
	if next != "" {
		out.Next = p.Next(next)
	}
	return out
}

func (s *contactTables) page(v *visit, f store.ContactFilter) (contactTable, error) {
	t := contactTable{Columns: askedColumnsOf(v), Filter: f}
	part := v.tablePage()
	part.Limit = rowsOf(v)
	found, next, err := s.store.FindContacts(v.ctx(), f, part)
	if err != nil {
		return t, err
	}
	if t.Count, err = s.store.CountContacts(v.ctx(), f); err != nil {
		return t, err
	}
	p := Page{URL: v.Request.URL}
	t.Paging = p.pages(next)
	t.Rows, err = s.rows(v.ctx(), found)
	return t, err
}

// rows looks up the names for a page of contacts in two queries, however many contacts there are.
func (s *contactTables) rows(ctx context.Context, cs []campaign.Contact) ([]contactRow, error) {
	var ids []string
	for _, c := range cs {
		if c.Organisation != "" && !slices.Contains(ids, c.Organisation) {
			ids = append(ids, c.Organisation)
		}
	}
	organisations, err := s.store.GetOrganisations(ctx, ids)
	if err != nil {
		return nil, err
	}
	names, err := s.offers.listNames(ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]contactRow, len(cs))
	for i, c := range cs {
		rows[i] = contactRow{Contact: c, OrganisationName: organisations[c.Organisation].Name}
		for _, m := range c.Memberships {
			rows[i].on = append(rows[i].on, contactfile.ListStatus{List: names[m.List], Status: m.Status})
			if m.Status == campaign.Subscribed {
				rows[i].ListNames = append(rows[i].ListNames, names[m.List])
			}
		}
	}
	return rows, nil
}

type contactsPage struct {
	Page
	Filter      store.ContactFilter
	Filtered    bool
	Contacts    contactTable
	ListOptions []templates.Option
	TagOptions  []templates.Option

	SegmentOptions []templates.Option
}

func (p *contactsPage) Memberships() []templates.Option {
	return optionsOf(p.Language, "", campaign.MembershipStatuses)
}

func (s *contactPages) index(v *visit) error {
	p := contactsPage{Page: v.page("contacts", "Contacts")}
	var err error
	if p.Filter, err = s.tables.filter(v); err != nil && !p.refuse(err) {
		return err
	}
	p.Filtered = p.Filter != (store.ContactFilter{})
	if p.SegmentOptions, err = s.offers.segments(v.ctx(), v.say("Any")); err != nil {
		return err
	}
	if p.Contacts, err = s.tables.page(v, p.Filter); err != nil {
		return err
	}
	if p.ListOptions, err = s.offers.lists(v.ctx(), v.say("Any")); err != nil {
		return err
	}
	tags, err := s.offers.tags(v.ctx())
	if err != nil {
		return err
	}
	p.TagOptions = optionsFor(v.say("Any"), tags, func(tag string) templates.Option { return templates.Option{Value: tag, Label: tag} })
	return v.show("contacts", &p)
}

// column is one column of a table of contacts. The name, which is always shown, is none of them.
type column struct {
	Key   string
	Words campaign.Text // its heading
	Sort  string        // the field it can be sorted by, or ""
}

// contactColumns are the columns a table of contacts can have, beside one for each attribute.
var contactColumns = []column{
	{"email", campaign.Textf("Address"), "address"}, {"organisation", campaign.Textf("Organisation"), ""},
	{"position", campaign.Textf("Position"), ""}, {"kind", campaign.Textf("Kind"), "kind"}, {"language", campaign.Textf("Language"), ""},
	{"place", campaign.Textf("Place"), ""}, {"zone", campaign.Textf("Time zone"), ""}, {"phone", campaign.Textf("Phone"), ""}, {"lists", campaign.Textf("Lists"), ""},
	{"tags", campaign.Textf("Tags"), ""}, {"status", campaign.Textf("Status"), ""}, {"source", campaign.Textf("Source"), ""},
	{"created", campaign.Textf("Added"), "created_at"}, {"updated", campaign.Textf("Changed"), "updated_at"},
}

// usualColumns are shown to a user who chose none.
var usualColumns = []string{"email", "organisation", "kind", "language", "lists", "status"}

// readColumns returns the columns with the keys, in the usual order; unknown keys are left out.
func readColumns(keys []string) []column {
	var out []column
	for _, c := range contactColumns {
		if slices.Contains(keys, c.Key) {
			out = append(out, c)
		}
	}
	for _, key := range keys {
		name, ok := strings.CutPrefix(key, campaign.AttributePrefix)
		if ok && name != "" && !slices.ContainsFunc(out, func(c column) bool { return c.Key == key }) {
			out = append(out, column{Key: key, Words: campaign.Textf("%s", name)})
		}
	}
	return out
}

// askedColumns returns the columns the address asks for, else those the user chose last, else the usual ones.
func askedColumnsOf(v *visit) []column {
	keys := strings.Split(v.Query("columns"), ",")
	if v.Query("columns") == "" && v.user != nil {
		keys = v.user.Columns
	}
	if out := readColumns(keys); len(out) > 0 {
		return out
	}
	return readColumns(usualColumns)
}

// Cell returns the value in the column of an attribute.
func (r *contactRow) Cell(key string) string {
	return r.Attributes[strings.TrimPrefix(key, campaign.AttributePrefix)]
}

// SourceWords says where the address comes from.
func (r *contactRow) SourceWords() campaign.Text { return campaign.SourceWords(r.Source) }

// IsShown reports whether a column is shown.
func (t *contactTable) IsShown(key string) bool {
	return slices.ContainsFunc(t.Columns, func(c column) bool { return c.Key == key })
}

// Choices are all columns that can be chosen: the usual ones, and one for each attribute of the contacts on this page.
func (t *contactTable) Choices() []column {
	out := slices.Clone(contactColumns)
	for _, c := range t.Columns {
		if strings.HasPrefix(c.Key, campaign.AttributePrefix) {
			out = append(out, c)
		}
	}
	var names []string
	for i := range t.Rows {
		for name := range t.Rows[i].Attributes {
			if key := campaign.AttributePrefix + name; !t.IsShown(key) && !slices.Contains(names, name) && !strings.Contains(name, ",") {
				names = append(names, name)
			}
		}
	}
	slices.SortFunc(names, campaign.CompareNames)
	for _, name := range names {
		out = append(out, column{Key: campaign.AttributePrefix + name, Words: campaign.Textf("%s", name)})
	}
	return out
}

// Keys are the columns as they stand in the address.
func (t *contactTable) Keys() string {
	keys := campaign.Collect(t.Columns, func(c column) string { return c.Key })
	return strings.Join(keys, ",")
}

// chooseColumns stores the columns for the user and leads back to the table, with the columns in its address.
func (s *contactPages) chooseColumns(v *visit) error {
	columns := readColumns(v.PostFormArray("column"))
	if len(columns) == 0 {
		columns = readColumns(usualColumns)
	}
	t := contactTable{Columns: columns}
	keys := strings.Split(t.Keys(), ",")
	if len(keys) > 40 {
		return campaign.Errorf(campaign.Invalid, "no more than 40 columns can be shown")
	}
	if _, err := s.store.UpdateUser(v.ctx(), v.user.ID, func(u *campaign.User) error { u.Columns = keys; return nil }); err != nil {
		return err
	}
	back, err := url.Parse(v.back("/contacts"))
	if err != nil {
		return err
	}
	q := back.Query()
	q.Set("columns", t.Keys())
	if slices.Equal(keys, usualColumns) {
		q.Del("columns")
	}
	back.RawQuery = q.Encode()
	return v.seeOther(back.String())
}

// back returns the page of ours that a form names as where it came from, or another.
func (v *visit) back(otherwise string) string {
	to := v.PostForm("back")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return otherwise
	}
	return to
}

// rowChoices are how many rows a page can have.
var rowChoices = []templates.Option{{Value: "", Label: "50"}, {Value: "100", Label: "100"}, {Value: "200", Label: "200"}}

// rows returns how many rows the address asks for; 0 is the usual number.
func rowsOf(v *visit) int {
	switch v.Query("rows") {
	case "100":
		return 100
	case "200":
		return 200
	}
	return 0
}
