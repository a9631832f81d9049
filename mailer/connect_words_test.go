package mailer

import (
	"bufio"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// Every cause has words and a mend of its own.
func TestConnectSaysWhatToMend(t *testing.T) {
	day := 24 * time.Hour
	greets := func(words string) smtptest.Options {
		return smtptest.Options{Act: smtptest.At(smtptest.Greeting, smtptest.Action{Reply: words})}
	}
	signsIn := func(answer string) smtptest.Options {
		return smtptest.Options{User: "ana", Password: "hunter2", Act: smtptest.At(smtptest.Auth, smtptest.Action{Reply: answer})}
	}
	ana := func(s *Settings) { s.User, s.Password = "ana", "hunter2" }
	address := func(s *Settings) { s.User, s.Password = "ana@example.org", "hunter2" }
	trusting := func(change func(*Settings)) func(*Settings) {
		return func(s *Settings) {
			s.Security, s.Host = Required, "localhost"
			change(s)
		}
	}
	implicit := func(s *Settings) { s.Security = Implicit }
	mends := map[string]string{}
	for name, c := range map[string]struct {
		options  smtptest.Options
		settings func(*Settings)
		answer   string
		mend     string
	}{
		"IMAP":                   {greets("* OK [CAPABILITY IMAP4rev1] ready"), nil, "an IMAP server", "587"},
		"POP3":                   {greets("+OK POP3 ready"), nil, "a POP3 server", "587"},
		"SSH":                    {greets("SSH-2.0-OpenSSH_9.2"), nil, "an SSH server", "587"},
		"IMAP, TLS meant":        {greets("* OK IMAP4rev1 ready"), implicit, "an IMAP server", "587"},
		"IMAPS":                  {smtptest.Options{TLS: true, Act: smtptest.At(smtptest.Greeting, smtptest.Action{Reply: "* OK ready"})}, trusting(implicit), "an IMAP server", "587"},
		"FTP":                    {smtptest.Options{Act: act(map[smtptest.Phase]string{smtptest.Greeting: "220 (vsFTPd 3.0.3)", smtptest.Hello: "530 Please login with USER and PASS."})}, nil, "an FTP server", "587"},
		"LMTP":                   {smtptest.Options{Act: act(map[smtptest.Phase]string{smtptest.Greeting: "220 mail.example.org LMTP ready", smtptest.Hello: "500 5.5.1 unknown command"})}, nil, "an LMTP server", "587"},
		"TLS meant, plain port":  {smtptest.Options{}, implicit, "does not speak TLS", "smtp:// with tls=required"},
		"plain meant, TLS port":  {smtptest.Options{TLS: true}, nil, "speaks TLS from the first octet", "smtps://"},
		"greeting 554":           {greets("554 5.7.1 no"), nil, "554 5.7.1 no", "let this machine's address in"},
		"greeting 421":           {greets("421 4.3.2 busy"), nil, "421 4.3.2 busy", "try again"},
		"HELO name":              {smtptest.Options{Act: smtptest.At(smtptest.Hello, smtptest.Action{Reply: "504 5.5.2 <vm>: Helo command rejected"})}, nil, "504", "helo="},
		"no STARTTLS":            {smtptest.Options{}, required, "does not offer STARTTLS", "587"},
		"STARTTLS 454":           {smtptest.Options{StartTLS: true, Act: smtptest.At(smtptest.StartTLS, smtptest.Action{Reply: "454 4.7.0 no"})}, required, "454", "cannot encrypt now"},
		"535":                    {signsIn("535 5.7.8 no"), ana, "the user “ana” cannot sign in: the server answered 535", "correct the user “ana” or the password"},
		"535, an address":        {signsIn("535 5.7.8 ana@example.org is not known"), address, "the user “ana@…” cannot sign in", "“ana@…”"},
		"535 switched off":       {signsIn("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant"), ana, "disabled", "switch it on"},
		"534":                    {signsIn("534 5.7.9 Application-specific password required"), ana, "534", "app password"},
		"530":                    {signsIn("530 5.7.0 Must issue a STARTTLS command first"), ana, "530", "tls=required"},
		"AUTH 454":               {signsIn("454 4.7.0 Temporary authentication failure"), ana, "454", "cannot check passwords now"},
		"AUTH 502":               {signsIn("502 5.5.1 not here"), ana, "502", "this way to sign in"},
		"no AUTH, encrypted":     {smtptest.Options{StartTLS: true}, trusting(ana), "no way to sign in (AUTH)", "take user and password out"},
		"no AUTH":                {smtptest.Options{}, ana, "no way to sign in (AUTH)", "only when the connection is encrypted"},
		"only XOAUTH2":           {smtptest.Options{Extensions: []string{"AUTH XOAUTH2 OAUTHBEARER"}}, ana, "Glasnik does not know: XOAUTH2, OAUTHBEARER", "app password"},
		"certificate by itself":  {smtptest.Options{StartTLS: true}, required, "signed by itself", "ca="},
		"certificate ended":      {smtptest.Options{StartTLS: true, CertificateUntil: time.Now().Add(-day)}, trusting(func(*Settings) {}), "not valid now", "renew"},
		"certificate not yet":    {smtptest.Options{StartTLS: true, CertificateUntil: time.Now().Add(400 * day)}, trusting(func(*Settings) {}), "not valid now", "clocks"},
		"certificate of another": {smtptest.Options{StartTLS: true, CertificateFor: []string{"mx.example.org"}}, trusting(func(*Settings) {}), "not for localhost", "as host"},
		"unknown host":           {smtptest.Options{}, func(s *Settings) { s.Host = "mail.invalid" }, "mail.invalid", "DNS"},
		"nobody listens":         {smtptest.Options{}, func(s *Settings) { s.Port = 1 }, "nobody listens at port 1", "start the mail server"},
	} {
		t.Run(name, func(t *testing.T) {
			server := startServer(t, c.options)
			s := settingsFor(t, server, "")
			if c.settings != nil {
				c.settings(&s)
			}
			if s.Host == "localhost" {
				s.RootCAs = server.RootCAs()
			}
			m := New(s, slog.New(slog.DiscardHandler), time.Now)
			m.patience = 10 * time.Millisecond
			_, err := m.Connect(t.Context())
			var e *ConnectError
			if !errors.As(err, &e) {
				t.Fatal(err)
			}
			if s.Host == "mail.invalid" {
				c.mend = "" // whether the DNS answers depends on the machine
			}
			if !strings.Contains(e.Answer, c.answer) || !strings.Contains(e.Mend, c.mend) {
				t.Errorf("%s\n→ %s", e.Answer, e.Mend)
			}
			if shown := e.Error(); strings.Contains(shown, "hunter2") || strings.Contains(shown, "@example.org") || strings.Contains(shown, "short response") {
				t.Errorf("unfit to be shown: %s", shown)
			}
			mends[e.Mend] = name
		})
	}
	if len(mends) < 20 {
		t.Errorf("only %d mends", len(mends))
	}
}

// act answers some phases with words of its own.
func act(answers map[smtptest.Phase]string) func(smtptest.Moment) smtptest.Action {
	return func(m smtptest.Moment) smtptest.Action { return smtptest.Action{Reply: answers[m.Phase]} }
}

// A web server waits for the client: it is known by its answer to a handshake.
func TestConnectToAWebServer(t *testing.T) {
	for name, answer := range map[string]string{"plain": "HTTP/1.1 400 Bad Request\r\n\r\n", "closing": ""} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			defer l.Close()
			go func() {
				for {
					conn, err := l.Accept()
					if err != nil {
						return
					}
					go func() {
						if b, err := bufio.NewReader(conn).ReadByte(); err == nil && b == 0x16 {
							_, _ = conn.Write([]byte(answer))
							_ = conn.Close()
						}
					}()
				}
			}()
			s, err := ParseURL("smtp://" + l.Addr().String() + "?tls=none&timeout=300ms")
			must(t, err)
			m := New(s, slog.New(slog.DiscardHandler), time.Now)
			m.patience = 10 * time.Millisecond
			_, err = m.Connect(t.Context())
			want := map[string]string{"plain": "a web server", "closing": "did not answer within"}[name]
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Error(err)
			}
		})
	}
}

// What must not be shown is struck out where the server repeats it, and never out of the middle of words, which would
// spell it.
func TestSecretsAreNotSpelt(t *testing.T) {
	for _, c := range []struct{ password, said, shown string }{
		{"auth", "5.7.8 Error: authentication failed", "5.7.8 Error: authentication failed"},
		{"p", "5.7.8 unsupported, please stop", "5.7.8 unsupported, please stop"},
		{"authentication", "5.7.8 Error: authentication failed", ""},
		{"auth", "5.7.8 no auth for you", ""},
		{"5", "5.7.8 Error", ""},
		{"hunter2", "5.7.8 hunter2 is wrong", "5.7.8 *** is wrong"},
		{"hunter2", "5.7.8 AGFuYQBodW50ZXIy is wrong", "5.7.8 *** is wrong"},
		{"correct-horse-9", "5.7.8 xcorrect-horse-9x", "5.7.8 x***x"},
		{"hunter2", "5.7.8 no", "5.7.8 no"},
	} {
		m := New(Settings{User: "ana", Password: c.password}, slog.New(slog.DiscardHandler), time.Now)
		shown, ok := m.withoutPassword(c.said)
		if ok != (c.shown != "") || ok && shown != c.shown {
			t.Errorf("%s in %q: %q %v", c.password, c.said, shown, ok)
		}
	}
}

// Where encryption is a courtesy, a server that offers it and cannot is used without; a password stays at home then.
func TestOpportunisticGoesOnWithoutSTARTTLS(t *testing.T) {
	for _, answer := range []string{"454 4.7.0 TLS not available", "502 5.5.1 not implemented", "500 what?"} {
		server := startServer(t, smtptest.Options{StartTLS: true, Act: smtptest.At(smtptest.StartTLS, smtptest.Action{Reply: answer})})
		s := settingsFor(t, server, "")
		s.Security = Opportunistic
		if o := connect(t, New(s, slog.New(slog.DiscardHandler), time.Now)).Send(t.Context(), testMessage("a@example.org"), nil); o.Result != campaign.ResultAccepted {
			t.Errorf("%s: %+v", answer, o)
		}
	}
	e := &noSignIn{offered: []string{"PLAIN", "LOGIN"}}
	if !strings.Contains(e.Error(), "not encrypted") || !strings.Contains(e.mend(), "tls=required") {
		t.Errorf("%v, %s", e, e.mend())
	}
}
