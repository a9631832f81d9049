package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of a password's hash: OWASP's first choice for argon2id.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashSalt    = 16
	hashKey     = 32
)

// passwords hashes and checks passwords, few at a time: a storm of sign-ins may wait, but not eat the memory.
type passwords struct {
	turns chan struct{}
	decoy string // compared with when there is no such user, so that the answer takes as long
}

func newPasswords() *passwords {
	p := &passwords{turns: make(chan struct{}, 4)}
	p.decoy = hashPassword(rand.Text())
	return p
}

// Hash gives the PHC string of a new password.
// The words about are what a guesser tries first: the user's address and name, and the organisation's.
func (p *passwords) Hash(ctx context.Context, password string, about ...string) (string, error) {
	if err := checkPassword(password, about...); err != nil {
		return "", err
	}
	if err := p.begin(ctx); err != nil {
		return "", err
	}
	defer p.end()
	return hashPassword(password), nil
}

// Matches compares a password with a hash; where there is none, or one no password has, it works as long and says no.
func (p *passwords) Matches(ctx context.Context, hash, password string) (bool, error) {
	if err := p.begin(ctx); err != nil {
		return false, err
	}
	defer p.end()
	if len(password) > 4*maxPassword {
		return false, nil
	}
	h, ok := readHash(hash)
	if !ok {
		h, _ = readHash(p.decoy)
	}
	return h.matches(password) && ok, nil
}

func (p *passwords) begin(ctx context.Context) error {
	select {
	case p.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *passwords) end() { <-p.turns }

func hashPassword(password string) string {
	salt := make([]byte, hashSalt)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashKey)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads, b64(salt), b64(key))
}

// passwordHash is a PHC string, taken apart.
type passwordHash struct {
	memory, passes uint32
	threads        uint8
	salt, key      []byte
}

// readHash takes a PHC string apart, whatever cost it was made with.
func readHash(phc string) (h passwordHash, ok bool) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return h, false
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return h, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.passes, &h.threads); err != nil || h.passes == 0 || h.threads == 0 || h.memory > 1<<20 {
		return h, false
	}
	var err error
	if h.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return h, false
	}
	h.key, err = base64.RawStdEncoding.DecodeString(parts[5])
	return h, err == nil && len(h.key) >= 16 && len(h.key) <= 128
}

func (h *passwordHash) matches(password string) bool {
	got := argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, h.threads, uint32(len(h.key)))
	return subtle.ConstantTimeCompare(got, h.key) == 1
}
