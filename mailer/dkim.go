package mailer

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/glasnik/glasnik/campaign"
)

// DKIM signs messages for a domain (RFC 6376). It is safe for use by many goroutines.
type DKIM struct {
	domain, selector string
	key              crypto.Signer
}

// signedFields are covered by a signature where a message has them: all that a reader sees or that acts for a reader,
// and what one-click leaving depends on (RFC 8058 section 4). Each is covered once more than it occurs, so that nobody
// can add another (section 8.15).
var signedFields = []string{
	"from", "reply-to", "to", "cc", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding",
	"list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id", "auto-submitted", "content-language",
}

// minRSA is the least strength of a key that receivers are sure to believe (RFC 8301 section 3.2 asks for 2048 bits).
const minRSA = 2048

var (
	domainForm   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$`)
	selectorForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$`)
)

// NewDKIM makes a signer of a private key in PEM: RSA of at least 2048 bits, or Ed25519 (RFC 8463). No error shows a part
// of the key.
func NewDKIM(domain, selector, key string) (*DKIM, error) {
	d := &DKIM{domain: strings.ToLower(domain), selector: strings.ToLower(selector)}
	if !domainForm.MatchString(d.domain) {
		return nil, campaign.FieldError("DKIM_DOMAIN", "the domain that signs must be a domain such as example.org")
	}
	if !selectorForm.MatchString(d.selector) {
		return nil, campaign.FieldError("DKIM_SELECTOR", "the selector must be a word such as glasnik or 2026")
	}
	block, _ := pem.Decode([]byte(key))
	if block == nil {
		return nil, campaign.FieldError("DKIM_KEY", "the key is not in PEM form, which begins with -----BEGIN PRIVATE KEY-----")
	}
	parsed, err := parsePrivateKey(block)
	if err != nil {
		return nil, campaign.FieldError("DKIM_KEY", "the key must be an unencrypted private key, RSA or Ed25519")
	}
	switch k := parsed.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < minRSA {
			return nil, campaign.FieldError("DKIM_KEY", "the RSA key has %d bits, and receivers want at least %d", k.N.BitLen(), minRSA)
		}
		d.key = k
	case ed25519.PrivateKey:
		d.key = k
	default:
		return nil, campaign.FieldError("DKIM_KEY", "the key is neither RSA nor Ed25519")
	}
	return d, nil
}

func parsePrivateKey(block *pem.Block) (any, error) {
	if block.Type == "RSA PRIVATE KEY" {
		return x509.ParsePKCS1PrivateKey(block.Bytes)
	}
	return x509.ParsePKCS8PrivateKey(block.Bytes)
}

// Domain is the domain the signatures are for.
func (d *DKIM) Domain() string { return d.domain }

// Kind is the algorithm of the key.
func (d *DKIM) Kind() campaign.SigningKind {
	if _, ok := d.key.(ed25519.PrivateKey); ok {
		return campaign.Ed25519Key
	}
	return campaign.RSAKey
}

// Record returns the TXT record that must be in the DNS for the signatures to be believed.
func (d *DKIM) Record() (name, value string) {
	name = d.selector + "._domainkey." + d.domain
	if public, ok := d.key.Public().(ed25519.PublicKey); ok {
		return name, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)
	}
	der, err := x509.MarshalPKIXPublicKey(d.key.Public())
	if err != nil {
		return name, "" // no RSA key is refused by it
	}
	return name, "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(der)
}

// Sign puts a signature in front of a whole message, whose memory it uses where there is room.
func (d *DKIM) Sign(message []byte) ([]byte, error) { return SignAll(message, d) }

// SignAll puts a signature by each key in front of a whole message, whose memory it uses where there is room: the first key's at the
// top, for receivers that look no further. No signature covers another.
func SignAll(message []byte, keys ...*DKIM) ([]byte, error) {
	fields := fieldsToSign(message)
	var signatures []byte
	for _, d := range keys {
		signature, err := d.signature(message, fields)
		if err != nil {
			return message, fmt.Errorf("sign the message: %w", err)
		}
		signatures = append(signatures, signature...)
	}
	return slices.Insert(message, 0, signatures...), nil
}

func (d *DKIM) signature(message []byte, fields []string) (string, error) {
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: d.domain, Selector: d.selector, Signer: d.key, HeaderKeys: fields,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		return "", err
	}
	_, err = signer.Write(message)
	if closed := signer.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return "", err
	}
	return signer.Signature(), nil
}

// NewSigningKey makes a private key, in PEM.
func NewSigningKey(kind campaign.SigningKind) (string, error) {
	var key any
	var err error
	if kind == campaign.Ed25519Key {
		_, key, err = ed25519.GenerateKey(rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, minRSA)
	}
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// FromDomain returns the domain of the address in the From field of a message as this package writes it, in lower case; "" where there
// is none.
func FromDomain(message []byte) string {
	const name = "From: "
	at := 0
	if !bytes.HasPrefix(message, []byte(name)) {
		if at = bytes.Index(message, []byte("\r\n"+name)) + 2; at < 2 {
			return ""
		}
	}
	field := message[at:]
	for end := 0; ; {
		n := bytes.Index(field[end:], []byte("\r\n"))
		if n < 0 {
			break
		}
		if end += n + 2; end == len(field) || field[end] != ' ' && field[end] != '\t' { // not folded further
			field = field[:end]
			break
		}
	}
	domain := bytes.TrimRight(field[bytes.LastIndexByte(field, '@')+1:], "> \t\r\n")
	return strings.ToLower(string(domain))
}

// fieldsToSign returns the names of the fields of a message that its signature covers, one for each occurrence and one more.
func fieldsToSign(message []byte) []string {
	names := slices.Clone(signedFields)
	for line := range bytes.SplitAfterSeq(message, []byte("\r\n")) {
		if len(line) <= 2 {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			continue
		}
		name, _, _ := bytes.Cut(line, []byte(":"))
		if lower := strings.ToLower(string(name)); slices.Contains(signedFields, lower) {
			names = append(names, lower)
		}
	}
	return names
}
