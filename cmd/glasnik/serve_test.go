package main

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

// The first start prints a way in, and so does each later one while there is no user.
func TestFirstAdmin(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	first := d.serveOnce(t, "/sign-in/")
	second := d.serveOnce(t, "/sign-in/")
	if first == "" || second == "" || first == second {
		t.Errorf("links %q and %q", first, second)
	}
	d.ok("users", "add", "ana@example.org", "--role", "admin")
	if link := d.serveOnce(t, "The panel"); link != "" {
		t.Errorf("a third link although there is a user: %s", link)
	}
}

// serveOnce starts a server, waits until it has said something, looks whether it answers, stops it, and returns the sign-in
// link it printed.
func (d *desk) serveOnce(t *testing.T, says string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &announcements{last: says, ready: make(chan struct{})}
	var stderr lockedBuffer
	done := make(chan int, 1)
	go func() { done <- d.program(out, &stderr).run(ctx, []string{"serve"}) }()
	select {
	case <-out.ready:
	case code := <-done:
		t.Fatalf("serve ended with %d: %s", code, stderr.String())
	}
	_, addr, _ := strings.Cut(out.String(), "listens on ")
	addr, _, _ = strings.Cut(addr, ". ")
	link := ""
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "/sign-in/") {
			link = strings.TrimSpace(line)
		}
	}
	for _, path := range []string{"/healthz", cmp.Or(strings.TrimPrefix(link, "http://127.0.0.1:9"), "/sign-in")} {
		address := "http://" + addr + path
		if status, body := read(t, address); status != http.StatusOK {
			t.Errorf("%s answers %d: %s", address, status, body)
		}
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("serve stopped with %d: %s", code, stderr.String())
	}
	return link
}
