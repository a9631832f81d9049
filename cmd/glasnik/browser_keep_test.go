package main

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What somebody types survives a line that is away, a tab that was closed and a session that ended, and is gone from the browser when
// it is saved, thrown away or signed out from.
func TestWhatIsTypedSurvives(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	const kept = `Object.keys(localStorage).filter((n) => n.startsWith("typed ")).length`

	// The tab is closed in the middle.
	b.open("/lists/new")
	b.set("#f-name", "Schools of the south")
	b.until(kept + " === 1")
	b.until(`!Object.values(localStorage).join().includes("Schools of the south")`)
	b.leave("/lists")
	b.leave("/lists/new")
	b.until(`document.querySelector("[data-take]") && document.querySelector("#f-name").value === ""`)
	b.click("[data-take]")
	b.until(`document.querySelector("#f-name").value === "Schools of the south" && !document.querySelector("[data-take]")`)

	// The line is away, then back.
	offline := func(away bool) {
		t.Helper()
		b.do(`window.reach ||= window.fetch, window.fetch = %t ? () => Promise.reject(new TypeError("away")) : window.reach`, away)
	}
	offline(true)
	b.click("form[data-guard] .actions button")
	b.says("The server cannot be reached")
	b.until(`document.querySelector("#f-name").value === "Schools of the south"`)
	offline(false)
	b.click("[data-again]")
	b.says("The list “Schools of the south” is there")
	b.until(kept + " === 0")
	b.leave("/lists/new")
	b.until(`document.querySelector("#f-name") && !document.querySelector("[data-take]")`)

	// Signing out takes all of it away.
	b.set("#f-name", "Another")
	b.until(kept + " === 1")
	b.do(`document.querySelector("form[action='/sign-out']").requestSubmit()`)
	b.until(`location.pathname === "/sign-in"`)
	b.until(kept + " === 0")
}

// The session ends in the middle of a long release, and of a campaign's schedule: after signing in nothing is lost.
func TestASessionEndsInTheMiddle(t *testing.T) {
	t.Parallel()
	d := startDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	b.open("/account")
	address, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("dd").textContent`))
	must(t, err)
	const password = "seven quiet lamps drift"
	b.open("/account/password")
	b.set("#f-password", password)
	b.click("main form button")
	b.until(`location.pathname !== "/account/password"`)
	end := func() {
		t.Helper()
		_, err := chromedp.Call(b.ctx, network.DeleteCookies, network.DeleteCookiesParams{Name: "glasnik", URL: d.panel})
		must(t, err)
	}
	goOn := func() {
		t.Helper()
		b.says("what you wrote is kept")
		b.set("#f-email", address)
		b.set("#f-password", password)
		b.click("main form button")
		b.says("What you wrote is kept")
		b.click("main form button")
	}
	text := strings.Repeat("Long paragraphs about schools, teachers and what they can do. ", 400)

	b.open("/releases/new")
	b.set("#f-headline", "A guide for teachers")
	b.set("#f-body", text)
	b.set("[name=quote_text]", "It is about time.")
	end()
	b.click("button[name=do][value=save]")
	goOn()
	b.says("Saved.")
	b.until(`document.querySelector("#f-body").value.trim() === %q && document.querySelector("[name=quote_text]").value === "It is about time."`, strings.TrimSpace(text))
	b.until(`!document.querySelector("[data-drop]") && !Object.keys(localStorage).some((n) => n.startsWith("typed "))`)

	b.open("/campaigns?state=draft")
	b.click("tbody th a")
	b.until(`document.querySelector("#tab-schedule")`)
	b.click("#tab-schedule")
	b.until(`document.querySelector("#f-cron")`)
	b.do(`document.querySelector("input[name=kind][value=cron]").click()`)
	b.set("#f-cron", "0 9 * * 1")
	end()
	b.click("#save button")
	goOn()
	b.says("Saved.")
	b.until(`document.querySelector("#f-cron").value === "0 9 * * 1"`)
}

// leave opens a page whatever the one before asks.
func (b *tab) leave(path string) {
	b.t.Helper()
	b.do(`addEventListener("beforeunload", (e) => e.stopImmediatePropagation(), true)`)
	b.open(path)
}
