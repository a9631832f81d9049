package campaign

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"strings"
	"sync"
)

// Signer makes and checks the signed tokens in links: a reader can neither forge one nor count through them.
type Signer struct {
	key    []byte
	hasher Hasher
}

// NewSigner derives a signer from the installation's secret.
func NewSigner(secret string) *Signer {
	sum := sha256.Sum256([]byte("glasnik links\x00" + secret))
	return &Signer{key: sum[:], hasher: Hasher{key: sum[:]}}
}

// signatureSize is 128 bits: enough that guessing is hopeless, short enough for a link in a text part.
const signatureSize = 16

// Sign returns "payload.signature" for a purpose; payload must consist of URL-safe characters. A token made for one
// purpose is not valid for another.
func (s *Signer) Sign(purpose, payload string) string {
	sum := s.mac(purpose, payload)
	return payload + "." + base64.RawURLEncoding.EncodeToString(sum[:signatureSize])
}

// Verify returns the payload of a token made by Sign for the same purpose.
func (s *Signer) Verify(purpose, token string) (payload string, ok bool) {
	i := strings.LastIndexByte(token, '.')
	if i < 0 {
		return "", false
	}
	// The texts are compared, not what they decode to: there is one spelling of a signature, not several.
	sum := s.mac(purpose, token[:i])
	want := base64.RawURLEncoding.AppendEncode(nil, sum[:signatureSize])
	return token[:i], hmac.Equal([]byte(token[i+1:]), want)
}

// mac is the whole keyed hash of a payload for a purpose.
func (s *Signer) mac(purpose, payload string) [sha256.Size]byte {
	return s.hasher.Hash(purpose, payload)
}

// Hasher makes keyed hashes, HMAC-SHA-256, of short texts.
type Hasher struct {
	key  []byte
	macs sync.Pool // of *keyed: half the work of a short HMAC is preparing the key
}

// NewHasher returns a hasher with a key.
func NewHasher(key []byte) *Hasher { return &Hasher{key: key} }

// keyed is a keyed hash with the memory it works in.
type keyed struct {
	hash.Hash
	text []byte
}

// Hash returns the hash of texts, in which no zero byte stands.
func (h *Hasher) Hash(texts ...string) (sum [sha256.Size]byte) {
	m, ok := h.macs.Get().(*keyed)
	if !ok {
		m = &keyed{Hash: hmac.New(sha256.New, h.key)}
	}
	m.text = m.text[:0]
	for i, text := range texts {
		if i > 0 {
			m.text = append(m.text, 0)
		}
		m.text = append(m.text, text...)
	}
	m.Reset()
	m.Write(m.text)
	m.text = m.Sum(m.text[:0])
	copy(sum[:], m.text)
	h.macs.Put(m)
	return sum
}

// SuppressionID is the keyed hash under which an address is suppressed: it says nothing about the address to anybody who
// does not hold the installation's secret (E-08).
func (s *Signer) SuppressionID(address string) string {
	sum := s.mac("suppression", AddressKey(address))
	return idEncoding.EncodeToString(sum[:20])
}

// DomainID is the keyed hash under which a whole domain is suppressed.
func (s *Signer) DomainID(domain string) string {
	sum := s.mac("suppressed domain", strings.ToLower(domain))
	return idEncoding.EncodeToString(sum[:20])
}

// SuppressedID is the id under which an address is suppressed, or a domain with an @ before it.
func (s *Signer) SuppressedID(whom string) string {
	if domain, ok := strings.CutPrefix(whom, "@"); ok {
		return s.DomainID(domain)
	}
	return s.SuppressionID(whom)
}

// shortSign is Sign with a signature of 50 bits that survives servers that fold case, for the local part of a return address.
func (s *Signer) shortSign(purpose, payload string) string {
	sum := s.mac(purpose, payload)
	return payload + "." + idEncoding.EncodeToString(sum[:])[:10]
}

// Seal encrypts a text, so that it can be left with somebody who must neither read nor change it. What is sealed for one
// purpose does not open for another.
func (s *Signer) Seal(purpose string, text []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.sealer(purpose).Seal(nil, nil, text, nil))
}

// Open returns the text of what Seal made for the same purpose.
func (s *Signer) Open(purpose, sealed string) (text []byte, ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, false
	}
	text, err = s.sealer(purpose).Open(nil, nil, raw, nil)
	return text, err == nil
}

// sealer is AES-256-GCM under a key of the purpose's own, with a random nonce before each text.
func (s *Signer) sealer(purpose string) cipher.AEAD {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte("seal\x00" + purpose))
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		panic(err) // the key has the right length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // the block has the right length
	}
	return aead
}
