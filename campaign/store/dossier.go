package store

import (
	"context"
	"fmt"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// Dossier gathers everything held on a person, also by the id of a contact that was merged with theirs. templates.DossierPage makes a readable page of it; as JSON it is what the
// person may take elsewhere.
func (s *Histories) Dossier(ctx context.Context, contact string) (campaign.Dossier, error) {
	d := campaign.Dossier{MadeAt: s.now(), Lists: map[string]campaign.Texts{}, Campaigns: map[string]string{}}
	var err error
	if d.Contact, err = s.contacts.GetPerson(ctx, contact); err != nil {
		return d, err
	}
	for _, step := range []func(context.Context, *campaign.Dossier) error{s.nameThings, s.gatherHistory, s.gatherMails, s.gatherKept, s.gatherLinks} {
		if err := step(ctx, &d); err != nil {
			return d, fmt.Errorf("gather what is held on a person: %w", err)
		}
	}
	if _, ok := d.Contact.MayGetRecord(s.now()); !ok {
		d.HideFormer()
	}
	return d, s.nameCampaigns(ctx, &d)
}

func (s *Histories) nameThings(ctx context.Context, d *campaign.Dossier) error {
	set, err := s.settings.GetSettings(ctx)
	if err != nil {
		return err
	}
	d.Responsible = set.Brand
	if d.Contact.Organisation != "" {
		o, err := s.organisations.GetOrganisation(ctx, d.Contact.Organisation)
		if err := campaign.UnlessMissing(err); err != nil {
			return err
		}
		d.Organisation = o.Name
	}
	lists, err := s.lists.FindLists(ctx, true)
	for _, l := range lists {
		if d.Contact.Membership(l.ID) != nil {
			d.Lists[l.ID] = l.PublicNames()
		}
	}
	hideTeam(&d.Contact)
	return err
}

const theTeam = "the team"

// hideTeam tells of what the team entered that it did, and not who of it.
func hideTeam(c *campaign.Contact) {
	c.Source = campaign.SourceForReader(c.Source)
	for i := range c.Memberships {
		m := &c.Memberships[i]
		if m.Source = campaign.SourceForReader(m.Source); m.By != "" {
			m.By = theTeam
		}
	}
	if c.Consent != nil {
		c.Consent.Source = campaign.SourceForReader(c.Consent.Source)
	}
	for i := range c.Earlier {
		c.Earlier[i].Source = campaign.SourceForReader(c.Earlier[i].Source)
	}
	for i := range c.Consents {
		if k := &c.Consents[i]; k.By != "" {
			k.By = theTeam
		}
	}
}

func (s *Histories) gatherHistory(ctx context.Context, d *campaign.Dossier) error {
	of := document.Equal("contact_id", d.Contact.ID)
	for _, part := range []struct {
		from *document.Collection
		into any
	}{{schema.Deliveries, &d.Deliveries}, {schema.Events, &d.Events}, {schema.Journal, &d.Journal}, {schema.Requests, &d.Requests}} {
		if err := s.engine.Find(ctx, part.from, document.Query{Filter: of, Order: []document.Order{{Field: "id"}}}, part.into); err != nil {
			return err
		}
	}
	for i := range d.Journal {
		if e := &d.Journal[i]; e.User != "" {
			e.User, e.By = "", theTeam
		}
		d.Journal[i].Detail = campaign.SourceForReader(d.Journal[i].Detail)
	}
	for i := range d.Requests {
		d.Requests[i].CreatedBy, d.Requests[i].ClosedBy = theTeam, theTeam
	}
	found, err := s.contacts.book.Suppressions(ctx, []string{d.Contact.Email})
	if on := found[d.Contact.Email]; on != nil {
		on.By, on.Sealed, on.Domain, on.Bulk = "", "", "", ""
		d.Suppression = on
	}
	return err
}

// gatherMails returns what the program wrote to the address beside campaigns.
func (s *Histories) gatherMails(ctx context.Context, d *campaign.Dossier) error {
	hash := s.signer.SuppressionID(d.Contact.Email)
	for _, part := range []struct {
		from  *document.Collection
		field string
		value string
		into  any
	}{
		{schema.Notices, "address", hash, &d.Notices}, {schema.SignUps, "address_hash", hash, &d.SignUps}, {schema.Wishes, "contact_id", d.Contact.ID, &d.Wishes},
		{schema.AddressChanges, "contact_id", d.Contact.ID, &d.Changes},
	} {
		if err := s.engine.Find(ctx, part.from, document.Query{Filter: document.Equal(part.field, part.value), Order: []document.Order{{Field: "id"}}}, part.into); err != nil {
			return err
		}
	}
	return s.eraser.EachTestTo(ctx, []string{hash}, func(_ *edition.Edition, ds []campaign.Delivery) error {
		d.Tests = append(d.Tests, ds...)
		return nil
	})
}

// gatherKept returns the contact as it was before the changes that can still be undone.
func (s *Histories) gatherKept(ctx context.Context, d *campaign.Dossier) error {
	var docs []campaign.UndoRecord
	err := s.engine.Find(ctx, schema.UndoRecords, document.Query{Filter: document.Equal("contact_id", d.Contact.ID), Order: []document.Order{{Field: "id"}}}, &docs)
	for _, k := range docs {
		if k.Before != nil {
			hideTeam(k.Before)
			d.BeforeImports = append(d.BeforeImports, *k.Before)
		}
	}
	return err
}

// gatherLinks returns the addresses behind the numbers of the links that were followed.
func (s *Histories) gatherLinks(ctx context.Context, d *campaign.Dossier) error {
	d.Links = map[string][]campaign.Link{}
	for _, e := range d.Events {
		if _, known := d.Links[e.Run]; known || e.Link == 0 {
			continue
		}
		edition, err := s.runs.GetEdition(ctx, e.Run)
		if err := campaign.UnlessMissing(err); err != nil {
			return err
		}
		d.Links[e.Run] = edition.Tracked
	}
	return nil
}

func (s *Histories) nameCampaigns(ctx context.Context, d *campaign.Dossier) error {
	for _, delivery := range d.Deliveries {
		id := delivery.Campaign
		if _, known := d.Campaigns[id]; known || id == "" {
			continue
		}
		c, err := s.campaigns.GetCampaign(ctx, id)
		if err := campaign.UnlessMissing(err); err != nil {
			return err
		}
		d.Campaigns[id] = c.Name
	}
	return nil
}
