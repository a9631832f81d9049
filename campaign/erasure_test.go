package campaign

import (
	"strings"
	"testing"
)

func TestWithoutPerson(t *testing.T) {
	words := PersonWords("Ana.Petrovic@primer.example", "Ana", "Petrović")
	for given, want := range map[string]string{
		"":                       "",
		"550 5.1.1 user unknown": "550 5.1.1 user unknown",
		"550 5.1.1 <ana.petrovic@primer.example>: no such user": "550 5.1.1 <…>: no such user",
		"550 ana.petrovic unknown here":                         "550 … unknown here",
		"550 Mailbox PETROVIC, full":                            "550 Mailbox …, full",
		"550 no mailbox of Петровић.":                           "550 no mailbox of …",
		"452 banana quota":                                      "452 banana quota",
		"550 box=ana-petrovic":                                  "550 box=…",
	} {
		if got := WithoutPerson(given, words); got != want {
			t.Errorf("%q: %q, want %q", given, got, want)
		}
	}
	if got := CodeOnly("550-5.7.1 Ana is not here"); got != "550-5.7.1" {
		t.Errorf("codes: %q", got)
	}
	if CodeOnly("given up: Ana") != "" {
		t.Error("words without a code are kept")
	}
	if !DomainNames("ana-petrovic.example", words) || DomainNames("primer.example", words) {
		t.Error("a person's own domain is not told from others")
	}
}

func FuzzWithoutPerson(f *testing.F) {
	f.Add("550 <ana@example.org> ana ", "ana@example.org", "Ana Anić")
	f.Add("\xff@\x00", "@", " ")
	f.Fuzz(func(t *testing.T, words, email, name string) {
		person := PersonWords(email, name)
		got := WithoutPerson(words, person)
		for _, token := range strings.FieldsFunc(got, func(r rune) bool { return !inWord(r) }) {
			for _, w := range person {
				if token == w && strings.Trim(w, "._-+'") != "" && Fold(w) != "" && token != "…" {
					t.Errorf("%q is left of %q in %q", w, words, got)
				}
			}
		}
	})
}
