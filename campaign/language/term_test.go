package language

import (
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestOfficialTerms(t *testing.T) {
	all := OfficialTerms()
	if len(all) < 120 {
		t.Errorf("there are %d terms", len(all))
	}
	for i := range all {
		term := all[i]
		if term.Source == "" {
			t.Errorf("%s has no source", term.Name())
		}
		for _, l := range campaign.Languages {
			if len(campaign.Alternatives(term.Words, l)) == 0 {
				t.Errorf("%s: no words in %s", term.Name(), l)
			}
		}
		if err := term.Normalize(); err != nil && !strings.Contains(err.Error(), "longer") {
			t.Errorf("%s: %v", term.Name(), err)
		}
	}
}

func TestCheckTerms(t *testing.T) {
	own := []campaign.Term{{ID: "1", Words: campaign.Texts{campaign.English: "House of Hope", campaign.SerbianLatin: "Kuć* nade", campaign.French: "Maison de l’espoir"}}}
	for _, c := range []struct {
		from, to  campaign.Language
		in, made  string
		want      []string // what is found wrong; "-" for what is missing
		wantRight string
	}{
		{"en", "sr-Latn", "Human trafficking is a crime.", "Trafiking je zločin.", []string{"Trafiking"}, "trgovin… ljudima"},
		{"en", "sr-Latn", "Human trafficking is a crime.", "Trgovina ljudima je zločin.", nil, ""},
		{"en", "sr-Cyrl", "Human trafficking is a crime.", "Трафикинг је злочин.", []string{"Trafiking"}, "трговин… људима"},
		{"sr-Cyrl", "en", "Извештај Савета Европе", "Report of the European Council", []string{"European Council"}, "Council of Europe"},
		{"sr-Latn", "fr", "Konvencija Saveta Evrope", "Convention du Conseil européen", []string{"Conseil européen"}, "Conseil de l’Europe"},
		{"en", "sr-Latn", "the smuggling of migrants", "trgovina ljudima na granici", []string{"trgovina ljudima"}, "krijumčarenj… migranata"},
		{"en", "sr-Latn", "smuggling of migrants and human trafficking", "krijumčarenje migranata i trgovina ljudima", nil, ""},
		{"en", "sr-Latn", "The National Coordinator spoke.", "Državni koordinator je govorio.", []string{"Državni koordinator"}, "nacionaln… koordinator…"},
		{"en", "sr-Latn", "The recovery and reflection period", "Period refleksije je kratak", []string{"Period refleksije"}, "period… oporavka i razmišljanja"},
		{"en", "fr", "Compensation of victims of trafficking", "La compensation des victimes de trafic", []string{"victimes de trafic", "compensation"}, ""},
		{"en", "sr-Latn", "The House of Hope opened.", "Otvoren je dom.", []string{"-"}, "Kuć… nade"},
		{"en", "sr-Latn", "The House of Hope opened.", "Otvorena je Kuća nade.", nil, ""},
		{"en", "sr-Latn", "Domestic violence and human trafficking", "Nasilje u porodici i trgovinom ljudima", nil, ""},
		{"sr-Latn", "sr-Cyrl", "Trafiking", "Трафикинг", nil, ""},
	} {
		var got []string
		right := ""
		for _, f := range CheckTerms(c.from, c.in, c.to, c.made, own) {
			found := f.Found
			if found == "" {
				found = "-"
			}
			got = append(got, found)
			right += strings.Join(f.Want, "|") + "|"
		}
		slices.Sort(got)
		slices.Sort(c.want)
		if !slices.Equal(got, c.want) || !strings.Contains(right, c.wantRight) {
			t.Errorf("%q → %q: got %q (%s), want %q", c.in, c.made, got, right, c.want)
		}
	}
}
