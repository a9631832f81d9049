// Package hooks reads what mail services post to us about messages they took: bounces, complaints and readers who left. A request
// is proved first, by a signature over its body where the service makes one, else by a secret that only it knows; then each event
// becomes the verdict that a report by mail would be (package inbound), by the same rules. What a service says of its own, such as
// “hard bounce”, counts only where the words of the recipient's server say nothing. What follows from a verdict is said elsewhere.
//
// The services and what proves a request:
//
//	generic   Glasnik-Timestamp (seconds) and Glasnik-Signature: HMAC-SHA256 of "TIMESTAMP.BODY" with the secret, in hex
//	ses       the signature of Amazon SNS, by a certificate fetched from sns.*.amazonaws.com alone, for the topic that is set
//	postmark  the secret as the password of the address that is called (Basic)
//	mailgun   HMAC-SHA256 of timestamp and token with the signing key
//	sendgrid  ECDSA over timestamp and body (Signed Event Webhook)
//	brevo     the secret as a bearer token, or as the password (Basic)
//
// A request whose signed time is long past is refused. One that comes again does nothing more, for events have no ids of their own
// here: what is recorded derives from the delivery they are about.
package hooks

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/mailer/inbound"
)

// MaxBody is how many octets a request may have, and maxEvents how many events are read of it.
const (
	MaxBody   = 2 << 20
	maxEvents = 10_000
)

// Event is what a service tells of one message to one recipient.
type Event struct {
	inbound.Verdict
	Leaves     bool // the reader left by the service's own link
	Unreadable bool // it stood in a list, and not in the service's form: nothing else is said
}

// Why a request is refused.
var (
	ErrProof = errors.New("the request is not signed as it should be")
	ErrOld   = errors.New("the request was signed too long ago, or its clock is wrong")
	ErrBody  = errors.New("the body cannot be read")
)

// Services are the names of those that are known.
var Services = []string{"generic", "ses", "postmark", "mailgun", "sendgrid", "brevo"}

// Hook is one service whose requests are taken.
type Hook struct {
	Service string
	Client  *http.Client // fetches Amazon's certificates

	secret string
	key    *ecdsa.PublicKey // of SendGrid
	certs  certificates     // of Amazon
}

// shortest is how many characters a secret must have that we are sent, or sign with.
const shortest = 16

// Parse reads SERVICE=SECRET pairs with blanks between. The secret is, of ses, the ARN of the topic; of sendgrid, the public key
// that it shows; of mailgun, the HTTP webhook signing key; of the others any text of 16 characters.
func Parse(setting string) (out []*Hook, err error) {
	for _, pair := range strings.Fields(setting) {
		service, secret, _ := strings.Cut(pair, "=")
		h := &Hook{Service: service, secret: secret, Client: newClient()}
		switch {
		case !slices.Contains(Services, service):
			return nil, fmt.Errorf("it must hold SERVICE=SECRET, and the services are %s", strings.Join(Services, ", "))
		case slices.ContainsFunc(out, func(other *Hook) bool { return other.Service == service }):
			return nil, fmt.Errorf("it names %s twice", service)
		case service == "ses":
			if !topicPattern.MatchString(secret) {
				return nil, errors.New("after ses= it needs the topic's name: arn:aws:sns:eu-west-1:123456789012:bounces")
			}
		case service == "sendgrid":
			if h.key, err = parseKey(secret); err != nil {
				return nil, err
			}
		case len(secret) < shortest:
			return nil, fmt.Errorf("the secret of %s must have at least %d characters", service, shortest)
		}
		out = append(out, h)
	}
	return out, nil
}

// Mark is the beginning of a header field, to be followed by a delivery's id, that a service tells back which gives messages
// another Message-ID than ours; "" where none is needed.
func (h *Hook) Mark() string {
	return map[string]string{"postmark": "X-PM-Metadata-delivery: ", "brevo": "X-Mailin-custom: delivery:"}[h.Service]
}

// Read proves a request and returns what it tells. The error is ErrProof, ErrOld or ErrBody, or of fetching what proves it. links
// reads our return addresses.
func (h *Hook) Read(ctx context.Context, header http.Header, body []byte, links inbound.ReadsReturnPath, now time.Time) ([]Event, error) {
	var told []told
	var err error
	switch h.Service {
	case "generic":
		told, err = h.generic(header, body, now)
	case "ses":
		told, err = h.ses(ctx, body, now)
	case "postmark":
		told, err = h.postmark(header, body, now)
	case "mailgun":
		told, err = h.mailgun(body, now)
	case "sendgrid":
		told, err = h.sendgrid(header, body, now)
	case "brevo":
		told, err = h.brevo(header, body, now)
	default:
		return nil, fmt.Errorf("%q is no service", h.Service)
	}
	if err != nil {
		return nil, err
	}
	var out []Event
	for i := range told {
		out = append(out, told[i].event(links))
	}
	return out, nil
}

// told is an event as services tell it, of which each has its own names for the same things.
type told struct {
	recipient  string
	from       string // who the message was from
	messageID  string // ours
	returnPath string // envelope sender
	status     string // enhanced status code
	diagnostic string // what the recipient's server said
	by         string // the service's own word for it, by which a rule is named
	kind       kind
	report     string // that the service hands on as it came
	certain    bool   // the kind is a fact the service knows, and not its reading of the diagnostic
}

// kind is what a service calls an event.
type kind string

const (
	hard      kind = "hard"
	soft      kind = "soft"
	full      kind = "full"
	block     kind = "block"
	delayed   kind = "delayed"
	complaint kind = "complaint"
	leaves    kind = "leaves"
	automatic kind = "automatic" // a program answered: nothing follows

	unreadable kind = "unreadable" // not in the service's form
)

// event makes the verdict of what was told.
func (t *told) event(links inbound.ReadsReturnPath) Event {
	if t.kind == unreadable {
		return Event{Unreadable: true}
	}
	e := Event{Verdict: inbound.OfRefusal(t.recipient, t.status, t.diagnostic, t.from), Leaves: t.kind == leaves}
	v := &e.Verdict
	v.OriginalMessage = strings.Trim(strings.TrimSpace(t.messageID), "<>")
	v.Why = cmp.Or(v.Why, t.by)
	if links != nil && t.returnPath != "" {
		if id, ok := links.ReadReturnPath(strings.Trim(t.returnPath, "<> ")); ok {
			v.Delivery = id
		}
	}
	t.lookInto(v, links)
	own := func(class inbound.Class) { v.Class, v.Rule = class, t.by }
	unclear := t.certain || !v.Clear
	switch t.kind {
	case complaint:
		v.Action = ""
		own(inbound.Complaint)
	case leaves, automatic:
		v.Action = ""
		own(inbound.Automatic)
	case delayed:
		v.Action = "delayed"
		own(inbound.Soft)
	case hard:
		if unclear {
			own(inbound.Hard)
		}
	case full:
		if unclear {
			own(inbound.Full)
		}
	case block:
		if unclear {
			own(inbound.Block)
		}
	default:
		if unclear && v.Class != inbound.Block && v.Class != inbound.Full {
			own(inbound.Soft)
		}
	}
	return e
}

// lookInto finds out of a report, which a service hands on as it came, which message it is about.
func (t *told) lookInto(v *inbound.Verdict, links inbound.ReadsReturnPath) {
	if t.report == "" || v.Delivery != "" || v.OriginalMessage != "" {
		return
	}
	m, err := inbound.Read(strings.NewReader(t.report))
	if err != nil {
		return
	}
	said := inbound.Classify(m, links)[0]
	v.Delivery, v.OriginalMessage = said.Delivery, said.OriginalMessage
}

// How long ago a request may have been signed. Services that send the same request again, when we did not answer, are given as
// long as they go on.
const (
	freshGeneric  = 5 * time.Minute
	freshSNS      = 2 * time.Hour
	freshMailgun  = 12 * time.Hour
	freshSendGrid = 25 * time.Hour
	freshUnsigned = 7 * 24 * time.Hour // what says its time without signing it
	ahead         = 5 * time.Minute    // how far a clock may be before ours
)

// fresh refuses what was signed too long ago.
func fresh(at, now time.Time, longest time.Duration) error {
	if at.Before(now.Add(-longest)) || at.After(now.Add(ahead)) {
		return ErrOld
	}
	return nil
}

// seconds reads a time as services write it: seconds since 1970, or thousandths of them.
func seconds(s string) (time.Time, error) {
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(f > 0 && f < 1e14) {
		return time.Time{}, ErrOld
	}
	if f > 1e11 {
		f /= 1000
	}
	return time.Unix(int64(f), 0), nil
}

// mac is the HMAC-SHA256 of texts one after another, in hex.
func mac(key string, texts ...[]byte) string {
	m := hmac.New(sha256.New, []byte(key))
	for _, t := range texts {
		m.Write(t)
	}
	return hex.EncodeToString(m.Sum(nil))
}

// same compares secrets in constant time.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// hasSecret reports whether a request brings the secret as a bearer token or as a password.
func (h *Hook) hasSecret(header http.Header) bool {
	r := http.Request{Header: header}
	if _, password, ok := r.BasicAuth(); ok {
		return same(password, h.secret)
	}
	scheme, token, _ := strings.Cut(header.Get("Authorization"), " ")
	return strings.EqualFold(scheme, "Bearer") && same(strings.TrimSpace(token), h.secret)
}
