package campaign

import (
	"fmt"
	"time"
)

// Message is a finished mail for one recipient.
type Message struct {
	From string // envelope sender (RFC 5321 reverse-path)
	To   string
	Data []byte // header and body with CRLF line ends, not dot-stuffed
}

// Result says which kind of answer a message got; each kind is acted on differently.
type Result int

const (
	ResultAccepted Result = iota // the server took it
	ResultLater                  // refused for now (4xx), or the server could not be reached: safe to try again
	ResultRefused                // refused for good (5xx), for a reason that is not ours as far as anybody knows
	ResultUnknown                // the connection broke after the final dot: it may have been taken
)

// Outcome is what became of handing over one message.
type Outcome struct {
	Result   Result
	Code     int    // SMTP reply code, 0 without an answer
	Enhanced string // RFC 3463 status, "" without one
	Answer   string // the server's words, or what went wrong, on one line
	// Unclear says that the answer does not tell whether it is about us or about this recipient: the answers to others will.
	Unclear bool
	// Dead says that there is no such address, unless the answer is Unclear and turns out to be about us.
	Dead bool
	// MessageFault says that the refusal is about the message itself, which is alike for everybody in its run.
	MessageFault bool
	// OurFault says that the refusal is about us or the connection, not about this recipient: nothing may be held against
	// the address, and the next one is likely to fare the same.
	OurFault bool
	// Policy says that the provider of the recipient's mailbox takes no mail from us for now: authentication, reputation,
	// block lists, rates. Every message to that provider will fare the same until something changes.
	Policy bool
	Server string // host:port
	At     time.Time
}

// Content is a release version for many readers: its texts, with places where each reader's own values go.
// A place is written as Place(n) and appears in Subject, HTML and Text; everything else is final.
type Content struct {
	Language Language
	Subject  string
	HTML     string
	Text     string
	Files    []ContentFile
	Places   int // how many places there are; values go by number
}

// ContentFile is an attachment or inline image with its bytes.
type ContentFile struct {
	Name      string
	MediaType string
	ContentID string // for inline files, without angle brackets
	Inline    bool
	Data      []byte
}

// Place returns the mark that stands for the nth reader's value in a Content. It is plain letters and digits, so that
// neither Markdown, HTML, CSS inlining nor a transfer encoding changes it, and always of the same length.
func Place(n int) string { return fmt.Sprintf("%s%04d%s", PlaceBegin, n, PlaceEnd) }

// A place is PlaceBegin, four digits, PlaceEnd.
const (
	PlaceBegin = "gLsNkPlc"
	PlaceEnd   = "eNdPlc"
)
