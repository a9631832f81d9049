package mailboxes

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
)

// start runs a mail server with one mailbox over a socket and returns its address.
func start(t *testing.T, can ...imap.Cap) (*imapmemserver.User, string) {
	t.Helper()
	caps := imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapIMAP4rev2: {}}
	if len(can) > 0 {
		caps = imap.CapSet{}
		for _, c := range can {
			caps[c] = struct{}{}
		}
	}
	user := imapmemserver.NewUser("bounces", "secret")
	for _, folder := range []string{"INBOX", "Glasnik"} {
		if err := user.Create(folder, nil); err != nil {
			t.Fatal(err)
		}
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		Caps:         caps,
		InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return user, l.Addr().String()
}

func deliver(t *testing.T, user *imapmemserver.User, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := user.Append("INBOX", literal{bytes.NewReader([]byte(text))}, &imap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return int64(l.Len()) }

func count(t *testing.T, user *imapmemserver.User, folder string) int {
	t.Helper()
	s, err := user.Status(folder, &imap.StatusOptions{NumMessages: true})
	if err != nil {
		t.Fatal(err)
	}
	return int(*s.NumMessages)
}

// shelf takes messages, and fails or dies when it is told to.
type shelf struct {
	mu     sync.Mutex
	at     Cursor
	got    []string
	failAt string // the message that cannot be dealt with
	dieAt  uint32 // Keep of this UID is the last thing that is done
	came   chan string
}

var errStore = errors.New("the store is away")

func (s *shelf) Cursor(context.Context) (Cursor, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at, nil
}
func (s *shelf) Failed(context.Context, error) {}
func (s *shelf) Keep(_ context.Context, c Cursor) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = c
	if s.dieAt == c.Last {
		return errStore
	}
	return nil
}
func (s *shelf) Take(_ context.Context, r io.Reader) error {
	head := make([]byte, 20)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	subject, _, _ := strings.Cut(strings.TrimPrefix(string(head[:n]), "Subject: "), "\r\n")
	s.mu.Lock()
	defer s.mu.Unlock()
	if subject == s.failAt {
		return errStore
	}
	s.got = append(s.got, subject)
	if s.came != nil {
		s.came <- subject
	}
	return nil
}

func mails(from, to int) (out []string) {
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprintf("Subject: %d\r\n\r\ntext\r\n", i))
	}
	return out
}

func numbers(from, to int) (out []string) {
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

// TestFetch: whatever becomes of the messages on the server, and wherever the reader stops, each is taken once, or again only where it
// could not be dealt with.
func TestFetch(t *testing.T) {
	for after, want := range map[After][2]int{Mark: {122, 0}, Move: {0, 122}, Delete: {0, 0}} {
		user, address := start(t)
		deliver(t, user, mails(1, 120)...)
		s, err := ParseURL("imap://bounces:secret@" + address + "?tls=none&after=" + string(after))
		if err != nil {
			t.Fatal(err)
		}
		taker := &shelf{failAt: "70"}
		r := Reader{s, taker}
		if n, err := r.Fetch(t.Context()); !errors.Is(err, errStore) || n != 50 {
			t.Errorf("%s: %d %v", after, n, err)
		}
		taker.got, taker.failAt, taker.dieAt = taker.got[:50], "", 100
		if _, err := r.Fetch(t.Context()); !errors.Is(err, errStore) {
			t.Errorf("%s: %v", after, err)
		}
		taker.dieAt = 0
		if n, err := r.Fetch(t.Context()); err != nil || n != 20 {
			t.Errorf("%s: %d %v", after, n, err)
		}
		deliver(t, user, mails(121, 121)...)
		deliver(t, user, "Subject: 122\r\n\r\n"+strings.Repeat("a long text\r\n", 100_000))
		for range 2 {
			if _, err := r.Fetch(t.Context()); err != nil {
				t.Errorf("%s: %v", after, err)
			}
		}
		if !slices.Equal(taker.got, numbers(1, 122)) {
			t.Errorf("%s: %v", after, taker.got)
		}
		if got := [2]int{count(t, user, "INBOX"), count(t, user, "Glasnik")}; got != want {
			t.Errorf("%s: left in the folders are %v, want %v", after, got, want)
		}
	}
}

// TestRun takes what comes while it waits.
func TestRun(t *testing.T) {
	user, address := start(t)
	s, err := ParseURL("imap://bounces:secret@" + address + "?tls=none&poll=1h")
	if err != nil {
		t.Fatal(err)
	}
	taker := &shelf{came: make(chan string)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		(&Reader{s, taker}).Run(ctx)
	}()
	for i := 1; i <= 3; i++ {
		deliver(t, user, mails(i, i)...)
		if got := <-taker.came; got != fmt.Sprint(i) {
			t.Errorf("%s came, want %d", got, i)
		}
	}
	cancel()
	<-ended
}

func TestParseURL(t *testing.T) {
	for address, want := range map[string]string{
		"imaps://b%40example.org:p%3Aw@mail.example.org":                          "b@example.org p:w mail.example.org:993 INBOX implicit mark Glasnik 1m0s",
		"imap://b:p@mail.example.org:1143/In/Back?after=move&folder=Done&poll=5m": "b p mail.example.org:1143 In/Back required move Done 5m0s",
		"imap://b:p@127.0.0.1?tls=none&after=delete":                              "b p 127.0.0.1:143 INBOX none delete Glasnik 1m0s",
		"imaps://b:p@mail.example.org?tls=none":                                   "",
		"imaps://b:p@mail.example.org/Glasnik?after=move":                         "",
		"imaps://b@mail.example.org":                                              "",
		"imaps://mail.example.org":                                                "",
		"imaps://b:p@mail.example.org:0":                                          "",
		"imaps://b:p@mail.example.org?after=burn":                                 "",
		"imaps://b:p@mail.example.org?x=1":                                        "",
		"imaps://b:p@mail.example.org?poll=1ms":                                   "",
		"imaps://b:p@mail.example.org?ca=/none":                                   "",
		"pop3://b:p@mail.example.org":                                             "",
		"mail.example.org":                                                        "",
	} {
		s, err := ParseURL(address)
		got := ""
		if err == nil {
			got = strings.Join([]string{s.User, s.Password, s.Server(), s.Folder, s.TLS, string(s.After), s.Done, s.Poll.Round(time.Second).String()}, " ")
		} else if strings.Contains(err.Error(), "p:w") {
			t.Errorf("%s: the password is told: %v", address, err)
		}
		if got != want {
			t.Errorf("%s: %q %v", address, got, err)
		}
	}
}

// TestOldServers have no command to move, and some none to delete single messages: nothing is lost where the folder to move to is not
// there yet, nothing is expunged that others may have marked, nothing is copied twice, and what others have marked is read all the same.
func TestOldServers(t *testing.T) {
	for name, can := range map[string][]imap.Cap{"with UIDPLUS": {imap.CapIMAP4rev1, imap.CapUIDPlus}, "with nothing": {imap.CapIMAP4rev1}} {
		user, address := start(t, can...)
		if _, err := user.Append("INBOX", literal{bytes.NewReader([]byte("Subject: theirs\r\n\r\n"))}, &imap.AppendOptions{Flags: []imap.Flag{imap.FlagDeleted}}); err != nil {
			t.Fatal(err)
		}
		deliver(t, user, mails(1, 60)...)
		s, err := ParseURL("imap://bounces:secret@" + address + "?tls=none&after=move&folder=Done")
		if err != nil {
			t.Fatal(err)
		}
		r := Reader{Settings: s, Taker: &shelf{}}
		for range 3 {
			if _, err := r.Fetch(t.Context()); err != nil {
				t.Fatal(name, err)
			}
		}
		left := map[string]int{"with UIDPLUS": 0, "with nothing": 61}[name]
		if got := count(t, user, "Done"); got != 61 || count(t, user, "INBOX") != left {
			t.Errorf("%s: %d moved, %d left", name, got, count(t, user, "INBOX"))
		}
	}
}
