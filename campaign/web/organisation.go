package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

type organisationRow struct {
	campaign.Organisation
	Contacts int64
}

type organisationsPage struct {
	Page
	Rows   []organisationRow
	Paging paging
}

// OrganisationKinds are the choices of the filter.
func (p *organisationsPage) OrganisationKinds() []templates.Option {
	return optionsOf("Any", campaign.OrganisationKinds)
}

func (s *Server) organisations(v *visit) error {
	p := organisationsPage{Page: v.page("Organisations", "organisations")}
	found, next, err := s.store.FindOrganisations(v.ctx(), v.Query("q"), campaign.OrganisationKind(v.Query("kind")), v.tablePage())
	if err != nil {
		return err
	}
	p.Paging = p.pages(next)
	ids := make([]string, len(found))
	for i, o := range found {
		ids[i] = o.ID
	}
	counts, err := s.store.CountByOrganisation(v.ctx(), ids)
	if err != nil {
		return err
	}
	for _, o := range found {
		p.Rows = append(p.Rows, organisationRow{o, counts[o.ID]})
	}
	return v.show("organisations", &p)
}

type organisationPage struct {
	Page
	Organisation campaign.Organisation
	Contacts     contactTable
}

func (s *Server) organisation(v *visit) error {
	o, err := s.store.GetOrganisation(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "organisation")
	}
	v.tell(o.Name)
	p := organisationPage{Page: v.page(o.Name, "organisations"), Organisation: o}
	if p.Contacts, err = s.contactTable(v, store.ContactFilter{Organisation: o.ID}); err != nil {
		return err
	}
	return v.show("organisation", &p)
}

type organisationForm struct {
	Version int64  `form:"version"` // of what was edited
	Name    string `form:"name"`
	Kind    string `form:"kind"`
	Place   string `form:"place"`
	Website string `form:"website"`
	Notes   string `form:"notes"`
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

// OrganisationKinds are the choices of the form.
func (p *organisationEditPage) OrganisationKinds() []templates.Option {
	return optionsOf("", campaign.OrganisationKinds)
}

func (s *Server) newOrganisation(v *visit) error {
	p := organisationEditPage{Page: v.page("New organisation", "organisations"), Form: organisationForm{Kind: string(campaign.Outlet)}}
	return v.show("organisation_edit", &p)
}

func (s *Server) createOrganisation(v *visit) error {
	p := organisationEditPage{Page: v.page("New organisation", "organisations")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	var o campaign.Organisation
	if err := p.Form.fill(&o); err != nil {
		return v.refused(err, "organisation_edit", &p)
	}
	v.tell(o.Name)
	if err := s.store.CreateOrganisation(v.ctx(), &o); err != nil {
		return v.refused(err, "organisation_edit", &p)
	}
	return v.done("/organisations/"+o.ID, "%s is added.", o.Name)
}

func (s *Server) editOrganisation(v *visit) error {
	o, err := s.store.GetOrganisation(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "organisation")
	}
	p := organisationEditPage{Page: v.page("Edit organisation", "organisations"), ID: o.ID}
	p.Form = organisationForm{o.Version, o.Name, string(o.Kind), o.Place, o.Website, o.Notes}
	return v.show("organisation_edit", &p)
}

func (s *Server) updateOrganisation(v *visit) error {
	p := organisationEditPage{Page: v.page("Edit organisation", "organisations"), ID: v.Param("id")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	_, err := s.store.UpdateOrganisation(v.ctx(), p.ID, func(o *campaign.Organisation) error {
		if p.Form.Version != o.Version {
			p.Form.Version = o.Version
			return errChanged("organisation")
		}
		return p.Form.fill(o)
	})
	if err != nil {
		return v.refused(gone(err, "organisation"), "organisation_edit", &p)
	}
	return v.done("/organisations/"+p.ID, "Saved.")
}

func (s *Server) askDeleteOrganisation(v *visit) error {
	o, err := s.store.GetOrganisation(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "organisation")
	}
	return v.show("confirm", &confirmPage{
		Page: v.page("Delete organisation", "organisations"), Question: "Delete " + o.Name + "?", Do: "Delete the organisation", Back: "/organisations/" + o.ID,
		Detail: "Only an organisation no contact belongs to can be deleted.",
	})
}

func (s *Server) deleteOrganisation(v *visit) error {
	o, err := s.store.GetOrganisation(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "organisation")
	}
	v.tell(o.Name)
	if err := s.store.DeleteOrganisation(v.ctx(), v.Param("id")); err != nil {
		return gone(err, "organisation")
	}
	return v.done("/organisations", "The organisation is deleted.")
}
