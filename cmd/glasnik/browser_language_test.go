package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
	"github.com/glasnik/glasnik/campaign/store/sqlite"
)

// axe finds what bars people with disabilities from a page (WCAG 2.2 A and AA).
//
//go:embed testdata/axe/axe.min.js
var axe string

// barrier is one thing axe has found.
type barrier struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Where []string `json:"where"`
}

const axeScript = `(async (options) => {
	const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
	const found = await axe.run(document, {runOnly: tags, ...options, resultTypes: ["violations"], iframes: false});
	return found.violations.map((v) => ({id: v.id, help: v.help, where: v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160))}));
})`

// latinScript collects the texts of a page in Serbian Cyrillic that hold Latin letters and claim to be in the page's language.
const latinScript = `(() => {
	const found = [], at = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const ours = (e) => !e.closest("script, style, noscript, code, kbd, textarea, pre, [translate=no], .data") && (e.closest("[lang]")?.lang || "") === "sr-Cyrl";
	while (at.nextNode()) {
		const text = at.currentNode.data.trim();
		if (/[A-Za-zčćžšđČĆŽŠĐ]{2}/.test(text) && ours(at.currentNode.parentElement)) found.push(text.replace(/\s+/g, " "));
	}
	for (const e of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]"))
		for (const name of ["aria-label", "title", "placeholder", "alt"]) {
			const text = e.getAttribute(name) || "";
			if (/[A-Za-zčćžšđČĆŽŠĐ]{2}/.test(text) && ours(e)) found.push(text);
		}
	return found;
})()`

// inEveryLanguage opens pages once more in each language of the panel, wide and on a phone, light and dark.
func inEveryLanguage(t *testing.T, first context.Context, data string, pages []string) {
	jar, err := chromedp.Call(first, network.GetCookies, network.GetCookiesParams{URLs: pages[:1]})
	must(t, err)
	for at, l := range campaign.Languages {
		t.Run(string(l), func(t *testing.T) {
			t.Parallel()
			w := &walk{t: t, ctx: browser(t)}
			w.listen()
			for _, c := range jar.Cookies {
				set := network.SetCookieParams{Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path}
				if _, err := chromedp.Call(w.ctx, network.SetCookie, set); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := chromedp.Call(w.ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": string(l)}}); err != nil {
				t.Fatal(err)
			}
			known := dataOf(t, data)
			for i, page := range pages {
				// Contrast, the longest to find out, is the same in every language: they take turns.
				w.inLanguage(page, l, known, i%len(campaign.Languages) == at)
			}
			w.tellConsole()
		})
	}
}

func (w *walk) inLanguage(page string, l campaign.Language, known []byte, contrast bool) {
	w.mu.Lock()
	w.at = page
	w.mu.Unlock()
	w.window(1280, "light")
	if err := chromedp.Do(w.ctx, chromedp.Navigate(page)); err != nil {
		w.t.Errorf("%s: %v", page, err)
		return
	}
	ours := evaluate[bool](w, `document.body.classList.contains("inside")`) // a reader's page is in the reader's language
	if lang := evaluate[string](w, `document.documentElement.lang`); ours && lang != string(l) {
		w.t.Errorf("%s is in %q", page, lang)
	}
	evaluate[bool](w, axe+`; true`)
	w.bars(page, `{rules: {"color-contrast": {enabled: false}}}`)
	if contrast {
		w.bars(page, `{runOnly: "color-contrast"}`)
		w.window(1280, "dark")
		w.bars(page, `{runOnly: "color-contrast"}`)
	}
	w.window(phoneWidth, "dark")
	if wide := evaluate[phonePage](w, phoneScript).Wide; wide > phoneWidth {
		w.t.Errorf("%s is %d pixels wide on a phone of %d", page, wide, phoneWidth)
	}
	if !ours || l != campaign.SerbianCyrillic {
		return
	}
	for _, text := range evaluate[[]string](w, latinScript) {
		if words := latinWord.FindAllString(notTranslated.ReplaceAllString(text, ""), -1); slices.ContainsFunc(words, func(word string) bool { return !bytes.Contains(known, []byte(word)) }) {
			w.t.Errorf("%s: %q is not Cyrillic", page, text)
		}
	}
}

var (
	latinWord     = regexp.MustCompile(`\p{Latin}{2,}`)
	notTranslated = regexp.MustCompile(`\b(?:cid|media):\S*|\b(?:Verdana|Georgia|Arial|JPEG|PNG|GIF|WEBP|WebP|Glasnik|devel|CSV|JSON|Excel|HTTPS|XLSX|PDF|HTML|URL|SMTP|DKIM|Gmail|Yahoo|Microsoft|CEST|CET|UTC|Europe/Belgrade|kB|MB|Ctrl|Shift|Alt|Markdown|cron|iCalendar|DNS|DMARC|SPF|MX|MTA-STS|TLS-RPT|rua|glasnik serve|glasnik dmarc|Unsubscribe|odjava|désinscription|English|Français|GLASNIK_\w+|argon2id)\b|Đorđević|djordjevic|Srpski \(latinica\)|OK: queued|\S+@\S+|https?://\S+|\S+\.\S+`)
)

// dataOf returns what a demo's database holds about people and texts, which no panel translates.
func dataOf(t *testing.T, folder string) []byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.db"))
	must(t, err)
	if len(files) != 1 {
		t.Fatalf("there are the databases %v in %s", files, folder)
	}
	engine, err := sqlite.Open(t.Context(), files[0])
	must(t, err)
	defer engine.Close(context.WithoutCancel(t.Context()))
	var all bytes.Buffer
	for _, c := range []*document.Collection{schema.Contacts, schema.Organisations, schema.Lists, schema.Campaigns, schema.Releases, schema.Layouts, schema.Media, schema.Segments, schema.Users, schema.Settings, schema.Actions, schema.Activities, schema.Coverage, schema.HelplineTotals} {
		found := reflect.New(reflect.SliceOf(reflect.TypeOf(c.Sample))).Interface()
		must(t, engine.Find(t.Context(), c, document.Query{}, found))
		must(t, json.NewEncoder(&all).Encode(found))
	}
	fmt.Fprintln(&all, login()) // who ran the commands
	return all.Bytes()
}

// bars tells what axe finds on the page.
func (w *walk) bars(page, options string) {
	for _, f := range evaluate[[]barrier](w, axeScript+"("+options+")", chromedp.EvalAwaitPromise) {
		w.t.Errorf("%s %s: axe: %s: %s: %s", page, options, f.ID, f.Help, strings.Join(f.Where, "\n\t"))
	}
}

func (w *walk) window(width int64, scheme string) {
	size := emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1}
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	if _, err := chromedp.Call(w.ctx, emulation.SetDeviceMetricsOverride, size); err != nil {
		w.t.Fatal(err)
	}
	if _, err := chromedp.Call(w.ctx, emulation.SetEmulatedMedia, media); err != nil {
		w.t.Fatal(err)
	}
}

func evaluate[T any](w *walk, script string, options ...chromedp.EvaluateOption) T {
	w.t.Helper()
	v, err := chromedp.Run(w.ctx, chromedp.Evaluate[T](script, options...))
	if err != nil {
		w.t.Errorf("%s: %v", w.at, err)
	}
	return v
}
