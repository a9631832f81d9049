package mailer

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// sendInTurn sends messages as a worker does: each announced while the one before is under way, over a new connection
// when the last one broke. It gives each one's outcome, and whether the connection was usable after it.
func sendInTurn(t *testing.T, m *Mailer, to ...string) (outcomes []campaign.Outcome, usable []bool) {
	t.Helper()
	c := connect(t, m)
	for i, address := range to {
		if !c.Usable() {
			c = connect(t, m)
		}
		dots := 0
		next := func() *campaign.Message {
			if i+1 == len(to) {
				return nil
			}
			following := testMessage(to[i+1])
			return &following
		}
		o := c.SendWithNext(t.Context(), testMessage(address), next, func() error { dots++; return nil })
		if dots > 1 || dots == 0 && (o.Result == campaign.ResultAccepted || o.Result == campaign.ResultUnknown) {
			t.Errorf("%s: announced %d times, %+v", address, dots, o)
		}
		outcomes, usable = append(outcomes, o), append(usable, c.Usable())
	}
	_ = c.Close()
	return outcomes, usable
}

// TestFaultsWithTheNextOnItsWay tries every fault on a message whose envelope went out with the dot of the one before,
// and that has the next one's envelope behind its own dot.
func TestFaultsWithTheNextOnItsWay(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			server := startServer(t, smtptest.Options{Act: smtptest.Once(f.phase, 2, f.action)})
			outcomes, usable := sendInTurn(t, newMailer(t, server, ""), "before@example.org", "fault@example.org", "after@example.org")
			o := outcomes[1]
			if o.Result != f.result || o.OurFault != f.ours || o.Code != f.code || !strings.Contains(o.Answer, f.contains) {
				t.Errorf("outcome %+v", o)
			}
			if usable[1] != f.usable {
				t.Errorf("usable: %v", usable[1])
			}
			if outcomes[0].Result != campaign.ResultAccepted {
				t.Errorf("before: %+v", outcomes[0])
			}
			after := 1
			if f.name == "dot 250 then cut" { // the next message finds the connection gone, before its dot
				after = 0
			}
			if (outcomes[2].Result == campaign.ResultAccepted) != (after == 1) || after == 0 && outcomes[2].Result != campaign.ResultLater {
				t.Errorf("after: %+v", outcomes[2])
			}
			checkTaken(t, server, 1, f.taken, after)
		})
	}
}

func TestOneRoundTripForEachMessage(t *testing.T) {
	server := startServer(t, smtptest.Options{})
	to := []string{"a@example.org", "b@example.org", "ана@example.org", "c@example.org"}
	outcomes, _ := sendInTurn(t, newMailer(t, server, ""), to...)
	for i, o := range outcomes {
		if o.Result != campaign.ResultAccepted || string(server.Taken()[i].Data) != string(testMessage(to[i]).Data) || server.Taken()[i].To != to[i] {
			t.Errorf("%s: %+v", to[i], o)
		}
	}
	if n := server.Ahead(); n != len(to)-1 {
		t.Errorf("%d of %d envelopes came with the dot before", n, len(to)-1)
	}
}

func TestNextKnownOnlyAfterTheDot(t *testing.T) {
	reached, answer := make(chan struct{}), make(chan struct{})
	server := startServer(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		if m.Phase == smtptest.Dot && m.Nth == 1 {
			close(reached)
			return smtptest.Action{Wait: answer}
		}
		return smtptest.Action{}
	}})
	c := connect(t, newMailer(t, server, ""))
	following := testMessage("b@example.org")
	known := false
	o := c.SendWithNext(t.Context(), testMessage("a@example.org"), func() *campaign.Message {
		select {
		case <-reached:
		default:
			return nil
		}
		known = true
		close(answer)
		return &following
	}, nil)
	if o.Result != campaign.ResultAccepted || !known || c.ahead != announcementOf(&following) {
		t.Errorf("%+v, known %v, announced %+v", o, known, c.ahead)
	}
	if o := c.Send(t.Context(), following, nil); o.Result != campaign.ResultAccepted || server.Count() != 2 {
		t.Errorf("next: %+v", o)
	}
}

// TestAnnouncedAndNotSent ends a connection in every way while the server waits for the data of the message announced:
// nothing of it may be delivered, not even empty.
func TestAnnouncedAndNotSent(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, end := range map[string]func(c *Conn){
		"abandoned": func(c *Conn) { c.Abandon() },
		"closed":    func(c *Conn) { _ = c.Close() },
		"another": func(c *Conn) {
			if o := c.Send(t.Context(), testMessage("other@example.org"), nil); o.Result != campaign.ResultLater || !o.OurFault {
				t.Errorf("another: %+v", o)
			}
		},
		"stopped": func(c *Conn) {
			if o := c.Send(cancelled, testMessage("b@example.org"), nil); o.Result != campaign.ResultLater || !o.OurFault {
				t.Errorf("stopped: %+v", o)
			}
		},
		"not recorded": func(c *Conn) {
			o := c.Send(t.Context(), testMessage("b@example.org"), func() error { return errors.New("lease lost") })
			if o.Result != campaign.ResultLater || !o.OurFault {
				t.Errorf("not recorded: %+v", o)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, smtptest.Options{})
			c := connect(t, newMailer(t, server, ""))
			following := testMessage("b@example.org")
			if o := c.SendWithNext(t.Context(), testMessage("a@example.org"), func() *campaign.Message { return &following }, nil); o.Result != campaign.ResultAccepted {
				t.Fatalf("first: %+v", o)
			}
			end(c)
			if c.Usable() {
				t.Error("the connection is still usable")
			}
			server.Close()
			if server.Count() != 1 || slices.Contains(server.Commands(), "QUIT") {
				t.Errorf("%d taken, commands %q", server.Count(), server.Commands())
			}
		})
	}
	server := startServer(t, smtptest.Options{})
	c := connect(t, newMailer(t, server, ""))
	if c.Abandon(); !c.Usable() {
		t.Error("a connection on which nothing was announced is broken off")
	}
}

// TestServerThatBearsNothingAhead loses at most the one message it is tried on, never sends any twice, and says the other
// envelopes in the usual way.
func TestServerThatBearsNothingAhead(t *testing.T) {
	for name, c := range map[string]struct {
		options smtptest.Options
		lost    campaign.Result // what becomes of the message it is tried on, if any
		at      int
	}{
		"hangs up": {smtptest.Options{HatesAhead: true}, campaign.ResultUnknown, 0},
		"forgets":  {smtptest.Options{ForgetsAhead: true}, campaign.ResultLater, 1},
		"complains": {smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
			if m.Phase == smtptest.Mail && m.Nth == 2 {
				return smtptest.Action{Reply: "503 5.5.0 not yet"}
			}
			return smtptest.Action{}
		}}, campaign.ResultAccepted, 0},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, c.options)
			s := settingsFor(t, server, "")
			s.Timeouts.Command = 100 * time.Millisecond
			m := New(s, slog.New(slog.DiscardHandler), time.Now)
			outcomes, _ := sendInTurn(t, m, "a@example.org", "b@example.org", "c@example.org", "d@example.org")
			for i, o := range outcomes {
				want := campaign.ResultAccepted
				if i == c.at {
					want = c.lost
				}
				if o.Result != want {
					t.Errorf("%d: %+v", i, o)
				}
			}
			if m.aheadProven.Load() || m.aheadTrial.Load() || server.Ahead() != 1 {
				t.Errorf("proven %v, on trial %v, tried %d times", m.aheadProven.Load(), m.aheadTrial.Load(), server.Ahead())
			}
		})
	}
}

// TestOneConnectionTriesFirst keeps what a server that cannot bear it may cost to one message.
func TestOneConnectionTriesFirst(t *testing.T) {
	server := startServer(t, smtptest.Options{})
	m := newMailer(t, server, "")
	first, second := connect(t, m), connect(t, m)
	following := testMessage("next@example.org")
	next := func() *campaign.Message { return &following }
	for _, c := range []*Conn{first, second} {
		if o := c.SendWithNext(t.Context(), testMessage("a@example.org"), next, nil); o.Result != campaign.ResultAccepted {
			t.Fatalf("%+v", o)
		}
	}
	if first.ahead == (announced{}) || second.ahead != (announced{}) {
		t.Errorf("announced on the first %+v, on the second %+v", first.ahead, second.ahead)
	}
	first.Abandon() // without having found out: now the second may try
	if o := second.SendWithNext(t.Context(), testMessage("b@example.org"), next, nil); o.Result != campaign.ResultAccepted || second.ahead == (announced{}) {
		t.Errorf("%+v, announced %+v", o, second.ahead)
	}
}

func TestRecipientRefusedButDataOpenedAhead(t *testing.T) {
	server := startServer(t, smtptest.Options{DataAnyway: true, Act: smtptest.Once(smtptest.Rcpt, 2, smtptest.Action{Reply: "550 5.1.1 no such user"})})
	outcomes, usable := sendInTurn(t, newMailer(t, server, ""), "before@example.org", "fault@example.org", "after@example.org")
	if outcomes[0].Result != campaign.ResultAccepted || outcomes[1].Enhanced != "5.1.1" || outcomes[2].Result != campaign.ResultAccepted || !usable[1] {
		t.Errorf("%+v %v", outcomes, usable)
	}
	checkTaken(t, server, 1, 0, 1)
}
