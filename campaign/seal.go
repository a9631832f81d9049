package campaign

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
)

// Seal encrypts a text, so that it can be left with somebody who must neither read nor change it. What is sealed for one
// purpose does not open for another.
func (s *Signer) Seal(purpose string, text []byte) string {
	return base64.RawURLEncoding.EncodeToString(s.sealer(purpose).Seal(nil, nil, text, nil))
}

// Open gives the text of what Seal made for the same purpose.
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
