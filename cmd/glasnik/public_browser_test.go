package main

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// newcomer is somebody who finds the sign-up page, in a browser that runs no script.
type newcomer struct {
	t    *testing.T
	ctx  context.Context
	demo runningDemo
}

// do performs steps in the browser.
func (n *newcomer) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	n.t.Helper()
	if err := chromedp.Do(n.ctx, steps...); err != nil {
		n.t.Fatalf("%s: %v", what, err)
	}
}

// press clicks a button and waits for the page that follows.
func (n *newcomer) press(selector string) string {
	n.t.Helper()
	if _, err := chromedp.RunResponse(n.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		n.t.Fatalf("press %s: %v", selector, err)
	}
	return n.page()
}

func (n *newcomer) page() string {
	n.t.Helper()
	text, err := chromedp.Run(n.ctx, chromedp.TextContent(chromedp.CSS("main")))
	must(n.t, err)
	return strings.Join(strings.Fields(text), " ")
}

func (n *newcomer) says(page, want string) {
	n.t.Helper()
	if !strings.Contains(page, want) {
		n.t.Fatalf("the page does not say %q: %s", want, page)
	}
}

var mailLink = regexp.MustCompile(`href="(?:\.?/)?mail/(\d+)"`)

// link waits for a mail to an address with some words in its text and returns the address in it that begins with a path.
func (n *newcomer) link(to, words, path string) string {
	n.t.Helper()
	found := ""
	eventually(n.t, "a mail to "+to+" with "+words, func() bool {
		_, list := read(n.t, n.demo.mailbox+"/?q="+url.QueryEscape(to))
		for _, m := range mailLink.FindAllStringSubmatch(list, -1) {
			_, mail := read(n.t, n.demo.mailbox+"/mail/"+m[1]+"?view=text")
			mail = html.UnescapeString(mail)
			if !strings.Contains(mail, words) {
				continue
			}
			if found = regexp.MustCompile(regexp.QuoteMeta(n.demo.panel+path) + `[^\s"<]+`).FindString(mail); found != "" {
				return true
			}
		}
		return false
	})
	return found
}

// From the sign-up page to leaving and back, with script off, by what the mails say.
func TestReaderJourneyWithoutScript(t *testing.T) {
	t.Parallel()
	n := &newcomer{t: t, demo: builtDemo(t), ctx: browser(t)}
	if _, err := chromedp.Call(n.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	n.signUp()
	n.choose()
	n.changeAddress()
	n.leaveAndComeBack()
}

func (n *newcomer) signUp() {
	n.do("open the sign-up page", chromedp.Navigate(n.demo.panel+"/subscribe?lang=en"),
		chromedp.Click(chromedp.CSS("input[name=list]")),
		chromedp.SendKeys(chromedp.CSS("#email"), "nova@example.org"), chromedp.SendKeys(chromedp.CSS("#first_name"), "Nova"))
	n.says(n.press("form button"), "Check your mailbox")
	confirm := n.link("nova@example.org", "Please confirm your subscription", "/confirm/")
	n.do("follow the link", chromedp.Navigate(confirm))
	n.says(n.page(), "n•••@example.org")
	n.says(n.press("form button"), "Thank you.")
	if _, err := chromedp.RunResponse(n.ctx, chromedp.Click(chromedp.CSS("main a.button"))); err != nil {
		n.t.Fatal(err)
	}
	n.says(n.page(), "What you get from us")
}

const saveButton = `form:has(input[value=save]) button`

func (n *newcomer) choose() {
	n.do("choose", chromedp.Click(chromedp.CSS(`input[name=language][value="sr-Cyrl"]`)), chromedp.Click(chromedp.CSS("input[name=frequency][value=weekly]")),
		chromedp.Click(chromedp.CSS("input[name=topic]")), chromedp.SendKeys(chromedp.CSS("#last_name"), "Novak"))
	here, err := chromedp.Run(n.ctx, chromedp.Location())
	must(n.t, err)
	n.says(n.press(saveButton), "Ваш избор је сачуван.")
	n.do("follow the link in the mail about the name", chromedp.Navigate(n.link("nova@example.org", "Потврдите свој избор", "/confirm/")))
	n.says(n.page(), "Novak")
	n.says(n.press("form button"), "Хвала.")
	n.do("back", chromedp.Navigate(here))
	for _, chosen := range []string{`input[name=language][value="sr-Cyrl"]:checked`, "input[name=frequency][value=weekly]:checked", "input[name=topic]:checked", "input[name=list]:checked"} {
		n.do("what was chosen stands", chromedp.WaitReady(chromedp.CSS(chosen)))
	}
}

func (n *newcomer) changeAddress() {
	here, err := chromedp.Run(n.ctx, chromedp.Location())
	must(n.t, err)
	n.do("another address", chromedp.SendKeys(chromedp.CSS("#email"), "druga@example.org"))
	n.says(n.press("form:has(#email) button"), "Писали смо на обе адресе.")
	n.do("follow the link in the new mailbox", chromedp.Navigate(n.link("druga@example.org", "Потврдите нову адресу", "/confirm/")))
	n.says(n.press("form button"), "досадашње адресе")
	n.do("and in the present one", chromedp.Navigate(n.link("nova@example.org", "Затражена је промена адресе", "/confirm/")))
	n.says(n.press("form button"), "d•••@example.org")
	n.do("back by the link of before", chromedp.Navigate(here))
	n.says(n.press(`form:has(input[value=link]) button`), "Нова веза је послата")
	n.do("by the new link", chromedp.Navigate(n.link("druga@example.org", "Веза ка вашој страници", "/preferences/")))
	n.says(n.page(), "d•••@example.org")
	n.says(n.press(`form:has(input[value=data]) button`), "Адреса на коју пишемо је нова.")
}

func (n *newcomer) leaveAndComeBack() {
	n.says(n.press(`form:has(input[value=leave_all]) button`), "Готово. Више вам нећемо писати.")
	here, err := chromedp.Run(n.ctx, chromedp.Location())
	must(n.t, err)
	n.says(n.press(`form:has(input[value=undo]) button`), "Писали смо на d•••@example.org.")
	n.do("follow the link", chromedp.Navigate(n.link("druga@example.org", "Потврдите свој избор", "/confirm/")))
	n.says(n.press("form button"), "Хвала.")
	n.do("back", chromedp.Navigate(here))
	n.do("on the list again", chromedp.WaitReady(chromedp.CSS("input[name=list]:checked")))
	if response, err := http.Get(n.demo.panel + "/preferences/forged.AAAAAAAAAAAAAAAAAAAAAA"); err != nil || response.StatusCode != http.StatusNotFound {
		n.t.Errorf("a forged link: %v %v", response, err)
	}
}
