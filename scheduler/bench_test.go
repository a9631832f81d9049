package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// BenchmarkLedger measures what planning, reading, announcing and recording a delivery costs on SQLite, with a mail server
// that takes everything at once: ns/op is per delivery.
func BenchmarkLedger(b *testing.B) {
	ctx := context.Background()
	engine, err := sqlite.Open(ctx, filepath.Join(b.TempDir(), "glasnik.db"))
	if err != nil {
		b.Fatal(err)
	}
	s, err := store.New(ctx, engine, campaign.NewSigner("bench"), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close(ctx)
	run := benchRun(b, s, b.N)
	sch := New(s.All(), Config{
		Composer: plainComposer{}, Mail: newMailServer(10), Logger: slog.New(slog.DiscardHandler), Now: time.Now,
		Pace: campaign.Pace{Connections: 10}, Planner: schedule.Planner{Zone: time.UTC}, Node: "bench", Retries: []time.Duration{time.Second},
	})
	b.ResetTimer()
	if err := sch.SendRun(ctx, run.ID); err != nil {
		b.Fatal(err)
	}
}

func benchRun(b *testing.B, s *store.Store, contacts int) campaign.Run {
	ctx := context.Background()
	fail := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	list := campaign.List{Name: "Press"}
	fail(s.Lists.CreateList(ctx, &list))
	release := campaign.Release{Title: "Bench", Versions: []campaign.Version{{Language: campaign.English, Headline: "Bench", Body: "Text."}}}
	fail(s.Releases.CreateRelease(ctx, &release))
	page := make([]*campaign.Contact, 0, 1000)
	for i := range contacts {
		c := &campaign.Contact{ID: fmt.Sprintf("c%015d", i), Version: 1, Email: fmt.Sprintf("user%07d@example.test", i), FirstName: "Ana", LastName: "Petrović"}
		c.Subscribe(campaign.Membership{List: list.ID, Status: campaign.Subscribed, Basis: campaign.PublicContact}, false)
		fail(c.Normalize(""))
		if page = append(page, c); len(page) == cap(page) || i == contacts-1 {
			fail(s.Contacts.InsertContacts(ctx, page))
			page = page[:0]
		}
	}
	c := campaign.Campaign{Name: "Bench", Release: release.ID, Lists: []string{list.ID}, Sender: campaign.Sender{Email: "press@example.org"}}
	fail(s.Campaigns.CreateCampaign(ctx, &c))
	c, err := s.Sending.SendNow(ctx, c.ID, 0)
	fail(err)
	run, err := s.Sending.StartRun(ctx, c.ID, campaign.Slot{At: c.NextAt}, campaign.TriggerHand, func(*campaign.Release) []campaign.Link { return nil })
	fail(err)
	return run
}
