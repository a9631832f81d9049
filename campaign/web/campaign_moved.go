package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// watchBefore is how long before a campaign leaves its open pages begin to ask whether it has left.
const watchBefore = time.Hour

// StateSeen identifies the state the page shows: when it changes, what the page offers is no longer right.
func (p *campaignPage) StateSeen() string { return stateSeen(&p.Campaign, p.Leaving) }

func stateSeen(c *campaign.Campaign, leaving bool) string {
	return fmt.Sprintf("%s.%t.%d.%s", c.State, leaving, c.NextAt.Unix(), c.LastRun)
}

// Watched reports whether the campaign may move by itself soon, so that a page left open has to ask.
func (p *campaignPage) Watched() bool {
	switch p.Campaign.State {
	case campaign.Scheduled:
		return p.Campaign.NextAt.Sub(p.Now) < watchBefore
	case campaign.Sending, campaign.PausedRun:
		return true
	}
	return false
}

// MovedPath is where a page asks whether the campaign has moved since.
func (p *campaignPage) MovedPath() string {
	return p.Path("moved") + "?" + url.Values{"tab": {p.Tab}, "seen": {p.StateSeen()}}.Encode()
}

// moved answers a page that was left open: nothing while the campaign is as the page shows it, else it reloads the page. A tab
// with a form keeps what is typed into it, and gets a new head.
func (s *sendPages) moved(v *visit) error {
	tab := v.Query("tab")
	if !slices.Contains([]string{"content", "audience", "schedule", "check", "results"}, tab) {
		return campaign.Errorf(campaign.NotFound, "there is no such page")
	}
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil && campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	p := campaignPage{Page: v.page("", ""), Campaign: c, Tab: tab, Leaving: isLeaving(&c, s.Now())}
	if err == nil && p.StateSeen() == v.Query("seen") {
		v.Status(http.StatusNoContent)
		return nil
	}
	if err != nil || tab == "check" || tab == "results" {
		p.Campaign.ID = v.Param("id")
		v.Header("HX-Redirect", p.Path(map[bool]string{true: tab}[tab != "content"]))
		v.Status(http.StatusNoContent)
		return nil
	}
	return v.showPart("campaign_check", "campaign-moved", &p)
}

// sendingNow refreshes the line about what is going out, on pages that were left open.
func (s *campaignPages) sendingNow(v *visit) error {
	p := v.page("", "")
	var err error
	if p.Sending, err = s.goingOut(v.ctx()); err != nil {
		return err
	}
	return v.showPart("home", "sending-now", &p)
}

// tooLate shows the campaign as it is when a step is no longer possible, because time or somebody else was faster: what
// happened instead, and what can be done now. Another error is passed on.
func (s *sendPages) tooLate(v *visit, err error) error {
	if campaign.CodeOf(err) != campaign.Conflict {
		return gone(err, "campaign")
	}
	p, pageErr := s.checkPage(v)
	if pageErr != nil {
		return pageErr
	}
	p.Problem = sentence(err.Error())
	told, tellErr := s.whatBecame(v.ctx(), v.zone, &p.Campaign)
	if tellErr != nil {
		return tellErr
	}
	p.Problem += " " + told
	return v.showAs(http.StatusConflict, "campaign_check", p)
}

// whatBecame returns the state of a campaign in a sentence or two.
func (s *sendPages) whatBecame(ctx context.Context, zone *time.Location, c *campaign.Campaign) (string, error) {
	var r campaign.Run
	var f campaign.Figures
	if c.LastRun != "" {
		var err error
		if r, err = s.store.GetRun(ctx, c.LastRun); campaign.UnlessMissing(err) != nil {
			return "", err
		}
		if f, err = s.store.LookDeliveries(ctx, &r); err != nil {
			return "", err
		}
	}
	began := r.StartedAt.In(zone).Format("15:04:05 MST on 2 January 2006")
	accepted := templates.Plural(f.Accepted, "message has", "messages have") + " been accepted by the mail server"
	switch c.State {
	case campaign.Scheduled:
		return "It waits, and leaves at " + c.NextAt.In(zone).Format("15:04 MST on 2 January 2006") + ".", nil
	case campaign.Sending:
		return "It left at " + began + ", and " + accepted + ". What still waits can be stopped.", nil
	case campaign.PausedRun:
		return "It is stopped: " + accepted + ", " + templates.Plural(f.Waiting, "waits", "wait") + ".", nil
	case campaign.Sent:
		return "It left at " + began + " and is sent: " + accepted + ".", nil
	case campaign.Cancelled:
		if r.ID == "" {
			return "It was cancelled, and nothing was sent.", nil
		}
		return "It was cancelled; " + accepted + " before that.", nil
	}
	return "It is a draft: nothing leaves before somebody sends it.", nil
}
