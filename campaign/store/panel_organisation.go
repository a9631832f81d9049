package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"
)

// CountByOrganisation counts the contacts of some organisations.
func (s *Store) CountByOrganisation(ctx context.Context, ids []string) (map[string]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.engine.GroupCount(ctx, contacts, document.Where{Field: "organisation_id", Op: document.In, Value: ids}, "organisation_id")
}
