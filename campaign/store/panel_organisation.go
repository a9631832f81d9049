package store

import "context"

// CountByOrganisation counts the contacts of some organisations.
func (s *Store) CountByOrganisation(ctx context.Context, ids []string) (map[string]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.engine.GroupCount(ctx, contacts, Where{"organisation_id", In, ids}, "organisation_id")
}
