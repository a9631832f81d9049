package campaign

import (
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// Limits of RFC 5321 section 4.5.3.1, in octets.
const (
	maxLocal   = 64
	maxAddress = 254
)

// ParseAddress reads one e-mail address as a person typed it and returns the form in which it is stored and mailed: surrounding
// space, quotation marks and marks nobody sees, "mailto:" and a display name dropped, the text in NFC, the domain
// lower-cased with internationalised labels as A-labels (RFC 5890). A Unicode local part is accepted (RFC 6531) where its
// letters are of one script; a quoted one or an address literal is not: no press office has one, and half the servers
// refuse them.
func ParseAddress(s string) (string, error) {
	if isPlainAddress(s) {
		return s, nil
	}
	return parseAnyAddress(s)
}

// parseAnyAddress is ParseAddress of an address however it is written.
func parseAnyAddress(s string) (string, error) {
	s = strings.TrimFunc(s, isUnseen)
	if !strings.ContainsAny(s, "<>") {
		s = unwrap(s)
	}
	if scheme := "mailto:"; len(s) >= len(scheme) && strings.EqualFold(s[:len(scheme)], scheme) {
		s = unwrap(s[len(scheme):])
	}
	if s == "" {
		return "", FieldError("email", "the e-mail address is missing")
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, utf8.RuneError) || strings.ContainsFunc(s, unicode.IsControl) {
		return "", FieldError("email", "the e-mail address contains characters that cannot be read")
	}
	if strings.ContainsAny(s, "<>") {
		parsed, err := mail.ParseAddress(s)
		if err != nil {
			return "", FieldError("email", "%q is not an e-mail address", s)
		}
		s = unwrap(parsed.Address)
	}
	s = norm.NFC.String(s)
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at == len(s)-1 || !strings.Contains(s, `"`) && strings.Count(s, "@") > 1 {
		return "", FieldError("email", "%q is not an e-mail address: it needs one @ with something on both sides", s)
	}
	local, domain := s[:at], s[at+1:]
	if err := checkLocal(local); err != nil {
		return "", err
	}
	if strings.Contains(domain, ",") && !strings.ContainsAny(domain, " ;@") {
		return "", FieldError("email", "%q has a comma where a dot should stand: is %s@%s meant?", s, local, strings.ReplaceAll(domain, ",", "."))
	}
	domain, err := ParseDomain(domain)
	if err != nil {
		return "", err
	}
	if err := checkScripts(local, domain); err != nil {
		return "", err
	}
	if len(local)+1+len(domain) > maxAddress {
		return "", FieldError("email", "the e-mail address is longer than %d octets", maxAddress)
	}
	return local + "@" + domain, nil
}

// isPlainAddress reports whether an address is one of the plainest, as nearly all are, which are kept as they are.
func isPlainAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(local) > maxLocal || len(s) > maxAddress || !isPlainDomain(domain) {
		return false
	}
	last := byte('.')
	for i := range len(local) {
		b := local[i]
		switch {
		case 'a' <= b && b <= 'z', 'A' <= b && b <= 'Z', '0' <= b && b <= '9', b == '-', b == '_', b == '+', b == '.' && last != '.':
		default:
			return false
		}
		last = b
	}
	dot := strings.LastIndexByte(domain, '.')
	if last == '.' || dot < 1 {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if len(label) > 63 {
			return false
		}
	}
	return domain[dot+1] > '9'
}

func checkLocal(local string) error {
	if len(local) > maxLocal {
		return FieldError("email", "the part before the @ is longer than %d octets", maxLocal)
	}
	if local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return FieldError("email", "the part before the @ has a dot in the wrong place")
	}
	for _, r := range local {
		ok := isNameRune(r) ||
			r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("!#$%&'*+-/=?^_`{|}~.", r))
		if !ok {
			return FieldError("email", "the character %q is not allowed before the @", string(r))
		}
	}
	return nil
}

// ParseDomain returns the A-label form of a host name with at least two labels. Numbers alone are an IP address, not a name
// (RFC 3696 section 2).
func ParseDomain(domain string) (string, error) {
	ascii, err := strings.TrimSuffix(domain, "."), error(nil)
	if !isPlainDomain(ascii) {
		ascii, err = idna.Lookup.ToASCII(ascii)
	}
	if err != nil || !strings.Contains(ascii, ".") || strings.Contains(ascii, "..") || strings.ContainsAny(ascii, "[]:_") {
		return "", FieldError("email", "%q is not a domain that can receive mail", domain)
	}
	labels := strings.Split(ascii, ".")
	if slices.ContainsFunc(labels, func(label string) bool { return label == "" || len(label) > 63 }) {
		return "", FieldError("email", "%q is not a domain that can receive mail", domain)
	}
	if strings.Trim(labels[len(labels)-1], "0123456789") == "" || !hasNameRunes(ascii) {
		return "", FieldError("email", "%q is not a domain that can receive mail", domain)
	}
	return ascii, nil
}

// hasNameRunes reports whether the labels of a domain hold letters, digits and hyphens alone (RFC 5892), a Catalan dot apart.
func hasNameRunes(ascii string) bool {
	if !strings.Contains(ascii, "xn--") {
		return true
	}
	shown, err := idna.ToUnicode(ascii)
	return err == nil && !strings.ContainsFunc(shown, func(r rune) bool { return r >= utf8.RuneSelf && !isNameRune(r) && r != '·' })
}

// isPlainDomain reports whether a domain has the form ToASCII would give it, as nearly all have.
func isPlainDomain(domain string) bool {
	last := byte('.')
	for i := range len(domain) {
		b := domain[i]
		switch {
		case 'a' <= b && b <= 'z', '0' <= b && b <= '9':
		case b == '-' && last != '.' && last != '-', b == '.' && last != '-' && last != '.':
		default:
			return false
		}
		last = b
	}
	return last != '-' && last != '.'
}

// AddressKey returns the form in which two addresses are compared: one contact, one suppression a mailbox. Local parts are
// case-sensitive by RFC 5321 and nowhere in practice, so the key folds case. Gmail ignores dots before the @ and has two domains;
// so the key ignores both: somebody who left as ana.petrovic@gmail.com has left as anapetrovic@googlemail.com.
func AddressKey(address string) string {
	key := address
	if !isLowerASCII(address) {
		key = strings.ToLower(norm.NFC.String(address))
	}
	local, domain, ok := strings.Cut(key, "@")
	if ok && (domain == "gmail.com" || domain == "googlemail.com") {
		return strings.ReplaceAll(local, ".", "") + "@gmail.com"
	}
	return key
}

func isLowerASCII(s string) bool {
	for i := range len(s) {
		if b := s[i]; b >= utf8.RuneSelf || 'A' <= b && b <= 'Z' {
			return false
		}
	}
	return true
}

// Domain returns the part of an address after the @.
func Domain(address string) string {
	return address[strings.LastIndexByte(address, '@')+1:]
}

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
