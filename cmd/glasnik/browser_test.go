package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// chromium starts the one browser of all tests, whose tabs are theirs; nil where there is none.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, nil
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.Flag("disable-features", "BackForwardCache,SpareRendererForSitePerProcess,Translate"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium's sandbox does not start for root
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	endChromium = end
	ctx, _ := chromedp.NewContext(allocator)
	return ctx, chromedp.Do(ctx)
})

// endChromium ends the browser, if one was started; TestMain calls it.
var endChromium context.CancelFunc = func() {}

// browser opens a tab with cookies of its own.
func browser(t *testing.T) context.Context {
	t.Helper()
	ctx, err := chromium()
	must(t, err)
	if ctx == nil {
		missing(t, "no Chromium")
	}
	ctx, cancelTab := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancelTab)
	ctx, cancelTime := context.WithTimeout(ctx, 25*time.Minute) // only ends a failing test
	t.Cleanup(cancelTime)
	return ctx
}

// maxPages bounds a walk; a link to each page with every choice of filter would never end.
const maxPages = 400

// Every page of the demo that links lead to comes up, without a dead link and without a word on the console, and on a phone
// without scrolling sideways; and so again in every language, where axe finds nothing on it.
func TestWalkTheDemo(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	d := builtDemo(t, "--data", data)
	ctx := browser(t)
	w := &walk{t: t, ctx: ctx, seen: map[string]bool{}, hosts: []string{hostOf(d.panel), hostOf(d.mailbox)}}
	w.listen()
	phone := emulation.SetDeviceMetricsOverrideParams{Width: phoneWidth, Height: 844, DeviceScaleFactor: 1}
	if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, phone); err != nil {
		t.Fatal(err)
	}
	must(t, chromedp.Do(ctx, chromedp.Navigate(d.link), chromedp.Click(chromedp.CSS("main button"))))
	// What is behind the sign-in is reached when the menu is there.
	if err := chromedp.Do(ctx, chromedp.WaitReady(chromedp.CSS("nav a[href='/contacts']"))); err != nil {
		t.Fatalf("signing in did not lead into the panel: %v", err)
	}
	w.add(d.panel+"/", "the start")
	w.follow()
	w.add(d.mailbox+"/", "the start")
	w.add(d.mailbox+"/mail/1/html", "the frame of a mail")
	w.follow()
	for _, must := range []string{"/contacts", "/lists", "/releases", "/campaigns", "/organisations", "/users", "/settings", "/account", "/import"} {
		if !slices.ContainsFunc(w.visited, func(u string) bool { return strings.HasPrefix(u, d.panel+must) }) {
			t.Errorf("no link leads to %s", must)
		}
	}
	w.tellConsole()
	t.Logf("%d pages", len(w.visited))
	shown := map[string]bool{} // one page of each kind
	inEveryLanguage(t, ctx, data, slices.DeleteFunc(w.pages, func(address string) bool {
		u, err := url.Parse(address)
		u.RawQuery = ""
		shape := shapeOf(u)
		skip := err != nil || u.Host != hostOf(d.panel) || shown[shape] || strings.HasSuffix(u.Path, "/data.html") // which is in the person's language, and runs no script
		shown[shape] = true
		return skip
	}))
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// walk follows links breadth first.
type walk struct {
	t       *testing.T
	ctx     context.Context
	hosts   []string
	queue   []step
	seen    map[string]bool
	kinds   map[string]int // how many addresses of one shape were queued
	visited []string
	pages   []string // of those visited, what a browser shows

	mu      sync.Mutex
	at      string
	console []string
}

type step struct{ address, from string }

// follow visits what is queued.
func (w *walk) follow() {
	for len(w.queue) > 0 && len(w.visited) < maxPages {
		next := w.queue[0]
		w.queue = w.queue[1:]
		w.visit(next)
	}
}

// listen collects what pages say on the console.
func (w *walk) listen() {
	messages := chromedp.Console(w.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			w.mu.Lock()
			w.console = append(w.console, fmt.Sprintf("%s: %s: %s", w.at, m.Type, m.Text))
			w.mu.Unlock()
		}
	}()
}

func (w *walk) tellConsole() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.console {
		w.t.Errorf("a page wrote to the console: %s", m)
	}
}

// sameShape is how many addresses are followed that differ in ids and choices only.
var sameShape = flag.Int("walk.same", 2, "how many pages of one kind the walk through the demo visits")

// add queues an address of ours that was not seen yet.
func (w *walk) add(address, from string) {
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(w.hosts, u.Host) || u.Scheme != "http" {
		return
	}
	u.Fragment = ""
	if w.seen[u.String()] {
		return
	}
	w.seen[u.String()] = true
	if w.kinds == nil {
		w.kinds = map[string]int{}
	}
	shape := shapeOf(u)
	if w.kinds[shape]++; w.kinds[shape] > *sameShape {
		return
	}
	w.queue = append(w.queue, step{u.String(), from})
}

// shapeOf writes an address without what tells records and choices apart.
func shapeOf(u *url.URL) string {
	parts := strings.Split(u.Path, "/")
	for i, p := range parts {
		if strings.ContainsAny(p, "0123456789") {
			parts[i] = "*"
		}
	}
	keys := make([]string, 0, len(u.Query()))
	for k := range u.Query() {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return u.Host + strings.Join(parts, "/") + "?" + strings.Join(keys, "&")
}

// visit opens a page, or fetches what is for saving, and queues its links.
func (w *walk) visit(s step) {
	w.mu.Lock()
	w.at = s.address
	w.mu.Unlock()
	w.visited = append(w.visited, s.address)
	response, err := chromedp.Run(w.ctx, chromedp.NavigateResponse(s.address))
	var notShown *chromedp.LoadError
	if errors.As(err, &notShown) && notShown.ErrorText == "net::ERR_ABORTED" {
		w.checkDownload(s)
		return
	}
	if err != nil {
		w.t.Errorf("%s, linked from %s: %v", s.address, s.from, err)
		return
	}
	if response.Status >= 400 {
		w.t.Errorf("%s, linked from %s, answers %d", s.address, s.from, response.Status)
		return
	}
	if response.MimeType == "text/html" {
		w.pages = append(w.pages, s.address)
	}
	page, err := chromedp.Run(w.ctx, chromedp.Evaluate[phonePage](phoneScript))
	if err != nil {
		w.t.Errorf("%s: %v", s.address, err)
	}
	if page.Wide > phoneWidth {
		w.t.Errorf("%s is %d pixels wide on a phone of %d", s.address, page.Wide, phoneWidth)
	}
	for _, stuck := range page.Stuck {
		w.t.Errorf("%s: no key scrolls %s", s.address, stuck)
	}
	for _, l := range page.Links {
		w.add(l, s.address)
	}
}

// phoneWidth is how wide the walk's window is: that of a common phone.
const phoneWidth = 390

// phonePage is what a visit learns of a page: where it leads, how wide it is with all that can be unfolded, and what can be
// scrolled only with a pointer.
type phonePage struct {
	Links []string `json:"links"`
	Wide  int      `json:"wide"`
	Stuck []string `json:"stuck"`
}

const phoneScript = `(() => {
	for (const d of document.querySelectorAll("details:not(.menu)")) d.open = true;
	const scrolls = (e) => {
		const style = getComputedStyle(e), by = (axis) => axis === "auto" || axis === "scroll";
		return by(style.overflowX) && e.scrollWidth > e.clientWidth + 1 || by(style.overflowY) && e.scrollHeight > e.clientHeight + 1;
	};
	const keys = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
	return {
		links: Array.from(document.querySelectorAll("a[href]"), (a) => a.href),
		wide: document.documentElement.scrollWidth,
		stuck: Array.from(document.querySelectorAll("main *")).filter((e) => scrolls(e) && !e.matches(keys) && !e.querySelector(keys)).map((e) => e.outerHTML.slice(0, 80)),
	};
})()`

// checkDownload fetches what a browser saves instead of showing it, with the browser's cookies.
func (w *walk) checkDownload(s step) {
	jar, err := chromedp.Call(w.ctx, network.GetCookies, network.GetCookiesParams{URLs: []string{s.address}})
	must(w.t, err)
	r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, s.address, nil)
	must(w.t, err)
	for _, c := range jar.Cookies {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	must(w.t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		w.t.Errorf("%s, linked from %s, answers %d", s.address, s.from, response.StatusCode)
	}
}
