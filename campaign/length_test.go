package campaign

import (
	"strings"
	"testing"
	"time"
)

// A name may be as long in Cyrillic as in Latin script, in every form.
func TestLengthsAreCountedInLetters(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for what, normalize := range map[string]func(string) error{
		"list":         func(s string) error { return (&List{Name: s[:240]}).Normalize() },
		"organisation": func(s string) error { return (&Organisation{Name: s, Kind: Outlet}).Normalize() },
		"contact":      func(s string) error { return (&Contact{Email: "ana@example.org", FirstName: s}).Normalize("") },
		"request": func(s string) error {
			return (&Request{Kind: RequestKinds[0], Person: "Ana", Details: strings.Repeat(s, 10), ReceivedAt: now}).Normalize(now)
		},
	} {
		if err := normalize(strings.Repeat("ђ", 300)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !LongerThan("ђаци", 3) || LongerThan("ђаци", 4) {
		t.Error("letters are counted wrongly")
	}
}
