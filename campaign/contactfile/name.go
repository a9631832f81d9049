package contactfile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Name is a full name taken apart.
type Name struct{ Title, First, Last string }

// nameTitle is the attribute in which the title of a name is kept.
const nameTitle = "honorific"

// titles stand before a name or, after a comma, behind it; folded, without dots.
var titles = words("dr mr prof doc msc mag mgr ing dipl spec akademik phd md mba gdin gospodin gda gospoda gdica gospodica " +
	"ms mrs miss mme mlle monsieur madame mademoiselle")

// particles begin a last name of several words.
var particles = words("de du des la le van von der den di da del della")

func words(list string) map[string]bool {
	out := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		out[w] = true
	}
	return out
}

// SplitName takes a full name apart: "Ana Petrović", "Petrović, Ana", "prof. dr Ana Petrović", "Jean de La Fontaine",
// "DUPONT Marie". The last word is the last name, or with surnameFirst the first one; a comma and capitals win over that.
func SplitName(full string, surnameFirst bool) Name {
	before, after, _ := strings.Cut(full, ",")
	title, words := cutTitles(strings.Fields(before))
	behind, rest := cutTitles(strings.Fields(after))
	n := Name{Title: strings.TrimSpace(strings.Join(title, " ") + " " + strings.Join(behind, " "))}
	switch {
	case len(words) == 0: // nothing but a title: it is what there is
		return Name{First: strings.TrimSpace(strings.Trim(full, ","))}
	case len(rest) > 0:
		n.First, n.Last = strings.Join(rest, " "), strings.Join(words, " ")
	case len(words) == 1:
		n.First = words[0]
	default:
		from, to := surname(words, surnameFirst)
		n.First, n.Last = strings.Join(slices.Concat(words[:from], words[to:]), " "), strings.Join(words[from:to], " ")
	}
	return n
}

func cutTitles(words []string) (title, rest []string) {
	n := 0
	for n < len(words) && within(titles, words[n]) {
		n++
	}
	return words[:n], words[n:]
}

func within(list map[string]bool, word string) bool {
	return list[strings.ReplaceAll(campaign.Fold(word), ".", "")]
}

// surname says which of several words are the last name.
func surname(words []string, first bool) (from, to int) {
	capitals := 0
	for _, w := range words {
		if inCapitals(w) {
			capitals++
		}
	}
	if capitals > 0 && capitals < len(words) { // DUPONT Marie, Marie LE GALL; not the C of John C. Smith
		for from < len(words) && !inCapitals(words[from]) {
			from++
		}
		for to = from; to < len(words) && inCapitals(words[to]); to++ {
		}
		return from, to
	}
	if first {
		to = 1
		for to < len(words)-1 && within(particles, words[to-1]) {
			to++
		}
		return 0, to
	}
	for from = 1; from < len(words)-1 && !within(particles, words[from]); from++ {
	}
	return from, len(words)
}

func inCapitals(word string) bool {
	letters := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
	capital := false
	for _, r := range letters {
		if unicode.ToUpper(r) != r {
			return false
		}
		capital = capital || unicode.ToLower(r) != r
	}
	return capital && utf8.RuneCountInString(letters) > 1
}
