package campaign

import (
	"testing"
	"time"
)

func TestWarmUp(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Belgrade")
	if err != nil {
		t.Fatal(err)
	}
	plans := []WarmUp{{Domain: " @News.Example.org", Start: "2026-03-28", Most: 1000}}
	if err := NormalizeWarmUps(plans); err != nil || plans[0].Domain != "news.example.org" || plans[0].First != 200 || plans[0].Factor != 1.5 {
		t.Fatalf("%+v, %v", plans, err)
	}
	w := &plans[0]
	at := func(day string) time.Time { d, _ := time.ParseInLocation("2006-01-02 15:04", day, zone); return d }
	for day, want := range map[string]int64{
		"2026-03-01 10:00": 200, "2026-03-28 00:00": 200, "2026-03-28 23:59": 200, "2026-03-29 00:00": 300, "2026-03-30 12:00": 450, "2026-03-31 23:30": 675,
		"2026-04-01 00:30": 1000, "2027-04-01 00:30": 1000, // through the night that is an hour short
	} {
		if got, over := w.Allows(at(day), zone); got != want || over != (want == 1000) {
			t.Errorf("%s: %d, %v", day, got, over)
		}
	}
	if days := w.Days(at("2026-03-29 09:00"), zone); len(days) != 5 || days[3].Total != 1625 || !days[1].Today || days[2].Today {
		t.Errorf("%+v", days)
	}
	for _, c := range []struct {
		messages, waiting, used, first int64
		days                           int
	}{
		{150, 0, 0, 150, 1}, {200, 0, 0, 200, 1}, {201, 0, 0, 200, 2}, {950, 0, 0, 200, 3}, {950, 0, 200, 0, 4}, {100, 200, 0, 0, 2}, {4000, 0, 0, 200, 5}, {0, 0, 0, 0, 0},
	} {
		if days, first := w.Forecast(c.messages, c.waiting, c.used, at("2026-03-28 09:00"), zone); days != c.days || first != c.first {
			t.Errorf("%+v: %d days, %d on the first", c, days, first)
		}
	}
	for _, wrong := range []WarmUp{{Domain: "x y", Start: "2026-03-28"}, {Domain: "a.example"}, {Domain: "a.example", Start: "28.3."}, {Domain: "a.example", Start: "2026-03-28", First: -1},
		{Domain: "a.example", Start: "2026-03-28", Factor: 1}, {Domain: "a.example", Start: "2026-03-28", First: 100, Most: 10}} {
		if err := NormalizeWarmUps([]WarmUp{wrong}); CodeOf(err) != Invalid {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if NormalizeWarmUps([]WarmUp{{Domain: "a.example", Start: "2026-03-28"}, {Domain: "A.example", Start: "2026-03-28"}}) == nil {
		t.Error("a domain has two plans")
	}
}

// What has a higher priority goes first; what has the same shares the day, and a run does not wait for itself.
func TestAheadUnderAPlan(t *testing.T) {
	waiting := []WarmWaiting{{"low", Low, 1}, {"normal", Normal, 10}, {"other", Normal, 100}, {"high", High, 1000}}
	for _, c := range []struct {
		run      string
		priority Priority
		want     int64
	}{{"", Low, 1111}, {"low", Low, 1110}, {"normal", Normal, 1100}, {"", Normal, 1110}, {"", High, 1000}, {"high", High, 0}, {"", Urgent, 0}} {
		if got := Ahead(waiting, c.run, c.priority); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}
