package schedule

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// TestHolidays compares our holidays with those somebody else gathered. Sundays are closed anyway and not compared.
func TestHolidays(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/holidays.json")
	if err != nil {
		t.Fatal(err)
	}
	var others map[campaign.DaysOff][]string
	if err := json.Unmarshal(data, &others); err != nil {
		t.Fatal(err)
	}
	for _, of := range []campaign.DaysOff{campaign.Serbia, campaign.France} {
		theirs := map[string]bool{}
		for _, day := range others[of] {
			theirs[day] = true
		}
		for year := 2024; year <= 2040; year++ {
			ours := Holidays(of, year)
			for day := date(year, time.January, 1); day.Year() == year; day = day.AddDate(0, 0, 1) {
				at := day.Format(time.DateOnly)
				if name := ours[day]; day.Weekday() != time.Sunday && !name.IsZero() != theirs[at] && !onlyOurs(of, day) {
					t.Errorf("%s %s: ours has %q, theirs %v", of, at, name, theirs[at])
				}
			}
		}
	}
}

// onlyOurs are days they leave out: the Saturday between Good Friday and Easter, which the law names by its ends, and the day after
// Easter Monday, on which Labour Day is kept when Easter is on 2 May.
func onlyOurs(of campaign.DaysOff, day time.Time) bool {
	easter := orthodoxEaster(day.Year())
	return of == campaign.Serbia && (day.Equal(easter.AddDate(0, 0, -1)) || easter.Equal(date(day.Year(), time.May, 2)) && day.Equal(easter.AddDate(0, 0, 2)))
}

func TestEaster(t *testing.T) {
	t.Parallel()
	for year, want := range map[int][2]string{
		2024: {"2024-03-31", "2024-05-05"}, 2025: {"2025-04-20", "2025-04-20"}, 2026: {"2026-04-05", "2026-04-12"}, 2027: {"2027-03-28", "2027-05-02"},
		2028: {"2028-04-16", "2028-04-16"}, 2038: {"2038-04-25", "2038-04-25"}, 2100: {"2100-03-28", "2100-05-02"},
	} {
		if got := [2]string{westernEaster(year).Format(time.DateOnly), orthodoxEaster(year).Format(time.DateOnly)}; got != want {
			t.Errorf("%d: %v, want %v", year, got, want)
		}
	}
}

func TestInstitutionsIn2026(t *testing.T) {
	t.Parallel()
	off := newDaysOff([]campaign.DaysOff{campaign.Institutions}, nil)
	want := map[string]bool{"01-01": true, "01-02": true, "04-02": true, "04-03": true, "04-06": true, "05-01": true, "05-14": true, "05-15": true, "05-25": true,
		"07-21": true, "11-02": true, "12-24": true, "12-25": true, "12-28": true, "12-29": true, "12-30": true, "12-31": true}
	for day := date(2026, time.January, 1); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		if at := day.Format("01-02"); !weekend(day) && want[at] == off.working(day) {
			t.Errorf("%s: working is %v", at, off.working(day))
		}
	}
}
