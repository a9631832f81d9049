package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// What somebody types survives a line that is away, a tab that was closed and a session that ended, and is gone from the browser when
// it is saved, thrown away or signed out from.
func TestWhatIsTypedSurvives(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
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

	// The notice tells the time in the user's zone, as pages write it.
	b.leave("/lists")
	b.leave("/lists/new")
	b.until(`/^On \d{1,2} [A-Z][a-z]+ \d{4}, \d{2}:\d{2} CES?T you wrote here/.test(document.querySelector(".alert.warn [data-words]")?.textContent)`)
	b.click("[data-take]")
	b.until(`document.querySelector("#f-name").value === "Schools of the south"`)

	// A segment comes back with the lines it had.
	b.leave("/segments/new")
	b.set("#f-name", "Editors in Nis")
	b.set("#r1-field", "kind")
	b.until(`document.querySelector("#r1-value")`)
	b.set("#r1-value", "journalist")
	b.click("button[value='add:0']")
	b.until(`document.querySelector("#r2-field")`)
	b.set("#r2-field", "place")
	b.until(`document.querySelector("#r2-value0")`)
	b.set("#r2-value0", "Nis")
	b.do(`window.typedAt = Date.now()`)
	b.until(`Object.entries(localStorage).some(([n, v]) => n.endsWith(" /segments/new") && JSON.parse(v).at >= window.typedAt)`)
	b.leave("/segments")
	b.leave("/segments/new")
	b.click("[data-take]")
	b.until(`document.querySelector("#r2-value0")?.value === "Nis" && document.querySelector("#r1-value").value === "journalist" && document.querySelector("#f-name").value === "Editors in Nis"`)
	b.click("main button[value=save]")
	b.says("Saved.")
	b.leave("/segments/new")
	b.until(`document.querySelector("#f-name") && !document.querySelector("[data-take]")`)
	b.leave("/lists/new")
	b.click("[data-take]")
	b.until(`document.querySelector("#f-name").value === "Schools of the south"`)

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

// What is typed into a release is on the server within seconds, for a browser that lost all it had, and stays while it is commented on.
func TestAReleaseIsKeptOnTheServer(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	b.open("/releases/new")
	b.set("#f-headline", "Kept on the way")
	b.set("#f-body", "One.\n\nTwo.")
	b.until(`document.querySelector("#writing-standing .kept")?.textContent.startsWith("Kept at")`)
	b.do(`localStorage.clear()`)
	b.leave("/releases")
	b.click("a[href^='/releases/new?go-on=']")
	b.until(`document.querySelector("#f-body")?.value === "One.\n\nTwo." && document.querySelector("#f-headline").value === "Kept on the way"`)
	b.click("button[name=do][value=save]")
	b.says("Saved.")
	b.until(`/edit/.test(location.pathname) && !document.querySelector(".goes-on")`)

	// What was typed while the line was away goes to the server when it is back, without another key.
	b.do(`window.reach = window.fetch, window.fetch = () => Promise.reject(new TypeError("away"))`)
	b.set("#f-headline", "Typed on a train")
	b.until(`document.querySelector("#writing-standing").textContent.startsWith("The server does not answer")`)
	b.do(`window.fetch = async (...a) => { const answer = await window.reach(...a); if (a[1]?.body?.get?.("typed")) window.told = a[1].body.get("headline"); return answer; }`)
	b.do(`window.dispatchEvent(new Event("online"))`)
	b.until(`window.told === "Typed on a train" && document.querySelector("#writing-standing .kept")?.textContent.startsWith("Kept at")`)

	b.do(`document.querySelector("#f-headline").value = "Never sent", document.querySelector("#f-headline").dispatchEvent(new Event("input", { bubbles: true }))`)
	b.until(`document.querySelector("#writing-standing .kept")?.textContent.startsWith("Kept at")`)

	// A comment on marked words, refused, made and resolved, leaves what is being written where it is.
	b.do(`(e => { e.focus(); e.setSelectionRange(6, 10) })(document.querySelector("#f-headline"))`)
	b.click("#new-comment > summary")
	b.until(`document.querySelector("#comments [name=field]").value === "headline" && document.querySelector("#comments [name=quote]").value === "sent"`)
	b.set("#comments [name=quote]", "on the moon")
	b.set("#new-comment [name=text]", "Where to?")
	b.click("#new-comment button")
	b.until(`document.querySelector("#comments [role=alert], #comments .problem") && document.querySelector("#new-comment [name=text]").value === "Where to?"`)
	b.set("#comments [name=quote]", "on the way")
	b.click("#new-comment button")
	b.until(`document.querySelector("#comments article.comment")?.textContent.includes("Where to?")`)
	b.click("#comments article.comment [value=resolve]")
	b.until(`document.querySelector("#resolved-comments article.comment")?.textContent.includes("Where to?")`)
	b.until(`/edit/.test(location.pathname) && document.querySelector("#f-headline").value === "Never sent"`)
	d.stop()
	b.do(`document.querySelector("#f-headline").dispatchEvent(new Event("input", { bubbles: true }))`)
	b.until(`document.querySelector("#writing-standing").textContent.includes("does not answer")`)
}

// The session ends in the middle of a long release, and of a campaign's schedule: after signing in nothing is lost.
func TestASessionEndsInTheMiddle(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
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
	end := func() { // from elsewhere: a cookie taken away here would come back with an answer under way
		t.Helper()
		jar, err := cookiejar.New(nil)
		must(t, err)
		elsewhere := &http.Client{Jar: jar}
		for _, step := range []struct {
			path string
			form url.Values
		}{{"/sign-in", url.Values{"email": {address}, "password": {password}}}, {"/account/sign-out-everywhere", nil}} {
			response, err := elsewhere.PostForm(d.panel+step.path, step.form)
			must(t, err)
			response.Body.Close()
			if response.StatusCode != http.StatusOK || response.Request.URL.Path == "/sign-in" {
				t.Fatalf("%s: %s, %s", step.path, response.Status, response.Request.URL)
			}
		}
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
	b.set("#f-cron", "0 9 * * 2")
	b.until(`performance.getEntriesByType("resource").some((e) => e.responseEnd && /[?&]cron=[^&]*2(&|$)/.test(e.name))`)
	b.click("#save button")
	goOn()
	b.says("Saved.")
	b.until(`document.querySelector("#f-cron").value === "0 9 * * 2"`)
}

// A choice that was found beyond those the page offers is kept with its name, once and again.
func TestAFoundChoiceIsKept(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	b.do(`(async () => {
		for (let i = 1; i <= 60; i++) await fetch("/releases/new", {method: "POST", body: new URLSearchParams({language: "en", zone: "UTC", headline: "Note " + (100 + i) + " of the year"})});
		document.body.dataset.made = "yes";
	})()`)
	b.until(`document.body.dataset.made`)
	const chosen = `document.querySelector("select[name=release]")?.selectedOptions[0]?.text === "Note 103 of the year" && document.querySelector("#f-release").value === "Note 103 of the year"`
	b.open("/campaigns/new")
	b.until(`document.querySelector("select[name=release]").hidden && ![...document.querySelector("select[name=release]").options].some((o) => o.text === "Note 103 of the year")`)
	b.do(`document.querySelector("#f-release").focus()`) // keys would let the page ask before it is left
	b.set("#f-release", "note 103")
	b.until(`document.querySelector(".matches [role=option]")?.textContent.includes("Note 103")`)
	b.do(`document.querySelector(".matches [role=option]").click()`)
	b.until(chosen)
	for _, name := range []string{"Kept once", "Kept again"} {
		b.set("#f-name", name)
		b.do(`window.typedAt = Date.now(), document.querySelector("#f-name").dispatchEvent(new Event("input", {bubbles: true}))`) // what is kept from now on holds the name
		b.until(`Object.entries(localStorage).some(([n, v]) => n.endsWith(" /campaigns/new") && JSON.parse(v).at >= window.typedAt)`)
		b.leave("/campaigns")
		b.leave("/campaigns/new")
		b.click("[data-take]")
		b.until(chosen+` && document.querySelector("#f-name").value === "%s"`, name)
	}
	b.click("main form .actions button")
	b.until(`location.pathname.endsWith("/audience")`)
}

// leave opens a page whatever the one before asks.
func (b *tab) leave(path string) {
	b.t.Helper()
	b.do(`addEventListener("beforeunload", (e) => e.stopImmediatePropagation(), true)`)
	b.open(path)
}
