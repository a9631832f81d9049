package templates

import (
	"cmp"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// ListName returns the name of a list as a reader of a language sees it; one that has none for readers is “News”.
func ListName(list *campaign.List, reader campaign.Language, phrases ...campaign.Phrase) string {
	return namedList(list.PublicNames(), reader, phrases...)
}

func namedList(names campaign.Texts, reader campaign.Language, phrases ...campaign.Phrase) string {
	return cmp.Or(language.TextFor(names, reader, phrases...), Translate(reader, "list.unnamed"))
}

// BrandName returns the organisation's name as a reader of a language sees it; "" when it has not said one.
func BrandName(b *campaign.Brand, reader campaign.Language) string {
	return language.TextFor(b.PublicNames(), reader, b.Phrases...)
}
