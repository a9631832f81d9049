package language

import "github.com/glasnik/glasnik/campaign"

// TextFor returns the text a reader of a language gets: their own; in one script of Serbian, what stands in the other; else that
// of another language, in the order of releases.
func TextFor(t campaign.Texts, reader campaign.Language) string {
	text, in := t.For(reader)
	switch {
	case reader == campaign.SerbianCyrillic && in == campaign.SerbianLatin:
		return ToCyrillic(text, Options{})
	case reader == campaign.SerbianLatin && in == campaign.SerbianCyrillic:
		return ToLatin(text)
	}
	return text
}

// OwnText is TextFor without the texts of other languages.
func OwnText(t campaign.Texts, reader campaign.Language) string {
	if _, in := t.For(reader); in != reader && !(isSerbian(in) && isSerbian(reader)) {
		return ""
	}
	return TextFor(t, reader)
}
