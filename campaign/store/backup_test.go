package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

var backupHead = campaign.Backup{Program: "test", Secret: "a secret of the test"}

func (d *desk) backUp(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	_, err := d.Backups.WriteBackup(ctx, &b, backupHead)
	must(t, err)
	return b.Bytes()
}

// documents returns what a backup holds, each document as JSON under its collection and id.
func documents(t *testing.T, backup []byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	_, _, err := store.ReadBackup(bytes.NewReader(backup), func(c *document.Collection, doc any) error {
		text, err := json.Marshal(doc)
		var named struct{ ID string }
		if err == nil {
			err = json.Unmarshal(text, &named)
		}
		out[c.Name+" "+named.ID] = strings.ReplaceAll(string(text), "null", "[]") // one engine gives empty lists for none
		return err
	})
	must(t, err)
	return out
}

// onEach runs a test on two stores, of every pair of engines.
func onEach(t *testing.T, test func(t *testing.T, from, into *desk)) {
	onBoth(t, func(t *testing.T, into *desk) {
		onBoth(t, func(t *testing.T, from *desk) {
			into.pass(from.now().Sub(into.now()))
			test(t, from, into)
		})
	})
}

func TestBackupComesBackAsItWas(t *testing.T) {
	onEach(t, func(t *testing.T, from, into *desk) {
		k := from.correspond(t)
		must(t, from.Installation.SetMark(ctx, "a", 7))
		_, err := from.Installation.GetInstallation(ctx)
		must(t, err)
		_, err = from.Releases.SaveFile(ctx, []byte{0, 1, 0xff, 'x'})
		must(t, err)
		backup := from.backUp(t)
		into.addContact(t, campaign.Contact{Email: "nobody@example.org"})
		done, err := into.Backups.Restore(ctx, bytes.NewReader(backup), campaign.NewDepartures())
		must(t, err)
		equal(t, "on the wire", done.Interrupted, 1)
		equal(t, "left out", done.LeftOut, 0)
		equal(t, "erased", done.Erased, 0)
		want, got := documents(t, backup), documents(t, into.backUp(t))
		equal(t, "documents", len(got), len(want))
		for id, text := range want {
			switch {
			case id == "deliveries "+k.onTheWire:
				d, err := into.Deliveries.GetDelivery(ctx, k.onTheWire)
				must(t, err)
				equal(t, "what was on the wire", d.State, campaign.Interrupted)
			case id == "installation "+campaign.InstallationID:
				places, err := into.Installation.Identity(ctx)
				must(t, err)
				i, err := into.Installation.GetInstallation(ctx)
				must(t, err)
				equal(t, "doubt", i.Doubt(places, 0, 0), campaign.PutIn)
			case got[id] != text:
				t.Errorf("%s:\ngot  %s\nwant %s", id, got[id], text)
			}
		}
		_, err = into.Contacts.GetContactByAddress(ctx, "nobody@example.org")
		refused(t, "what was there before", err, campaign.NotFound)
		cs, _, err := into.Contacts.FindContacts(ctx, store.ContactFilter{Search: "kovilic"}, store.Page{})
		must(t, err)
		equal(t, "found by search", len(cs), 1)
	})
}

func TestWhoWentSinceABackupStaysGone(t *testing.T) {
	onEach(t, func(t *testing.T, from, into *desk) {
		k := from.correspond(t)
		leaver := from.addContact(t, campaign.Contact{Email: "leaver@example.org"}, k.press.ID)
		bounced := from.addContact(t, campaign.Contact{Email: "bounced@example.org"}, k.press.ID)
		left := from.addContact(t, campaign.Contact{Email: "left@example.org"}, k.press.ID)
		backup := from.backUp(t)
		from.pass(time.Minute)

		var told []campaign.Departure
		from.Departures.OnDeparture(func(d campaign.Departure) { told = append(told, d) })
		_, err := from.Contacts.UpdateContact(ctx, k.contact.ID, func(c *campaign.Contact) error { c.Email = "moved@example.net"; return nil })
		must(t, err)
		must(t, from.Eraser.EraseContact(ctx, k.contact.ID))
		_, err = from.Contacts.LeaveLists(ctx, leaver.ID, []string{k.press.ID}, campaign.Unsubscribed)
		must(t, err)
		must(t, from.Contacts.SetContactStatus(ctx, bounced.ID, campaign.Bounced, "550"))
		must(t, from.Suppressions.Suppress(ctx, left.Email, campaign.LeftAll, ""))
		if text := fmt.Sprintf("%+v", told); strings.Contains(text, "@") || strings.Contains(text, "dravka") {
			t.Errorf("what is told says who: %s", text)
		}
		both := campaign.NewDepartures()
		for _, d := range told {
			both.Add(d, noon)
		}
		byStore := campaign.NewDepartures()
		must(t, from.Backups.EachDeparture(ctx, noon, func(d campaign.Departure) error { byStore.Add(d, noon); return nil }))
		for name, gone := range map[string]*campaign.Departures{"as told": both, "as the store knows": byStore} {
			into.pass(from.now().Sub(into.now()))
			done, err := into.Backups.Restore(ctx, bytes.NewReader(backup), gone)
			must(t, err)
			equal(t, name+": erased", done.Erased, 1)
			for address, want := range map[string]campaign.SuppressionReason{k.contact.Email: campaign.SuppressedByHand, k.formerAddress: campaign.Erased, left.Email: campaign.LeftAll} {
				got, err := into.Suppressions.Suppressed(ctx, []string{address})
				must(t, err)
				equal(t, name+": "+address, got[address], want)
			}
			c, err := into.Contacts.GetContact(ctx, leaver.ID)
			must(t, err)
			equal(t, name+": the list that was left", c.Membership(k.press.ID).Status, campaign.Unsubscribed)
			c, err = into.Contacts.GetContact(ctx, bounced.ID)
			must(t, err)
			equal(t, name+": the address that bounced", c.Status, campaign.Bounced)
			_, err = into.Runs.UpdateRun(ctx, k.sending.ID, func(r *campaign.Run) error { r.Planned = true; return nil })
			must(t, err)
			open, err := into.Eraser.FinishErasures(ctx)
			must(t, err)
			equal(t, name+": open erasures", open, 0)
			if found := into.found(t); len(found) > 0 {
				t.Errorf("%s: still kept: %q", name, found)
			}
		}
	})
}

// In the backup they are two still, and both have left what the one left.
func TestWhoLeftAfterBeingMergedStaysGone(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		a := d.addContact(t, campaign.Contact{Email: "ana@example.org"}, press.ID)
		b := d.addContact(t, campaign.Contact{Email: "ana@paper.example"}, press.ID)
		backup := d.backUp(t)
		told, byStore := campaign.NewDepartures(), campaign.NewDepartures()
		d.Departures.OnDeparture(func(one campaign.Departure) { told.Add(one, noon) })
		must(t, d.Contacts.MergeContacts(ctx, a.ID, b.ID))
		_, err := d.Contacts.LeaveLists(ctx, a.ID, []string{press.ID}, campaign.Unsubscribed)
		must(t, err)
		must(t, d.Backups.EachDeparture(ctx, noon, func(one campaign.Departure) error { byStore.Add(one, noon); return nil }))
		for name, gone := range map[string]*campaign.Departures{"as told": told, "as the store knows": byStore} {
			_, err := d.Backups.Restore(ctx, bytes.NewReader(backup), gone)
			must(t, err)
			for _, id := range []string{a.ID, b.ID} {
				c, err := d.Contacts.GetContact(ctx, id)
				must(t, err)
				equal(t, name+": "+c.Email, c.Membership(press.ID).Status, campaign.Unsubscribed)
			}
		}
	})
}

// A contact that was kept under older rules holds up no backup: it is suppressed where it may not be mailed as it was.
func TestWhoWentButCannotBeChanged(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		gone := campaign.NewDepartures()
		want := map[string]campaign.SuppressionReason{}
		for status, reason := range map[campaign.ContactStatus]campaign.SuppressionReason{
			campaign.Active: "", campaign.Bounced: campaign.HardBounce, campaign.Complained: campaign.ComplaintReason, campaign.Restricted: campaign.LeftAll,
		} {
			c := d.addContact(t, campaign.Contact{Email: string(status) + "@example.org", FirstName: "Ana"})
			gone.Status[c.ID], want[c.Email] = status, reason
		}
		gone.Status["nobody"] = campaign.Bounced
		old := bytes.ReplaceAll(d.backUp(t), []byte(`"Ana"`), []byte(`"`+strings.Repeat("a", 301)+`"`))
		_, err := d.Backups.Restore(ctx, bytes.NewReader(old), gone)
		must(t, err)
		for address, reason := range want {
			got, err := d.Suppressions.Suppressed(ctx, []string{address})
			must(t, err)
			equal(t, address, got[address], reason)
			_, err = d.Contacts.GetContactByAddress(ctx, address)
			must(t, err)
		}
	})
}

// A person came back by their own act after an erasure: neither is undone.
func TestWhoCameBackSinceABackup(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		c := d.addContact(t, campaign.Contact{Email: "ana@example.org", Notes: "an old note"})
		backup := d.backUp(t)
		gone := campaign.NewDepartures()
		d.Departures.OnDeparture(func(one campaign.Departure) { gone.Add(one, noon) })
		must(t, d.Eraser.EraseContact(ctx, c.ID))
		must(t, d.Suppressions.Unsuppress(ctx, "ana@example.org"))
		_, err := d.Backups.Restore(ctx, bytes.NewReader(backup), gone)
		must(t, err)
		_, err = d.Contacts.GetContact(ctx, c.ID)
		refused(t, "the contact that was erased", err, campaign.NotFound)
		got, err := d.Suppressions.Suppressed(ctx, []string{"ana@example.org"})
		must(t, err)
		equal(t, "suppressed", len(got), 0)
	})
}

// What cannot be read to its end is refused by what reads it first; a store that was begun with it says so of itself.
func TestBrokenBackups(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		d.addContact(t, campaign.Contact{Email: "ana@example.org"})
		d.addList(t, "Press")
		whole := string(d.backUp(t))
		lines := strings.SplitAfter(whole, "\n")
		for what, text := range map[string]string{
			"nothing":         "",
			"something else":  "{\"a\": 1}\n",
			"no JSON":         "PK\x03\x04",
			"an end too many": whole + "{}\n",
			"no end":          strings.Join(lines[:len(lines)-2], ""),
			"cut in a line":   whole[:len(whole)/2],
			"a line lost":     strings.Join(append(append([]string{}, lines[:2]...), lines[3:]...), ""),
			"unknown records": strings.Replace(whole, `{"in":"lists"`, `{"in":"wizards"`, 1),
			"a wrong type":    strings.Replace(whole, `"email":"ana@example.org"`, `"email":7`, 1),
			"no id":           strings.Replace(whole, `{"in":"lists","doc":{"id":"`, `{"in":"lists","doc":{"no":"`, 1),
			"a newer form":    strings.Replace(whole, `"glasnik_backup":1`, `"glasnik_backup":2`, 1),
		} {
			if text == whole {
				t.Fatalf("%s: nothing was changed", what)
			}
			_, _, err := store.ReadBackup(strings.NewReader(text), func(*document.Collection, any) error { return nil })
			if err == nil || what == "a newer form" && !strings.Contains(err.Error(), "newer version") {
				t.Errorf("%s: got error %v", what, err)
			}
		}
		_, err := d.Backups.Restore(ctx, strings.NewReader(whole[:len(whole)-40]), campaign.NewDepartures())
		if err == nil {
			t.Error("half a backup was put back")
		}
		i, err := d.Installation.GetInstallation(ctx)
		must(t, err)
		equal(t, "doubt of a store that is half put back", i.Doubt(i.Places, 0, 0), campaign.HalfDone)
	})
}

func FuzzReadBackup(f *testing.F) {
	f.Add([]byte(`{"glasnik_backup":1,"secret":"x"}` + "\n" + `{"in":"lists","doc":{"id":"a","name":"Press"}}` + "\n" + `{"end":{"lists":1}}`))
	f.Add([]byte(`{"glasnik_backup":9,"made_at":"2026-10-18T12:00:00Z"}`))
	f.Add([]byte(`{"glasnik_backup":1,"secret":"x"}{"in":"files","doc":{"id":"a","data":"AAA="}}{"end":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		n := int64(0)
		_, count, err := store.ReadBackup(bytes.NewReader(data), func(c *document.Collection, doc any) error {
			if c == nil || doc == nil {
				t.Error("no document")
			}
			n++
			return nil
		})
		sum := int64(0)
		for _, c := range count {
			sum += c
		}
		if err == nil && sum != n {
			t.Errorf("%d documents, %d counted", n, sum)
		}
	})
}
