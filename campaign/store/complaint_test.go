package store_test

import (
	"fmt"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// Complaints are counted by whose servers took the mail; a reader who reports twice counts once, and runs of long ago do not count.
func TestComplaintsByProvider(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		for domain, provider := range map[string]string{"a.example": "hoster.example", "b.example": "hoster.example"} {
			_, err := d.Providers.SaveMailDomain(ctx, domain, provider)
			must(t, err)
		}
		run := func(id string, trigger campaign.Trigger, domains map[string]int) {
			r := campaign.Run{ID: id, Campaign: "c", Trigger: trigger, State: campaign.Sent, Planned: true, Shards: 1, CreatedAt: d.now(), StartedAt: d.now()}
			must(t, d.Runs.CreateRun(ctx, &r, &edition.Edition{}))
			for domain, n := range domains {
				for i := range n {
					who := fmt.Sprintf("%s%d", domain, i)
					state := campaign.Accepted
					if i == 3 {
						state = campaign.Failed
					}
					delivery, shard := campaign.DeliveryID(id, 1, who)
					must(t, d.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{ID: delivery, Run: id, Contact: who, Shard: shard, Email: who + "@" + domain, Domain: domain, State: state, MadeAt: d.now(), LastAt: d.now()}}))
				}
			}
		}
		complain := func(id, who string) {
			delivery, _ := campaign.DeliveryID(id, 1, who)
			must(t, d.Events.RecordEvents(ctx, []*campaign.Event{{ID: id + who, Run: id, Kind: campaign.ComplainedEvent, Delivery: delivery, Contact: who, Reader: who, At: d.now()}}))
		}
		count := func() []campaign.ProviderComplaints {
			found, err := d.Providers.CountComplaints(ctx, d.now().AddDate(0, 0, -campaign.ComplaintDays))
			must(t, err)
			return found
		}
		run("old", campaign.TriggerHand, map[string]int{"a.example": 2})
		complain("old", "a.example0")
		d.pass(campaign.ComplaintDays*24*3600e9 + 3600e9)
		run("r1", campaign.TriggerHand, map[string]int{"a.example": 5, "b.example": 2, "hotmail.com": 2, "c.example": 9})
		run("r2", campaign.TriggerHand, map[string]int{"a.example": 2})
		run("t", campaign.TriggerTest, map[string]int{"a.example": 2})
		same(t, "of nobody", count(), []campaign.ProviderComplaints(nil))
		for _, c := range [][2]string{{"r1", "a.example0"}, {"r2", "a.example0"}, {"r1", "b.example1"}, {"r1", "hotmail.com0"}, {"t", "a.example1"}} {
			complain(c[0], c[1])
		}
		same(t, "by provider", count(), []campaign.ProviderComplaints{
			{Provider: "hoster.example", Accepted: 8, Complained: 2}, {Provider: campaign.ProviderOf("hotmail.com"), Accepted: 2, Complained: 1}, {Provider: "c.example", Accepted: 8},
		})
	})
}
