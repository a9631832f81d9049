package web

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// confirmed returns the check page when the campaign may leave: no line is red, the number of many readers was typed, and for
// amber lines there is a reason. Else the request is answered already and the page is nil.
func (s *sendPages) confirmed(v *visit) (*checkPage, error) {
	p, err := s.checkPage(v, sendPatience)
	if err != nil {
		return nil, err
	}
	v.auditDetail(p.Campaign.Name)
	if !p.Campaign.State.Waiting() {
		return nil, s.tooLate(v, p.Campaign.State.TooLate())
	}
	p.Confirm, p.Reason = v.PostForm("count"), strings.TrimSpace(v.PostForm("reason"))
	if p.Counting {
		return nil, v.refused(campaign.Errorf(campaign.Conflict, "Its readers are still being counted: press again when their number stands here"), "campaign_check", p)
	}
	if p.Blocked() {
		return nil, v.refused(campaign.Errorf(campaign.Conflict, "The lines marked ▲ have to be mended before it can leave"), "campaign_check", p)
	}
	var faults campaign.Checks
	if typed := strings.Map(digitsOnly, p.Confirm); p.MustConfirm() && typed != strconv.FormatInt(p.Count.Reached, 10) {
		faults = append(faults, campaign.FieldError("count", "type the number of readers, %s, to say that you mean it", strconv.FormatInt(p.Count.Reached, 10)))
	}
	faults.Refuse(p.Warned() && p.Reason == "", "reason", "say in a sentence why it goes out in spite of the lines marked !")
	if err := campaign.Together(faults...); err != nil {
		return nil, v.refused(err, "campaign_check", p)
	}
	return p, s.recordReason(v, p)
}

// recordReason stores why a campaign goes out although the check list warned, and who decided so.
func (s *sendPages) recordReason(v *visit, p *checkPage) error {
	despite := ""
	if p.Warned() {
		despite = p.Reason + " (" + v.user.Name + ", " + v.now().Format(time.DateOnly) + ")"
	}
	if despite == p.Campaign.Despite && p.Says == p.Campaign.DespiteOf {
		return nil
	}
	_, err := s.store.UpdateCampaign(v.ctx(), p.Campaign.ID, func(c *campaign.Campaign) error {
		c.Despite, c.DespiteOf = despite, p.Says
		return checkEditable(c)
	})
	return err
}

func digitsOnly(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// send lets a campaign leave in a minute; until then it can be called back.
func (s *sendPages) send(v *visit) error {
	p, err := s.confirmed(v)
	if p == nil || err != nil {
		return err
	}
	if err := s.approveNow(v, &p.Campaign); err != nil {
		return v.refused(err, "campaign_check", p)
	}
	c, err := s.store.SendNow(v.ctx(), p.Campaign.ID, sendDelay)
	if err != nil {
		return s.tooLate(v, err)
	}
	s.Wake()
	return v.done(p.Path("check"), "It leaves at %s. Until then you can call it back.", c.NextAt.In(v.zone).Format("15:04:05 MST"))
}

// plan makes a campaign wait for the next slot of its schedule.
func (s *sendPages) plan(v *visit) error {
	p, err := s.confirmed(v)
	if p == nil || err != nil {
		return err
	}
	if p.Slot.At.IsZero() {
		return v.refused(campaign.Errorf(campaign.Conflict, "There is no time to wait for: set one on the Schedule tab"), "campaign_check", p)
	}
	if _, err := s.store.ScheduleCampaign(v.ctx(), p.Campaign.ID, p.Slot); err != nil {
		return s.tooLate(v, err)
	}
	s.Wake()
	return v.done(p.Path("check"), "Scheduled: it leaves on %s.", p.slotWords())
}

func (s *sendPages) callBack(v *visit) error {
	c, err := s.store.UnscheduleCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return s.tooLate(v, err)
	}
	v.auditDetail(c.Name)
	s.Wake()
	return v.done("/campaigns/"+c.ID+"/check", "Called back: nothing was sent, the campaign is a draft again.")
}

// pause stops a campaign at once and tells exactly how many messages went out.
func (s *sendPages) pause(v *visit) error {
	id := v.Param("id")
	if err := s.store.PauseCampaign(v.ctx(), id, "stopped by "+v.user.Name); err != nil {
		return s.tooLate(v, err)
	}
	s.Wake()
	c, err := s.store.GetCampaign(v.ctx(), id)
	if err != nil {
		return err
	}
	v.auditDetail(c.Name)
	states, err := s.countStopped(v.ctx(), c.LastRun)
	if err != nil {
		return err
	}
	f, wire := campaign.CountedDeliveries(states, 0), states[campaign.InFlight]
	if wire > 0 {
		return v.done("/campaigns/"+id+"/results", "Stopped. %s %s %s", campaign.Textf("%d messages were accepted by the mail server.", f.Accepted),
			campaign.Textf("%d are just being handed over.", wire), campaign.Textf("%d still wait.", f.Waiting-wire))
	}
	return v.done("/campaigns/"+id+"/results", "Stopped. %s %s", campaign.Textf("Exactly %d messages were accepted by the mail server.", f.Accepted),
		campaign.Textf("%d still wait.", f.Waiting))
}

// Pausing waits this long for what is on the wire, so that it can tell how many messages went out.
const (
	stopWait = 4 * time.Second
	stopLook = 100 * time.Millisecond
)

// countStopped counts a run's deliveries once none is on the wire, or after stopWait.
func (s *sendPages) countStopped(ctx context.Context, run string) (map[campaign.DeliveryState]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, stopWait)
	defer cancel()
	for {
		states, err := s.store.CountDeliveries(context.WithoutCancel(ctx), run)
		if err != nil || states[campaign.InFlight] == 0 || ctx.Err() != nil {
			return states, err
		}
		select {
		case <-ctx.Done():
		case <-time.After(stopLook):
		}
	}
}

func (s *sendPages) resume(v *visit) error {
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "campaign")
	}
	v.auditDetail(c.Name)
	if err := s.store.ResumeCampaign(v.ctx(), v.Param("id")); err != nil {
		return s.tooLate(v, err)
	}
	s.Wake()
	return v.done("/campaigns/"+v.Param("id")+"/results", "It goes on where it stopped. Nobody gets it twice.")
}

func (s *sendPages) askCancel(v *visit) error {
	p, err := s.campaigns.tab(v, "results")
	if err != nil {
		return err
	}
	detail := v.say("It will not be sent any more.")
	if p.Campaign.LastRun != "" {
		states, err := s.store.CountDeliveries(v.ctx(), p.Campaign.LastRun)
		if err != nil {
			return err
		}
		f := campaign.CountedDeliveries(states, 0)
		detail = v.say("Of the last run %s That cannot be undone. %s A cancelled campaign cannot be taken up again.",
			campaign.Textf("%d messages were accepted by the mail server.", f.Accepted), campaign.Textf("%d that still wait are not sent.", f.Waiting))
	}
	return v.show("confirm", &confirmPage{
		Page: v.page("campaigns", "Cancel campaign"), Question: v.say("Cancel “%s” for good?", p.Campaign.Name), Do: v.say("Cancel the campaign"),
		Detail: detail, Back: p.Path("check"),
	})
}

func (s *sendPages) cancel(v *visit) error {
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "campaign")
	}
	v.auditDetail(c.Name)
	if err := s.store.CancelCampaign(v.ctx(), v.Param("id")); err != nil {
		return s.tooLate(v, err)
	}
	s.Wake()
	return v.done("/campaigns/"+v.Param("id")+"/results", "The campaign is cancelled.")
}

func (s *sendPages) askDelete(v *visit) error {
	p, err := s.campaigns.tab(v, "content")
	if err != nil {
		return err
	}
	return v.show("confirm", &confirmPage{
		Page: v.page("campaigns", "Delete campaign"), Question: v.say("Delete “%s”?", p.Campaign.Name), Do: v.say("Delete the campaign"), Back: p.Path(""),
		Detail: v.say("Only a campaign that never sent anything can be deleted. Its release stays."),
	})
}

func (s *sendPages) delete(v *visit) error {
	c, err := s.store.GetCampaign(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "campaign")
	}
	v.auditDetail(c.Name)
	if err := s.store.DeleteCampaign(v.ctx(), v.Param("id")); err != nil {
		return s.tooLate(v, err)
	}
	return v.done("/campaigns", "The campaign is deleted.")
}

// testRun is a test and the outcome of its messages.
type testRun struct {
	campaign.Run
	Done       campaign.Figures
	Deliveries []campaign.Delivery
}

// Why is why it was stopped.
func (r testRun) Why() campaign.Text { return campaign.OwnWords(r.Reason) }

// maxTestTo is how many colleagues one test may go to.
const maxTestTo = 10

// testRuns returns the last tests of a campaign.
func (s *sendPages) testRuns(v *visit, id string) ([]testRun, error) {
	found, _, err := s.store.FindRuns(v.ctx(), id, true, pageOf(20))
	if err != nil {
		return nil, err
	}
	var out []testRun
	for _, r := range found {
		if r.Trigger != campaign.TriggerTest || len(out) == 3 {
			continue
		}
		t := testRun{Run: r}
		if t.Deliveries, _, err = s.store.FindDeliveries(v.ctx(), r.ID, "", store.Page{Limit: 40}); err != nil {
			return nil, err
		}
		states := map[campaign.DeliveryState]int64{}
		for _, d := range t.Deliveries {
			states[d.State]++
		}
		t.Done = campaign.CountedDeliveries(states, 0)
		out = append(out, t)
	}
	return out, nil
}

// test sends a campaign as it is to colleagues.
func (s *sendPages) test(v *visit) error {
	p, err := s.checkPage(v, countPatience)
	if err != nil {
		return err
	}
	p.To = v.PostForm("to")
	to := strings.FieldsFunc(p.To, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) })
	if len(to) == 0 {
		return v.refused(campaign.FieldError("to", "say where the test goes"), "campaign_check", p)
	}
	if len(to) > maxTestTo {
		return v.refused(campaign.FieldError("to", "a test goes to %d addresses at most", maxTestTo), "campaign_check", p)
	}
	var faults []error
	for _, a := range to {
		if _, err := campaign.ParseAddress(a); err != nil {
			faults = append(faults, campaign.FieldError("to", "%s: %s", a, wordsOfError(err)))
		}
	}
	if err := campaign.Together(faults...); err != nil {
		return v.refused(err, "campaign_check", p)
	}
	if _, err := s.store.StartTest(v.ctx(), p.Campaign.ID, to, campaign.Language(v.PostForm("language")), v.user.ID, templates.TrackedLinks); err != nil {
		return v.refused(err, "campaign_check", p)
	}
	v.auditDetail(campaign.Textf("to %d addresses", len(to)))
	s.Wake()
	return v.done(p.Path("check")+"#test", "The test is on its way to %s.", strings.Join(to, ", "))
}
