package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// TestLetters records letters: one that asks for survivors is kept encrypted and apart, one is forwarded once and its words are dropped
// when it was sent, one waits for somebody to take its writer off.
func TestLetters(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		list := d.addList(t, "Press")
		ana := d.addContact(t, campaign.Contact{Email: "ana@paper.example", FirstName: "Ana"}, list.ID)
		letter := func(id string, change func(*campaign.Reply)) campaign.Reply {
			r := campaign.Reply{Contact: ana.ID, From: ana.Email, MessageID: id, At: d.now().Add(-time.Minute), Words: "words of " + id, Subject: "Re: Vodič", Text: "text of " + id}
			change(&r)
			for range 2 { // it may be read again
				must(t, d.Replies.RecordReply(ctx, r))
			}
			return r
		}
		letter("<protected>", func(r *campaign.Reply) {
			r.Protected, r.Rule, r.ForwardTo, r.Leaves = true, "words survivor: x", "desk@example.org", true
		})
		letter("<forwarded>", func(r *campaign.Reply) {
			r.ForwardTo, r.Attached, r.Text = "desk@example.org", true, "First.\n\nSecond."+strings.Repeat(" long", 5000)
		})
		letter("<leaves>", func(r *campaign.Reply) { r.Leaves = true })

		by := store.As(ctx, campaign.Actor{User: "u", Name: "Mila"})
		waiting, _, err := d.Enquiries.FindEnquiries(ctx, true, store.Page{})
		must(t, err)
		equal(t, "protected", len(waiting), 1)
		text, err := d.other.Enquiries.OpenEnquiry(&waiting[0])
		must(t, err)
		same(t, "what it says", text, campaign.EnquiryText{Person: "Ana", From: "ana@paper.example", Subject: "Re: Vodič", Text: "text of <protected>", Rule: "words survivor: x"})
		if raw := d.raw(t); bytes.Contains(raw, []byte("of <protected>")) {
			t.Error("the words of a protected letter stand in the store in the clear")
		}
		refused(t, "without an answer", d.Enquiries.CloseEnquiry(by, waiting[0].ID, " "), campaign.Invalid)
		must(t, d.Enquiries.CloseEnquiry(by, waiting[0].ID, "told them no"))
		refused(t, "twice", d.Enquiries.CloseEnquiry(by, waiting[0].ID, "again"), campaign.Conflict)
		n, err := d.Enquiries.CountOpenEnquiries(ctx)
		must(t, err)
		equal(t, "open", n, 0)

		mails, deliveries, _, err := d.Notices.FindNotices(ctx, store.Page{})
		must(t, err)
		equal(t, "forwarded", len(mails), 1)
		mail := mails[0]
		equal(t, "to", deliveries[mail.ID].Email, "desk@example.org")
		equal(t, "answers go to", mail.ReplyTo, "ana@paper.example")
		said := strings.Join(mail.Letter.Lines, "\n")
		for _, want := range []string{"First.", "Second.", "attachments", "longer"} {
			if !strings.Contains(said, want) {
				t.Errorf("forwarded without %q: %.200s", want, said)
			}
		}
		must(t, d.Notices.DropOldNotices(ctx))
		found, err := d.Notices.GetNotices(ctx, []string{mail.ID})
		must(t, err)
		equal(t, "its words wait for it to be sent", found[mail.ID].Letter != nil, true)
		_, err = d.engine.Update(ctx, collection(t, "deliveries"), document.ByID(mail.ID), document.Change{Set: map[string]any{"state": string(campaign.Accepted)}})
		must(t, err)
		must(t, d.Notices.DropOldNotices(ctx))
		found, err = d.Notices.GetNotices(ctx, []string{mail.ID})
		must(t, err)
		equal(t, "and are dropped then", found[mail.ID].Letter == nil && found[mail.ID].ReplyTo == "", true)

		asked, _, err := d.Replies.FindLeaveRequests(ctx, store.Page{})
		must(t, err)
		equal(t, "ask to be taken off", len(asked), 2)
		equal(t, "of a protected letter no words", asked[0].Details == "" || asked[1].Details == "", true)
		must(t, d.Replies.ConfirmLeave(by, asked[0].ID))
		refused(t, "twice", d.Replies.ConfirmLeave(by, asked[0].ID), campaign.Conflict)
		must(t, d.Replies.RefuseLeave(by, asked[1].ID))
		c, err := d.other.Contacts.GetContact(ctx, ana.ID)
		must(t, err)
		equal(t, "off the list", c.Membership(list.ID).Status, campaign.Unsubscribed)
		n, err = d.Replies.CountLeaveRequests(ctx)
		must(t, err)
		equal(t, "who wait", n, 0)

		h, err := d.Histories.HistoryOf(ctx, ana.ID, time.Time{}, 50)
		must(t, err)
		replies := 0
		for _, e := range h.Entries {
			if e.Kind == campaign.RepliedEntry {
				replies++
				equal(t, "no words of the protected one", strings.Contains(e.Detail, "protected"), false)
			}
		}
		equal(t, "on the timeline", replies, 3)

		must(t, d.Eraser.EraseContact(ctx, ana.ID))
		gone, _, err := d.Enquiries.FindEnquiries(ctx, false, store.Page{})
		must(t, err)
		equal(t, "gone with the contact", len(gone), 0)
	})
}

// TestReclassBounce changes by hand what returned messages were taken for: what follows for the contact changes with it.
func TestReclassBounce(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		c := d.addContact(t, campaign.Contact{Email: "dead@example.org"})
		id, _ := campaign.DeliveryID("run1", 1, c.ID)
		del := campaign.Delivery{ID: id, Run: "run1", Contact: c.ID, Email: c.Email, State: campaign.Accepted, Attempts: 1, MadeAt: d.now(), SentAt: d.now(), LastAt: d.now()}
		_, err := d.Deliveries.AddDeliveries(ctx, []*campaign.Delivery{&del})
		must(t, err)
		_, err = d.Bounces.RecordReturn(ctx, &del, campaign.Event{Kind: campaign.BouncedEvent, Verdict: campaign.HardBounced, Rule: "status 5.1.1", Detail: "550 no such user", At: d.now()})
		must(t, err)
		event := campaign.EventID("run1", campaign.BouncedEvent, campaign.HardBounced, id, 0)
		for _, step := range []struct {
			class campaign.BounceClass
			want  campaign.ContactStatus
		}{{campaign.SoftBounced, campaign.Active}, {campaign.HardBounced, campaign.Bounced}, {campaign.BlockBounced, campaign.Active}, {campaign.FullBounced, campaign.Active}, {campaign.HardBounced, campaign.Bounced}} {
			_, err := d.Bounces.ReclassBounce(ctx, event, step.class)
			must(t, err)
			e, _, err := d.other.Bounces.GetBounce(ctx, event)
			must(t, err)
			equal(t, "class", e.Verdict, step.class)
			equal(t, "rule", e.Rule, "by hand")
			now, err := d.Contacts.GetContact(ctx, c.ID)
			must(t, err)
			equal(t, "status after "+string(step.class), now.Status, step.want)
		}
		_, err = d.Bounces.ReclassBounce(ctx, event, "other")
		refused(t, "no class", err, campaign.Invalid)
		_, err = d.Bounces.ReclassBounce(ctx, event, "")
		must(t, err)
		_, _, err = d.Bounces.GetBounce(ctx, event)
		refused(t, "what was no bounce", err, campaign.NotFound)
		now, err := d.Contacts.GetContact(ctx, c.ID)
		must(t, err)
		equal(t, "written to again", now.Status, campaign.Active)
	})
}

// TestFindReturned walks what came back over all runs, page by page and by class.
func TestFindReturned(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		readers := []campaign.Contact{d.addContact(t, campaign.Contact{Email: "ana@example.org"}), d.addContact(t, campaign.Contact{Email: "marko@example.org"}), d.addContact(t, campaign.Contact{Email: "vera@example.org"})}
		classes := []campaign.BounceClass{campaign.HardBounced, campaign.SoftBounced, campaign.HardBounced}
		var want, hard []string
		for _, run := range []string{"run1", "run2", "run3", "run4"} {
			d.pass(time.Hour)
			_, err := d.engine.InsertNew(ctx, schema.Runs, &campaign.Run{ID: run, Version: 1, CreatedAt: d.now()})
			must(t, err)
			if run == "run3" {
				continue // nothing came back
			}
			var of []string
			for i, class := range classes {
				d.pass(time.Second)
				c := readers[i]
				id, _ := campaign.DeliveryID(run, 1, c.ID)
				del := campaign.Delivery{ID: id, Run: run, Contact: c.ID, Email: c.Email, State: campaign.Accepted, Attempts: 1, MadeAt: d.now()}
				_, err := d.Deliveries.AddDeliveries(ctx, []*campaign.Delivery{&del})
				must(t, err)
				_, err = d.Bounces.RecordReturn(ctx, &del, campaign.Event{Kind: campaign.BouncedEvent, Verdict: class, Detail: run, At: d.now()})
				must(t, err)
				must(t, d.Events.RecordEvents(ctx, []*campaign.Event{{ID: id + "o", Run: run, Kind: campaign.Opened, Delivery: id, At: d.now()}}))
				of = append([]string{campaign.EventID(run, campaign.BouncedEvent, class, id, 0)}, of...)
			}
			want, hard = append(of, want...), append([]string{of[0], of[2]}, hard...)
		}
		for _, limit := range []int{0, 1, 2, 3, 4, 5, 9} {
			for class, want := range map[campaign.BounceClass][]string{"": want, campaign.HardBounced: hard, campaign.BlockBounced: nil} {
				var got []string
				p := store.Page{Limit: limit}
				for pages := 0; pages == 0 || p.After != "" && pages < 30; pages++ {
					found, next, err := d.other.Bounces.FindReturned(ctx, class, p)
					must(t, err)
					for _, r := range found {
						got = append(got, r.ID)
						if r.Delivery.ID != r.Event.Delivery || r.Run.ID != r.Event.Run || limit > 0 && len(found) > limit {
							t.Errorf("%+v", r)
						}
					}
					p.After = next
				}
				equal(t, fmt.Sprintf("%q by %d", class, limit), strings.Join(got, " "), strings.Join(want, " "))
			}
		}
		_, _, err := d.Bounces.FindReturned(ctx, "", store.Page{After: "rubbish"})
		refused(t, "no page", err, campaign.Invalid)
	})
}
