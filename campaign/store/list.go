package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// Lists are what contacts subscribe to.
type Lists struct {
	engine document.Engine
	now    func() time.Time

	campaigns *Campaigns
}

// FindLists returns all lists by name; archived ones only when asked.
func (s *Lists) FindLists(ctx context.Context, archived bool) ([]campaign.List, error) {
	var docs []campaign.List
	var f document.Filter
	if !archived {
		f = document.Equal("archived", false)
	}
	err := s.engine.Find(ctx, schema.Lists, document.Query{Filter: f, Order: []document.Order{{Field: "key"}}}, &docs)
	slices.SortStableFunc(docs, func(a, b campaign.List) int { return campaign.CompareNames(a.Name, b.Name) })
	return docs, err
}

// GetList reads one list.
func (s *Lists) GetList(ctx context.Context, id string) (campaign.List, error) {
	return document.Get[campaign.List](ctx, s.engine, schema.Lists, id)
}

// GetLists reads the lists with some ids, in that order; a missing one is a NotFound error.
func (s *Lists) GetLists(ctx context.Context, ids []string) ([]campaign.List, error) {
	out := make([]campaign.List, 0, len(ids))
	for _, id := range ids {
		l, err := s.GetList(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// GetListByName reads the list whose name folds the same.
func (s *Lists) GetListByName(ctx context.Context, name string) (campaign.List, error) {
	return document.First[campaign.List](ctx, s.engine, schema.Lists, document.Equal("key", campaign.Fold(name)))
}

// nameTaken says that there is a list of that name.
func nameTaken(err error, l *campaign.List) error {
	return document.SayTaken(err, "name", "there is a list named %q already", l.Name)
}

// CreateList checks and adds a list; its name must be new.
func (s *Lists) CreateList(ctx context.Context, l *campaign.List) error {
	l.SetTexts(l.Names, l.Descriptions) // readers do not see Name
	if err := l.Normalize(); err != nil {
		return err
	}
	l.ID, l.Version, l.CreatedAt, l.UpdatedAt = campaign.NewID(s.now()), 1, s.now(), s.now()
	return nameTaken(document.Insert(ctx, s.engine, schema.Lists, l), l)
}

// UpdateList lets fn change a list and writes it back checked.
func (s *Lists) UpdateList(ctx context.Context, id string, fn func(*campaign.List) error) (campaign.List, error) {
	l, err := document.Modify(ctx, s.engine, schema.Lists, id, func(l *campaign.List) *int64 { return &l.Version }, func(l *campaign.List) error {
		if err := fn(l); err != nil {
			return err
		}
		l.UpdatedAt = s.now()
		return l.Normalize()
	})
	return l, nameTaken(err, &l)
}

// DeleteList removes a list nobody is or was on, and no campaign has to do with. One that was used is archived instead: its
// memberships prove why people were written to, and the campaigns name it.
func (s *Lists) DeleteList(ctx context.Context, id string) error {
	n, err := s.engine.Count(ctx, schema.Contacts, document.Where{Field: "on", Op: document.HasPrefix, Value: id + "/"})
	if err != nil {
		return err
	}
	if n > 0 {
		return campaign.Errorf(campaign.Conflict, "this list has or had %d members and cannot be deleted: archive it", n)
	}
	using, err := s.campaigns.FindCampaignsTo(ctx, id)
	if err != nil {
		return err
	}
	for _, c := range using {
		if !c.State.Ended() {
			return campaign.Errorf(campaign.Conflict, "the campaign “%s” goes to this list, or leaves it out: take the list off it first, or archive the list", c.Name)
		}
	}
	if len(using) > 0 {
		return campaign.Errorf(campaign.Conflict, "the campaign “%s” had to do with this list, which therefore stays on record: archive it", using[0].Name)
	}
	_, err = s.engine.Delete(ctx, schema.Lists, document.ByID(id))
	return err
}

// CountMembers counts the members of a list by status.
func (s *Lists) CountMembers(ctx context.Context, list string) (map[campaign.MembershipStatus]int64, error) {
	out := map[campaign.MembershipStatus]int64{}
	for _, status := range campaign.MembershipStatuses {
		n, err := s.engine.Count(ctx, schema.Contacts, document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(list, status)})
		if err != nil {
			return nil, err
		}
		out[status] = n
	}
	return out, nil
}

// CountAllMembers counts the members of every list by status, in one question to the index.
func (s *Lists) CountAllMembers(ctx context.Context) (map[string]map[campaign.MembershipStatus]int64, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Contacts, nil, "on")
	if err != nil {
		return nil, err
	}
	out := map[string]map[campaign.MembershipStatus]int64{}
	for key, n := range groups {
		list, status, _ := strings.Cut(key, "/")
		if out[list] == nil {
			out[list] = map[campaign.MembershipStatus]int64{}
		}
		out[list][campaign.MembershipStatus(status)] = n
	}
	return out, nil
}

// countWrittenTo counts the members of a list whose addresses work and may be written to.
func (s *Lists) countWrittenTo(ctx context.Context, list string) (int64, error) {
	return s.engine.Count(ctx, schema.Contacts, document.All{
		document.Equal("status", string(campaign.Active)), document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(list, campaign.Subscribed)},
	})
}

// CountGrowth counts who came to a list and went from it since a moment, see CountGrowthIn.
func (s *Lists) CountGrowth(ctx context.Context, list string, since time.Time) (campaign.Growth, error) {
	return s.CountGrowthIn(ctx, list, since, time.Time{})
}

// CountGrowthIn counts who came to a list and went from it from a moment to before another, in the index alone; a zero time is no bound. Who came and went since then is in
// both figures; a sign-up counts once it is confirmed.
func (s *Lists) CountGrowthIn(ctx context.Context, list string, since, until time.Time) (g campaign.Growth, err error) {
	from, to := segment.JoinedRange(since, until)
	within := func(key string) document.Filter {
		return document.Fact{Key: key, Op: document.Within, From: from, To: to}
	}
	on := func(status campaign.MembershipStatus) document.Filter {
		return document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(list, status)}
	}
	for _, c := range []struct {
		n      *int64
		filter document.Filter
	}{
		{&g.Joined, document.All{within(segment.JoinedKey(list)), document.Not{Filter: on(campaign.Unconfirmed)}}},
		{&g.Left, document.All{within(segment.LeftKey(list)), on(campaign.Unsubscribed)}},
		{&g.TakenOff, document.All{within(segment.LeftKey(list)), on(campaign.Removed)}},
		{&g.Returned, document.All{within(segment.BouncedKey), on(campaign.Subscribed)}},
	} {
		if *c.n, err = s.engine.Count(ctx, schema.Contacts, c.filter); err != nil {
			return g, err
		}
	}
	return g, nil
}

// CountKinds counts the contacts of each kind.
func (s *Lists) CountKinds(ctx context.Context) (map[campaign.Kind]int64, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Contacts, nil, "kind")
	out := make(map[campaign.Kind]int64, len(groups))
	for kind, n := range groups {
		out[campaign.Kind(kind)] = n
	}
	return out, err
}
