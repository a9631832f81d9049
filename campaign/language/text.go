package language

import "github.com/glasnik/glasnik/campaign"

// TextFor returns the text a reader of a language gets: their own; in one script of Serbian, what stands in the other; else that
// of another language, in the order of releases. The team's phrases hold for the way between the scripts.
func TextFor(t campaign.Texts, reader campaign.Language, phrases ...campaign.Phrase) string {
	text, in := t.For(reader)
	switch {
	case reader == campaign.SerbianCyrillic && in == campaign.SerbianLatin:
		return ToCyrillic(text, Options{Phrases: NewPhrasebook(phrases)})
	case reader == campaign.SerbianLatin && in == campaign.SerbianCyrillic:
		return ToLatin(text, Options{Phrases: NewPhrasebook(phrases)})
	}
	return text
}

// OwnText is TextFor without the texts of other languages.
func OwnText(t campaign.Texts, reader campaign.Language, phrases ...campaign.Phrase) string {
	if _, in := t.For(reader); in != reader && !(isSerbian(in) && isSerbian(reader)) {
		return ""
	}
	return TextFor(t, reader, phrases...)
}
