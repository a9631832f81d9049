package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/mailer"
	"github.com/glasnik/glasnik/mailer/dns/dnstest"
	"github.com/glasnik/glasnik/mailer/smtptest"
	"github.com/glasnik/glasnik/templates"
)

// deskKey is the key that desks sign with, and its setting.
var deskKey = sync.OnceValues(func() (*mailer.DKIM, string) {
	key, err := mailer.NewSigningKey(campaign.Ed25519Key)
	if err != nil {
		panic(err)
	}
	d, err := mailer.NewDKIM("example.org", "desk", key)
	if err != nil {
		panic(err)
	}
	return d, "GLASNIK_DKIM_KEY=" + strings.ReplaceAll(key, "\n", `\n`)
})

const deskSelector = "GLASNIK_DKIM_SELECTOR=desk"

// signs returns the settings of the desk's key; none where its own settings are about keys.
func (d *desk) signs(environ []string) []string {
	if slices.ContainsFunc(environ, func(s string) bool { return strings.HasPrefix(s, "GLASNIK_DKIM_") }) {
		return nil
	}
	signer, key := deskKey()
	return []string{deskSelector, "GLASNIK_DKIM_DOMAIN=" + signer.Domain(), key}
}

// checkSignatures holds that all that a desk handed to its mail server, on whatever path, is signed byte for byte, with what readers see
// and one-click leaving depends on.
func (d *desk) checkSignatures() {
	if !slices.Contains(d.environ, deskSelector) {
		return
	}
	signer, _ := deskKey()
	_, record := signer.Record()
	for _, m := range d.sink.Taken() {
		verified, err := dkim.VerifyWithOptions(bytes.NewReader(m.Data), &dkim.VerifyOptions{LookupTXT: func(string) ([]string, error) { return []string{record}, nil }})
		if err != nil || len(verified) == 0 || verified[0].Err != nil {
			d.t.Errorf("the message to %s is not signed: %+v, %v\n%.2000s", m.To, verified, err, m.Data)
			continue
		}
		covered := " " + strings.ToLower(strings.Join(verified[0].HeaderKeys, " ")) + " "
		for _, field := range []string{"From", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post"} {
			there := bytes.Count(m.Data, []byte("\r\n"+field+":"))
			if strings.Count(covered, " "+strings.ToLower(field)+" ") != there+1 {
				d.t.Errorf("the message to %s has %d fields %s, and is signed over %s", m.To, there, field, covered)
			}
		}
	}
}

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

// What the program writes to single readers, to the team and to itself is signed by both keys like a campaign's mail, and holds after a
// relay that refolds it, whoever verifies it.
func TestMailOnEveryPathIsSigned(t *testing.T) {
	t.Parallel()
	server := dnstest.Start(t, nil)
	put, mailbox := mailboxOf(t)
	d := newDesk(t, smtptest.Options{}, "GLASNIK_DKIM_DOMAIN=", "GLASNIK_DNS="+server.Addr, "GLASNIK_BOUNCE_ADDRESS=bounces@example.org", mailbox)
	made, _ := d.keys(time.Now(), "make", "example.org", "--json")
	records := map[string]string{}
	for _, k := range made {
		records[k.ID] = k.Record
		server.Set("TXT "+k.ID, k.Record)
	}
	d.keys(time.Now(), "look", "--json")
	id := d.campaign("email,language\na@example.org,en\nb@example.org,sr-Cyrl\n", "--name", "All paths")
	d.ok("campaigns", "send", id, "--wait")
	others := 1
	d.inspect(func(in *installation) {
		_, err := in.store.Sending.StartTest(t.Context(), id, []string{"colleague@example.org"}, campaign.SerbianLatin, "", templates.TrackedLinks)
		must(t, err)
		long := "Поштовани, " + strings.Repeat("ово је једна дугачка реченица без краја, ", 60) + "\r\n.\r\nFrom here: on\t "
		for _, kind := range append(slices.Clone(campaign.NoticeKinds), campaign.TeamNotice, campaign.ForwardedReply) {
			for _, l := range campaign.Languages {
				n := &campaign.Notice{Kind: kind, About: "somebody", Names: []string{"Press", "Школе и новинари"}, ExpiresAt: time.Now().Add(time.Hour)}
				if kind == campaign.TeamNotice || kind == campaign.ForwardedReply {
					n.Letter = &campaign.Letter{Subject: campaign.Textf("Answer from %s: %s", "Љиљана", long[:200]).Stored(), Button: campaign.Textf("Look at it").Stored(),
						Lines: campaign.StoredTexts([]campaign.Text{campaign.Textf("%s", long), campaign.Textf("%s", strings.Repeat("x", 3000))})}
				}
				if kind == campaign.ForwardedReply {
					n.ReplyTo = "reader@example.org"
				}
				must(t, in.store.Notices.SendNotice(t.Context(), n, &campaign.Contact{Email: fmt.Sprintf("%s.%s@example.org", kind, l), Language: l}))
				others++
			}
		}
	})
	before := d.sink.Count()
	serving := d.process("serve")
	serving.until(t, func() bool { return d.sink.Count() >= before+others })
	serving.end(syscall.SIGTERM)
	doctor := d.process("doctor", "--test-mail", "--json")
	doctor.until(t, func() bool { return d.sink.Count() > before+others })
	if trial := d.sink.Taken()[before+others:]; len(trial) == 1 {
		put(strings.ReplaceAll(string(trial[0].Data), "\r\n", "\n"))
	}
	doctor.until(t, func() bool { return false })
	if told := doctor.said.String(); !strings.Contains(told, "with signatures that hold for example.org, example.org") {
		t.Errorf("doctor says\n%s", told)
	}
	messages := map[string][]byte{}
	for i, m := range d.sink.Taken() {
		what := fmt.Sprintf("%d to %s", i, m.To)
		messages[what], messages[what+" refolded"] = m.Data, smtptest.Refold(m.Data, 60)
		if n := bytes.Count(m.Data, []byte("DKIM-Signature: ")); n != len(made) {
			t.Errorf("%s: %d signatures", what, n)
		}
	}
	if len(messages) != 2*(before+others+1) {
		t.Errorf("%d messages", len(messages))
	}
	must(t, smtptest.Verify(t, messages, records))
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
