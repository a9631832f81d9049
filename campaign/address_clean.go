package campaign

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// quotes are the signs that letters, web pages and office programs put around an address, the apostrophe with which
// spreadsheets mark a text among them.
const quotes = "\"'`´“”„‟‘’‚‛′″«»‹›「」『』＂＇"

// unwrap takes off what stands around an address and is no part of it: space, marks nobody sees, quotation marks.
func unwrap(s string) string {
	around := func(r rune) bool { return isUnseen(r) || strings.ContainsRune(quotes, r) }
	bare := strings.TrimFunc(s, around)
	if len(bare) == len(s) {
		return s
	}
	local, domain, ok := strings.Cut(bare, "@")
	if !ok {
		return bare
	}
	return strings.TrimRightFunc(local, around) + "@" + strings.TrimLeftFunc(domain, around) // ‘ana’@…
}

// isUnseen reports whether a sign takes no room, or is space: marks of direction and joiners among them.
func isUnseen(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || r == '\t' || r == '\n' || r == '\r'
	}
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r)
}

// isNameRune reports whether a sign beyond ASCII may stand in an address: letters, their marks and digits alone.
func isNameRune(r rune) bool {
	return r > utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.Is(unicode.Nd, r)) && !unicode.Is(unicode.Variation_Selector, r)
}
