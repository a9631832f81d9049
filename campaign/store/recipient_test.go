package store_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
)

// audienceOf plans a run of a sent campaign to n contacts, in changing states, domains and languages.
func (d *desk) audienceOf(t *testing.T, n int) (campaign.Run, []*campaign.Delivery) {
	t.Helper()
	c := campaign.Campaign{Name: "Training", Sender: campaign.Sender{Email: "press@example.org"}}
	must(t, d.Campaigns.CreateCampaign(ctx, &c))
	r := campaign.Run{ID: "r", Campaign: c.ID, Trigger: campaign.TriggerHand, State: campaign.Sending, Shards: 2}
	must(t, d.Runs.CreateRun(ctx, &r, &edition.Edition{}))
	states := []campaign.DeliveryState{campaign.Accepted, campaign.Failed, campaign.Deferred, campaign.Queued, campaign.Failed}
	domains := []string{"gmail.com", "example.org", "googlemail.com"}
	var ds []*campaign.Delivery
	for i := range n {
		c := campaign.Contact{Email: fmt.Sprintf("reader%02d@%s", i, domains[i%3]), FirstName: fmt.Sprintf("Name%02d", i)}
		if i%3 == 2 {
			c.Email = fmt.Sprintf("other%02d@%s", i, domains[i%3])
		}
		must(t, d.Contacts.CreateContact(ctx, &c))
		id, shard := campaign.DeliveryID(r.ID, 2, c.ID)
		del := &campaign.Delivery{ID: id, Run: r.ID, Contact: c.ID, Shard: shard, Email: c.Email, Domain: domains[i%3], Language: campaign.Languages[i%2], State: states[i%5]}
		switch del.State {
		case campaign.Accepted:
			del.Code = 250
		case campaign.Failed:
			del.Code, del.Dead = 550, i%2 == 0
		case campaign.Deferred:
			del.Code = 451
		}
		ds = append(ds, del)
	}
	must(t, d.Deliveries.PlanDeliveries(ctx, ds))
	slices.SortFunc(ds, func(a, b *campaign.Delivery) int { return compare(a.ID, b.ID) })
	return r, ds
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// TestFindRecipients checks every combination of conditions against a look at each delivery, page by page.
func TestFindRecipients(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r, ds := d.audienceOf(t, 30)
		for _, state := range []campaign.DeliveryState{"", campaign.Accepted, campaign.Failed} {
			for _, provider := range []string{"", "Gmail.com", "example.org"} {
				for _, language := range []campaign.Language{"", campaign.Languages[1]} {
					for _, code := range []int64{0, 250, 550} {
						f := store.RecipientFilter{State: state, Provider: provider, Language: language, Code: code}
						var want, got []string
						for _, x := range ds {
							if (state == "" || x.State == state) && (provider == "" || campaign.ProviderOf(x.Domain) == campaign.ProviderOf(lower(provider))) &&
								(language == "" || x.Language == language) && (code == 0 || x.Code == code) {
								want = append(want, x.ID)
							}
						}
						for p := (store.Page{Limit: 7}); ; {
							page, next, err := d.Recipients.FindRecipients(ctx, &r, f, p)
							must(t, err)
							for _, x := range page {
								got = append(got, x.ID)
							}
							if p.After = next; next == "" {
								break
							}
						}
						same(t, fmt.Sprintf("%+v", f), got, want)
					}
				}
			}
		}
		found, _, err := d.Recipients.FindRecipients(ctx, &r, store.RecipientFilter{Text: "name07"}, store.Page{})
		must(t, err)
		equal(t, "by name", len(found), 1)
		found, _, err = d.Recipients.FindRecipients(ctx, &r, store.RecipientFilter{Text: "reader", State: campaign.Failed}, store.Page{})
		must(t, err)
		equal(t, "by part of the address, in a state", len(found), 8)
	})
}

func lower(s string) string {
	if s == "Gmail.com" {
		return "gmail.com"
	}
	return s
}

func TestRetryFailed(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		r, ds := d.audienceOf(t, 30)
		var failed, dead []string
		for _, x := range ds {
			if x.State == campaign.Failed && x.Dead {
				dead = append(dead, x.ID)
				must(t, d.Contacts.SetContactStatus(ctx, x.Contact, campaign.Bounced, "5.1.1"))
			} else if x.State == campaign.Failed {
				failed = append(failed, x.ID)
			}
		}
		equal(t, "failed and dead", fmt.Sprint(len(failed), len(dead)), "6 6")
		n, err := d.Sending.RetryFailed(ctx, r.ID, store.RecipientFilter{IDs: []string{failed[0], dead[0], ds[0].ID}}, false)
		must(t, err)
		equal(t, "chosen ones, not the dead", n, int64(1))
		n, err = d.Sending.RetryFailed(ctx, r.ID, store.RecipientFilter{Provider: "example.org"}, false)
		must(t, err)
		byProvider := n
		n, err = d.Sending.RetryFailed(ctx, r.ID, store.RecipientFilter{}, false)
		must(t, err)
		equal(t, "all that failed and are not dead", n+byProvider, int64(5))
		n, err = d.Sending.Resend(ctx, r.ID, campaign.Failed)
		must(t, err)
		equal(t, "nor by the command", n, int64(0))
		n, err = d.Sending.RetryFailed(ctx, r.ID, store.RecipientFilter{}, true)
		must(t, err)
		equal(t, "the dead when asked for", n, int64(6))
		got, err := d.Deliveries.GetDelivery(ctx, dead[0])
		must(t, err)
		equal(t, "goes again", fmt.Sprintf("%s %v %d %d", got.State, got.Dead, got.Attempts, got.Code), "queued false 0 0")
		c, err := d.Contacts.GetContact(ctx, got.Contact)
		must(t, err)
		equal(t, "its contact", c.Status, campaign.Active)
		_, err = d.Runs.UpdateRun(ctx, r.ID, func(r *campaign.Run) error { r.State = campaign.Cancelled; return nil })
		must(t, err)
		_, err = d.Sending.RetryFailed(ctx, r.ID, store.RecipientFilter{}, true)
		refused(t, "of a cancelled run", err, campaign.Conflict)
	})
}
