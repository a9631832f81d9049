package calendar

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
)

func belgrade(t *testing.T) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func day(s string) time.Time {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestMonth(t *testing.T) {
	t.Parallel()
	for of, want := range map[string][3]string{
		"2026-12-15": {"2026-11-30", "2027-01-04", "5"}, "2027-02-01": {"2027-02-01", "2027-03-01", "4"},
		"2027-05-31": {"2027-04-26", "2027-06-07", "6"}, "2028-02-29": {"2028-01-31", "2028-03-06", "5"},
	} {
		from, to := Month(day(of))
		weeks := Weeks(Days(nil, from, to, time.UTC))
		if got := [3]string{from.Format(time.DateOnly), to.Format(time.DateOnly), fmt.Sprint(len(weeks))}; got != want {
			t.Errorf("%s: %v, want %v", of, got, want)
		}
	}
}

// A moment stands on the day its zone has then; whole days stand on each of theirs.
func TestDays(t *testing.T) {
	t.Parallel()
	late := Entry{ID: "late", Kind: Planned, At: time.Date(2026, 12, 1, 23, 30, 0, 0, time.UTC)}
	closed := Entry{ID: "closed", Kind: Closing, At: day("2026-11-28"), Until: day("2026-12-02")}
	for zone, want := range map[string]string{"UTC": "1:closed,late 2:closed 3:", "Europe/Belgrade": "1:closed 2:closed,late 3:"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, d := range Days([]Entry{late, closed}, day("2026-12-01"), day("2026-12-04"), loc) {
			ids := campaign.Collect(d.Entries, func(e Entry) string { return e.ID })
			said = append(said, fmt.Sprintf("%d:%s", d.On.Day(), strings.Join(ids, ",")))
		}
		if got := strings.Join(said, " "); got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}

func TestSlots(t *testing.T) {
	t.Parallel()
	loc := belgrade(t)
	planner := schedule.Planner{Zone: loc}
	now := time.Date(2026, 12, 10, 11, 0, 0, 0, time.UTC)
	month := Span{From: Begin(day("2026-11-30"), loc), To: Begin(day("2027-01-04"), loc), Now: now, Zone: loc}
	daily := campaign.Schedule{Kind: campaign.ByRule, Rule: &campaign.Recurrence{Pattern: campaign.EachDay, Time: "09:00", From: "2026-12-01"}}
	moved := daily
	moved.Exceptions = []campaign.Exception{{Wall: "2026-12-12T09:00", To: "2026-12-11T17:00"}, {Wall: "2026-12-13T09:00"}}
	for name, tt := range map[string]struct {
		state campaign.State
		next  string // as the campaign has it
		wall  string
		of    campaign.Schedule
		n     int
		first string // time of the first, and by which name it is moved
		more  int    // days that are crowded
	}{
		"every day":              {campaign.Scheduled, "2026-12-11T08:00:00Z", "2026-12-11T09:00", daily, 24, "2026-12-11 09:00 planned 2026-12-11T09:00", 0},
		"a draft":                {campaign.Draft, "", "", daily, 24, "2026-12-11 09:00 draft 2026-12-11T09:00", 0},
		"due, and not left yet":  {campaign.Scheduled, "2026-12-10T08:00:00Z", "2026-12-10T09:00", daily, 25, "2026-12-10 09:00 planned 2026-12-10T09:00", 0},
		"sent by hand":           {campaign.Scheduled, "2026-12-10T11:01:00Z", "", daily, 25, "2026-12-10 12:01 planned ", 0},
		"moved and left out":     {campaign.Scheduled, "2026-12-11T08:00:00Z", "2026-12-11T09:00", moved, 23, "2026-12-11 09:00 planned 2026-12-11T09:00", 0},
		"every ten minutes":      {campaign.Scheduled, "2026-12-10T11:10:00Z", "2026-12-10T12:10", campaign.Schedule{Kind: campaign.ByCron, Cron: "*/10 * * * *"}, 75, "2026-12-10 12:10 planned 2026-12-10T12:10", 25},
		"once":                   {campaign.Scheduled, "2026-12-31T22:59:00Z", "2026-12-31T23:59", campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-31T23:59"}, 1, "2026-12-31 23:59 planned 2026-12-31T23:59", 0},
		"a draft for a time":     {campaign.Draft, "", "", campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-31T23:59"}, 1, "2026-12-31 23:59 draft 2026-12-31T23:59", 0},
		"a draft that is late":   {campaign.Draft, "", "", campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-01T23:59"}, 0, "", 0},
		"by hand":                {campaign.Draft, "", "", campaign.Schedule{}, 0, "", 0},
		"once, in another month": {campaign.Scheduled, "2027-02-01T08:00:00Z", "2027-02-01T09:00", campaign.Schedule{Kind: campaign.Once, Wall: "2027-02-01T09:00"}, 0, "", 0},
		"a line that is wrong":   {campaign.Draft, "", "", campaign.Schedule{Kind: campaign.ByCron, Cron: "0 9 31 2 *"}, 0, "", 0},
	} {
		c := campaign.Campaign{ID: "c1", Name: "News", State: tt.state, Schedule: tt.of, NextWall: tt.wall}
		if tt.next != "" {
			c.NextAt, _ = time.Parse(time.RFC3339, tt.next)
		}
		got, err := Slots(&c, func(after time.Time, n int) ([]campaign.Slot, error) { return planner.Next(c.Schedule, after, n) }, month)
		if err != nil {
			t.Fatal(name, err)
		}
		first, more := "", 0
		for i, e := range got {
			if i == 0 {
				first = e.At.In(loc).Format("2006-01-02 15:04 ") + string(e.Kind) + " " + e.Wall
			}
			if e.More {
				more++
			}
			if i > 0 && !e.At.After(got[i-1].At) {
				t.Errorf("%s: %s comes after %s", name, e.At, got[i-1].At)
			}
		}
		if len(got) != tt.n || first != tt.first || more != tt.more {
			t.Errorf("%s: %d times, first %q, %d crowded days; want %d, %q, %d", name, len(got), first, more, tt.n, tt.first, tt.more)
		}
	}
}

// A single time keeps its name when it is moved and when it has left, and no two have the same.
func TestNames(t *testing.T) {
	t.Parallel()
	loc := belgrade(t)
	planner := schedule.Planner{Zone: loc}
	now := time.Date(2026, 12, 10, 11, 0, 0, 0, time.UTC)
	c := campaign.Campaign{ID: "c1", State: campaign.Draft, Schedule: campaign.Schedule{Kind: campaign.ByRule, Rule: &campaign.Recurrence{Pattern: campaign.EachDay, Time: "09:00", From: "2026-12-01"}}}
	names := func() map[string]string {
		got, err := Slots(&c, func(after time.Time, n int) ([]campaign.Slot, error) { return planner.Next(c.Schedule, after, n) }, Span{now, now.AddDate(0, 0, 5), now, loc})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for _, e := range got {
			out[e.ID] = e.At.In(loc).Format("2006-01-02T15:04")
		}
		return out
	}
	const name = "c1-2026-12-12T09:00"
	if got := names(); len(got) != 5 || got[name] != "2026-12-12T09:00" {
		t.Fatal(got)
	}
	if err := c.Schedule.Except(campaign.Exception{Wall: "2026-12-12T09:00", To: "2026-12-11T17:00"}, now); err != nil {
		t.Fatal(err)
	}
	if got := names(); len(got) != 5 || got[name] != "2026-12-11T17:00" {
		t.Error(got)
	}
	run := campaign.Run{ID: "r", Campaign: "c1", Trigger: campaign.TriggerSchedule, State: campaign.Sent, Slot: time.Date(2026, 12, 11, 16, 0, 0, 0, time.UTC), Wall: "2026-12-11T17:00"}
	if got := Runs([]campaign.Run{run}, map[string]campaign.Campaign{"c1": c}); len(got) != 1 || got[0].ID != name {
		t.Error(got)
	}
}

func TestDaysOff(t *testing.T) {
	t.Parallel()
	loc := belgrade(t)
	closings := []campaign.Closing{{Name: "Winter holidays", From: "2026-12-31", Until: "2027-01-20", Kind: campaign.School}, {Name: "Over", From: "2026-10-01", Until: "2026-10-02"}}
	span := Span{From: Begin(day("2026-12-28"), loc), To: Begin(day("2027-01-11"), loc), Zone: loc}
	var said []string
	for _, e := range DaysOff([]campaign.DaysOff{campaign.Serbia, campaign.France}, closings, span) {
		said = append(said, e.ID+" "+e.Until.Format("01-02"))
	}
	want := "off-france-20270101 01-01;off-serbia-20270101 01-01;off-serbia-20270102 01-02;off-serbia-20270107 01-07;closing-0-2026-12-31 01-20"
	got := strings.Join(said, ";")
	if len(said) != 5 || !strings.HasSuffix(got, "closing-0-2026-12-31 01-20") || !strings.Contains(got, "off-serbia-20270107 01-07") {
		t.Errorf("%s, want %s", got, want)
	}
}

func feed() *Feed {
	return &Feed{Name: "Glasnik; a, b", Host: "example.org", Base: "https://example.org", Say: campaign.Text.String}
}

// The lines of a file are at most 75 octets long, end in CRLF, divide no character, and say what was said.
func TestICalendar(t *testing.T) {
	t.Parallel()
	title := "Саопштење: \\ обука; новинара, " + strings.Repeat("žđć€𝕏", 40) + "\nsecond\x07 line"
	entries := []Entry{
		{ID: "a", Kind: Planned, At: time.Date(2026, 12, 1, 9, 0, 0, 0, belgrade(t)), Title: campaign.Textf("%s", title), Note: campaign.Textf("moved"), Path: "/campaigns/a"},
		{ID: "b", Kind: Closing, At: day("2026-12-31"), Until: day("2027-01-01"), Title: campaign.Textf("Winter")},
	}
	data := feed().ICalendar(entries)
	lines := strings.Split(string(data), "\r\n")
	if lines[len(lines)-1] != "" || bytes.Count(data, []byte("\n")) != len(lines)-1 || bytes.Count(data, []byte("\r")) != len(lines)-1 {
		t.Error("lines do not end in CRLF alone")
	}
	for _, line := range lines {
		if len(line) > 75 || strings.ToValidUTF8(line, "") != line {
			t.Errorf("%d octets, or a divided character: %q", len(line), line)
		}
	}
	whole := strings.ReplaceAll(string(data), "\r\n ", "")
	said := strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(whole)
	for _, want := range []string{
		"UID:a@example.org\r\n", "DTSTART:20261201T080000Z\r\n", "SUMMARY:calendar: planned: " + strings.ReplaceAll(title, "\x07", ""), "DESCRIPTION:moved\r\n", "URL:https://example.org/campaigns/a\r\n",
		"DTSTART;VALUE=DATE:20261231\r\nDTEND;VALUE=DATE:20270102\r\n", "NAME:Glasnik; a, b\r\n",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
	if !bytes.Equal(data, feed().ICalendar(entries)) {
		t.Error("the same entries make another file")
	}
}

func FuzzFold(f *testing.F) {
	f.Add("SUMMARY:žđć")
	f.Fuzz(func(t *testing.T, s string) {
		var b bytes.Buffer
		line := escape(s)
		fold(&b, line)
		for piece := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
			if len(piece) > 75 {
				t.Errorf("%d octets", len(piece))
			}
		}
		if got := strings.ReplaceAll(b.String(), "\r\n ", ""); got != line+"\r\n" {
			t.Errorf("%q became %q", line, got)
		}
	})
}
