package catcher

import (
	"bytes"
	"io"
	"mime"
	"path"
	"strings"
	"time"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // reads texts in other character sets than UTF-8
)

// Mail is a caught mail, read for a person to look at. Nothing in it may be trusted: HTML must be shown in a frame
// without scripts, and names of attachments never be used as paths.
type Mail struct {
	ID           string
	EnvelopeFrom string
	EnvelopeTo   []string
	ReceivedAt   time.Time

	From, To, Subject, Date string // as the head has them, decoded
	Size                    int    // octets of the source

	Headers     []Header // in their order, decoded
	HTML, Text  string
	Source      string
	Attachments []Attachment
}

// Header is one field of the head.
type Header struct{ Name, Value string }

// Attachment is an attached file or inline image.
type Attachment struct {
	Name      string
	MediaType string
	ContentID string // without angle brackets; HTML refers to it as cid:
	Inline    bool
	Data      []byte
}

// maxParts and maxDepth keep a mail made to tire a reader from doing so.
const (
	maxParts = 500
	maxDepth = 20
)

// summarise reads what the list of mails shows.
func summarise(source []byte) Mail {
	m := Mail{Size: len(source)}
	head := source
	if end := bytes.Index(source, []byte("\r\n\r\n")); end >= 0 {
		head = source[:end+4]
	}
	entity, err := message.Read(bytes.NewReader(head))
	if entity == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return m
	}
	m.From, m.To = decoded(entity.Header, "From"), decoded(entity.Header, "To")
	m.Subject, m.Date = decoded(entity.Header, "Subject"), decoded(entity.Header, "Date")
	return m
}

// decoded returns a field's text, or the field as it is where it cannot be decoded.
func decoded(h message.Header, name string) string {
	if text, err := h.Text(name); err == nil {
		return text
	}
	return h.Get(name)
}

// read fills in the head, the texts and the attachments from the source.
func (m *Mail) read() {
	entity, err := message.Read(strings.NewReader(m.Source))
	if entity == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		m.Text = m.Source
		return
	}
	for fields := entity.Header.Fields(); fields.Next(); {
		value, err := fields.Text()
		if err != nil {
			value = fields.Value()
		}
		m.Headers = append(m.Headers, Header{fields.Key(), value})
	}
	parts := 0
	_ = entity.Walk(func(where []int, e *message.Entity, err error) error { // what can be read before an error is shown
		parts++
		switch {
		case e == nil:
			return err
		case parts > maxParts || len(where) > maxDepth:
			return io.EOF
		case e.MultipartReader() == nil:
			m.add(e)
		}
		return nil
	})
}

// add takes in one leaf.
func (m *Mail) add(e *message.Entity) {
	mediaType, typeParams, err := e.Header.ContentType()
	if err != nil || mediaType == "" {
		mediaType = "text/plain"
	}
	disposition, params, _ := e.Header.ContentDisposition()
	data, _ := io.ReadAll(e.Body) // what can be decoded of a damaged part is shown
	contentID := strings.Trim(e.Header.Get("Content-Id"), "<> ")
	switch {
	case disposition != "attachment" && contentID == "" && mediaType == "text/html" && m.HTML == "":
		m.HTML = strings.ToValidUTF8(string(data), "\uFFFD")
	case disposition != "attachment" && contentID == "" && mediaType == "text/plain" && m.Text == "":
		m.Text = strings.ToValidUTF8(string(data), "\uFFFD")
	default:
		m.Attachments = append(m.Attachments, Attachment{
			Name: fileName(params["filename"], typeParams["name"]), MediaType: mediaType,
			ContentID: contentID, Inline: disposition == "inline" || contentID != "", Data: data,
		})
	}
}

func fileName(names ...string) string {
	for _, name := range names {
		if text, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
			name = text
		}
		if name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "_"), `\`, "/")); name != "." && name != "/" {
			return name
		}
	}
	return "unnamed"
}
