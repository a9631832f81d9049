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
	if !slices.Contains([]string{"content", "editions", "audience", "schedule", "check", "results"}, tab) {
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
	if err != nil || !p.HasForm() {
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

// stepRefused returns the status of the page that says why a step of a campaign or run was not taken: time or somebody else was faster,
// or what would go out must not. It is 0 for an error that says neither.
func stepRefused(err error) int {
	switch campaign.CodeOf(err) {
	case campaign.Conflict:
		return http.StatusConflict
	case campaign.Invalid:
		return http.StatusUnprocessableEntity
	}
	return 0
}

// tooLate shows the campaign as it is when a step is refused: what happened instead, and what can be done now. Another error is passed
// on.
func (s *sendPages) tooLate(v *visit, err error) error {
	status := stepRefused(err)
	if status == 0 {
		return gone(err, "campaign")
	}
	p, pageErr := s.checkPage(v, countPatience)
	if pageErr != nil {
		return pageErr
	}
	told, tellErr := s.whatBecame(v, &p.Campaign)
	if tellErr != nil {
		return tellErr
	}
	p.Problem = templates.SentenceOf(v.language, err) + " " + v.sentence(told)
	return v.showAs(status, "campaign_check", p)
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
	case campaign.InReview, campaign.Approved:
		return campaign.Textf("Nothing leaves before somebody sends it."), nil
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

// slotAt finds the slot that a schedule has for a wall time of its own, wherever it was moved to.
func (s *campaignPages) slotAt(sch *campaign.Schedule, wall string) (slot campaign.Slot, ok bool, err error) {
	at, err := time.Parse(campaign.WallLayout, wall)
	if err != nil {
		return slot, false, nil
	}
	from := at.Add(-26 * time.Hour) // wherever on earth that is
	if e := sch.Exception(wall); e != nil {
		if to, err := time.Parse(campaign.WallLayout, e.To); err == nil {
			from = to.Add(-26 * time.Hour)
		}
	}
	for range 40 { // every minute of two days
		slots, err := s.Planner.Next(*sch, from, 100)
		if err != nil {
			return slot, false, err
		}
		for _, slot := range slots {
			if slot.Instead == wall || slot.Instead == "" && slot.Wall == wall || sch.Kind == campaign.Once {
				return slot, true, nil
			}
			if from = slot.At; from.Sub(at) > 28*time.Hour {
				return slot, false, nil
			}
		}
		if len(slots) < 100 {
			break
		}
	}
	return slot, false, nil
}

// keepMoved takes over into a schedule the single times to come that were moved or left out in the one it replaces, and returns those
// that it does not have.
func (s *campaignPages) keepMoved(sch, was *campaign.Schedule) (lost []campaign.Exception, err error) {
	if s.Planner == nil || !was.Recurs() || len(was.Exceptions) == 0 {
		return nil, nil
	}
	yesterday := s.Now().AddDate(0, 0, -1).Format(campaign.WallLayout)
	for _, e := range was.Exceptions {
		if max(e.Wall, e.To) < yesterday {
			continue
		}
		has := false
		if sch.Recurs() {
			if _, has, err = s.slotAt(&campaign.Schedule{Kind: sch.Kind, Cron: sch.Cron, Rule: sch.Rule, Zone: sch.Zone}, e.Wall); err != nil {
				return nil, err
			}
		}
		if has {
			sch.Exceptions = append(sch.Exceptions, e)
		} else {
			lost = append(lost, e)
		}
	}
	return lost, nil
}

// movesIn writes in a language where single times went; one that went nowhere is left out.
func movesIn(l campaign.Language, all []campaign.Exception) []string {
	words := func(wall string) string {
		at, err := time.Parse(campaign.WallLayout, wall)
		if err != nil {
			return templates.Say(l, campaign.Textf("calendar: left out"))
		}
		return templates.Say(l, campaign.Textf("%s", campaign.Moment(at)))
	}
	return campaign.Collect(all, func(e campaign.Exception) string { return words(e.Wall) + " → " + words(e.To) })
}
