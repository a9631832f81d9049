package main

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// checkMessage reads one message as a mail program does.
func checkMessage(t *testing.T, m smtptest.Message) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Data))
	must(t, err)
	h := parsed.Header
	for name, want := range map[string]string{
		"From": `"Press Office" <press@example.org>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Precedence": "", "Auto-Submitted": "",
	} {
		if got := h.Get(name); got != want && strings.ReplaceAll(got, `"`, "") != strings.ReplaceAll(want, `"`, "") {
			t.Errorf("%s of the message to %s is %q, want %q", name, m.To, got, want)
		}
	}
	for _, name := range []string{"Message-Id", "List-Id", "List-Unsubscribe", "Date", "Subject", "Content-Language", "Feedback-Id"} {
		if h.Get(name) == "" {
			t.Errorf("the message to %s has no %s", m.To, name)
		}
	}
	addresses, err := h.AddressList("To")
	if err != nil || len(addresses) != 1 || addresses[0].Address != m.To || m.From != "press@example.org" {
		t.Errorf("To %q from %s (%v), envelope to %s", h.Get("To"), m.From, err, m.To)
	}
	if html, text := bodies(t, m.Data); html == "" || text == "" || strings.Contains(html+text, "{{") || strings.Contains(html+text, campaign.PlaceBegin) {
		t.Errorf("the message to %s is not made right:\n%s", m.To, text)
	}
}

// bodies returns the decoded HTML and text of a message.
func bodies(t *testing.T, data []byte) (html, text string) {
	t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(data))
	must(t, err)
	kind, params, err := mime.ParseMediaType(parsed.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") {
		t.Fatalf("%s, %v", kind, err)
	}
	r := multipart.NewReader(parsed.Body, params["boundary"])
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return html, text
		}
		must(t, err)
		var body io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			body = quotedprintable.NewReader(part)
		} else if part.Header.Get("Content-Transfer-Encoding") == "base64" {
			body = base64.NewDecoder(base64.StdEncoding, part)
		}
		decoded, err := io.ReadAll(body)
		must(t, err)
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			html = string(decoded)
		} else {
			text = string(decoded)
		}
	}
}

// fetch asks the pages as a reader's browser does.
func fetch(handler http.Handler, method, address, body string) *httptest.ResponseRecorder {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(method, u.RequestURI(), strings.NewReader(body))
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}
