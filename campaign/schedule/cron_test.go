package schedule

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/glasnik/glasnik/campaign"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// The clock changes of domain.md part H: 28 March 2027 forward, 25 October 2026 back, at 01:00 UTC.
func TestNextAcrossClockChanges(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, cron, zone, after string
		want                    []string
	}{
		{"H-01 fixed time in the gap runs at the end of the gap", "30 2 * * *", "Europe/Belgrade", "2027-03-27T12:00:00Z",
			[]string{"2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"}},
		{"H-01 the hour of the gap itself", "0 2 * * *", "Europe/Belgrade", "2027-03-27T12:00:00Z",
			[]string{"2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z"}},
		{"H-01 two times in the gap collapse", "0,30 2 * * *", "Europe/Belgrade", "2027-03-27T12:00:00Z",
			[]string{"2027-03-28T01:00:00Z", "2027-03-29T00:00:00Z", "2027-03-29T00:30:00Z"}},
		{"H-02 fixed time in the overlap runs once, at the first", "30 2 * * *", "Europe/Belgrade", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}},
		{"H-02 asked between the two", "30 2 * * *", "Europe/Belgrade", "2026-10-25T00:45:00Z",
			[]string{"2026-10-26T01:30:00Z"}},
		{"H-02 half hours of one fixed hour", "*/30 2 * * *", "Europe/Belgrade", "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:00:00Z"}},
		{"H-03 every hour passes through both", "0 * * * *", "Europe/Belgrade", "2026-10-24T23:30:00Z",
			[]string{"2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"}},
		{"H-03 every hour has none in the gap", "0 * * * *", "Europe/Belgrade", "2027-03-27T23:30:00Z",
			[]string{"2027-03-28T00:00:00Z", "2027-03-28T01:00:00Z", "2027-03-28T02:00:00Z"}},
		{"H-07 nine stays nine in spring", "0 9 * * *", "Europe/Belgrade", "2027-03-27T12:00:00Z",
			[]string{"2027-03-28T07:00:00Z", "2027-03-29T07:00:00Z"}},
		{"H-07 nine stays nine in autumn", "0 9 * * *", "Europe/Belgrade", "2026-10-24T00:00:00Z",
			[]string{"2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"}},
		{"H-12 the same in Paris", "30 2 * * *", "Europe/Paris", "2027-03-27T12:00:00Z",
			[]string{"2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"}},
		{"H-12 nothing happens in UTC", "30 2 * * *", "UTC", "2027-03-27T12:00:00Z",
			[]string{"2027-03-28T02:30:00Z", "2027-03-29T02:30:00Z"}},
		{"H-11 the 31st skips short months", "0 9 31 * *", "UTC", "2026-11-01T00:00:00Z",
			[]string{"2026-12-31T09:00:00Z", "2027-01-31T09:00:00Z", "2027-03-31T09:00:00Z"}},
		{"H-11 leap day", "0 9 29 2 *", "UTC", "2026-11-01T00:00:00Z", []string{"2028-02-29T09:00:00Z"}},
		{"weekly", "@weekly", "Europe/Belgrade", "2026-11-23T12:00:00Z", []string{"2026-11-28T23:00:00Z"}},
		{"a length", "@every 90m", "UTC", "2026-11-23T12:00:00Z", []string{"2026-11-23T13:30:00Z", "2026-11-23T15:00:00Z"}},
		{"a zone with half hours", "0 9 * * *", "Asia/Kolkata", "2026-11-23T00:00:00Z", []string{"2026-11-23T03:30:00Z"}},
		{"Lord Howe moves by half an hour", "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
			[]string{"2026-10-03T15:30:00Z"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := Planner{Zone: time.UTC}
			got, err := p.Next(campaign.Schedule{Kind: campaign.ByCron, Cron: tt.cron, Zone: tt.zone}, instant(t, tt.after), len(tt.want))
			if err != nil {
				t.Fatal(err)
			}
			for i, slot := range got {
				if !slot.At.Equal(instant(t, tt.want[i])) {
					t.Errorf("slot %d is %s, want %s", i, slot.At.Format(time.RFC3339), tt.want[i])
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("%d slots, want %d", len(got), len(tt.want))
			}
		})
	}
}

func TestOnce(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: zone(t, "Europe/Belgrade")}
	tests := []struct {
		name, wall string
		second     bool
		want, note string
	}{
		{"plain", "2026-12-01T09:00", false, "2026-12-01T08:00:00Z", ""},
		{"H-06 in the gap", "2027-03-28T02:30", false, "2027-03-28T01:00:00Z", "does not exist"},
		{"H-06 first of two", "2026-10-25T02:30", false, "2026-10-25T00:30:00Z", "comes twice"},
		{"H-06 second of two", "2026-10-25T02:30", true, "2026-10-25T01:30:00Z", "comes twice"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := p.Next(campaign.Schedule{Kind: campaign.Once, Wall: tt.wall, Second: tt.second}, instant(t, "2026-01-01T00:00:00Z"), 3)
			if err != nil || len(got) != 1 {
				t.Fatalf("got %v, %v", got, err)
			}
			if !got[0].At.Equal(instant(t, tt.want)) || !strings.Contains(got[0].Note.String(), tt.note) {
				t.Errorf("got %s %q, want %s with %q", got[0].At, got[0].Note, tt.want, tt.note)
			}
		})
	}
	past, err := p.Next(campaign.Schedule{Kind: campaign.Once, Wall: "2025-01-01T09:00"}, instant(t, "2026-01-01T00:00:00Z"), 1)
	if err != nil || len(past) != 0 {
		t.Errorf("a time that has passed gives %v, %v", past, err)
	}
}

func TestBadSchedules(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: time.UTC}
	for _, s := range []campaign.Schedule{
		{Kind: campaign.ByCron, Cron: ""},
		{Kind: campaign.ByCron, Cron: "every monday"},
		{Kind: campaign.ByCron, Cron: "61 9 * * *"},
		{Kind: campaign.ByCron, Cron: "0 9 * *"},
		{Kind: campaign.ByCron, Cron: "0 0 9 * * *"},
		{Kind: campaign.ByCron, Cron: "0 9 30 2 *"},
		{Kind: campaign.ByCron, Cron: "@every 10ms"},
		{Kind: campaign.ByCron, Cron: "@every"},
		{Kind: campaign.ByCron, Cron: "CRON_TZ=UTC 0 9 * * *"},
		{Kind: campaign.ByCron, Cron: "0 9 * * *", Zone: "Europe/Nowhere"},
		{Kind: campaign.Once, Wall: "18.10.2026 9:00"},
	} {
		_, err := p.Next(s, time.Now(), 1)
		if campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%+v gives %v, want an error for the user", s, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: time.UTC}
	for cron, want := range map[string]string{
		"0 9 * * 1":        "on Mondays at 09:00 (UTC)",
		"30 8 * * mon-fri": "on working days (Monday to Friday) at 08:30 (UTC)",
		"0 9,14 * * *":     "every day at 09:00 and 14:00 (UTC)",
		"0 9 1 * *":        "on day 1 of the month at 09:00 (UTC)",
		"0 9 13 * 5":       "on day 13 of the month and also on Fridays at 09:00 (UTC)",
		"* * * * *":        "every minute (UTC)",
		"*/15 * * * *":     "every 15 minutes (UTC)",
		"0 */2 * * *":      "every 2 hours, at minute 0 (UTC)",
		"0 9 * 10 2,4":     "on Tuesdays and Thursdays in October at 09:00 (UTC)",
		"@weekly":          "on Sundays at 00:00 (UTC)",
		"@every 2h":        "every 2 hours (UTC)",
		"@every 1h30m":     "every 90 minutes (UTC)",
		"@every 45s":       "every 45 seconds (UTC)",
		"*/30 2 * * *":     "every day at 02:00 and 02:30 (UTC)",
		"0,30 9,17 * 1 1":  "on Mondays in January at 09:00, 09:30, 17:00 and 17:30 (UTC)",
		"0 */12 * * *":     "every day at 00:00 and 12:00 (UTC)",
		"0 9 * * 0-7":      "every day at 09:00 (UTC)",
		"*/5 9 * * *":      "at the hours 9, every 5 minutes (UTC)",

		"0 9 * * 7":           "on Sundays at 09:00 (UTC)",
		"0 9 * * 0":           "on Sundays at 09:00 (UTC)",
		"0 9 * * 5-7":         "on Fridays, Saturdays and Sundays at 09:00 (UTC)",
		"0 9 * * FRI-SUN":     "on Fridays, Saturdays and Sundays at 09:00 (UTC)",
		"0 9 * * 6,7":         "on Saturdays and Sundays at 09:00 (UTC)",
		"0 9 * * MON-FRI/2":   "on Mondays, Wednesdays and Fridays at 09:00 (UTC)",
		"0 9 * * 1-7/3":       "on Mondays, Thursdays and Sundays at 09:00 (UTC)",
		"0 9 * */3 1":         "on Mondays in January, in April, in July and in October at 09:00 (UTC)",
		"0 9 * MAR-SEP/3 MON": "on Mondays in March, in June and in September at 09:00 (UTC)",
		"5/20 * * * *":        "at the minutes 5, 25 and 45 (UTC)",
		"0-30/10 9 * * *":     "every day at 09:00, 09:10, 09:20 and 09:30 (UTC)",
		"0 9 1-7/3 * *":       "on the days 1, 4 and 7 of the month at 09:00 (UTC)",
		"0 8,12-14 * * *":     "every day at 08:00, 12:00, 13:00 and 14:00 (UTC)",
		"0 9 * * 1,3-5":       "on Mondays, Wednesdays, Thursdays and Fridays at 09:00 (UTC)",
	} {
		got, err := p.Describe(campaign.Schedule{Kind: campaign.ByCron, Cron: cron})
		if err != nil || got.String() != want {
			t.Errorf("%s: %q, %v, want %q", cron, got, err, want)
		}
	}
	got, err := p.Describe(campaign.Schedule{Kind: campaign.Once, Wall: "2026-10-18T09:00", Zone: "Europe/Belgrade"})
	if want := "on Sunday 18 October 2026 at 09:00 (CEST, Europe/Belgrade)"; err != nil || got.String() != want {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// TestWhyNoSchedule checks that a mistake is named: the field, what stands there, and what may.
func TestWhyNoSchedule(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: time.UTC}
	for expr, want := range map[string]string{
		"0 24 * * *": `the hour is "24", but may be 0 to 23`, "60 9 * * *": `the minute is "60", but may be 0 to 59`,
		"0 9 32 * *": `the day of the month is "32"`, "0 9 0 * *": `the day of the month is "0"`, "0 9 * 13 *": `the month is "13"`,
		"0 9 * * 8": `the weekday is "8"`, "0 9 * * 5-8": `the weekday is "5-8"`, "0 9 * * MON#1": `the weekday is "MON#1", and #, L and W`,
		"0 9 L * *": `the day of the month is "L", and #, L and W`, "0 9 15W * *": `"15W", and #, L and W`, "0 9 * * 5L": `the weekday is "5L", and #`, "0 17-9 * * *": `the hour is "17-9", and a range has to go upwards`, "0 9 * * FRI-MON": `"FRI-MON", and a range`,
		"0 9 * * MON-": `the weekday is "MON-"`, "*/0 * * * *": `the minute is "*/0", and a step`, "0 9 * * *  2026": "it has 6 fields and needs five", "0 9 * *": "it has 4 fields",
		"": "write when it leaves", "weekly": "it has 1 fields", "@fortnightly": "behind the @", "0 9 * JULY *": `the month is "JULY", but may be`,
	} {
		_, err := p.Next(campaign.Schedule{Kind: campaign.ByCron, Cron: expr}, time.Now(), 1)
		if campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", expr, err, want)
		}
	}
}

// TestSundayIsSeven checks that a week may end with Sunday.
func TestSundayIsSeven(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: time.UTC}
	after := instant(t, "2026-11-23T12:00:00Z") // a Monday
	for expr, want := range map[string][]string{
		"0 9 * * 7": {"2026-11-29", "2026-12-06"}, "0 9 * * 5-7": {"2026-11-27", "2026-11-28", "2026-11-29", "2026-12-04"},
		"0 9 * * sat-sun": {"2026-11-28", "2026-11-29", "2026-12-05"}, "0 9 * * 0-7/7": {"2026-11-29", "2026-12-06"}, "0 9 * * 1-7/3": {"2026-11-26", "2026-11-29", "2026-11-30"},
	} {
		slots, err := p.Next(campaign.Schedule{Kind: campaign.ByCron, Cron: expr}, after, len(want))
		if err != nil || len(slots) != len(want) {
			t.Errorf("%s: %v, %v", expr, slots, err)
			continue
		}
		for i, slot := range slots {
			if got := slot.At.Format(time.DateOnly); got != want[i] {
				t.Errorf("%s: slot %d is on %s, want %s", expr, i, got, want[i])
			}
		}
	}
}

// TestOften tells schedules hardly anybody means.
func TestOften(t *testing.T) {
	t.Parallel()
	p := Planner{Zone: time.UTC}
	for expr, want := range map[string]time.Duration{
		"@every 1s": time.Second, "@every 59m": 59 * time.Minute, "* * * * *": time.Minute, "*/15 9 * * *": 15 * time.Minute, "0,30 * * * *": 30 * time.Minute, "45,55 8 * * *": 10 * time.Minute,
		"@hourly": 0, "0 * * * *": 0, "@every 1h": 0, "0 9 * * 1": 0, "@yearly": 0,
	} {
		if got, err := p.Often(campaign.Schedule{Kind: campaign.ByCron, Cron: expr}, instant(t, "2026-11-23T08:50:30Z")); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", expr, got, err, want)
		}
	}
}

func FuzzCron(f *testing.F) {
	for _, s := range []string{"0 9 * * 1", "@weekly", "*/7 1-5 * 2 ?", "@every 1h", "0 0 31 2 *", "TZ=UTC * * * * *"} {
		f.Add(s)
	}
	p := Planner{Zone: time.UTC}
	after := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, expr string) {
		s := campaign.Schedule{Kind: campaign.ByCron, Cron: expr, Zone: "Europe/Belgrade"}
		slots, err := p.Next(s, after, 5)
		if err != nil {
			if campaign.CodeOf(err) != campaign.Invalid {
				t.Errorf("%q: %v is not fit for a user", expr, err)
			}
			return
		}
		last := after
		for _, slot := range slots {
			if !slot.At.After(last) {
				t.Errorf("%q: %s does not come after %s", expr, slot.At, last)
			}
			last = slot.At
		}
		if _, err := p.Describe(s); err != nil {
			t.Errorf("%q can be planned but not described: %v", expr, err)
		}
	})
}
