package mailer

import (
	"fmt"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// faults are what can go wrong at each phase, and what it must come to. Each is tried with and without PIPELINING.
var faults = []struct {
	name     string
	phase    smtptest.Phase
	action   smtptest.Action
	result   campaign.Result
	ours     bool
	usable   bool
	code     int
	taken    int // of the message with the fault
	contains string
}{
	{"MAIL 4xx", smtptest.Mail, smtptest.Action{Reply: "451 4.3.0 later"}, campaign.ResultLater, true, true, 451, 0, "4.3.0 later"},
	{"MAIL 5xx", smtptest.Mail, smtptest.Action{Reply: "550 5.7.1 not you"}, campaign.ResultLater, true, true, 550, 0, "not you"},
	{"MAIL 421", smtptest.Mail, smtptest.Action{Reply: "421 4.3.2 closing", Drop: true}, campaign.ResultLater, true, false, 421, 0, "closing"},
	{"MAIL cut", smtptest.Mail, smtptest.Action{Drop: true}, campaign.ResultLater, true, false, 0, 0, "connection failed"},
	{"MAIL nonsense", smtptest.Mail, smtptest.Action{Reply: "what?"}, campaign.ResultLater, true, false, 0, 0, "no sense"},
	{"MAIL 354", smtptest.Mail, smtptest.Action{Reply: "354 go"}, campaign.ResultLater, true, false, 354, 0, "does not belong"},
	{"RCPT 4xx", smtptest.Rcpt, smtptest.Action{Reply: "450 4.2.2 full"}, campaign.ResultLater, false, true, 450, 0, "full"},
	{"RCPT greylisted", smtptest.Rcpt, smtptest.Action{Reply: "451 4.7.1 greylisted"}, campaign.ResultLater, false, true, 451, 0, "greylisted"},
	{"RCPT 5xx", smtptest.Rcpt, smtptest.Action{Reply: "550-5.1.1 no such\n550 5.1.1 user"}, campaign.ResultRefused, false, true, 550, 0, "5.1.1 no such user"},
	{"RCPT blocked", smtptest.Rcpt, smtptest.Action{Reply: "554 5.7.1 blocked using list.example"}, campaign.ResultLater, true, true, 554, 0, "blocked"},
	{"RCPT 421", smtptest.Rcpt, smtptest.Action{Reply: "421 4.7.0 [TSS04] later", Drop: true}, campaign.ResultLater, true, false, 421, 0, "TSS04"},
	{"RCPT cut", smtptest.Rcpt, smtptest.Action{Drop: true}, campaign.ResultLater, true, false, 0, 0, "connection failed"},
	{"RCPT 251", smtptest.Rcpt, smtptest.Action{Reply: "250-2.1.5 will\n250 2.1.5 forward"}, campaign.ResultAccepted, false, true, 250, 1, "queued"},
	{"DATA 4xx", smtptest.Data, smtptest.Action{Reply: "452 4.3.1 no room"}, campaign.ResultLater, true, true, 452, 0, "no room"},
	{"DATA 5xx", smtptest.Data, smtptest.Action{Reply: "550 5.7.26 unauthenticated"}, campaign.ResultLater, true, true, 550, 0, "5.7.26"},
	{"DATA 250", smtptest.Data, smtptest.Action{Reply: "250 ok"}, campaign.ResultLater, true, false, 250, 0, "does not belong"},
	{"DATA cut", smtptest.Data, smtptest.Action{Drop: true}, campaign.ResultLater, true, false, 0, 0, "connection failed"},
	{"dot 4xx", smtptest.Dot, smtptest.Action{Reply: "451 4.7.1 try again"}, campaign.ResultLater, false, true, 451, 0, "try again"},
	{"dot 5xx", smtptest.Dot, smtptest.Action{Reply: "554 5.7.1 looks like spam"}, campaign.ResultLater, true, true, 554, 0, "spam"},
	{"dot 421", smtptest.Dot, smtptest.Action{Reply: "421 4.3.2 closing", Drop: true}, campaign.ResultLater, true, false, 421, 0, "closing"},
	{"dot cut, not taken", smtptest.Dot, smtptest.Action{Drop: true}, campaign.ResultUnknown, true, false, 0, 0, "after the message was handed over"},
	{"dot cut, taken", smtptest.Dot, smtptest.Action{Drop: true, Take: true}, campaign.ResultUnknown, true, false, 0, 1, "after the message was handed over"},
	{"dot nonsense", smtptest.Dot, smtptest.Action{Reply: "ok!", Take: true}, campaign.ResultUnknown, true, false, 0, 1, "no sense"},
	{"dot 354", smtptest.Dot, smtptest.Action{Reply: "354 more", Take: true}, campaign.ResultUnknown, true, false, 0, 1, "does not belong"},
	{"dot half an answer", smtptest.Dot, smtptest.Action{Reply: "250-2.0.0 nearly", Drop: true}, campaign.ResultUnknown, true, false, 0, 1, "closed it"},
	{"dot 250 then cut", smtptest.Dot, smtptest.Action{Reply: "250 2.0.0 taken", Drop: true}, campaign.ResultAccepted, false, true, 250, 1, "taken"},
	{"slow answers", smtptest.Dot, smtptest.Action{Reply: "250-2.0.0 one\n250 2.0.0 two", Slow: true}, campaign.ResultAccepted, false, true, 250, 1, "2.0.0 one two"},
}

func TestFaults(t *testing.T) {
	for _, f := range faults {
		for name, extensions := range map[string][]string{"pipelined": nil, "plain": plainExtensions} {
			t.Run(f.name+" "+name, func(t *testing.T) {
				server := startServer(t, smtptest.Options{Extensions: extensions, Act: smtptest.Once(f.phase, 2, f.action)})
				m := newMailer(t, server, "")
				c := connect(t, m)
				if o := c.Send(t.Context(), testMessage("before@example.org"), nil); o.Result != campaign.ResultAccepted {
					t.Fatalf("before: %+v", o)
				}
				dots := 0
				o := c.Send(t.Context(), testMessage("fault@example.org"), func() error { dots++; return nil })
				if o.Result != f.result || o.OurFault != f.ours || o.Code != f.code || !strings.Contains(o.Answer, f.contains) {
					t.Errorf("outcome %+v", o)
				}
				if c.Usable() != f.usable {
					t.Errorf("usable: %v", c.Usable())
				}
				if atDot := f.phase == smtptest.Dot || o.Result == campaign.ResultAccepted; dots == 1 != atDot {
					t.Errorf("announced %d times", dots)
				}
				if f.name != "dot 250 then cut" && c.Usable() {
					if o := c.Send(t.Context(), testMessage("after@example.org"), nil); o.Result != campaign.ResultAccepted {
						t.Errorf("after: %+v", o)
					}
				} else if o := connect(t, m).Send(t.Context(), testMessage("after@example.org"), nil); o.Result != campaign.ResultAccepted {
					t.Errorf("after on a new connection: %+v", o)
				}
				checkTaken(t, server, 1, f.taken, 1)
			})
		}
	}
}

func checkTaken(t *testing.T, server *smtptest.Server, before, fault, after int) {
	t.Helper()
	got := map[string]int{}
	for _, m := range server.Taken() {
		got[m.To]++
		if string(m.Data) != string(testMessage(m.To).Data) {
			t.Errorf("%s: damaged", m.To)
		}
	}
	if want := fmt.Sprint(before, fault, after); fmt.Sprint(got["before@example.org"], got["fault@example.org"], got["after@example.org"]) != want {
		t.Errorf("taken: %v, want %s", got, want)
	}
}
