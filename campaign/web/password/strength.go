package password

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"

	"github.com/glasnik/glasnik/campaign"
)

// Length of a password. The upper limit only keeps somebody from having us hash a book.
const (
	minLength = 10
	maxLength = 200
)

// How hard a password has to be to guess: a hundred million tries at least, as zxcvbn reckons, which knows the most common
// passwords, names, words, dates, runs on the keyboard and repetitions. It looks at the beginning of a long one only.
const (
	minStrength    = 3
	strengthLength = 72
)

// everybodysWords are what people here begin a password with, beside what zxcvbn knows. They are folded.
var everybodysWords = strings.Fields(`glasnik press pressa novine novinar novinari redakcija urednik saopstenje mediji lozinka sifra lozinkica
	dobrodosli dobardan zdravo ljubav volimte srbija serbia srbin beograd belgrade beogradu novisad kragujevac subotica zrenjanin pancevo cacak
	kraljevo krusevac zvezda crvenazvezda delije partizan grobari vojvodina kosovo jugoslavija jelena milica marija nikola milan marko stefan
	petrovic jovanovic nikolic markovic januar februar april maj juni jul avgust septembar oktobar novembar decembar leto zima jesen prolece
	motdepasse bonjour soleil azerty`)

// Check refuses a password that is short, or easy to guess for somebody who knows the words about its owner.
func Check(password string, about ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < minLength:
		return campaign.FieldError("password", "the password needs at least %d characters: a few words in a row are good", minLength)
	case n > maxLength:
		return campaign.FieldError("password", "the password has more than %d characters", maxLength)
	}
	known := append(wordsOf(about), everybodysWords...)
	// The other script, diacritics and blanks do not make a word harder to guess.
	for _, spelling := range []string{password, campaign.Fold(password), strings.Join(wordsIn(password), "")} {
		if r := []rune(spelling); len(r) > strengthLength {
			spelling = string(r[:strengthLength])
		}
		if zxcvbn.PasswordStrength(spelling, known).Score < minStrength {
			return campaign.FieldError("password", "this password is easy to guess: it is a common one, a name, a date or a row of keys. Take a few words that have nothing to do with you or each other")
		}
	}
	return nil
}

// wordsOf returns the words of some texts, each alone and all of a text together.
func wordsOf(texts []string) []string {
	var out []string
	for _, t := range texts {
		words := wordsIn(t)
		out = append(out, strings.ToLower(t), strings.Join(words, ""))
		out = append(out, words...)
	}
	return slices.DeleteFunc(out, func(w string) bool { return utf8.RuneCountInString(w) < 3 })
}

func wordsIn(text string) []string {
	return strings.FieldsFunc(campaign.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}
