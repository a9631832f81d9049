package web

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// calendarOf is a newsroom at a moment with a campaign that waits to leave every Monday at nine in Belgrade.
func calendarOf(t *testing.T, now time.Time) (*newsroom, campaign.Campaign) {
	t.Helper()
	n := newNewsroom(t, 2)
	n.signInAs(campaign.Editor)
	n.server.Now = func() time.Time { return now }
	c := n.draft()
	c, err := n.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error {
		c.Name = "Monday news"
		c.Schedule = campaign.Schedule{Kind: campaign.ByRule, Zone: "Europe/Belgrade", Rule: &campaign.Recurrence{Pattern: campaign.EachWeek, Weekdays: []time.Weekday{time.Monday}, Time: "09:00", From: "2026-11-30"}}
		return nil
	})
	must(t, err)
	slots, err := n.server.Planner.Next(c.Schedule, now, 1)
	must(t, err)
	c, err = n.store.Sending.ScheduleCampaign(t.Context(), c.ID, slots[0])
	must(t, err)
	return n, c
}

func (n *newsroom) campaignNow(id string) campaign.Campaign {
	n.t.Helper()
	c, err := n.store.Campaigns.GetCampaign(n.t.Context(), id)
	must(n.t, err)
	return c
}

func TestCalendar(t *testing.T) {
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	n, c := calendarOf(t, now)
	ctx := t.Context()
	r := campaign.Release{Title: "Under embargo", Kind: campaign.PressRelease, Embargo: time.Date(2026, 12, 22, 9, 30, 0, 0, time.UTC), Versions: []campaign.Version{{Language: campaign.English, Headline: "Told later", Body: "Text."}}}
	must(t, n.store.Releases.CreateRelease(ctx, &r))
	_, err := n.store.Settings.UpdateSettings(ctx, func(s *campaign.Settings) error {
		s.Closings = []campaign.Closing{{Name: "Winter holidays", From: "2026-12-28", Until: "2027-01-20", Kind: campaign.School}}
		return nil
	})
	must(t, err)

	month := n.get("/calendar")
	month.want(t, 200, "December 2026", "Monday news", "Under embargo", "embargo ends", "Winter holidays", "New Year", `data-day="2026-11-30"`, `data-day="2027-01-03"`, "/campaigns/"+c.ID+"/move?time=")
	if got := strings.Count(month.Body, `class="entry planned"`); got != 3 { // on the 14th, 21st and 28th: what is over is not to come
		t.Errorf("%d planned times", got)
	}
	n.get("/calendar?view=week&day=2026-12-23").want(t, 200, "Week from 21 Dec 2026 to 27 Dec 2026", "Monday news", "Under embargo")
	n.get("/calendar?view=list&day=2026-12-15").want(t, 200, "Monday, 21 Dec 2026", "Tuesday, 22 Dec 2026")
	lacks(t, n.get("/calendar?chosen=1&show=embargo"), 200, []string{"Under embargo"}, `class="entry planned"`, "New Year", "Winter holidays")
	n.get("/calendar?chosen=1&show=planned&q=mond").want(t, 200, `class="entry planned"`)
	lacks(t, n.get("/calendar?chosen=1&show=planned&q=tuesday"), 200, []string{}, `class="entry planned"`)
	n.get("/calendar?day=2027-05-02&chosen=1&show=serbia&show=france").want(t, 200, "Easter Monday", "Ascension")
	n.get("/calendar?day=99999-01-01&view=nonsense").want(t, 200, "December 2026")

	// A run that left is shown in place of its time.
	run, err := n.store.Sending.StartRun(ctx, c.ID, campaign.Slot{At: c.NextAt, Wall: c.NextWall}, campaign.TriggerSchedule, func(*campaign.Release) []campaign.Link { return nil })
	must(t, err)
	n.server.Now = func() time.Time { return c.NextAt.Add(time.Minute) }
	n.get("/calendar").want(t, 200, `class="entry run"`, "/runs/"+run.ID)
}

func TestMoveATime(t *testing.T) {
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	n, c := calendarOf(t, now)
	path := "/campaigns/" + c.ID + "/move?time=2026-12-14T09:00"
	n.get(path).want(t, 200, "It leaves on Monday 14 December 2026 at 09:00 (Europe/Belgrade).", "Only this one time of several")
	n.get(path+"&to=2027-01-07").want(t, 200, "It then leaves on Thursday 7 January 2027 at 09:00", "Orthodox Christmas (public holidays in Serbia)")
	n.get(path+"&to=2027-03-28").want(t, 200, "It then leaves on Sunday 28 March 2027 at 09:00")
	n.get(path+"&at=2027-03-28T02:30").want(t, 200, "02:30 does not exist on this day, the clocks go forward: 03:00 instead")
	n.get("/campaigns/"+c.ID+"/move?time=2026-12-15T09:00").want(t, 404)

	form := func(at string, more ...string) []string {
		return append([]string{"time=2026-12-14T09:00", "version=" + version(n.campaignNow(c.ID)), "at=" + at}, more...)
	}
	n.post("/campaigns/"+c.ID+"/move", form("2026-12-01T09:00")...).want(t, 422, "This time has passed")
	n.post("/campaigns/"+c.ID+"/move", form("2026-12-21T09:00")...).want(t, 422, "The campaign leaves at this time anyway")
	n.post("/campaigns/"+c.ID+"/move", form("2026-12-15T10:30")...).want(t, 200, "“Monday news” leaves on Tuesday 15 December 2026 at 10:30.", "moved from Monday 14 December 2026 at 09:00")
	if got := n.campaignNow(c.ID); got.NextWall != "2026-12-15T10:30" || got.State != campaign.Scheduled || len(got.Schedule.Exceptions) != 1 {
		t.Errorf("it waits for %s, %s, %v", got.NextWall, got.State, got.Schedule.Exceptions)
	}
	// What was moved is moved again by the name it had, and one further off leaves the next time alone.
	n.post("/campaigns/"+c.ID+"/move", form("2026-12-16T10:30")...).want(t, 200, "Wednesday 16 December 2026")
	n.post("/campaigns/"+c.ID+"/move", "time=2026-12-28T09:00", "version="+version(n.campaignNow(c.ID)), "how=leave_out", "at=").want(t, 200, "“Monday news” does not leave on Monday 28 December 2026 at 09:00.")
	got := n.campaignNow(c.ID)
	slots, err := n.server.Planner.Next(got.Schedule, now, 3)
	must(t, err)
	var walls []string
	for _, s := range slots {
		walls = append(walls, s.Wall)
	}
	if want := "2026-12-16T10:30 2026-12-21T09:00 2027-01-04T09:00"; strings.Join(walls, " ") != want || got.NextWall != "2026-12-16T10:30" {
		t.Errorf("it leaves at %v, waits for %s; want %s", walls, got.NextWall, want)
	}
	n.signInAs(campaign.Admin)
	n.get("/audit").want(t, 200, "Moved a time of a campaign", "When it leaves: 2026-12-14 09:00 → 2026-12-15 10:30", "When it leaves: 2026-12-28 09:00 → left out")
	n.signInAs(campaign.Viewer)
	lacks(t, n.get("/calendar"), 200, []string{}, "/move?time=")
	n.post("/campaigns/"+c.ID+"/move", form("2026-12-17T10:30")...).want(t, 403)
}

func TestMoveASingleCampaign(t *testing.T) {
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	n, c := calendarOf(t, now)
	_, err := n.store.Sending.UnscheduleCampaign(t.Context(), c.ID)
	must(t, err)
	c, err = n.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error {
		c.Schedule = campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-20T09:00", Zone: "Europe/Belgrade"}
		return nil
	})
	must(t, err)
	n.get("/calendar").want(t, 200, `class="entry draft"`)
	n.get("/campaigns/"+c.ID+"/move?time=2026-12-20T09:00&at=2027-10-31T02:30").want(t, 200, "this time comes twice", "The second: 02:30 CET")
	n.post("/campaigns/"+c.ID+"/move", "time=2026-12-20T09:00", "version="+version(c), "at=2027-10-31T02:30", "second=true").want(t, 200, "leaves on Sunday 31 October 2027")
	if got := n.campaignNow(c.ID); got.State != campaign.Draft || got.Schedule.Wall != "2027-10-31T02:30" || !got.Schedule.Second {
		t.Errorf("%s %+v", got.State, got.Schedule)
	}
}

func version(c campaign.Campaign) string { return campaign.Textf("%d", c.Version).String() }

var feedAddress = regexp.MustCompile(`id="f-feed" readonly value="([^"]+)"`)

func TestCalendarFeed(t *testing.T) {
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	n, c := calendarOf(t, now)
	address := func() string {
		t.Helper()
		m := feedAddress.FindStringSubmatch(n.get("/calendar").Body)
		if m == nil {
			t.Fatal("the page shows no address")
		}
		_, path, _ := strings.Cut(html.UnescapeString(m[1]), "//")
		_, path, _ = strings.Cut(path, "/")
		return "/" + path
	}
	n.post("/calendar/address").want(t, 200, "Your calendar has an address now.")
	path := address()
	first := n.get(path)
	first.want(t, 200, "BEGIN:VCALENDAR\r\n", "UID:"+c.ID+"-2026-12-14T09:00@", "DTSTART:20261214T080000Z", "SUMMARY:planned: Monday news")
	if strings.Contains(first.Body, "reader") || strings.Contains(first.Body, "@example.org\r\nDTSTART:") && strings.Contains(first.Body, "mailto:") {
		t.Error("the calendar tells of readers")
	}
	tag := first.Header.Get("ETag")
	if first.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || tag == "" {
		t.Errorf("%v", first.Header)
	}
	// It needs no session, and is not sent again while nothing changed.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, n.web.URL+path, nil)
	must(t, err)
	request.Header.Set("If-None-Match", tag)
	answer, err := http.DefaultClient.Do(request)
	must(t, err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusNotModified {
		t.Errorf("%d for the same calendar", answer.StatusCode)
	}
	n.get(strings.Replace(path, ".ics", "x.ics", 1)).want(t, 404)
	n.post("/calendar/address").want(t, 200)
	n.get(path).want(t, 404)
	second := address()
	n.get(second).want(t, 200)
	n.post("/calendar/address/end").want(t, 200, "The address of your calendar has ended.")
	n.get(second).want(t, 404)
}

// lacks checks what an answer says, and what it does not.
func lacks(t *testing.T, a answer, status int, said []string, unsaid ...string) {
	t.Helper()
	a.want(t, status, said...)
	for _, words := range unsaid {
		if strings.Contains(a.Body, words) {
			t.Errorf("%s says %q", a.Path, words)
		}
	}
}

// What somebody has to decide by a time stands in the calendar: an edition that waits, and a campaign that is to be approved.
func TestDeadlinesInTheCalendar(t *testing.T) {
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	n, c := calendarOf(t, now)
	ctx := t.Context()
	c, err := n.store.Campaigns.UpdateCampaign(ctx, c.ID, func(c *campaign.Campaign) error {
		c.Content = campaign.ContentRule{Kind: campaign.CopyContent, Deadline: 24 * 60}
		return nil
	})
	must(t, err)
	o, err := n.store.Upcomings.PrepareUpcoming(ctx, &c, campaign.Slot{At: c.NextAt, Wall: c.NextWall})
	must(t, err)
	n.get("/calendar?view=list&day=2026-12-12").want(t, 200, `class="entry deadline"`, "the next edition must be ready: nobody has written it", `datetime="2026-12-13T08:00:00Z"`)
	lacks(t, n.get("/calendar?view=list&day=2026-12-14"), 200, []string{"Monday news"}, `class="entry deadline"`)

	_, err = n.store.Releases.UpdateRelease(ctx, o.Upcoming.Release, func(r *campaign.Release) error { r.Versions[0].Body = "Something new."; return nil })
	must(t, err)
	must(t, n.store.Upcomings.ApproveUpcoming(ctx, &c, o.Upcoming.ID, ""))
	lacks(t, n.get("/calendar"), 200, []string{"Monday news"}, `class="entry deadline"`)

	d := n.draft()
	_, err = n.store.Campaigns.UpdateCampaign(ctx, d.ID, func(c *campaign.Campaign) error {
		c.Name, c.State, c.Approval = "To be approved", campaign.InReview, &campaign.Approval{ID: "a", Asks: 1, ByName: "Ana"}
		c.Schedule = campaign.Schedule{Kind: campaign.Once, Wall: "2026-12-18T10:00", Zone: "Europe/Belgrade"}
		return nil
	})
	must(t, err)
	n.get("/calendar").want(t, 200, "must be approved by then, to leave at its time", "waits for approval", "/campaigns/"+d.ID+"/approval")
}

// Whoever saves another schedule is told before which moved times it does not have; those it has stay.
func TestMovedTimesOutliveAnotherSchedule(t *testing.T) {
	now := time.Date(2026, 12, 10, 12, 0, 0, 0, time.UTC)
	n, c := calendarOf(t, now)
	_, err := n.store.Campaigns.UpdateCampaign(t.Context(), c.ID, func(c *campaign.Campaign) error {
		c.Schedule.Exceptions = []campaign.Exception{{Wall: "2026-11-02T09:00"}, {Wall: "2026-12-21T09:00", To: "2026-12-22T10:00"}, {Wall: "2026-12-28T09:00"}}
		return nil
	})
	must(t, err)
	path := "/campaigns/" + c.ID + "/schedule"
	kept := func() int { return len(n.campaignNow(c.ID).Schedule.Exceptions) }
	rule := []string{"kind=rule", "pattern=weekly", "weekdays=1", "time=09:00", "from=2026-11-30", "zone=Europe/Belgrade"}
	lacks(t, n.post(path, append(rule, "spread=2")...), 200, []string{"Saved.", "moved from Monday 21 December 2026 at 09:00"}, "are lost")
	if kept() != 2 {
		t.Errorf("a window took away moved times: %d are left", kept())
	}
	n.post(path, append(rule, "weekdays=3")...).want(t, 200, "Saved.")
	if kept() != 2 {
		t.Errorf("one more day took away moved times: %d are left", kept())
	}
	later := append(rule, "weekdays=1", "until=2026-12-25", "ends=until")
	n.get(path+"?"+strings.Join(later, "&")).want(t, 200, "are lost when it is saved", "Monday 28 December 2026 at 09:00 → ")
	n.post(path, later...).want(t, 422, "Single times that were moved or left out would be lost", `name="drop"`)
	if kept() != 2 {
		t.Errorf("a refused form took away moved times: %d are left", kept())
	}
	n.post(path, append(later, "drop=true")...).want(t, 200, "Saved.")
	if kept() != 1 {
		t.Errorf("%d moved times are left", kept())
	}
}
