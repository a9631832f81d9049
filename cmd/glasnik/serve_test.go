package main

import (
	"cmp"
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

// The first start gives a way in, each start a new one while nobody has come, and none once there is a user.
func TestFirstAdmin(t *testing.T) {
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

// serveOnce starts a server, waits until it has said something, looks whether it answers, stops it, and gives the sign-in
// link it printed.
func (d *desk) serveOnce(t *testing.T, says string) string {
	t.Helper()
	addr := freeAddr(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &announcements{last: says, ready: make(chan struct{})}
	var stderr lockedBuffer
	p := &program{stdin: strings.NewReader(""), stdout: out, stderr: &stderr, environ: append(d.environ, "GLASNIK_ADDR="+addr, "GLASNIK_BASE_URL=http://"+addr), now: time.Now}
	done := make(chan int, 1)
	go func() { done <- p.run(ctx, []string{"serve"}) }()
	select {
	case <-out.ready:
	case code := <-done:
		t.Fatalf("serve ended with %d: %s", code, stderr.String())
	}
	link := ""
	for line := range strings.Lines(out.String()) {
		if strings.Contains(line, "/sign-in/") {
			link = strings.TrimSpace(line)
		}
	}
	for _, address := range []string{"http://" + addr + "/healthz", link} {
		if status, body := read(t, cmp.Or(address, "http://"+addr+"/sign-in")); status != http.StatusOK {
			t.Errorf("%s answers %d: %s", address, status, body)
		}
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("serve stopped with %d: %s", code, stderr.String())
	}
	return link
}

// freeAddr gives an address nobody listens on just now.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
