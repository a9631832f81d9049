package mailer

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"
)

// tokenServer speaks just enough SMTP to sign in with a token, and takes the one that is given. It returns the tokens it was shown.
func tokenServer(t *testing.T, offers, takes string) (port string, shown func() []string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	tokens := make(chan string, 10)
	serve := func(c net.Conn) {
		defer c.Close()
		in := bufio.NewReader(c)
		fmt.Fprint(c, "220 mail.example.org ESMTP\r\n")
		for {
			line, err := in.ReadString('\n')
			if err != nil {
				return
			}
			switch word := strings.ToUpper(strings.Fields(line + " .")[0]); word {
			case "EHLO":
				fmt.Fprintf(c, "250-mail.example.org\r\n250 AUTH %s\r\n", offers)
			case "AUTH":
				said, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(strings.TrimPrefix(line, "AUTH XOAUTH2 ")))
				_, token, _ := strings.Cut(strings.TrimRight(string(said), "\x01"), "auth=Bearer ")
				tokens <- strings.Split(string(said), "\x01")[0] + " " + token
				if token == takes {
					fmt.Fprint(c, "235 2.7.0 Accepted\r\n")
					continue
				}
				fmt.Fprint(c, "334 eyJzdGF0dXMiOiI0MDAifQ==\r\n")
				if _, err := in.ReadString('\n'); err != nil {
					return
				}
				fmt.Fprintf(c, "535 5.7.8 Username and Password not accepted: %s\r\n", token)
			default:
				fmt.Fprint(c, "221 2.0.0 bye\r\n")
				return
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return port, func() (all []string) {
		for {
			select {
			case token := <-tokens:
				all = append(all, token)
			default:
				return all
			}
		}
	}
}

func TestSignInWithAToken(t *testing.T) {
	for name, c := range map[string]struct{ offers, command, answer, mend string }{
		"taken":       {"PLAIN XOAUTH2", "echo good", "", ""},
		"refused":     {"XOAUTH2", "echo bad", "Username and Password not accepted: ***", "it must be for the user “ana@…”"},
		"not offered": {"PLAIN LOGIN", "echo good", "does not offer to sign in with a token (XOAUTH2), only by PLAIN, LOGIN", "use a password"},
		"no token":    {"XOAUTH2", "echo locked >&2; false", "there is no token to sign in with: token_command failed (exit status 1): locked", "mend token_command"},
	} {
		t.Run(name, func(t *testing.T) {
			port, shown := tokenServer(t, c.offers, "good")
			s, err := ParseURL("smtp://ana%40example.org@127.0.0.1:" + port + "?tls=none&token_command=" + strings.NewReplacer(" ", "%20", ";", "%3B", "&", "%26").Replace(c.command))
			if err != nil {
				t.Fatal(err)
			}
			conn, err := New(s, slog.New(slog.DiscardHandler), time.Now).Connect(t.Context())
			if c.answer == "" {
				if err != nil {
					t.Fatal(err)
				}
				conn.Close()
				if got := strings.Join(shown(), ","); got != "user=ana@example.org good" {
					t.Errorf("it was shown %s", got)
				}
				return
			}
			var e *ConnectError
			if !errors.As(err, &e) || !strings.Contains(e.Answer, c.answer) || !strings.Contains(e.Mend, c.mend) || strings.Contains(e.Error(), "bad") {
				t.Errorf("%v", err)
			}
		})
	}
	for _, raw := range []string{"smtp://ana:x@mail.example.org?token_command=x", "smtp://mail.example.org?token_command=x", "smtp://ana@mail.example.org?token_url=http://x.example/&client_id=a&refresh_token=b", "smtp://ana@mail.example.org?scope=x", "smtp://ana@mail.example.org"} {
		if _, err := ParseURL(raw); err == nil {
			t.Errorf("%s was taken", raw)
		}
	}
}
