package templates

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/glasnik/glasnik/campaign"
)

// What Word and Google Docs put on the clipboard becomes clean Markdown, and what is hostile or without bounds does not come in.
func TestPaste(t *testing.T) {
	page := openEditor(t)
	if page == nil {
		return
	}
	for _, file := range []string{"word", "word_more", "word_web", "writer", "docs", "docs_more"} {
		html, err := os.ReadFile("testdata/paste/" + file + ".html")
		must(t, err)
		rtf, err := os.ReadFile("testdata/paste/" + file + ".rtf")
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		want, err := os.ReadFile("testdata/paste/" + file + ".md")
		must(t, err)
		if got := page.paste(t, string(html), "other words", string(rtf)); got != strings.TrimSpace(string(want)) {
			t.Errorf("%s became\n%s", file, got)
		}
	}
	paste := func(html, text string) string { return page.paste(t, html, text, "") }

	// Thirty pictures keep their places and their order; one that the library refuses takes nothing else with it.
	const dot = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
	var html, want strings.Builder
	for n := range 31 {
		if n == 10 {
			html.WriteString(`<p>no picture<img alt="broken" src="data:image/png;base64,AAAA"></p>`)
			want.WriteString("no picture\n\n")
			continue
		}
		fmt.Fprintf(&html, `<p>picture %d<img alt="it %[1]d" src="%s"></p>`, n, dot)
		fmt.Fprintf(&want, "picture %d\n\n![it %[1]d](media:picture%d)\n\n", n, n+1-min(1, n/10))
	}
	if got := paste(html.String(), "x"); got != strings.TrimSpace(want.String()) {
		t.Errorf("thirty pictures became\n%s", got)
	}
	if told, err := chromedp.Run(page.ctx, chromedp.Evaluate[string](`document.querySelector(".told").textContent`)); err != nil || told != "picture-11.png is no picture" {
		t.Errorf("it tells %q, %v", told, err)
	}
	if got := paste(`<table><tr><td>a<td><img alt="x" src="`+dot+`"></table><ul><li><img alt="y" src="`+dot+`">b</ul>`, ""); got != "| a | ![x](media:picture1) |\n| --- | --- |\n\n- ![y](media:picture2)b" {
		t.Errorf("pictures in a table and a list became\n%s", got)
	}

	// What is cut in the editor and pasted again is as it was.
	for _, text := range []string{
		"[a]({{ place }}) b **c** {{ first_name | \"x\" }} [[keep]]d[[/keep]]", "[e](#f) [g](/h)", "![i](media:k \"l | m\")", "[n](https://example.org \"button\")",
		"> a\n>\n> — b", "> [!FACTS] c\n>\n> - d", "| a | b |\n| :-: | --- |\n| c |  |", "```\nx\n```",
	} {
		blocks, err := EditorBlocks(text, campaign.SerbianLatin, nil)
		must(t, err)
		data, err := json.Marshal(blocks)
		must(t, err)
		page.clipboard.Store(string(data))
		got, err := chromedp.Run(page.ctx, chromedp.Evaluate[string](`(async () => {
			const area = document.querySelector("textarea"), { editor } = area, data = new DataTransfer();
			editor.show(await (await fetch("/clipboard")).json());
			const { dom, text } = editor.view.serializeForClipboard(editor.view.state.doc.slice(0, editor.view.state.doc.content.size));
			editor.view.dispatch(editor.view.state.tr.delete(0, editor.view.state.doc.content.size));
			data.setData("text/html", dom.innerHTML);
			data.setData("text/plain", text);
			editor.view.dom.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
			editor.write();
			return area.value;
		})()`, chromedp.EvalAwaitPromise))
		must(t, err)
		if strings.TrimSpace(got) != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	for _, c := range [][3]string{
		{"", "2026. godine\n1. maja\n- crta\n# x", "2026\\. godine\n\n1\\. maja\n\n\\- crta\n\n\\# x"},
		{`<p>a<script>alert(1)</script><img src=x onerror=alert(1)><style>p{}</style><a href="javascript:alert(1)">b</a><iframe src="https://x.example"></iframe></p>`, "", "ab"},
		{`<p style="background:url(javascript:1)">a &lt;script&gt; {{ first_name }} 👩‍👩‍👧 שלום</p>`, "", "a \\<script> {{ first_name }} 👩‍👩‍👧 שלום"},
		{"<table>" + strings.Repeat("<tr>"+strings.Repeat("<td>x</td>", 1000)+"</tr>", 1000) + "</table>", "x", ""},
		{"<table><tr><td colspan=2>a</td></tr><tr><td><ul><li>b<li>c</ul></td><td>d<br>e</td><td>f</td></tr></table>", "", "| a |  |  |\n| --- | --- | --- |\n| b c | d e | f |"},
		{`<p>a<sup>12</sup> b<br>c</p><pre>one
two</pre><q>d</q><figure><img src="https://x.example/a.png"><figcaption>e</figcaption></figure>`, "", "a¹² b\\\nc\n\none\\\ntwo\n\n“d”\n\ne"},
		{`<p title="a<b" style="color:red">x<b style="font-weight:400">y</b></p>`, "", "xy"},
		{"<table><tr><td>a<td>b</tr><tr><td><table><tr><td><a href=https://example.org>c</a><td><b>d</b></table><td>e</table>", "", "| a | b |\n| --- | --- |\n| [c](https://example.org) **d** | e |"},
		{"<table><tr><td><p>a<p>b</table>", "", "a\n\nb"},
		{"<p>x</p>" + strings.Repeat("<!--", 200_000), "", "x"},
		{strings.Repeat("<a", 200_000) + "><style" + strings.Repeat("<style", 100_000), "", ""},
		{strings.Repeat("<div>", 3000) + "x", "", "x"},
		{`<p class=MsoNormal>a <span class=msoDel><del cite="mailto:x" datetime="2026-03-01T10:00">a name</del></span><ins cite="mailto:x" datetime="2026-03-01T10:00">b</ins></p><p><del>c</del></p>`, "", "a b\n\n~~c~~"},
		{`<p class=MsoNormal>a<!--[if gte vml 1]><v:shape><v:textbox inset="1pt"><![if !mso]><table><tr><td><![endif]><div><p class=MsoNormal>in a <b>box</b></p></div><![if !mso]></td></tr></table><![endif]></v:textbox></v:shape><![endif]-->b</p>`, "", "a\n\nin a **box**\n\nb"},
		{"<p>x</p><!--[if gte vml 1]>" + strings.Repeat("<v:textbox><v:textbox ", 100_000) + "-->", "", "x"},
		{`<h2 style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp; </span></span>a</h2><h2> </h2><h3 style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.2<span>&nbsp; </span></span>b</h3>`, "", "## a\n\n### 1.2 b"},
		{"<center>a</center>b<details><summary>c</summary>d</details>", "", "a\n\nb\n\nc\n\nd"},
		{"<ol start=3><li>a</li></ol><h1>b</h1><h6>c</h6>", "", "3. a\n\n## b\n\n#### c"},
	} {
		if got := paste(c[0], c[1]); got != c[2] {
			t.Errorf("%.80s became\n%.300q", c[0]+c[1], got)
		}
	}
}

// A file that is no picture is refused in words, pasted or dropped, where a browser would open it.
func TestPasteOfAFile(t *testing.T) {
	page := openEditor(t)
	if page == nil {
		return
	}
	told, err := chromedp.Run(page.ctx, chromedp.Evaluate[string](`["paste", "drop"].map((kind) => {
		const { editor } = document.querySelector("textarea"), data = new DataTransfer(), init = { bubbles: true, cancelable: true }, at = editor.view.dom.getBoundingClientRect();
		data.items.add(new File(["%PDF-"], "plan.pdf", { type: "application/pdf" }));
		editor.tell("");
		const event = kind === "paste" ? new ClipboardEvent(kind, { ...init, clipboardData: data }) : new DragEvent(kind, { ...init, dataTransfer: data, clientX: at.left + 5, clientY: at.top + 5 });
		editor.view.dom.dispatchEvent(event);
		return editor.status.textContent + event.defaultPrevented;
	}).join()`))
	if must(t, err); told != "pictures onlytrue,pictures onlytrue" {
		t.Errorf("it tells %q", told)
	}
}

// paste returns the Markdown of what is pasted into an empty text, when all pictures have come to the library.
func (e *editorTab) paste(t testing.TB, html, text, rtf string) string {
	t.Helper()
	data, err := json.Marshal(map[string]string{"text/html": html, "text/plain": text, "text/rtf": rtf})
	must(t, err)
	e.clipboard.Store(string(data))
	markdown, err := chromedp.Run(e.ctx, chromedp.Evaluate[string](`(async () => {
		const area = document.querySelector("textarea"), { editor } = area, { view } = editor, data = new DataTransfer();
		view.dispatch(view.state.tr.delete(0, view.state.doc.content.size));
		for (const [type, value] of Object.entries(await (await fetch("/clipboard")).json())) if (value) data.setData(type, value);
		const from = performance.now();
		view.dom.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
		window.took = performance.now() - from;
		do await new Promise((done) => setTimeout(done)); while (editor.uploads);
		editor.changed = true;
		editor.write();
		return view.dom.querySelector("script, style, [onerror], [onclick], [style], iframe") ? "hostile: " + view.dom.innerHTML : area.value;
	})()`, chromedp.EvalAwaitPromise))
	must(t, err)
	return markdown
}
