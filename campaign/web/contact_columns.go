package web

import (
	"net/url"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// column is one column of a table of contacts. The name is always there and is none of them.
type column struct {
	Key, Label string
	Sort       string // the field it can be sorted by, or ""
}

// contactColumns are the columns a table of contacts can have, beside one for each attribute.
var contactColumns = []column{
	{Key: "email", Label: "Address", Sort: "address"}, {Key: "organisation", Label: "Organisation", Sort: ""}, {Key: "position", Label: "Position", Sort: ""}, {Key: "kind", Label: "Kind", Sort: "kind"},
	{Key: "language", Label: "Language", Sort: ""}, {Key: "place", Label: "Place", Sort: ""}, {Key: "phone", Label: "Telephone", Sort: ""}, {Key: "lists", Label: "Lists", Sort: ""}, {Key: "tags", Label: "Tags", Sort: ""},
	{Key: "status", Label: "Status", Sort: ""}, {Key: "source", Label: "Source", Sort: ""}, {Key: "created", Label: "Added", Sort: "created_at"}, {Key: "updated", Label: "Changed", Sort: "updated_at"},
}

// usualColumns are shown to who chose none.
var usualColumns = []string{"email", "organisation", "kind", "language", "lists", "status"}

// readColumns gives the columns with some keys, in the usual order; what is unknown is left out.
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
			out = append(out, column{Key: key, Label: name})
		}
	}
	return out
}

// askedColumns gives the columns the address asks for, else those the user chose last, else the usual ones.
func (v *visit) askedColumns() []column {
	keys := strings.Split(v.Query("columns"), ",")
	if v.Query("columns") == "" && v.user != nil {
		keys = v.user.Columns
	}
	if out := readColumns(keys); len(out) > 0 {
		return out
	}
	return readColumns(usualColumns)
}

// Cell gives what stands in the column of an attribute.
func (r *contactRow) Cell(key string) string {
	return r.Attributes[strings.TrimPrefix(key, campaign.AttributePrefix)]
}

// IsShown reports whether a column is shown.
func (t *contactTable) IsShown(key string) bool {
	return slices.ContainsFunc(t.Columns, func(c column) bool { return c.Key == key })
}

// Choices are all columns that can be chosen: the usual ones, and those for the attributes of whom this page shows.
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
	slices.Sort(names)
	for _, name := range names {
		out = append(out, column{Key: campaign.AttributePrefix + name, Label: name})
	}
	return out
}

// Keys are the columns as they stand in the address.
func (t *contactTable) Keys() string {
	keys := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		keys[i] = c.Key
	}
	return strings.Join(keys, ",")
}

// chooseColumns remembers the columns for the user and leads back to the table, whose address says them.
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

// back gives the page of ours a form says it came from, or another.
func (v *visit) back(otherwise string) string {
	to := v.PostForm("back")
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return otherwise
	}
	return to
}

// rowChoices are how many rows a page can have.
var rowChoices = []templates.Option{{Value: "", Label: "50"}, {Value: "100", Label: "100"}, {Value: "200", Label: "200"}}

// rows gives how many rows the address asks for; 0 is the usual number.
func (v *visit) rows() int {
	switch v.Query("rows") {
	case "100":
		return 100
	case "200":
		return 200
	}
	return 0
}
