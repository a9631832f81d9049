package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What the team does most is done by the keys alone: signing in, writing a release, testing and sending a campaign of it, adding a
// journalist, and looking up a result. Whatever has the focus on the way is seen to have it.
func TestTheDaysWorkByTheKeyboard(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 900, DeviceScaleFactor: 1})
	must(t, err)
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link)))
	b.until(`document.querySelector("main button")`)
	b.tabTo("main button")
	b.press(kb.Enter)
	b.until(`location.pathname === "/"`)

	// A password, and signing in with it.
	b.follow("a[href='/account']", "/account")
	address, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("dd").textContent`))
	must(t, err)
	const password = "seven quiet lamps drift"
	b.follow("a[href='/account/password']", "/account/password")
	b.write("#f-password", password)
	b.press(kb.Enter)
	b.until(`location.pathname !== "/account/password"`)
	b.tabTo("form[action='/sign-out'] button")
	b.press(" ")
	b.until(`location.pathname === "/sign-in"`)
	b.write("#f-email", address)
	b.write("#f-password", password)
	b.press(kb.Enter)
	b.until(`location.pathname === "/"`)

	// A release.
	b.follow("nav a[href='/releases']", "/releases")
	b.follow("a[href='/releases/new']", "/releases/new")
	b.tabTo("#f-kind")
	b.press(kb.End) // a newsletter: a press release needs a second person
	b.write("#f-headline", "A helpline opens in Niš")
	b.tabTo(".field:has(#f-body) [role=textbox]")
	b.press("It is free, and open day and night.")
	b.until(`document.querySelector("#f-body").value.trim() === "It is free, and open day and night."`)
	b.tabTo("button[name=do][value=save]")
	b.press(kb.Enter)
	b.says("Saved.")

	// A campaign of it: to a list, from a sender, tested, sent.
	b.tabTo("main a[href^='/campaigns/new?release=']")
	b.press(kb.Enter)
	b.until(`location.pathname === "/campaigns/new" && document.querySelector("#f-name").value`)
	b.tabTo("input[name=lists]")
	b.press(" ")
	b.tabTo("main form .actions button")
	b.press(kb.Enter)
	b.until(`location.pathname.endsWith("/audience")`)
	b.until(`document.querySelector("#f-sender").value && document.querySelector("input[name=lists]:checked")`)
	b.tabTo("#tab-check")
	b.press(kb.Enter)
	b.until(`location.pathname.endsWith("/check")`)
	b.write("#f-to", "colleague@example.org")
	b.tabTo("form[action$='/test'] button")
	b.press(kb.Enter)
	b.until(`document.querySelector("section[aria-labelledby=test] a[href^='/runs/']")`)
	b.until(`!document.querySelector("#checks[aria-busy]")`)
	b.tabTo("form[action$='/send'] input:not([type=hidden]), form[action$='/send'] button")
	for range 2 { // the number and the reason, where they are asked for
		field, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.activeElement.id`))
		must(t, err)
		if field == "" {
			break
		}
		b.press("It is right")
		b.press(kb.Tab)
	}
	b.press(kb.Enter)
	b.says("About to leave")
	b.tabTo("form[action$='/call-back'] button")

	// A journalist, with an organisation that is found by a part of its name.
	b.follow("nav a[href='/contacts']", "/contacts")
	b.follow("a[href='/contacts/new']", "/contacts/new")
	b.write("#f-email", "ana.novinarka@example.org")
	b.write("#f-first_name", "Ana")
	b.write("#f-last_name", "Novinarka")
	b.tabTo("#f-organisation")
	b.press("primer")
	b.until(`document.querySelectorAll(".matches [role=option]").length > 1`)
	b.press(kb.ArrowDown)
	b.until(`document.querySelector(".matches [aria-selected=true]")`)
	b.press(kb.Enter)
	b.until(`document.querySelector("#f-organisation").value.length > 6`)
	b.tabTo("main form .actions button")
	b.press(kb.Enter)
	b.until(`/^\/contacts\/(?!new)/.test(location.pathname)`)
	b.says("Ana Novinarka")

	// What came of last week's.
	b.follow("nav a[href='/campaigns']", "/campaigns")
	b.tabTo("main a[href$='/results']")
	b.press(kb.Enter)
	b.until(`location.pathname.endsWith("/results")`)
	b.says("accepted")
}

// tabTo presses Tab until the focus is on what is meant; at every stop it is seen where the focus is.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	const look = `(async (e) => {
		for (let i = 0; i < 1 || i < 60 && e.matches("iframe:not(.focused)"); i++) await new Promise(requestAnimationFrame);
		if (e === document.body || !e.isConnected) return ""; // a table that is told anew gives the focus back
		const r = e.getBoundingClientRect(), style = getComputedStyle(e), at = document.elementFromPoint(r.x + Math.min(r.width, 20) / 2, r.y + Math.min(r.height, 20) / 2);
		const seen = r.width && r.height && r.bottom > 0 && r.top < innerHeight && style.outlineStyle !== "none" && (!at || e === at || e.contains(at) || at.contains(e));
		return seen ? e.matches(%q) ? "there" : "" : e.outerHTML.slice(0, 200) + JSON.stringify(r) + style.outlineStyle + at?.outerHTML.slice(0, 200);
	})(document.activeElement)`
	for range 120 {
		b.press(kb.Tab)
		said, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](fmt.Sprintf(look, selector), chromedp.EvalAwaitPromise))
		must(b.t, err)
		if said == "there" {
			return
		}
		if said != "" {
			b.t.Errorf("on the way to %s it is not seen that this has the focus: %s", selector, said)
		}
	}
	said, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("location.href + document.activeElement.outerHTML.slice(0, 200) + document.querySelector('main').innerText.slice(0, 300)"))
	b.t.Fatalf("no Tab leads to %s: %s", selector, said)
}

// follow goes along a link to a page.
func (b *tab) follow(link, path string) {
	b.t.Helper()
	b.tabTo(link)
	b.press(kb.Enter)
	b.until(`location.pathname === %q`, path)
}

// write types into a field.
func (b *tab) write(field, text string) {
	b.t.Helper()
	b.tabTo(field)
	b.press(text)
	b.until(`document.querySelector(%q).value === %q`, field, text)
}
