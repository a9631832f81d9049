package store

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// Settings holds the settings of the installation.
type Settings struct {
	engine document.Engine
	now    func() time.Time

	journal *Journal
}

// GetSettings reads the settings; before anybody saved any, they are empty.
func (s *Settings) GetSettings(ctx context.Context) (campaign.Settings, error) {
	v, err := document.Get[campaign.Settings](ctx, s.engine, schema.Settings, campaign.SettingsID)
	if campaign.CodeOf(err) == campaign.NotFound {
		return campaign.Settings{ID: campaign.SettingsID}, nil
	}
	return v, err
}

// UpdateSettings lets fn change the settings and writes them back; the audit log says from what to what.
func (s *Settings) UpdateSettings(ctx context.Context, fn func(*campaign.Settings) error) (campaign.Settings, error) {
	if _, err := s.engine.InsertNew(ctx, schema.Settings, &campaign.Settings{ID: campaign.SettingsID}); err != nil {
		return campaign.Settings{}, err
	}
	var before campaign.Settings // fn may change what a plain copy shares
	set, err := document.Modify(ctx, s.engine, schema.Settings, campaign.SettingsID, func(v *campaign.Settings) *int64 { return &v.Version }, func(v *campaign.Settings) (err error) {
		if before, err = campaign.CopyOf(v); err != nil {
			return err
		}
		v.UpdatedAt = s.now()
		return fn(v)
	})
	if err != nil {
		return set, err
	}
	unsaid := campaign.Comparison{Unsaid: []string{"version", "updated_at", "digest.since"}}
	if changed := unsaid.Changes(before, set); len(changed) > 0 {
		err = s.journal.Log(ctx, campaign.Entry{Kind: campaign.SettingsEntry, Audit: true, Object: "/settings", Detail: campaign.Textf("Changed the settings").Stored(), Changed: campaign.StoredTexts(changed)})
	}
	return set, err
}
