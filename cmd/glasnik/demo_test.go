package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// runningDemo is a demo that has said where it is.
type runningDemo struct {
	panel, mailbox, link string
	stop                 func() (code int, stderr string)
}

// startDemo starts a demo in this process and waits until it is ready.
func startDemo(t *testing.T, args ...string) runningDemo {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	return awaitDemo(t, cancel, func(out, stderr io.Writer) int {
		p := &program{stdin: strings.NewReader(""), output: output{stdout: out, stderr: stderr}, now: time.Now}
		return p.run(ctx, append([]string{"demo", "--addr", "127.0.0.1:0"}, args...))
	})
}

// builtDemo starts a demo of the program as people have it, in a process of its own: no detector of races slows a browser down.
func builtDemo(t *testing.T, args ...string) runningDemo {
	t.Helper()
	path, err := builtProgram()
	must(t, err)
	cmd := exec.Command(path, append([]string{"demo", "--addr", "127.0.0.1:0"}, args...)...)
	cmd.Dir = t.TempDir()
	return awaitDemo(t, func() { _ = cmd.Process.Signal(os.Interrupt) }, func(out, stderr io.Writer) int {
		cmd.Stdout, cmd.Stderr = out, stderr
		if err := cmd.Run(); cmd.ProcessState == nil {
			_, _ = io.WriteString(stderr, err.Error())
			return -1
		}
		return cmd.ProcessState.ExitCode()
	})
}

// builtProgram builds the program once for all tests; TestMain removes it.
var builtProgram = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "glasnik")
	if err != nil {
		return "", err
	}
	removeProgram = func() { os.RemoveAll(folder) }
	path := filepath.Join(folder, "glasnik.exe")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	return path, nil
})

var removeProgram = func() {}

// awaitDemo runs a demo until stop is called, and waits until it is ready.
func awaitDemo(t *testing.T, stop func(), run func(out, stderr io.Writer) int) runningDemo {
	t.Helper()
	out := &announcements{last: "Stop with Ctrl-C", ready: make(chan struct{})}
	var stderr lockedBuffer
	done := make(chan int, 1)
	go func() { done <- run(out, &stderr) }()
	select {
	case <-out.ready:
	case code := <-done:
		t.Fatalf("the demo ended with %d: %s", code, stderr.String())
	}
	stopped := false
	d := runningDemo{stop: func() (int, string) {
		if stopped {
			return 0, ""
		}
		stopped = true
		stop()
		return <-done, stderr.String()
	}}
	t.Cleanup(func() { d.stop() })
	for what, where := range map[string]*string{"Panel": &d.panel, "Mail catcher": &d.mailbox, "Sign in once": &d.link} {
		m := regexp.MustCompile(what + `\s+(http\S+)`).FindStringSubmatch(out.String())
		if m == nil {
			t.Fatalf("the demo does not say where the %s is:\n%s", what, out.String())
		}
		*where = m[1]
	}
	return d
}

// announcements is an output that knows when a program has said all it has to say.
type announcements struct {
	lockedBuffer
	last  string
	ready chan struct{}
	once  sync.Once
}

func (a *announcements) Write(p []byte) (int, error) {
	n, err := a.lockedBuffer.Write(p)
	if strings.Contains(string(p), a.last) {
		a.once.Do(func() { close(a.ready) })
	}
	return n, err
}

func TestDemo(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d := startDemo(t, "--data", folder)
	for address, want := range map[string]string{
		d.panel + "/healthz": "ok", d.link: "button", d.mailbox + "/?q=claire": "Claire Moreau",
		d.mailbox + "/?page=2": "Page 2 of 2", d.mailbox + "/mail/1": "Unsubscribe by one click", d.mailbox + "/mail/1/html": "<base",
		d.mailbox + "/mail/1?view=text": "<pre", d.mailbox + "/mail/1?view=headers": "List-Id", d.mailbox + "/mail/1?view=source": "Message-ID",
		d.mailbox + "/mail/1/file/0": "Twelve questions", d.mailbox + "/site/vodic": "fictional", d.mailbox + "/catcher.css": "--paper",
	} {
		if status, body := read(t, address); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d without %q", address, status, want)
		}
	}
	for _, path := range []string{"/mail/999", "/mail/x", "/mail/1/file/9", "/nowhere"} {
		if status, _ := read(t, d.mailbox+path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	eventually(t, "the letter to who approves", func() bool { _, body := read(t, d.mailbox); return strings.Contains(body, "57 mails") })
	if code, stderr := d.stop(); code != exitOK || stderr != "" {
		t.Errorf("the demo stopped with %d: %s", code, stderr)
	}
	checkDemoData(t, folder)
}

// checkDemoData looks at the sample data as a stopped demo left it.
func checkDemoData(t *testing.T, folder string) {
	t.Helper()
	p := &program{output: output{stderr: io.Discard}, now: time.Now, environ: []string{"GLASNIK_DATA_DIR=" + folder, "GLASNIK_STORE=sqlite:" + filepath.Join(folder, "demo.db")}}
	err := p.with(t.Context(), func(in *installation) error {
		n, err := in.store.Contacts.CountContacts(t.Context(), store.ContactFilter{})
		if err != nil || n != 60 {
			t.Errorf("%d contacts, %v", n, err)
		}
		states, err := in.store.Campaigns.CountCampaigns(t.Context())
		if err != nil || states["sent"] != int64(1+len(pastReleases)) || states["scheduled"] != 1 || states["draft"] != 1 || states["in_review"] != 1 {
			t.Errorf("campaigns %v, %v", states, err)
		}
		sent, _, err := in.store.Campaigns.FindCampaigns(t.Context(), campaign.Sent, store.Page{Sort: "created_at", Desc: true, Limit: 1})
		if err != nil {
			return err
		}
		f, err := in.store.Events.Figures(t.Context(), sent[0].LastRun)
		if err != nil {
			return err
		}
		opened := f.Opened.Times
		if f.Audience != 58 || opened < 10 || f.Opened.People == 0 || f.Opened.People > f.Accepted || f.Clicked.People == 0 || f.Clicked.People > f.Opened.People || f.Unsubscribed != 1 || f.Accepted != 56 || f.Failed != 1 || f.Returned != 1 {
			t.Errorf("figures %+v", f)
		}
		hours, err := in.store.Events.EventsByHour(t.Context(), sent[0].LastRun)
		if err != nil || len(hours) < 5 || hours[len(hours)-1].Hour.After(time.Now()) {
			t.Errorf("the curve has %d hours, %v", len(hours), err)
		}
		return nil
	})
	must(t, err)
}

// A second demo on a folder says so and harms nothing; a later one goes on with the data.
func TestDemoOnOneFolder(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	d := startDemo(t, "--data", folder)
	var out, stderr lockedBuffer
	p := &program{stdin: strings.NewReader(""), output: output{stdout: &out, stderr: &stderr}, now: time.Now}
	if code := p.run(t.Context(), []string{"demo", "--data", folder}); code != exitFailed || !strings.Contains(stderr.String(), "running on the folder "+folder+" already") {
		t.Errorf("exit %d: %s", code, stderr.String())
	}
	if status, _ := read(t, d.panel+"/healthz"); status != http.StatusOK {
		t.Errorf("the first demo answers %d", status)
	}
	eventually(t, "all mails", func() bool { _, body := read(t, d.mailbox); return strings.Contains(body, "57 mails") })
	d.stop()
	again := startDemo(t, "--data", folder)
	if status, body := read(t, again.mailbox); status != http.StatusOK || !strings.Contains(body, "Nothing has been sent yet") {
		t.Errorf("the second start sent the sample again: %d", status)
	}
	again.stop()
	checkDemoData(t, folder)
}

func read(t *testing.T, address string) (status int, body string) {
	t.Helper()
	r, err := http.Get(address)
	must(t, err)
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	must(t, err)
	return r.StatusCode, string(data)
}
