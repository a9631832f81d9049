package templates

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// However much is wrong with a layout, little is said of it, and every word of it is short.
func TestFaultsOfALayoutAreBounded(t *testing.T) {
	for name, source := range map[string]string{
		"far too long":     strings.Repeat("{{ if lead }}", 10_000) + strings.Repeat("{{ end }}", 10_000),
		"deep":             strings.Repeat("{{ if lead }}", 900) + strings.Repeat("{{ end }}", 900),
		"open":             strings.Repeat("{{", 29_000),
		"open lines":       strings.Repeat("{{\n", 19_000) + "}}",
		"ends":             strings.Repeat("{{ end }}", 900),
		"long words":       "{{ " + strings.Repeat("a", 50_000) + " }}",
		"a long element":   "<" + strings.Repeat("a", 50_000) + ">{{ view }}{{ kind }}{{ foot }}",
		"unknown":          strings.Repeat("{{ x }}", 5_000),
		"open elements":    strings.Repeat("<b>", 500) + "{{ view }}{{ kind }}{{ foot }}",
		"scripts":          strings.Repeat("<script>", 5_000) + "{{ view }}{{ kind }}{{ foot }}",
		"hidden by styles": "<style>" + strings.Repeat("a { display: none }\n", 190) + "</style>{{ view }}{{ kind }}{{ foot }}",
	} {
		problems := CheckLayout(campaign.PressLayout, source)
		if len(problems) == 0 || len(problems) > maxLayoutFaults+1 {
			t.Errorf("%s: %d faults", name, len(problems))
		}
		for _, p := range problems {
			if words := p.Text.String(); len(words) > 500 {
				t.Errorf("%s: a fault of %d characters", name, len(words))
			}
		}
		if len(MailHints(source)) > maxLayoutFaults+1 {
			t.Errorf("%s: too many hints", name)
		}
	}
	if problems := CheckLayout(campaign.PressLayout, strings.Repeat("{{ x }}", 30)); problems[len(problems)-1].Text.String() != "and 10 more like these" {
		t.Errorf("%v", problems)
	}
	if problems := CheckLayout(campaign.PressLayout, strings.Repeat("{{ if lead }}", 900)); len(problems) != 1 {
		t.Errorf("deep: %v", problems)
	}
	if got := QuotedLine(strings.Repeat("ш", 5000)); len([]rune(got)) > quotedCharacters+1 {
		t.Errorf("a quoted line has %d characters", len([]rune(got)))
	}
}
