package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// Thirty pictures and a file that is none are added at once; each says what became of it, and the library shows them.
func TestThirtyPicturesAreAddedInABrowser(t *testing.T) {
	t.Parallel()
	d := builtDemo(t)
	dir := t.TempDir()
	var files []string
	for n := range 30 {
		img := image.NewRGBA(image.Rect(0, 0, 640, 480))
		for i := range 640 * 480 {
			img.Set(i%640, i/640, color.RGBA{uint8(n * 8), uint8(i), 90, 255})
		}
		files = append(files, filepath.Join(dir, fmt.Sprintf("slika %02d.jpg", n)))
		f, err := os.Create(files[n])
		must(t, err)
		must(t, jpeg.Encode(f, img, nil))
		must(t, f.Close())
	}
	files = append(files, filepath.Join(dir, "film.jpg"))
	must(t, os.WriteFile(files[30], []byte("MZ not a film"), 0o600))

	b := &tab{t: t, ctx: browser(t), panel: d.panel}
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.link)))
	b.until(`document.querySelector("main button")`)
	b.tabTo("main button")
	b.press("\r")
	b.until(`location.pathname === "/"`)
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.panel+"/library")))
	b.until(`document.querySelector("#f-files")`)
	must(t, chromedp.Do(b.ctx, chromedp.SetUploadFiles(chromedp.CSS("#f-files"), files)))
	b.do(`document.querySelector("details:has(form[data-upload])").open = true`)
	b.tabTo("form[data-upload] .actions button")
	b.press("\r")
	b.until(`document.querySelectorAll(".uploads .good").length === 30`)
	b.until(`document.querySelector(".uploads .bad")?.textContent.includes("program")`)
	b.until(`[...document.querySelectorAll(".shelf li")].filter((e) => e.textContent.includes("slika")).length === 30`)
	b.do(`document.querySelector(".shelf img").scrollIntoView()`)
	b.until(`[...document.querySelectorAll(".shelf img")].slice(0, 4).every((i) => i.complete && i.naturalWidth === 300)`)
	must(t, chromedp.Do(b.ctx, chromedp.Navigate(d.panel+"/library?q=slika+07")))
	b.until(`document.querySelectorAll(".shelf li").length === 1`)
}
