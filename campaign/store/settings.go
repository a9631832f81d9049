package store

import (
	"context"
	"encoding/json"
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
	var before []byte // fn may change what a copy shares
	set, err := document.Modify(ctx, s.engine, schema.Settings, campaign.SettingsID, func(v *campaign.Settings) *int64 { return &v.Version }, func(v *campaign.Settings) (err error) {
		if before, err = json.Marshal(v); err != nil {
			return err
		}
		v.UpdatedAt = s.now()
		return fn(v)
	})
	if err != nil {
		return set, err
	}
	if changes := campaign.Changes(json.RawMessage(before), set, "version", "updated_at", "digest.since"); changes != "" {
		err = s.journal.Log(ctx, campaign.Entry{Kind: campaign.SettingsEntry, Audit: true, Object: "/settings", Detail: changes})
	}
	return set, err
}
