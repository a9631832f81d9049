package templates

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// Words of a table stay whole on the narrowest screen; only long ones may be broken, and no value or reference ever is.
func TestWordsOfTables(t *testing.T) {
	for cell, want := range map[string]string{
		"Учесника":         "Учесника",
		"1.234.567":        "1.234.567",
		"противуставности": "противуставности",
		"два поштена речника заједно":                  "два поштена речника заједно",
		"Найнепротивконституционали":                   "Найнепротивконстит<wbr>уционали",
		"https://www.example.org/kontakt":              ">https://<wbr>www.<wbr>example.<wbr>org/<wbr>kontakt<",
		"[ana.anic@example.org](https://example.org)":  ">ana.<wbr>anic@<wbr>example.<wbr>org<",
		"**" + strings.Repeat("a", 40) + "**":          "<strong>" + strings.Repeat("a", 18) + "<wbr>" + strings.Repeat("a", 18) + "<wbr>aaaa</strong>",
		strings.Repeat("a", 17) + "&amp;aaaa":          strings.Repeat("a", 17) + "&amp;aaaa",
		"bbbbbbbbbbbbbbbbbb" + campaign.Place(1) + "b": "bbbbbbbbbbbbbbbbbb" + campaign.Place(1) + "b",
		"`" + strings.Repeat("c", 30) + "`":            strings.Repeat("c", 30),
		strings.Repeat("e\u0301", 12):                  strings.Repeat("e\u0301", 9) + "<wbr>" + strings.Repeat("e\u0301", 3),
	} {
		md := newMarkdown(pictures{})
		text, err := md.parse("| a |\n|---|\n| " + cell + " |\n")
		must(t, err)
		html, err := md.html(text, func(target, _ string) string { return target })
		if err != nil || !strings.Contains(string(html), want) {
			t.Errorf("%s: %v in %s, want %s", cell, err, html, want)
		}
	}
	md := newMarkdown(pictures{})
	text, err := md.parse(strings.Repeat("a", 60))
	must(t, err)
	if html, _ := md.html(text, func(target, _ string) string { return target }); strings.Contains(string(html), "<wbr>") {
		t.Errorf("outside a table: %s", html)
	}
}
