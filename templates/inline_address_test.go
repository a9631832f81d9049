package templates

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"

	"github.com/glasnik/glasnik/campaign"
)

// inlineShown reports whether a text shows a file by the address that the panel offers for it.
func inlineShown(t *testing.T, name string) bool {
	t.Helper()
	known := pictures{files: map[string]markdownImage{name: {source: "cid:1"}}, language: campaign.SerbianLatin}
	text, err := newLetterPlaces().fill("Before ![what it shows](" + InlineAddress(name) + ") after")
	must(t, err)
	parsed, err := newMarkdown(known).parse(text)
	must(t, err)
	shown := false
	parsed.walk(func(n ast.Node) {
		if i, ok := n.(*ast.Image); ok && known.find(i).source == "cid:1" {
			shown = true
		}
	})
	return shown
}

func TestInlineAddressWorksForEveryName(t *testing.T) {
	names := []string{
		"a.png", "naslovna slika.png", "Слика (1).jpg", "100%.png", "a%20b.png", "%41.png", "a&amp;b.png", "a&b.png", "a<b>.png", `a\b.png`, `a"b".png`, "a'b.png", "*a*_b_.png", "[x](y).png",
		"a#b?c.png", "{{ first_name }}.png", "a:b.png", "~a~.png", "`a`.png", "http://x.png", "!.png", "日本.png", "a\u00a0b.png", "🙂.png", "(((.png", ")))", "a+b=c@d.png", "[[a]].png", "|a|.png", "$1.png", " a .png", "a  b.png", "\u202egnp.exe", "&copy;.png", "&#65;.png", "--", "_", ".",
	}
	random := rand.New(rand.NewPCG(1, 2))
	letters := []rune(" abčЋ%41&;amp()[]<>{}*_~`\"'\\#?!|$+=@:/.,-^\u00a0\u202e🙂é\u0301٣")
	for range 5_000 {
		name := make([]rune, 1+random.IntN(9))
		for i := range name {
			name[i] = letters[random.IntN(len(letters))]
		}
		names = append(names, string(name))
	}
	wrong := 0
	for _, name := range names {
		if strings.TrimSpace(name) == "" {
			continue
		}
		if wrong < 20 && !inlineShown(t, name) {
			t.Errorf("%q, by %s, is not shown", name, InlineAddress(name))
			wrong++
		}
	}
}
