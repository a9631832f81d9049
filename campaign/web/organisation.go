package web

import (
	"context"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// organisationPages are the pages about organisations.
type organisationPages struct {
	*panel
	store  organisationStore
	tables *contactTables
}

type organisationStore interface {
	CountByOrganisation(ctx context.Context, ids []string) (map[string]int64, error)
	CreateOrganisation(ctx context.Context, o *campaign.Organisation) error
	DeleteOrganisation(ctx context.Context, id string) error
	FindOrganisations(ctx context.Context, search string, kind campaign.OrganisationKind, p store.Page) ([]campaign.Organisation, string, error)
	GetOrganisation(ctx context.Context, id string) (campaign.Organisation, error)
	UpdateOrganisation(ctx context.Context, id string, fn func(*campaign.Organisation) error) (campaign.Organisation, error)
}

type organisationRow struct {
	campaign.Organisation
	Contacts int64
}

type organisationsPage struct {
	Page
	Rows   []organisationRow
	Paging paging
}

func (s *organisationPages) index(v *visit) error {
	p := organisationsPage{Page: v.page("organisations", "Organisations")}
	found, next, err := s.store.FindOrganisations(v.ctx(), v.Query("q"), campaign.OrganisationKind(v.Query("kind")), v.tablePage())
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	ids := campaign.Collect(found, func(o campaign.Organisation) string { return o.ID })
	counts, err := s.store.CountByOrganisation(v.ctx(), ids)
	if err != nil {
		return err
	}
	for _, o := range found {
		p.Rows = append(p.Rows, organisationRow{Organisation: o, Contacts: counts[o.ID]})
	}
	return v.show("organisations", &p)
}

type organisationPage struct {
	Page
	Organisation campaign.Organisation
	Contacts     contactTable
}

func (s *organisationPages) show(v *visit) error {
	o, err := s.store.GetOrganisation(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "organisation")
	}
	v.auditDetail(o.Name)
	p := organisationPage{Page: v.page("organisations", "%s", o.Name), Organisation: o}
	if p.Contacts, err = s.tables.page(v, store.ContactFilter{Organisation: o.ID}); err != nil {
		return err
	}
	return v.show("organisation", &p)
}

type organisationForm struct {
	edited
	Name    string `form:"name"`
	Kind    string `form:"kind"`
	Place   string `form:"place"`
	Website string `form:"website"`
	Notes   string `form:"notes"`
}

func organisationFormOf(o *campaign.Organisation) organisationForm {
	f := organisationForm{Name: o.Name, Kind: string(o.Kind), Place: o.Place, Website: o.Website, Notes: o.Notes}
	begin(&f, o.Version)
	return f
}

func (f *organisationForm) fill(o *campaign.Organisation) error {
	o.Name, o.Kind, o.Place, o.Notes = f.Name, campaign.OrganisationKind(f.Kind), f.Place, f.Notes
	var err error
	o.Website, err = webAddress("website", f.Website)
	trial := *o
	return campaign.Together(trial.Normalize(), err)
}

type organisationEditPage struct {
	Page
	ID   string // "" for a new one
	Form organisationForm
}

func (s *organisationPages) new(v *visit) error {
	p := organisationEditPage{Page: v.page("organisations", "New organisation"), Form: organisationForm{Kind: string(campaign.Outlet)}}
	return v.show("organisation_edit", &p)
}

func (s *organisationPages) create(v *visit) error {
	p := organisationEditPage{Page: v.page("organisations", "New organisation")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var o campaign.Organisation
	if err := p.Form.fill(&o); err != nil {
		return v.refused(err, "organisation_edit", &p)
	}
	v.auditDetail(o.Name)
	if err := s.store.CreateOrganisation(v.ctx(), &o); err != nil {
		return v.refused(err, "organisation_edit", &p)
	}
	return v.done("/organisations/"+o.ID, "%s is added.", o.Name)
}

func (s *organisationPages) edit(v *visit) error {
	o, err := s.store.GetOrganisation(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "organisation")
	}
	p := organisationEditPage{Page: v.page("organisations", "Edit organisation"), ID: o.ID, Form: organisationFormOf(&o)}
	return v.show("organisation_edit", &p)
}

func (s *organisationPages) update(v *visit) error {
	p := organisationEditPage{Page: v.page("organisations", "Edit organisation"), ID: v.Param("id")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	stored, err := s.store.GetOrganisation(v.ctx(), p.ID)
	if err != nil {
		return gone(err, "organisation")
	}
	theirs := organisationFormOf(&stored)
	if asked, err := v.together("organisation_edit", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	_, err = s.store.UpdateOrganisation(v.ctx(), p.ID, func(o *campaign.Organisation) error {
		if p.Form.Version != o.Version {
			return errChanged("organisation")
		}
		return p.Form.fill(o)
	})
	if err != nil {
		return v.refused(gone(err, "organisation"), "organisation_edit", &p)
	}
	return v.saved("/organisations/" + p.ID)
}

func (s *organisationPages) deletion() deletion {
	return deletion{
		what: "organisation", question: campaign.Textf("Delete %s?"), delete: s.store.DeleteOrganisation,
		detail: campaign.Textf("Only an organisation no contact belongs to can be deleted."),
		name: func(ctx context.Context, id string) (string, error) {
			r, err := s.store.GetOrganisation(ctx, id)
			return r.Name, err
		},
	}
}
