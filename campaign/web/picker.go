package web

import (
	"context"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A picker is a field that takes one record, found by any part of its name in either script. Its template is “picker”, its script
// picker.js; the field holds the address of a contact, the name of any other record. Without script what is typed is sent with the
// form, and pick finds what is meant.
type pickers struct {
	*panel
	store pickStore
}

type pickStore interface {
	GetContactByAddress(ctx context.Context, address string) (campaign.Contact, error)
	FindCampaignsNamed(ctx context.Context, search string, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
	FindContacts(ctx context.Context, f store.ContactFilter, p store.Page) ([]campaign.Contact, string, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindOrganisations(ctx context.Context, search string, kind campaign.OrganisationKind, p store.Page) ([]campaign.Organisation, string, error)
	FindReleases(ctx context.Context, f store.ReleaseFilter, p store.Page) ([]campaign.Release, string, error)
}

// match is one record a picker offers.
type match struct {
	ID     string
	Value  string // what the field takes
	Detail string // what tells it from others
}

// matchesShown is how many records a picker offers.
const matchesShown = 8

// show answers the script with the records that fit what is typed.
func (s pickers) show(kind string) func(*visit) error {
	return func(v *visit) error {
		found, err := s.find(v.ctx(), kind, v.Query("q"))
		if err != nil {
			return err
		}
		if err := v.noteShown(); err != nil {
			return err
		}
		return v.showPart("release_edit", "matches", found)
	}
}

// pick returns the record that is meant by what was typed: the one with just this address or name, else the only one that fits.
func (s pickers) pick(ctx context.Context, kind, field, typed string) (match, error) {
	if kind == "contacts" {
		if c, err := s.store.GetContactByAddress(ctx, strings.TrimSpace(typed)); err == nil {
			return match{c.ID, c.Email, c.FullName()}, nil
		}
	}
	found, err := s.find(ctx, kind, typed)
	if err != nil {
		return match{}, err
	}
	for _, m := range found {
		if m.ID == typed || campaign.Fold(m.Value) == campaign.Fold(typed) {
			return m, nil
		}
	}
	switch len(found) {
	case 0:
		return match{}, campaign.FieldError(field, "nothing is found by %q", typed)
	case 1:
		return found[0], nil
	}
	names := campaign.Collect(found, func(m match) string { return strings.TrimSuffix(m.Value+" ("+m.Detail+")", " ()") })
	return match{}, campaign.FieldError(field, "%q fits more than one; write which: %s", typed, strings.Join(names, "; "))
}

func (s pickers) find(ctx context.Context, kind, typed string) ([]match, error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return nil, nil
	}
	switch kind {
	case "contacts":
		found, _, err := s.store.FindContacts(ctx, store.ContactFilter{Search: typed}, pageOf(matchesShown))
		return campaign.Collect(found, func(c campaign.Contact) match { return match{c.ID, c.Email, c.FullName()} }), err
	case "campaigns":
		found, _, err := s.store.FindCampaignsNamed(ctx, typed, "", pageOf(matchesShown))
		return campaign.Collect(found, func(c campaign.Campaign) match { return match{c.ID, c.Name, ""} }), err
	case "organisations":
		found, _, err := s.store.FindOrganisations(ctx, typed, "", pageOf(matchesShown))
		return campaign.Collect(found, func(o campaign.Organisation) match { return match{o.ID, o.Name, o.Place} }), err
	case "releases":
		found, _, err := s.store.FindReleases(ctx, store.ReleaseFilter{Search: typed}, pageOf(matchesShown))
		return campaign.Collect(found, func(r campaign.Release) match { return match{r.ID, r.Title, ""} }), err
	case "lists":
		all, err := s.store.FindLists(ctx, false)
		var found []match
		for _, l := range all {
			if fits(campaign.SearchText(l.Name, l.Description), typed) && len(found) < matchesShown {
				found = append(found, match{l.ID, l.Name, ""})
			}
		}
		return found, err
	}
	return nil, campaign.Errorf(campaign.NotFound, "There is no such page. It may have been deleted, or the address is incomplete.")
}

// fits reports whether a SearchText has every word of a search.
func fits(text, search string) bool {
	for _, term := range campaign.SearchTerms(search) {
		if !strings.Contains(text, term) {
			return false
		}
	}
	return true
}
