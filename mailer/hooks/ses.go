package hooks

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

var (
	topicPattern = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+$`)
	snsHost      = regexp.MustCompile(`^sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?$`)
	certPath     = regexp.MustCompile(`^/SimpleNotificationService-[A-Za-z0-9]{8,64}\.pem$`)
)

// envelope is what Amazon SNS posts.
type envelope struct {
	Type, MessageId, TopicArn, Subject, Message, Timestamp, Token string
	SignatureVersion, Signature, SigningCertURL, SubscribeURL     string
}

// signed is the text that is signed.
func (e *envelope) signed() string {
	fields := [][2]string{{"Message", e.Message}, {"MessageId", e.MessageId}, {"Subject", e.Subject}, {"Timestamp", e.Timestamp}, {"TopicArn", e.TopicArn}, {"Type", e.Type}}
	if e.Type != "Notification" {
		fields = [][2]string{{"Message", e.Message}, {"MessageId", e.MessageId}, {"SubscribeURL", e.SubscribeURL}, {"Timestamp", e.Timestamp}, {"Token", e.Token}, {"TopicArn", e.TopicArn}, {"Type", e.Type}}
	}
	var b strings.Builder
	for _, f := range fields {
		if f[0] != "Subject" || f[1] != "" {
			b.WriteString(f[0] + "\n" + f[1] + "\n")
		}
	}
	return b.String()
}

// ses reads what Amazon SES says by way of Amazon SNS. Whoever has an account at Amazon can have SNS sign what they like: so the
// topic counts beside the signature.
func (h *Hook) ses(ctx context.Context, body []byte, now time.Time) ([]told, error) {
	var e envelope
	if json.Unmarshal(body, &e) != nil {
		return nil, ErrProof // which is in the body
	}
	if e.TopicArn != h.secret {
		return nil, ErrProof
	}
	at, err := time.Parse(time.RFC3339, e.Timestamp)
	if err != nil {
		return nil, ErrProof
	}
	if err := fresh(at, now, freshSNS); err != nil {
		return nil, err
	}
	if err := h.proveSNS(ctx, &e, now); err != nil {
		return nil, err
	}
	switch e.Type {
	case "SubscriptionConfirmation":
		if !atAmazon(e.SubscribeURL) {
			return nil, ErrProof
		}
		_, err := h.fetch(ctx, e.SubscribeURL)
		return nil, err
	case "Notification":
		return readSES(e.Message)
	}
	return nil, nil
}

func (h *Hook) proveSNS(ctx context.Context, e *envelope, now time.Time) error {
	signature, err := base64.StdEncoding.DecodeString(e.Signature)
	if err != nil || !isCertificate(e.SigningCertURL) {
		return ErrProof
	}
	cert, err := h.certificate(ctx, e.SigningCertURL)
	if err != nil {
		return err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || now.Before(cert.NotBefore) || now.After(cert.NotAfter) {
		return ErrProof
	}
	text := []byte(e.signed())
	switch e.SignatureVersion {
	case "1":
		sum := sha1.Sum(text)
		err = rsa.VerifyPKCS1v15(key, crypto.SHA1, sum[:], signature)
	case "2":
		sum := sha256.Sum256(text)
		err = rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature)
	default:
		err = ErrProof
	}
	if err != nil {
		return ErrProof
	}
	return nil
}

// atAmazon reports whether an address is one of Amazon SNS, over TLS.
func atAmazon(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "https" && u.User == nil && snsHost.MatchString(u.Host)
}

// isCertificate reports whether an address is that of a file of Amazon SNS. With a query it would be a call of its API, among whose
// answers are texts that any customer may have put there.
func isCertificate(address string) bool {
	u, err := url.Parse(address)
	return err == nil && atAmazon(address) && certPath.MatchString(u.EscapedPath()) && u.RawQuery == "" && !u.ForceQuery && u.Fragment == ""
}

// certificates are those that were fetched, by their address.
type certificates struct {
	mu  sync.Mutex
	all map[string]*x509.Certificate
}

// mostCertificates are held; Amazon has one a region, and a new one now and then.
const mostCertificates = 20

func (h *Hook) certificate(ctx context.Context, address string) (*x509.Certificate, error) {
	h.certs.mu.Lock()
	defer h.certs.mu.Unlock()
	if c := h.certs.all[address]; c != nil {
		return c, nil
	}
	data, err := h.fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return nil, ErrProof
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, ErrProof
	}
	if h.certs.all == nil || len(h.certs.all) >= mostCertificates {
		h.certs.all = map[string]*x509.Certificate{}
	}
	h.certs.all[address] = cert
	return cert, nil
}

const mostFetched = 64 << 10 // octets of a certificate

func newClient() *http.Client {
	return &http.Client{Timeout: 15 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("it leads elsewhere") }}
}

// fetch gets something from Amazon SNS, which proves itself by its certificate for TLS. Redirects are not followed.
func (h *Hook) fetch(ctx context.Context, address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, ErrProof
	}
	res, err := h.Client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("fetch from Amazon SNS: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("fetch from Amazon SNS: the answer is %d", res.StatusCode)
	}
	return io.ReadAll(io.LimitReader(res.Body, mostFetched))
}

// sesRecipient is one that a notification names.
type sesRecipient struct{ EmailAddress, Action, Status, DiagnosticCode string }

// sesKinds are SES's subtypes of bounces that mean more than their type. certain ones come from its own lists.
var sesKinds = map[string]kind{
	"MailboxFull": full, "MessageTooLarge": block, "ContentRejected": block, "AttachmentRejected": block,
	"NoEmail": hard, "Suppressed": hard, "OnAccountSuppressionList": hard, "UnsubscribedRecipient": leaves,
}

// readSES reads a notification of Amazon SES, or an event as its configuration sets publish them.
func readSES(message string) (out []told, err error) {
	var n struct {
		NotificationType, EventType string
		Mail                        struct {
			Source        string
			Headers       []struct{ Name, Value string }
			CommonHeaders struct {
				MessageID string   `json:"messageId"`
				From      []string `json:"from"`
			}
			Destination []string
		}
		Bounce struct {
			BounceType, BounceSubType string
			BouncedRecipients         []sesRecipient
		}
		Complaint struct {
			ComplainedRecipients  []sesRecipient
			ComplaintFeedbackType string
		}
		DeliveryDelay struct {
			DelayType         string
			DelayedRecipients []sesRecipient
		}
		Reject       struct{ Reason string }
		Subscription struct {
			NewTopicPreferences struct{ UnsubscribeAll bool }
		}
	}
	if err := json.Unmarshal([]byte(message), &n); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrBody, err)
	}
	about := told{messageID: n.Mail.CommonHeaders.MessageID, returnPath: n.Mail.Source}
	if len(n.Mail.CommonHeaders.From) > 0 {
		about.from = n.Mail.CommonHeaders.From[0]
	}
	for _, f := range n.Mail.Headers {
		if strings.EqualFold(f.Name, "Message-ID") { // Amazon gives the message another one
			about.messageID = f.Value
		}
	}
	add := func(recipients []sesRecipient, k kind, certain bool, by string) {
		for _, r := range recipients {
			t := about
			t.recipient, t.status, t.diagnostic, t.kind, t.certain, t.by = r.EmailAddress, r.Status, afterScheme(r.DiagnosticCode), k, certain, "SES "+by
			out = append(out, t)
		}
	}
	everybody := func() (all []sesRecipient) {
		for _, to := range n.Mail.Destination {
			all = append(all, sesRecipient{EmailAddress: to})
		}
		return all
	}
	switch cmp.Or(n.NotificationType, n.EventType) {
	case "Bounce":
		b := n.Bounce
		k, known := sesKinds[b.BounceSubType]
		if !known {
			k = map[bool]kind{true: hard, false: soft}[b.BounceType == "Permanent"]
		}
		certain := b.BounceSubType == "Suppressed" || b.BounceSubType == "OnAccountSuppressionList"
		add(b.BouncedRecipients, k, certain, strings.TrimSpace(b.BounceType+" "+b.BounceSubType))
	case "Complaint":
		k := complaint
		if n.Complaint.ComplaintFeedbackType == "not-spam" || n.Complaint.ComplaintFeedbackType == "auth-failure" || n.Complaint.ComplaintFeedbackType == "virus" {
			k = automatic
		}
		add(n.Complaint.ComplainedRecipients, k, false, strings.TrimSpace("Complaint "+n.Complaint.ComplaintFeedbackType))
	case "DeliveryDelay":
		add(n.DeliveryDelay.DelayedRecipients, delayed, false, "DeliveryDelay "+n.DeliveryDelay.DelayType)
	case "Reject":
		add(everybody(), block, true, "Reject "+n.Reject.Reason)
	case "Subscription":
		if n.Subscription.NewTopicPreferences.UnsubscribeAll {
			add(everybody(), leaves, false, "Subscription")
		}
	}
	return out, nil
}
