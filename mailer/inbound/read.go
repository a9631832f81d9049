package inbound

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/charset" // reads texts in other character sets than UTF-8
)

// Bounds of what is read of a message and held of it; what is beyond them is left out, and Message.Cut says so. A report has what
// matters at its beginning.
const (
	maxMessage = 8 << 20   // octets that are read
	maxLine    = 8 << 10   // octets of a line; a longer one is read in pieces
	maxHeader  = 128 << 10 // octets of a header
	maxFields  = 500       // fields of a header
	maxDepth   = 10        // multiparts in one another
	maxParts   = 200       // parts altogether
	maxPart    = 128 << 10 // octets of a part, before and after decoding
	maxGroups  = 200       // recipients of a report
)

// Message is what is held of a message that came back.
type Message struct {
	Header   Fields
	Text     string   // its plain text
	HTML     string   // its first text in HTML
	Types    []string // media types of all parts
	Report   string   // the report-type of a multipart/report (RFC 6522)
	Status   []Fields // the groups of a delivery report: of the message, and of each recipient (RFC 3464, RFC 6533)
	Feedback Fields   // a complaint (RFC 5965)
	Read     Fields   // a disposition notification (RFC 8098)
	Returned Fields   // the header of the message it is about
	Cut      bool     // it was longer than what is read
}

// ErrNoMessage is what Read returns of something that does not begin with a header.
var ErrNoMessage = errors.New("this is no message: it does not begin with a header")

// Read reads one message, up to its bounds.
func Read(r io.Reader) (*Message, error) {
	in := &lineReader{in: bufio.NewReaderSize(io.LimitReader(r, maxMessage+1), maxLine)}
	m := &Message{}
	m.Header = in.header(nil)
	if err := in.failed(); err != nil {
		return nil, err
	}
	if len(m.Header) == 0 {
		return nil, ErrNoMessage
	}
	w := walker{m: m, in: in}
	w.begin(m.Header)
	w.walk()
	m.Cut = m.Cut || in.read > maxMessage || in.cut
	return m, in.failed()
}

// Delivered returns the message as it was handed over for one recipient: what the envelope says stands before all other fields.
func (m *Message) Delivered(sender, recipient string) *Message {
	out := *m
	out.Header = append(Fields{{"Return-Path", "<" + sender + ">"}, {"Delivered-To", recipient}}, m.Header...)
	return &out
}

// walker goes through the parts of a message line by line. A boundary of an outer part ends all inner ones, so that a part
// which is cut short takes nothing with it.
type walker struct {
	m          *Message
	in         *lineReader
	boundaries []string
	parts      int

	kind   string // media type of the part that is read, "" where none is held
	header Fields
	body   bytes.Buffer
}

func (w *walker) walk() {
	for {
		line, starts, ok := w.in.line()
		if !ok {
			break
		}
		if starts && bytes.HasPrefix(line, []byte("--")) {
			if level, last := delimiter(line, w.boundaries); level >= 0 {
				w.end()
				if last {
					w.boundaries = w.boundaries[:level]
					continue
				}
				w.boundaries = w.boundaries[:level+1]
				if w.parts++; w.parts > maxParts {
					w.m.Cut = true
					return
				}
				w.begin(w.in.header(w.boundaries))
				continue
			}
		}
		if w.kind != "" && w.body.Len() < maxPart {
			w.body.Write(line)
		}
	}
	w.end()
}

// delimiter returns the innermost level whose boundary a line is, -1 for none.
func delimiter(line []byte, boundaries []string) (level int, last bool) {
	text := strings.TrimRight(string(line), " \t\r\n")[2:]
	for i := len(boundaries) - 1; i >= 0; i-- {
		if rest, ok := strings.CutPrefix(text, boundaries[i]); ok && (rest == "" || rest == "--") {
			return i, rest != ""
		}
	}
	return -1, false
}

// begin decides by its header what is held of a part.
func (w *walker) begin(h Fields) {
	kind, params := mediaType(h.Get("Content-Type"))
	w.m.Types = append(w.m.Types, kind)
	w.header, w.kind = h, ""
	w.body.Reset()
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		if kind == "multipart/report" && w.m.Report == "" {
			w.m.Report = strings.ToLower(params["report-type"])
		}
		if len(w.boundaries) < maxDepth {
			w.boundaries = append(w.boundaries, params["boundary"])
		} else {
			w.m.Cut = true
		}
	case strings.HasPrefix(kind, "multipart/"):
		w.kind = "text/plain"
	case strings.HasPrefix(kind, "text/") && isAttachment(h) && !strings.HasSuffix(kind, "-headers"):
	case strings.HasPrefix(kind, "text/"), strings.HasPrefix(kind, "message/"):
		w.kind = kind
	}
}

func isAttachment(h Fields) bool {
	disposition, _ := mediaType(h.Get("Content-Disposition"))
	return disposition == "attachment"
}

// mediaType reads also what does not keep to the standard; text/plain is what is meant by nothing (RFC 2045 section 5.2).
func mediaType(value string) (string, map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil || kind != "" && errors.Is(err, mime.ErrInvalidMediaParameter) {
		return kind, params
	}
	kind, rest, _ := strings.Cut(value, ";")
	params = map[string]string{}
	for _, p := range strings.Split(rest, ";") {
		name, v, _ := strings.Cut(p, "=")
		params[strings.ToLower(strings.TrimSpace(name))] = strings.Trim(strings.TrimSpace(v), `"`)
	}
	if kind = strings.ToLower(strings.TrimSpace(kind)); !strings.Contains(kind, "/") {
		kind = "text/plain"
	}
	return kind, params
}

// end takes what a part says into the message.
func (w *walker) end() {
	kind := w.kind
	w.kind = ""
	if kind == "" {
		return
	}
	text := w.decoded(kind)
	switch kind {
	case "text/html":
		if w.m.HTML == "" {
			w.m.HTML = text
		}
	case "message/delivery-status", "message/global-delivery-status":
		w.m.Status = append(w.m.Status, groupsOf(text)...)
		w.m.Status = w.m.Status[:min(len(w.m.Status), maxGroups)]
	case "message/feedback-report":
		w.m.Feedback = fieldsOf(text)
	case "message/disposition-notification", "message/global-disposition-notification":
		w.m.Read = fieldsOf(text)
	case "message/rfc822", "message/global", "message/global-headers", "message/rfc822-headers", "text/rfc822-headers":
		if w.m.Returned == nil {
			w.m.Returned = fieldsOf(text)
		}
	case "text/plain":
		if room := maxPart - len(w.m.Text); room > 0 {
			w.m.Text = strings.TrimLeft(w.m.Text+"\n"+text[:min(len(text), room)], "\n")
		}
	}
}

// decoded undoes the transfer encoding and the character set of a part. What cannot be read stays as it is.
func (w *walker) decoded(kind string) string {
	var h message.Header
	h.Set("Content-Type", w.header.Get("Content-Type"))
	if !strings.HasPrefix(kind, "text/") || w.header.Get("Content-Type") == "" {
		h.Set("Content-Type", kind)
	}
	h.Set("Content-Transfer-Encoding", strings.TrimSpace(w.header.Get("Content-Transfer-Encoding")))
	raw := w.body.Bytes()
	e, err := message.New(h, bytes.NewReader(raw))
	if err != nil && e == nil {
		return string(raw)
	}
	text, _ := io.ReadAll(io.LimitReader(e.Body, maxPart)) // what was read before an error is text all the same
	return strings.ReplaceAll(strings.ToValidUTF8(string(text), "?"), "\r\n", "\n")
}

var wordDecoder = mime.WordDecoder{CharsetReader: charset.Reader}
