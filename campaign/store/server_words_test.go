package store_test

import (
	"bytes"
	"testing"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestErasedFromOthersReasons: a provider that was held quoted one reader's address, and older versions wrote it down with
// everybody there. Brought up to date and with that reader erased, nothing in the store names them.
func TestErasedFromOthersReasons(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		press := d.addList(t, "Press")
		a1 := d.addContact(t, campaign.Contact{Email: "a1.zvonimirka@bigprov.example"}, press.ID)
		others := []campaign.Contact{d.addContact(t, campaign.Contact{Email: "a2@bigprov.example"}, press.ID), d.addContact(t, campaign.Contact{Email: "a3@bigprov.example"}, press.ID)}
		run := d.start(t, d.addCampaign(t, "First", press.ID).ID)
		const said = "given up: bigprov.example has taken no mail from us: 5.7.1 <a1.zvonimirka@bigprov.example>: unsolicited"
		for _, c := range append(others, a1) {
			id := d.deliver(t, run, c, campaign.Failed, "5.7.1 refused")
			_, err := d.engine.Update(ctx, collection(t, "deliveries"), document.ByID(id), document.Change{Set: map[string]any{"reason": said}})
			must(t, err)
		}
		must(t, d.engine.Upsert(ctx, collection(t, "holds"), &campaign.Hold{ID: "bigprov.example", Version: 1, Why: said, Run: run.ID}))
		_, err := d.engine.Delete(ctx, collection(t, "upgrades"), document.ByID("server_words"))
		must(t, err)
		d.Store, err = store.New(ctx, d.engine, campaign.NewSigner("a secret of the test"), d.now)
		must(t, err)
		must(t, d.Eraser.EraseContact(ctx, a1.ID))
		if bytes.Contains(d.raw(t), []byte("zvonimirka")) {
			t.Error("the address is still in the store")
		}
		held, err := d.Holds.FindHolds(ctx)
		must(t, err)
		equal(t, "holds", len(held), 1)
		must(t, d.UpdateRunState(t, run.ID, campaign.Sent))
		must(t, d.Holds.DropIdleHolds(ctx))
		held, err = d.Holds.FindHolds(ctx)
		must(t, err)
		equal(t, "holds nothing waits for", len(held), 0)
	})
}

// UpdateRunState ends a run as the scheduler would.
func (d *desk) UpdateRunState(t *testing.T, id string, state campaign.State) error {
	t.Helper()
	_, err := d.Runs.UpdateRun(ctx, id, func(r *campaign.Run) error {
		r.State = state
		return nil
	})
	return err
}
