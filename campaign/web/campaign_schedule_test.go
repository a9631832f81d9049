package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/schedule"
	"github.com/glasnik/glasnik/campaign/store"
)

// TestScheduleByARule puts a rule together on the Schedule tab: what is typed can be looked at, what is saved comes back.
func TestScheduleByARule(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	n.server.Now = func() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) }
	c := n.draft()
	path := "/campaigns/" + c.ID + "/schedule"
	typed := []string{"kind=rule", "pattern=nth_weekday", "nth=1", "weekday=1", "weekdays=3", "time=09:00", "in=", "ends=count", "count=8", "days_off=serbia", "days_off=weekends", "then=after", "zone=Europe/Belgrade"}
	sentence := "On the first Monday of the month at 9:00, 8 times, beginning on 30 Nov 2026 (Europe/Belgrade); if that is a day off (weekends and public holidays in Serbia), on the next working day."
	n.get(path+"?"+strings.Join(typed, "&")).want(t, 200, "As it is typed. It is not saved yet.", sentence, "instead of 3 May 2027: Easter Monday", "summer time from here on", "Wednesday, 5 May 2027")
	n.get(path+"?kind=rule&pattern=weekly&time=09:00&zone=Europe/Belgrade").want(t, 200, "Choose at least one day of the week")
	for wrong, want := range map[string]string{
		"ends=count&count=0": "Choose how many times, from 1 to", "ends=count&count=-1": "Choose how many times, from 1 to", "ends=count&count=": "Choose how many times, from 1 to",
		"in=these": "Tick at least one month", "interval=0": "Choose a number of weeks from 1 to 52",
	} {
		n.post(path, append([]string{"kind=rule", "pattern=weekly", "weekdays=1", "time=09:00", "zone=Europe/Belgrade"}, strings.Split(wrong, "&")...)...).want(t, 422, want)
	}
	if got, err := n.store.Campaigns.GetCampaign(t.Context(), c.ID); err != nil || got.Schedule.Kind != campaign.Manual {
		t.Fatalf("to look at a schedule saved %+v, %v", got.Schedule, err)
	}
	n.post(path, typed...).want(t, 200, "Saved.", sentence, `<option value="nth_weekday" selected>`, `name="days_off" value="serbia" checked`, `<option value="count" selected>`, `value="8"`)
	n.post(path, "kind=rule", "pattern=weekdays", "time=02:30", "in=these", "months=3", "ends=until", "until=2027-03-31", "zone=Europe/Belgrade", "from=2027-03-24").want(t, 200,
		"From Monday to Friday at 2:30, only in March, until 31 Mar 2027 (Europe/Belgrade).", `<option value="weekdays" selected>`, `name="months" value="3" checked`)
	n.post(path, "kind=rule", "pattern=daily", "time=02:30", "from=2027-03-28", "zone=Europe/Belgrade").want(t, 200, "02:30 does not exist on this day, the clocks go forward: 03:00 instead")
	n.post(path, "kind=rule", "pattern=daily", "time=09:00", "from=2026-11-01", "ends=until", "until=2026-11-20", "zone=Europe/Belgrade").want(t, 422, "No time is left: choose a later end")
	n.post(path, "kind=cron", "cron=*/15 * * * *", "zone=Europe/Belgrade").want(t, 422, "Everybody gets the message again after 15 minutes", `name="often"`)
	n.post(path, "kind=cron", "cron=*/15 * * * *", "often=true", "zone=Europe/Belgrade").want(t, 200, "Saved.", "Every 15 minutes")
}

// TestClosingDays enters closing days; a campaign that waits by a rule that heeds them gets its new time.
func TestClosingDays(t *testing.T) {
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Admin)
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	n.server.Now = func() time.Time { return now }
	planner := n.server.Planner.(schedule.Planner)
	planner.Closings = func() ([]campaign.Closing, error) {
		set, err := n.store.Settings.GetSettings(t.Context())
		return set.Closings, err
	}
	n.server.Planner = planner
	c := n.draft()
	must(t, func() error {
		_, err := n.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error {
			c.Schedule = campaign.Schedule{Kind: campaign.ByRule, Zone: "UTC", Rule: &campaign.Recurrence{Pattern: campaign.EachDay, Time: "09:00", From: "2026-12-01", DaysOff: []campaign.DaysOff{campaign.ClosedFor(campaign.School)}}}
			return nil
		})
		return err
	}())
	slots, err := n.server.Planner.Next(campaign.Schedule{Kind: campaign.ByRule, Zone: "UTC", Rule: &campaign.Recurrence{Pattern: campaign.EachDay, Time: "09:00", From: "2026-12-01"}}, now, 1)
	must(t, err)
	_, err = n.store.Sending.ScheduleCampaign(t.Context(), c.ID, slots[0])
	must(t, err)

	n.post("/settings/closings", "name=", "from=2026-12-01", "until=", "for=school").want(t, 422, "Say why it is closed from 2026-12-01 on")
	n.post("/settings/closings", "name=Break", "from=2026-12-01", "until=2026-11-01", "for=school").want(t, 422, "Break: the last day is before the first")
	n.post("/settings/closings", "name=Break", "from=2026-12-01", "until=2026-12-04", "for=school").want(t, 200, "1 waiting campaign has a new time now.", `value="Break"`)
	found, _, err := n.store.Campaigns.FindCampaigns(t.Context(), campaign.Scheduled, store.Page{})
	must(t, err)
	if want := "2026-12-05T09:00"; len(found) != 1 || found[0].NextWall != want {
		t.Errorf("it waits for %s, want %s", found[0].NextWall, want)
	}
	n.post("/campaigns/"+c.ID+"/schedule", "kind=rule", "pattern=daily", "time=10:00", "from=2026-12-01", "days_off=closed_school", "zone=UTC").want(t, 200, "Saved. The campaign now waits for the new time.")
	n.get("/audit").want(t, 200, "Closing days: none → Break 2026-12-01 2026-12-04", "When it leaves: every day at 9:00 (UTC); not on days off: school holidays and closing days of schools → every day at 10:00 (UTC)")
	ending := []string{"kind=rule", "pattern=daily", "time=10:00", "from=2026-12-01", "ends=until", "until=2026-12-08", "days_off=closed_school", "zone=UTC"}
	n.post("/campaigns/"+c.ID+"/schedule", ending...).want(t, 200, "Saved. The campaign now waits for the new time.")
	n.post("/settings/closings", "name=Break", "from=2026-12-01", "until=2026-12-24", "for=school").want(t, 200, "No time is left for “"+c.Name+"”")
	n.get("/campaigns/"+c.ID+"/schedule").want(t, 200, "The days off leave it no time any more: choose another schedule")
	n.get("/").want(t, 200, "did not leave or will not. The days off leave it no time any more")
	n.get("/campaigns/"+c.ID+"/schedule").want(t, 200, "not on days off: school holidays and closing days of schools")

	// Whom a campaign goes to decides whose closing days it is warned of.
	c = n.draft()
	for kind, warned := range map[string]bool{"school": false, "journalist": true, "": true} {
		n.post("/settings/closings", "name=Break", "from=2026-11-20", "until=2026-12-24", "for="+kind).want(t, 200, "Saved.")
		if says := strings.Contains(n.get("/campaigns/"+c.ID+"/check").Body, "when many of its readers are away"); says != warned {
			t.Errorf("closing days of %q: warned is %t", kind, says)
		}
	}
}

// TestFormSaysEverySchedule makes the form of each of 200 schedules and reads it back: it is the same schedule, and the same form.
func TestFormSaysEverySchedule(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "schedule", "testdata", "two_years.txt"))
	must(t, err)
	n := 0
	for line := range strings.SplitSeq(string(data), "\n") {
		said, _, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		n++
		var s campaign.Schedule
		must(t, json.Unmarshal([]byte(said), &s))
		s.Zone = "Europe/Belgrade"
		form := scheduleFormOf(&s)
		back := form.schedule(time.Date(2031, 5, 5, 0, 0, 0, 0, time.UTC))
		if back.Rule != nil {
			must(t, back.Rule.Normalize())
		}
		if again := scheduleFormOf(&back); !reflect.DeepEqual(back, s) || !reflect.DeepEqual(form, again) {
			t.Errorf("%s\nbecomes %+v %+v\nform %+v", said, back, back.Rule, form)
		}
	}
	if n != 200 {
		t.Errorf("%d schedules", n)
	}
}
