package campaign

import (
	"reflect"
	"testing"
	"time"
)

func TestAlarmsOfRuns(t *testing.T) {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	run := func(id string, days int, accepted, failed, returned, came, complained int64) RecentRun {
		return RecentRun{Run: Run{ID: id, StartedAt: now.AddDate(0, 0, -days)}, Name: id,
			Figures: Figures{Accepted: accepted, Failed: failed, Returned: returned, CameBack: came, Complained: complained}}
	}
	blocked := func(id string, accepted, n int64) RecentRun {
		return RecentRun{Run: Run{ID: id, StartedAt: now}, Name: id, Figures: Figures{Accepted: accepted, Blocked: n}}
	}
	calm := []RecentRun{run("b", 10, 990, 10, 10, 0, 0), run("c", 20, 985, 15, 15, 0, 0)}
	for name, tt := range map[string]struct {
		runs []RecentRun
		want []AlarmKind
	}{
		"nothing sent":              {},
		"as ever":                   {append([]RecentRun{run("a", 1, 980, 20, 15, 5, 0)}, calm...), nil},
		"one complaint of few":      {append([]RecentRun{run("a", 1, 100, 0, 0, 0, 1)}, calm[:0]...), nil},
		"one in a thousand":         {append([]RecentRun{run("a", 1, 2000, 0, 0, 0, 2)}, calm[:0]...), nil},
		"more than one in thousand": {append([]RecentRun{run("a", 1, 1990, 0, 0, 0, 2)}, calm[:0]...), []AlarmKind{ComplaintAlarm}},
		"over several runs":         {[]RecentRun{run("a", 1, 500, 0, 0, 0, 1), run("b", 2, 500, 0, 0, 0, 1)}, []AlarmKind{ComplaintAlarm}},
		"complaints of long ago":    {[]RecentRun{run("a", 1, 500, 0, 0, 0, 0), run("b", 31, 500, 0, 0, 0, 9)}, nil},
		"many come back":            {append([]RecentRun{run("a", 1, 950, 50, 40, 30, 0)}, calm...), []AlarmKind{BounceAlarm}},
		"as many as always":         {[]RecentRun{run("a", 1, 900, 100, 100, 0, 0), run("b", 2, 910, 90, 90, 0, 0)}, nil},
		"of a handful":              {[]RecentRun{run("a", 1, 5, 5, 5, 0, 0)}, nil},
		"refused for our sake":      {[]RecentRun{blocked("a", 299, 3)}, []AlarmKind{BlockAlarm}},
		"one in a hundred":          {[]RecentRun{blocked("a", 300, 3)}, nil},
		"two of few":                {[]RecentRun{blocked("a", 20, 2)}, nil},
	} {
		var got []AlarmKind
		for _, a := range AlarmsOfRuns(tt.runs, now) {
			got = append(got, a.Kind)
		}
		same(t, name, got, tt.want)
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
