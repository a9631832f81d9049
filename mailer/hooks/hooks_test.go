package hooks

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// paths stands for our signed return addresses.
type paths struct{}

func (paths) ReadReturnPath(address string) (string, bool) {
	id, ok := strings.CutPrefix(address, "bounces+")
	id, _, _ = strings.Cut(id, "@")
	return id, ok
}
func (paths) ReadLeaveAddress(string) (string, bool) { return "", false }
func (paths) ReadUnsubscribe(string) (string, bool)  { return "", false }

// said is what events mean, in a few words.
func said(events []Event) string {
	var out []string
	for _, e := range events {
		words := []string{string(e.Class), e.Recipient, e.Status, e.OriginalMessage, e.Delivery}
		if e.Leaves {
			words[0] = "leaves"
		}
		if e.Unreadable {
			words[0] = "unreadable"
		}
		if e.Action == "delayed" {
			words[0] = "delayed"
		}
		out = append(out, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
	}
	return strings.Join(out, "; ")
}

var sendgridKey, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)

const (
	secret = "a secret of sixteen"
	topic  = "arn:aws:sns:eu-west-1:123456789012:bounces"
)

func hook(t testing.TB, service string) *Hook {
	t.Helper()
	key := secret
	switch service {
	case "ses":
		key = topic
	case "sendgrid":
		der, err := x509.MarshalPKIXPublicKey(&sendgridKey.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		key = base64.StdEncoding.EncodeToString(der)
	default:
		key = strings.ReplaceAll(key, " ", "-")
	}
	all, err := Parse(service + "=" + key)
	if err != nil || len(all) != 1 {
		t.Fatal(err)
	}
	return all[0]
}

// prove signs a body as the service does, at a time.
func prove(t testing.TB, h *Hook, body string, at time.Time) (http.Header, string) {
	t.Helper()
	header, stamp := http.Header{}, strconv.FormatInt(at.Unix(), 10)
	switch h.Service {
	case "generic":
		header.Set("Glasnik-Timestamp", stamp)
		header.Set("Glasnik-Signature", mac(h.secret, []byte(stamp+"."+body)))
	case "postmark":
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("glasnik:"+h.secret)))
	case "brevo":
		header.Set("Authorization", "Bearer "+h.secret)
	case "mailgun":
		body = fmt.Sprintf(`{"signature":{"timestamp":"%s","token":"t","signature":"%s"},"event-data":%s}`, stamp, mac(h.secret, []byte(stamp+"t")), body)
	case "sendgrid":
		sum := sha256.Sum256([]byte(stamp + body))
		signature, err := ecdsa.SignASN1(rand.Reader, sendgridKey, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		header.Set("X-Twilio-Email-Event-Webhook-Timestamp", stamp)
		header.Set("X-Twilio-Email-Event-Webhook-Signature", base64.StdEncoding.EncodeToString(signature))
	}
	return header, body
}

// events are what services post, and what it means.
var events = []struct{ service, body, want string }{
	{"generic", `{"event":"bounce","class":"hard","recipient":"ana@dnevnik.example","return_path":"bounces+d1@example.org"}`, "hard ana@dnevnik.example d1"},
	{"generic", `[{"event":"bounce","recipient":"ana@dnevnik.example","message_id":"<d1@example.org>","diagnostic":"550 5.1.1 no such user"},{"event":"complaint","recipient":"b@c.example"},{"event":"delivered"}]`, "hard ana@dnevnik.example 5.1.1 d1@example.org; complaint b@c.example"},
	{"generic", `{"event":"bounce","class":"hard","recipient":"a@b.example","diagnostic":"550 5.7.1 Client host blocked using zen.spamhaus.org"}`, "block a@b.example 5.7.1"},
	{"generic", `{"event":"unsubscribe","recipient":"a@b.example"}`, "leaves a@b.example"},
	{"generic", `{"event":"delayed","recipient":"a@b.example","diagnostic":"451 4.7.1 greylisted"}`, "delayed a@b.example 4.7.1"},
	{"generic", `[]`, ""},

	{"postmark", `{"RecordType":"Bounce","Type":"HardBounce","Email":"a@b.example","From":"press@example.org","Details":"smtp;550 5.1.1 The email account that you tried to reach does not exist.","BouncedAt":"2026-11-30T11:00:00Z","Metadata":{"delivery":"d1"}}`, "hard a@b.example 5.1.1 d1"},
	{"postmark", `{"RecordType":"Bounce","Type":"HardBounce","Email":"a@b.example","Details":"test bounce details"}`, "hard a@b.example"},
	{"postmark", `{"RecordType":"Bounce","Type":"SoftBounce","Email":"a@b.example","Details":"smtp;452 4.2.2 mailbox full"}`, "full a@b.example 4.2.2"},
	{"postmark", `{"RecordType":"Bounce","Type":"SpamNotification","Email":"a@b.example","Details":"refused"}`, "block a@b.example"},
	{"postmark", `{"RecordType":"Bounce","Type":"Transient","Email":"a@b.example","Details":"smtp;451 try later"}`, "delayed a@b.example"},
	{"postmark", `{"RecordType":"Bounce","Type":"AutoResponder","Email":"a@b.example","Details":"I am away"}`, "automatic a@b.example"},
	{"postmark", `{"RecordType":"SpamComplaint","Type":"SpamComplaint","Email":"a@b.example","Content":"From: fbl@b.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=x\n\n--x\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\n--x\nContent-Type: message/rfc822\n\nMessage-ID: <d1@example.org>\nReturn-Path: <bounces+d1@example.org>\n\n--x--\n"}`, "complaint a@b.example d1@example.org"},
	{"postmark", `{"RecordType":"SubscriptionChange","Recipient":"a@b.example","SuppressSending":true,"SuppressionReason":"ManualSuppression"}`, "leaves a@b.example"},
	{"postmark", `{"RecordType":"SubscriptionChange","Recipient":"a@b.example","SuppressSending":true,"SuppressionReason":"HardBounce"}`, ""},
	{"postmark", `{"RecordType":"Delivery","Recipient":"a@b.example"}`, ""},

	{"mailgun", `{"event":"failed","severity":"permanent","reason":"bounce","recipient":"a@b.example","delivery-status":{"code":550,"message":"5.1.1 user unknown","enhanced-code":"5.1.1"},"message":{"headers":{"message-id":"d1@example.org","from":"press@example.org"}}}`, "hard a@b.example 5.1.1 d1@example.org"},
	{"mailgun", `{"event":"failed","severity":"permanent","reason":"suppress-bounce","recipient":"a@b.example","delivery-status":{"code":605,"description":"Not delivering to previously bounced address"}}`, "hard a@b.example"},
	{"mailgun", `{"event":"failed","severity":"permanent","reason":"suppress-complaint","recipient":"a@b.example"}`, "complaint a@b.example"},
	{"mailgun", `{"event":"failed","severity":"temporary","reason":"generic","recipient":"a@b.example","delivery-status":{"code":421,"message":"4.7.0 try again later"}}`, "delayed a@b.example 4.7.0"},
	{"mailgun", `{"event":"failed","severity":"permanent","reason":"espblock","recipient":"a@b.example","delivery-status":{"code":554,"message":"no"}}`, "block a@b.example"},
	{"mailgun", `{"event":"failed","severity":"permanent","reason":"old","recipient":"a@b.example","delivery-status":{"code":602,"message":"too old"}}`, "soft a@b.example"},
	{"mailgun", `{"event":"complained","recipient":"a@b.example","envelope":{"sender":"bounces+d1@example.org"}}`, "complaint a@b.example d1"},
	{"mailgun", `{"event":"unsubscribed","recipient":"a@b.example"}`, "leaves a@b.example"},
	{"mailgun", `{"event":"opened","recipient":"a@b.example"}`, ""},

	{"sendgrid", `[{"email":"a@b.example","event":"bounce","type":"bounce","status":"5.1.1","reason":"550 5.1.1 unknown user","smtp-id":"<d1@example.org>","timestamp":1}]`, "hard a@b.example 5.1.1 d1@example.org"},
	{"sendgrid", `[{"email":"a@b.example","event":"bounce","type":"blocked","status":"5.7.1","reason":"550 5.7.1 listed at spamhaus"},{"email":"c@d.example","event":"open"}]`, "block a@b.example 5.7.1"},
	{"sendgrid", `[{"email":"a@b.example","event":"bounce","type":"blocked","status":"5.2.2","reason":"552 5.2.2 mailbox full"}]`, "full a@b.example 5.2.2"},
	{"sendgrid", `[{"email":"a@b.example","event":"dropped","reason":"Bounced Address"},{"email":"c@d.example","event":"dropped","reason":"Spam Reporting Address"},{"email":"e@f.example","event":"dropped","reason":"Recipient List over Package Quota"}]`, "hard a@b.example; complaint c@d.example; block e@f.example"},
	{"sendgrid", `[{"email":"a@b.example","event":"deferred","response":"421 4.7.0 busy"},{"email":"a@b.example","event":"spamreport"},{"email":"a@b.example","event":"group_unsubscribe"}]`, "delayed a@b.example 4.7.0; complaint a@b.example; leaves a@b.example"},

	{"sendgrid", `[7,{"email":"a@b.example","event":"bounce","reason":{"x":1}},{"email":["a@b.example"],"event":"bounce"},null,{"email":"c@d.example","event":"spamreport","status":null,"type":null}]`, "unreadable; unreadable; unreadable; complaint c@d.example"},
	{"postmark", `[{"RecordType":"SpamComplaint","Email":[]},{"RecordType":"SpamComplaint","Email":"a@b.example"}]`, "unreadable; complaint a@b.example"},

	{"brevo", `{"event":"hard_bounce","email":"a@b.example","message-id":"<d1@example.org>","reason":"550 5.1.1 unknown user","ts_event":1796036400}`, "hard a@b.example 5.1.1 d1@example.org"},
	{"brevo", `{"event":"spam","email":"a@b.example","message-id":"<x@relay.example>","X-Mailin-custom":"delivery:d1"}`, "complaint a@b.example d1"},
	{"brevo", `{"event":"soft_bounce","email":"a@b.example","reason":"452 4.2.2 over quota"}`, "full a@b.example 4.2.2"},
	{"brevo", `{"event":"spam","email":"a@b.example"}`, "complaint a@b.example"},
	{"brevo", `{"event":"unsubscribed","email":"a@b.example"}`, "leaves a@b.example"},
	{"brevo", `{"event":"invalid_email","email":"a@b.example"}`, "hard a@b.example"},
	{"brevo", `{"event":"deferred","email":"a@b.example","reason":"busy"}`, "delayed a@b.example"},
	{"brevo", `[{"event":"spam","email":5},{"event":"spam","email":"a@b.example"}]`, "unreadable; complaint a@b.example"},
	{"brevo", `{"event":"click","email":"a@b.example"}`, ""},
}

func TestEvents(t *testing.T) {
	for _, c := range events {
		h := hook(t, c.service)
		header, body := prove(t, h, c.body, noon)
		got, err := h.Read(t.Context(), header, []byte(body), paths{}, noon)
		if err != nil || said(got) != c.want {
			t.Errorf("%s %s\n got %q %v\nwant %q", c.service, c.body, said(got), err, c.want)
		}
		for i := range got {
			if got[i].Rule == "" && !got[i].Unreadable {
				t.Errorf("%s %s: no rule", c.service, c.body)
			}
		}
	}
}

// TestRefused are requests that nobody proved, or proved long ago.
func TestRefused(t *testing.T) {
	first := map[string]string{}
	for _, c := range events {
		if first[c.service] == "" {
			first[c.service] = c.body
		}
	}
	for service, plain := range first {
		h := hook(t, service)
		header, body := prove(t, h, plain, noon)
		read := func(header http.Header, body string, now time.Time) error {
			events, err := h.Read(t.Context(), header, []byte(body), paths{}, now)
			if err != nil && events != nil {
				t.Errorf("%s: events beside an error", service)
			}
			return err
		}
		if service != "mailgun" {
			if err := read(http.Header{}, body, noon); !errors.Is(err, ErrProof) {
				t.Errorf("%s, unsigned: %v", service, err)
			}
		}
		if service == "generic" || service == "sendgrid" {
			if err := read(header, body+" ", noon); !errors.Is(err, ErrProof) {
				t.Errorf("%s, changed: %v", service, err)
			}
		}
		if service == "mailgun" {
			if err := read(header, strings.Replace(body, `"token":"t"`, `"token":"x"`, 1), noon); !errors.Is(err, ErrProof) {
				t.Errorf("%s, changed: %v", service, err)
			}
		}
		if other := hook(t, service); service != "sendgrid" {
			other.secret = "another secret, as long"
			header, body := prove(t, other, plain, noon)
			if err := read(header, body, noon); !errors.Is(err, ErrProof) {
				t.Errorf("%s, another's secret: %v", service, err)
			}
		}
		for _, now := range []time.Time{noon.Add(30 * 24 * time.Hour), noon.Add(-24 * time.Hour)} {
			if err := read(header, body, now); !errors.Is(err, ErrOld) && !(now.Before(noon) && service == "x") {
				t.Errorf("%s, at %v: %v", service, now, err)
			}
		}
		header, body = prove(t, h, "{", noon)
		if err := read(header, body, noon); !errors.Is(err, ErrBody) && service != "mailgun" {
			t.Errorf("%s, no JSON: %v", service, err)
		}
	}
}

// TestUnproved are bodies of nobody in particular: they are refused for want of a proof, and never as a fault of the service.
func TestUnproved(t *testing.T) {
	for _, service := range Services {
		for _, body := range []string{"", "{", "[", "null", "{}", "[]", `{"event-data":[]}`, `{"Type":5}`, strings.Repeat("[", 20_000)} {
			if got, err := hook(t, service).Read(t.Context(), http.Header{}, []byte(body), paths{}, noon); !errors.Is(err, ErrProof) || got != nil {
				t.Errorf("%s, %.20q: %v", service, body, err)
			}
		}
	}
}

// TestBombs are bodies that are small, signed and would be large when they are read.
func TestBombs(t *testing.T) {
	for name, body := range map[string]string{
		"too many":       "[" + strings.Repeat("{},", maxEvents) + "{}]",
		"deep":           strings.Repeat("[", MaxBody),
		"deep in one":    strings.Repeat(`{"event":`, MaxBody/10),
		"a list goes on": `[{"event":"delivered"}] [{"event":"delivered"}]`,
		"no end":         `[{"event":"delivered"}`,
	} {
		for _, service := range []string{"generic", "postmark", "sendgrid", "brevo"} {
			h := hook(t, service)
			header, body := prove(t, h, body, noon)
			if got, err := h.Read(t.Context(), header, []byte(body), paths{}, noon); !errors.Is(err, ErrBody) || got != nil {
				t.Errorf("%s, %s: %d events, %v", service, name, len(got), err)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for setting, n := range map[string]int{
		"": 0, "generic=0123456789abcdef": 1, "generic=0123456789abcdef mailgun=0123456789abcdef=": 2,
		"generic=short": -1, "unknown=0123456789abcdef": -1, "generic": -1, "generic=0123456789abcdef generic=0123456789abcdeg": -1,
		"ses=arn:aws:sns:eu-west-1:1:x": -1, "sendgrid=abc": -1, "sendgrid=!": -1,
	} {
		if all, err := Parse(setting); len(all) != max(n, 0) && n >= 0 || (err == nil) != (n >= 0) {
			t.Errorf("%s: %d %v", setting, len(all), err)
		}
	}
}

func FuzzHooks(f *testing.F) {
	for _, c := range events {
		f.Add(c.service, c.body)
	}
	f.Add("ses", `{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{}]}}`)
	f.Fuzz(func(t *testing.T, service, body string) {
		if service == "ses" {
			all, _ := readSES(body)
			for i := range all {
				all[i].event(paths{})
			}
			return
		}
		known := false
		for _, s := range Services {
			known = known || s == service
		}
		if !known {
			return
		}
		h := hook(t, service)
		header, signed := prove(t, h, body, noon)
		all, err := h.Read(t.Context(), header, []byte(signed), paths{}, noon)
		if err != nil && all != nil {
			t.Error("events beside an error")
		}
		for _, e := range all {
			if e.Recipient != "" && !strings.ContainsAny(body, `@\`) {
				t.Errorf("the recipient %q was invented", e.Recipient)
			}
		}
	})
}
