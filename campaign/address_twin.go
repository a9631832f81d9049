package campaign

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// LooksTheSame reports whether one address passes for another by eye: they differ in case, in forms of the same letters, and in
// letters of other alphabets alone. An accent tells two addresses apart.
func LooksTheSame(a, b string) bool { return plainly(a) == plainly(b) }

// plainly writes an address with the letters of ASCII that its own are taken for.
func plainly(address string) string {
	local, domain, _ := strings.Cut(address, "@")
	if shown, err := idna.ToUnicode(domain); err == nil {
		domain = shown
	}
	return strings.Map(func(r rune) rune {
		if p := plainLetters[r]; p != 0 && r != 'đ' && r != 'ł' && r != 'ø' {
			return p
		}
		return r
	}, strings.ToLower(norm.NFKC.String(local+"@"+domain)))
}
