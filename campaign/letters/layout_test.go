package letters

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/templates"
)

// readMail reads a message as another program does, and returns its parts.
const readMail = `
import email, email.policy, json, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
defects = [str(d) for p in m.walk() for d in p.defects]
ics = [p for p in m.walk() if p.get_content_type() == "text/calendar"]
json.dump({"subject": m["subject"], "text": m.get_body(("plain",)).get_content(), "html": m.get_body(("html",)).get_content(), "defects": defects,
  "event": ics[0].get_payload(decode=True).decode("utf-8") if ics else "", "method": ics[0].get_param("method") if ics else "", "file": ics[0].get_filename() if ics else ""}, sys.stdout)
`

// A message of every layout is read by Python's email, with both parts and the calendar file as they were written.
func TestLayoutsAreReadByOtherPrograms(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip("no python3")
	}
	now := time.Date(2030, 5, 7, 8, 0, 0, 0, time.UTC)
	for _, layout := range campaign.BuiltInLayouts {
		e := &edition.Edition{ID: "2n3qnfrtv9187jj8-01ng1dh3", Sender: campaign.Sender{Name: "Press Office", Email: "press@example.org"}, Release: templates.ExampleRelease()}
		e.Release.ID, e.Release.Version, e.Release.Layout = "r1", 2, layout
		v := &e.Release.Versions[0]
		v.Headline = "Čitaoci, – « lecteurs » & “readers” говоре: it's "
		e.Tracked = templates.TrackedLinks(&e.Release)
		w := testWriter(now)
		letter, err := templates.Compose(e, v, campaign.Aggregate, nil, nil, w.Links, now)
		must(t, err)
		d, contact := reader("press")
		want := letter.Preview(d, contact, "")
		made, err := w.Compose(t.Context(), e)
		must(t, err)
		m, err := made.Message(nil, d, contact, "")
		must(t, err)

		run := exec.Command(python, "-c", readMail)
		run.Stdin = bytes.NewReader(m.Data)
		out, err := run.Output()
		must(t, err)
		var got struct {
			Subject, Text, HTML, Event, Method, File string
			Defects                                  []string
		}
		must(t, json.Unmarshal(out, &got))
		if len(got.Defects) > 0 || got.Subject != want.Subject {
			t.Errorf("%s: defects %v, subject %q, want %q", layout, got.Defects, got.Subject, want.Subject)
		}
		lf := func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }
		if lf(got.Text) != lf(want.Text) || lf(got.HTML) != lf(want.HTML) {
			t.Errorf("%s: the parts are not read as they were written", layout)
		}
		if event := string(templates.Calendar(e, v, w.Links.Host(), now)); lf(got.Event) != lf(event) || got.Method != "PUBLISH" || got.File != templates.CalendarName {
			t.Errorf("%s: the event %q (%s, %s), want %q", layout, got.Event, got.Method, got.File, event)
		}
	}
}
