package campaign

import (
	"strings"
	"testing"
)

// What is wrong with an address is said so that somebody can mend it.
func TestAddressErrorsSayWhatToDo(t *testing.T) {
	for given, want := range map[string]string{
		"аna@example.org":      "mixes letters of two alphabets, Cyrillic and Latin",
		"ana@gmаil.com":        "it looks like gmail.com",
		"ana@yahoo,com":        "is ana@yahoo.com meant?",
		"ana@press,example,rs": "is ana@press.example.rs meant?",
	} {
		if _, err := ParseAddress(given); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", given, err, want)
		}
	}
}

func TestNeedsSMTPUTF8(t *testing.T) {
	for address, want := range map[string]bool{"ana@example.org": false, "ana@xn--e1afmkfd.xn--90a3ac": false, "ана@example.org": true, "žana@example.org": true} {
		if got := NeedsSMTPUTF8(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

// A contact stored under an address that today's rules refuse can still be changed, and so leave.
func TestKeptAddressesStay(t *testing.T) {
	c := Contact{ID: "a", Version: 3, Email: "аna@example.org", Address: "аna@example.org"}
	if err := c.Normalize(""); err != nil || c.Email != "аna@example.org" {
		t.Errorf("%q %v", c.Email, err)
	}
	c.Email = "бna@example.org"
	if err := c.Normalize(""); CodeOf(err) != Invalid {
		t.Errorf("a new address of that kind: %v", err)
	}
}
