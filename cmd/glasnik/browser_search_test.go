package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Ctrl-K opens the search from anywhere; it is walked by the keys alone, says how many it found, keeps the focus, and gives it back.
func TestSearchEverythingByTheKeyboard(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	b.open("/lists")
	b.until(`document.querySelector("[data-seek]").getAttribute("aria-keyshortcuts")`)
	press := func(keys string, options ...chromedp.KeyOption) {
		t.Helper()
		must(t, chromedp.Do(b.ctx, chromedp.KeyEvent(keys, options...)))
	}
	b.do(`document.querySelector("[data-seek]").focus()`)
	press("k", chromedp.KeyModifiers(kb.ModifierCtrl))
	b.until(`document.querySelector("#find[open]") && document.activeElement.id === "find-q"`)
	b.set("#find-q", "Marko Mark") // at once: results of a part would come after the arrow key
	b.until(`/^\d+ result/.test(document.querySelector("#find-status").textContent)`)
	b.until(`document.querySelector("#find [aria-selected=true]").id === document.activeElement.getAttribute("aria-activedescendant")`)
	b.until(`document.querySelector("#find [aria-selected=true]").pathname.startsWith("/contacts/")`)
	press(kb.ArrowDown)
	b.until(`document.querySelector("#find [aria-selected=true].all")`)
	for range 6 {
		press(kb.Tab)
		b.until(`document.activeElement === document.body || document.activeElement.closest("#find")`)
	}
	press(kb.Escape)
	b.until(`!document.querySelector("#find[open]")`)
	b.until(`document.activeElement.matches("[data-seek]")`)

	press("k", chromedp.KeyModifiers(kb.ModifierCtrl))
	b.until(`document.querySelector("#find[open]")`)
	b.set("#find-q", "how long")
	b.until(`document.querySelector("#find [aria-selected=true]")?.pathname === "/retention"`)
	press(kb.Enter)
	b.until(`location.pathname === "/retention"`)
}
