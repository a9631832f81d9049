package mailer

import (
	"bytes"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Letter is a release version in one language and script, encoded as far as it is the same for every reader, with places for a
// reader's values. It is safe for use by many goroutines.
type Letter struct {
	places   int
	sender   []byte // From and Reply-To
	kind     []byte // list and kind fields
	mime     []byte // MIME fields and the blank line
	subject  []piece
	body     []fragment
	idDomain string

	scratch sync.Pool // of *[]byte: room to join texts in
}

// fragment is a part of the body: literal, or one of the two texts.
type fragment struct {
	literal []byte
	part    *part
}

// Recipient is the reader of one message, and what in its head is this reader's own.
type Recipient struct {
	Name    string
	Address string // as campaign.ParseAddress returns it; a Unicode local part needs SMTPUTF8
	// MessageID is the left part of the Message-ID: the delivery's id, the same over all its attempts. Octets that cannot
	// be there are written as =XX.
	MessageID         string
	Date              time.Time // of the attempt
	Unsubscribe       string    // address of the page to leave on, which also takes the one-click POST; "" leaves the fields out
	UnsubscribeMailto string    // a mailto: address to leave by; may be empty
	Marks             []string  // beginnings of fields that end with the MessageID: mail services tell them back with what they tell of a message
}

// Compile encodes a content as a letter. An error is a mistake in the content or the head, found before any message is made.
func Compile(content campaign.Content, head Head) (*Letter, error) {
	if err := head.check(); err != nil {
		return nil, err
	}
	if content.Text == "" && content.HTML == "" {
		return nil, campaign.Errorf(campaign.Invalid, "there is no text to send")
	}
	if err := checkHeader("subject", content.Subject); err != nil {
		return nil, err
	}
	subject, err := cut(content.Subject, content.Places)
	if err != nil {
		return nil, err
	}
	text, html, err := textParts(content)
	if err != nil {
		return nil, err
	}
	fields, body, err := structure(content, text, html)
	if err != nil {
		return nil, err
	}
	l := &Letter{
		places: content.Places, subject: subject,
		sender: head.appendSender(nil), kind: head.appendKind(nil), mime: append(fields, "\r\n"...),
		body: fragments(body, text, html), idDomain: head.MessageIDDomain,
	}
	if l.idDomain == "" {
		l.idDomain = campaign.Domain(head.From.Email)
	}
	return l, nil
}

func textParts(content campaign.Content) (text, html *part, err error) {
	if content.Text != "" {
		if text, err = newPart(content.Text, content.Places, false); err != nil {
			return nil, nil, err
		}
	}
	if content.HTML != "" {
		if html, err = newPart(content.HTML, content.Places, true); err != nil {
			return nil, nil, err
		}
	}
	return text, html, nil
}

// fragments puts the texts where their marks stand. Text is before HTML.
func fragments(body []byte, parts ...*part) []fragment {
	var all []fragment
	for _, p := range parts {
		if p == nil {
			continue
		}
		before, after, _ := bytes.Cut(body, p.mark())
		all = append(all, fragment{literal: before}, fragment{part: p})
		body = after
	}
	return append(all, fragment{literal: body})
}

// Append writes the whole message for one reader after dst, with CRLF line ends and not dot-stuffed. Values are the
// reader's own, as raw text, by number of their place; they are escaped in the HTML part and encoded in the subject. A
// value that would break out of the head is refused: then dst is returned as it was.
func (l *Letter) Append(dst []byte, r Recipient, values []string) ([]byte, error) {
	if len(values) != l.places {
		return dst, campaign.Errorf(campaign.Invalid, "the message needs %d values for a reader and was given %d", l.places, len(values))
	}
	message, err := l.appendHead(dst, r, values)
	if err != nil {
		return dst, err
	}
	message = append(message, l.mime...)
	room := l.room()
	for _, s := range l.body {
		if s.part == nil {
			message = append(message, s.literal...)
			continue
		}
		message, *room = s.part.append(message, *room, values)
	}
	l.scratch.Put(room)
	return message, nil
}

func (l *Letter) room() *[]byte {
	if room, ok := l.scratch.Get().(*[]byte); ok {
		return room
	}
	return new([]byte)
}

func (l *Letter) appendHead(dst []byte, r Recipient, values []string) ([]byte, error) {
	if err := r.check(); err != nil {
		return dst, err
	}
	dst = append(dst, "Date: "...)
	dst = r.Date.AppendFormat(dst, "Mon, 02 Jan 2006 15:04:05 -0700\r\n")
	dst = appendMessageID(dst, r.MessageID, l.idDomain)
	dst = append(dst, l.sender...)
	dst = appendMailbox(dst, "To", Address{Name: strings.TrimSpace(r.Name), Email: r.Address})
	subject := string(merge(nil, l.subject, values))
	if err := checkHeader("subject", subject); err != nil {
		return dst, err
	}
	dst = appendSubject(dst, strings.TrimSpace(subject))
	dst = append(dst, l.kind...)
	for _, mark := range r.Marks {
		if !isDotAtom(r.MessageID) {
			break
		}
		dst = append(append(append(dst, mark...), r.MessageID...), "\r\n"...)
	}
	return r.appendLeave(dst), nil
}

func (r Recipient) check() error {
	if err := checkEmail("address", r.Address); err != nil {
		return err
	}
	if err := checkHeader("recipient's name", r.Name); err != nil {
		return err
	}
	if r.MessageID == "" {
		return campaign.Errorf(campaign.Invalid, "the message has no id")
	}
	if r.Date.IsZero() {
		return campaign.Errorf(campaign.Invalid, "the message has no date")
	}
	for _, address := range []string{r.Unsubscribe, r.UnsubscribeMailto} {
		for i := 0; i < len(address); i++ {
			if c := address[i]; c <= ' ' || c > '~' || c == '<' || c == '>' || c == ',' {
				return campaign.Errorf(campaign.Invalid, "the address to leave by holds a character that has no place in it")
			}
		}
	}
	return nil
}

// appendLeave writes how to leave (RFC 2369 section 3.2), and that one click is enough (RFC 8058 section 3.1).
func (r Recipient) appendLeave(dst []byte) []byte {
	switch {
	case r.Unsubscribe != "" && r.UnsubscribeMailto != "":
		dst = append(append(dst, "List-Unsubscribe: <"...), r.Unsubscribe...)
		dst = append(append(dst, ">,\r\n <"...), r.UnsubscribeMailto...)
	case r.Unsubscribe != "":
		dst = append(append(dst, "List-Unsubscribe: <"...), r.Unsubscribe...)
	case r.UnsubscribeMailto != "":
		dst = append(append(dst, "List-Unsubscribe: <"...), r.UnsubscribeMailto...)
	default:
		return dst
	}
	dst = append(dst, ">\r\n"...)
	if takesOneClick(r.Unsubscribe) {
		dst = append(dst, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"...)
	}
	return dst
}

// takesOneClick reports whether receivers may POST to an address: HTTPS only, as RFC 8058 wants it, except on this
// machine, where everything is tried out before it goes public.
func takesOneClick(address string) bool {
	if strings.HasPrefix(address, "https://") {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && isLoopback(u.Hostname())
}

// isLoopback reports whether a host is this machine.
func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
