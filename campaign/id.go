package campaign

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// idEncoding keeps byte order, so that identifiers sort by the time they were made; it has no letters that read as digits.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// idEpoch is where the time in identifiers begins; forty bits of milliseconds last until 2058.
var idEpoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// NewID gives a new identifier: 16 characters that sort by time (milliseconds), with 40 random bits. It is short
// because a delivery's id, made of three, must fit into the local part of a return address (RFC 5321 section 4.5.3.1.1).
func NewID(now time.Time) string {
	var b [11]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli()-idEpoch)<<24)
	rand.Read(b[5:10])
	return idEncoding.EncodeToString(b[:10])
}

// DerivedID gives the identifier that always comes from the same parts, so that recording a thing twice records it once.
func DerivedID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return idEncoding.EncodeToString(sum[:20])
}
