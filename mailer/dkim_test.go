package mailer

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/campaign"
)

func pemOf(t testing.TB, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func rsaKey(t testing.TB, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	must(t, err)
	return key
}

func edKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	return key
}

// verify checks the signatures of a message with the record a DKIM asks for.
func verify(t testing.TB, d *DKIM, message []byte) *dkim.Verification {
	t.Helper()
	name, value := d.Record()
	verified, err := dkim.VerifyWithOptions(bytes.NewReader(message), &dkim.VerifyOptions{LookupTXT: func(asked string) ([]string, error) {
		if asked != name {
			t.Errorf("asked for %s, the record is %s", asked, name)
		}
		return []string{value}, nil
	}})
	if err != nil || len(verified) != 1 {
		t.Fatalf("%d signatures, %v", len(verified), err)
	}
	return verified[0]
}

func TestSignaturesHold(t *testing.T) {
	letters := map[string]string{"latin": "Nova kampanja protiv trgovine ljudima. ", "cyrillic": "Нова кампања против трговине људима. "}
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(t, 2048), "Ed25519": edKey(t)} {
		for script, word := range letters {
			d, err := NewDKIM("Example.org", "news", pemOf(t, key))
			must(t, err)
			l := compile(t, benchContent(word), testHead)
			for _, room := range []int{0, 1 << 16} {
				message, err := l.Append(make([]byte, 0, room), testRecipient(), []string{"Ana Jovanović", "https://news.example.org/c/x", "https://news.example.org/o/y"})
				must(t, err)
				before := string(message)
				signed, err := d.Sign(message)
				if err != nil || !strings.HasPrefix(string(signed), "DKIM-Signature: ") || !strings.HasSuffix(string(signed), before) {
					t.Fatalf("%s %s: %v\n%.300s", name, script, err, signed)
				}
				v := verify(t, d, signed)
				if v.Err != nil || v.Domain != "example.org" {
					t.Errorf("%s %s: %+v", name, script, v)
				}
				covered := " " + strings.ToLower(strings.Join(v.HeaderKeys, " ")) + " "
				for _, field := range []string{"to", "subject", "date", "message-id", "list-id", "list-unsubscribe", "list-unsubscribe-post", "mime-version", "content-type"} {
					if !strings.Contains(covered, " "+field+" ") {
						t.Errorf("%s is not covered: %s", field, covered)
					}
				}
				if strings.Count(covered, " from ") != 2 || strings.Contains(string(signed[:bytes.Index(signed, []byte("\r\nDate:"))]), " l=") {
					t.Errorf("covered: %s", covered)
				}
				if _, sound := lineEnds(signed, nil); !sound {
					t.Error("the signed message has other line ends than CRLF")
				}
				for what, forged := range map[string]string{
					"body":         strings.Replace(string(signed), "/c/x", "/c/z", 1),
					"second From":  "From: mallory@example.net\r\n" + string(signed),
					"other leaver": strings.Replace(string(signed), "List-Unsubscribe-Post: ", "List-Unsubscribe-Post: X", 1),
				} {
					if v := verify(t, d, []byte(forged)); v.Err == nil && forged != string(signed) {
						t.Errorf("%s: a change of the %s goes unnoticed", name, what)
					}
				}
			}
		}
	}
}

// A field that somebody puts in front of a message is the one mail programs show: it breaks the signature whether the message
// has such a field or not (RFC 6376 section 8.15).
func TestFieldsPutInFrontBreakSignatures(t *testing.T) {
	d, err := NewDKIM("example.org", "news", pemOf(t, edKey(t)))
	must(t, err)
	for _, latin := range []bool{true, false} {
		message, err := compile(t, testContent(latin), testHead).Append(nil, testRecipient(), testValues)
		must(t, err)
		signed, err := d.Sign(message)
		must(t, err)
		if v := verify(t, d, signed); v.Err != nil {
			t.Fatal(v.Err)
		}
		for _, field := range []string{"From", "Reply-To", "To", "Cc", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Language",
			"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Auto-Submitted", "SUBJECT", "subject"} {
			if v := verify(t, d, append([]byte(field+": x\r\n"), signed...)); v.Err == nil {
				t.Errorf("a %s in front goes unnoticed", field)
			}
		}
		if v := verify(t, d, append([]byte("Received: from a.example\r\nX-Spam: no\r\n"), signed...)); v.Err != nil {
			t.Errorf("what servers add on the way: %v", v.Err)
		}
	}
}

func TestKeysThatCannotSign(t *testing.T) {
	good := pemOf(t, edKey(t))
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("nothing")}))
	for name, c := range map[string]struct{ domain, selector, key, says string }{
		"short":     {"example.org", "s", pemOf(t, rsaKey(t, 1024)), "1024 bits"},
		"no PEM":    {"example.org", "s", "MIIEvQ", "PEM"},
		"public":    {"example.org", "s", public, "private key"},
		"domain":    {"example", "s", good, "domain"},
		"injection": {"example.org; l=0", "s", good, "domain"},
		"selector":  {"example.org", "a b", good, "selector"},
		"none":      {"example.org", "", good, "selector"},
	} {
		if _, err := NewDKIM(c.domain, c.selector, c.key); campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	old := rsaKey(t, 2048)
	block := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(old)})
	if _, err := NewDKIM("example.org", "2026.news", string(block)); err != nil {
		t.Errorf("PKCS #1: %v", err)
	}
}

func BenchmarkSign(b *testing.B) {
	for name, key := range map[string]crypto.Signer{"RSA": rsaKey(b, 2048), "Ed25519": edKey(b)} {
		b.Run(name, func(b *testing.B) {
			d, err := NewDKIM("example.org", "news", pemOf(b, key))
			if err != nil {
				b.Fatal(err)
			}
			l := compile(b, benchContent("Nova kampanja. "), testHead)
			message, err := l.Append(nil, testRecipient(), []string{"Ana", "https://news.example.org/c/x", "https://news.example.org/o/y"})
			if err != nil {
				b.Fatal(err)
			}
			room := make([]byte, 0, 2*len(message))
			for b.Loop() {
				if _, err := d.Sign(append(room[:0], message...)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
