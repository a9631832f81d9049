package campaign

import (
	"reflect"
	"testing"
	"time"
)

func TestAlarmsOfRuns(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	run := func(id string, days int, accepted, failed, returned, came int64) RecentRun {
		return RecentRun{Run: Run{ID: id, StartedAt: now.AddDate(0, 0, -days)}, Name: id,
			Figures: Figures{Accepted: accepted, Failed: failed, Returned: returned, CameBack: came}}
	}
	blocked := func(id string, accepted, n int64) RecentRun {
		return RecentRun{Run: Run{ID: id, StartedAt: now}, Name: id, Figures: Figures{Accepted: accepted, Blocked: n}}
	}
	calm := []RecentRun{run("b", 10, 990, 10, 10, 0), run("c", 20, 985, 15, 15, 0)}
	for name, tt := range map[string]struct {
		runs []RecentRun
		want []AlarmKind
	}{
		"nothing sent":         {},
		"as ever":              {append([]RecentRun{run("a", 1, 980, 20, 15, 5)}, calm...), nil},
		"many come back":       {append([]RecentRun{run("a", 1, 950, 50, 40, 30)}, calm...), []AlarmKind{BounceAlarm}},
		"as many as always":    {[]RecentRun{run("a", 1, 900, 100, 100, 0), run("b", 2, 910, 90, 90, 0)}, nil},
		"of a handful":         {[]RecentRun{run("a", 1, 5, 5, 5, 0)}, nil},
		"refused for our sake": {[]RecentRun{blocked("a", 299, 3)}, []AlarmKind{BlockAlarm}},
		"one in a hundred":     {[]RecentRun{blocked("a", 300, 3)}, nil},
		"two of few":           {[]RecentRun{blocked("a", 20, 2)}, nil},
	} {
		var got []AlarmKind
		for _, a := range AlarmsOfRuns(tt.runs, nil) {
			got = append(got, a.Kind)
		}
		same(t, name, got, tt.want)
	}
}

func TestAlarmsOfComplaints(t *testing.T) {
	by := func(accepted, complained int64, more ...ProviderComplaints) []ProviderComplaints {
		return append([]ProviderComplaints{{Provider: "one.example", Accepted: accepted, Complained: complained}}, more...)
	}
	for name, tt := range map[string]struct {
		by     []ProviderComplaints
		want   []string
		status CheckStatus
	}{
		"nothing sent":              {status: CheckFine},
		"one complaint of few":      {by(100, 1), nil, CheckFine},
		"one in a thousand":         {by(2000, 2), nil, CheckFine},
		"more than one in thousand": {by(1990, 2), []string{"one.example"}, CheckWarn},
		"three in a thousand":       {by(1000, 3), []string{"one.example"}, CheckFail},
		"two of a handful":          {by(20, 2), []string{"one.example"}, CheckFail},
		"at one of two":             {by(1000, 2, ProviderComplaints{"two.example", 100000, 10}), []string{"one.example"}, CheckWarn},
		"one reader at each of two": {by(500, 1, ProviderComplaints{"two.example", 500, 1}), []string{""}, CheckFine},
		"and at a large one":        {by(500, 1, ProviderComplaints{"two.example", 5000, 1}), nil, CheckFine},
	} {
		var got []string
		for _, a := range AlarmsOfRuns(nil, tt.by) {
			got = append(got, a.Of)
			same(t, name, a.Kind, ComplaintAlarm)
		}
		same(t, name, got, tt.want)
		if len(tt.by) > 0 {
			same(t, name, tt.by[0].Status(), tt.status)
		}
	}
}

func TestAlarmBoardSettles(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	var b AlarmBoard
	held := Alarm{Kind: HoldAlarm, Of: "mail.example", Words: "w"}
	same(t, "it begins", b.Settle([]Alarm{held}, nil, now), true)
	b.Alarms[0].Told = true
	same(t, "it goes on", b.Settle([]Alarm{held}, nil, now.Add(time.Hour)), false)
	same(t, "since", b.Alarms[0].Since, now)
	same(t, "it ends", b.Settle(nil, nil, now.Add(2*time.Hour)), true)
	same(t, "it begins again", b.Settle([]Alarm{held}, nil, now.Add(3*time.Hour)), true)
	same(t, "of which they were told that day", b.Alarms[0].Told, true)
	b.Settle(nil, nil, now.Add(4*time.Hour))
	b.Settle([]Alarm{held}, nil, now.Add(29*time.Hour))
	same(t, "and the day after nobody was told", b.Alarms[0].Told, false)
	paused := Alarm{Kind: PausedAlarm, Of: "r", Words: "w", Told: true}
	b = AlarmBoard{Alarms: []Alarm{paused}}
	b.Settle(nil, nil, now)
	b.Settle([]Alarm{paused}, nil, now.Add(time.Hour))
	same(t, "a run that is paused again", b.Alarms[0].Told, false)

	b = AlarmBoard{}
	for _, step := range []struct {
		minutes int
		done    int64
		rests   bool
		stuck   bool
	}{
		{0, 5, false, false}, {29, 5, false, false}, {30, 5, false, true}, {31, 6, false, false}, {60, 6, false, false}, {61, 6, false, true},
		{62, 6, true, false}, {200, 6, true, false}, {201, 6, false, false}, {230, 6, false, false}, {231, 6, false, true},
	} {
		b.Settle(nil, []Movement{{Run: "r", Name: "News", Done: step.done, Rests: step.rests}}, now.Add(time.Duration(step.minutes)*time.Minute))
		if got := len(b.Alarms) == 1; got != step.stuck {
			t.Errorf("after %d minutes: %v, want %v", step.minutes, got, step.stuck)
		}
	}
	b.Settle(nil, nil, now.AddDate(0, 0, 1))
	same(t, "of runs that have ended", len(b.Moving)+len(b.Alarms), 0)
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
