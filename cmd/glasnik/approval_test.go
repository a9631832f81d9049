package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// soon is when a campaign leaves that something is changed of before.
const soon = 3 * time.Second

// way is one that somebody tries round the approval.
type way struct {
	name string
	try  func()
	says string // of the audit log
}

// Nothing leaves that a second person did not approve as it leaves, whatever is tried, and the audit log tells of each try.
func TestTwentyWaysRoundApproval(t *testing.T) {
	openNewsroom(t, func(r *newsroom) {
		for _, together := range [][]way{{
			{"alone without the right, by the panel", func() { r.marko.post(r.path("/alone"), "alone=in a hurry", "count=3", "reason=because") }, "Refused"},
			{"send without asking", func() {}, "Kept from leaving"},
			{"approve one's own", func() {
				r.ask()
				r.vera.approve([]string{"asked=" + r.now().Approval.ID, "print=" + r.now().Approval.Print})
			}, "Refused"},
			{"approve without the right", func() {
				r.ask()
				r.marko.approve([]string{"asked=" + r.now().Approval.ID, "print=" + r.now().Approval.Print})
			}, "Refused"},
			{"an admin who wrote a version", func() {
				r.change(r.boss, func(release *campaign.Release) { release.In(campaign.French).Body = "L’aide est gratuite." })
				r.ask()
				r.boss.approve([]string{"asked=" + r.now().Approval.ID, "print=" + r.now().Approval.Print})
			}, "Refused"},
			{"edit after the approval", func() {
				r.approved()
				r.change(r.vera, func(release *campaign.Release) { release.In(campaign.English).Body = "Pay first." })
			}, "Body"},
			{"edit another language", func() {
				r.approved()
				r.change(r.vera, func(release *campaign.Release) { release.In(campaign.French).Headline = "Autre chose" })
			}, "Headline"},
			{"edit while it waits for its time", func() {
				r.scheduled(soon)
				r.change(r.vera, func(release *campaign.Release) { release.In(campaign.English).Lead = "Something new." })
			}, "Lead"},
			{"edit in another tab while it is being approved", func() {
				r.ask()
				form := r.ana.form()
				r.change(r.vera, func(release *campaign.Release) { release.In(campaign.English).Body = "Not what Ana saw." })
				r.ana.approve(form)
			}, "Refused"},
			{"attach a file", func() {
				r.approved()
				r.change(r.vera, func(release *campaign.Release) {
					release.Attachments = append(release.Attachments, campaign.Attachment{File: "nosuch", Name: "list.pdf", MediaType: "application/pdf", Size: 9})
				})
			}, "Files"},
			{"another list", func() {
				r.approved()
				r.changeCampaign(r.vera, func(c *campaign.Campaign) { c.Lists = []string{r.press.ID, r.schools.ID} })
			}, "Lists"},
			{"change the list's members by a rule", func() {
				r.scheduled(soon)
				_, err := r.in.store.Segments.UpdateSegment(r.vera.ctx(), r.segment.ID, func(s *segment.Segment) (err error) {
					s.Rule, err = r.in.store.Rules.ReadRule(r.t.Context(), "kind = school")
					return err
				})
				must(t, err)
			}, "Only members who are in one of"},
			{"put many people on the list", func() {
				r.approved()
				r.crowd(12)
			}, "the audience grew"},
			{"change the sender", func() {
				r.scheduled(soon)
				r.changeCampaign(r.vera, func(c *campaign.Campaign) { c.Sender.Name = "Somebody Else" })
			}, "Sender"},
			{"change the time", func() {
				r.approved()
				r.changeCampaign(r.vera, func(c *campaign.Campaign) {
					c.Schedule = campaign.Schedule{Kind: campaign.ByCron, Cron: "* * * * *", Zone: "Europe/Belgrade"}
				})
			}, "Time"},
			{"change how the organisation shows itself", func() {
				r.approved()
				_, err := r.in.store.Settings.UpdateSettings(r.boss.ctx(), func(s *campaign.Settings) error { s.Brand.Name += "!"; return nil })
				must(t, err)
			}, "Identity"},
			{"another user's session", func() {
				r.ask()
				link := r.in.links.Answer(&campaign.Notice{Kind: campaign.TeamNotice, About: campaign.ApprovalRequest{User: r.ana.ID, Campaign: r.campaign.ID, Print: r.now().Approval.Print}.Payload(), At: time.Now()})
				if code, _ := r.marko.do(http.MethodGet, link[strings.Index(link, "/approve/"):], nil); code != http.StatusForbidden {
					t.Errorf("Ana's link lets Marko in: %d", code)
				}
			}, "Refused"},
			{"a form replayed in the next round", func() {
				r.ask()
				form := r.ana.form()
				r.ana.approve(form)
				r.vera.post(r.path("/approval/withdraw"))
				r.ask()
				r.ana.approve(form)
			}, "Refused"},
			{"an approver who lost the right", func() {
				r.scheduled(soon)
				_, err := r.in.store.Users.UpdateUser(r.boss.ctx(), r.ana.ID, func(u *campaign.User) error { u.Approves = false; return nil })
				must(t, err)
				r.wait(campaign.Draft)
				_, err = r.in.store.Users.UpdateUser(r.boss.ctx(), r.ana.ID, func(u *campaign.User) error { u.Approves = true; return nil })
				must(t, err)
			}, "may not approve it any more"},
		}, {
			{"the clock set back before the approval", func() {
				r.approved()
				r.moved.Store(int64(-time.Hour))
			}, "the clock stands before"},
		}, {
			{"a backup put back", func() {
				r.approved()
				_, err := r.in.store.Installation.Adopt(r.boss.ctx(), campaign.Restored, func(*campaign.Campaign) (campaign.Slot, error) { return campaign.Slot{}, nil })
				must(t, err)
			}, "put back from a backup"},
		}} {
			tried := make([]campaign.Campaign, len(together))
			for i, way := range together {
				r.begin(way.name)
				way.try()
				r.tryAll()
				tried[i] = r.campaign
			}
			for i, way := range together { // approvals are looked at every ten seconds, so the waits are one
				r.campaign = tried[i]
				r.wait(campaign.Draft, campaign.InReview)
				if c := r.now(); c.LastRun != "" || c.State == campaign.Scheduled || c.State == campaign.Sending || c.State == campaign.Sent {
					t.Errorf("%s: the campaign is %s", way.name, c.State)
				}
				if log := r.logged(); !strings.Contains(log, way.says) {
					t.Errorf("%s: the audit log does not say %q:\n%s", way.name, way.says, log)
				}
			}
			r.moved.Store(0)
		}
		for _, m := range r.sink.Taken() {
			if strings.HasSuffix(m.To, "@readers.example.org") {
				t.Errorf("%s was written to", m.To)
			}
		}
	})
}

// What is approved leaves, and in an emergency what an approver lets go alone, of which all admins are told.
func TestApprovedLeaves(t *testing.T) {
	openNewsroom(t, func(r *newsroom) {
		r.begin("Approved")
		r.scheduled(0)
		r.wait(campaign.Sent)
		r.begin("Alone")
		_, err := r.in.store.Approvals.SendAlone(r.boss.ctx(), r.campaign.ID, "", 0)
		if campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("alone without a reason: %v", err)
		}
		_, err = r.in.store.Approvals.SendAlone(r.boss.ctx(), r.campaign.ID, "The minister resigned.", 0)
		must(t, err)
		r.wait(campaign.Sent)
		if log := r.logged(); !strings.Contains(log, "The minister resigned.") {
			t.Errorf("the audit log says %q", log)
		}
		if _, home := r.boss.do(http.MethodGet, "/", nil); !strings.Contains(home, "without a second person by Boss: The minister resigned.") {
			t.Error("the home page does not tell the admin")
		}
		got := map[string]int{}
		for range 300 {
			clear(got)
			for _, m := range r.sink.Taken() {
				got[m.To]++
			}
			if got["boss@example.org"] > 0 {
				break
			}
			time.Sleep(100 * time.Millisecond) // as in wait
		}
		if got["press0@readers.example.org"] != 2 || got["ana@example.org"] == 0 || got["boss@example.org"] == 0 {
			t.Errorf("written to %v", got)
		}
	})
}
