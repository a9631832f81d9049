package main

import (
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// A follow-up to a press release goes out once a second person has approved it, not before by any way, and to those of whom nothing is
// known.
func TestFollowUpThroughApproval(t *testing.T) {
	openNewsroom(t, func(r *newsroom) {
		ctx := t.Context()
		_, err := r.in.store.Lists.UpdateList(ctx, r.press.ID, func(l *campaign.List) error { l.Tracking = campaign.Individual; return nil })
		must(t, err)
		must(t, r.in.store.Audiences.EachMember(ctx, r.press.ID, "", 100, func(cs []campaign.Contact) error {
			for _, c := range cs {
				_, err := r.in.store.Contacts.UpdateContact(ctx, c.ID, func(c *campaign.Contact) error {
					c.AllowTracking(campaign.TrackingConsent{At: time.Now().Add(-time.Hour), Basis: campaign.ConsentBasis, Source: "form"})
					return nil
				})
				must(t, err)
			}
			return nil
		}))
		r.begin("Helpline")
		r.scheduled(0)
		r.wait(campaign.Sent)
		first := r.campaign
		r.moved.Store(int64(4 * 24 * time.Hour))
		for _, m := range []*member{r.vera, r.ana} { // four days later
			link, err := r.in.signInLink(ctx, m.ID)
			must(t, err)
			m.post(link[strings.Index(link, "/sign-in/"):])
		}
		before := len(r.sink.Taken())
		fields := []string{"kind=quiet", "name=Once more", "days=3", "subject_en=Two lines are free", "subject_fr=Deux lignes sont libres"}
		if code, body := r.vera.post(r.path("/follow"), fields...); code != 200 || !strings.Contains(body, "It is there as a draft") {
			t.Fatalf("the follow-up: %d %s", code, body)
		}
		drafts, _, err := r.in.store.Campaigns.FindCampaigns(ctx, campaign.Draft, store.Page{Limit: 10})
		must(t, err)
		if len(drafts) != 1 || drafts[0].Follow.Source != first.ID {
			t.Fatalf("drafts: %+v", drafts)
		}
		r.campaign = drafts[0]
		r.tryAll()
		if c := r.now(); c.State != campaign.Draft || len(mailTo(r, before)) > 0 {
			t.Errorf("without approval it is %s", c.State)
		}
		r.scheduled(0)
		r.wait(campaign.Sent)
		got := mailTo(r, before)
		if len(got) != 3 {
			t.Errorf("%d messages left", len(got))
		}
		for _, data := range got {
			if !strings.Contains(data, "Subject: Two lines are free") {
				t.Errorf("another subject: %.300s", data)
			}
		}
	})
}

// mailTo returns the messages to readers that the mail server took after the first so many.
func mailTo(r *newsroom, after int) (out []string) {
	for _, m := range r.sink.Taken()[after:] {
		if strings.HasSuffix(m.To, "@readers.example.org") {
			out = append(out, string(m.Data))
		}
	}
	return out
}
