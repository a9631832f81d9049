package scheduler

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
)

// clockwork holds waiting campaigns in memory, and takes each run as ended the moment it starts.
type clockwork struct {
	dueStore  // what nothing here asks for
	t         *testing.T
	slots     slots
	campaigns map[string]*campaign.Campaign
	started   map[string][]string
}

func (w *clockwork) MendRuns(context.Context) error { return nil }

func (w *clockwork) GetRelease(context.Context, string) (campaign.Release, error) {
	return campaign.Release{}, nil
}

func (w *clockwork) FindDueCampaigns(_ context.Context, now time.Time) (due []campaign.Campaign, err error) {
	for _, c := range w.campaigns {
		if c.State == campaign.Scheduled && !c.NextAt.IsZero() && !c.NextAt.After(now) {
			due = append(due, *c)
		}
	}
	return due, nil
}

func (w *clockwork) StartRun(_ context.Context, id string, slot campaign.Slot, trigger campaign.Trigger, _ store.LinksOf) (campaign.Run, error) {
	c := w.campaigns[id]
	if trigger != campaign.TriggerSchedule || !slot.At.Equal(c.NextAt) {
		w.t.Errorf("%s: started for %v by %s, waits for %s", id, slot, trigger, c.NextAt)
	}
	w.started[id] = append(w.started[id], slot.At.Format("2006-01-02T15:04Z"))
	next, err := w.slots.next(*c)
	if c.NextAt, c.NextWall = next.At, next.Wall; next.At.IsZero() {
		c.State = campaign.Sent
	}
	return campaign.Run{ID: campaign.RunID(id, slot.At)}, err
}

func (w *clockwork) UpdateCampaign(_ context.Context, id string, fn func(*campaign.Campaign) error) (campaign.Campaign, error) {
	c := w.campaigns[id]
	err := fn(c)
	if c.Note != "" {
		w.t.Errorf("%s at %s: %s", id, w.slots.now(), c.Note)
	}
	return *c, err
}

// TestTwoYearsOfSchedules lets a clock run through two years in Belgrade for 200 waiting campaigns at once, and compares when each was
// started with the table beside the package schedule, which a program of its own made.
func TestTwoYearsOfSchedules(t *testing.T) {
	t.Parallel()
	f, err := os.Open(filepath.Join("..", "campaign", "schedule", "testdata", "two_years.txt"))
	must(t, err)
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Scan() // how it was made
	lines.Scan()
	var closings []campaign.Closing
	must(t, json.Unmarshal(lines.Bytes(), &closings))
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	must(t, err)

	now := time.Date(2026, 12, 1, 0, 0, 0, 0, belgrade)
	end := now.AddDate(2, 0, 0)
	planner := schedule.Planner{Zone: belgrade, Closings: func() ([]campaign.Closing, error) { return closings, nil }}
	w := &clockwork{t: t, slots: slots{planner, func() time.Time { return now }}, campaigns: map[string]*campaign.Campaign{}, started: map[string][]string{}}
	want := map[string][]string{} // how often, and when
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		var s campaign.Schedule
		must(t, json.Unmarshal([]byte(fields[0]), &s))
		want[fields[0]] = fields[1:]
		next, err := planner.Next(s, now, 1)
		if err != nil {
			t.Errorf("%s: %v", fields[0], err)
		}
		if len(next) > 0 {
			w.campaigns[fields[0]] = &campaign.Campaign{ID: fields[0], State: campaign.Scheduled, Schedule: s, NextAt: next[0].At, NextWall: next[0].Wall}
		}
	}
	if len(want) != 200 {
		t.Fatalf("%d schedules", len(want))
	}
	d := &due{store: w, slots: w.slots, logger: slog.New(slog.DiscardHandler)}
	for {
		next := end
		for _, c := range w.campaigns {
			if c.State == campaign.Scheduled && c.NextAt.Before(next) {
				next = c.NextAt
			}
		}
		if now = next; !now.Before(end) {
			break
		}
		must(t, d.fire(t.Context()))
	}
	for of, want := range want {
		got := w.started[of]
		said := strings.Join(got, " ")
		if !strings.Contains(want[1], "-") && want[1] != "" {
			sum := sha256.Sum256([]byte(said))
			said = hex.EncodeToString(sum[:])
		}
		if n := strconv.Itoa(len(got)); n != want[0] || said != want[1] || !slices.IsSorted(got) {
			t.Errorf("%s: %s times %.200s\nwant %s times %.200s", of, n, said, want[0], want[1])
		}
	}
}
