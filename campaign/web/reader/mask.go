package reader

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// maskAddress shows enough of an address for its owner to recognise it, and nobody else: messages are forwarded.
func maskAddress(address string) string { return maskBeside(address, "") }

// maskBeside masks an address so that the owner of a similar one sees that it is not theirs: it shows all up to the first letter
// that differs.
func maskBeside(address, own string) string {
	local, domain, _ := strings.Cut(address, "@")
	ownLocal, ownDomain, _ := strings.Cut(own, "@")
	shown := 0
	for i, r := range local {
		shown = i + utf8.RuneLen(r)
		if domain != ownDomain || !strings.HasPrefix(ownLocal, local[:shown]) {
			break
		}
	}
	if shown == 0 {
		return address
	}
	return local[:shown] + "•••@" + domain
}

// hasOtherLetters reports whether an address has letters beyond ASCII, in its domain too.
func hasOtherLetters(address string) bool {
	_, domain, _ := strings.Cut(address, "@")
	shown, err := idna.ToUnicode(domain)
	return strings.ContainsFunc(address, func(r rune) bool { return r >= utf8.RuneSelf }) || err == nil && shown != domain
}
