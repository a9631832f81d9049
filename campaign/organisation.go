package campaign

import (
	"cmp"
	"slices"
	"time"
)

// OrganisationKind says what an organisation is.
type OrganisationKind string

const (
	Outlet       OrganisationKind = "outlet"
	SchoolKind   OrganisationKind = "school"
	Company      OrganisationKind = "company"
	Office       OrganisationKind = "office"
	OtherOrgKind OrganisationKind = "other"
)

// OrganisationKinds are all kinds of organisation in the order they are offered.
var OrganisationKinds = []OrganisationKind{Outlet, SchoolKind, Company, Office, OtherOrgKind}

// OrganisationKindFor is what a contact of a kind most likely belongs to.
func OrganisationKindFor(k Kind) OrganisationKind {
	switch k {
	case Journalist:
		return Outlet
	case School:
		return SchoolKind
	case Business:
		return Company
	case Partner:
		return Office
	}
	return OtherOrgKind
}

// Organisation is an outlet, school, company or office that contacts belong to.
type Organisation struct {
	ID        string           `json:"id"`
	Version   int64            `json:"version"`
	Name      string           `json:"name"`
	SortName  string           `json:"sort_name"` // SortKey of Name: what tables sort by
	Key       string           `json:"key"`       // Fold of Name; unique
	Kind      OrganisationKind `json:"kind"`
	Place     string           `json:"place,omitempty"`
	Website   string           `json:"website,omitempty"`
	Notes     string           `json:"notes,omitempty"`
	Text      string           `json:"text"` // SearchText of name and place
	CreatedAt time.Time        `json:"created_at"`
	UpdatedAt time.Time        `json:"updated_at"`
}

// Normalize checks the organisation and derives what is indexed.
func (o *Organisation) Normalize() error {
	o.Name, o.Place, o.Website = CleanLine(o.Name), CleanLine(o.Place), CleanLine(o.Website)
	var faults Checks
	faults.Refuse(o.Name == "", "name", "the organisation needs a name")
	faults.Refuse(LongerThan(o.Name, 300), "name", "the name is longer than 300 characters")
	o.Kind = cmp.Or(o.Kind, OtherOrgKind)
	faults.Refuse(!slices.Contains(OrganisationKinds, o.Kind), "kind", "the kind %q is not one of outlet, school, company, office, other", o.Kind)
	o.Key, o.SortName = Fold(o.Name), SortKey(o.Name)
	o.IndexText()
	return Together(faults...)
}

// IndexText derives what the organisation is found by.
func (o *Organisation) IndexText() { o.Text = SearchText(o.Name, o.Place) }
