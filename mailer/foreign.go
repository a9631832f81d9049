package mailer

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strconv"
	"strings"
	"time"
)

// silence is how long a server may say nothing before it is asked whether it waits for TLS.
const silence = 2 * time.Second

// hearing is a connection that remembers the first words that came over it.
type hearing struct {
	net.Conn
	words []byte
}

// mostHeard is as much as a greeting's first line may have (RFC 5321 section 4.5.3.1.5).
const mostHeard = 512

func (h *hearing) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	if room := mostHeard - len(h.words); room > 0 {
		h.words = append(h.words, p[:min(n, room)]...)
	}
	return n, err
}

// misplaced says that something else than the server we mean is at a port.
type misplaced struct{ answer, mend string }

func (m *misplaced) Error() string { return m.answer }

const rightPort = "correct the port in GLASNIK_SMTP_URL: mail is handed in at 587 (smtp://…), or 465 (smtps://…)"

// tongues are how servers that are not for handing mail in begin to speak.
var tongues = []struct{ begins, server string }{
	{"* OK", "an IMAP server"}, {"* PREAUTH", "an IMAP server"}, {"* BYE", "an IMAP server"},
	{"+OK", "a POP3 server"}, {"-ERR", "a POP3 server"},
	{"SSH-", "an SSH server"}, {"HTTP/", "a web server"}, {"<", "a web server"}, {"RFB ", "a VNC server"}, {"@RSYNCD", "an rsync server"},
	{"\"IMPLEMENTATION\"", "a ManageSieve server"}, {"AMQP", "an AMQP server"},
}

// speaksOther names the server that speaks such words, nil when it may be the one we mean.
func speaksOther(words string) *misplaced {
	if _, quoted, ok := strings.Cut(words, ": "); ok { // as the library tells of what is no answer
		if said, err := strconv.Unquote(quoted); err == nil {
			words = said
		}
	}
	for _, t := range tongues {
		if len(words) >= 2 && (strings.HasPrefix(words, t.begins) || strings.HasPrefix(t.begins, words)) {
			return &misplaced{"this is " + t.server + ", not one that mail is handed to", rightPort}
		}
	}
	return nil
}

// foreignGreeting is speaksOther for servers that greet as ours do, and do not know EHLO then.
func foreignGreeting(words []byte) *misplaced {
	line, _, _ := bytes.Cut(bytes.ToUpper(words), []byte("\n"))
	switch {
	case bytes.Contains(line, []byte("FTP")):
		return &misplaced{"this is an FTP server, not one that mail is handed to", rightPort}
	case bytes.Contains(line, []byte("LMTP")):
		return &misplaced{"this is an LMTP server: it puts mail into mailboxes of its own and takes none for others", rightPort}
	}
	return nil
}

// otherProtocol finds out, over a connection of its own, whether a server that does not greet waits for TLS or is something
// else altogether. It returns nil where nothing could be found out.
func (m *Mailer) otherProtocol(ctx context.Context) error {
	socket, err := new(net.Dialer).DialContext(ctx, "tcp", m.settings.Server())
	if err != nil {
		return nil
	}
	defer socket.Close()
	defer context.AfterFunc(ctx, func() { _ = socket.Close() })()
	_ = socket.SetDeadline(time.Now().Add(5 * time.Second))
	config := m.settings.tlsConfig()
	config.InsecureSkipVerify = true // nothing is said to the server that answers
	secure := tls.Client(socket, config)
	err = secure.HandshakeContext(ctx)
	var plain tls.RecordHeaderError
	if errors.As(err, &plain) {
		if other := speaksOther(string(plain.RecordHeader[:])); other != nil {
			return other
		}
		return nil
	}
	if err != nil {
		return nil
	}
	_ = socket.SetDeadline(time.Now().Add(m.patience))
	words := make([]byte, mostHeard)
	n, _ := secure.Read(words)
	if other := speaksOther(string(words[:n])); other != nil {
		return other
	}
	if n == 0 && m.settings.Port != 465 {
		return &misplaced{"the server wants TLS from the first octet and says nothing then: it may be a web server", rightPort}
	}
	return &misplaced{"this port speaks TLS from the first octet, and the setting does not", "write smtps:// in place of smtp:// in GLASNIK_SMTP_URL (or tls=implicit)"}
}
