package campaign

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestLeavingAtTheReadersOwnTime(t *testing.T) {
	working := Leaving{Window: Window{Hours: Hours{"08:00", "18:00"}, Workdays: true}}
	quiet := Leaving{Quiet: Hours{"21:00", "07:00"}}
	both := Leaving{Window: Window{Hours: Hours{"06:00", "10:00"}}, Quiet: Hours{"21:00", "07:00"}}
	night := Leaving{Window: Window{Hours: Hours{"22:00", "04:00"}}}
	half := Leaving{Window: Window{Hours: Hours{"02:30", "05:00"}}}
	for _, c := range []struct {
		name     string
		leaving  Leaving
		zone     string
		at, want string // wall times in the zone, and in UTC where the zone is so
	}{
		{"in the hours", working, "Europe/Belgrade", "2026-10-14T09:15", "2026-10-14T09:15"},
		{"early", working, "Europe/Belgrade", "2026-10-14T05:00", "2026-10-14T08:00"},
		{"the last minute", working, "Europe/Belgrade", "2026-10-14T17:59", "2026-10-14T17:59"},
		{"the end is not in them", working, "Europe/Belgrade", "2026-10-14T18:00", "2026-10-15T08:00"},
		{"a Friday evening", working, "Europe/Belgrade", "2026-10-16T19:00", "2026-10-19T08:00"},
		{"on the other side of the world", working, "Pacific/Auckland", "2026-10-14T22:00", "2026-10-15T08:00"},
		{"where clocks differ by a quarter", working, "Asia/Kathmandu", "2026-10-14T07:59", "2026-10-14T08:00"},
		{"quiet through midnight", quiet, "Europe/Paris", "2026-10-14T23:30", "2026-10-15T07:00"},
		{"not quiet", quiet, "Europe/Paris", "2026-10-14T20:59", "2026-10-14T20:59"},
		{"hours that begin in the quiet ones", both, "Europe/Paris", "2026-10-14T06:10", "2026-10-14T07:00"},
		{"hours through midnight", night, "Europe/Paris", "2026-10-14T12:00", "2026-10-14T22:00"},
		{"in the second half of those", night, "Europe/Paris", "2026-10-14T03:59", "2026-10-14T03:59"},
		{"a time that does not exist", half, "Europe/Belgrade", "2026-03-29T01:00", "2026-03-29T03:00"},
		{"the night before the clocks go back", working, "Europe/Belgrade", "2026-10-24T20:00", "2026-10-26T08:00"},
	} {
		loc := zone(t, c.zone)
		at, err := time.ParseInLocation("2006-01-02T15:04", c.at, loc)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := c.leaving.Next(at, loc)
		if wall := got.In(loc).Format("2006-01-02T15:04"); !ok || wall != c.want {
			t.Errorf("%s: %s, want %s", c.name, wall, c.want)
		}
	}
	never := Leaving{Window: Window{Hours: Hours{"22:00", "23:00"}}, Quiet: Hours{"21:00", "07:00"}}
	if at, ok := never.Next(time.Now(), time.UTC); ok {
		t.Errorf("hours that are all quiet begin at %s", at)
	}
}

// A window on a day on which the clocks change is as long as they say: an hour shorter or longer.
func TestWindowWhenClocksChange(t *testing.T) {
	loc := zone(t, "Europe/Belgrade")
	l := Leaving{Window: Window{Hours: Hours{"01:00", "04:00"}}}
	for day, want := range map[string]time.Duration{"2026-03-29": 2 * time.Hour, "2026-03-30": 3 * time.Hour, "2026-10-25": 4 * time.Hour} {
		midnight, err := time.ParseInLocation(time.DateOnly, day, loc)
		if err != nil {
			t.Fatal(err)
		}
		opens, _ := l.Next(midnight, loc)
		if got := l.closes(opens, loc).Sub(opens); got != want {
			t.Errorf("%s: mail may leave for %s, want %s", day, got, want)
		}
	}
}

func TestSpread(t *testing.T) {
	belgrade, york := zone(t, "Europe/Belgrade"), zone(t, "America/New_York")
	start := time.Date(2026, 10, 14, 14, 0, 0, 0, time.UTC) // 16:00 in Belgrade, 10:00 in New York
	l := Leaving{Window: Window{Hours: Hours{"08:00", "18:00"}, Spread: 3}}
	table := NewTimetable(l, start)
	hours := map[string]int{}
	const n = 3000
	for i := range n {
		id := fmt.Sprintf("2m3n4p5q%08d", i)
		at := table.Leaves(id, belgrade)
		if i%50 == 0 {
			if again := NewTimetable(l, start).Leaves(id, belgrade); !again.Equal(at) {
				t.Fatalf("the message to %s leaves at %s and at %s", id, at, again)
			}
		}
		hours[at.In(belgrade).Format("02 15h")]++
		if york := table.Leaves(id, york); york.Before(start) || york.Sub(start) >= 3*time.Hour {
			t.Errorf("in New York it leaves at %s", york)
		}
	}
	for _, h := range []string{"14 16h", "14 17h", "15 08h"} { // the third hour is of the next day
		if hours[h] < n/3-n/20 || hours[h] > n/3+n/20 {
			t.Errorf("%d of %d leave at %s: %v", hours[h], n, h, hours)
		}
	}
	if len(hours) != 3 {
		t.Errorf("%v", hours)
	}
	if at := NewTimetable(Leaving{}, start).Leaves("x", belgrade); !at.Equal(start) {
		t.Errorf("without a window it leaves at %s", at)
	}
}
