package campaign

import (
	"maps"
	"testing"
	"time"
)

func TestDisclose(t *testing.T) {
	for _, c := range []struct {
		name      string
		from, wan map[string]int64
	}{
		{"large groups stay", map[string]int64{"a": 5, "b": 90}, map[string]int64{"a": 5, "b": 90}},
		{"small ones are one", map[string]int64{"a": 3, "b": 4, "c": 90}, map[string]int64{FewGroup: 7, "c": 90}},
		{"one small group takes the next with it", map[string]int64{"a": 2, "b": 8, "c": 90}, map[string]int64{FewGroup: 10, "c": 90}},
		{"all are small", map[string]int64{"a": 1, "b": 2}, map[string]int64{FewGroup: 3}},
		{"of two, the small one takes the other with it", map[string]int64{"a": 1, "b": 50}, map[string]int64{FewGroup: 51}},
		{"what could not be told apart joins them", map[string]int64{FewGroup: 40, "a": 2, "b": 7}, map[string]int64{FewGroup: 49}},
		{"none", nil, map[string]int64{}},
	} {
		if got := Disclose(c.from); !maps.Equal(got, c.wan) {
			t.Errorf("%s: %v, want %v", c.name, got, c.wan)
		}
	}
}

func TestReportPeriods(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	month, err := MonthReport("2026-10", zone) // it has an hour more than others
	days, err2 := DaysReport("2026-10-01", "2026-10-31", zone)
	if err != nil || err2 != nil || !month.Until.Equal(days.Until) || month.ReportID() != days.ReportID() || month.Until.Sub(month.From) != 31*24*time.Hour+time.Hour {
		t.Errorf("%v %v %v %v", month, days, err, err2)
	}
	for _, wrong := range [][2]string{{"", ""}, {"2026-10-01", ""}, {"2026-10-02", "2026-10-01"}, {"1. 10. 2026.", "2026-10-31"}} {
		if _, err := DaysReport(wrong[0], wrong[1], zone); CodeOf(err) != Invalid {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := MonthReport("10/2026", zone); CodeOf(err) != Invalid {
		t.Error("a month is not read as it should be")
	}
}
