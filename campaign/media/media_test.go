package media

import (
	"archive/zip"
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// corners is a picture with another colour in each quarter: red, green, blue and yellow, row by row.
func corners(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := [2][2]color.RGBA{{{220, 20, 20, 255}, {20, 200, 20, 255}}, {{20, 20, 220, 255}, {220, 220, 20, 255}}}[2*y/h][2*x/w]
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.Bytes()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// zipOf is a ZIP of some files.
func zipOf(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		w, err := z.Create(name)
		must(t, err)
		_, err = w.Write([]byte(text))
		must(t, err)
	}
	must(t, z.Close())
	return b.Bytes()
}

func makeOf(t *testing.T, name string, data []byte) (Made, error) {
	t.Helper()
	return NewMaker().Make(t.Context(), name, bytes.NewReader(data), int64(len(data)))
}

func TestSizesOfAPicture(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
		want string
		full string
	}{
		{"a photograph", jpegOf(t, corners(2000, 1000)), "image/jpeg 1200x600, image/jpeg 600x300, image/jpeg 300x150", "image/jpeg 2000x1000"},
		{"a drawing", pngOf(t, corners(1300, 650)), "image/png 1200x600, image/png 600x300, image/png 300x150", "image/png 1300x650"},
		{"a small one", jpegOf(t, corners(500, 40)), "image/jpeg 500x40, image/jpeg 300x24", "image/jpeg 500x40"},
		{"one pixel", pngOf(t, corners(1, 1)), "image/png 1x1", "image/png 1x1"},
		{"a stripe", pngOf(t, corners(1500, 1)), "image/png 1200x1, image/png 600x1, image/png 300x1", "image/png 1500x1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			made, err := makeOf(t, "x", c.data)
			must(t, err)
			var got []string
			for _, s := range made.Sizes {
				got = append(got, describe(t, s.MediaType, s.Data, s.Width, s.Height))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("sizes: %s", strings.Join(got, ", "))
			}
			if full := describe(t, made.MediaType, made.Data, made.Width, made.Height); full != c.full {
				t.Errorf("full: %s", full)
			}
		})
	}
}

// describe decodes a picture and says what it is; its own size must be what is said of it.
func describe(t *testing.T, mediaType string, data []byte, w, h int) string {
	t.Helper()
	img, format, err := image.Decode(bytes.NewReader(data))
	must(t, err)
	if img.Bounds() != image.Rect(0, 0, w, h) || "image/"+format != mediaType {
		t.Errorf("said to be %s of %d x %d, is %s of %v", mediaType, w, h, format, img.Bounds())
	}
	return mediaType + " " + campaign.Textf("%vx%v", w, h).String()
}

func TestAnimations(t *testing.T) {
	animation := func(frames, side int) []byte {
		g := &gif.GIF{}
		for n := range frames {
			img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.Black, color.White})
			img.Pix[n%len(img.Pix)] = 1
			g.Image, g.Delay = append(g.Image, img), append(g.Delay, 10)
		}
		var b bytes.Buffer
		must(t, gif.EncodeAll(&b, g))
		return b.Bytes()
	}
	made, err := makeOf(t, "a.gif", animation(3, 400))
	must(t, err)
	all, err := gif.DecodeAll(bytes.NewReader(made.Sizes[0].Data))
	must(t, err)
	if made.MediaType != "image/gif" || len(all.Image) != 3 || made.Sizes[1].MediaType != "image/png" {
		t.Errorf("a short animation is kept: %s, %d frames, then %s", made.MediaType, len(all.Image), made.Sizes[1].MediaType)
	}
	if still, err := makeOf(t, "a.gif", animation(1, 40)); err != nil || still.MediaType != "image/png" {
		t.Errorf("one frame is a picture: %s %v", still.MediaType, err)
	}
	for _, data := range [][]byte{animation(301, 2), animation(100, 1000)} {
		if _, err := makeOf(t, "a.gif", data); err == nil || !strings.Contains(err.Error(), "frames") {
			t.Errorf("a long animation: %v", err)
		}
	}
}
