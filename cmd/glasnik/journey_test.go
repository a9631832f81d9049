package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

const fivePeople = `e-pošta;ime;prezime;medij;jezik
ana@example.org;Ana;Anić;Dnevni primer;srpski
vera@example.org;Вера;Верић;Лист пример;ћирилица
emma@example.org;Emma;Brown;The Sample;engleski
ANA@example.org;Ana;Anić;;
not-an-address;Bad;Row;;
luc@example.org;;;;fr
`

func TestJourneyOnSQLite(t *testing.T) { journey(t) }

func TestJourneyOnMongoDB(t *testing.T) { journey(t, onMongoDB(t)) }

// journey follows contacts from a file to the figures, by commands alone.
func journey(t *testing.T, environ ...string) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{}, environ...)
	id := d.campaign(fivePeople)
	out := d.ok("campaigns", "send", id, "--wait")
	if !strings.Contains(out, "4 accepted") {
		t.Errorf("send said %q", out)
	}
	taken := d.sink.Taken()
	var to []string
	for _, m := range taken {
		to = append(to, m.To)
		checkMessage(t, m)
	}
	slices.Sort(to)
	if want := []string{"ana@example.org", "emma@example.org", "luc@example.org", "vera@example.org"}; !slices.Equal(to, want) {
		t.Fatalf("written to %v, want %v", to, want)
	}
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "already") || len(d.sink.Taken()) != 4 {
		t.Errorf("sent twice: %q, %d messages", out, len(d.sink.Taken()))
	}
	checkReading(t, d, id, taken[0])
}

var (
	pixelAddress = regexp.MustCompile(`src="(http://127\.0\.0\.1:9/o/[^"]+)"`)
	clickAddress = regexp.MustCompile(`href="(http://127\.0\.0\.1:9/c/[^"]+)"`)
)

// checkReading opens a message, follows its link and leaves, over the real pages, and looks for it in the figures.
func checkReading(t *testing.T, d *desk, id string, m smtptest.Message) {
	t.Helper()
	d.inspect(func(in *installation) { readMessage(t, in, m) })
	runs := d.statusOf(id).Runs
	if len(runs) != 1 {
		t.Fatalf("%d runs", len(runs))
	}
	f := runs[0].Figures
	opened, clicked := f.Opened.Times+f.Opened.Machines+f.Opened.Unknown, f.Clicked.Times+f.Clicked.Machines+f.Clicked.Unknown
	// How soon after sending each came decides whose it was; a person's click counts as an open too.
	if f.Audience != 4 || f.Accepted != 4 || opened < 1 || opened > 1+f.Clicked.Times || clicked != 1 || f.Unsubscribed != 1 {
		t.Errorf("figures %+v", f)
	}
}

// readMessage does with a message what its reader does: opens it, follows its link, and leaves.
func readMessage(t *testing.T, in *installation, m smtptest.Message) {
	t.Helper()
	handler, err := in.web(in.scheduler(), "")
	must(t, err)
	html, _ := bodies(t, m.Data)
	pixel, click := pixelAddress.FindStringSubmatch(html), clickAddress.FindStringSubmatch(html)
	if pixel == nil || click == nil {
		t.Fatalf("no image or link in\n%s", html)
	}
	if got := fetch(handler, "GET", pixel[1], ""); got.Code != http.StatusOK || got.Header().Get("Content-Type") != "image/gif" {
		t.Errorf("the image: %d %s", got.Code, got.Header().Get("Content-Type"))
	}
	if got := fetch(handler, "GET", click[1], ""); got.Code != http.StatusFound || !strings.HasPrefix(got.Header().Get("Location"), "https://www.example.org/") {
		t.Errorf("the link: %d to %q", got.Code, got.Header().Get("Location"))
	}
	if got := fetch(handler, "GET", strings.Replace(click[1], "/c/", "/c/x", 1), ""); got.Code != http.StatusNotFound {
		t.Errorf("a forged link: %d", got.Code)
	}
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	must(t, err)
	leave, _, _ := strings.Cut(strings.TrimPrefix(parsed.Header.Get("List-Unsubscribe"), "<"), ">")
	if got := fetch(handler, "POST", leave, "List-Unsubscribe=One-Click"); got.Code != http.StatusOK {
		t.Errorf("leaving: %d", got.Code)
	}
}

// A stop in the middle leaves nothing unclear, and the next call goes on.
func TestStoppedSendGoesOn(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	d := newDesk(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		if m.Phase == smtptest.Dot && m.Nth == 5 {
			stop()
		}
		return smtptest.Action{}
	}})
	var people strings.Builder
	people.WriteString("email\n")
	for i := range 60 {
		people.WriteString("reader" + string(rune('a'+i/26)) + string(rune('a'+i%26)) + "@example.org\n")
	}
	id := d.campaign(people.String())
	code, _, stderr := d.runUntil(ctx, "campaigns", "send", id, "--wait")
	if code != exitFailed || !strings.Contains(stderr, "go on with") {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	s := d.statusOf(id).Runs[0]
	if s.States[campaign.Interrupted] != 0 || s.States[campaign.InFlight] != 0 || s.States[campaign.Accepted] != int64(len(d.sink.Taken())) {
		t.Errorf("after the stop %v, taken %d", s.States, len(d.sink.Taken()))
	}
	d.ok("campaigns", "send", id, "--wait")
	seen := map[string]int{}
	for _, m := range d.sink.Taken() {
		seen[m.To]++
	}
	if len(seen) != 60 || len(d.sink.Taken()) != 60 {
		t.Errorf("%d readers got %d messages", len(seen), len(d.sink.Taken()))
	}
}

// What is marked as due by one command is sent by a server, and by two of them only once.
func TestTwoServersFireCronOnce(t *testing.T) { twoServers(t) }

func TestTwoServersFireCronOnceOnMongoDB(t *testing.T) { twoServers(t, onMongoDB(t)) }

func twoServers(t *testing.T, environ ...string) {
	t.Parallel()
	const wanted = 6 // three readers, two runs
	enough := make(chan struct{})
	d := newDesk(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		if m.Phase == smtptest.Dot && m.Nth == wanted {
			close(enough)
		}
		return smtptest.Action{}
	}}, environ...)
	id := d.campaign("email\na@example.org\nb@example.org\nc@example.org\n", "--cron", "@every 2s", "--often")
	ctx, stop := context.WithCancel(t.Context())
	codes := make(chan int, 2)
	for range 2 {
		go func() {
			code, _, stderr := d.runUntil(ctx, "serve")
			if code != exitOK {
				t.Errorf("serve: exit %d: %s", code, stderr)
			}
			codes <- code
		}()
	}
	select {
	case <-enough:
	case <-time.After(5 * time.Minute): // only a failing test waits as long
		t.Error("the runs did not come")
	}
	stop()
	<-codes
	<-codes
	checkEachRunOnce(t, d, id)
}

func checkEachRunOnce(t *testing.T, d *desk, id string) {
	t.Helper()
	seen := map[string]int{}
	for _, m := range d.sink.Taken() {
		parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
		must(t, err)
		seen[parsed.Header.Get("Message-Id")]++
		if got := parsed.Header.Get("Auto-Submitted"); got != "auto-generated" {
			t.Errorf("Auto-Submitted of a recurring campaign is %q", got)
		}
	}
	for message, n := range seen {
		if n != 1 {
			t.Errorf("%s was sent %d times", message, n)
		}
	}
	var sent int64
	for _, r := range d.statusOf(id).Runs {
		sent += r.States[campaign.Accepted]
		if r.States[campaign.Interrupted] != 0 || r.Audience > 3 {
			t.Errorf("run %s: %v", r.ID, r.States)
		}
	}
	if int(sent) != len(d.sink.Taken()) {
		t.Errorf("%d on record, %d taken", sent, len(d.sink.Taken()))
	}
}

// The status of a campaign is one document, whose field names do not change by accident.
func TestStatusFields(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign("email\na@example.org\n")
	d.ok("campaigns", "send", id, "--wait")
	var doc map[string]any
	must(t, json.Unmarshal([]byte(d.ok("campaigns", "status", id, "--json")), &doc))
	run := doc["runs"].([]any)[0].(map[string]any)
	for _, name := range []string{"id", "state", "states", "audience", "accepted", "failed", "returned", "left_out", "interrupted", "waiting", "opened", "clicked", "unsubscribed", "bounces_read"} {
		if _, ok := run[name]; !ok {
			t.Errorf("a run has no %q: %v", name, run)
		}
	}
}
