package language

import (
	"slices"
	"strings"
	"unicode"
)

// brands are names and words that keep their spelling in Cyrillic text although their letters are Serbian ones; a Serbian ending may
// follow. Those of namesOnly do so with a capital.
var (
	brands = wordSet(`microsoft google facebook instagram whatsapp youtube tiktok viber linkedin windows outlook excel zoom iphone ipad snapchat discord
		apple gmail chrome firefox netflix twitter reddit pinterest roblox fortnite spotify deezer airbnb booking wolt reuters bloomberg euronews guardian
		online offline email mail web newsletter webinar iphone chatgpt openai meta`)
	namesOnly = wordSet(`telegram safari amazon android meta booking guardian`)
	endings   = strings.Fields(`ovima ovog ovom ovih ovim ama ima ova ovo ove ovi ovu om em ov a e i u`)
)

// isBrand reports a listed name, in any case of Serbian.
func isBrand(lower string, capital bool) bool {
	if listedBrand(lower, capital) {
		return true
	}
	for _, ending := range endings {
		if stem, ok := strings.CutSuffix(lower, ending); ok && len(stem) > 3 && listedBrand(stem, capital) {
			return true
		}
	}
	return false
}

func listedBrand(lower string, capital bool) bool {
	if namesOnly[lower] {
		return capital
	}
	return brands[lower]
}

// foreignAcronyms stay as they are; all other words in capitals are taken for Serbian (EU, MUP, NVO, GRETA).
var foreignAcronyms = wordSet(`pdf html gdpr smtp dkim unodc iban url http https css xml json api usb spf dmarc sql php png jpeg jpg gif gps
	cms crm csv xlsx docx unhcr unfpa undp icmpd usaid osce cets echr isbn issn imap tls ssl dns ip wi-fi wifi utc cet cest bbc cnn pgp mime afp
	eur usd rsd chf gbp huf bam mkd unesco ceo vpn`)

// serbianAcronyms are converted even where they stand beside a number (EU-27).
var serbianAcronyms = wordSet(`eu un nvo mup rts sad bih sos greta oebs nato rs ap kim pdv jmbg sanu`)

// units keep their Latin symbols after a number.
var units = wordSet(`km m cm mm nm kg g mg t l dl ml ha kw mw gw kwh mwh gwh kb mb gb tb hz khz mhz ghz pa hpa kpa mbit gbit h
	ms db v kv`)

// perUnits are units after another one and a slash, where they cannot be words: 5 m/s, 60 km/h.
var perUnits = wordSet(`s min`)

// monarchs are the names after which a lone I is a numeral; numbered are what a lone I, V, … numbers when it follows.
var (
	monarchs = wordSet(`aleksandar aleksandra petar petra pavle pavla karlo karla luj luja vilhelm vilhelma napoleon napoleona elizabeta elizabete
		katarina katarine nikola nikole stefan stefana franc josif franja pije pija benedikt benedikta nemanja filip filipa gimnazija gimnazije`)
	numbered = []string{"deo", "del", "faz", "kvartal", "razred", "svetsk", "stepen", "vek", "grup", "kategorij", "kol", "tom", "lig", "odeljenj", "mesn", "glav"}
	numberOf = []string{"glav", "odelj", "poglavlj", "razred", "tom", "faz", "anek", "prilog", "klaster", "panel", "sprat", "nivo", "stepen", "tabel", "ulaz", "blok", "ciklus"}
)

// notNumerals are words that an all-capitals line makes look like Roman numerals.
var notNumerals = wordSet(`mi vi di li ci civil dim lim mil`)

// plainWords are in front of foreign names without being part of them.
var plainWords = wordSet(`kompanija kompanije kompaniji firma firme gospodin gospodina gospodje profesor profesorka doktor doktorka direktor direktorka
	agencija agencije organizacija organizacije ministar ministarka predsednik predsednica banka hotel centar fondacija institut novinar novinarka urednik
	urednica grupa srbija srbije srbiji srbiju srbijom beograd beograda beogradu vojvodina vojvodine vojvodini sa za od do iz na kod po kao ali ili i u s k o a da je su prema uz pri on ona oni ove ova ovaj kada kad koji`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

// links are words within foreign names; those of english occur in no Serbian text elsewhere.
var (
	links   = wordSet(`of the and for with from by in on to a an at de du des la le les von van der den del di y et & und`)
	english = wordSet(`of the and for with from by is was we you your our this that it their what who how report reports journal global rights watch tier
		network center office delegation foundation fund programme children women house team handle sign chain sea times live lover street
		line service services design life home peace justice crime crimes law humans international national united states nations kingdom
		europe european council assembly court board trade business management support action against freedom free open new news first
		blue green black gold city town road square church museum river mountain university college society review science research
		education future games prize award day days night sex worker workers labour labor slavery slaves victim victims survivor survivors
		traffic trafficked migrants refugees border borders convention protocol guide handbook toolkit guidelines`)
)

// LooksForeign reports a word, in small letters, that keeps its spelling in Cyrillic text: a brand, or one with letters or clusters that
// Serbian does not have.
func LooksForeign(lower string) bool {
	return isBrand(lower, true) || english[lower] || hasForeignSpelling(lower)
}

// hasForeignSpelling reports letters or clusters that Serbian does not have.
func hasForeignSpelling(lower string) bool {
	for _, r := range lower {
		if r > 0x7f && unicode.IsLetter(r) && cyrillicLetter(r) == r && unicode.Is(unicode.Latin, r) {
			return true
		}
	}
	return strings.ContainsAny(lower, "qwxy") || hasForeignCluster(lower)
}

// Clusters that are foreign unless the word has one of the listed stems in it: mostly seams of a prefix. A stem that begins with ^
// begins the word.
var clusters = []struct {
	cluster string
	serbian []string
}{
	{"th", []string{"poth", "preth", "posth", "othran", "othrv", "aparthejd", "lufthanz"}},
	{"sh", []string{"shod", "shođ", "shem", "shit", "shran", "shranj", "shrab", "shv", "shl", "sharč", "sholast", "disharm", "ekshum", "ekshib", "^ish", "^ush",
		"^rash", "^prish", "eshil", "^pash", "nishod"}},
	{"ph", []string{"ophod", "ophođ", "ophrv"}},
	{"gh", nil},
	{"ch", nil},
	{"ee", []string{"^nee", "^pree", "^ree", "^dee", "^naje", "^samoe", "^vee", "^tele", "srednjee", "sižee"}},
	{"oo", []string{"^koo", "^zoo", "^poo", "^samoo", "^novoo", "^radioo", "^mikroo", "^makroo", "^videoo", "^fotoo", "^dvoo", "^visokoo", "^pravoo", "^dugoo", "^jednoo",
		"^celoo", "^brzoo", "^nekoo", "^nepoo", "^proor", "^prekoo", "^antikoo", "^nisko", "^vodoo", "srednjoo", "^euroo", "^evroo", "^dobroo", "^maloo", "^bioo", "^neo",
		"^proto", "^autoo", "^ravnoo", "^doo", "^proo", "^teritorijalno", "^crnoo", "^plavoo", "^lepoo", "^miloo", "^svetloo", "^zelenoo", "^bistroo", "^kosoo", "^slepoo", "^narodnoo",
		"^mnogoo", "^bogoo", "^vatroo", "^psihoo", "^socioo", "^nacionalnoo", "^društvenoo", "^građanskoo", "^vojnoo", "^biroo", "^metroo", "^platoo", "^sakoo",
		"^nivoo", "^trikoo"}},
}

// doubled lists, for each double consonant Serbian has, the beginnings it has it in.
var doubled = map[string][]string{
	"jj": {"najj"}, "dd": {"podd", "nadd", "pred", "odd"}, "nn": {"vann", "izvann"}, "zz": {"bezz", "izz", "razz", "uzz", "ozz"},
	"vv": {"protivv"}, "tt": {"postt"}, "rr": {"interr", "superr", "hiperr"}, "ss": {"transs"},
}

func hasForeignCluster(lower string) bool {
	for _, c := range clusters {
		if strings.Contains(lower, c.cluster) && !hasStem(lower, c.serbian) {
			return true
		}
	}
	if at := strings.Index(lower, "ck"); at >= 0 { // before a vowel it is the seam of -cki, -ckati
		if rest := lower[at+2:]; rest == "" || !strings.ContainsAny(rest[:1], "aeiou") || strings.HasPrefix(rest, "er") || rest == "et" || rest == "ets" {
			return true
		}
	}
	if strings.HasSuffix(lower, "ation") || strings.HasSuffix(lower, "ations") {
		return true
	}
	for i := 1; i < len(lower); i++ {
		if lower[i] == lower[i-1] && strings.IndexByte("bcdfghjklmnprstvz", lower[i]) >= 0 && !hasAnyPrefix(lower, doubled[lower[i-1:i+1]]) {
			return true
		}
	}
	return false
}

func hasStem(lower string, stems []string) bool {
	return slices.ContainsFunc(stems, func(stem string) bool {
		if begin, ok := strings.CutPrefix(stem, "^"); ok {
			return strings.HasPrefix(lower, begin)
		}
		return strings.Contains(lower, stem)
	})
}

func hasAnyPrefix(s string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(s, p) })
}

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
