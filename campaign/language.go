package campaign

import (
	"slices"
	"strings"
	"unicode"
)

// Language is a BCP 47 tag, with the script where a language has two: sr-Latn, sr-Cyrl, en, fr.
type Language string

const (
	SerbianLatin    Language = "sr-Latn"
	SerbianCyrillic Language = "sr-Cyrl"
	English         Language = "en"
	French          Language = "fr"
)

// Languages are those Glasnik writes footers, dates and public pages in, in the order they are offered.
var Languages = []Language{SerbianLatin, SerbianCyrillic, English, French}

// Name is the language's own name, as its readers write it.
func (l Language) Name() string {
	switch l {
	case SerbianLatin:
		return "Srpski (latinica)"
	case SerbianCyrillic:
		return "Српски (ћирилица)"
	case English:
		return "English"
	case French:
		return "Français"
	}
	return string(l)
}

// Known reports whether pages and panel exist in the language.
func (l Language) Known() bool { return slices.Contains(Languages, l) }

// ParseLanguage reads a tag or a common name of a language; "" is "".
// A name that says no script is read as it is written: «српски» is Cyrillic. Plain "sr" is Latin, which is what files
// without a script mean in Serbia's offices.
func ParseLanguage(s string) (Language, error) {
	switch Fold(strings.ReplaceAll(strings.TrimSpace(s), "_", "-")) {
	case "":
		return "", nil
	case "sr", "sr-rs", "srp", "srb", "srpski", "srpska", "srp.", "serbian", "serbe", "serbisch", "sr-me", "sr-ba":
		if strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) {
			return SerbianCyrillic, nil
		}
		return SerbianLatin, nil
	case "sr-latn", "sr-latn-rs", "srpski (latinica)", "srpski latinica", "srpski - latinica", "serbian (latin)", "serbian latin", "serbe (latin)", "latinica", "latin", "lat", "lat.":
		return SerbianLatin, nil
	case "sr-cyrl", "sr-cyrl-rs", "srpski (cirilica)", "srpski cirilica", "srpski - cirilica", "serbian (cyrillic)", "serbian cyrillic", "serbe (cyrillique)", "cirilica", "cyrillic", "cir", "cir.":
		return SerbianCyrillic, nil
	case "en", "en-gb", "en-us", "eng", "eng.", "english", "engleski", "engleska", "engl", "engl.", "anglais", "anglaise", "englisch", "en-ca", "en-au", "en-ie":
		return English, nil
	case "fr", "fr-fr", "fra", "fre", "fr.", "french", "francais", "francaise", "francuski", "francuska", "franc", "franc.", "franzosisch", "fr-be", "fr-ch", "fr-ca":
		return French, nil
	}
	return "", FieldError("language", "the language %q is not one of sr-Latn, sr-Cyrl, en, fr", s)
}

// fallbacks states, for a reader of each language, which version they get when their own is missing: first the other
// script of the same language, then English, then what remains in the order of Languages.
var fallbacks = map[Language][]Language{
	SerbianLatin:    {SerbianLatin, SerbianCyrillic, English, French},
	SerbianCyrillic: {SerbianCyrillic, SerbianLatin, English, French},
	English:         {English, French, SerbianLatin, SerbianCyrillic},
	French:          {French, English, SerbianLatin, SerbianCyrillic},
}

// ChooseLanguage returns the version out of those available that a reader of wanted gets. A reader without a language
// gets the source version. It returns "" only when nothing is available.
func ChooseLanguage(wanted, source Language, available []Language) Language {
	order, known := fallbacks[wanted]
	if !known {
		order = append([]Language{wanted, source}, Languages...)
	}
	for _, l := range order {
		if slices.Contains(available, l) {
			return l
		}
	}
	if len(available) > 0 {
		return available[0]
	}
	return ""
}

// ScriptOf says which script a language is written in; "" of no language.
func ScriptOf(l Language) string {
	switch l {
	case "":
		return ""
	case SerbianCyrillic:
		return "cyrillic"
	}
	return "latin"
}

// Texts is one text in the languages the team wrote it in. One of no language ("") is from before languages were asked for: it is
// what readers get where nothing else is.
type Texts map[Language]string

// For returns the text a reader of a language gets and the language it is in, see ChooseLanguage.
func (t Texts) For(reader Language) (string, Language) {
	var have []Language
	for _, l := range append(slices.Clone(Languages), "") {
		if t[l] != "" {
			have = append(have, l)
		}
	}
	l := ChooseLanguage(reader, English, have)
	return t[l], l
}

// Empty reports whether there is no text.
func (t Texts) Empty() bool {
	for _, text := range t {
		if text != "" {
			return false
		}
	}
	return true
}

// Missing returns the languages whose readers get the text of another. One script of Serbian is made from the other.
func (t Texts) Missing() []Language {
	return slices.DeleteFunc(slices.Clone(Languages), func(l Language) bool {
		return t[l] != "" || l == SerbianCyrillic || l == SerbianLatin && t[SerbianCyrillic] != ""
	})
}

// tidy cleans every text and drops the empty ones, and refuses what is too long under the field's name and language.
func (t Texts) tidy(faults *Checks, field string, limit int, clean func(string) string) {
	for l, text := range t {
		text = clean(text)
		if t[l] = text; text == "" {
			delete(t, l)
		}
		faults.Refuse(len([]rune(text)) > limit, TextField(field, l), "this is longer than %d characters", limit)
	}
}

// TextField is the name of the field of a text in a language.
func TextField(field string, l Language) string { return field + "-" + string(l) }
