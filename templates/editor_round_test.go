package templates

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png" // what is pasted
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"unicode"

	"github.com/chromedp/chromedp"
	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// roundTrips is how many random documents go through the editor; GLASNIK_TEST_ROUND_TRIPS=100000 for more.
const roundTrips = 10_000

// A text that goes through the editor, every block of it written anew, becomes the same mail; and going through once more it
// stays the same, octet for octet.
func TestTextsThroughTheEditor(t *testing.T) {
	count := roundTrips
	if n, err := strconv.Atoi(os.Getenv("GLASNIK_TEST_ROUND_TRIPS")); err == nil {
		count = n
	}
	if testing.Short() {
		count = 1000
	}
	page := openEditor(t)
	if page == nil {
		return
	}
	r := rand.New(rand.NewPCG(12, 2026))
	texts := append(slices.Clone(roundTripTexts), strings.TrimSpace(strings.Repeat("Ministarstvo je **otvorilo** [liniju](https://example.org/a) za pomoć. ", 400))) // a line that is drawn in pieces
	for len(texts) < count {
		texts = append(texts, randomText(r))
	}
	wrong := 0
	for batch := range slices.Chunk(texts, 500) {
		first := page.through(t, batch)
		second := page.through(t, first)
		for i, text := range batch {
			a, errA := mailOf(text)
			b, errB := mailOf(first[i])
			switch {
			case errA != nil: // nothing that is ever sent
				continue
			case errB != nil || a != b:
				a, b = fromDifference(a, b)
				t.Errorf("in the mail\n%s\nbecame\n%s\n%q\nbecame %q (%v)", a, b, text, first[i], errB)
			case first[i] != second[i]:
				t.Errorf("%q\nbecame %q\nand then %q", text, first[i], second[i])
			default:
				continue
			}
			if wrong++; wrong > 5 {
				t.FailNow()
			}
		}
	}
}

// fromDifference returns what is around the first difference of two texts.
func fromDifference(a, b string) (string, string) {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	around := func(s string) string { return strings.ToValidUTF8(s[max(0, n-120):min(len(s), n+80)], "") }
	return around(a), around(b)
}

// roundTripTexts are what has gone wrong somewhere, in this editor or another.
var roundTripTexts = []string{
	"2026\\. godine počinje.\n\n1\\. maja i 13\\. oktobra", "1) a\n2) b", "- a\n\n* b\n\n- c", "1. a\n\n1) b", "- a\n  - b\n    - c\n- d", "- a\n\n  b\n- c", "3. a\n4. b",
	"a\\*b\\_c \\`d\\` \\# \\[x\\](y) &amp;amp; &lt;b> \\<i> AT&T a & b; &copy;", "snake_case {{ first_name }} a_b_ _c_ __d__", "**„x”**a b**„y”**", "*a **b** c* ***d*** **e *f*** ~~g~~ **h**i",
	"**a\u00a0** b", "`a``b` `` ` `` ``a`b``", "[a *b* c](https://example.org/x_(y)?a=1&b=2 \"T \\\" \\\\\") <https://example.org> info@example.org. www.example.org/a_b, „https://example.org/č”",
	"https\\://example.org info\\@example.org", "a\\\nb  \nc\n- d", "# A\n\nB\n===\n\nC\n---\n\n#### D ##", "> a\n> b\n>\n> — C", "> a\n>\n> b", "> [!FACTS]\n> x", "> [!FACTS] A **b**\n>\n> - c\n> - d",
	"![a \"b\"](media:x1 \"C | D\")", "a ![b](cid:c%20d.png) e", "[**A** b](https://example.org \"button\")", "| a | b |\n|:-:|--:|\n| `x\\|y` | c \\| d |\n| **e** | |", "|a|\n|-|", "---\n***\n___",
	"{{ if place }}u mestu {{ place }}{{ else }}ovde{{ end }}, {{ greeting }} {{ first_name | \"kolega\" }}**{{ last_name }}**", "[[Ime Firme]] **[[keep]]Nova *ideja*[[/keep]]** [[FIRMA]] [[ x", "<script>alert(1)</script>\n\n<b>x</b> a <i>b</i>",
	"```\n# x\n```\n\n    code\n\n[a]: https://example.org\n\n[b][a] [a]", "👩‍👩‍👧 🇷🇸 עברית **שלום** عربي \u200f", "- \n- a", "1.\n   - a", "a\n\n&nbsp;\n\nb", "+ a\n+ b", "— a\n\n> — b", "> a\n>\n> &mdash; b", "\\— a", "x\n  y\n\tz",
	"[![a](cid:b.png)](https://example.org)", "![](cid:b.png)", "a!\\[b](c) ![x](cid:y.png)!", "[a](<https://example.org/a b>) [b](</x>)", "* * *\n- - x", "\\---\n\n\\=\n\na\\\n\\---", "a\\\n|-|\n\na\\\n:-- | x", "\\> a\n\n\\+ b\n\n\\- c",
}

// words are what random texts are made of.
var roundWords = strings.Split("reč|2026.|1.|13.|a|i|Ђурђевдан|žrtve|„navod”|(u zagradi)|—|–|-|+|#|=|*|_|**|__|~~|[|]|(|)|<|>|&|&amp;|&#39;|!|\\*|\\_|\\[|\\.|:|;|.|…|👍|שלום|snake_case|a*b|x_y|https://example.org/a_b?c=d&e=f|info@example.org|www.example.org|{{ first_name }}|{{ first_name | \"kolega\" }}|{{ if place }}da{{ else }}ne{{ end }}|[[Moja firma]]|[[keep]]tako ostaje[[/keep]]|<b>|</b>|\u00a0|[!FACTS]", "|")

func randomWords(r *rand.Rand, most int) string {
	var b strings.Builder
	for range 1 + r.IntN(most) {
		word := roundWords[r.IntN(len(roundWords))]
		kind := r.IntN(14)
		if most == 2 { // within a format there is at most one other
			kind += r.IntN(2) * 10
		}
		switch kind {
		case 0:
			word = "**" + randomWords(r, 2) + "**"
		case 1:
			word = "*" + randomWords(r, 2) + "*"
		case 2:
			word = "[" + randomWords(r, 2) + "](https://example.org/" + strconv.Itoa(r.IntN(9)) + ")"
		case 3:
			word = "`" + word + "`"
		case 4:
			word = "~~" + word + "~~"
		case 5:
			word = "![" + word + "](cid:a.png)"
		case 6, 7, 8, 9:
			word = "reč"
		}
		if b.WriteString(word); strings.Contains(word, "{{") || strings.Contains(word, "[[") || plainAddress.MatchString(word) {
			b.WriteString(" ")
			continue
		}
		switch r.IntN(12) {
		case 0:
		case 1:
			b.WriteString("\n")
		case 2:
			b.WriteString("\\\n")
		default:
			b.WriteString(" ")
		}
	}
	return strings.TrimSpace(b.String())
}

func randomText(r *rand.Rand) string {
	var blocks []string
	for range 1 + r.IntN(2) {
		blocks = append(blocks, randomBlock(r, 3))
	}
	return strings.Join(blocks, "\n\n")
}

func randomBlock(r *rand.Rand, depth int) string {
	words := func() string { return randomWords(r, 8) }
	line := func() string { return strings.ReplaceAll(strings.ReplaceAll(words(), "\\\n", " "), "\n", " ") }
	kind := r.IntN(14)
	if depth == 0 {
		kind = 0
	}
	switch kind {
	case 1:
		return strings.Repeat("#", 1+r.IntN(5)) + " " + line()
	case 2, 3:
		var items []string
		gap := []string{"\n", "\n\n"}[r.IntN(2)]
		for i := range 1 + r.IntN(3) {
			mark := []string{"- ", "* ", fmt.Sprintf("%d. ", 1+i), fmt.Sprintf("%d. ", 7+i)}[r.IntN(4)]
			inner := words()
			if r.IntN(3) == 0 {
				inner += gap + randomBlock(r, depth-1)
			}
			items = append(items, mark+strings.ReplaceAll(inner, "\n", "\n"+strings.Repeat(" ", len(mark))))
		}
		return strings.Join(items, gap)
	case 4:
		return "> " + strings.ReplaceAll(randomBlock(r, depth-1)+"\n\n— "+line(), "\n", "\n> ")
	case 5:
		return "> [!FACTS] " + strings.ReplaceAll(line()+"\n"+randomBlock(r, depth-1), "\n", "\n> ")
	case 6:
		return "> " + strings.ReplaceAll(randomBlock(r, depth-1), "\n", "\n> ")
	case 7:
		return "![" + strings.ReplaceAll(line(), "![", "") + "](media:abc \"" + strings.NewReplacer(`"`, "", `\`, "").Replace(line()) + "\")"
	case 8:
		return "[" + line() + "](https://example.org/x \"button\")"
	case 9:
		return []string{"---", "```\nx\n```", "<div>\n" + line() + "\n</div>", "    kod"}[r.IntN(4)]
	case 10, 11:
		cell := func() string { return strings.ReplaceAll(line(), "|", `\|`) }
		return "| " + cell() + " | " + cell() + " |\n|---|:-:|\n| " + cell() + " | " + cell() + " |"
	}
	return words()
}

// mailOf returns what readers get of a text, in a form in which two texts that look the same are the same.
func mailOf(text string) (string, error) {
	filled, err := newLetterPlaces().fill(language.Unprotect(text))
	if err != nil {
		return "", err
	}
	md := newMarkdown(pictures{files: map[string]markdownImage{"a.png": {source: "cid:a"}}, media: examplePictures, language: campaign.SerbianLatin})
	parsed, err := md.parse(filled)
	if err != nil {
		return "", err
	}
	out, err := md.html(parsed, func(target, _ string) string { return target })
	if err != nil {
		return "", err
	}
	root, err := html.Parse(strings.NewReader(string(out)))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	sameLooks(root, nil, &b)
	looks := strings.Join(strings.Fields(b.String()), " ")
	return breakAtStart.ReplaceAllString(looks, "$1"), nil // a break where nothing stands before it
}

var breakAtStart = regexp.MustCompile(`(<(?:p|li)[^>]*> )<br \[\]> / `)

// sameLooks writes each sign with the formats it has, in order; blanks have none.
func sameLooks(n *html.Node, formats []string, b *strings.Builder) {
	if n.Type == html.TextNode {
		for _, r := range n.Data {
			if unicode.IsSpace(r) {
				b.WriteRune(' ')
				continue
			}
			if len(formats) > 0 {
				b.WriteString("{" + strings.Join(formats, ",") + "}")
			}
			b.WriteRune(r)
		}
		return
	}
	switch n.Data {
	case "em", "strong", "del", "code", "a":
		format := n.Data
		for _, a := range n.Attr {
			format += " " + a.Key + "=" + a.Val
		}
		if !slices.Contains(formats, format) {
			formats = append(slices.Clone(formats), format)
			slices.Sort(formats)
		}
	case "wbr":
		return
	case "":
	default:
		fmt.Fprintf(b, " <%s %v> ", n.Data, n.Attr)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		sameLooks(c, formats, b)
	}
	if len(formats) == 0 || n.Data == "br" || n.Data == "img" {
		b.WriteString(" / ")
	}
}

// editorTab is a page of nothing but an editor.
type editorTab struct {
	ctx       context.Context
	clipboard atomic.Value // a string, which the page takes from /clipboard
}

func openEditor(t testing.TB) *editorTab {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium")
		}
		t.Log("no Chromium: nothing is tried")
		return nil
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><link rel="stylesheet" href="/editor.css"><form><input name="language" value="sr-Latn"><label for="f-body">Body</label><textarea id="f-body" name="body" data-editor="long"></textarea></form>
<div id="editor-parts" data-remote="{0}" data-uploading="{0} {1}" data-lost="lost" data-file="pictures only" data-cells="too many" data-long="too long"><template data-bar><div role="toolbar" aria-label="x"><button type="button" data-do="source"></button><span data-table></span></div></template></div><script src="/editor.js"></script>`)
	})
	for path, file := range map[string]string{"/editor.js": "assets/vendor/editor.js", "/editor.css": "assets/editor.css"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, assetFiles, file) })
	}
	tab, uploaded := &editorTab{}, 0
	mux.HandleFunc("/clipboard", func(w http.ResponseWriter, _ *http.Request) {
		uploaded = 0
		fmt.Fprint(w, tab.clipboard.Load())
	})
	mux.HandleFunc("/library/upload", func(w http.ResponseWriter, r *http.Request) {
		file, header, err := r.FormFile("file")
		if err == nil {
			_, _, err = image.DecodeConfig(file)
		}
		if err != nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
			fmt.Fprintf(w, `{"error":{"message":"%s is no picture"}}`, header.Filename)
			return
		}
		uploaded++
		fmt.Fprintf(w, `{"address":"media:picture%d","src":"/x.png","alt":{"en":"English"},"caption":{}}`, uploaded)
	})
	mux.HandleFunc("/releases/editor", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"body":{"blocks":[]}}`) })
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox does not start for root
	}
	allocator, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	must(t, chromedp.Do(ctx, chromedp.Navigate(site.URL), chromedp.WaitReady(chromedp.CSS(".ProseMirror"))))
	tab.ctx = ctx
	return tab
}

// through returns what the editor writes of texts, every block anew.
func (e *editorTab) through(t *testing.T, texts []string) []string {
	t.Helper()
	var all [][]EditorBlock
	for _, text := range texts {
		blocks, err := EditorBlocks(text, campaign.SerbianLatin, nil)
		must(t, err)
		all = append(all, blocks)
	}
	data, err := json.Marshal(all)
	must(t, err)
	out, err := chromedp.Run(e.ctx, chromedp.Evaluate[[]string](`(() => {
		const { editor } = document.querySelector("textarea");
		return `+string(data)+`.map((blocks) => new editor.source.constructor().text(editor.read(blocks || [])));
	})()`))
	must(t, err)
	return out
}
