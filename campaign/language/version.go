package language

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// ConvertVersion makes the version of a release in the other Serbian script: every text a reader sees is converted, the
// address and the telephone of the media contact are not (G-04). A version in another language comes back as it is.
func ConvertVersion(v campaign.Version, to campaign.Language) campaign.Version {
	var convert func(string) string
	switch {
	case v.Language == campaign.SerbianLatin && to == campaign.SerbianCyrillic:
		convert = func(s string) string { return ToCyrillic(s, Options{Fallbacks: true}) }
	case v.Language == campaign.SerbianCyrillic && to == campaign.SerbianLatin:
		convert = func(s string) string { return convertToLatin(s, true) }
	default:
		return v
	}
	v.Language = to
	v.Quotes = slices.Clone(v.Quotes)
	texts := []*string{&v.Subject, &v.Preheader, &v.Headline, &v.Subhead, &v.Place, &v.Lead, &v.Body, &v.About, &v.Notes, &v.Contact.Name, &v.Contact.Languages}
	for i := range v.Quotes {
		q := &v.Quotes[i]
		texts = append(texts, &q.Text, &q.Name, &q.Role, &q.Organisation)
	}
	for _, text := range texts {
		*text = convert(*text)
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
