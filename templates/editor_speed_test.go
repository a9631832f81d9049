package templates

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glasnik/glasnik/campaign"
)

// Texts of 2 MB: ms/key is the time from the press of a key until it is seen, the first after the text was opened; ms/paste the time
// in which such a text is pasted.
func BenchmarkLongTexts(b *testing.B) {
	page := openEditor(b)
	if page == nil {
		b.Skip("no Chromium")
	}
	const size = 2 << 20
	plain := strings.Repeat("Ministarstvo je otvorilo liniju za pomoć žrtvama. ", 8)
	rich := strings.ReplaceAll(plain, "otvorilo liniju", "**otvorilo** [liniju](https://example.org/linija)")
	html := strings.ReplaceAll(plain, "otvorilo liniju", `<b>otvorilo</b> <a href="https://example.org/linija">liniju</a>`)
	for _, c := range []struct{ name, text, html string }{
		{"paragraphs", strings.Repeat(rich+"\n\n", size/len(rich)), strings.Repeat(`<p class="MsoNormal"><span lang="SR-LATN-RS">`+html+"<o:p></o:p></span></p>", size/len(rich))},
		{"list", strings.Repeat("- "+rich+"\n", size/len(rich)), "<ul>" + strings.Repeat("<li><p>"+html+"</p></li>", size/len(rich)) + "</ul>"},
		{"paragraph", strings.Repeat(plain, size/len(plain)), "<p>" + strings.Repeat(plain, size/len(plain)) + "</p>"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				blocks, err := EditorBlocks(c.text, campaign.SerbianLatin, nil)
				must(b, err)
				data, err := json.Marshal(blocks)
				must(b, err)
				page.clipboard.Store(string(data))
				_, err = chromedp.Run(page.ctx, chromedp.Evaluate[bool](`(async () => {
					const { editor } = document.querySelector("textarea");
					editor.show(await (await fetch("/clipboard")).json());
					editor.view.focus();
					addEventListener("keydown", ({ timeStamp }) => requestAnimationFrame(() => setTimeout(() => { window.took = performance.now() - timeStamp; })), { once: true, capture: true });
					await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
					return !(window.took = 0);
				})()`, chromedp.EvalAwaitPromise))
				must(b, err)
				must(b, chromedp.Do(page.ctx, chromedp.KeyEvent("x")))
				_, err = chromedp.Run(page.ctx, chromedp.Poll[bool](`window.took > 0`))
				must(b, err)
				b.ReportMetric(page.took(b), "ms/key")
				page.paste(b, c.html, "", "")
				b.ReportMetric(page.took(b), "ms/paste")
			}
		})
	}
}

func (e *editorTab) took(t testing.TB) float64 {
	t.Helper()
	ms, err := chromedp.Run(e.ctx, chromedp.Evaluate[float64](`window.took`))
	must(t, err)
	return ms
}
