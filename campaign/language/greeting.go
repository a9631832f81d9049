package language

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Greeting is how a person is greeted: a key of the catalogues, and the name that belongs to it in the form the greeting wants, ""
// where it wants none.
type Greeting struct {
	Key  string // greeting.woman, greeting.man, greeting.woman_first, …
	Name string
}

// Personal reports a greeting for a known woman or man.
func (g Greeting) Personal() bool {
	return strings.HasPrefix(g.Key, "greeting.woman") || strings.HasPrefix(g.Key, "greeting.man")
}

// GreetingFor says how a contact is greeted in a language: by surname where the gender is known and, in Serbian, the vocative is sure;
// else with the full name in English; else neutrally (G-08, G-09). Serbian surnames of women do not change.
func GreetingFor(l campaign.Language, c *campaign.Contact) Greeting {
	neutral := Greeting{Key: "greeting.neutral"}
	if c.Kind == campaign.Journalist {
		neutral.Key = "greeting.journalist"
	}
	first, last := nameIn(l, c.FirstName), nameIn(l, c.LastName)
	woman := c.Gender() == campaign.Woman
	key := "greeting.man"
	if woman {
		key = "greeting.woman"
	}
	switch {
	case l == campaign.French && c.Gender() != "":
		return Greeting{Key: key}
	case l == campaign.English && c.Gender() != "" && last != "":
		return Greeting{Key: key, Name: last}
	case l == campaign.English && strings.TrimSpace(first+last) != "":
		return Greeting{Key: "greeting.name", Name: strings.TrimSpace(first + " " + last)}
	case !isSerbian(l) || c.Gender() == "" || first+last == "":
		return neutral
	case last != "" && woman:
		return Greeting{Key: key, Name: last}
	case last != "":
		if vocative, sure := SurnameVocative(last); sure {
			return Greeting{Key: key, Name: vocative}
		}
		return neutral
	}
	if vocative, sure := FirstNameVocative(first, c.Gender()); sure {
		return Greeting{Key: key + "_first", Name: vocative}
	}
	return neutral
}

// longestName is more than a name has; what is longer is no name.
const longestName = 60

// nameIn returns a name in the script of a language, with capitals where names have them; "" for what cannot be a name.
func nameIn(l campaign.Language, name string) string {
	name = campaign.CleanLine(name)
	if utf8.RuneCountInString(name) > longestName || strings.ContainsAny(name, "@/\\{}[]()|,;:0123456789") {
		return ""
	}
	if l == campaign.SerbianCyrillic {
		name = ToCyrillic(name, Options{})
	} else {
		name = ToLatin(name, Options{})
	}
	if name == strings.ToUpper(name) || name == strings.ToLower(name) {
		name = capitalised(name)
	}
	return name
}

// capitalised writes a name that is all in capitals, or has none, as names are written.
func capitalised(name string) string {
	begin := true
	return strings.Map(func(r rune) rune {
		was := begin
		begin = !unicode.IsLetter(r) && r != '\'' && r != '’'
		if was {
			return unicode.ToUpper(r)
		}
		return unicode.ToLower(r)
	}, name)
}

// SurnameVocative returns the surname of a man in the vocative: gospodine Petroviću. sure is false where usage differs, and a neutral
// greeting is better. Foreign names stay as they are.
func SurnameVocative(name string) (vocative string, sure bool) {
	return eachPart(name, func(part string) (string, bool) {
		stem := strings.ToLower(part)
		switch {
		case stem == "" || isVowel(lastOf(stem)): // -a, -o, -e, adjectives in -ski
			return part, true
		case hasAnySuffix(stem, "ov", "ev", "in", "ih"): // usage leaves them alone
			return part, true
		case hasAnySuffix(stem, "ac"):
			if syllables(stem) > 2 {
				return part[:len(part)-2] + "če", true
			}
			return part, false
		case hasAnySuffix(stem, "ak"):
			return part[:len(part)-1] + "če", true
		case hasAnySuffix(stem, "ć", "č", "š", "ž", "đ", "lj", "nj", "j"):
			return part + "u", true
		case hasAnySuffix(stem, "n", "m", "t", "d", "b", "p", "l", "v"):
			return part + "e", true
		}
		return part, false // -ar, -er, -ek, -ik, -g, -h, -s, -z
	})
}

// fleeting are first names that lose a vowel, or have a vocative of their own.
var fleeting = map[string]string{
	"petar": "Petre", "aleksandar": "Aleksandre", "đurađ": "Đurđe", "dimitar": "Dimitre", "mitar": "Mitre", "pavel": "Pavle", "čedomir": "Čedomire", "vuk": "Vuče", "novak": "Novače", "isak": "Isače",
	"miloš": "Miloše", "uroš": "Uroše", "tomaš": "Tomaše", "aljoša": "Aljoša", "damjan": "Damjane", "hristos": "Hriste",
}

// steady are names of men with two syllables that end with -a and stay as they are.
var steady = []string{"luka", "saša", "vanja", "ilja", "staša"}

// FirstNameVocative returns a first name in the vocative. Of names that end with a vowel only -ica changes, as Milica and Ivica: the others
// depend on an accent nobody writes. sure is false where the form is not.
func FirstNameVocative(name string, gender campaign.Gender) (vocative string, sure bool) {
	return eachPart(name, func(part string) (string, bool) {
		stem := strings.ToLower(part)
		switch own, known := fleeting[stem]; {
		case stem == "":
			return part, true
		case strings.HasSuffix(stem, "ica") && syllables(stem) > 2:
			return part[:len(part)-1] + "e", true
		case gender != campaign.Woman && strings.HasSuffix(stem, "a") && syllables(stem) == 2 && !slices.Contains(steady, stem):
			return part, false // Pera → Pero, Vasa → Vaso, but Luka
		case gender == campaign.Woman || isVowel(lastOf(stem)):
			return part, true
		case known:
			return own, true
		case hasAnySuffix(stem, "g"):
			return part[:len(part)-1] + "že", true
		case hasAnySuffix(stem, "j", "lj", "nj", "č", "ć", "đ", "ž"):
			return part + "u", true
		case hasAnySuffix(stem, "k", "h", "c"):
			return part, false
		}
		return part + "e", true
	})
}

// eachPart changes each part of a name by itself, in Latin script whatever script it is in; all must be sure.
func eachPart(name string, change func(part string) (string, bool)) (string, bool) {
	latin := ToLatin(name, Options{})
	if hasForeignSpelling(strings.ToLower(latin)) || strings.ContainsFunc(latin, isOtherLetter) {
		return name, true
	}
	var out strings.Builder
	sure := true
	for latin != "" {
		n := cmp.Or(strings.IndexAny(latin, " -")+1, len(latin)+1) - 1
		part, ok := change(latin[:n])
		sure = sure && ok
		out.WriteString(part)
		if n < len(latin) {
			out.WriteByte(latin[n])
			n++
		}
		latin = latin[n:]
	}
	if strings.ContainsFunc(name, isCyrillicLetter) {
		return ToCyrillic(out.String(), Options{}), sure
	}
	return out.String(), sure
}

// isOtherLetter reports a letter that Serbian Latin does not have.
func isOtherLetter(r rune) bool {
	return unicode.IsLetter(r) && cyrillicLetter(r) == r
}

func isVowel(r rune) bool { return strings.ContainsRune("aeiou", r) }

func lastOf(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func hasAnySuffix(s string, suffixes ...string) bool {
	for _, suffix := range suffixes {
		if strings.HasSuffix(s, suffix) {
			return true
		}
	}
	return false
}

// syllables counts vowels, and an r between consonants.
func syllables(lower string) (n int) {
	for i, r := range lower {
		if isVowel(r) || r == 'r' && (i == 0 || !isVowel(rune(lower[i-1]))) && i+1 < len(lower) && !isVowel(rune(lower[i+1])) {
			n++
		}
	}
	return n
}
