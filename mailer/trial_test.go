package mailer

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/mailer/smtptest"
)

// The envelopes that messages will have are tried, and no message is sent.
func TestEnvelopesAreTried(t *testing.T) {
	server := startServer(t, smtptest.Options{})
	report, err := newMailer(t, server, "").Check(t.Context(),
		Trial{Of: "the sender", From: "bounces+b.1@example.org", To: "press@example.org", Size: 5_000_000}, Trial{Of: "another", From: "ana@example.org", To: "ana@example.org"})
	if err != nil || report.Fatal() != nil {
		t.Fatalf("%+v %v", report, err)
	}
	said := strings.Join(server.Commands(), "\n")
	if !strings.Contains(said, "MAIL FROM:<bounces+b.1@example.org> SIZE=5000000\nRCPT TO:<press@example.org>\nRSET\nMAIL FROM:<ana@example.org>\nRCPT TO:<ana@example.org>\nRSET\nQUIT") {
		t.Error(said)
	}
	if server.Count() != 0 || strings.Contains(said, "DATA") {
		t.Error("something was sent")
	}
}

// Every refusal of an envelope has a mend of its own, and shows no address.
func TestRefusedEnvelopes(t *testing.T) {
	mail, rcpt := smtptest.Mail, smtptest.Rcpt
	for name, c := range map[string]struct {
		at     smtptest.Phase
		answer string
		user   bool
		fatal  bool
		mend   string
	}{
		"not owned":           {rcpt, "553 5.7.1 <press@example.org>: Sender address rejected: not owned by user ana", true, true, "let the user “ana” send as"},
		"not owned, no user":  {mail, "553 5.7.1 <press@example.org>: Sender address rejected: not logged in", false, true, "user and password of this sender"},
		"send as":             {mail, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", true, true, "let the user “ana” send as"},
		"not verified":        {mail, "554 Message rejected: Email address is not verified", true, true, "let the user “ana” send as"},
		"no user":             {mail, "530 5.7.0 Authentication required", false, true, "put user and password into"},
		"no user at RCPT":     {rcpt, "554 5.7.1 <press@example.org>: Recipient address rejected: Access denied", false, true, "put user and password into"},
		"no relaying":         {rcpt, "550 5.7.1 Relaying denied", true, true, "relay mail of the user"},
		"HELO":                {rcpt, "504 5.5.2 <vm>: Helo command rejected: need fully-qualified hostname", true, true, "helo="},
		"domain":              {mail, "550 5.1.8 <press@example.org>: Sender address rejected: Domain not found", true, true, "must exist in the DNS"},
		"block list":          {rcpt, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", false, true, "address of this machine"},
		"too large":           {mail, "552 5.3.4 message too big", true, true, "attachments"},
		"other":               {mail, "550 5.7.1 because", true, true, "ask the server's admin"},
		"for now":             {mail, "451 4.3.0 later", true, false, "try again"},
		"greylisted":          {rcpt, "450 4.2.0 greylisted", true, false, "try again"},
		"no such mailbox":     {rcpt, "550 5.1.1 <press@example.org>: Recipient address rejected: User unknown", true, false, "mailbox or an alias"},
		"no such user, words": {rcpt, "550 No such user here", true, false, "mailbox or an alias"},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, smtptest.Options{User: "ana", Password: "hunter2", Act: smtptest.Once(c.at, 1, smtptest.Action{Reply: c.answer})})
			s := settingsFor(t, server, "")
			if c.user {
				s.User, s.Password = "ana", "hunter2"
			}
			report, err := New(s, slog.New(slog.DiscardHandler), time.Now).Check(t.Context(),
				Trial{Of: "the sender of a test", From: "press@example.org", To: "press@example.org"}, Trial{Of: "another", From: "b@example.org", To: "b@example.org"})
			must(t, err)
			var refused []Fault
			for _, f := range report.Faults {
				if strings.Contains(f.What, "the sender of a test") {
					refused = append(refused, f)
				}
				if strings.Contains(f.What, "another") || strings.Contains(f.Error(), "@example.org") || strings.Contains(f.Error(), "hunter2") {
					t.Errorf("%+v", f)
				}
			}
			code := c.answer[:3]
			if len(refused) != 1 || refused[0].Fatal != c.fatal || !strings.Contains(refused[0].Mend, c.mend) || !strings.Contains(refused[0].What, code) {
				t.Errorf("%+v", refused)
			}
			if (report.Fatal() != nil) != c.fatal {
				t.Errorf("%v", report.Fatal())
			}
		})
	}
}

// What is well enough to send and yet not as it should be is told.
func TestFaultsOfAServerThatWorks(t *testing.T) {
	for name, c := range map[string]struct {
		options smtptest.Options
		change  func(*Settings)
		trial   Trial
		what    string
		fatal   bool
	}{
		"AUTH and no user":  {smtptest.Options{User: "ana", Password: "p"}, nil, Trial{}, "no user is set", false},
		"certificate ends":  {smtptest.Options{StartTLS: true, CertificateUntil: time.Now().Add(5 * 24 * time.Hour)}, required, Trial{}, "certificate ends on", false},
		"STARTTLS broken":   {smtptest.Options{StartTLS: true, Act: smtptest.At(smtptest.StartTLS, smtptest.Action{Reply: "454 4.7.0 no"})}, func(s *Settings) { s.Security = Opportunistic }, Trial{}, "offers STARTTLS and cannot", false},
		"too small":         {smtptest.Options{Extensions: []string{"SIZE 1000000"}}, nil, Trial{Of: "the sender", From: "a@example.org", To: "a@example.org", Size: 2_000_000}, "no more than 1 MB", true},
		"no bounce mailbox": {smtptest.Options{Act: smtptest.At(smtptest.Rcpt, smtptest.Action{Reply: "550 5.1.1 unknown user"})}, nil, Trial{Of: "the bounce address", From: "b+1@example.org", To: "b+1@example.org", Bounces: true}, "bounces do not come back", false},
		"no SMTPUTF8":       {smtptest.Options{Extensions: []string{"PIPELINING"}}, nil, Trial{Of: "the sender", From: "žana@example.org", To: "žana@example.org"}, "SMTPUTF8", true},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, c.options)
			s := settingsFor(t, server, "")
			s.Helo = "press.example.org"
			if c.change != nil {
				c.change(&s)
				s.RootCAs = server.RootCAs()
			}
			var trials []Trial
			if c.trial.From != "" {
				trials = append(trials, c.trial)
			}
			report, err := New(s, slog.New(slog.DiscardHandler), time.Now).Check(t.Context(), trials...)
			if err != nil || len(report.Faults) != 1 || !strings.Contains(report.Faults[0].What, c.what) || report.Faults[0].Fatal != c.fatal || report.Faults[0].Mend == "" {
				t.Errorf("%+v %v", report.Faults, err)
			}
		})
	}
}

func TestFullNames(t *testing.T) {
	for name, want := range map[string]bool{
		"press.example.org": true, "a.b.example.org.": true, "[192.0.2.1]": true, "xn--e1afmkfd.xn--90a3ac": true,
		"vm": false, "3f2a9c1b7d4e": false, "localhost": false, "localhost.localdomain": false, "press.local": false, "desk.lan": false, "": false, "192.0.2.1": false, "a.": false,
	} {
		if isFullName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
