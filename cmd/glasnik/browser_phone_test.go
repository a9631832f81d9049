package main

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/glasnik/glasnik/campaign"
)

// What the team does most is done on a phone, by touch alone, also in Serbian Cyrillic: writing a release, sending a campaign of it,
// adding a journalist, and looking up a result.
func TestTheDaysWorkOnAPhone(t *testing.T) {
	t.Parallel()
	for l, words := range map[campaign.Language]struct{ headline, body, saved, leaving, outlet string }{
		campaign.English:         {"A helpline opens in Niš", "It is free, day and night.", "Saved.", "About to leave", "primer"},
		campaign.SerbianCyrillic: {"Отвара се линија за помоћ", "Бесплатна је, дању и ноћу.", "Сачувано.", "Ускоро креће", "пример"},
	} {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			d := builtDemo(t)
			b := phone(t, d.panel, l)
			must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link)))
			b.touch("main button")
			b.until(`location.pathname === "/" && document.documentElement.lang === %q`, l)

			b.choose("/releases")
			b.touch("a[href='/releases/new']")
			b.until(`document.querySelector("#f-body")?.editor?.view`)
			b.fill("#f-headline", words.headline)
			b.touch(".field:has(#f-body) [role=textbox]")
			b.insert(words.body)
			b.until(`document.querySelector("#f-body").value.trim() === %q`, words.body)
			b.set("#f-kind", "newsletter") // a press release needs a second person
			b.touch("button[name=do][value=save]")
			b.says(words.saved)

			b.touch("main a[href^='/campaigns/new?release=']")
			b.until(`location.pathname === "/campaigns/new" && document.querySelector("#f-name").value`)
			b.touch("label:has(input[name=lists])")
			b.touch("main form .actions button")
			b.until(`location.pathname.endsWith("/audience") && document.querySelector("#f-sender").value && document.querySelector("input[name=lists]:checked")`)
			b.touch("#tab-check")
			b.until(`location.pathname.endsWith("/check") && document.querySelector("form[action$='/send'] button") && !document.querySelector("#checks[aria-busy]")`)
			asked, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!!document.querySelector("#f-reason")`))
			must(t, err)
			if asked {
				b.fill("#f-reason", words.body)
			}
			b.touch("form[action$='/send'] button:not([formaction])")
			b.says(words.leaving)
			b.until(`document.querySelector("form[action$='/call-back'] button")`)

			b.choose("/contacts")
			b.touch("main a[href='/contacts/new']")
			b.until(`document.querySelector("#f-organisation")`)
			b.fill("#f-email", "ana.novinarka@example.org")
			b.fill("#f-first_name", "Ана")
			b.fill("#f-last_name", "Новинарка")
			b.touch("#f-organisation")
			b.insert(words.outlet)
			b.until(`document.querySelectorAll(".matches [role=option]").length > 1`)
			b.touch(".matches [role=option]")
			b.until(`document.querySelector("#f-organisation").value.length > %d`, len([]rune(words.outlet)))
			b.touch("main form .actions button")
			b.until(`/^\/contacts\/(?!new)/.test(location.pathname)`)
			b.says("Ана Новинарка")

			b.choose("/campaigns")
			b.touch("main a[href$='/results']")
			b.until(`location.pathname.endsWith("/results") && document.querySelector(".tile")`)
		})
	}
}

// phone opens a tab as wide as a phone, without a mouse, whose browser asks for a language.
func phone(t *testing.T, panel string, l campaign.Language) *tab {
	t.Helper()
	b := &tab{t: t, ctx: browser(t), panel: panel}
	_, err := chromedp.Call(b.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: phoneWidth, Height: 844, DeviceScaleFactor: 1, Mobile: true})
	must(t, err)
	_, err = chromedp.Call(b.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	must(t, err)
	_, err = chromedp.Call(b.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": string(l)}})
	must(t, err)
	return b
}

// touched is where something is that a finger means.
type touched struct {
	X, Y  float64
	Fault string
}

// touch puts a finger on what is meant, once the page is there: it must be large enough, nothing may lie over it, and the page must not
// be wider than the phone.
func (b *tab) touch(selector string) {
	b.t.Helper()
	for range 5 { // the page may move under the finger, as when what is found in a text is listed
		if b.tap(selector) {
			return
		}
	}
	b.t.Fatalf("%s cannot be touched", selector)
}

// tap is touch, once; it reports whether the touch came to what was meant.
func (b *tab) tap(selector string) bool {
	b.t.Helper()
	const look = `((selector) => {
		const e = [...document.querySelectorAll(selector)].find((e) => e.checkVisibility() && e.getBoundingClientRect().width);
		e.scrollIntoView({block: "center", behavior: "instant"});
		window.touched = null;
		addEventListener("click", (click) => window.touched = !!click.target.closest(selector), {capture: true, once: true});
		const r = e.getBoundingClientRect(), x = r.x + r.width / 2, y = r.y + r.height / 2, at = document.elementFromPoint(x, y);
		let fault = "";
		if (at !== e && !e.contains(at) && !at?.contains(e)) fault = "under " + at?.outerHTML.slice(0, 200);
		else if (Math.min(r.width, r.height) < 24 && getComputedStyle(e).display !== "inline") fault = "small: " + JSON.stringify(r);
		else if (document.documentElement.scrollWidth > innerWidth) fault = "on a page that scrolls sideways";
		return {X: x, Y: y, Fault: fault};
	})(%q)`
	b.until(`[...document.querySelectorAll(%q)].some((e) => e.checkVisibility() && e.getBoundingClientRect().width)`, selector)
	at, err := chromedp.Run(b.ctx, chromedp.Evaluate[touched](fmt.Sprintf(look, selector)))
	must(b.t, err)
	if at.Fault != "" {
		b.t.Errorf("%s is %s", selector, at.Fault)
	}
	_, err = chromedp.Call(b.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at.X, Y: at.Y}}})
	must(b.t, err)
	_, err = chromedp.Call(b.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
	must(b.t, err)
	b.until(`window.touched !== null`) // it is undefined on the page a touch leads to
	missed, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`window.touched === false`))
	return err != nil || !missed // a page that is just being left answers nothing
}

// choose opens the menu and goes to one of its pages.
func (b *tab) choose(path string) {
	b.t.Helper()
	const shown, closed = `document.querySelector('details.menu a[href="%s"]')?.checkVisibility()`, `!document.querySelector("details.menu[open]")`
	for range 5 { // a page that leads on by itself, as when a campaign leaves, closes its menu
		b.touch("details.menu > summary")
		b.until(shown+" || "+closed, path)
		if open, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!(`+closed+`)`)); err == nil && open {
			break
		}
	}
	b.touch(fmt.Sprintf("details.menu a[href=%q]", path))
	b.until(`location.pathname === %q`, path)
}

// fill touches a field and types into it.
func (b *tab) fill(field, text string) {
	b.t.Helper()
	b.touch(field)
	b.insert(text)
	b.until(`document.querySelector(%q).value === %q`, field, text)
}

// insert types what a keyboard on a screen gives whole.
func (b *tab) insert(text string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, input.InsertText, input.InsertTextParams{Text: text})
	must(b.t, err)
}
