package campaign

import "slices"

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
