package web

import (
	"net/url"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// processingPage is the record of processing activities (GDPR art. 30, ZZPL art. 47), from what is really set (E-12).
type processingPage struct {
	Page
	Controller campaign.Brand
	Lists      []processingList
	Kinds      []kindCount
	Retention  campaign.Retention
	Team       []campaign.User // who of the team can see the data
	Relay      string          // where mail is handed over
	Encrypted  bool            // readers and the panel come over HTTPS
	Open       int64           // requests that wait
}

// processingList is one purpose: a list, who is on it, on what basis, and what is measured.
type processingList struct {
	campaign.List
	Subscribed, Left int64
}

type kindCount struct {
	Kind  campaign.Kind
	Count int64
}

// Today is the day the record is of.
func (p *processingPage) Today() time.Time { return p.Now }

func (s *recordPages) processing(v *visit) error {
	ctx := v.ctx()
	set, err := s.store.GetSettings(ctx)
	if err != nil {
		return err
	}
	p := processingPage{Page: v.page("Record of processing", "privacy"), Controller: set.Brand, Retention: set.Retention.Full(), Relay: s.Relay}
	if base, err := url.Parse(s.BaseURL); err == nil {
		p.Encrypted = base.Scheme == "https"
	}
	lists, err := s.store.FindLists(ctx, true)
	if err != nil {
		return err
	}
	counts, err := s.store.CountAllMembers(ctx)
	if err != nil {
		return err
	}
	for _, l := range lists {
		n := counts[l.ID]
		p.Lists = append(p.Lists, processingList{List: l, Subscribed: n[campaign.Subscribed], Left: n[campaign.Unsubscribed] + n[campaign.Removed]})
	}
	kinds, err := s.store.CountKinds(ctx)
	if err != nil {
		return err
	}
	for _, k := range campaign.Kinds {
		p.Kinds = append(p.Kinds, kindCount{Kind: k, Count: kinds[k]})
	}
	users, err := s.store.FindUsers(ctx)
	if err != nil {
		return err
	}
	for _, u := range users {
		if !u.Disabled {
			p.Team = append(p.Team, u)
		}
	}
	if p.Open, err = s.store.CountOpenRequests(ctx); err != nil {
		return err
	}
	return v.show("processing", &p)
}
