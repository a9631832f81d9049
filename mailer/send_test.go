package mailer

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

var plainExtensions = []string{"8BITMIME", "SIZE 10485760", "SMTPUTF8"}

func startServer(t testing.TB, options smtptest.Options) *smtptest.Server {
	t.Helper()
	server, err := smtptest.Start(options)
	must(t, err)
	t.Cleanup(server.Close)
	return server
}

// settingsFor reaches a server with short patience: a test of silence has to wait it out.
func settingsFor(t testing.TB, server *smtptest.Server, parameters string) Settings {
	t.Helper()
	s, err := ParseURL("smtp://" + server.Addr() + "?helo=client.example&timeout=30s&answer_timeout=30s" + parameters)
	must(t, err)
	return s
}

func newMailer(t testing.TB, server *smtptest.Server, parameters string) *Mailer {
	return New(settingsFor(t, server, parameters), slog.New(slog.DiscardHandler), time.Now)
}

func connect(t testing.TB, m *Mailer) *Conn {
	t.Helper()
	c, err := m.Connect(t.Context())
	must(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func testMessage(to string) campaign.Message {
	return campaign.Message{
		From: "bounce+token@news.example.org", To: to,
		Data: []byte("To: <" + to + ">\r\nSubject: test\r\n\r\n.dot\r\n..dots\r\ntext .\r\n.\r\nend\r\n"),
	}
}

func TestSendDeliversExactlyTheBytes(t *testing.T) {
	big := testMessage("big@example.org")
	big.Data = append(big.Data, strings.Repeat(".line of text\r\n", 20000)...)
	first := testMessage("first@example.org")
	first.Data = append([]byte("."), first.Data...)
	open := testMessage("open@example.org")
	open.Data = open.Data[:len(open.Data)-2]
	for _, extensions := range [][]string{nil, plainExtensions} {
		server := startServer(t, smtptest.Options{Extensions: extensions})
		c := connect(t, newMailer(t, server, ""))
		dots := 0
		for _, m := range []campaign.Message{testMessage("a@example.org"), big, first, open, testMessage("b@example.org")} {
			o := c.Send(t.Context(), m, func() error { dots++; return nil })
			if o.Result != campaign.ResultAccepted || o.Code != 250 || o.Enhanced != "2.0.0" || o.Answer != "2.0.0 queued as smtptest" ||
				o.OurFault || o.Server != server.Addr() || o.At.IsZero() {
				t.Fatalf("%s: %+v", m.To, o)
			}
			taken := server.Taken()
			got, want := taken[len(taken)-1], string(m.Data)
			if m.To == open.To {
				want += "\r\n"
			}
			if got.From != m.From || got.To != m.To || string(got.Data) != want || got.Parameters != "SIZE="+strconv.Itoa(len(m.Data)) {
				t.Errorf("%s: taken %q %q %q with %d octets", m.To, got.From, got.To, got.Parameters, len(got.Data))
			}
		}
		if dots != 5 || !c.Usable() || server.Connections() != 1 {
			t.Errorf("%d dots, usable %v, %d connections", dots, c.Usable(), server.Connections())
		}
		if err := c.Close(); err != nil || c.Close() != nil || c.Usable() {
			t.Errorf("close: %v", err)
		}
		commands := strings.Join(server.Commands(), "\n")
		if strings.Contains(commands, "RSET") || strings.Contains(commands, "NOOP") || !strings.HasSuffix(commands, "QUIT") {
			t.Errorf("commands:\n%s", commands)
		}
	}
}

func TestCutInsideData(t *testing.T) {
	big := testMessage("fault@example.org")
	big.Data = append(big.Data, strings.Repeat("a line of text\r\n", 400000)...) // more than sockets hold
	for name, want := range map[string]struct {
		action smtptest.Action
		result campaign.Result
		code   int
	}{
		"cut":     {smtptest.Action{Drop: true, After: 1000}, campaign.ResultLater, 0},
		"refusal": {smtptest.Action{Reply: "552 5.3.4 too big", Drop: true, After: 1000}, campaign.ResultLater, 552},
		"421":     {smtptest.Action{Reply: "421 4.3.2 closing", Drop: true, After: 1000}, campaign.ResultLater, 421},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, smtptest.Options{Act: smtptest.At(smtptest.Body, want.action)})
			c := connect(t, newMailer(t, server, ""))
			o := c.Send(t.Context(), big, nil)
			// A refusal followed by a cut may be lost on the way, or be read in place of the answer to the dot.
			if o.Result != want.result && !(want.code != 0 && o.Result == campaign.ResultLater) || !o.OurFault || c.Usable() && want.code == 0 {
				t.Errorf("%+v, usable %v", o, c.Usable())
			}
			if server.Count() != 0 {
				t.Error("a cut-off message was taken")
			}
		})
	}
}

func TestSilenceEndsByPhase(t *testing.T) {
	for phase, want := range map[smtptest.Phase]campaign.Result{
		smtptest.Mail: campaign.ResultLater, smtptest.Rcpt: campaign.ResultLater, smtptest.Data: campaign.ResultLater, smtptest.Dot: campaign.ResultUnknown,
	} {
		for _, extensions := range [][]string{nil, plainExtensions} {
			server := startServer(t, smtptest.Options{Extensions: extensions, Act: smtptest.At(phase, smtptest.Action{Silent: true})})
			s := settingsFor(t, server, "")
			s.Timeouts.Command, s.Timeouts.Data, s.Timeouts.Answer = 30*time.Millisecond, 30*time.Millisecond, 30*time.Millisecond
			c := connect(t, New(s, slog.New(slog.DiscardHandler), time.Now))
			o := c.Send(t.Context(), testMessage("a@example.org"), nil)
			if o.Result != want || !o.OurFault || c.Usable() || !strings.Contains(o.Answer, "no answer in time") {
				t.Errorf("%s: %+v", phase, o)
			}
		}
	}
}

func TestBeforeDotStopsTheMessage(t *testing.T) {
	server := startServer(t, smtptest.Options{})
	c := connect(t, newMailer(t, server, ""))
	o := c.Send(t.Context(), testMessage("a@example.org"), func() error { return errors.New("the store is gone") })
	if o.Result != campaign.ResultLater || !o.OurFault || c.Usable() || !strings.Contains(o.Answer, "the store is gone") {
		t.Errorf("%+v", o)
	}
	server.Close()
	if server.Count() != 0 {
		t.Error("a message without its dot was taken")
	}
}

func TestCancelBeforeTheDotAndAfter(t *testing.T) {
	for phase, want := range map[smtptest.Phase]campaign.Result{smtptest.Rcpt: campaign.ResultLater, smtptest.Dot: campaign.ResultAccepted} {
		hold := make(chan struct{})
		reached := make(chan smtptest.Phase, 1)
		server := startServer(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
			if m.Phase != phase {
				return smtptest.Action{}
			}
			reached <- phase
			return smtptest.Action{Wait: hold}
		}})
		c := connect(t, newMailer(t, server, ""))
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan campaign.Outcome)
		go func() { result <- c.Send(ctx, testMessage("a@example.org"), nil) }()
		<-reached
		cancel()
		if phase == smtptest.Dot {
			close(hold) // it answers at last
		}
		o := <-result
		if o.Result != want || c.Usable() != (want == campaign.ResultAccepted) {
			t.Errorf("%s: %+v", phase, o)
		}
	}
	server := startServer(t, smtptest.Options{})
	c := connect(t, newMailer(t, server, ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if o := c.Send(ctx, testMessage("a@example.org"), nil); o.Result != campaign.ResultLater || !c.Usable() {
		t.Errorf("cancelled before: %+v", o)
	}
}

func TestRefusedLocally(t *testing.T) {
	small := startServer(t, smtptest.Options{Extensions: []string{"SIZE 100", "PIPELINING"}})
	c := connect(t, newMailer(t, small, ""))
	for name, want := range map[string]struct {
		message  campaign.Message
		enhanced string
		ours     bool
	}{
		"size":        {campaign.Message{To: "a@example.org", Data: []byte(strings.Repeat("x\r\n", 34))}, "5.3.4", true},
		"SMTPUTF8":    {campaign.Message{To: "ана@example.org", Data: []byte("x\r\n")}, "5.6.7", false},
		"recipient":   {campaign.Message{To: "a@example.org>\r\nRCPT TO:<b@example.org", Data: []byte("x\r\n")}, "5.1.3", false},
		"sender":      {campaign.Message{From: "a b@example.org", To: "a@example.org", Data: []byte("x\r\n")}, "5.1.7", true},
		"bare LF":     {campaign.Message{To: "a@example.org", Data: []byte("x\n.\r\nMAIL\r\n")}, "5.6.0", true},
		"bare CR":     {campaign.Message{To: "a@example.org", Data: []byte("x\r.\r\n")}, "5.6.0", true},
		"no contents": {campaign.Message{To: "a@example.org"}, "5.6.0", true},
	} {
		o := c.Send(t.Context(), want.message, nil)
		if (o.Result == campaign.ResultLater) != want.ours || o.Enhanced != want.enhanced || o.OurFault != want.ours || o.MessageFault != want.ours || o.Code != 0 || !c.Usable() {
			t.Errorf("%s: %+v", name, o)
		}
	}
	if o := c.Send(t.Context(), campaign.Message{To: "a@example.org", Data: []byte("x\r\n")}, nil); o.Result != campaign.ResultAccepted {
		t.Errorf("null sender: %+v", o)
	}
	for _, command := range small.Commands() {
		if strings.HasPrefix(command, "MAIL") && command != "MAIL FROM:<> SIZE=3" {
			t.Errorf("sent %q", command)
		}
	}
}

func TestSMTPUTF8OnlyWhereNeeded(t *testing.T) {
	server := startServer(t, smtptest.Options{})
	c := connect(t, newMailer(t, server, ""))
	for to, want := range map[string]bool{"a@example.org": false, "ана@example.org": true, "a@xn--e1afmkfd.example": false} {
		if o := c.Send(t.Context(), testMessage(to), nil); o.Result != campaign.ResultAccepted {
			t.Fatalf("%s: %+v", to, o)
		}
		taken := server.Taken()
		if got := strings.Contains(taken[len(taken)-1].Parameters, "SMTPUTF8"); got != want {
			t.Errorf("%s: SMTPUTF8 %v", to, got)
		}
	}
}

func TestRecipientRefusedButDataOpened(t *testing.T) {
	for name, options := range map[string]smtptest.Options{
		"single dot is refused": {DataAnyway: true, Act: smtptest.Once(smtptest.Rcpt, 1, smtptest.Action{Reply: "550 5.1.1 no such user"})},
		"single dot is taken": {DataAnyway: true, Act: func(m smtptest.Moment) smtptest.Action {
			switch {
			case m.Phase == smtptest.Rcpt && m.Nth == 1:
				return smtptest.Action{Reply: "550 5.1.1 no such user"}
			case m.Phase == smtptest.Dot && m.Nth == 1:
				return smtptest.Action{Reply: "250 2.0.0 whatever"}
			}
			return smtptest.Action{}
		}},
	} {
		server := startServer(t, options)
		c := connect(t, newMailer(t, server, ""))
		if o := c.Send(t.Context(), testMessage("fault@example.org"), nil); o.Result != campaign.ResultRefused || o.Enhanced != "5.1.1" || o.OurFault || !c.Usable() {
			t.Errorf("%s: %+v", name, o)
		}
		for _, to := range []string{"before@example.org", "after@example.org"} {
			if o := c.Send(t.Context(), testMessage(to), nil); o.Result != campaign.ResultAccepted {
				t.Errorf("%s, next: %+v", name, o)
			}
		}
		checkTaken(t, server, 1, 0, 1)
	}
}

func TestSenderRefusedButTheRestAccepted(t *testing.T) {
	server := startServer(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		switch m.Phase {
		case smtptest.Mail:
			return smtptest.Action{Reply: "550 5.7.1 not you"}
		case smtptest.Rcpt:
			return smtptest.Action{Reply: "250 ok"}
		}
		return smtptest.Action{}
	}})
	c := connect(t, newMailer(t, server, ""))
	o := c.Send(t.Context(), testMessage("a@example.org"), nil)
	if o.Result != campaign.ResultLater || !o.OurFault || c.Usable() {
		t.Errorf("%+v", o) // a dot would have delivered an empty message
	}
	server.Close()
	if server.Count() != 0 {
		t.Error("an empty message was taken")
	}
}

func TestResetFailureNeverTouchesTheMessageBefore(t *testing.T) {
	for _, extensions := range [][]string{nil, plainExtensions} {
		server := startServer(t, smtptest.Options{Extensions: extensions, Act: func(m smtptest.Moment) smtptest.Action {
			switch {
			case m.Phase == smtptest.Rcpt && m.Nth == 1:
				return smtptest.Action{Reply: "550 5.1.1 no such user"}
			case m.Phase == smtptest.Reset:
				return smtptest.Action{Reply: "421 4.3.2 closing", Drop: true}
			}
			return smtptest.Action{}
		}})
		c := connect(t, newMailer(t, server, ""))
		if o := c.Send(t.Context(), testMessage("a@example.org"), nil); o.Result != campaign.ResultRefused || o.OurFault || !c.Usable() {
			t.Errorf("first: %+v", o)
		}
		if o := c.Send(t.Context(), testMessage("b@example.org"), nil); o.Result != campaign.ResultLater || !o.OurFault || o.Code != 421 || c.Usable() {
			t.Errorf("second: %+v", o)
		}
	}
}

func TestBrokenPipeliningIsNotUsedAgain(t *testing.T) {
	for name, options := range map[string]smtptest.Options{
		"hangs up": {HatesPipelining: true},
		"forgets":  {ForgetsPipelined: true},
		"complains": {Act: func(m smtptest.Moment) smtptest.Action {
			if m.Phase == smtptest.Rcpt && m.Conn == 1 {
				return smtptest.Action{Reply: "503 5.5.0 improper use of pipelining"}
			}
			return smtptest.Action{}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, options)
			s := settingsFor(t, server, "")
			s.Timeouts.Command = 100 * time.Millisecond
			m := New(s, slog.New(slog.DiscardHandler), time.Now)
			c := connect(t, m)
			if o := c.Send(t.Context(), testMessage("fault@example.org"), nil); o.Result == campaign.ResultAccepted || !o.OurFault {
				t.Errorf("pipelined: %+v", o)
			}
			c = connect(t, m)
			for _, to := range []string{"before@example.org", "after@example.org"} {
				if o := c.Send(t.Context(), testMessage(to), nil); o.Result != campaign.ResultAccepted {
					t.Errorf("plain: %+v", o)
				}
			}
			checkTaken(t, server, 1, 0, 1)
		})
	}
}

func TestOneByteAtATime(t *testing.T) {
	server := startServer(t, smtptest.Options{Act: func(smtptest.Moment) smtptest.Action { return smtptest.Action{Slow: true} }})
	c := connect(t, newMailer(t, server, ""))
	for range 3 {
		if o := c.Send(t.Context(), testMessage("a@example.org"), nil); o.Result != campaign.ResultAccepted {
			t.Errorf("%+v", o)
		}
	}
}

func TestServerGoneWhileIdle(t *testing.T) {
	server := startServer(t, smtptest.Options{})
	c := connect(t, newMailer(t, server, ""))
	server.Close()
	if o := c.Send(t.Context(), testMessage("a@example.org"), nil); o.Result != campaign.ResultLater || !o.OurFault || c.Usable() {
		t.Errorf("%+v", o)
	}
	if o := c.Send(t.Context(), testMessage("a@example.org"), nil); o.Result != campaign.ResultLater {
		t.Errorf("%+v", o)
	}
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
