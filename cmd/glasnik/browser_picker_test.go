package main

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Where there are many lists a campaign's are found by typing, in either script, and chosen by the keys alone; so is the one list of
// a form, which cannot be sent while something else is typed. Without script all of them can be ticked.
func TestManyListsAreTypedInto(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/segments']")`)
	b.do(`(async () => {
		for (let i = 1; i <= 24; i++) await fetch("/lists/new", {method: "POST", body: new URLSearchParams({name: "Dopisništvo " + i, tracking: "none", opt_in: "double", basis: "consent"})});
		document.body.dataset.made = "yes";
	})()`)
	b.until(`document.body.dataset.made`)

	b.open("/campaigns/new")
	const field = `[...document.querySelectorAll("fieldset input[type=text]")].find((e) => e.ariaLabel?.startsWith("Lists it goes to"))`
	b.until(field)
	b.until(`[...document.querySelectorAll("input[name=lists]")].every((e) => !e.checkVisibility())`)
	b.do(field + `.focus()`)
	b.press("писништво 17")
	b.until(`document.activeElement.getAttribute("aria-activedescendant") && document.querySelector(".matches [aria-selected=true]")?.textContent.includes("Dopisništvo 17")`)
	b.press(kb.Enter)
	b.until(`[...document.querySelectorAll("input[name=lists]:checked")].map((e) => e.parentElement.innerText).join().startsWith("Dopisništvo 17") && document.activeElement.value === ""`)
	b.press(kb.ArrowDown)
	b.until(`document.querySelectorAll(".matches [role=option]").length >= 24`)
	b.press(kb.ArrowDown)
	b.press(kb.Enter)
	b.until(`document.querySelectorAll("input[name=lists]:checked").length === 2`)
	b.until(`[...document.querySelectorAll("input[name=lists]:checked")].every((e) => e.checkVisibility())`)
	b.set("#f-name", "Typed")
	b.click("main form .actions button")
	b.until(`document.querySelectorAll("input[name=lists]:checked").length === 2 && location.pathname.endsWith("/audience")`)

	// One list of a form.
	b.open("/import")
	b.until(`document.querySelector("select[name=list]").hidden && document.querySelector("#f-list").matches("input")`)
	b.do(`document.querySelector("#f-list").focus()`)
	b.press("dopisnistvo 2")
	b.until(`document.querySelectorAll(".matches [role=option]").length > 2 && !document.querySelector("#f-list").validity.valid`)
	b.press(kb.Tab)
	b.until(`document.activeElement.id !== "f-list" && !document.querySelector("#f-list").validity.valid`)
	b.press(kb.Tab, kb.ModifierShift)
	b.press(kb.Escape)
	b.until(`document.querySelector("#f-list").value === "" && document.querySelector("#f-list").validity.valid`)
	b.press("опис 21")
	b.until(`document.querySelectorAll(".matches [role=option]").length === 1`)
	b.press(kb.Tab) // the only one is meant
	b.until(`document.querySelector("#f-list").value === "Dopisništvo 21" && document.querySelector("select[name=list]").selectedOptions[0].text === "Dopisništvo 21"`)

	b.script(false)
	b.open("/import")
	b.until(`document.querySelector("#f-list").matches("select") && document.querySelector("#f-list").options.length > 24`)
}
