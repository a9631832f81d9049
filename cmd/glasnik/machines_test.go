package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/opens"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// The file of machines is read anew when it changes. One that cannot be read is told of once, and changes nothing.
func TestMachinesAreReadAnew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "machines.txt")
	var log strings.Builder
	before, err := opens.Parse("date 2026-01-01\nsource ourselves\n[machines]\noldscan\n")
	must(t, err)
	m := &machinesFile{path: path, inUse: opens.NewCurrent(before), logger: slog.New(slog.NewTextHandler(&log, nil))}
	at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
	step := func(text, wantDate, wantLog string) {
		t.Helper()
		log.Reset()
		if text != "" {
			at = at.Add(time.Minute)
			write(t, path, text)
			must(t, os.Chtimes(path, at, at))
		}
		m.refresh()
		if got := m.inUse.Get().Date; got != wantDate {
			t.Errorf("%q: the lists are of %s, want %s", text, got, wantDate)
		}
		if wantLog == "" && log.Len() > 0 || !strings.Contains(log.String(), wantLog) {
			t.Errorf("%q logs %q, want %q", text, log.String(), wantLog)
		}
	}
	step("", "2026-01-01", "cannot be read")
	step("", "2026-01-01", "")
	step("date 2026-11-01\nsource ourselves\n[machines]\nnewscan\n", "2026-11-01", "are read")
	if got := m.inUse.Get().Classify(opens.Hit{Agent: "NewScan/1.0"}); got.Verdict != campaign.Machine {
		t.Errorf("by the new lists it is %+v", got)
	}
	step("", "2026-11-01", "")
	step("date 2026-11-02\n[ranges]\nnowhere\n", "2026-11-01", "nowhere")
	step("", "2026-11-01", "")
	step("date 2026-11-03\nsource ourselves\n", "2026-11-03", "are read")
}

// The lists that README shows, and those that the program prints, are ones it takes.
func TestListsOfMachinesAreTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	readme, err := os.ReadFile("../../README.md")
	must(t, err)
	shown := regexp.MustCompile("(?s)```\n(date .*?)```").FindSubmatch(readme)
	if shown == nil {
		t.Fatal("README shows no lists of machines")
	}
	c, err := opens.Parse(string(shown[1]))
	must(t, err)
	for agent, want := range map[string]campaign.Verdict{"ExampleScanner/2": campaign.Machine, "Trend-Micro scan": campaign.Machine, "curl/8": campaign.Machine, "wget/1": campaign.Unknown} {
		if got := c.Classify(opens.Hit{Agent: agent}); got.Verdict != want {
			t.Errorf("%s: %+v, want %s", agent, got, want)
		}
	}
	d.write("machines.txt", d.ok("opens", "lists"))
	d.environ = append(d.environ, "GLASNIK_MACHINES="+d.path("machines.txt"))
	if _, out, _ := d.run("doctor"); !strings.Contains(out, "ok    lists of machines: of 20") {
		t.Errorf("the doctor says nothing of the lists:\n%s", out)
	}
	d.write("machines.txt", "date 2026-11-30\nsource us\n[ranges]\nnowhere\n")
	if _, out, _ := d.run("doctor"); !strings.Contains(out, "fail  lists of machines:") || !strings.Contains(out, "nowhere") {
		t.Errorf("the doctor takes broken lists:\n%s", out)
	}
}
