package listener

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// desk takes what is brought for addresses that begin with ours.
type desk struct {
	mu  sync.Mutex
	got []string
}

func (d *desk) Knows(address string) bool { return strings.HasPrefix(address, "ours") }

func (d *desk) Receive(_ context.Context, sender string, recipients []string, message io.Reader) []error {
	text, err := io.ReadAll(message)
	errs := make([]error, len(recipients))
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, to := range recipients {
		switch {
		case err != nil:
			errs[i] = err
		case strings.Contains(to, "away"):
			errs[i] = errors.New("the store is away")
		default:
			d.got = append(d.got, fmt.Sprintf("%s>%s:%d", sender, to, len(text)))
		}
	}
	return errs
}

const fewOctets = 1 << 20

func run(t *testing.T, address string) (*desk, *Listener) {
	t.Helper()
	s, err := ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{}
	l, err := Listen(s, "example.org", d, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	l.server.MaxMessageBytes = fewOctets // so that a test need not say millions
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Run(ctx, 10*time.Second) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return d, l
}

// talk says some lines, each after the answers to the last, and returns the codes of all answers. A line with an n before it has n
// answers.
func talk(t *testing.T, a net.Addr, lines ...string) string {
	t.Helper()
	c, err := net.Dial(a.Network(), a.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	in := bufio.NewReader(c)
	var codes []string
	answer := func() bool {
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				codes = append(codes, "cut")
				return false
			}
			if len(line) > 3 && line[3] == ' ' {
				codes = append(codes, line[:3])
				return true
			}
		}
	}
	answer()
	for _, line := range lines {
		n := 1
		if line[0] == '2' {
			n, line = 2, line[1:]
		}
		if _, err := io.WriteString(c, line+"\r\n"); err != nil {
			break
		}
		for range n {
			if !answer() {
				return strings.Join(codes, " ")
			}
		}
	}
	return strings.Join(codes, " ")
}

func TestListener(t *testing.T) {
	t.Parallel()
	big := strings.Repeat(strings.Repeat("x", 900)+"\r\n", fewOctets/900)
	for name, c := range map[string]struct {
		address string
		lines   []string
		codes   string
		got     string
	}{
		"LMTP, for each recipient": {"lmtp://127.0.0.1:0", []string{"LHLO x", "MAIL FROM:<>", "RCPT TO:<ours@example.org>", "RCPT TO:<ours-away@example.org>", "DATA", "2Subject: a\r\n\r\nb\r\n.", "QUIT"},
			"220 250 250 250 250 354 250 451 221", ">ours@example.org:17"},
		"others' mail":       {"lmtp://127.0.0.1:0", []string{"LHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<victim@elsewhere.example>", "DATA"}, "220 250 250 550 502", ""},
		"SMTP":               {"smtp://127.0.0.1:0", []string{"EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<ours@example.org>", "DATA", "Subject: a\r\n\r\n."}, "220 250 250 250 354 250", "a@b.example>ours@example.org:14"},
		"SMTP, not now":      {"smtp://127.0.0.1:0", []string{"HELO x", "MAIL FROM:<>", "RCPT TO:<ours-away@example.org>", "DATA", "Subject: a\r\n\r\n."}, "220 250 250 250 354 451", ""},
		"no LMTP over SMTP":  {"smtp://127.0.0.1:0", []string{"LHLO x"}, "220 500", ""},
		"too large":          {"lmtp://127.0.0.1:0", []string{"LHLO x", "MAIL FROM:<>", "RCPT TO:<ours@example.org>", "DATA", "Subject: a\r\n\r\n" + big + ".", "NOOP"}, "220 250 250 250 354 552 250", ""},
		"said to be larger":  {"lmtp://127.0.0.1:0", []string{"LHLO x", "MAIL FROM:<> SIZE=99999999"}, "220 250 552", ""},
		"a line without end": {"lmtp://127.0.0.1:0", []string{strings.Repeat("x", 2*longestLine)}, "220 500", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, l := run(t, c.address)
			if codes := talk(t, l.Addr(), c.lines...); codes != c.codes && !(name == "a line without end" && strings.HasPrefix(codes, "220")) {
				t.Errorf("answers %s, want %s", codes, c.codes)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if got := strings.Join(d.got, " "); got != c.got {
				t.Errorf("taken %q, want %q", got, c.got)
			}
		})
	}
}

// TestManyRecipients are more than a message may have: the sender comes again for the rest.
func TestManyRecipients(t *testing.T) {
	_, l := run(t, "lmtp://127.0.0.1:0")
	lines := []string{"LHLO x", "MAIL FROM:<>"}
	for i := range mostRecipients + 1 {
		lines = append(lines, fmt.Sprintf("RCPT TO:<ours%d@example.org>", i))
	}
	if codes := talk(t, l.Addr(), lines...); strings.Count(codes, "250") != mostRecipients+2 || !strings.HasSuffix(codes, " 452") {
		t.Error(codes)
	}
}

// TestSocket listens at a path, where a program that died has left its socket.
func TestSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lmtp.sock")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Skip(err)
	}
	left.SetUnlinkOnClose(false)
	if _, err := Listen(Settings{LMTP: true, Network: "unix", Address: path}, "example.org", &desk{}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a socket that somebody listens at was taken")
	}
	left.Close()
	_, l := run(t, "lmtp://"+path)
	if codes := talk(t, l.Addr(), "LHLO x", "QUIT"); codes != "220 250 221" {
		t.Error(codes)
	}
}

func TestParseURL(t *testing.T) {
	for address, want := range map[string]string{
		"lmtp://127.0.0.1:2424": "lmtp://127.0.0.1:2424", "smtp://[::1]:25?connections=5": "smtp://[::1]:25", "lmtp:///run/x.sock": "lmtp:///run/x.sock",
		"http://127.0.0.1:1": "", "lmtp://127.0.0.1": "", "lmtp://u@127.0.0.1:24": "", "lmtp://127.0.0.1:24/x": "", "lmtp://127.0.0.1:99999": "", "lmtp://127.0.0.1:24?connections=0": "",
		"lmtp://127.0.0.1:24?x=1": "", "smtp://127.0.0.1:25?cert=a": "", "smtp://127.0.0.1:25?cert=/nowhere&key=/nowhere": "", "lmtp:": "", "": "", "%": "",
	} {
		if s, err := ParseURL(address); (err == nil) != (want != "") || err == nil && s.Name() != want {
			t.Errorf("%s: %s %v", address, s.Name(), err)
		}
	}
}
