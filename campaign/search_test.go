package campaign

import (
	"strings"
	"testing"
)

func finds(c *Contact, search string) bool {
	for _, term := range SearchTerms(search) {
		if !strings.Contains(c.Text, term) {
			return false
		}
	}
	return true
}

// A number is found however it is written, a name without its signs, and signs alone find nobody.
func TestSearchIsBlindToHowThingsAreWritten(t *testing.T) {
	for _, tt := range []struct {
		contact      Contact
		organisation string
		found, not   []string
	}{
		{Contact{Phone: "+381 64 123-4567"}, "", []string{"381 64", "38164", "064", "064/123 45 67", "0641234567", "+381641234567", "00381 64 1234567", "4567", "64 123", "+381 (0)64 123"}, []string{"065", "382 64"}},
		{Contact{Phone: "011/123-456, 064 111 2222"}, "", []string{"011123456", "011 123 456", "+381 11 123456", "0038164 1112222", "064111"}, nil},
		{Contact{Phone: "011/123-456 lok. 12"}, "", []string{"011 123-456"}, nil},
		{Contact{Phone: "0033 1 23 45 67 89"}, "", []string{"01 23 45 67 89", "+33 1 23 45", "33123456789"}, nil},
		{Contact{Position: "Glavna urednica"}, "", []string{"urednic", "glavna", "УРЕДНИЦА"}, []string{"novinarka"}},
		{Contact{LastName: "O'Brien"}, "", []string{"obrien", "O'Brien", "o’brien", "o brien", "OBRIEN"}, []string{"brienob"}},
		{Contact{LastName: "OBrien"}, "", []string{"o'brien"}, nil},
		{Contact{}, "Primer d.o.o.", []string{"doo", "d.o.o.", "d.o.o", "d. o. o.", "primer doo"}, nil},
		{Contact{}, "Primer d. o. o.", []string{"doo", "d.o.o."}, nil},
		{Contact{}, "Primer doo", []string{"doo", "d.o.o."}, nil},
		{Contact{LastName: "Saint-Pierre"}, "Al-Džazira", []string{"saintpierre", "saint-pierre", "saint pierre", "aldzazira"}, nil},
		{Contact{}, "Radio 021", []string{"021", "radio 021"}, []string{"%", "_", "%%", "* ?", "---", "' \"", "()"}},
	} {
		c := tt.contact
		c.Email = "ana.vest@x.example"
		if err := c.Normalize(tt.organisation); err != nil {
			t.Fatal(err)
		}
		for _, s := range tt.found {
			if !finds(&c, s) {
				t.Errorf("%q, looked for as %q, does not find %q", s, SearchTerms(s), c.Text)
			}
		}
		for _, s := range tt.not {
			if finds(&c, s) {
				t.Errorf("%q, looked for as %q, finds %q", s, SearchTerms(s), c.Text)
			}
		}
	}
	if !FindsNobody("%") || FindsNobody("") || FindsNobody("a%") {
		t.Error("signs alone find nobody, and nothing everybody")
	}
}
