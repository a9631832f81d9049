package main

import (
	"net/url"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The calendar is walked by the arrow keys, a time is moved in a dialog and by dragging, and the schedule builder says in words what is
// chosen by keys; on a phone the month is a list.
func TestCalendarAndBuilder(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	b.until(`document.querySelector("nav a[href='/calendar']")`)
	b.open("/calendar?view=list")
	move, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.querySelector("li.planned[data-move]").dataset.move`))
	must(t, err)
	u, err := url.Parse(move)
	must(t, err)
	leaves, err := time.Parse("2006-01-02T15:04", u.Query().Get("time"))
	must(t, err)
	day, other := leaves.Format(time.DateOnly), leaves.AddDate(0, 0, 2).Format(time.DateOnly)
	inWeek := (int(leaves.Weekday()) + 6) % 7 // days after Monday: after a holiday it leaves on Tuesday

	// By keys.
	b.open("/calendar?day=" + day)
	b.until(`document.querySelector("table[role=grid] td[role=gridcell] a.day[tabindex='0']")`)
	b.do(`document.querySelector("td[data-day='%s'] a.day").focus()`, day)
	for _, step := range []struct {
		key  string
		days int
	}{{kb.ArrowRight, inWeek + 1}, {kb.End, 6}, {kb.ArrowLeft, 5}, {kb.Home, 0}} {
		b.press(step.key)
		b.until(`document.activeElement.closest("td")?.dataset.day === %q && document.querySelectorAll("a.day[tabindex='0']").length === 1`, leaves.AddDate(0, 0, step.days-inWeek).Format(time.DateOnly))
	}
	b.do(`document.querySelector("td[data-day='%s'] a.move").focus()`, day)
	b.press(kb.Enter)
	b.until(`document.querySelector("dialog[open] input[type=datetime-local]") === document.activeElement`)
	b.press(kb.Escape)
	b.until(`!document.querySelector("dialog[open]") && document.activeElement.matches("td[data-day='%s'] a.move")`, day)

	// By dragging: the dialog asks with the day it was dropped on.
	b.do(`(() => {
		const data = new DataTransfer(), tell = (e, name) => e.dispatchEvent(new DragEvent(name, {bubbles: true, cancelable: true, dataTransfer: data}));
		const entry = document.querySelector("td[data-day='%s'] li[data-move]"), cell = document.querySelector("td[data-day='%s']");
		if (!entry.draggable) throw new Error("it cannot be dragged");
		tell(entry, "dragstart"); tell(cell, "dragover");
		if (!cell.classList.contains("over")) throw new Error("nothing shows where it would be dropped");
		tell(cell, "drop"); tell(entry, "dragend");
	})()`, day, other)
	b.until(`document.querySelector("dialog[open] input[type=datetime-local]")?.value === "%sT09:00"`, other)
	b.do(`document.querySelector("dialog[open] .actions button").click()`)
	b.until(`!document.querySelector("dialog[open]") && document.querySelector("td[data-day='%s'] li.planned") && !document.querySelector("td[data-day='%s'] li.planned") && document.querySelector("#notice")`, other, day)

	// On a phone a list of days.
	(&walk{t: t, ctx: b.ctx}).window(phoneWidth, "light")
	b.until(`getComputedStyle(document.querySelector("td[data-day='%s']")).display === "block" && getComputedStyle(document.querySelector("td.nothing")).display === "none" && document.documentElement.scrollWidth <= %d`, other, phoneWidth)
	(&walk{t: t, ctx: b.ctx}).window(1280, "light")

	// The builder: chosen by keys, said in words, and what is lost is said before it is saved.
	b.open("/campaigns/" + u.Path[len("/campaigns/"):len(u.Path)-len("/move")] + "/schedule")
	b.until(`document.querySelector("#plan .big-sentence")?.innerText.includes("On Mondays at 9:00")`)
	b.tabTo("#f-pattern")
	b.press(kb.ArrowDown)
	b.press(kb.ArrowDown)
	b.until(`document.querySelector("#f-pattern").value === "nth_weekday" && document.querySelector("#plan .big-sentence")?.innerText.includes("On the first Monday of the month at 9:00") && document.querySelectorAll("#plan .slots li").length === 10`)
	b.says("are lost when it is saved")
}
