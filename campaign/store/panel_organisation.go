package store

import (
	"context"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// CountByOrganisation counts the contacts of some organisations.
func (s *Organisations) CountByOrganisation(ctx context.Context, ids []string) (map[string]int64, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.engine.GroupCount(ctx, schema.Contacts, document.Where{Field: "organisation_id", Op: document.In, Value: ids}, "organisation_id")
}
