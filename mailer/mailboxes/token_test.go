package mailboxes

import (
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
)

// tokenSession signs in by XOAUTH2 alone.
type tokenSession struct {
	imapserver.Session
	takes string
}

func (s *tokenSession) AuthenticateMechanisms() []string { return []string{"XOAUTH2"} }
func (s *tokenSession) Authenticate(string) (sasl.Server, error) {
	return &tokenServer{session: s}, nil
}

type tokenServer struct {
	session *tokenSession
	refused bool
}

func (s *tokenServer) Next(response []byte) (challenge []byte, done bool, err error) {
	if s.refused {
		return nil, false, &imap.Error{Type: imap.StatusResponseTypeNo, Text: "Invalid credentials"}
	}
	if response == nil {
		return nil, false, nil
	}
	if string(response) == "user=bounces@example.org\x01auth=Bearer "+s.session.takes+"\x01\x01" {
		return nil, true, s.session.Login("bounces@example.org", "of the memory")
	}
	s.refused = true
	return []byte(`{"status":"400"}`), false, nil
}

func TestSignInWithAToken(t *testing.T) {
	user := imapmemserver.NewUser("bounces@example.org", "of the memory")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &tokenSession{memory.NewSession(), "good"}, nil, nil
		},
		InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	deliver(t, user, mails(1, 2)...)
	for command, want := range map[string]string{"echo%20good": "", "echo%20bad": "does not take the token", "false": "there is no token"} {
		s, err := ParseURL("imap://bounces%40example.org@" + l.Addr().String() + "?tls=none&token_command=" + command)
		if err != nil {
			t.Fatal(err)
		}
		n, err := (&Reader{Settings: s}).Check(t.Context())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) || err == nil && n != 2 {
			t.Errorf("%s: %d %v", command, n, err)
		}
	}
	for _, address := range []string{"imap://a:b@h?token_command=x", "imap://a@h?token_url=http://x.example&client_id=a&refresh_token=b", "imap://a@h", "imap://a@h?scope=x"} {
		if _, err := ParseURL(address); err == nil {
			t.Errorf("%s was taken", address)
		}
	}
}
