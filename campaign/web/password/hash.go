// Package password hashes passwords and refuses those that are easy to guess. It knows no users and no sessions.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of a hash: OWASP's first choice for argon2id.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashSalt    = 16
	hashKey     = 32
)

// Hasher hashes and compares passwords, few at a time: a storm of sign-ins may wait, but not eat the memory.
type Hasher struct {
	turns chan struct{}
	decoy string // compared with when there is no such user, so that the answer takes as long
}

// NewHasher returns a hasher with room for four passwords at once.
func NewHasher() *Hasher {
	return &Hasher{turns: make(chan struct{}, 4), decoy: hash(rand.Text())}
}

// Hash returns the PHC string of a new password. The words about are what a guesser tries first: the user's address and
// name, and the organisation's.
func (h *Hasher) Hash(ctx context.Context, password string, about ...string) (string, error) {
	if err := Check(password, about...); err != nil {
		return "", err
	}
	if err := h.begin(ctx); err != nil {
		return "", err
	}
	defer h.end()
	return hash(password), nil
}

// Matches compares a password with a hash. Without a hash, or with one no password has, it works as long and returns false.
func (h *Hasher) Matches(ctx context.Context, phc, password string) (bool, error) {
	if err := h.begin(ctx); err != nil {
		return false, err
	}
	defer h.end()
	if len(password) > 4*maxLength {
		return false, nil
	}
	p, ok := parse(phc)
	if !ok {
		p, _ = parse(h.decoy)
	}
	return p.matches(password) && ok, nil
}

func (h *Hasher) begin(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) end() { <-h.turns }

func hash(password string) string {
	salt := make([]byte, hashSalt)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, hashPasses, hashMemory, hashThreads, hashKey)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashThreads, b64(salt), b64(key))
}

// parsed is a PHC string, taken apart.
type parsed struct {
	memory, passes uint32
	threads        uint8
	salt, key      []byte
}

// parse takes a PHC string apart, whatever cost it was made with.
func parse(phc string) (p parsed, ok bool) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, false
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil || p.passes == 0 || p.threads == 0 || p.memory > 1<<20 {
		return p, false
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, false
	}
	p.key, err = base64.RawStdEncoding.DecodeString(parts[5])
	return p, err == nil && len(p.key) >= 16 && len(p.key) <= 128
}

func (p *parsed) matches(password string) bool {
	got := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(got, p.key) == 1
}
