package web

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// testRun is a test send and what became of its messages.
type testRun struct {
	campaign.Run
	Done       campaign.Figures
	Deliveries []campaign.Delivery
}

// maxTestTo is how many colleagues one test may go to.
const maxTestTo = 10

// testRuns gives the last tests of a campaign.
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

// testCampaign sends a campaign as it stands to colleagues.
func (s *sendPages) test(v *visit) error {
	p, err := s.checkPage(v)
	if err != nil {
		return err
	}
	p.To = v.PostForm("to")
	to := strings.FieldsFunc(p.To, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) })
	if len(to) == 0 {
		return v.refused(campaign.FieldError("to", "say where the test goes"), "campaign_check", &p)
	}
	if len(to) > maxTestTo {
		return v.refused(campaign.FieldError("to", "a test goes to %d addresses at most", maxTestTo), "campaign_check", &p)
	}
	var faults []error
	for _, a := range to {
		if _, err := campaign.ParseAddress(a); err != nil {
			faults = append(faults, campaign.FieldError("to", "%v", err))
		}
	}
	if err := campaign.Together(faults...); err != nil {
		return v.refused(err, "campaign_check", &p)
	}
	if _, err := s.store.StartTest(v.ctx(), p.Campaign.ID, to, campaign.Language(v.PostForm("language")), v.user.ID, templates.TrackedLinks); err != nil {
		return v.refused(err, "campaign_check", &p)
	}
	v.tell("to " + templates.Plural(len(to), "address", "addresses") + ", which stand with it")
	s.Wake()
	return v.done(p.Path("check")+"#test", "The test is on its way to %s.", strings.Join(to, ", "))
}
