package main

import (
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A text is written in the editor: its marks by keys and the toolbar, a link by its dialog, a picture by pasting it; its Markdown is
// in the form all the while. What the writing check finds is marked and listed, and replaced by a click.
func TestWritingInTheEditor(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	b.open("/releases/new")
	b.until(`document.querySelector("#f-body").editor?.view`)
	b.set("#f-language", "en")
	holds := func(markdown string) {
		t.Helper()
		b.until(`document.querySelector("#f-body").value.trim() === %q`, markdown)
	}
	button := func(name string) { b.click(".editor.long [data-do=" + name + "]") }

	b.do(`document.querySelector("#f-body").editor.view.focus()`)

	// Who types without a pause is kept too.
	b.do(`window.steady = setInterval(() => document.execCommand("insertText", false, "on and "), 100)`)
	b.until(`document.querySelector("#f-body").value.includes("on and on and")`)
	b.until(`document.querySelector("#writing-standing .kept")?.textContent.startsWith("Kept at")`)
	b.do(`clearInterval(window.steady)`)
	b.press("a", kb.ModifierCtrl)
	b.press(kb.Backspace)
	holds("")

	b.press("A line opens ")
	b.press("b", kb.ModifierCtrl)
	b.press("today")
	b.press("b", kb.ModifierCtrl)
	b.press(".")
	holds("A line opens **today**.")
	b.press(kb.Enter)
	b.press("What it costs")
	button("h2")
	b.press(kb.Enter)
	b.press("Nothing")
	button("bullet")
	b.press(kb.Enter)
	b.press("Read ")
	b.press("k", kb.ModifierCtrl)
	b.until(`document.activeElement.id === "editor-link-href"`)
	b.press("no address")
	b.press(kb.Enter) // which is told, and nothing is lost
	b.until(`document.querySelector("dialog[open]") && document.activeElement.validationMessage.startsWith("Write an address")`)
	b.do(`document.activeElement.select()`)
	b.press("example.org/more")
	b.press(kb.Tab)
	b.press("more")
	b.press(kb.Enter)
	const text = "A line opens **today**.\n\n## What it costs\n\n- Nothing\n- Read [more](https://example.org/more)"
	holds(text)

	// As Markdown, and back.
	button("source")
	b.until(`document.activeElement.id === "f-body" && !document.querySelector("#f-body").editor.view`)
	b.set("#f-body", text+"\n\n1990. was a year.")
	button("source")
	b.until(`document.querySelector(".editor.long .told").textContent.includes("begins a list here")`)
	b.until(`document.querySelector(".editor.long .text h2")?.textContent === "What it costs" && document.querySelector(".editor.long .text li a")`)
	b.set("#f-body", text)
	b.until(`!document.querySelector(".editor.long .text ol") && document.querySelector(".editor.long .told").hidden`)

	// A word too many is taken back.
	b.do(`document.querySelector("#f-body").editor.view.focus()`)
	b.insert("Wrong") // at once: keys with half a second between them are taken back one by one
	b.until(`document.querySelector("#f-body").value.includes("Wrong")`)
	b.press("z", kb.ModifierCtrl)
	holds(text)

	// A picture from the clipboard goes to the library and into the text, by the address it has there.
	var picture strings.Builder
	w := base64.NewEncoder(base64.StdEncoding, &picture)
	must(t, png.Encode(w, image.NewRGBA(image.Rect(0, 0, 320, 200))))
	must(t, w.Close())
	b.do(`(() => {
		const data = new DataTransfer();
		data.items.add(new File([Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))], "map.png", { type: "image/png" }));
		document.querySelector(".editor.long .text").dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
	})()`, picture.String())
	b.until(`/!\[.*\]\(media:\w+/.test(document.querySelector("#f-body").value)`)
	b.until(`[...document.querySelectorAll(".editor.long figure img")].some((i) => i.complete && i.naturalWidth === 320)`)

	// The writing check: in a line of the form and in the text.
	b.set("#f-headline", "Child prostitution in the south")
	b.set("#f-body", "Police speak of child prostitution.")
	b.until(`document.querySelector(".editor.long .finding")?.textContent === "child prostitution"`)
	b.until(`document.querySelectorAll("#findings li button").length >= 2`)
	b.do(`[...document.querySelectorAll("#findings li button")].find((e) => e.textContent.startsWith("Child")).click()`)
	b.until(`document.activeElement.id === "f-headline" && getSelection().toString() === "Child prostitution"`)
	b.do(`[...document.querySelectorAll("#findings li button")].find((e) => e.textContent.startsWith("child")).click()`)
	b.until(`document.activeElement.matches(".editor.long .text") && getSelection().toString() === "child prostitution"`)
	b.press(".", kb.ModifierCtrl)
	b.until(`document.querySelector(".editor.long .explanation p")?.checkVisibility() && document.activeElement.matches(".explanation button")`)
	b.press(kb.Enter)
	b.until(`!document.querySelector("#f-body").value.includes("prostitution") && document.querySelector("#f-body").value.startsWith("Police speak of ")`)

	// A story's picture is found in the library by its name.
	b.do(`document.querySelector("#stories").open = true, document.querySelector("#sp1").focus()`)
	b.press(kb.ArrowDown)
	b.until(`document.querySelector(".matches [role=option] img")?.naturalWidth > 0`)
	b.press("map")
	b.until(`document.querySelectorAll(".picker:has(#sp1) .matches [role=option]").length === 1`)
	b.press(kb.ArrowDown)
	b.press(kb.Enter)
	b.until(`document.querySelector("#sp1").value.startsWith("media:")`)
}

// A link to a field of a release leads there, also where the editors above it are taller than the fields they take the place of; what is
// typed then goes into it.
func TestALinkLeadsToTheField(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	phone := emulation.SetDeviceMetricsOverrideParams{Width: phoneWidth, Height: 844, DeviceScaleFactor: 1}
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, phone)
	must(t, err)
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	for _, field := range []string{"f-subject", "f-body"} {
		b.do(`location.href = "/releases/new#%s"`, field)
		b.until(`document.querySelector("#f-body")?.editor?.view`)
		b.until(`(e => { const box = (e.editor?.frame || e).getBoundingClientRect(); return box.top >= 0 && box.top < innerHeight / 2; })(document.getElementById(%q))`, field)
		b.open("/lists")
	}
	b.do(`location.href = "/releases/new#f-body"`)
	b.until(`document.activeElement.matches(".editor.long .text")`)
	b.press("Kept")
	b.until(`document.querySelector("#f-body").value === "Kept"`)
}
