package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Organisations are the media houses and other bodies contacts work for.
type Organisations struct {
	engine document.Engine
	now    func() time.Time

	contacts *Contacts
}

// FindOrganisations returns one page of organisations by name; search finds parts of their names and places.
func (s *Organisations) FindOrganisations(ctx context.Context, search string, kind campaign.OrganisationKind, p Page) ([]campaign.Organisation, string, error) {
	all := document.All{}
	if kind != "" {
		all = append(all, document.Equal("kind", string(kind)))
	}
	for _, term := range campaign.SearchTerms(search) {
		all = append(all, document.Where{Field: "text", Op: document.Contains, Value: term})
	}
	p.Sort = "sort_name"
	return page(ctx, s.engine, schema.Organisations, all, p, func(o *campaign.Organisation) (any, string) { return o.SortName, o.ID })
}

// GetOrganisation reads one organisation.
func (s *Organisations) GetOrganisation(ctx context.Context, id string) (campaign.Organisation, error) {
	return document.Get[campaign.Organisation](ctx, s.engine, schema.Organisations, id)
}

// GetOrganisations reads the organisations with some ids.
func (s *Organisations) GetOrganisations(ctx context.Context, ids []string) (map[string]campaign.Organisation, error) {
	var docs []campaign.Organisation
	if err := s.engine.Find(ctx, schema.Organisations, document.Query{Filter: document.Where{Field: "id", Op: document.In, Value: ids}}, &docs); err != nil {
		return nil, err
	}
	out := make(map[string]campaign.Organisation, len(docs))
	for _, o := range docs {
		out[o.ID] = o
	}
	return out, nil
}

// GetOrganisationByName reads the organisation whose name folds the same.
func (s *Organisations) GetOrganisationByName(ctx context.Context, name string) (campaign.Organisation, error) {
	return document.First[campaign.Organisation](ctx, s.engine, schema.Organisations, document.Equal("key", campaign.Fold(name)))
}

// CreateOrganisation checks and adds an organisation; its name must be new.
func (s *Organisations) CreateOrganisation(ctx context.Context, o *campaign.Organisation) error {
	if err := o.Normalize(); err != nil {
		return err
	}
	o.ID, o.Version, o.CreatedAt, o.UpdatedAt = campaign.NewID(s.now()), 1, s.now(), s.now()
	return document.SayTaken(document.Insert(ctx, s.engine, schema.Organisations, o), "name", "there is an organisation named %q already", o.Name)
}

// UpdateOrganisation lets fn change an organisation and writes it back checked. A new name is found by searching its
// contacts at once, since they are written again too.
func (s *Organisations) UpdateOrganisation(ctx context.Context, id string, fn func(*campaign.Organisation) error) (campaign.Organisation, error) {
	renamed := false
	o, err := document.Modify(ctx, s.engine, schema.Organisations, id, func(o *campaign.Organisation) *int64 { return &o.Version }, func(o *campaign.Organisation) error {
		old := o.Name
		if err := fn(o); err != nil {
			return err
		}
		o.UpdatedAt = s.now()
		err := o.Normalize()
		renamed = o.Name != old
		return err
	})
	if err != nil || !renamed {
		return o, document.SayTaken(err, "name", "there is an organisation named %q already", o.Name)
	}
	return o, s.contacts.EachContact(ctx, document.Equal("organisation_id", id), "", 200, func(cs []campaign.Contact) error {
		for _, c := range cs {
			if _, err := s.contacts.UpdateContact(ctx, c.ID, func(*campaign.Contact) error { return nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

// DeleteOrganisation removes an organisation no contact belongs to.
func (s *Organisations) DeleteOrganisation(ctx context.Context, id string) error {
	n, err := s.engine.Count(ctx, schema.Contacts, document.Equal("organisation_id", id))
	if err != nil {
		return err
	}
	if n > 0 {
		return campaign.Errorf(campaign.Conflict, "%d contacts belong to this organisation: move them first", n)
	}
	_, err = s.engine.Delete(ctx, schema.Organisations, document.ByID(id))
	return err
}

// CountByOrganisation counts the contacts of some organisations.
func (s *Organisations) CountByOrganisation(ctx context.Context, ids []string) (map[string]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.engine.GroupCount(ctx, schema.Contacts, document.Where{Field: "organisation_id", Op: document.In, Value: ids}, "organisation_id")
}
