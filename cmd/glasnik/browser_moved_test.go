package main

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A page that was left open follows its campaign: when the minute is over, or a colleague was faster, it offers only what
// works and no longer says what is not so.
func TestAPageLeftOpenFollowsItsCampaign(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	b.open("/campaigns?state=draft")
	b.click("tbody th a")
	b.until(`document.querySelector("nav.tabs")`)
	path, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.pathname`))
	must(t, err)
	send := func() {
		t.Helper()
		b.open(path + "/check")
		b.until(`document.querySelector("#f-reason") && !document.querySelector("#checks[aria-busy]")`)
		b.set(`#f-reason`, "A test.")
		b.click(`form[action$="/send"] button:not([formaction])`)
		b.says("Until then you can call it back")
		b.until(`document.querySelector("#leaving button.danger") && document.querySelector("#notice")`)
	}
	colleague := func(step string) {
		t.Helper()
		b.do(`fetch("%s/%s", {method: "POST", redirect: "manual", headers: {"Content-Type": "application/x-www-form-urlencoded"}})`, path, step)
	}
	send()
	colleague("call-back")
	b.until(`!document.querySelector("form[action$='/call-back']") && document.querySelector("form[action$='/send']") && !document.querySelector("main").innerText.includes("Until then")`)

	send()
	colleague("cancel")
	b.until(`!document.querySelector("form[action$='/call-back'], a[href$='/cancel']") && !document.querySelector("main").innerText.includes("Until then")`)
	b.says("Cancelled")
	// A user who presses all the same, say without script, is told what happened.
	b.do(`(f => { f.method = "post"; f.action = "%s/call-back"; document.body.append(f); f.submit() })(document.createElement("form"))`, path)
	b.says("the campaign was cancelled. Nothing was sent.")
	b.until(`document.querySelector("nav.tabs") && !document.querySelector("form[action$='/call-back']")`)
}
