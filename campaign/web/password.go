package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/glasnik/glasnik/campaign"
)

// Cost of a password's hash: OWASP's first choice for argon2id.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashThreads = 1
	hashSalt    = 16
	hashKey     = 32
)

// Length of a password. The upper limit only keeps somebody from having us hash a book.
const (
	minPassword = 10
	maxPassword = 200
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
func (p *passwords) Hash(ctx context.Context, password string) (string, error) {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return "", campaign.FieldError("password", "the password needs at least %d characters: a few words in a row are good", minPassword)
	case n > maxPassword:
		return "", campaign.FieldError("password", "the password has more than %d characters", maxPassword)
	}
	if err := p.begin(ctx); err != nil {
		return "", err
	}
	defer p.end()
	return hashPassword(password), nil
}

// Matches compares a password with a hash; with hash "" it works as long and says no.
func (p *passwords) Matches(ctx context.Context, hash, password string) (bool, error) {
	if err := p.begin(ctx); err != nil {
		return false, err
	}
	defer p.end()
	if len(password) > 4*maxPassword {
		return false, nil
	}
	if hash == "" {
		comparePassword(p.decoy, password)
		return false, nil
	}
	return comparePassword(hash, password), nil
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

// comparePassword checks a password against a PHC string with whatever cost that one was made.
func comparePassword(phc, password string) bool {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	var version int
	var memory, passes uint32
	var threads uint8
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &passes, &threads); err != nil || passes == 0 || threads == 0 || memory > 1<<20 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 128 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, passes, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
