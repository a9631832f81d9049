package templates

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark/ast"

	"github.com/glasnik/glasnik/campaign"
)

func TestBareAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"https://sr.wikipedia.org/wiki/Београд":   "https://sr.wikipedia.org/wiki/%D0%91%D0%B5%D0%BE%D0%B3%D1%80%D0%B0%D0%B4",
		"https://example.org/a?q=ž&b=2.":          "https://example.org/a?q=%C5%BE&b=2",
		"https://example.org/x|y*z":               "https://example.org/x%7Cy*z",
		"https://пример.срб/путања":               "https://xn--e1afmkfd.xn--90a3ac/%D0%BF%D1%83%D1%82%D0%B0%D1%9A%D0%B0",
		"www.пример.срб":                          "http://www.xn--e1afmkfd.xn--90a3ac",
		"HTTPS://EXAMPLE.ORG/A":                   "https://EXAMPLE.ORG/A",
		"„https://example.org/path“, rekao":       "https://example.org/path",
		"«https://example.org/path»":              "https://example.org/path",
		"(https://example.org/a_(b))":             "https://example.org/a_(b)",
		"**https://example.org/a**":               "https://example.org/a",
		"https://example.org/?a=1&amp;b=2&quot;":  "https://example.org/?a=1&b=2",
		"[text https://example.org/a]":            "https://example.org/a",
		"[https://a.example](https://b.example)":  "https://b.example",
		"„ana_m@example.org“":                     "mailto:ana_m@example.org",
		"https://example.org/a\\_b\\*":            "https://example.org/a_b",
		"|a|\n|-|\n|https://example.org/x\\|y|":   "https://example.org/x%7Cy",
		"|a|\n|-|\n|<https://example.org/x\\|y>|": "https://example.org/x%7Cy",
		"o'neil@example.org":                      "mailto:o'neil@example.org",
		"'ana@example.org'":                       "mailto:ana@example.org",
		"o’neil@example.org":                      "",
		"ana@example.org@b.example":               "",
		"https://user@example.org/a":              "",
		"{{ first_name }}@example.org":            "",
		"https://ελλάδα.gr/δρόμος#τμήμα":          "https://xn--hxakic4aa.gr/%CE%B4%CF%81%CF%8C%CE%BC%CE%BF%CF%82#%CF%84%CE%BC%CE%AE%CE%BC%CE%B1",
		"~~„http://münchen.example/ß“~~":          "http://xn--mnchen-3ya.example/%C3%9F",
		"> - **https://example.org:8443/ћ,**":     "https://example.org:8443/%D1%9B",
		"xhttps://example.org":                    "",
		"`https://example.org`":                   "",
		"https://localhost":                       "",
	} {
		got := ""
		parsed(t, in).links(func(l *ast.Link) { got += string(l.Destination) })
		if got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestWordsThatAreAddresses(t *testing.T) {
	for words, want := range map[string]bool{
		"https://example.org/a": true, "www.пример.срб": true, "example.org": true, "ana@novine.example": true, "na Booking.com": true, "10.0.0.1": true,
		"vodič": false, "izvestaj.pdf": false, "d.o.o.": false, "1.234,5": false, "": false,
	} {
		if got := showsAddress(words); got != want {
			t.Errorf("%q: %v", words, got)
		}
	}
}

// What would cost more than its length is refused with its line.
func TestMarkdownBombs(t *testing.T) {
	for name, text := range map[string]string{
		"length": strings.Repeat("a", maxMarkdown+1), "quotes": strings.Repeat("> ", 50_000), "lists": strings.Repeat("* - ", 30_000), "numbers": strings.Repeat("1. ", 60_000),
		"emphasis": strings.Repeat("*a_ ", 40_000), "brackets": strings.Repeat("[a](", 40_000), "lines": strings.Repeat("- a\n", 20_000),
		"table":          "|a" + strings.Repeat("|a", 999) + "\n|-" + strings.Repeat("|-", 999) + "\n" + strings.Repeat("|\n", 1000),
		"mail addresses": strings.Repeat("a@b.c ", 30_000), "addresses": strings.Repeat("www.a.b ", 20_000), "addresses in one": strings.Repeat("https://", 1_000) + strings.Repeat("a.b/", 40_000),
		"references": "[a]: https://example.org/" + strings.Repeat("b", 7_000) + "\n\n" + strings.Repeat("[a] ", 400),
	} {
		begun := time.Now()
		if _, err := newMarkdown(pictures{}).parse(text); err == nil {
			t.Errorf("%s: taken after %v", name, time.Since(begun))
		}
	}
}

// What is taken, or refused late, still costs little memory.
func TestNastyTextsStaySmall(t *testing.T) {
	for _, piece := range []string{"https://", "https://a.b ", "www.", "www.a.b ", "www.www.ww{", "https://http//", "www.a)", "https://a.b:", "www.a.b/(", "https://a.b/?www.", "a@", "a@b.c ", "@", "<", "<a b='", "<!-- ", "<?", "&#", "\\", "`", "a.", ":", "|", "|a\n", "- a\n\n", "# a\n", "[a]: /b\n",
		"[a](https://e.example)\n\n", "{{ first_name }} ", "{{", "a\u0301", "\u200b", "a  \n"} {
		r := &campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Body: strings.Repeat(piece, maxMarkdown/len(piece))}}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ReleaseProblems(r, nil)
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 100<<20 {
			t.Errorf("%q took %d MB", piece, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
	}
}

func FuzzBareAddresses(f *testing.F) {
	for _, s := range []string{"„https://example.org/path“", "a@b.c's", "|a|\n|-|\n|www.a.b\\|c|", "https://example.org/?a=1&amp;b;", "[x https://a.b](https://c.d)", "mailto:a@пример.срб"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		md := newMarkdown(pictures{})
		text, err := md.parse(strings.ToValidUTF8(s, ""))
		if err != nil {
			return
		}
		text.links(func(l *ast.Link) {
			if strings.ContainsAny(string(l.Destination), " <>\"\n") {
				t.Errorf("%q leads to %q", s, l.Destination)
			}
		})
		plain := inlineText(text.root, text.source, nil)
		if html, err := md.html(text, func(target, _ string) string { return target }); err != nil || plain != "" && html == "" {
			t.Errorf("%q: %v", s, err)
		}
	})
}
