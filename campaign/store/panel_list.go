package store

import (
	"context"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

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

// CountKinds counts the contacts of each kind.
func (s *Lists) CountKinds(ctx context.Context) (map[campaign.Kind]int64, error) {
	groups, err := s.engine.GroupCount(ctx, schema.Contacts, nil, "kind")
	out := make(map[campaign.Kind]int64, len(groups))
	for kind, n := range groups {
		out[campaign.Kind(kind)] = n
	}
	return out, err
}
