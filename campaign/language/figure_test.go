package language

import (
	"slices"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

func TestFigures(t *testing.T) {
	for _, c := range []struct {
		l    campaign.Language
		text string
		want []string // keys
	}{
		{"sr-Latn", "Identifikovano je 57 žrtava, od kojih je 31 dete, 12% više nego 2024. godine.", []string{"57", "31", "12%"}},
		{"sr-Latn", "Izvršeno je 1.245 nadzora, a budžet je 1,2 milijarde dinara i 10,3 miliona evra.", []string{"1245", "1200000000", "10300000"}},
		{"sr-Latn", "Prema članu 388. KZ („Sl. glasnik RS”, br. 85/2005 i 94/2016), 13. jula 2022. u 10.30 časova.", nil},
		{"sr-Latn", "Pozovite 011 785 0000, 116 000, 19833 ili +381 11 555 01 23; soba 214, 2. sprat, 24/7.", nil},
		{"sr-Latn", "Rast od 85 % i 3,5 odsto; COVID-19, EU-27, XY-204 i https://example.org/2026/345.", []string{"85%", "3.5%"}},
		{"sr-Latn", "1. Prva tačka\n2. Druga tačka sa 40 učesnika", []string{"40"}},
		{"sr-Latn", "Izvor je Ana (34) iz Niša, deca od 6 do 14 godina, 15. 10. 2026.", nil},
		{"sr-Latn", "Pomoć je dobilo 120.", []string{"120"}},
		{"sr-Cyrl", "Идентификовано је 57 жртава, 12 посто више.", []string{"57", "12%"}},
		{"en", "In 2025, 57 victims were identified, up 12 per cent; €10.3 million and 1,245 inspections.", []string{"57", "12%", "10300000", "1245"}},
		{"en", "Article 4 of the Convention (CETS No. 197) of 16 May 2005, on 13 July 2022 at 10.30 am, chapter 24.", nil},
		{"fr", "En 2025, 57 victimes, soit 12 % de plus, et 1 245 contrôles le 13 juillet 2022 à 10 h 30.", []string{"57", "12%", "1245"}},
		{"fr", "En 2025, 57 victimes, soit 12\u202f% de plus, 3,5\u00a0% et 1\u202f245 contrôles le 13\u00a0juillet 2022 à 10\u00a0h\u00a030.", []string{"57", "12%", "3.5%", "1245"}},
		{"en", "Only 3 panels, but {{ first_name | \"40 people\" }} and `45 lines` and [text](https://example.org/77).", nil},
	} {
		got := campaign.Collect(Figures(c.l, c.text), func(f Figure) string { return f.Key })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q: got %q, want %q", c.l, c.text, got, c.want)
		}
		for _, f := range Figures(c.l, c.text) {
			if c.text[f.Begin:f.End] != f.Text {
				t.Errorf("%q: %+v is not at its place", c.text, f)
			}
		}
	}
}

func TestLedger(t *testing.T) {
	r := campaign.Release{
		Source: campaign.SerbianLatin,
		Versions: []campaign.Version{
			{Language: campaign.SerbianLatin, Headline: "Pomoć za 57 žrtava", Body: "Izvršeno je 1.245 nadzora, rast od 12%."},
			{Language: campaign.English, Headline: "Help for 57 victims", Body: "There were 1,245 inspections, up 12 per cent, and 88 calls."},
		},
		Sources: []campaign.Source{{Said: "57 žrtava", Title: "Izveštaj", Date: "2026-01-31", CheckedAt: time.Unix(0, 0)}, {Said: "1,245", Link: "https://example.org"}},
	}
	all := LedgerFigures(&r)
	if len(all) != 4 || all[0].Text(campaign.English) != "57" || all[1].Said[campaign.English] != "1,245" || all[1].Said[campaign.SerbianLatin] != "1.245" {
		t.Errorf("%+v", all)
	}
	if all[0].Source == nil || all[1].Source == nil || all[2].Source != nil || FiguresWithoutSource(&r) != 2 {
		t.Errorf("%+v", all)
	}
}

func FuzzFigures(f *testing.F) {
	f.Add("57 žrtava, 12 % i 1.245, 011/785-0000, 13. 7. 2022. [a](b) `1` {{ x }}")
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range campaign.Languages {
			last := 0
			for _, g := range Figures(l, s) {
				if g.Begin < last || g.End > len(s) || s[g.Begin:g.End] != g.Text {
					t.Errorf("%q: %+v", s, g)
				}
				last = g.End
			}
		}
	})
}
