package check

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// What is found is replaced by a click only where the words fit: in case, number and gender, with the articles before them and with what
// stands after. Everywhere else there are better words to read, and nothing to click.
func TestWhatIsOfferedFits(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		language campaign.Language
		text     string
		want     string // "": nothing is offered
	}{
		{campaign.English, "Illegal migrants were found in a lorry.", "Migrants in an irregular situation were found in a lorry."},
		{campaign.English, "Police found two illegal migrants.", "Police found two migrants in an irregular situation."},
		{campaign.English, "He wrote of an illegal migrant.", ""},
		{campaign.English, "Police speak of child prostitution.", "Police speak of sexual exploitation of children."},
		{campaign.English, "The sex slaves were held in a flat.", "The people trafficked for sexual exploitation were held in a flat."},
		{campaign.English, "The sex slave trade flourishes.", ""},
		{campaign.English, "The sex slaves’ flat was found.", ""},
		{campaign.English, "A sex-slave ring was found.", ""},
		{campaign.English, "They prostitute and sell girls.", ""},
		{campaign.English, "A monster kept them in a flat in the town.", ""},
		{campaign.French, "Les prostituées ont été entendues.", "Les femmes exploitées dans la prostitution ont été entendues."},
		{campaign.French, "Une prostituée roumaine a parlé.", ""},
		{campaign.French, "La police a entendu l’ancienne prostituée.", ""},
		{campaign.French, "Des clandestins ont été arrêtés.", "Des migrants en situation irrégulière ont été arrêtés."},
		{campaign.French, "Le maquereau a été arrêté.", ""},
		{campaign.French, "Les esclaves sexuels ont été entendus.", ""},
		{campaign.SerbianLatin, "Prostitutke su privedene.", "Žene eksploatisane u prostituciji su privedene."},
		{campaign.SerbianLatin, "Policija je privela prostitutku.", "Policija je privela ženu eksploatisanu u prostituciji."},
		{campaign.SerbianLatin, "Razgovarali su sa prostitutkama iz klubova.", "Razgovarali su sa ženama eksploatisanim u prostituciji iz klubova."},
		{campaign.SerbianLatin, "Govorio je o jednoj prostitutki.", ""}, // which may be many, in the genitive
		{campaign.SerbianLatin, "Pomažu trgovini ženama u regionu.", "Pomažu trgovini ljudima u regionu."},
		{campaign.SerbianCyrillic, "Илегалним мигрантима је пружена помоћ.", "Мигрантима у нерегуларном положају је пружена помоћ."},
		{campaign.SerbianCyrillic, "Сто илегалних миграната је у центру.", "Сто миграната у нерегуларном положају је у центру."},
		{campaign.SerbianLatin, "Ljudi sa Kosova dolaze.", "Ljudi sa Kosova* dolaze."},
	} {
		found := Find(sentence(x.language, x.text), Standard())
		got := ""
		for _, f := range found {
			for _, words := range f.Replacements {
				got = strings.Replace(x.text, f.Text, words, 1)
			}
		}
		if len(found) == 0 || got != x.want {
			t.Errorf("%s: offered %q, not %q, of %s", x.text, got, x.want, rulesOf(found))
		}
	}
}

// The first of the better wordings is in the number and case of what was found where that is known, even where it cannot stand as it is.
func TestWordingsAreInTheCaseOfWhatWasFound(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		language campaign.Language
		text     string
		want     string
	}{
		{campaign.English, "The sex slave trade flourishes.", "person trafficked for sexual exploitation"},
		{campaign.English, "The paedophile ring met on Fridays.", "group suspected of exploiting children"},
		{campaign.French, "Un réseau pédophile agissait ici.", "groupe soupçonné d’exploiter des enfants"},
		{campaign.SerbianLatin, "Cigani teraju decu da prose.", "Romi"},
		{campaign.SerbianCyrillic, "Полиција је разбила педофилску мрежу.", "групу осумњичену за експлоатацију деце"},
		{campaign.SerbianLatin, "Robovi grade puteve.", "ljudi izloženi eksploataciji"},
	} {
		found := Find(sentence(x.language, x.text), Standard())
		if len(found) == 0 || len(found[0].Suggestions) == 0 || found[0].Suggestions[0] != x.want {
			t.Errorf("%s: %+v", x.text, found)
		}
	}
}

// Of a rule of the team's own its words are offered where it finds one form alone.
func TestWhatTheTeamWroteIsOfferedForOneForm(t *testing.T) {
	t.Parallel()
	r, err := New(nil, []campaign.WritingRule{{ID: "own-1", Language: campaign.English, Patterns: "stake holder\nstake holding*", Severity: "hint", Suggestion: "partner"}})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"A stake holder came.": 0, "The stake holder of all.": 1, "The stake holdings of all.": 0} {
		if found := Find(sentence(campaign.English, text), r); len(found) == 0 || found[0].Rule != "own-1" || len(found[0].Replacements) != want {
			t.Errorf("%s: %+v", text, found)
		}
	}
}

// What is put in the place of words is found by their rule, and is nothing that the check finds anew.
func TestReplacementsAreOfTheirRules(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]campaign.Language{"en": campaign.English, "fr": campaign.French, "sr": campaign.SerbianLatin} {
		for id, rule := range sources[name]().Rules {
			for words, better := range rule.Replace {
				matches := 0
				for _, g := range rule.Find {
					for _, m := range g.Match {
						all, err := parsePattern(m, sources[name]().Sets)
						if err != nil {
							t.Fatal(err)
						}
						tokens := divide(&Part{Text: words}).tokens
						for _, elements := range all {
							if p := (pattern{elements: elements}); p.match(tokens, 0, 0, 0) == len(tokens) {
								matches++
							}
						}
					}
				}
				if matches == 0 {
					t.Errorf("%s %s: nothing finds “%s”", name, id, words)
				}
				for _, f := range Find(sentence(l, better+"."), Standard()) {
					if f.Rule == id && id != "T55" {
						t.Errorf("%s %s: “%s” is found too", name, id, better)
					}
				}
			}
		}
	}
}
