package templates

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestPlainText(t *testing.T) {
	long := strings.Repeat("word ", 20)
	for _, c := range []struct{ name, in, want string }{
		{"paragraphs", "One\ntwo.\n\nThree  \nfour.", "One two.\n\nThree\nfour."},
		{"heading", "## Ženski rod\n\nText", "Ženski rod\n\nText"},
		{"list", "- a\n- b\n  - c\n\n1. x\n2. y", "- a\n- b\n  - c\n\n1. x\n2. y"},
		{"numbering goes on", "3. x\n4. y", "3. x\n4. y"},
		{"hanging indent", "- " + long, "- " + strings.TrimSpace(strings.Repeat("word ", 15)) + "\n  " + strings.TrimSpace(strings.Repeat("word ", 5))},
		{"emphasis and entities", "**Bold** *and* `code` &amp; \\*star\\* ~~gone~~", "Bold and code & *star* gone"},
		{"quotation", "> One\n>\n> Two", "> One\n>\n> Two"},
		{"link", "See [the page](https://example.org/a) and [it](https://example.org/a).", "See the page [1] and it [1]."},
		{"bare link", "See https://example.org/a or info@example.org.", "See https://example.org/a or info@example.org."},
		{"picture", "![The arms](https://example.org/a.png)", "[The arms]"},
		{"table", "| a | b |\n|---|---|\n| c | d |", "a | b\nc | d"},
		{"rule and code", "a\n\n---\n\n    code", "a\n\n* * *\n\n    code"},
		{"HTML stays visible", "<b>x</b>", "<b>x</b>"},
		{"a place is not broken", strings.Repeat("a", 70) + " " + campaign.Place(3), strings.Repeat("a", 70) + "\n" + campaign.Place(3)},
		{"no-break space", strings.Repeat("a", 72) + " 10\u00a0km", strings.Repeat("a", 72) + "\n10\u00a0km"},
	} {
		t.Run(c.name, func(t *testing.T) {
			links := newTextLinks(func(s, _ string) string { return s })
			if got := strings.Join(textOf(parsed(t, c.in), links), "\n"); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestRewrittenBareLinkKeepsItsWords(t *testing.T) {
	links := newTextLinks(func(s, _ string) string { return "https://news.example.org/c/1" })
	got := strings.Join(textOf(parsed(t, "https://example.org/a"), links), "\n")
	if got != "https://example.org/a [1]" || links.list()[0] != "[1] https://news.example.org/c/1" {
		t.Errorf("%q, %q", got, links.list())
	}
}

// parsed reads a text that can be read.
func parsed(t *testing.T, source string) markdownText {
	t.Helper()
	out, err := newMarkdown(pictures{}).parse(source)
	must(t, err)
	return out
}
