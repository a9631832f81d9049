package alarms

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// TestDeskLooks follows a run whose provider takes nothing, that is paused by the program, and that stands still.
func TestDeskLooks(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	engine, err := sqlite.Open(ctx, filepath.Join(t.TempDir(), "store.db"))
	must(t, err)
	t.Cleanup(func() { engine.Close(context.WithoutCancel(ctx)) })
	s, err := store.New(ctx, engine, campaign.NewSigner("a secret of the test"), func() time.Time { return now })
	must(t, err)
	must(t, s.Users.CreateUser(ctx, &campaign.User{Email: "ana@example.org", Name: "Ana", Role: campaign.Admin}))
	run := campaign.Run{ID: "r1", Campaign: "c1", Trigger: campaign.TriggerHand, State: campaign.Sending, Planned: true, Shards: 1, CreatedAt: now, StartedAt: now}
	must(t, s.Runs.CreateRun(ctx, &run, &edition.Edition{}))
	id, shard := campaign.DeliveryID("r1", 1, "p1")
	must(t, s.Deliveries.PlanDeliveries(ctx, []*campaign.Delivery{{
		ID: id, Run: "r1", Contact: "p1", Shard: shard, Email: "vera@example.org", Domain: "example.org", State: campaign.Queued, MadeAt: now, LastAt: now,
	}}))
	d := &Desk{Store: s.All(), Now: func() time.Time { return now }, Logger: slog.New(slog.DiscardHandler)}
	look := func(after time.Duration, want ...campaign.AlarmKind) {
		t.Helper()
		now = now.Add(after)
		must(t, d.Look(ctx))
		found, err := s.Alarms.FindAlarms(ctx)
		must(t, err)
		if len(found) != len(want) {
			t.Fatalf("found %+v, want %v", found, want)
		}
		for i := range found {
			if found[i].Kind != want[i] {
				t.Errorf("found %+v, want %v", found[i], want[i])
			}
		}
	}
	look(0)
	look(29 * time.Minute)
	look(2*time.Minute, campaign.StuckAlarm)
	_, err = s.Holds.HoldProvider(ctx, "mail.example", "r1", "421 4.7.0 too much mail", 421, []time.Duration{time.Hour})
	must(t, err)
	look(0)
	look(6*time.Minute, campaign.HoldAlarm)
	must(t, s.Holds.ReleaseHold(ctx, "mail.example"))
	_, err = s.Runs.UpdateRun(ctx, "r1", func(r *campaign.Run) error {
		r.State, r.Reason = campaign.PausedRun, "the server refuses the sender"
		return nil
	})
	must(t, err)
	look(time.Minute, campaign.PausedAlarm)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
