package language

import (
	"slices"
	"strings"
	"unicode"
)

// brands are names and words that keep their spelling in Cyrillic text although their letters are Serbian ones.
var brands = wordSet(`microsoft google facebook instagram whatsapp youtube tiktok viber linkedin windows outlook excel zoom iphone ipad
	android apple telegram gmail chrome firefox safari amazon netflix twitter e-mail online offline email web newsletter webinar`)

// phrases are names of several words that keep their spelling.
var phrases = [][]string{{"horizontal", "facility"}, {"council", "of", "europe"}, {"european", "union"}, {"save", "the", "children"}}

// foreignAcronyms stay as they are; all other words in capitals are taken for Serbian (EU, MUP, NVO, GRETA).
var foreignAcronyms = wordSet(`pdf html gdpr smtp dkim unodc iban url http https css xml json api usb spf dmarc sql php png jpeg jpg gif gps
	cms crm csv xlsx docx unhcr icmpd usaid osce isbn issn imap tls ssl dns ip wi-fi wifi utc cet cest bbc cnn pgp mime`)

// serbianAcronyms are converted even where they stand beside a number (EU-27).
var serbianAcronyms = wordSet(`eu un nvo mup rts sad bih sos greta oebs nato rs ap kim pdv jmbg sanu`)

// units keep their Latin symbols after a number.
var units = wordSet(`km m cm mm nm kg g mg t l dl ml ha kw mw gw kwh mwh gwh kb mb gb tb hz khz mhz ghz pa hpa kpa mbit gbit h`)

// monarchs are the names after which a lone I is a numeral; numbered are what a lone I, V, … numbers when it follows.
var (
	monarchs = wordSet(`aleksandar aleksandra petar petra pavle pavla karlo karla luj luja vilhelm vilhelma napoleon napoleona elizabeta elizabete
		katarina katarine nikola nikole stefan stefana franc josif franja pije pija benedikt benedikta nemanja filip filipa gimnazija gimnazije`)
	numbered = []string{"deo", "del", "faz", "kvartal", "razred", "svetsk", "stepen", "vek", "grup", "kategorij", "kol", "tom", "lig", "odeljenj", "mesn", "glav"}
	numberOf = []string{"glav", "odelj", "poglavlj", "razred", "tom", "faz", "anek", "prilog"}
)

// notNumerals are words that an all-capitals line makes look like Roman numerals.
var notNumerals = wordSet(`mi vi di li ci civil dim lim mil`)

// plainWords are in front of foreign names without being part of them.
var plainWords = wordSet(`kompanija kompanije kompaniji firma firme gospodin gospodina gospodje profesor profesorka doktor doktorka direktor direktorka
	agencija agencije organizacija organizacije ministar ministarka predsednik predsednica banka hotel centar fondacija institut novinar novinarka urednik
	urednica grupa sa za od do iz na kod po kao ali ili i u s k o a da je su prema uz pri on ona oni ove ova ovaj kada kad koji`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// hasForeignSpelling reports letters or clusters that Serbian does not have.
func hasForeignSpelling(lower string) bool {
	for _, r := range lower {
		if r > 0x7f && unicode.IsLetter(r) && toCyrillic[r] == 0 && unicode.Is(unicode.Latin, r) {
			return true
		}
	}
	return strings.ContainsAny(lower, "qwxy") || hasForeignCluster(lower)
}

// Clusters that are foreign unless the word begins as one of the listed Serbian ones does: mostly seams of a prefix.
var clusters = []struct {
	cluster string
	serbian []string
}{
	{"th", []string{"poth", "preth", "nepoth"}},
	{"sh", []string{"shv", "shod", "ishod", "ishran", "ishit", "ishl", "neshv", "nishod", "prish", "ush", "rash"}},
	{"ck", []string{"nick", "klick", "ocka", "tack", "kack", "packa", "lick", "lecka", "peck", "cacka", "pocka", "mack", "seck"}},
	{"ph", nil},
	{"ee", []string{"nee", "pree", "ree", "dee", "naje", "samoe", "vee"}},
	{"oo", []string{"koo", "zoo", "poo", "samoo", "novoo", "radioo", "mikroo", "makroo", "videoo", "fotoo", "dvoo", "visokoo", "pravoo", "dugoo",
		"jednoo", "celoo", "brzoo", "nekoo", "nekoordin", "antikoo", "nisko", "vodoo", "srednjoo", "euroo", "evroo", "dobroo", "maloo", "bioo", "neo", "proto", "autoo", "ravnoo", "teritorijalno"}},
}

// doubled lists, for each double consonant Serbian has, the beginnings it has it in.
var doubled = map[string][]string{
	"jj": {"najj"}, "dd": {"podd", "nadd", "pred", "odd"}, "nn": {"vann", "izvann"}, "zz": {"bezz", "izz", "razz"},
}

func hasForeignCluster(lower string) bool {
	for _, c := range clusters {
		if strings.Contains(lower, c.cluster) && !hasAnyPrefix(lower, c.serbian) {
			return true
		}
	}
	for i := 1; i < len(lower); i++ {
		if lower[i] == lower[i-1] && strings.IndexByte("bcdfghjklmnprstvz", lower[i]) >= 0 && !hasAnyPrefix(lower, doubled[lower[i-1:i+1]]) {
			return true
		}
	}
	return false
}

func hasAnyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

// hasSerbianLetters reports letters that only Serbian and its neighbours write: such a word is never somebody's foreign name.
func hasSerbianLetters(lower string) bool { return strings.ContainsAny(lower, "čćšžđ") }

// isRoman reports a valid Roman numeral in capitals.
func isRoman(s string) bool {
	if s == "" || len(s) > 15 || strings.Trim(s, "IVXLCDM") != "" {
		return false
	}
	rest := strings.TrimLeft(s, "M")
	for _, digits := range [][]string{
		{"CM", "CD", "DCCC", "DCC", "DC", "D", "CCC", "CC", "C"},
		{"XC", "XL", "LXXX", "LXX", "LX", "L", "XXX", "XX", "X"},
		{"IX", "IV", "VIII", "VII", "VI", "V", "III", "II", "I"},
	} {
		for _, d := range digits {
			if after, ok := strings.CutPrefix(rest, d); ok {
				rest = after
				break
			}
		}
	}
	return rest == ""
}
