package campaign

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/idna"
)

func TestParseAddress(t *testing.T) {
	long := strings.Repeat("a", 64)
	for _, tt := range []struct{ given, want string }{
		{"ana@example.org", "ana@example.org"},
		{"  ana@example.org\n", "ana@example.org"},
		{"Ana.Petrovic@EXAMPLE.Org", "Ana.Petrovic@example.org"},
		{"mailto:ana@example.org", "ana@example.org"},
		{" MailTo: ana@example.org", "ana@example.org"},
		{"Ana Petrović <ana@example.org>", "ana@example.org"},
		{`"Petrović, Ana" <ana@example.org>`, "ana@example.org"},
		{"<ana@example.org>", "ana@example.org"},
		{`<"ana"@example.org>`, "ana@example.org"},
		{"ana@example.org.", "ana@example.org"},
		{"ана@пример.срб", "ана@xn--e1afmkfd.xn--90a3ac"},
		{"ana@ПРИМЕР.СРБ", "ana@xn--e1afmkfd.xn--90a3ac"},
		{"ana@xn--e1afmkfd.xn--90a3ac", "ana@xn--e1afmkfd.xn--90a3ac"},
		{"zorz.peric@škola.example", "zorz.peric@xn--kola-f6a.example"},
		{"z\u030Corž@example.org", "žorž@example.org"},
		{"“ana@example.org”", "ana@example.org"},
		{"„ana@example.org“", "ana@example.org"},
		{"«\u00a0ana@example.org\u00a0»", "ana@example.org"},
		{"'ana@example.org'", "ana@example.org"},
		{"’ana@example.org", "ana@example.org"},
		{"‘ana’@“example.org”", "ana@example.org"},
		{`"ana@example.org"`, "ana@example.org"},
		{"<“ana@example.org”>", "ana@example.org"},
		{"“mailto:ana@example.org”", "ana@example.org"},
		{"mailto:‘ana@example.org’", "ana@example.org"},
		{"\u200eana@example.org\u200f", "ana@example.org"},
		{"\u202aana@example.org\u202c", "ana@example.org"},
		{"\u2068“ana@example.org”\u2069", "ana@example.org"},
		{"\ufeffana@example.org\u200b", "ana@example.org"},
		{"o'brien@example.org", "o'brien@example.org"},
		{"ана@example.org", "ана@example.org"},
		{"αννα@example.org", "αννα@example.org"},
		{"ana@пример.example", "ana@xn--e1afmkfd.example"},
		{"山田たろう@example.org", "山田たろう@example.org"},
		{"a+b_c-d'e/f=g!#$%&*?^`{|}~@example.org", "a+b_c-d'e/f=g!#$%&*?^`{|}~@example.org"},
		{"ana@mail.press-office.example", "ana@mail.press-office.example"},
		{"ana@1.example", "ana@1.example"},
		{long + "@example.org", long + "@example.org"},
	} {
		got, err := ParseAddress(tt.given)
		if err != nil || got != tt.want {
			t.Errorf("%q: %q, %v; want %q", tt.given, got, err, tt.want)
		}
	}
}

func TestParseAddressRefuses(t *testing.T) {
	label := strings.Repeat("b", 63)
	for name, given := range map[string]string{
		"nothing":                    "",
		"space":                      " \t ",
		"only the scheme":            "mailto:",
		"no @":                       "ana.example.org",
		"nothing before the @":       "@example.org",
		"nothing after the @":        "ana@",
		"two @":                      "ana@b@example.org",
		"one label":                  "ana@example",
		"one label with a dot":       "ana@example.",
		"two trailing dots":          "ana@example.org..",
		"empty label":                "ana@example..org",
		"leading dot in the domain":  "ana@.example.org",
		"leading dot":                ".ana@example.org",
		"trailing dot":               "ana.@example.org",
		"two dots":                   "ana..p@example.org",
		"space inside":               "ana p@example.org",
		"no-break space inside":      "ana\u00a0p@example.org",
		"zero-width space inside":    "ana\u200bp@example.org",
		"right-to-left override":     "ana\u202ep@example.org",
		"comma":                      "ana,marko@example.org",
		"two addresses":              "ana@example.org, marko@example.org",
		"two addresses with names":   "Ana <ana@example.org>, Marko <marko@example.org>",
		"semicolon":                  "ana@example.org;",
		"comment":                    "ana(office)@example.org",
		"quoted":                     `"ana p"@example.org`,
		"quoted in angle brackets":   `<"ana p"@example.org>`,
		"quoted @":                   `<"ana@b"@example.org>`,
		"unclosed bracket":           "Ana <ana@example.org",
		"brackets without address":   "Ana <>",
		"address literal":            "ana@[127.0.0.1]",
		"IP address":                 "ana@127.0.0.1",
		"port":                       "ana@example.org:25",
		"underscore in the domain":   "ana@exa_mple.org",
		"hyphen at a label's end":    "ana@example-.org",
		"broken A-label":             "ana@xn--a.example",
		"NUL":                        "ana\x00@example.org",
		"NUL behind":                 "ana@example.org\x00",
		"line break":                 "ana@example.org\r\nBcc: marko@example.org",
		"line break in the name":     "Ana\n <ana@example.org>",
		"delete":                     "ana\x7f@example.org",
		"C1 control":                 "ana\u0085p@example.org",
		"not UTF-8":                  "an\xe1@example.org",
		"what was not UTF-8":         "an\uFFFD@example.org",
		"long before the @":          strings.Repeat("a", 65) + "@example.org",
		"long in octets":             strings.Repeat("ж", 33) + "@example.org",
		"long label":                 "ana@" + strings.Repeat("b", 64) + ".example",
		"long":                       "ana@" + strings.Join([]string{label, label, label, label}, ".") + ".example",
		"long only with both halves": strings.Repeat("a", 64) + "@" + strings.Join([]string{label, label, label}, ".") + ".example",
		"megabyte":                   strings.Repeat("a", 1<<20) + "@example.org",
		"one Cyrillic letter":        "аna@example.org",
		"one Greek letter":           "ana.pοp@example.org",
		"Cyrillic behind a dot":      "ana.петровић@example.org",
		"mixed label":                "ana@exаmple.org",
		"mixed label above":          "ana@press.exаmple.срб",
		"mixed A-label":              "ana@xn--exmple-4nf.org",
		"quotation mark inside":      "an“a@example.org",
		"quotation mark in a domain": "ana@exa”mple.org",
		"sign in a domain":           "ana@xn--ls8h.example",
		"sign before the @":          "ana☎@example.org",
		"comma for a dot":            "ana@example,org",
		"something else entirely":    "https://example.org/@ana",
	} {
		got, err := ParseAddress(given)
		if err == nil {
			t.Errorf("%s: %.80q was read as %q", name, given, got)
		} else if CodeOf(err) != Invalid {
			t.Errorf("%s: code %q", name, CodeOf(err))
		}
	}
}

func TestAddressKeyIsOneForAllSpellings(t *testing.T) {
	for _, spellings := range [][]string{
		{"ana@example.org", "ANA@example.org", "Ana@Example.ORG", "mailto:aNa@example.org", "Ana <ana@example.org>"},
		{"жорж@пример.срб", "ЖОРЖ@ПРИМЕР.СРБ", "жорж@xn--e1afmkfd.xn--90a3ac"},
		{"žorž@example.org", "z\u030Corz\u030C@example.org", "ŽORŽ@example.org"},
	} {
		for _, s := range spellings {
			address, err := ParseAddress(s)
			if err != nil {
				t.Fatal(err)
			}
			first, _ := ParseAddress(spellings[0])
			if AddressKey(address) != AddressKey(first) {
				t.Errorf("%q and %q have the keys %q and %q", s, spellings[0], AddressKey(address), AddressKey(first))
			}
		}
	}
	if AddressKey("ana@example.org") == AddressKey("ana@example.com") {
		t.Error("two addresses have one key")
	}
}

func TestDomain(t *testing.T) {
	for given, want := range map[string]string{"ana@example.org": "example.org", "a@b@c.example": "c.example", "none": "none", "": ""} {
		if got := Domain(given); got != want {
			t.Errorf("%q: %q", given, got)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{
		"ana@example.org", "mailto:Ana <ana@example.org>", `"a\"b" <ana@example.org>`, "ана@пример.срб", "=?utf-8?q?a?= <a@b.example>", "a@xn--e1afmkfd.срб",
		"z\u030C@ex\u0338.example", "İ@example.org", "a@ex。ample.org", "(c)<a@b.example>", "a:b@c.example;", "a@0x7f.1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		address, err := ParseAddress(s)
		if err != nil {
			if CodeOf(err) != Invalid {
				t.Fatalf("%q: code %q", s, CodeOf(err))
			}
			return
		}
		if again, err := ParseAddress(address); err != nil || again != address {
			t.Fatalf("%q was read as %q, and that as %q, %v", s, address, again, err)
		}
		if strings.ContainsFunc(address, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) || strings.ContainsAny(address, `<>()[]\,;:"`) {
			t.Fatalf("%q was read as %q", s, address)
		}
		if len(address) > maxAddress || strings.Count(address, "@") != 1 {
			t.Fatalf("%q was read as %q", s, address)
		}
		if domain := Domain(address); strings.ToLower(domain) != domain || strings.ContainsFunc(domain, func(r rune) bool { return r > 0x7f }) {
			t.Fatalf("%q has the domain %q", s, domain)
		}
		key := AddressKey(address)
		if AddressKey(key) != key {
			t.Fatalf("the key of %q is %q, and that of the key %q", address, key, AddressKey(key))
		}
	})
}

// What passes for a plain domain is what the library makes of it.
func TestPlainDomains(t *testing.T) {
	letters := "ab1-."
	var all []string
	for n := range 5 * 5 * 5 * 5 * 5 * 5 {
		name := ""
		for range 6 {
			name, n = name+string(letters[n%5]), n/5
		}
		all = append(all, name, strings.ToUpper(name), name+"č", "xn--"+name)
	}
	plain := 0
	for _, name := range all {
		if !isPlainDomain(name) {
			continue
		}
		plain++
		if got, err := idna.Lookup.ToASCII(name); err != nil || got != name {
			t.Fatalf("%q is %q, %v", name, got, err)
		}
	}
	if plain < 1000 {
		t.Errorf("%d plain domains", plain)
	}
	for _, name := range []string{"", "Example.org", "a..b", "a.", ".a", "-a.org", "a-.org", "xn--a.org", "čačak.rs", "a_b.org"} {
		if isPlainDomain(name) {
			t.Errorf("%q is plain", name)
		}
	}
}

// What passes for a plain address is what ParseAddress makes of any.
func TestPlainAddresses(t *testing.T) {
	plain := 0
	for _, local := range []string{"", "a", "Ana.P", ".a", "a.", "a..b", "a+b_c-9", "a b", "mailto:a", "č", "a@b", strings.Repeat("a", 64), strings.Repeat("a", 65), "a%b", "\x00"} {
		for _, domain := range []string{"", "a", "a.b", "example.org", "Example.org", "a.1", "a.1b", "a.b1", "a..b", ".a.b", "a.b.", "-a.b", "a-.b", "a.-b", "čačak.rs",
			strings.Repeat("a", 63) + ".org", strings.Repeat("a", 64) + ".org", strings.Repeat("abcdefghi.", 24) + "org", strings.Repeat("abcdefghi.", 18) + "org"} {
			s := local + "@" + domain
			if !isPlainAddress(s) {
				continue
			}
			plain++
			if got, err := parseAnyAddress(s); err != nil || got != s {
				t.Errorf("%q is read as %q, %v", s, got, err)
			}
		}
	}
	if plain < 20 || !isPlainAddress("ana.petrovic@example.org") {
		t.Errorf("%d plain addresses", plain)
	}
}
