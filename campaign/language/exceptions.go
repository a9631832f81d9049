package language

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Words in which nj and dž are two letters (G.2), by their beginnings, after an optional prefix. Inflection follows.
var (
	splitNj = []string{"injek", "injic", "injur", "konjunk", "konjug", "konjekt", "tanjug", "anjon", "vanjez", "jedanjez", "panjelin"}
	splitDz = []string{"nadživ", "nadžnj", "nadžet", "nadžanj", "nadždrel", "nadžup", "odžal", "odživ", "odžvak", "odžvać", "odžubor",
		"podžanr", "podžnj", "podžup", "podžil", "podžiž", "predživot", "predžet", "predželud", "feldžand"}
	splitPrefixes = []string{"", "ne", "naj", "pre", "po", "za", "raz", "iz"}
)

// splitAnywhere are stems of Latin origin in which nj is two letters whatever stands before them: reinjekcija, subkonjunktivalni.
var splitAnywhere = []string{"injekc", "injekt", "injicir", "konjunk", "konjug", "konjektur"}

// softDj are stems in which dj stands for đ in text typed without diacritics. Elsewhere it stays two letters (odjek,
// podjednako), which is right for all text that uses đ.
var softDj = []string{"djordj", "djak", "djon", "djubr", "djavo", "djur", "djindj", "djokov", "djorov", "djev", "andjel", "tadj", "gradjan",
	"izmedju", "takodj", "medju", "rodjen", "rodjak", "gvozdj", "vodja", "vodje", "vodju", "dodje", "dodju", "prodje", "nadje", "nadju", "odredj",
	"uredj", "dogadj", "pogodj", "povredj", "obradj", "predvidj", "utvrdj", "potvrdj", "sprovodj", "osudj", "vredj", "ugradj", "izgradj", "sagradj", "svidj",
	"slobodj", "oslobodj", "obezbedj", "nasledj", "mladj", "sredj", "sudj", "sledj", "tudj", "ladj", "cadj", "radjen", "radjan", "ubedj"}

// splitPairs returns the number, among the letters of a word in small letters, of the n or d whose following j or ž is a letter of
// its own, or -1.
func splitPairs(lower string) int {
	nj, dz := strings.Contains(lower, "nj"), strings.Contains(lower, "dž")
	if !nj && !dz {
		return -1
	}
	for _, stem := range splitAnywhere {
		if i := strings.Index(lower, stem); nj && i >= 0 {
			return utf8.RuneCountInString(lower[:i]) + strings.Index(stem, "nj")
		}
	}
	for _, prefix := range splitPrefixes {
		rest, ok := strings.CutPrefix(lower, prefix)
		if !ok {
			continue
		}
		at := len(prefix) // prefixes are ASCII: octets are letters
		for _, begin := range splitNj {
			if nj && strings.HasPrefix(rest, begin) {
				return at + strings.Index(begin, "nj")
			}
		}
		for _, begin := range splitDz {
			if dz && strings.HasPrefix(rest, begin) {
				return at + strings.Index(begin, "dž")
			}
		}
	}
	return -1
}

func isSoftDj(lower string) bool {
	return slices.ContainsFunc(softDj, func(stem string) bool { return strings.Contains(lower, stem) })
}
