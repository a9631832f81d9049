package store_test

import (
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestTheJournalIsFoundByDays(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		begin := d.now()
		for _, detail := range []string{"a", "b", "c", "d", "e", "f"} {
			must(t, d.Journal.Log(ctx, campaign.Entry{Kind: campaign.ViewedEntry, Audit: true, Detail: detail}, campaign.Entry{Kind: campaign.EditedEntry, Detail: detail}))
			d.pass(24 * time.Hour)
		}
		day := func(n int) time.Time { return begin.AddDate(0, 0, n) }
		for _, c := range []struct {
			name string
			f    store.JournalFilter
			want string
		}{
			{"all", store.JournalFilter{}, "ffeeddccbbaa"},
			{"from a day", store.JournalFilter{From: day(4)}, "ffee"},
			{"up to a day", store.JournalFilter{Before: day(2)}, "bbaa"},
			{"between days, of a kind", store.JournalFilter{From: day(1), Before: day(4), Kind: campaign.ViewedEntry}, "dcb"},
			{"between days, of the audit log", store.JournalFilter{From: day(1), Before: day(3), Audit: true}, "cb"},
			{"no day", store.JournalFilter{From: day(3), Before: day(3)}, ""},
		} {
			got := ""
			for p := (store.Page{Limit: 2}); ; {
				found, next, err := d.Journal.FindJournal(ctx, c.f, p)
				must(t, err)
				for _, e := range found {
					got += e.Detail
				}
				if p.After = next; next == "" {
					break
				}
			}
			equal(t, c.name, got, c.want)
		}
	})
}
