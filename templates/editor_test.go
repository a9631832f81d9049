package templates

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// The sources of a text's blocks are the text, octet for octet, whatever it holds.
func TestEditorBlocksLoseNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n a\n\n\n", dialectText, "[a]: https://example.org\n\nx [a]\n[b]: https://example.org\n", "```\na\n\n[x]: y\n```\nb", "<div>\n\n> <b>\n\n    code\n\n- a\n\n      code\n",
		"a\r\nb", "1. x\n\n   > y\n2. z\n***\nA\n===\n{{ if place }}a\n\nb{{ end }}", "[[keep]]\n\na\n\n[[/keep]] [[FIRMA]] [[mala]]", "|a|\n|-|\n|b|\nc"} {
		blocks, err := EditorBlocks(text, campaign.SerbianLatin, nil)
		must(t, err)
		var all strings.Builder
		for _, b := range blocks {
			all.WriteString(b.Source)
		}
		if len(blocks) > 0 && all.String() != text {
			t.Errorf("%q became %q", text, all.String())
		}
	}
}

func TestEditorBlocks(t *testing.T) {
	for text, want := range map[string]string{
		`Zdravo {{ first_name | "kolega" }}!`:    `<p>Zdravo <span data-merge="{{ first_name | &#34;kolega&#34; }}"></span>!</p>`,
		"**[[ime firme]] d.o.o.**":               `<p><strong><span data-keep="[[">ime firme</span></strong><strong> d.o.o.</strong></p>`,
		"[x](https://example.org/{{ email }})":   `<p><a href="https://example.org/{{ email }}" title="">x</a></p>`,
		"Pišite na info@example.org.":            `<p>Pišite na <a href="mailto:info@example.org" data-shown="info@example.org" data-bare="info@example.org">info@example.org</a>.</p>`,
		`info\@example.org`:                      `<p><span data-plain>info@example.org</span></p>`,
		"<b onclick=x>a":                         `<p>&lt;b onclick=x&gt;a</p>`,
		"- a\n\n- b":                             `<ul data-loose><li><p>a</p></li><li><p>b</p></li></ul>`,
		"2026. godine":                           `<ol start="2026"><li><p>godine</p></li></ol>`,
		"> a\n>\n> — Ana":                        `<blockquote><p>a</p><footer>Ana</footer></blockquote>`,
		"[x](javascript:alert(1))":               `<p><a href="javascript:alert(1)" title="">x</a></p>`,
		"```\na\n```":                            "",
		"<script>alert(1)</script>":              "",
		"> > a":                                  "",
		"> [x]: https://example.org\n>\n> a [x]": "",
	} {
		blocks, err := EditorBlocks(text, campaign.SerbianLatin, nil)
		must(t, err)
		if len(blocks) != 1 || blocks[0].HTML != want {
			t.Errorf("%q became %+v, want %s", text, blocks, want)
		}
	}
	if _, err := EditorBlocks("| "+strings.Repeat("a |", 200)+"\n|"+strings.Repeat("-|", 200)+strings.Repeat("\n|a|", 100), campaign.English, nil); err == nil || !strings.Contains(err.Error(), "5,000 cells") {
		t.Errorf("a table without bounds: %v", err)
	}
	if blocks, err := EditorBlocks("[[mala]]", campaign.English, nil); err != nil || blocks[0].HTML != "<p>[[mala]]</p>" {
		t.Errorf("another language than Serbian has no kept words: %+v, %v", blocks, err)
	}
}

// The bundle is built of the editor's source as it is now.
func TestEditorBundleIsFresh(t *testing.T) {
	names, err := filepath.Glob("editor/*.js")
	must(t, err)
	sum := sha256.New()
	for _, name := range names { // in their order
		data, err := os.ReadFile(name)
		must(t, err)
		sum.Write(data)
	}
	bundle, err := assetFiles.ReadFile("assets/vendor/editor.js")
	must(t, err)
	if head, _, _ := strings.Cut(string(bundle), "\n"); len(names) < 5 || !strings.Contains(head, hex.EncodeToString(sum.Sum(nil))) {
		t.Error("the editor changed: run templates/assets/vendor/refresh")
	}
}
