package campaign

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
)

// APIScope is what a token for programs lets them do. There is none that changes anything.
type APIScope string

// ReadReports lets a program read reports, which name nobody.
const ReadReports APIScope = "read_reports"

// APIScopes are all of them in the order they are offered.
var APIScopes = []APIScope{ReadReports}

// APIToken lets a program of others in until it expires. Only the hash of its secret is kept.
type APIToken struct {
	ID        string    `json:"id"` // the hash of its secret, see HashAPIToken
	Name      string    `json:"name"`
	Scope     APIScope  `json:"scope"`
	By        string    `json:"by"` // name of who made it
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	UsedAt    time.Time `json:"used_at,omitzero"` // to the minute; zero where it never was
}

const (
	apiTokenPrefix = "glasnik_"
	// maxAPITokenDays is how long a token can live.
	maxAPITokenDays = 400
)

// NewAPIToken makes a token that lives some days, and returns its secret, which is shown once.
func NewAPIToken(name string, scope APIScope, days int64, now time.Time) (t APIToken, secret string, err error) {
	var faults Checks
	name = CleanLine(name)
	faults.Refuse(name == "", "name", "say which program it is for")
	faults.Refuse(LongerThan(name, 120), "name", "this is longer than %d characters", 120)
	faults.Refuse(!slices.Contains(APIScopes, scope), "scope", "choose one of those offered")
	faults.Refuse(days < 1 || days > maxAPITokenDays, "days", "write a number of days from 1 to %d", maxAPITokenDays)
	if err := Together(faults...); err != nil {
		return t, "", err
	}
	secret = apiTokenPrefix + strings.ToLower(rand.Text()+rand.Text())
	return APIToken{ID: HashAPIToken(secret), Name: name, Scope: scope, CreatedAt: now, ExpiresAt: now.AddDate(0, 0, int(days))}, secret, nil
}

// HashAPIToken returns what is kept of a token's secret. The secret is 256 random bits, so that a plain hash is enough.
func HashAPIToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
