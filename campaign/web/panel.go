package web

import (
	"context"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/session"
	"github.com/glasnik/glasnik/templates"
)

// panel is what all handlers of the team's panel share. What they read and write of one noun is declared beside them.
type panel struct {
	Config
	journal   journal
	campaigns campaignFinder
	records   recordNames
	pages     *templates.Pages
	sessions  *session.Sessions
	zone      *time.Location
}

// goingOut returns the campaigns that are being sent: each can be stopped from every page.
func (p *panel) goingOut(ctx context.Context) ([]campaign.Campaign, error) {
	found, _, err := p.campaigns.FindCampaigns(ctx, campaign.Sending, pageOf(5))
	return found, err
}

// journal takes entries for the audit log and for timelines.
type journal interface {
	Log(ctx context.Context, entries ...campaign.Entry) error
}

// campaignFinder finds what is going out.
type campaignFinder interface {
	FindCampaigns(ctx context.Context, state campaign.State, p store.Page) ([]campaign.Campaign, string, error)
}
