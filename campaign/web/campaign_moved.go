package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// watchBefore is how long before a campaign leaves its open pages ask often whether it has left.
const watchBefore = time.Hour

// StateSeen identifies the state the page shows: when it changes, what the page offers is no longer right.
func (p *campaignPage) StateSeen() string { return stateSeen(&p.Campaign, p.Leaving) }

func stateSeen(c *campaign.Campaign, leaving bool) string {
	return fmt.Sprintf("%s.%t.%d.%s", c.State, leaving, c.NextAt.Unix(), c.LastRun)
}

// AskEvery is how many seconds after one another a page that is left open asks whether the campaign has moved: by itself, or
// because a colleague moved it.
func (p *campaignPage) AskEvery() int {
	moving := p.Campaign.State == campaign.Sending || p.Campaign.State == campaign.Scheduled && p.Campaign.NextAt.Sub(p.Now) < watchBefore
	if moving {
		return 3
	}
	return 15
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
	p.Editable = p.isEditable()
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
	p.Moved, p.Became = true, c.State.Words()
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
	told, tellErr := s.whatBecame(v, &p.Campaign)
	if tellErr != nil {
		return tellErr
	}
	p.Problem = templates.SentenceOf(v.language, err) + " " + v.sentence(told)
	return v.showAs(http.StatusConflict, "campaign_check", p)
}

// whatBecame returns what there is to say of a campaign in its state.
func (s *sendPages) whatBecame(v *visit, c *campaign.Campaign) (campaign.Text, error) {
	var r campaign.Run
	var f campaign.Figures
	if c.LastRun != "" {
		var err error
		if r, err = s.store.GetRun(v.ctx(), c.LastRun); campaign.UnlessMissing(err) != nil {
			return campaign.Text{}, err
		}
		if f, err = s.store.LookDeliveries(v.ctx(), &r); err != nil {
			return campaign.Text{}, err
		}
	}
	p := Page{Language: v.language, Zone: v.zone}
	began := p.moment(r.StartedAt)
	accepted := campaign.Textf("%d messages have been accepted by the mail server.", f.Accepted)
	switch c.State {
	case campaign.Scheduled:
		return campaign.Textf("It leaves on %s.", p.moment(c.NextAt)), nil
	case campaign.Sending:
		return campaign.Textf("It left on %s. %s What still waits can be stopped.", began, accepted), nil
	case campaign.PausedRun:
		return campaign.Textf("%s %s", accepted, campaign.Textf("%d still wait.", f.Waiting)), nil
	case campaign.Sent:
		return campaign.Textf("It left on %s. %s", began, accepted), nil
	case campaign.Cancelled:
		if r.ID == "" {
			return campaign.Textf("Nothing was sent."), nil
		}
		return accepted, nil
	}
	return campaign.Textf("Nothing leaves before somebody sends it."), nil
}
