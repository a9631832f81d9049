package scheduler

import (
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// seriesDesk is a fixture with a welcome series of three steps on its press list: at once, after a day at nine, after three days.
type seriesDesk struct {
	*fixture
	server *mailServer
	series campaign.Series
}

func newSeriesDesk(t *testing.T, address string, change func(*campaign.Series)) *seriesDesk {
	f := newFixtureOn(t, 3, address)
	f.setClock(instant(t, "2026-12-01T08:00:00Z"))
	d := &seriesDesk{fixture: f, server: newMailServer(2)}
	d.series = campaign.Series{Name: "Welcome", Trigger: campaign.OnJoining, Lists: []string{f.list.ID}, Zone: "Europe/Belgrade", StopAtReply: true, Steps: []campaign.SeriesStep{
		{}, {Wait: 1, At: "09:00"}, {Wait: 3},
	}}
	if change != nil {
		change(&d.series)
	}
	must(t, f.store.Series.CreateSeries(t.Context(), &d.series, d.messages()))
	return d
}

func (d *seriesDesk) messages() []store.StepMessage {
	m := make([]store.StepMessage, len(d.series.Steps))
	for i := range m {
		m[i] = store.StepMessage{Release: d.campaign.Release, Sender: d.campaign.Sender}
	}
	return m
}

// join puts somebody on the list now.
func (d *seriesDesk) join(name string) campaign.Contact {
	d.t.Helper()
	c := campaign.Contact{Email: name + "@example.org", FirstName: name, Kind: campaign.Journalist}
	c.Subscribe(campaign.Membership{List: d.list.ID, Status: campaign.Subscribed, Basis: campaign.LegitimateInterest, Since: d.now()}, false)
	must(d.t, d.store.Contacts.CreateContact(d.t.Context(), &c))
	return c
}

// until lets time go by in steps, and at each does what a scheduler does.
func (d *seriesDesk) until(at string, step time.Duration) {
	d.t.Helper()
	for end := instant(d.t, at); d.now().Before(end); {
		d.setClock(d.now().Add(step))
		d.work()
	}
}

func (d *seriesDesk) work() {
	d.t.Helper()
	ctx := d.t.Context()
	for range 3 { // what is due at once, and those who go on by it
		must(d.t, d.store.Series.AdvanceSeries(ctx))
		if due, err := d.store.Campaigns.FindDueCampaigns(ctx, d.now()); err != nil || len(due) == 0 {
			must(d.t, err)
			return
		}
		s := d.scheduler(d.server, func(c *setup) { c.Poll = time.Millisecond })
		must(d.t, s.due.fire(ctx))
		runs, err := d.store.Runs.FindRunsIn(ctx, campaign.Sending)
		must(d.t, err)
		for _, r := range runs {
			must(d.t, s.SendRun(ctx, r.ID))
		}
	}
}

// got returns which steps a contact got, by number from 1, as often as they did.
func (d *seriesDesk) got(c campaign.Contact) (steps []int) {
	d.t.Helper()
	h, err := d.store.Histories.HistoryOf(d.t.Context(), c.ID, time.Time{}, 1000)
	must(d.t, err)
	for _, x := range h.Deliveries {
		if x.State == campaign.Accepted {
			_, n := d.series.Step(x.Campaign)
			steps = append(steps, n+1)
		}
	}
	slices.Sort(steps)
	return steps
}

func (d *seriesDesk) wants(c campaign.Contact, steps ...int) {
	d.t.Helper()
	if got := d.got(c); !slices.Equal(got, steps) {
		e, err := d.store.Enrolments.EnrolmentsOf(d.t.Context(), c.ID)
		d.t.Errorf("%s got the steps %v, want %v; %+v %v", c.FirstName, got, steps, e, err)
	}
}

func (d *seriesDesk) start(intake campaign.Intake) {
	d.t.Helper()
	_, err := d.store.Series.StartSeries(d.t.Context(), d.series.ID, intake)
	must(d.t, err)
}

// TestSeriesForTwoWeeks lets people join, leave, come back, reply and pause while a welcome series goes on. Each gets each step once.
func TestSeriesForTwoWeeks(t *testing.T) {
	t.Parallel()
	onBothEngines(t, func(t *testing.T, address string) {
		d := newSeriesDesk(t, address, nil)
		ctx := t.Context()
		d.setClock(d.now().Add(time.Hour))
		d.start(campaign.LeaveBefore)
		stays, leaves, back, replies, bounces, twice := d.join("stays"), d.join("leaves"), d.join("back"), d.join("replies"), d.join("bounces"), d.join("twice")
		d.until("2026-12-01T12:00:00Z", time.Hour)
		for _, c := range []campaign.Contact{stays, leaves, back, replies, bounces, twice} {
			d.wants(c, 1)
		}
		leave := func(c campaign.Contact) {
			t.Helper()
			_, err := d.store.Contacts.LeaveLists(ctx, c.ID, []string{d.list.ID}, campaign.Unsubscribed)
			must(t, err)
		}
		comeBack := func(c campaign.Contact) {
			t.Helper()
			must(t, d.store.Contacts.SubscribeContact(ctx, c.ID, campaign.Membership{List: d.list.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis}, true))
		}
		leave(leaves)
		must(t, d.store.Contacts.SetContactStatus(ctx, bounces.ID, campaign.Bounced, "550"))
		must(t, d.store.Journal.Log(ctx, campaign.Entry{Kind: campaign.RepliedEntry, Contact: replies.ID, Detail: "thanks"}))
		leave(back)
		d.setClock(d.now().Add(time.Minute))
		comeBack(back) // before anybody looked
		d.until("2026-12-03T12:00:00Z", 3*time.Hour)
		d.wants(stays, 1, 2)
		for _, c := range []campaign.Contact{leaves, back, replies, bounces} {
			d.wants(c, 1)
		}
		leave(twice)
		late := d.join("late")
		d.until("2026-12-04T12:00:00Z", 3*time.Hour)
		comeBack(twice)
		d.until("2026-12-15T12:00:00Z", 3*time.Hour)
		d.wants(stays, 1, 2, 3)
		d.wants(late, 1, 2, 3)
		d.wants(twice, 1, 2)
		if n := d.server.count(); n != 12 {
			t.Errorf("%d messages left", n)
		}
		reached, err := d.store.Lists.GetList(ctx, d.list.ID)
		must(t, err)
		if !reached.ReachedAt.IsZero() {
			t.Error("a step of a series counts as if all of its list had been written to")
		}
		counts, err := d.store.Enrolments.CountEnrolments(ctx, d.series.ID)
		must(t, err)
		if done, stopped := counts[""][campaign.EnrolDone], counts[""][campaign.EnrolStopped]; done != 2 || stopped != 5 {
			t.Errorf("%d are done and %d stopped: %v", done, stopped, counts)
		}
	})
}

// onBothEngines runs a test on an SQLite file and, where there is a server, on MongoDB.
func onBothEngines(t *testing.T, test func(t *testing.T, address string)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, "") })
	t.Run("mongodb", func(t *testing.T) { t.Parallel(); test(t, onMongoDB(t)) })
}

// TestSeriesBegins tells whom a series takes in when it begins, and that who comes back may begin again.
func TestSeriesBegins(t *testing.T) {
	t.Parallel()
	d := newSeriesDesk(t, "", func(s *campaign.Series) { s.Again = true })
	old := d.join("old")
	d.setClock(d.now().Add(time.Hour))
	n, err := d.store.Enrolments.CountBefore(t.Context(), &d.series)
	must(t, err)
	if n != 4 {
		t.Errorf("%d would be taken in, want 4", n)
	}
	d.start(campaign.TakeBefore)
	d.until("2026-12-08T12:00:00Z", 6*time.Hour)
	d.wants(old, 1, 2, 3)
	_, err = d.store.Contacts.LeaveLists(t.Context(), old.ID, []string{d.list.ID}, campaign.Unsubscribed)
	must(t, err)
	d.until("2026-12-09T12:00:00Z", 6*time.Hour)
	must(t, d.store.Contacts.SubscribeContact(t.Context(), old.ID, campaign.Membership{List: d.list.ID, Status: campaign.Subscribed, Basis: campaign.ConsentBasis}, true))
	d.until("2026-12-20T12:00:00Z", 6*time.Hour)
	d.wants(old, 1, 1, 2, 2, 3, 3)
}

// TestSeriesPausedAndChanged pauses a series while somebody is in the middle of it, changes it and lets it go on, and end.
func TestSeriesPausedAndChanged(t *testing.T) {
	t.Parallel()
	d := newSeriesDesk(t, "", nil)
	ctx := t.Context()
	d.start(campaign.LeaveBefore)
	d.setClock(d.now().Add(time.Minute))
	c := d.join("reader")
	d.until("2026-12-01T12:00:00Z", time.Hour)
	_, err := d.store.Series.UpdateSeries(ctx, d.series.ID, 0, d.messages(), func(s *campaign.Series) error { return nil })
	if campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("a series that goes on was changed: %v", err)
	}
	must(t, d.store.Series.PauseSeries(ctx, d.series.ID, campaign.Text{}))
	during := d.join("during")
	d.until("2026-12-05T12:00:00Z", 12*time.Hour)
	d.wants(c, 1)
	second := d.series.Steps[1].ID
	d.series, err = d.store.Series.UpdateSeries(ctx, d.series.ID, 0, d.messages(), func(s *campaign.Series) error {
		s.Steps = []campaign.SeriesStep{s.Steps[0], {Wait: 6, At: "10:00"}, s.Steps[2]}
		return nil
	})
	must(t, err)
	if _, err := d.store.Campaigns.GetCampaign(ctx, second); campaign.CodeOf(err) != campaign.NotFound {
		t.Errorf("the campaign of a step that was taken out is still there: %v", err)
	}
	if _, err := d.store.Campaigns.UpdateCampaign(ctx, d.series.Steps[0].ID, func(c *campaign.Campaign) error { c.Lists = []string{d.excluded.ID}; return nil }); campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("the audience of a step was changed beside its series: %v", err)
	}
	d.start(campaign.LeaveBefore)
	d.until("2026-12-06T20:00:00Z", 6*time.Hour)
	d.wants(c, 1)
	d.wants(during, 1)
	d.until("2026-12-07T20:00:00Z", 6*time.Hour)
	d.wants(c, 1, 2)
	must(t, d.store.Series.EndSeries(ctx, d.series.ID, true))
	late := d.join("late")
	d.until("2026-12-28T12:00:00Z", 12*time.Hour)
	d.wants(c, 1, 2, 3)
	d.wants(during, 1, 2, 3)
	d.wants(late)
	one, err := d.store.Series.GetSeries(ctx, d.series.ID)
	must(t, err)
	if one.State != campaign.SeriesEnded {
		t.Errorf("the series is %s once all are through", one.State)
	}
}

// TestSeriesAroundEvent sends an invitation, a reminder to those who have not answered, and thanks to those who did.
func TestSeriesAroundEvent(t *testing.T) {
	t.Parallel()
	d := newSeriesDesk(t, "", func(s *campaign.Series) {
		s.Trigger, s.Event, s.StopAtReply = campaign.AroundEvent, "2026-12-15T18:00", false
		s.Steps = []campaign.SeriesStep{
			{Wait: 10, Before: true, At: "09:00"}, {Wait: 2, Before: true, At: "09:00", Who: campaign.StepUnanswered}, {Wait: 1, At: "10:00", Who: campaign.StepAnswered},
		}
	})
	ctx := t.Context()
	answers, silent := d.join("answers"), d.join("silent")
	d.start(campaign.LeaveBefore)
	d.until("2026-12-06T12:00:00Z", time.Hour)
	d.wants(answers, 1)
	must(t, d.store.Series.StopFor(ctx, d.series.ID, answers.ID, true))
	d.until("2026-12-14T12:00:00Z", time.Hour)
	d.wants(answers, 1)
	d.wants(silent, 1, 2)
	d.until("2026-12-17T12:00:00Z", time.Hour)
	d.wants(answers, 1, 3)
	d.wants(silent, 1, 2)
	one, err := d.store.Series.GetSeries(ctx, d.series.ID)
	must(t, err)
	if one.State != campaign.SeriesEnded {
		t.Errorf("the series is %s after its event", one.State)
	}
}

// TestSeriesApproval holds a series to the approval of all its steps.
func TestSeriesApproval(t *testing.T) {
	t.Parallel()
	d := newSeriesDesk(t, "", nil)
	author := campaign.User{Email: "author@example.org", Name: "Author", Role: campaign.Editor}
	second := campaign.User{Email: "second@example.org", Name: "Second", Role: campaign.Admin}
	for _, u := range []*campaign.User{&author, &second} {
		must(t, d.store.Users.CreateUser(t.Context(), u))
	}
	asAuthor := store.As(t.Context(), campaign.Actor{User: author.ID, Name: author.Name})
	asSecond := store.As(t.Context(), campaign.Actor{User: second.ID, Name: second.Name})
	approve := func() {
		t.Helper()
		c, err := d.store.Approvals.AskApproval(asAuthor, d.series.Steps[0].ID, "", false)
		must(t, err)
		c, err = d.store.Approvals.Decide(asSecond, c.ID, c.Approval.ID, c.Approval.Print, campaign.Approve, "")
		must(t, err)
	}
	if _, err := d.store.Series.StartSeries(t.Context(), d.series.ID, campaign.LeaveBefore); campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("a series began that nobody approved: %v", err)
	}
	if _, err := d.store.Approvals.AskApproval(asAuthor, d.series.Steps[1].ID, "", false); campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("a step was asked to be approved alone: %v", err)
	}
	approve()
	d.start(campaign.LeaveBefore)
	d.setClock(d.now().Add(time.Minute))
	c := d.join("reader")
	d.until("2026-12-01T12:00:00Z", time.Hour)
	d.wants(c, 1)
	_, err := d.store.Releases.UpdateRelease(asAuthor, d.campaign.Release, func(r *campaign.Release) error {
		r.Versions = slices.Clone(r.Versions)
		r.Versions[0].Body = "Another text."
		return nil
	})
	must(t, err)
	d.until("2026-12-03T12:00:00Z", 6*time.Hour)
	d.wants(c, 1)
	one, err := d.store.Series.GetSeries(t.Context(), d.series.ID)
	must(t, err)
	if one.State != campaign.SeriesPaused || one.Note == "" {
		t.Errorf("a series whose text was changed is %s (%s)", one.State, one.Note)
	}
	// Longer waits change what was approved too.
	approve()
	d.series, err = d.store.Series.UpdateSeries(t.Context(), d.series.ID, 0, d.messages(), func(s *campaign.Series) error { s.Steps[2].Wait = 5; return nil })
	must(t, err)
	if _, err := d.store.Series.StartSeries(t.Context(), d.series.ID, ""); campaign.CodeOf(err) != campaign.Conflict {
		t.Errorf("a series began with other waits than were approved: %v", err)
	}
	must(t, d.store.Approvals.RecheckApprovals(t.Context()))
	approve()
	d.start("")
	d.until("2026-12-12T12:00:00Z", 6*time.Hour)
	d.wants(c, 1, 2, 3)
}
