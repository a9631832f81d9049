package campaign

import (
	"slices"
	"strings"
	"unicode"
)

// sensitiveStems are the beginnings of words about what the law protects most (GDPR art. 9, ZZPL art. 17) and what this
// product must not collect: health, belief, origin, union membership, sexual life, and that somebody is a victim. Folded.
var sensitiveStems = map[string][]string{
	"health":           {"bolest", "bolesn", "oboljen", "dijagnoz", "trudn", "invalid", "depresi", "lecenj", "terapij", "ill", "disease", "diagnos", "pregnan", "disab", "therap", "malad", "enceint", "handicap", "hiv"},
	"belief":           {"verski", "verska", "vernik", "pravoslav", "katoli", "musliman", "jevrej", "ateist", "religio", "muslim", "jewish", "catholic", "orthodox", "chretien", "juif"},
	"origin":           {"etnick", "nacionalnost", "romkinj", "rom ", "cigan", "rasn", "ethnic", "racial", "roma ", "gypsy", "ethnique", "tsigane"},
	"union membership": {"sindikal", "sindikat", "trade union", "union member", "syndicat", "syndique"},
	"sexual life":      {"gej", "lezbej", "homoseks", "seksualn", "gay", "lesbian", "homosex", "transgender"},
	"politics":         {"clan stranke", "clanica stranke", "party member", "membre du parti"},
	"victim":           {"zrtv", "preziv", "trgovine ljudima", "victim", "survivor", "trafficked", "survivant"},
}

// sensitiveWords name them, as they stand after “about”.
var sensitiveWords = map[string]Text{
	"health": Textf("about: health"), "belief": Textf("about: belief"), "origin": Textf("about: origin"), "union membership": Textf("about: union membership"),
	"sexual life": Textf("about: sexual life"), "politics": Textf("about: politics"), "victim": Textf("about: a victim"),
}

// Sensitive warns of what a note seems to say about a person that must not be kept; no words when it seems harmless. It never
// refuses: a journalist may write about victims.
func Sensitive(note string) Text {
	var about []Text
	for _, what := range sensitive(note) {
		about = append(about, sensitiveWords[what])
	}
	if len(about) == 0 {
		return Text{}
	}
	return Textf("This seems to say something about %s: the law protects that most. Take it out unless it is truly needed.", Join(about, ", "))
}

func sensitive(note string) []string {
	words := " " + strings.Join(strings.FieldsFunc(Fold(note), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
	var out []string
	for about, stems := range sensitiveStems {
		if slices.ContainsFunc(stems, func(stem string) bool {
			return len(stem) > 3 && strings.Contains(words, " "+stem) || strings.Contains(words, " "+stem+" ")
		}) {
			out = append(out, about)
		}
	}
	slices.Sort(out)
	return out
}
