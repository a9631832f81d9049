package templates

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"

	"github.com/glasnik/glasnik/campaign"
)

// showsAddress reports whether the words of a link are or hold an address: of the web, of mail, or a domain alone. Such a
// link must lead where its words say. Mail programs and filters take it for a fraud otherwise, and a click address is
// another one. Words that hold a merge field may turn out to be an address for somebody.
func showsAddress(words string) bool {
	if strings.Contains(words, campaign.PlaceBegin) {
		return true
	}
	return strings.Contains(words, "://") || strings.ContainsFunc(words, isInvisible) || anyAddress(words)
}

// isInvisible reports what can hide that words are an address.
func isInvisible(r rune) bool {
	return r >= '\u200b' && r <= '\u200f' || r == '\u00ad' || r == '\u2060' || r == '\ufeff'
}

// anyAddress goes through words, divided by whatever cannot be in a host or a local part.
func anyAddress(words string) bool {
	words = strings.NewReplacer("。", ".", "．", ".", "｡", ".").Replace(words)
	if before, after, ok := strings.Cut(words, "@"); ok && before != "" && strings.Contains(after, ".") {
		return true
	}
	for word := range strings.FieldsFuncSeq(words, func(r rune) bool { return !isWordRune(r) && !strings.ContainsRune(".-_", r) }) {
		if isDomain(strings.Trim(word, ".-_")) {
			return true
		}
	}
	return false
}

// isDomain reports whether a word is the name or the number of a host: one under a suffix that there is, so that
// “izvestaj.pdf” and “d.o.o.” are none.
func isDomain(word string) bool {
	if !strings.Contains(word, ".") {
		return false
	}
	if _, err := netip.ParseAddr(word); err == nil {
		return true
	}
	if strings.HasPrefix(strings.ToLower(word), "www.") {
		return true
	}
	domain, err := campaign.ParseDomain(word)
	if err != nil {
		return false
	}
	switch domain[strings.LastIndexByte(domain, '.')+1:] {
	case "test", "example", "invalid", "localhost": // RFC 2606
		return true
	}
	suffix, icann := publicsuffix.PublicSuffix(strings.ToLower(domain))
	return (icann || strings.Contains(suffix, ".")) && suffix != strings.ToLower(domain)
}
