package contactfile

import (
	"net/url"
	"strings"
)

// mailtoAddress returns the address of a link to a mailbox, or several with commas between them; "" for any other link.
func mailtoAddress(link string) string {
	const scheme = "mailto:"
	if link = strings.TrimSpace(link); len(link) < len(scheme) || !strings.EqualFold(link[:len(scheme)], scheme) {
		return ""
	}
	address, _, _ := strings.Cut(link[len(scheme):], "?")
	if plain, err := url.PathUnescape(address); err == nil {
		address = plain
	}
	return strings.TrimSpace(address)
}

// hyperlink reads a cell that is written =HYPERLINK("mailto:ana@x.example"; "Ana") or with a comma; the label is what the
// cell shows.
func hyperlink(formula string) (link, label string, ok bool) {
	inner, found := cutWord(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(formula), "=")), "HYPERLINK(")
	if !found {
		return "", "", false
	}
	link, inner, ok = cutQuoted(inner)
	if !ok {
		return "", "", false
	}
	if inner == "" || inner[0] == ')' {
		return link, link, inner == ")"
	}
	label, inner, ok = cutQuoted(inner[1:])
	return link, label, ok && inner == ")" && strings.ContainsAny(formula, ",;")
}

func cutWord(s, word string) (string, bool) {
	if len(s) < len(word) || !strings.EqualFold(s[:len(word)], word) {
		return "", false
	}
	return strings.TrimSpace(s[len(word):]), true
}

// cutQuoted takes a text in quotation marks off a formula, where two of them stand for one.
func cutQuoted(formula string) (text, rest string, ok bool) {
	formula = strings.TrimSpace(formula)
	if !strings.HasPrefix(formula, `"`) {
		return "", "", false
	}
	for i := 1; i < len(formula); i++ {
		switch {
		case formula[i] != '"':
		case i+1 < len(formula) && formula[i+1] == '"':
			i++
		default:
			return strings.ReplaceAll(formula[1:i], `""`, `"`), strings.TrimSpace(formula[i+1:]), true
		}
	}
	return "", "", false
}
