package preflight

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed words.txt
var wordFile string

// trap is a phrase by which spam filters know advertising, word by word; a word that ends in a star stands for all that begin so.
type trap struct {
	written string
	words   []string
}

// traps are the phrases of words.txt by the language's first two letters.
var traps = func() map[string][]trap {
	out := map[string][]trap{}
	for line := range strings.Lines(wordFile) {
		tag, phrase, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found || tag == "#" {
			continue
		}
		out[tag] = append(out[tag], trap{phrase, foldedWords(phrase)})
	}
	return out
}()

// foldedWords returns the words of a text without case, script and diacritics; a star at the end of a word stays.
func foldedWords(text string) []string {
	return strings.FieldsFunc(campaign.Fold(text), func(r rune) bool { return r != '*' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// SpamWords returns the phrases of a text that spam filters count against it, as words.txt writes them.
func SpamWords(l campaign.Language, text string) (found []string) {
	words := foldedWords(strings.ReplaceAll(text, "*", " "))
	tag, _, _ := strings.Cut(string(l), "-")
	for _, t := range traps[tag] {
		if t.in(words) {
			found = append(found, strings.ReplaceAll(t.written, "*", "…"))
		}
	}
	return found
}

func (t trap) in(words []string) bool {
	for i := 0; i+len(t.words) <= len(words); i++ {
		fits := true
		for j, w := range t.words {
			stem, open := strings.CutSuffix(w, "*")
			fits = fits && (words[i+j] == stem || open && strings.HasPrefix(words[i+j], stem))
		}
		if fits {
			return true
		}
	}
	return false
}

// What a phone shows of a message in the list of messages, in characters. Cyrillic letters are as wide as Latin ones.
const (
	SubjectLength   = 60
	PreheaderLength = 100
)

// Length counts the characters of a text as readers see them: marks that belong to the character before, and joiners, are none.
func Length(text string) (n int) {
	for _, r := range text {
		if !unicode.Is(unicode.Mn, r) && r != '\u200d' {
			n++
		}
	}
	return n
}

// Shouts reports whether a line is written in capitals: most of its letters, and more than an abbreviation or two.
func Shouts(line string) bool {
	letters, capitals := 0, 0
	for _, r := range line {
		if unicode.IsLetter(r) {
			letters++
		}
		if unicode.IsUpper(r) {
			capitals++
		}
	}
	return letters >= 12 && capitals*10 >= letters*7
}

// Exclaims reports whether a line has more exclamation marks than a person in earnest writes.
func Exclaims(line string) bool { return strings.Count(line, "!") > 1 }

// BeginsWithSign reports whether a line begins with an emoji or another picture sign.
func BeginsWithSign(line string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimSpace(line))
	return r != utf8.RuneError && (unicode.Is(unicode.So, r) || slices.Contains([]rune{'❗', '‼', '★'}, r))
}
