package mailer

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// matrix says what each fault comes to at each place of the conversation.
//
// Before there is a connection: "again", trying later may help; "mend", somebody must mend something first; "ready", it
// did no harm. After that, what becomes of the message (taken, later, never, unknown) and of the connection: "+" it is
// used on, "-" it is not. A server that speaks inside the data hangs up after it. Unknown becomes interrupted: nobody sends it again blindly. In every cell the message before
// arrives once, and the message after arrives once, over this connection or the next.
const matrix = `
fault      greeting  ehlo   starttls  auth    mail      rcpt      data      body       dot
4xx        again     again  again     again   later+    later+    later+    later+     later+
5xx        mend      mend   mend      mend    later+    later+    later+    later+     later+
421        again     again  again     again   later-    later-    later-    later-     later-
421cut     again     again  again     again   later-    later-    later-    later-     later-
cut        again     again  again     again   later-    later-    later-    unknown-   unknown-
silence    again     again  again     again   later-    later-    later-    unknown-   unknown-
nonsense   again     again  again     again   later-    later-    later-    unknown-   unknown-
slowly     ready     ready  ready     ready   taken+    taken+    taken+    taken+     taken+
`

var faultActions = map[string]smtptest.Action{
	"4xx":      {Reply: "451 4.3.0 later"},
	"5xx":      {Reply: "554 5.3.0 never"},
	"421":      {Reply: "421 4.3.2 closing"},
	"421cut":   {Reply: "421 4.3.2 closing", Drop: true},
	"cut":      {Drop: true},
	"silence":  {Silent: true},
	"nonsense": {Reply: "I am a teapot"},
	"slowly":   {Slow: true},
}

// ways are the three ways a message goes: each step answered before the next, the envelope in one piece, and the
// envelope sent before the message in front of it is settled.
var ways = []string{"plain", "pipelined", "ahead"}

func TestFaultMatrix(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(matrix), "\n")
	places := strings.Fields(lines[0])[1:]
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		for i, place := range places {
			fault, want := cells[0], cells[i+1]
			if i < 4 {
				t.Run(fault+" at "+place, func(t *testing.T) { faultAtConnecting(t, fault, smtptest.Phase(place), want) })
				continue
			}
			for _, way := range ways {
				t.Run(fault+" at "+place+" "+way, func(t *testing.T) { faultAtSending(t, way, fault, smtptest.Phase(place), want) })
			}
		}
	}
}

func faultAtConnecting(t *testing.T, fault string, place smtptest.Phase, want string) {
	t.Parallel()
	server := startServer(t, smtptest.Options{StartTLS: true, User: "ana", Password: "swordfish", Act: func(m smtptest.Moment) smtptest.Action {
		if m.Phase == place && m.Conn == 1 {
			return faultActions[fault]
		}
		return smtptest.Action{}
	}})
	s := settingsFor(t, server, "")
	s.User, s.Password, s.Security, s.RootCAs = "ana", "swordfish", Required, server.RootCAs()
	m := New(s, slog.New(slog.DiscardHandler), time.Now)
	if fault == "silence" {
		m.settings.Timeouts.Connect = 50 * time.Millisecond
	}
	c, err := m.Connect(t.Context())
	got := "ready"
	var e *ConnectError
	switch {
	case errors.As(err, &e) && e.Permanent:
		got = "mend"
	case err != nil:
		got = "again"
	default:
		defer c.Close()
	}
	if got != want {
		t.Errorf("%s, want %s: %v", got, want, err)
	}
	m.settings.Timeouts.Connect = s.Timeouts.Connect
	if o := connect(t, m).Send(t.Context(), testMessage("after@example.org"), nil); o.Result != campaign.ResultAccepted {
		t.Errorf("on the next connection: %+v", o)
	}
}

var resultNames = map[campaign.Result]string{
	campaign.ResultAccepted: "taken", campaign.ResultLater: "later", campaign.ResultRefused: "never", campaign.ResultUnknown: "unknown",
}

func faultAtSending(t *testing.T, way, fault string, place smtptest.Phase, want string) {
	t.Parallel()
	options := smtptest.Options{}
	if way == "plain" {
		options.Extensions = plainExtensions
	}
	faulty := 3 // the message that meets the fault; two before it, so that what the server can do is known
	action := faultActions[fault]
	if place == smtptest.Body { // a server that speaks in the middle of a message has no more to say
		action.After, action.Drop = 1, action.Reply != ""
	}
	action.Drop = action.Drop || fault == "cut"
	options.Act = smtptest.Once(place, faulty, action)
	server := startServer(t, options)
	m := newMailer(t, server, "")
	c := connect(t, m)
	queue := []campaign.Message{testMessage("first@example.org"), testMessage("before@example.org"), testMessage("fault@example.org"), testMessage("after@example.org")}
	send := func(i int) campaign.Outcome {
		next := func() *campaign.Message {
			if way != "ahead" || i+1 == len(queue) || i+1 == faulty { // what follows the faulty one is told apart by its own answer
				return nil
			}
			return &queue[i+1]
		}
		return c.SendWithNext(t.Context(), queue[i], next, nil)
	}
	for i := range faulty - 1 {
		if o := send(i); o.Result != campaign.ResultAccepted {
			t.Fatalf("message %d: %+v", i, o)
		}
	}
	if fault == "silence" {
		m.settings.Timeouts = Timeouts{Command: 50 * time.Millisecond, Data: 50 * time.Millisecond, Block: 50 * time.Millisecond, Answer: 50 * time.Millisecond}
	}
	o := send(faulty - 1)
	got := resultNames[o.Result] + map[bool]string{true: "+", false: "-"}[c.Usable()]
	if got != want {
		t.Errorf("%s, want %s: %+v", got, want, o)
	}
	if o.Result != campaign.ResultAccepted && o.Answer == "" {
		t.Error("nobody says why")
	}
	m.settings.Timeouts = settingsFor(t, server, "").Timeouts
	if !c.Usable() {
		c = connect(t, m)
	}
	after := send(faulty)
	if !c.Usable() { // it had hung up, and nobody could know
		c = connect(t, m)
		after = send(faulty)
	}
	if after.Result != campaign.ResultAccepted {
		t.Errorf("after: %+v", after)
	}
	checkTaken(t, server, 1, map[bool]int{true: 1}[o.Result == campaign.ResultAccepted], 1)
}

// TestServerHoldsBackAnswers has a server lose the answer to a message it took, because it hung up at the envelope of the
// next: the worst that sending ahead can meet. One message is unknown, the announced one was never handed over.
func TestServerHoldsBackAnswers(t *testing.T) {
	server := startServer(t, smtptest.Options{HoldsBack: true, Act: smtptest.Once(smtptest.Mail, 4, smtptest.Action{Drop: true})})
	m := newMailer(t, server, "")
	c := connect(t, m)
	var got []string
	for i := range 4 {
		next := testMessage(fmt.Sprintf("reader%d@example.org", i+1))
		o := c.SendWithNext(t.Context(), testMessage(fmt.Sprintf("reader%d@example.org", i)), func() *campaign.Message { return &next }, nil)
		got = append(got, resultNames[o.Result])
		if !c.Usable() && i < 3 {
			c = connect(t, m)
		}
	}
	if all := strings.Join(got, " "); all != "taken taken unknown taken" || server.Count() != 4 {
		t.Errorf("%s, %d taken", all, server.Count())
	}
}

func TestCertificateProblemsInClearWords(t *testing.T) {
	for name, c := range map[string]struct {
		options smtptest.Options
		trust   bool
		words   string
	}{
		"expired":       {smtptest.Options{CertificateUntil: time.Date(2020, 2, 3, 0, 0, 0, 0, time.UTC)}, true, "not valid now: it is good from 3 February 2019 to 3 February 2020"},
		"not yet":       {smtptest.Options{CertificateUntil: time.Now().AddDate(5, 0, 0)}, true, "not valid now"},
		"another name":  {smtptest.Options{CertificateFor: []string{"mail.example.org"}}, true, "not for 127.0.0.1"},
		"unknown":       {smtptest.Options{}, false, "nobody this machine knows has signed it"},
		"as it must be": {smtptest.Options{}, true, ""},
	} {
		for _, implicit := range []bool{false, true} {
			c.options.StartTLS, c.options.TLS = !implicit, implicit
			server := startServer(t, c.options)
			s := settingsFor(t, server, "")
			s.Security = Required
			if implicit {
				s.Security = Implicit
			}
			if c.trust {
				s.RootCAs = server.RootCAs()
			}
			conn, err := New(s, slog.New(slog.DiscardHandler), time.Now).Connect(t.Context())
			if err == nil {
				_ = conn.Close()
			}
			var e *ConnectError
			if errors.As(err, &e) != (c.words != "") || e != nil && (!e.Permanent || !strings.Contains(e.Answer, c.words)) {
				t.Errorf("%s, implicit %v: %v", name, implicit, err)
			}
		}
	}
}

func TestTimesOfPhases(t *testing.T) {
	server := startServer(t, smtptest.Options{StartTLS: true})
	s := settingsFor(t, server, "")
	s.Security, s.RootCAs = Required, server.RootCAs()
	m := New(s, slog.New(slog.DiscardHandler), time.Now)
	c := connect(t, m)
	for range 3 {
		c.Send(t.Context(), testMessage("a@example.org"), nil)
	}
	for _, p := range m.Times() {
		want := int64(3)
		if p.Phase == "connect" || p.Phase == "tls" || p.Phase == "sign in" {
			want = 1
		}
		if p.Count != want || p.Seconds <= 0 {
			t.Errorf("%+v", p)
		}
	}
}
