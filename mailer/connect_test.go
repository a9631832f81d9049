package mailer

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

func TestConnectFaults(t *testing.T) {
	for name, c := range map[string]struct {
		options   smtptest.Options
		settings  func(*Settings)
		code      int
		permanent bool
		contains  string
	}{
		"cut at connect":     {smtptest.Options{Act: smtptest.At(smtptest.Connect, smtptest.Action{Drop: true})}, nil, 0, false, ""},
		"cut at greeting":    {smtptest.Options{Act: smtptest.At(smtptest.Greeting, smtptest.Action{Drop: true})}, nil, 0, false, "closed the connection"},
		"greeting 421":       {smtptest.Options{Act: smtptest.At(smtptest.Greeting, smtptest.Action{Reply: "421 4.3.2 too busy"})}, nil, 421, false, "too busy"},
		"greeting 554":       {smtptest.Options{Act: smtptest.At(smtptest.Greeting, smtptest.Action{Reply: "554 5.7.1 go away"})}, nil, 554, true, "go away"},
		"greeting nonsense":  {smtptest.Options{Act: smtptest.At(smtptest.Greeting, smtptest.Action{Reply: "hello"})}, nil, 0, false, ""},
		"silent greeting":    {smtptest.Options{Act: smtptest.At(smtptest.Greeting, smtptest.Action{Silent: true})}, short, 0, false, "did not answer within"},
		"EHLO refused":       {smtptest.Options{Act: smtptest.At(smtptest.Hello, smtptest.Action{Reply: "550 5.7.1 who?"})}, nil, 550, true, "who?"},
		"cut at EHLO":        {smtptest.Options{Act: smtptest.At(smtptest.Hello, smtptest.Action{Drop: true})}, nil, 0, false, "closed the connection"},
		"no STARTTLS":        {smtptest.Options{}, required, 0, true, "does not offer STARTTLS"},
		"STARTTLS refused":   {smtptest.Options{StartTLS: true, Act: smtptest.At(smtptest.StartTLS, smtptest.Action{Reply: "454 4.7.0 not now"})}, required, 454, false, "not now"},
		"cut at STARTTLS":    {smtptest.Options{StartTLS: true, Act: smtptest.At(smtptest.StartTLS, smtptest.Action{Drop: true})}, required, 0, false, "closed the connection"},
		"unknown authority":  {smtptest.Options{StartTLS: true}, required, 0, true, "certificate cannot be trusted"},
		"implicit, no trust": {smtptest.Options{TLS: true}, func(s *Settings) { s.Security = Implicit }, 0, true, "certificate cannot be trusted"},
		"not TLS at all":     {smtptest.Options{}, func(s *Settings) { s.Security = Implicit }, 0, true, "does not speak TLS"},
		"wrong password":     {smtptest.Options{User: "ana", Password: "right"}, func(s *Settings) { s.User, s.Password = "ana", "hunter2" }, 535, true, "wrong"},
		"echoed password":    {smtptest.Options{User: "ana", Password: "right", Act: smtptest.At(smtptest.Auth, smtptest.Action{Reply: "535 5.7.8 hunter2 AGFuYQBodW50ZXIy is wrong"})}, func(s *Settings) { s.User, s.Password = "ana", "hunter2" }, 535, true, "*** *** is wrong"},
		"no AUTH":            {smtptest.Options{}, func(s *Settings) { s.User, s.Password = "ana", "hunter2" }, 0, true, "no way to sign in"},
		"AUTH 4xx":           {smtptest.Options{User: "ana", Password: "hunter2", Act: smtptest.At(smtptest.Auth, smtptest.Action{Reply: "454 4.7.0 later"})}, func(s *Settings) { s.User, s.Password = "ana", "hunter2" }, 454, false, "later"},
		"cut at AUTH":        {smtptest.Options{User: "ana", Password: "hunter2", Act: smtptest.At(smtptest.Auth, smtptest.Action{Drop: true})}, func(s *Settings) { s.User, s.Password = "ana", "hunter2" }, 0, false, "closed the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, c.options)
			s := settingsFor(t, server, "")
			if c.settings != nil {
				c.settings(&s)
			}
			m := New(s, slog.New(slog.DiscardHandler), time.Now)
			conn, err := m.Connect(t.Context())
			if err == nil {
				_ = conn.Close()
				t.Fatal("connected")
			}
			var e *ConnectError
			if !errors.As(err, &e) || e.Code != c.code || e.Permanent != c.permanent || !strings.Contains(e.Answer, c.contains) || e.Server != server.Addr() {
				t.Errorf("%+v", err)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.ContainsAny(err.Error(), "\r\n") {
				t.Errorf("unfit to be shown: %v", err)
			}
		})
	}
}

func short(s *Settings)    { s.Timeouts.Connect = 30 * time.Millisecond }
func required(s *Settings) { s.Security = Required }

func TestConnectSecurely(t *testing.T) {
	for name, c := range map[string]struct {
		options  smtptest.Options
		security Security
		trust    bool
		tls      bool
	}{
		"required":              {smtptest.Options{StartTLS: true, User: "ana", Password: "p"}, Required, true, true},
		"implicit":              {smtptest.Options{TLS: true, User: "ana", Password: "p"}, Implicit, true, true},
		"opportunistic":         {smtptest.Options{StartTLS: true, User: "ana", Password: "p"}, Opportunistic, false, true},
		"opportunistic, no TLS": {smtptest.Options{User: "ana", Password: "p"}, Opportunistic, false, false},
		"none":                  {smtptest.Options{StartTLS: true, User: "ana", Password: "p"}, Plain, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, c.options)
			s := settingsFor(t, server, "")
			s.User, s.Password, s.Security = "ana", "p", c.security
			if c.trust {
				s.RootCAs = server.RootCAs()
			}
			m := New(s, slog.New(slog.DiscardHandler), time.Now)
			if o := connect(t, m).Send(t.Context(), testMessage("a@example.org"), nil); o.Result != campaign.ResultAccepted || server.Count() != 1 {
				t.Errorf("%+v", o)
			}
			report, err := m.Check(t.Context())
			if err != nil || report.Encrypted != c.tls || !report.SignedIn || len(report.Words) < 4 || len(report.Extensions) != 5 {
				t.Errorf("%+v %v", report, err)
			}
		})
	}
}

func TestPasswordStaysHomeWithoutEncryption(t *testing.T) {
	s := Settings{Host: "mail.example.org", User: "ana", Password: "p", Security: Opportunistic}
	if s.tlsConfig().InsecureSkipVerify {
		t.Error("a password would go to whoever shows any certificate")
	}
}

func TestConnectIsCalledOff(t *testing.T) {
	reached := make(chan struct{})
	server := startServer(t, smtptest.Options{Act: func(m smtptest.Moment) smtptest.Action {
		if m.Phase != smtptest.Hello {
			return smtptest.Action{}
		}
		close(reached)
		return smtptest.Action{Silent: true}
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-reached
		cancel()
	}()
	if _, err := newMailer(t, server, "").Connect(ctx); err == nil || !strings.Contains(err.Error(), "called off") {
		t.Error(err)
	}
}

func TestNobodyListens(t *testing.T) {
	server := startServer(t, smtptest.Options{})
	server.Close()
	if _, err := newMailer(t, server, "").Connect(t.Context()); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Error(err)
	}
}
