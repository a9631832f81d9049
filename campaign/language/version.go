package language

import (
	"maps"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// ConvertVersion makes the version of a release in the other Serbian script: every text a reader sees is converted, the
// address and the telephone of the media contact are not (G-04). A version in another language comes back as it is.
func ConvertVersion(v campaign.Version, to campaign.Language, book *Phrasebook) campaign.Version {
	var convert func(string) string
	switch {
	case v.Language == campaign.SerbianLatin && to == campaign.SerbianCyrillic:
		convert = func(s string) string { return ToCyrillic(s, Options{Fallbacks: true, Phrases: book}) }
	case v.Language == campaign.SerbianCyrillic && to == campaign.SerbianLatin:
		convert = func(s string) string { return ToLatin(s, Options{Fallbacks: true, Phrases: book}) }
	default:
		return v
	}
	v.Language = to
	v.Quotes, v.Stories, v.Slots = slices.Clone(v.Quotes), slices.Clone(v.Stories), maps.Clone(v.Slots)
	texts := []*string{&v.Subject, &v.Preheader, &v.Headline, &v.Subhead, &v.Place, &v.Venue, &v.Lead, &v.Body, &v.About, &v.Notes, &v.Contact.Name, &v.Contact.Languages}
	for i := range v.Quotes {
		q := &v.Quotes[i]
		texts = append(texts, &q.Text, &q.Name, &q.Role, &q.Organisation)
	}
	for i := range v.Stories {
		s := &v.Stories[i]
		texts = append(texts, &s.Headline, &s.Text, &s.Alt)
	}
	for _, text := range texts {
		*text = convert(*text)
	}
	for name, text := range v.Slots {
		if !strings.HasPrefix(text, "media:") && !strings.HasPrefix(text, "cid:") { // a picture is the same in both scripts
			v.Slots[name] = convert(text)
		}
	}
	return v
}

// Unprotect removes the marks of [[ … ]] by which an author keeps words from being converted, for the version that is
// written in the author's own script.
func Unprotect(text string) string {
	var out []byte
	for _, s := range protect(text) {
		out = append(out, s.text...)
	}
	return string(out)
}
