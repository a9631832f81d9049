package campaign

import (
	"reflect"
	"testing"
	"time"
)

// What a report tells of one list is nothing below five in a month, also not by subtraction; all lists together are exact.
func TestReportGrowth(t *testing.T) {
	lists := []List{{ID: "p", Name: "Press"}, {ID: "s", Name: "Schools"}, {ID: "b", Name: "Businesses"}, {ID: "n", Name: "Nobody"}}
	months := []map[string]Growth{
		{"p": {Joined: 20, Left: 5}, "s": {Joined: 7, Left: 1}, "b": {Joined: 2}}, // with 2 of the businesses go the 7 of the schools
		{"p": {Joined: 6, Left: 4}, "s": {Joined: 5}, "n": {Returned: 1}},
	}
	g := NewReportGrowth(lists)
	for _, m := range months {
		g.Add(m, true)
	}
	g.Add(map[string]Growth{"p": {Joined: 9}}, false)
	for id, n := range map[string]int64{"p": 109, "s": 30, "b": 9, "n": 0} {
		g.SetNow(id, n)
	}
	want := []ReportList{{Name: "Press", Joined: 26, Now: 100}, {Name: "Schools", Joined: 5, Now: 30}, {Name: AllLists, Joined: 49, Left: 10, Returned: 1, Now: 148}}
	if got := g.Rows(); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := NewReportGrowth(nil).Rows(); got != nil {
		t.Errorf("no lists: %+v", got)
	}
}

func TestMonthsOf(t *testing.T) {
	belgrade, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, belgrade) }
	got := MonthsOf(day(9, 30), day(12, 2).UTC(), belgrade)
	want := []Part{{day(9, 30), day(10, 1), false}, {day(10, 1), day(11, 1), true}, {day(11, 1), day(12, 1), true}, {day(12, 1), day(12, 2), false}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
	if got := MonthsOf(time.Time{}, day(3, 1), belgrade); len(got) != mostMonths+1 || got[0].Whole || !got[1].Whole || !got[len(got)-1].Until.Equal(day(3, 1)) {
		t.Errorf("of all time: %d parts, %v", len(got), got[0])
	}
}
