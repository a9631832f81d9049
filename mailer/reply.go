package mailer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what a server may say. RFC 5321 section 4.5.3.1.5 allows lines of 512 octets; some servers need more.
const (
	maxReplyLines = 100
	maxAnswer     = 500
)

// reply is a whole answer of the server.
type reply struct {
	code     int
	enhanced string // RFC 3463, "" without one
	text     string // its words on one line
}

func (r reply) positive() bool  { return r.code >= 200 && r.code < 300 }
func (r reply) temporary() bool { return r.code >= 400 && r.code < 500 }
func (r reply) permanent() bool { return r.code >= 500 && r.code < 600 }
func (r reply) negative() bool  { return r.temporary() || r.permanent() }

// closing reports that the server ends the connection with this answer (RFC 5321 section 3.8).
func (r reply) closing() bool { return r.code == 421 }

var errNonsense = errors.New("the server's answer makes no sense")

// readReply reads one reply, however many lines it has (RFC 5321 section 4.2.1).
func readReply(in *bufio.Reader) (reply, error) {
	var r reply
	for n := range maxReplyLines {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			return reply{}, fmt.Errorf("%w: a line without an end", errNonsense)
		}
		if err != nil {
			return reply{}, err
		}
		code, more, text, ok := parseReplyLine(bytes.TrimRight(line, "\r\n"))
		if !ok || r.code != 0 && code != r.code {
			return reply{}, fmt.Errorf("%w: %q", errNonsense, cleanLine(string(line)))
		}
		if r.code == 0 {
			r.code, r.enhanced = code, enhancedStatus(code, text)
		} else if r.enhanced != "" {
			text = strings.TrimPrefix(text, r.enhanced+" ") // repeated on each line, RFC 2034 section 4
		}
		if n == 0 {
			r.text = text
		} else if len(r.text) <= maxAnswer {
			r.text += " " + text
		}
		if !more {
			r.text = cleanLine(r.text)
			return r, nil
		}
	}
	return reply{}, fmt.Errorf("%w: more than %d lines", errNonsense, maxReplyLines)
}

// parseReplyLine reads "250 text", "250-text" or "250".
func parseReplyLine(line []byte) (code int, more bool, text string, ok bool) {
	if len(line) < 3 {
		return 0, false, "", false
	}
	for _, c := range line[:3] {
		if c < '0' || c > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(c-'0')
	}
	if code < 200 || code > 599 {
		return 0, false, "", false
	}
	if len(line) == 3 {
		return code, false, "", true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, false, "", false
	}
	return code, line[3] == '-', string(line[4:]), true
}

// enhancedStatus reads the status code (RFC 3463 section 2) that text begins with. One of another class than the reply
// code is not believed (RFC 2034 section 4).
func enhancedStatus(code int, text string) string {
	word, _, _ := strings.Cut(text, " ")
	class, rest, _ := strings.Cut(word, ".")
	subject, detail, _ := strings.Cut(rest, ".")
	if len(class) != 1 || int(class[0]-'0') != code/100 || !isStatusNumber(subject) || !isStatusNumber(detail) {
		return ""
	}
	return word
}

func isStatusNumber(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) >= 1 && len(s) <= 3
}

// cleanLine makes one line fit to be stored and shown of whatever a server or an error said.
func cleanLine(s string) string {
	if len(s) <= maxAnswer && plain(s) {
		return s // as nearly all are
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxAnswer {
		s = s[:maxAnswer]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
		if i := strings.LastIndexByte(s, ' '); i > maxAnswer-100 {
			s = s[:i] // nothing is left of an address that is cut in two
		}
	}
	return s
}
