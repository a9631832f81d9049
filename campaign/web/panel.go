package web

import (
	"context"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// panel is what all handlers of the team's panel have at hand. What they read and write of one noun is declared beside them.
type panel struct {
	Config
	journal   journal
	campaigns campaignFinder
	pages     *templates.Pages
	sessions  *scs.SessionManager
	zone      *time.Location
}

// journal takes entries for the audit log and for timelines.
type journal interface {
	Log(ctx context.Context, entries ...campaign.Entry) error
}

// campaignFinder finds what is going out.
type campaignFinder interface {
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
}
