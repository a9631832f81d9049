package store_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestSuppressionTable adds addresses and domains by hand, finds them, lets one go, and forgets whose address it was when the person is
// erased.
func TestSuppressionTable(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		by := store.As(ctx, campaign.Actor{User: "u", Name: "Mila"})
		erased := d.addContact(t, campaign.Contact{Email: "zorka@school.example"})
		must(t, d.Suppressions.Suppress(ctx, "gone@x.example", campaign.HardBounce, "550 no such user"))
		d.pass(time.Minute)
		n, err := d.Suppressions.AddSuppressions(by, []string{"gone@x.example", "zorka@school.example", "Zorka@School.example", "@closed.example"}, "closed, wrote ana@x.example")
		must(t, err)
		equal(t, "new", n, 2)
		for address, want := range map[string]campaign.SuppressionReason{
			"gone@x.example": campaign.HardBounce, "ZORKA@school.example": campaign.SuppressedByHand, "a@closed.example": campaign.SuppressedByHand,
			"a@mail.Closed.example": campaign.SuppressedByHand, "a@notclosed.example": "", "a@school.example": "", "a@example": "",
		} {
			found, err := d.other.Suppressions.Suppressed(ctx, []string{address})
			must(t, err)
			equal(t, address, found[address], want)
		}
		find := func(f store.SuppressionFilter) []string {
			t.Helper()
			var all []string
			for p := (store.Page{Limit: 1}); ; {
				rows, next, err := d.Suppressions.FindSuppressions(ctx, f, p)
				must(t, err)
				for _, r := range rows {
					all = append(all, r.Whom+" "+string(r.Reason)+" "+r.Detail+" "+r.By)
				}
				if p.After = next; next == "" {
					break
				}
			}
			count, err := d.Suppressions.CountSuppressions(ctx, f)
			must(t, err)
			equal(t, "counted", int(count), len(all))
			return all
		}
		equal(t, "all", len(find(store.SuppressionFilter{})), 3)
		same(t, "of a reason", find(store.SuppressionFilter{Reason: campaign.HardBounce}), []string{"gone@x.example hard_bounce 550 no such user "})
		same(t, "of an address", find(store.SuppressionFilter{Whom: "zorka@school.example"}), []string{"zorka@school.example by_hand closed, wrote <…> Mila"})
		same(t, "of an address of a domain", find(store.SuppressionFilter{Whom: "a@closed.example"}), []string{"@closed.example by_hand closed, wrote <…> Mila"})
		same(t, "of a domain", find(store.SuppressionFilter{Whom: "@x.example"}), []string{"gone@x.example hard_bounce 550 no such user "})
		if raw := d.raw(t); bytes.Contains(raw, []byte("gone@x.example")) || bytes.Contains(raw, []byte("closed.example")) {
			t.Error("an address stands in the store in the clear")
		}

		must(t, d.Eraser.EraseContact(ctx, erased.ID))
		same(t, "of who was erased", find(store.SuppressionFilter{Whom: "zorka@school.example"}), []string{" by_hand  Mila"})
		equal(t, "nor by the domain", len(find(store.SuppressionFilter{Whom: "@school.example"})), 0)

		rows, _, err := d.Suppressions.FindSuppressions(ctx, store.SuppressionFilter{Whom: "@closed.example"}, store.Page{})
		must(t, err)
		refused(t, "without a reason", d.Suppressions.LetGo(by, rows[0].ID, " "), campaign.Invalid)
		must(t, d.Suppressions.LetGo(by, rows[0].ID, "opened again"))
		refused(t, "again", d.Suppressions.LetGo(by, rows[0].ID, "opened again"), campaign.NotFound)
		found, err := d.Suppressions.Suppressed(ctx, []string{"a@closed.example"})
		must(t, err)
		equal(t, "let go", len(found), 0)
		log, _, err := d.Journal.FindJournal(ctx, store.JournalFilter{Audit: true, Kind: campaign.DeletedEntry}, store.Page{})
		must(t, err)
		equal(t, "in the audit log", len(log) == 1 && log[0].By == "Mila", true)
	})
}
