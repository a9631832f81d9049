package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// RecipientFilter says which deliveries of a run are meant; what is empty says nothing. Each combination is found by an
// index, however many deliveries the run has.
type RecipientFilter struct {
	State    campaign.DeliveryState
	Waiting  bool   // in one of the states that are still to be sent
	Provider string // or any domain
	Language campaign.Language
	Reason   string // why it is in this state, as it is stored
	Code     int64  // SMTP reply code of the last answer; from 400 up, of what failed or waits to be tried again
	Text     string // parts of the reader's name, address or organisation, as contacts are searched
	IDs      []string
}

// Recipients finds and counts whom a run reached, and what became of its mail.
type Recipients struct {
	engine document.Engine
	counts *Counts

	contacts *Contacts
}

// searched is how many contacts with a text are looked at: with more, the reader has to narrow the search.
const searched = 500

// streams returns filters that together fit the recipients; an index finds each in the order of ids.
func (s *Recipients) streams(ctx context.Context, r *campaign.Run, f RecipientFilter) ([]document.Filter, error) {
	rest := document.All{}
	if f.Language != "" {
		rest = append(rest, document.Equal("language", string(f.Language)))
	}
	if f.Reason != "" {
		rest = append(rest, document.Equal("reason", f.Reason))
	}
	if f.Code > 0 {
		rest = append(rest, document.Equal("code", f.Code))
	}
	if domains := f.domains(); domains != nil {
		rest = append(rest, document.Where{Field: "domain", Op: document.In, Value: domains})
	}
	if f.Text != "" || f.IDs != nil {
		named, err := s.named(ctx, r, f)
		if err != nil {
			return nil, err
		}
		if states := f.inStates(); states != nil {
			rest = append(rest, document.OneOf("state", states...))
		}
		return []document.Filter{append(document.All{document.Equal("run_id", r.ID), named}, rest...)}, nil
	}
	states := f.states()
	if len(states) == 0 && len(rest) == 0 {
		return []document.Filter{document.Where{Field: "id", Op: document.Prefix, Value: r.ID + "."}}, nil // the order of the page, where run_id alone would have to be sorted
	}
	if len(states) == 0 {
		states = campaign.DeliveryStates
	}
	out := make([]document.Filter, len(states))
	for i, state := range states {
		out[i] = append(document.All{document.Equal("run_id", r.ID), document.Equal("state", string(state))}, rest...)
	}
	return out, nil
}

func (f RecipientFilter) domains() []string {
	if f.Provider == "" {
		return nil
	}
	return campaign.ProviderDomains(campaign.ProviderOf(strings.ToLower(f.Provider)))
}

// inStates are the states a filter names; none means all.
func (f RecipientFilter) inStates() []campaign.DeliveryState {
	switch {
	case f.State != "":
		return []campaign.DeliveryState{f.State}
	case f.Waiting:
		return campaign.OpenStates
	}
	return nil
}

// states are those a filter means; none means all.
func (f RecipientFilter) states() []campaign.DeliveryState {
	switch {
	case f.State != "" || f.Waiting:
		return f.inStates()
	case f.Code >= 400:
		return []campaign.DeliveryState{campaign.Failed, campaign.Deferred}
	case f.Code > 0:
		return []campaign.DeliveryState{campaign.Accepted}
	}
	return nil
}

// named fits the deliveries to contacts that a text finds, or whose ids were given.
func (s *Recipients) named(ctx context.Context, r *campaign.Run, f RecipientFilter) (document.Filter, error) {
	if f.IDs != nil {
		return document.Where{Field: "id", Op: document.In, Value: f.IDs}, nil
	}
	if !r.Trigger.MovesCampaign() { // few, and not to contacts
		return document.All{document.Where{Field: "id", Op: document.Prefix, Value: r.ID + "."}, document.Where{Field: "email", Op: document.Prefix, Value: strings.ToLower(f.Text)}}, nil
	}
	found, _, err := s.contacts.FindContacts(ctx, ContactFilter{Search: f.Text}, Page{Sort: "sort_name", Limit: searched})
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i], _ = campaign.DeliveryID(r.ID, r.Shards, found[i].ID)
	}
	return document.Where{Field: "id", Op: document.In, Value: ids}, nil
}

// FindRecipients returns one page of the deliveries of a run, in the order of their ids.
func (s *Recipients) FindRecipients(ctx context.Context, r *campaign.Run, f RecipientFilter, p Page) ([]campaign.Delivery, string, error) {
	p.Sort, p.Desc = "id", false
	p.Limit = cmp.Or(p.Limit, defaultLimit)
	fs, err := s.streams(ctx, r, f)
	if err != nil {
		return nil, "", err
	}
	key := func(d *campaign.Delivery) (any, string) { return d.ID, d.ID }
	if len(fs) == 1 {
		return page(ctx, s.engine, schema.Deliveries, fs[0], p, key)
	}
	var all []campaign.Delivery
	more := false
	for _, f := range fs {
		docs, next, err := page(ctx, s.engine, schema.Deliveries, f, p, key)
		if err != nil {
			return nil, "", err
		}
		all, more = append(all, docs...), more || next != ""
	}
	slices.SortFunc(all, func(a, b campaign.Delivery) int { return strings.Compare(a.ID, b.ID) })
	if len(all) <= p.Limit && !more {
		return all, "", nil
	}
	all = all[:min(p.Limit, len(all))]
	last := all[len(all)-1].ID
	return all, writeCursor(last, last), nil
}

// EachRecipient calls fn for pages of the deliveries a filter means, for exports and for sending again.
func (s *Recipients) EachRecipient(ctx context.Context, r *campaign.Run, f RecipientFilter, fn func([]campaign.Delivery) error) error {
	p := Page{Limit: 500}
	for {
		ds, next, err := s.FindRecipients(ctx, r, f, p)
		if err != nil {
			return err
		}
		if err := fn(ds); err != nil || next == "" {
			return err
		}
		p.After = next
	}
}
