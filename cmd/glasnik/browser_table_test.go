package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// tab is a page of the panel that a test works in.
type tab struct {
	t     *testing.T
	ctx   context.Context
	panel string
}

func (b *tab) open(path string) {
	b.t.Helper()
	must(b.t, chromedp.Do(b.ctx, chromedp.Navigate(b.panel+path)))
}

// do runs an expression for what it does; what it navigates to is waited for by until.
func (b *tab) do(expression string, args ...any) {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[any](fmt.Sprintf("void ("+expression+")", args...))); err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
}

// until waits until an expression is true of a page that has been loaded whole: what is typed before its scripts run tells them nothing.
func (b *tab) until(expression string, args ...any) {
	b.t.Helper()
	expression = fmt.Sprintf(expression, args...)
	if !comes(func() bool {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && !!(`+expression+")"))
		return err == nil && ok
	}) {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.querySelector('main').innerText"))
		b.t.Fatalf("waited in vain for %s; the page says:\n%s", expression, text)
	}
}

// says waits until the page says something.
func (b *tab) says(words string) {
	b.t.Helper()
	b.until("document.querySelector('main')?.innerText.includes(%q)", words)
}

// set fills in a field, as a person does.
func (b *tab) set(selector, value string) {
	b.t.Helper()
	b.do(`(e => { e.value = %q; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})) })(document.querySelector(%q))`, value, selector)
}

// press types keys as a keyboard sends them: what a page prevents when a key goes down does not happen.
func (b *tab) press(keys string, modifiers ...kb.Modifier) {
	b.t.Helper()
	for _, r := range keys {
		all := kb.Encode(r)
		down, up := *all[0], *all[len(all)-1]
		if len(all) == 3 {
			down.Text, down.UnmodifiedText = all[1].Text, all[1].UnmodifiedText
		}
		for _, e := range []input.DispatchKeyEventParams{down, up} {
			for _, m := range modifiers {
				e.Modifiers |= int64(m)
			}
			if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, e); err != nil {
				b.t.Fatal(err)
			}
		}
	}
}

// click presses what is meant, once it is there.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.until(`document.querySelector(%q)`, selector)
	b.do(`document.querySelector(%q).click()`, selector)
}

func (b *tab) script(on bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		b.t.Fatal(err)
	}
}

// Somebody filters, tags everybody the filter finds, and takes it back; then builds a segment, with and without script,
// as lines and as text.
func TestTableAndSegmentsInABrowser(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)

	b.open("/contacts")
	b.set("#f-kind", "school") // the table follows
	b.until(`location.search.includes("kind=school") && document.querySelector("#table .tally").textContent === "18 contacts"`)
	b.do(`document.querySelectorAll("input[name=id]")[0].click()`)
	b.do(`document.querySelectorAll("input[name=id]")[3].dispatchEvent(new MouseEvent("click", {shiftKey: true, bubbles: true, cancelable: true}))`)
	b.until(`document.querySelectorAll("input[name=id]:checked").length === 4 && document.querySelector("form [data-ticked]").textContent === "those ticked: 4"`)
	b.set("#bulk-scope", "all")
	b.set("#bulk-action", "tag")
	b.click(".bulkbar button")
	b.says("Tag: 18 contacts")
	b.set("#f-tag", "Spring")
	b.click("main form button")
	b.says("Tag “spring”: 18 contacts changed.")
	b.click(".notice button")
	b.says("18 contacts are as they were before.")
	b.until(`location.search.includes("kind=school")`)

	b.script(false)
	b.open("/contacts")
	b.until(`document.querySelector("[data-tick-all]").hidden`) // only a script shows it
	b.open("/segments/new")
	b.set("#f-name", "Schools that read Cyrillic")
	b.set("#r1-field", "kind")
	b.click("main button[value='count']:not(.unseen)")
	b.until(`document.querySelector("#r1-value")`)
	b.set("#r1-value", "school")
	b.click("button[value='group:0']")
	b.until(`document.querySelector("#r3-field")`)
	b.set("#r3-field", "language")
	b.click("main button[value='count']:not(.unseen)")
	b.until(`document.querySelector("#r3-value")`)
	b.set("#r3-value", "sr-Cyrl")
	b.click("button[value=text]")
	b.until(`document.querySelector("#f-rule")?.value === "kind = school and language = sr-Cyrl"`)
	b.click("main button[value=save]")
	b.says("Saved.")
	b.until(`location.pathname.startsWith("/segments/") && document.querySelector("h1").textContent === "Schools that read Cyrillic"`)

	b.script(true)
	b.open("/segments/new")
	b.click("button[value=text]")
	b.until(`document.querySelector("#f-rule")`)
	b.set("#f-rule", `kind = school and plcae = "Niš"`)
	b.click("main button[value=lines]")
	b.says("did you mean place?")
	b.until(`document.querySelector(".spot mark").textContent === "plcae" && document.querySelector("#f-rule").selectionStart === 18`)
	b.set("#f-rule", "kind = sch")
	b.do(`document.querySelector("#f-rule").setSelectionRange(10, 10)`)
	b.do(`document.querySelector("#f-rule").dispatchEvent(new KeyboardEvent("keydown", {key: " ", ctrlKey: true, bubbles: true}))`)
	b.until(`document.querySelector("#completions li")?.textContent === "school"`)
	b.do(`document.querySelector("#completions li").dispatchEvent(new MouseEvent("mousedown", {bubbles: true, cancelable: true}))`)
	b.until(`document.querySelector("#f-rule").value === "kind = school"`)
	b.until(`document.querySelector("#segment-count").textContent.replace(/\s+/g, " ").includes("18 of 60 contacts")`) // counted by itself
}
