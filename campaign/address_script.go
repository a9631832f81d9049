package campaign

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// ownScripts are those whose letters are taken for each other's by eye, with what they are called.
var ownScripts = []struct {
	name  string
	table *unicode.RangeTable
}{{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek}}

// together are the scripts that one language writes in one word (UTS 39 section 5.2, highly restrictive).
var together = [][]string{
	{"Latin", "Han", "Hiragana", "Katakana"}, {"Latin", "Han", "Bopomofo"}, {"Latin", "Han", "Hangul"},
}

// checkScripts refuses an address with letters of two scripts in one label of its domain or before its @: nobody has one,
// and such a letter passes for another by eye.
func checkScripts(local, domain string) error {
	if a, b := mixed(local); a != "" {
		return FieldError("email", "%q, before the @, mixes letters of two alphabets, %s and %s: write it anew, in one alphabet", local, alphabet(a), alphabet(b))
	}
	if !strings.Contains(domain, "xn--") {
		return nil
	}
	shown, err := idna.ToUnicode(domain)
	if err != nil {
		return nil
	}
	for label := range strings.SplitSeq(shown, ".") {
		a, b := mixed(label)
		if a == "" {
			continue
		}
		if meant := LookAlike(domain); meant != "" {
			return FieldError("email", "%q mixes letters of two alphabets, %s and %s; it looks like %s: write it anew, in one alphabet", shown, alphabet(a), alphabet(b), meant)
		}
		return FieldError("email", "%q mixes letters of two alphabets, %s and %s: write it anew, in one alphabet", shown, alphabet(a), alphabet(b))
	}
	return nil
}

// mixed names two scripts whose letters stand in one word that no language writes so, "" where there are none.
func mixed(word string) (one, other string) {
	var found []string
	for _, r := range word {
		name := scriptOf(r)
		if name == "" || len(found) > 0 && found[len(found)-1] == name {
			continue
		}
		found = append(found, name)
		if len(found) > 1 && !writtenTogether(found) {
			return found[0], name
		}
	}
	return "", ""
}

// alphabet names a script in words.
func alphabet(name string) Text {
	switch name {
	case "Latin":
		return Textf("Latin")
	case "Cyrillic":
		return Textf("Cyrillic")
	case "Greek":
		return Textf("Greek")
	}
	return Textf("%s", name)
}

// scriptOf names the script of a letter; "" for what belongs to none or all of them.
func scriptOf(r rune) string {
	if r < utf8.RuneSelf {
		if unicode.IsLetter(r) {
			return "Latin"
		}
		return ""
	}
	for _, s := range ownScripts {
		if unicode.Is(s.table, r) {
			return s.name
		}
	}
	if unicode.In(r, unicode.Common, unicode.Inherited) {
		return ""
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return ""
}

func writtenTogether(scripts []string) bool {
	for _, set := range together {
		all := true
		for _, s := range scripts {
			all = all && strings.Contains(" "+strings.Join(set, " ")+" ", " "+s+" ")
		}
		if all {
			return true
		}
	}
	return false
}

// NeedsSMTPUTF8 reports whether an address can be written to only by way of servers that take letters beyond ASCII before the
// @ (RFC 6531).
func NeedsSMTPUTF8(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	return strings.ContainsFunc(local, func(r rune) bool { return r >= utf8.RuneSelf })
}
