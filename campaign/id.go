package campaign

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"io"
	"strings"
	"time"
)

// idEncoding keeps byte order, so that identifiers sort by the time they were made; it has no letters that read as digits.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// idEpoch is where the time in identifiers begins; forty bits of milliseconds last until 2058.
var idEpoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()

// NewID returns a new identifier: 16 characters that sort by time (milliseconds), with 40 random bits. It is short
// because a delivery's id, made of three, must fit into the local part of a return address (RFC 5321 section 4.5.3.1.1).
func NewID(now time.Time) string {
	var b [11]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli()-idEpoch)<<24)
	rand.Read(b[5:10])
	return idEncoding.EncodeToString(b[:10])
}

// TimeOfID returns the moment an identifier was made by NewID; the zero time for any other text.
func TimeOfID(id string) time.Time {
	b, err := idEncoding.DecodeString(id)
	if err != nil || len(b) != 10 {
		return time.Time{}
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[:8])>>24) + idEpoch).UTC()
}

// NewIDs returns several new identifiers of one moment, in rising order, no two alike: what is kept in the order of its
// identifiers is written fastest so.
func NewIDs(now time.Time, n int) []string {
	const step = 1 << 16
	var b [8]byte
	rand.Read(b[:])
	room := uint64(1)<<40 - min(uint64(n)*step, 1<<39)
	next := binary.BigEndian.Uint64(b[:]) % room
	steps := make([]byte, 2*n)
	rand.Read(steps)
	ids := make([]string, n)
	for i := range ids {
		var id [10]byte
		binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli()-idEpoch)<<24|next>>16)
		binary.BigEndian.PutUint16(id[8:], uint16(next))
		ids[i] = idEncoding.EncodeToString(id[:])
		next += 1 + uint64(binary.BigEndian.Uint16(steps[2*i:]))%(step-1)
	}
	return ids
}

// DerivedID returns the identifier that always comes from the same parts, so that recording a thing twice records it once.
func DerivedID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return idEncoding.EncodeToString(sum[:20])
}

// DerivedIDAt is DerivedID for what is kept in the order of NewID: it sorts by a time that is the same each time.
func DerivedIDAt(at time.Time, parts ...string) string {
	var b [10]byte
	binary.BigEndian.PutUint64(b[:8], uint64(at.UnixMilli()-idEpoch)<<24)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	copy(b[5:], sum[:5])
	return idEncoding.EncodeToString(b[:])
}

// HashOf returns the DerivedID of bytes, and how many there are.
func HashOf(r io.Reader) (string, int64, error) {
	sum := sha256.New()
	n, err := io.Copy(sum, r)
	return idEncoding.EncodeToString(sum.Sum(nil)[:20]), n, err
}
