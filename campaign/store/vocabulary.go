package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Vocabularies holds the team's own terms and words.
type Vocabularies struct {
	engine document.Engine
	now    func() time.Time
}

// GetVocabulary reads the vocabulary; before anybody added to it, it is empty.
func (s *Vocabularies) GetVocabulary(ctx context.Context) (campaign.Vocabulary, error) {
	v, err := document.Get[campaign.Vocabulary](ctx, s.engine, schema.Vocabularies, campaign.VocabularyID)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.Vocabulary{ID: campaign.VocabularyID}, nil
	}
	return v, err
}

// UpdateVocabulary lets fn change the vocabulary and writes it back.
func (s *Vocabularies) UpdateVocabulary(ctx context.Context, fn func(*campaign.Vocabulary) error) (campaign.Vocabulary, error) {
	if _, err := s.engine.InsertNew(ctx, schema.Vocabularies, &campaign.Vocabulary{ID: campaign.VocabularyID}); err != nil {
		return campaign.Vocabulary{}, err
	}
	return document.Modify(ctx, s.engine, schema.Vocabularies, campaign.VocabularyID, func(v *campaign.Vocabulary) *int64 { return &v.Version }, func(v *campaign.Vocabulary) error {
		v.UpdatedAt = s.now()
		return fn(v)
	})
}
