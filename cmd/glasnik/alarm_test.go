package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

const alarmed = "admin@example.org"

// alarms are the alarms that the admin got by mail, by what their text part says.
func (d *desk) alarms() (out []string) {
	for _, m := range d.sink.Taken() {
		if m.To == alarmed {
			_, text := bodies(d.t, m.Data)
			out = append(out, text)
		}
	}
	return out
}

// home is the home page, as the admin sees it.
func (v *visitor) home() string {
	v.t.Helper()
	a, err := v.client.Get(v.server.URL + "/")
	must(v.t, err)
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	must(v.t, err)
	if a.StatusCode != http.StatusOK {
		v.t.Fatalf("home: %d", a.StatusCode)
	}
	return string(body)
}

// A provider refuses us while the program runs: the admin gets one mail, the home page and doctor say so until the provider takes mail
// again, and neither a restart nor a kill brings a second mail.
func TestAlarmsFromTheRefusalToItsEnd(t *testing.T) {
	t.Parallel()
	var refusing atomic.Bool
	refusing.Store(true)
	d := newDesk(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		if m.Phase == smtptest.Rcpt && refusing.Load() && strings.Contains(m.Line, "@mail.example") {
			return smtptest.Action{Reply: "550 5.7.1 Service refused, your network is on our block list"}
		}
		return smtptest.Action{}
	}})
	d.ok("users", "add", alarmed, "--role", "admin")
	id := d.campaign("email\na@mail.example\nb@mail.example\nc@mail.example\nd@mail.example\ne@mail.example\nf@mail.example\nvera@example.org\n")
	clock := &movedClock{}
	serve := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		p := d.program(io.Discard, io.Discard)
		p.now, p.alarms = clock.now, 20*time.Millisecond
		ended := make(chan int, 1)
		go func() { ended <- p.run(ctx, []string{"serve"}) }()
		return func() {
			cancel()
			if code := <-ended; code != exitOK {
				t.Errorf("serve: exit %d", code)
			}
		}
	}
	stop := serve()
	d.ok("campaigns", "send", id)
	clock.pass(2 * time.Minute) // it may be called back for a minute
	held := func() (held bool) {
		d.inspect(func(in *installation) {
			all, err := in.store.Holds.FindHolds(t.Context())
			must(t, err)
			held = len(all) == 1
		})
		return held
	}
	eventually(t, "the provider to be held", held)
	if told := d.alarms(); len(told) > 0 {
		t.Errorf("told at once: %q", told)
	}
	clock.pass(6 * time.Minute)
	eventually(t, "a mail about it", func() bool { return len(d.alarms()) > 0 })
	const words = "mail.example takes no mail from you just now"
	v := d.signedIn(io.Discard)
	defer v.leave()
	if told := d.alarms(); !strings.Contains(told[0], words) || !strings.Contains(v.home(), words) {
		t.Errorf("the mail says %q, the home page\n%s", told[0], v.home())
	}
	if code, out, _ := d.run("doctor"); !strings.Contains(out, words) {
		t.Errorf("doctor: %d %s", code, out)
	}
	stop()
	stop = serve()
	refusing.Store(false)
	clock.pass(2 * time.Hour)
	eventually(t, "the alarm to end", func() bool { return !held() && !strings.Contains(v.home(), words) })
	stop()

	// A run that is paused is told of by a process that is killed as soon as its mail is taken, and by those after it.
	paused := func(name string) {
		d.inspect(func(in *installation) {
			now := time.Now()
			c := campaign.Campaign{Name: name}
			must(t, in.store.Campaigns.CreateCampaign(t.Context(), &c))
			r := campaign.Run{ID: "r" + name, Campaign: c.ID, Trigger: campaign.TriggerHand, State: campaign.PausedRun, Reason: "the server refuses the sender", Planned: true, Shards: 1, CreatedAt: now, StartedAt: now}
			must(t, in.store.Runs.CreateRun(t.Context(), &r, &edition.Edition{}))
		})
	}
	for _, name := range []string{"First", "Second", "Third"} {
		p := d.part("alarms", "serve")
		paused(name)
		p.until(t, func() bool {
			return strings.Contains(strings.Join(d.alarms(), ""), "“"+name+"” was paused by the program")
		})
		p.end(syscall.SIGKILL)
	}
	p := d.part("alarms", "serve")
	paused("Last")
	p.until(t, func() bool {
		return strings.Contains(strings.Join(d.alarms(), ""), "“Last” was paused by the program")
	})
	p.end(syscall.SIGTERM)
	times := map[string]int{}
	for _, mail := range d.alarms() {
		for _, about := range []string{words, "“First” was paused", "“Second” was paused", "“Third” was paused", "“Last” was paused"} {
			if strings.Contains(mail, about) {
				times[about]++
			}
		}
	}
	if len(times) != 5 || len(d.alarms()) != 5 {
		t.Errorf("%d mails: %v", len(d.alarms()), times)
	}
	got := map[string]int{}
	for _, m := range d.sink.Taken() {
		if m.To != alarmed {
			got[m.To]++
		}
	}
	if len(got) != 7 || d.sink.Count() != 7+len(d.alarms()) {
		t.Errorf("readers got %v", got)
	}
}
