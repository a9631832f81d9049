package hooks

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// parse reads a body into a list of events, of which there may be one alone. In a list, nil stands for one that is not in the
// service's form: the others count all the same.
func parse[T any](body []byte) (all []*T, err error) {
	bad := func(err error) ([]*T, error) { return nil, fmt.Errorf("%w: %v", ErrBody, err) }
	body = bytes.TrimSpace(body)
	if !bytes.HasPrefix(body, []byte("[")) {
		var one T
		if err := json.Unmarshal(body, &one); err != nil {
			return bad(err)
		}
		return []*T{&one}, nil
	}
	in := json.NewDecoder(bytes.NewReader(body))
	if _, err := in.Token(); err != nil {
		return bad(err)
	}
	for in.More() {
		if len(all) == maxEvents {
			return bad(fmt.Errorf("it holds more than %d events", maxEvents))
		}
		one := new(T)
		var mistyped *json.UnmarshalTypeError
		switch err := in.Decode(one); {
		case errors.As(err, &mistyped):
			one = nil
		case err != nil:
			return bad(err)
		}
		all = append(all, one)
	}
	if _, err := in.Token(); err != nil {
		return bad(err)
	}
	if _, err := in.Token(); err != io.EOF {
		return bad(errors.New("something follows the list"))
	}
	return all, nil
}

// text is a value that some services write as a number and some as a string.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err == nil {
		*t = text(n)
	}
	return nil // something else says nothing
}

// generic reads what any program may post.
func (h *Hook) generic(header http.Header, body []byte, now time.Time) (out []told, err error) {
	stamp := header.Get("Glasnik-Timestamp")
	sent := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(header.Get("Glasnik-Signature"))), "sha256=")
	if !same(sent, mac(h.secret, []byte(stamp), []byte("."), body)) {
		return nil, ErrProof
	}
	at, err := seconds(stamp)
	if err == nil {
		err = fresh(at, now, freshGeneric)
	}
	if err != nil {
		return nil, err
	}
	events, err := parse[struct {
		Event      string `json:"event"`
		Class      string `json:"class"`
		Recipient  string `json:"recipient"`
		MessageID  string `json:"message_id"`
		ReturnPath string `json:"return_path"`
		From       string `json:"from"`
		Status     string `json:"status"`
		Diagnostic string `json:"diagnostic"`
	}](body)
	if err != nil {
		return nil, err
	}
	for i := range events {
		e := events[i]
		if e == nil {
			return nil, fmt.Errorf("%w: event %d is no object of texts", ErrBody, i+1)
		}
		t := told{recipient: e.Recipient, from: e.From, messageID: e.MessageID, returnPath: e.ReturnPath, status: e.Status, diagnostic: e.Diagnostic, by: "told " + e.Event}
		switch e.Event {
		case "bounce":
			if t.kind = kind(e.Class); e.Class == "" {
				t.kind = soft
			}
			t.by = "told " + cmp.Or(e.Class, e.Event)
			if t.kind != hard && t.kind != soft && t.kind != full && t.kind != block {
				return nil, fmt.Errorf("%w: the class of a bounce is hard, soft, full or block", ErrBody)
			}
		case "delayed", "complaint":
			t.kind = kind(e.Event)
		case "unsubscribe":
			t.kind = leaves
		case "delivered":
			continue
		default:
			return nil, fmt.Errorf("%w: event must be bounce, delayed, complaint, unsubscribe or delivered", ErrBody)
		}
		out = append(out, t)
	}
	return out, nil
}

// postmarkKinds are Postmark's types of bounces that mean more than “soft”; "" says that nothing follows.
var postmarkKinds = map[string]kind{
	"HardBounce": hard, "BadEmailAddress": hard, "SpamComplaint": complaint, "Transient": delayed, "Unsubscribe": leaves,
	"AutoResponder": automatic, "ChallengeVerification": automatic, "AddressChange": automatic, "Subscribe": automatic, "OpenRelayTest": automatic, "InboundError": automatic, "Unconfirmed": automatic,
	"SpamNotification": block, "VirusNotification": block, "Blocked": block, "DMARCPolicy": block, "SMTPApiError": block, "TemplateRenderingFailed": block,
}

func (h *Hook) postmark(header http.Header, body []byte, now time.Time) (out []told, err error) {
	if !h.hasSecret(header) {
		return nil, ErrProof
	}
	events, err := parse[struct {
		RecordType, Type, Email, From, Details, Description, Content, Recipient, SuppressionReason string
		BouncedAt, ChangedAt                                                                       string
		SuppressSending                                                                            bool
		Metadata                                                                                   map[string]text
	}](body)
	if err != nil {
		return nil, err
	}
	for i := range events {
		e := events[i]
		if e == nil {
			out = append(out, told{kind: unreadable})
			continue
		}
		if at, err := time.Parse(time.RFC3339, cmp.Or(e.BouncedAt, e.ChangedAt)); err == nil {
			if err := fresh(at, now, freshUnsigned); err != nil {
				return nil, err
			}
		}
		t := told{recipient: cmp.Or(e.Email, e.Recipient), from: e.From, messageID: string(e.Metadata["delivery"]), diagnostic: afterScheme(e.Details), by: "Postmark " + cmp.Or(e.Type, e.RecordType)}
		switch e.RecordType {
		case "Bounce":
			var known bool
			if t.kind, known = postmarkKinds[e.Type]; !known {
				t.kind = soft
			}
			t.diagnostic = cmp.Or(t.diagnostic, e.Description)
		case "SpamComplaint":
			t.kind = complaint
		case "SubscriptionChange":
			if !e.SuppressSending || e.SuppressionReason != "ManualSuppression" {
				continue // a bounce or complaint comes on its own
			}
			t.kind = leaves
		default:
			continue
		}
		t.report = e.Content
		out = append(out, t)
	}
	return out, nil
}

// afterScheme takes "smtp;" from the front of a diagnostic code.
func afterScheme(s string) string {
	if scheme, rest, ok := strings.Cut(s, ";"); ok && strings.EqualFold(strings.TrimSpace(scheme), "smtp") {
		return strings.TrimSpace(rest)
	}
	return s
}

func (h *Hook) mailgun(body []byte, now time.Time) (out []told, err error) {
	var e struct {
		Signature struct {
			Timestamp, Token text
			Signature        string
		}
		Data struct {
			Event, Severity, Reason, Recipient string
			Status                             struct {
				Code                 text
				Message, Description string
				Enhanced             string `json:"enhanced-code"`
			} `json:"delivery-status"`
			Message  struct{ Headers map[string]text }
			Envelope struct{ Sender string }
		} `json:"event-data"`
	}
	if json.Unmarshal(body, &e) != nil {
		return nil, ErrProof // which is in the body
	}
	s := e.Signature
	if !same(strings.ToLower(s.Signature), mac(h.secret, []byte(s.Timestamp), []byte(s.Token))) {
		return nil, ErrProof
	}
	at, err := seconds(string(s.Timestamp))
	if err == nil {
		err = fresh(at, now, freshMailgun)
	}
	if err != nil {
		return nil, err
	}
	d := &e.Data
	t := told{recipient: d.Recipient, from: string(d.Message.Headers["from"]), messageID: string(d.Message.Headers["message-id"]), returnPath: d.Envelope.Sender,
		status: d.Status.Enhanced, diagnostic: cmp.Or(d.Status.Message, d.Status.Description), by: strings.TrimSpace("Mailgun " + d.Event + " " + d.Reason)}
	if code := string(d.Status.Code); len(code) == 3 && (code[0] == '4' || code[0] == '5') && !strings.HasPrefix(t.diagnostic, code) {
		t.diagnostic = code + " " + t.diagnostic
	}
	switch d.Event {
	case "complained":
		t.kind = complaint
	case "unsubscribed":
		t.kind = leaves
	case "failed", "rejected":
		switch {
		case d.Reason == "suppress-bounce":
			t.kind, t.certain = hard, true
		case d.Reason == "suppress-complaint":
			t.kind = complaint
		case d.Reason == "suppress-unsubscribe":
			t.kind = leaves
		case d.Severity == "temporary":
			t.kind = delayed
		case d.Reason == "espblock", d.Event == "rejected":
			t.kind = block
		case d.Reason == "bounce", d.Reason == "hardfail":
			t.kind = hard
		default: // generic, old: it was tried too long
			t.kind = soft
		}
	default:
		return nil, nil
	}
	return []told{t}, nil
}

// parseKey reads the public key that SendGrid shows: base64 of its DER form.
func parseKey(s string) (*ecdsa.PublicKey, error) {
	der, err := base64.StdEncoding.DecodeString(s)
	if err == nil {
		var key any
		if key, err = x509.ParsePKIXPublicKey(der); err == nil {
			if k, ok := key.(*ecdsa.PublicKey); ok {
				return k, nil
			}
		}
	}
	return nil, errors.New("after sendgrid= it needs the verification key of the signed event webhook")
}

// dropped are SendGrid's reasons for not sending a message at all.
var dropped = map[string]kind{"bounced address": hard, "invalid": hard, "spam reporting address": complaint, "unsubscribed address": leaves}

func (h *Hook) sendgrid(header http.Header, body []byte, now time.Time) (out []told, err error) {
	stamp := header.Get("X-Twilio-Email-Event-Webhook-Timestamp")
	signature, err := base64.StdEncoding.DecodeString(header.Get("X-Twilio-Email-Event-Webhook-Signature"))
	sum := sha256.Sum256(append([]byte(stamp), body...))
	if err != nil || !ecdsa.VerifyASN1(h.key, sum[:], signature) {
		return nil, ErrProof
	}
	at, err := seconds(stamp)
	if err == nil {
		err = fresh(at, now, freshSendGrid)
	}
	if err != nil {
		return nil, err
	}
	events, err := parse[struct {
		Event, Type, Email, Reason, Response string
		Status                               text
		SMTPID                               string `json:"smtp-id"`
	}](body)
	if err != nil {
		return nil, err
	}
	for i := range events {
		e := events[i]
		if e == nil {
			out = append(out, told{kind: unreadable})
			continue
		}
		t := told{recipient: e.Email, messageID: e.SMTPID, status: string(e.Status), diagnostic: cmp.Or(e.Reason, e.Response), by: strings.TrimSpace("SendGrid " + e.Event + " " + e.Type)}
		switch e.Event {
		case "bounce":
			t.kind = hard
			if e.Type == "blocked" {
				t.kind = block
			}
		case "blocked":
			t.kind = block
		case "dropped":
			known := false
			if t.kind, known = dropped[strings.ToLower(e.Reason)]; !known {
				t.kind = block
			}
			t.by, t.certain = "SendGrid dropped: "+e.Reason, true
		case "deferred":
			t.kind = delayed
		case "spamreport":
			t.kind = complaint
		case "unsubscribe", "group_unsubscribe":
			t.kind = leaves
		default:
			continue
		}
		out = append(out, t)
	}
	return out, nil
}

// brevoKinds are Brevo's events; others say nothing.
var brevoKinds = map[string]kind{
	"hard_bounce": hard, "hardBounce": hard, "invalid_email": hard, "invalid": hard, "soft_bounce": soft, "softBounce": soft, "blocked": soft, "error": block,
	"deferred": delayed, "spam": complaint, "complaint": complaint, "unsubscribed": leaves, "unsubscribe": leaves,
}

func (h *Hook) brevo(header http.Header, body []byte, now time.Time) (out []told, err error) {
	if !h.hasSecret(header) {
		return nil, ErrProof
	}
	events, err := parse[struct {
		Event, Email, Reason string
		MessageID            string `json:"message-id"`
		Custom               string `json:"X-Mailin-custom"`
		At                   text   `json:"ts_event"`
	}](body)
	if err != nil {
		return nil, err
	}
	for i := range events {
		e := events[i]
		if e == nil {
			out = append(out, told{kind: unreadable})
			continue
		}
		if e.At != "" {
			at, err := seconds(string(e.At))
			if err == nil {
				err = fresh(at, now, freshUnsigned)
			}
			if err != nil {
				return nil, err
			}
		}
		id, marked := strings.CutPrefix(e.Custom, "delivery:")
		if !marked {
			id = e.MessageID
		}
		if k, ok := brevoKinds[e.Event]; ok {
			out = append(out, told{recipient: e.Email, messageID: id, diagnostic: e.Reason, by: "Brevo " + e.Event, kind: k, certain: strings.HasPrefix(e.Event, "invalid")})
		}
	}
	return out, nil
}
