package check

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// TestKinds has sentences in which no rule finds words, and looks whether most are warned of for the kind of harm they do.
func TestKinds(t *testing.T) {
	right := 0
	cases := []struct {
		language campaign.Language
		text     string
		kind     string
	}{
		{campaign.English, "To be fair, nobody put a gun to her head.", "blame"},
		{campaign.English, "They lived like rats, ate like pigs and worked like oxen.", "market"},
		{campaign.French, "Soyons justes, personne ne lui a mis un pistolet sur la tempe.", "blame"},
		{campaign.French, "Chaque campement rom cache un marché aux enfants.", "market"},
		{campaign.SerbianLatin, "Ruku na srce, niko joj nije držao pištolj na čelu.", "blame"},
		{campaign.SerbianLatin, "Živeli su kao pacovi, jeli kao svinje i radili kao volovi.", "market"},
		{campaign.SerbianCyrillic, "Криви су, нема шта суд ту да решава.", "presumption"},
		{campaign.SerbianCyrillic, "Сигурна кућа се преселила у бившу амбуланту у Рушњу.", "safety"},
	}
	for _, c := range cases {
		said := TheGuide().Rule("S25").Kinds[c.kind]
		all := flagged(Find(sentence(c.language, c.text), Standard()))
		if len(all) == 1 && all[0].Rule == "S25" && all[0].Category == c.kind && all[0].Why["en"] == said.Why["en"] && all[0].Advice["en"] == said.Advice["en"] {
			right++
		} else {
			t.Logf("%s: %+v", c.text, all)
		}
	}
	if right < len(cases)*3/4 {
		t.Errorf("of %d sentences %d are told for the kind of harm they do", len(cases), right)
	}
	for kind, said := range TheGuide().Rule("S25").Kinds {
		for _, l := range []campaign.Language{campaign.English, campaign.French, campaign.SerbianLatin} {
			if TheGuide().Categories[kind] == nil || said.Why[l] == "" || said.Advice[l] == "" {
				t.Errorf("the kind %s of S25 is not told in %s", kind, l)
			}
		}
	}
}
