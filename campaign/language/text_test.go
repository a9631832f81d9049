package language

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestTextFor(t *testing.T) {
	serbian, cyrillic := campaign.Texts{campaign.SerbianLatin: "Mediji", campaign.French: "Médias"}, campaign.Texts{campaign.SerbianCyrillic: "Медији"}
	for _, c := range []struct {
		texts     campaign.Texts
		reader    campaign.Language
		text, own string
	}{
		{serbian, campaign.SerbianLatin, "Mediji", "Mediji"}, {serbian, campaign.SerbianCyrillic, "Медији", "Медији"}, {serbian, campaign.English, "Médias", ""},
		{cyrillic, campaign.SerbianLatin, "Mediji", "Mediji"}, {cyrillic, campaign.French, "Медији", ""}, {nil, campaign.English, "", ""},
		{campaign.Texts{"": "Press"}, campaign.SerbianCyrillic, "Press", ""},
	} {
		if text, own := TextFor(c.texts, c.reader), OwnText(c.texts, c.reader); text != c.text || own != c.own {
			t.Errorf("%v for %s: %q and %q", c.texts, c.reader, text, own)
		}
	}
}
