package hooks

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const pemURL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"

// amazon stands for Amazon SNS: it signs, and serves the certificate to whoever believes its root.
type amazon struct {
	key    *rsa.PrivateKey
	cert   []byte
	asked  []string
	client *http.Client
}

func newAmazon(t *testing.T) *amazon {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	name := "sns.eu-west-1.amazonaws.com"
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: time.Now().AddDate(-10, 0, 0), NotAfter: time.Now().AddDate(10, 0, 0), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	a := &amazon{key: key, cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked = append(a.asked, r.Host+r.URL.Path)
		if r.URL.Path == "/SimpleNotificationService-00000000.pem" {
			http.Redirect(w, r, "/SimpleNotificationService-0123456789abcdef.pem", http.StatusFound)
			return
		}
		w.Write(a.cert)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.cert)
	a.client = newClient()
	a.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}}
	return a
}

// post is a request of Amazon, changed before and after it is signed.
func (a *amazon) post(t *testing.T, kind, message string, before, after func(*envelope)) []byte {
	t.Helper()
	e := &envelope{Type: kind, MessageId: "m", TopicArn: topic, Message: message, Timestamp: noon.Format("2006-01-02T15:04:05.000Z"), SignatureVersion: "1", SigningCertURL: pemURL}
	if before != nil {
		before(e)
	}
	var signature []byte
	var err error
	if e.SignatureVersion == "2" {
		sum := sha256.Sum256([]byte(e.signed()))
		signature, err = rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA256, sum[:])
	} else {
		sum := sha1.Sum([]byte(e.signed()))
		signature, err = rsa.SignPKCS1v15(rand.Reader, a.key, crypto.SHA1, sum[:])
	}
	if err != nil {
		t.Fatal(err)
	}
	if e.Signature = base64.StdEncoding.EncodeToString(signature); after != nil {
		after(e)
	}
	body, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestAmazon(t *testing.T) {
	a := newAmazon(t)
	const mail = `"mail":{"source":"bounces+d1@example.org","destination":["a@b.example"],"headers":[{"name":"Message-ID","value":"<d1@example.org>"}],"commonHeaders":{"messageId":"x","from":["press@example.org"]}}`
	bounce := func(kind, sub, recipient string) string {
		return `{"notificationType":"Bounce","bounce":{"bounceType":"` + kind + `","bounceSubType":"` + sub + `","bouncedRecipients":[{"emailAddress":"a@b.example"` + recipient + `}]},` + mail + `}`
	}
	for message, want := range map[string]string{
		bounce("Permanent", "General", `,"action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"`):                       "hard a@b.example 5.1.1 d1@example.org d1",
		bounce("Permanent", "General", `,"action":"failed","status":"5.7.1","diagnosticCode":"smtp; 550 5.7.1 blocked using spamhaus"`):             "block a@b.example 5.7.1 d1@example.org d1",
		bounce("Permanent", "OnAccountSuppressionList", `,"status":"5.1.1","diagnosticCode":"Amazon SES did not send the message to this address"`): "hard a@b.example 5.1.1 d1@example.org d1",
		bounce("Transient", "MailboxFull", ""):     "full a@b.example d1@example.org d1",
		bounce("Transient", "General", ""):         "soft a@b.example d1@example.org d1",
		bounce("Transient", "ContentRejected", ""): "block a@b.example d1@example.org d1",
		bounce("Undetermined", "Undetermined", ""): "soft a@b.example d1@example.org d1",
		`{"eventType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"a@b.example"}],"complaintFeedbackType":"abuse"},` + mail + `}`:                                              "complaint a@b.example d1@example.org d1",
		`{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"a@b.example"}],"complaintFeedbackType":"not-spam"},` + mail + `}`:                                    "automatic a@b.example d1@example.org d1",
		`{"eventType":"DeliveryDelay","deliveryDelay":{"delayType":"MailboxFull","delayedRecipients":[{"emailAddress":"a@b.example","status":"4.2.2","diagnosticCode":"smtp; 452"}]},` + mail + `}`: "delayed a@b.example 4.2.2 d1@example.org d1",
		`{"eventType":"Reject","reject":{"reason":"Bad content"},` + mail + `}`:                                                                                                                     "block a@b.example d1@example.org d1",
		`{"notificationType":"Delivery",` + mail + `}`:                                                             "",
		`{"eventType":"Subscription","subscription":{"newTopicPreferences":{"unsubscribeAll":true}},` + mail + `}`: "leaves a@b.example d1@example.org d1",
	} {
		for _, version := range []string{"1", "2"} {
			h := hook(t, "ses")
			h.Client = a.client
			got, err := h.Read(t.Context(), http.Header{}, a.post(t, "Notification", message, func(e *envelope) { e.SignatureVersion, e.Subject = version, "S" }, nil), paths{}, noon)
			if err != nil || said(got) != want {
				t.Errorf("%s\n got %q %v\nwant %q", message, said(got), err, want)
			}
		}
	}
	h := hook(t, "ses")
	h.Client = a.client
	a.asked = nil
	for _, url := range []string{"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription", "https://sns.eu-west-1.amazonaws.com.evil.example/", "http://sns.eu-west-1.amazonaws.com/"} {
		_, err := h.Read(t.Context(), http.Header{}, a.post(t, "SubscriptionConfirmation", "You have chosen", func(e *envelope) { e.SubscribeURL, e.Token = url, "t" }, nil), paths{}, noon)
		if (err == nil) != strings.Contains(url, "Confirm") {
			t.Errorf("%s: %v", url, err)
		}
	}
	if got := strings.Join(a.asked, " "); got != "sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem sns.eu-west-1.amazonaws.com/" {
		t.Errorf("asked for %s", got)
	}
	a.asked = nil
	for name, c := range map[string]struct{ before, after func(*envelope) }{
		"another topic":   {before: func(e *envelope) { e.TopicArn = "arn:aws:sns:eu-west-1:999999999999:bounces" }},
		"changed":         {after: func(e *envelope) { e.Message += " " }},
		"changed later":   {after: func(e *envelope) { e.Timestamp = noon.Add(time.Minute).Format(time.RFC3339) }},
		"no signature":    {after: func(e *envelope) { e.Signature = "" }},
		"another version": {after: func(e *envelope) { e.SignatureVersion = "3" }},
		"another's host": {before: func(e *envelope) {
			e.SigningCertURL = "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem"
		}},
		"another's user": {before: func(e *envelope) {
			e.SigningCertURL = "https://sns.eu-west-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem"
		}},
		"a bucket": {before: func(e *envelope) {
			e.SigningCertURL = "https://sns.s3.amazonaws.com.example/SimpleNotificationService-0123456789abcdef.pem"
		}},
		"a port": {before: func(e *envelope) {
			e.SigningCertURL = "https://sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0123456789abcdef.pem"
		}},
		"no TLS": {before: func(e *envelope) {
			e.SigningCertURL = "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
		}},
		"a redirect": {before: func(e *envelope) {
			e.SigningCertURL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-00000000.pem"
		}},
		"a file of this host": {before: func(e *envelope) { e.SigningCertURL = "file:///etc/passwd.pem" }},
		"a call of the API": {before: func(e *envelope) {
			e.SigningCertURL = "https://sns.eu-west-1.amazonaws.com/?Action=GetEndpointAttributes&x=/SimpleNotificationService-0123456789abcdef.pem"
		}},
		"a query":      {before: func(e *envelope) { e.SigningCertURL = pemURL + "?x=.pem" }},
		"a fragment":   {before: func(e *envelope) { e.SigningCertURL = pemURL + "#.pem" }},
		"another file": {before: func(e *envelope) { e.SigningCertURL = "https://sns.eu-west-1.amazonaws.com/anything.pem" }},
		"a folder": {before: func(e *envelope) {
			e.SigningCertURL = "https://sns.eu-west-1.amazonaws.com/%2e%2e/SimpleNotificationService-0123456789abcdef.pem"
		}},
		"long past": {before: func(e *envelope) { e.Timestamp = noon.AddDate(0, 0, -1).Format(time.RFC3339) }},
	} {
		if got, err := h.Read(t.Context(), http.Header{}, a.post(t, "Notification", bounce("Permanent", "General", ""), c.before, c.after), paths{}, noon); err == nil || got != nil {
			t.Errorf("%s was taken: %v", name, got)
		}
	}
	if got := strings.Join(a.asked, " "); got != "sns.eu-west-1.amazonaws.com/SimpleNotificationService-00000000.pem" {
		t.Errorf("asked for %s", got)
	}
}
