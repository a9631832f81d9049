package campaign

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// RoleTag marks contacts whose address is an office's rather than a person's.
const RoleTag = "role"

// roles are local parts that belong to an office, folded, in English, Serbian and French.
const roles = " admin administracija biblioteka contact contactez dezurni desk direkcija editor editorial dopisnistvo email emisija hello help hr " +
	"info informacije information kabinet kontakt kancelarija mail marketing media mediji news newsdesk newsroom nocni novosti office oglasi " +
	"portal portparol pr presse press prijem prodaja programska protokol publicrelations redakcija redaction redakcije rezija sales " +
	"secretariat sekretar sekretarijat skola support tv urednik urednistvo uprava vesti webmaster accueil direction ecole "

// IsRole reports whether an address belongs to an office rather than a person: redakcija@, office@, info@, also with a
// place or number after it as in redakcija.nis@ and info2@.
func IsRole(address string) bool {
	local, _, _ := strings.Cut(Fold(address), "@")
	word := strings.TrimRight(local, "0123456789")
	if i := strings.IndexAny(word, ".-_+"); i > 0 {
		word = word[:i]
	}
	return len(word) > 1 && roleWords()[word]
}

var roleWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(roles) {
		words[w] = true
	}
	return words
})

// mailDomains are where people have their mail, and some real ones that look like them.
var (
	mailDomains = []string{
		"gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "protonmail.com", "live.com", "yahoo.fr", "hotmail.fr",
		"orange.fr", "wanadoo.fr", "laposte.net", "eunet.rs", "sbb.rs", "mts.rs", "ptt.rs", "beotel.net", "verat.net", "neobee.net",
	}
	// slips are those that no rule finds without finding real ones too.
	slips       = map[string]string{"gml.com": "gmail.com", "live.cm": "live.com", "live.con": "live.com", "live.comm": "live.com"}
	realDomains = []string{"mail.com", "ymail.com", "email.com", "rocketmail.com", "mts.ru", "live.fr", "yahoo.co", "gmx.com", "eunet.yu", "orange.rs"}
)

// LookAlike returns the mail domain that somebody most likely meant to write: gmail.com for gmial.com, gmail.con and
// gmail.rs; "" when a domain looks like none. One letter more or less tells nothing in a short name. A domain whose letters
// are of several alphabets stands for the one it looks like, whichever that is: gmаil.com with a Cyrillic а.
func LookAlike(domain string) string {
	if slices.Contains(mailDomains, domain) || slices.Contains(realDomains, domain) {
		return ""
	}
	if strings.Contains(domain, "xn--") {
		return disguised(domain)
	}
	if meant := slips[domain]; meant != "" {
		return meant
	}
	name, _, _ := strings.Cut(domain, ".")
	for _, known := range mailDomains {
		host, end, _ := strings.Cut(known, ".")
		switch {
		case len(known) >= len("gmail.com") && oneSlip(domain, known):
			return known
		case end == "com" && host != "live" && name == host && slices.Contains([]string{host + ".rs", host + ".cm", host + ".comm", host + ".con.rs", host + ".com.rs", host + ".net"}, domain):
			return known
		}
	}
	return ""
}

// plainLetters are the letters of ASCII that others are taken for by eye.
var plainLetters = map[rune]rune{
	'а': 'a', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'һ': 'h', 'і': 'i', 'ј': 'j', 'к': 'k', 'ӏ': 'l', 'м': 'm', 'о': 'o', 'р': 'p', 'ѕ': 's', 'т': 't', 'ѵ': 'v', 'х': 'x', 'у': 'y',
	'ԛ': 'q', 'ԝ': 'w', 'γ': 'y', 'υ': 'u', 'α': 'a', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'ı': 'i', 'ɡ': 'g', 'ł': 'l', 'ø': 'o', 'đ': 'd',
}

// disguised returns the domain in ASCII that one with other letters passes for, "" where it is a name of its own.
func disguised(domain string) string {
	shown, err := idna.ToUnicode(domain)
	if err != nil {
		return ""
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return cmp.Or(plainLetters[r], r)
	}, norm.NFD.String(shown))
	switch {
	case !isPlainDomain(plain) || strings.Contains(plain, "xn--"):
		return ""
	case slices.Contains(mailDomains, plain) || slices.ContainsFunc(strings.Split(shown, "."), mixesAlphabets):
		return plain
	}
	return LookAlike(plain)
}

func mixesAlphabets(label string) bool {
	latin := strings.ContainsFunc(label, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
	return latin && strings.ContainsFunc(label, func(r rune) bool { return unicode.In(r, unicode.Cyrillic, unicode.Greek) })
}

// oneSlip reports whether a word becomes another by one slip of the fingers: a letter too many, too few or another, or
// two that changed places.
func oneSlip(a, b string) bool {
	if a == b {
		return false
	}
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	switch len(a) - len(b) {
	case 1:
		return a[1:] == b
	case -1:
		return a == b[1:]
	case 0:
		return a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:]
	}
	return false
}
