package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// newKey returns a private key in PEM and its signer.
func newKey(t *testing.T) (string, *mailer.DKIM) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	d, err := mailer.NewDKIM("example.org", "news", text)
	must(t, err)
	return text, d
}

func TestEveryMessageIsSigned(t *testing.T) {
	t.Parallel()
	key, d := newKey(t)
	name, record := d.Record()
	desk := newDesk(t, smtptest.Options{}, "GLASNIK_DKIM_DOMAIN=example.org", "GLASNIK_DKIM_SELECTOR=news", "GLASNIK_DKIM_KEY_FILE=./dkim.pem")
	desk.write("dkim.pem", key)
	id := desk.campaign("email,language\na@example.org,en\nb@example.org,sr-Latn\nc@example.org,sr-Cyrl\n")
	desk.ok("campaigns", "send", id, "--wait")
	taken := desk.sink.Taken()
	if len(taken) != 3 {
		t.Fatalf("%d messages", len(taken))
	}
	for _, m := range taken {
		verified, err := dkim.VerifyWithOptions(bytes.NewReader(m.Data), &dkim.VerifyOptions{LookupTXT: func(asked string) ([]string, error) {
			if asked != name {
				t.Errorf("asked for %s", asked)
			}
			return []string{record}, nil
		}})
		if err != nil || len(verified) != 1 || verified[0].Err != nil {
			t.Errorf("%s: %+v, %v", m.To, verified, err)
		}
		if m.Parameters == "" {
			t.Errorf("%s: the size is not told", m.To)
		}
	}
}

func TestSigningSettings(t *testing.T) {
	t.Chdir(t.TempDir())
	key, _ := newKey(t)
	c, err := readConfig([]string{"GLASNIK_DKIM_DOMAIN=example.org", "GLASNIK_DKIM_SELECTOR=news", "GLASNIK_DKIM_KEY=" + strings.ReplaceAll(key, "\n", `\n`)})
	if err != nil || c.dkim == nil {
		t.Errorf("a key on one line: %v", err)
	}
	c, err = readConfig([]string{"GLASNIK_DKIM_KEY_FILE=", "GLASNIK_SMTP_URL_FILE= ", "GLASNIK_SECRET_FILE="})
	if err != nil || c.dkim != nil || len(c.smtp) > 0 {
		t.Errorf("an empty NAME_FILE is not unset: %v", err)
	}
	for says, environ := range map[string][]string{
		"DKIM_DOMAIN":   {"GLASNIK_DKIM_DOMAIN=example.org"},
		"DKIM_KEY":      {"GLASNIK_DKIM_DOMAIN=example.org", "GLASNIK_DKIM_SELECTOR=news", "GLASNIK_DKIM_KEY=verysecretword"},
		"DKIM_SELECTOR": {"GLASNIK_DKIM_DOMAIN=example.org", "GLASNIK_DKIM_SELECTOR=a b", "GLASNIK_DKIM_KEY=" + key},
	} {
		if _, err := readConfig(environ); err == nil || !strings.Contains(err.Error(), "GLASNIK_"+says+" ") || strings.Contains(err.Error(), "verysecretword") {
			t.Errorf("%s: %v", says, err)
		}
	}
}
