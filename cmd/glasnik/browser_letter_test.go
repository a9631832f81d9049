package main

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Every golden mail fits a telephone of 320 pixels, a pane of 600 and a window of 700, light and dark; of each layout axe finds
// nothing on one, and enough contrast on all. Nothing is loaded from elsewhere.
func TestLettersInABrowser(t *testing.T) {
	files, err := filepath.Glob("../../templates/testdata/*.html")
	must(t, err)
	if len(files) < 16 {
		t.Fatalf("only %d golden mails", len(files))
	}
	ctx := browser(t)
	var picture bytes.Buffer
	must(t, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 600, 200))))
	shown := "data:image/png;base64," + base64.StdEncoding.EncodeToString(picture.Bytes())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mail, err := os.ReadFile(filepath.Join("../../templates/testdata", filepath.Base(r.URL.Path)))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		for _, name := range []string{"funder", "partner", "guide"} {
			mail = bytes.ReplaceAll(mail, []byte("https://news.example.org/media/"+name+".png"), []byte(shown))
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "img-src data:") // the image that counts is not fetched
		w.Write(mail)
	}))
	defer server.Close()
	w := &walk{t: t, ctx: ctx}
	for _, file := range files {
		name := filepath.Base(file)
		w.at = name
		must(t, chromedp.Do(ctx, chromedp.Navigate(server.URL+"/"+name)))
		evaluate[bool](w, axe+`; true`)
		for _, scheme := range []string{"light", "dark"} {
			for _, width := range []int64{700, 600, 320} {
				w.window(width, scheme)
				if wide := evaluate[int64](w, `document.documentElement.scrollWidth`); wide > width {
					t.Errorf("%s is %d pixels wide in %d", name, wide, width)
				}
			}
			if strings.Contains(name, ".sr-Cyrl.") && scheme == "light" {
				w.bars(name, `{runOnly: ["color-contrast", "image-alt", "link-name", "list", "listitem", "html-has-lang", "valid-lang", "document-title", "heading-order", "link-in-text-block", "target-size", "duplicate-id-aria"]}`)
			} else {
				w.bars(name+" "+scheme, `{runOnly: "color-contrast"}`)
			}
		}
	}
}
