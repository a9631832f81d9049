package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"testing"
)

// segment is one of a JPEG.
func segment(marker byte, data []byte) []byte {
	return append([]byte{0xff, marker, byte((len(data) + 2) >> 8), byte(len(data) + 2)}, data...)
}

// withSegments puts segments behind the beginning of a JPEG.
func withSegments(jpeg []byte, segments ...[]byte) []byte {
	return append(append(bytes.Clone(jpeg[:2]), bytes.Join(segments, nil)...), jpeg[2:]...)
}

// exif is a segment that says how the camera was held, and where it was.
func exif(orientation uint16, artist string) []byte {
	be := binary.BigEndian
	tiff := []byte("MM\x00*\x00\x00\x00\x08")
	entry := func(tag, kind uint16, count uint32, value uint32) { // values of two octets stand on the left
		tiff = be.AppendUint16(tiff, tag)
		tiff = be.AppendUint16(tiff, kind)
		tiff = be.AppendUint32(tiff, count)
		tiff = be.AppendUint32(tiff, value)
	}
	const ifd0, entries = 8, 3
	after := uint32(ifd0 + 2 + entries*12 + 4)
	tiff = be.AppendUint16(tiff, entries)
	entry(0x0112, 3, 1, uint32(orientation)<<16)
	entry(0x013B, 2, uint32(len(artist)+1), after)
	gps := after + uint32(len(artist)+1)
	gps += gps % 2
	entry(0x8825, 4, 1, gps)
	tiff = be.AppendUint32(tiff, 0)
	tiff = append(append(tiff, artist...), 0)
	if len(tiff)%2 == 1 {
		tiff = append(tiff, 0)
	}
	tiff = be.AppendUint16(tiff, 2)
	entry(0x0001, 2, 2, uint32('N')<<24)
	entry(0x0002, 5, 3, gps+2+2*12+4)
	tiff = be.AppendUint32(tiff, 0)
	for _, n := range []uint32{44, 1, 49, 1, 12, 1} {
		tiff = be.AppendUint32(tiff, n)
	}
	return segment(0xe1, append([]byte("Exif\x00\x00"), tiff...))
}

// iptc is a segment with fields of record 2, in UTF-8.
func iptc(fields map[byte]string) []byte {
	data := []byte{0x1c, 1, 90, 0, 3, 0x1b, '%', 'G'}
	for _, dataset := range []byte{5, 80, 110, 115, 116, 120} {
		if text := fields[dataset]; text != "" {
			data = append(append(data, 0x1c, 2, dataset, byte(len(text)>>8), byte(len(text))), text...)
		}
	}
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	block := append([]byte("8BIM\x04\x04\x00\x00"), binary.BigEndian.AppendUint32(nil, uint32(len(data)))...)
	return segment(0xed, append([]byte("Photoshop 3.0\x00"), append(block, data...)...))
}

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Beta">
<dc:creator><rdf:Seq><rdf:li>Ana Anić</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© 2026 Centar</rdf:li></rdf:Alt></dc:rights>
<Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">Ljudi na trgu</rdf:li></rdf:Alt></Iptc4xmpCore:AltTextAccessibility>
</rdf:Description></rdf:RDF></x:xmpmeta>`

func TestOrientations(t *testing.T) {
	// The corners of corners, row by row, as each orientation turns them.
	want := map[uint16]string{1: "RG/BY", 2: "GR/YB", 3: "YB/GR", 4: "BY/RG", 5: "RB/GY", 6: "BR/YG", 7: "YG/BR", 8: "GY/RB"}
	for n, quarters := range want {
		for name, size := range map[string]image.Point{"even": {64, 32}, "odd": {65, 33}} {
			made, err := makeOf(t, "x.jpg", withSegments(jpegOf(t, corners(size.X, size.Y)), exif(n, "")))
			must(t, err)
			w, h := size.X, size.Y
			if n > 4 {
				w, h = h, w
			}
			img, _, err := image.Decode(bytes.NewReader(made.Data))
			must(t, err)
			if img.Bounds() != image.Rect(0, 0, w, h) || made.Width != w || made.Sizes[0].Height != h {
				t.Errorf("%s, orientation %d: %v", name, n, img.Bounds())
			}
			if got := quartersOf(img); got != quarters {
				t.Errorf("%s, orientation %d: %s, want %s", name, n, got, quarters)
			}
		}
	}
}

// quartersOf names the colours in the middle of the quarters of a picture.
func quartersOf(img image.Image) string {
	b := img.Bounds()
	var out string
	for _, at := range []image.Point{{1, 1}, {3, 1}, {1, 3}, {3, 3}} {
		r, g, bl, _ := img.At(b.Dx()*at.X/4, b.Dy()*at.Y/4).RGBA()
		switch {
		case r > 0x9000 && g > 0x9000:
			out += "Y"
		case r > 0x9000:
			out += "R"
		case g > 0x9000:
			out += "G"
		case bl > 0x9000:
			out += "B"
		}
	}
	return out[:2] + "/" + out[2:]
}

func TestMetadataIsReadAndDropped(t *testing.T) {
	photo := withSegments(jpegOf(t, corners(700, 400)), exif(1, "An artist"),
		iptc(map[byte]string{5: "Otvaranje", 80: "Đorđe Đokić", 110: "Tanjug", 115: "Centar", 116: "© Đokić", 120: "Otvaranje linije pomoći"}))
	made, err := makeOf(t, "x.jpg", photo)
	must(t, err)
	f := made.Found
	if f.Title != "Otvaranje" || f.Credit != "Đorđe Đokić / Tanjug" || f.Rights != "© Đokić" || f.Source != "Centar" || f.Caption != "Otvaranje linije pomoći" || !f.Located {
		t.Errorf("found %+v", f)
	}
	fromXMP, err := makeOf(t, "x.jpg", withSegments(jpegOf(t, corners(20, 20)), segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+xmp))))
	must(t, err)
	if f := fromXMP.Found; f.Credit != "Ana Anić / Beta" || f.Rights != "© 2026 Centar" || f.Alt != "Ljudi na trgu" {
		t.Errorf("found in XMP %+v", f)
	}
	drawn := pngOf(t, corners(20, 20))
	pngXMP, err := makeOf(t, "x.png", withChunks(drawn, chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+xmp)))
	must(t, err)
	if f := pngXMP.Found; f.Credit != "Ana Anić / Beta" || f.Rights != "© 2026 Centar" || f.Alt != "Ljudi na trgu" {
		t.Errorf("found in the XMP of a PNG %+v", f)
	}
	pngText, err := makeOf(t, "x.png", withChunks(drawn, chunk("tEXt", "Author\x00Ren\xe9"), chunk("zTXt", "Copyright\x00\x00"+packed(t, "\xa9 Beta")),
		chunk("iTXt", "Title\x00\x01\x00sr\x00Naslov\x00"+packed(t, "Otvaranje kuće")), chunk("iTXt", "Description\x00"), chunk("zTXt", "Source\x00\x00"+packed(t, strings.Repeat("x", 1<<20)))))
	must(t, err)
	if f := pngText.Found; f.Credit != "René" || f.Rights != "© Beta" || f.Title != "Otvaranje kuće" {
		t.Errorf("found in the texts of a PNG %+v", f)
	}
	all := [][]byte{made.Data, fromXMP.Data, pngXMP.Data, pngText.Data}
	for _, s := range made.Sizes {
		all = append(all, s.Data)
	}
	for _, data := range all {
		for _, trace := range []string{"Exif", "GPS", "Photoshop", "8BIM", "xmp", "artist", "oki"} {
			if bytes.Contains(data, []byte(trace)) {
				t.Errorf("%q is still in a picture", trace)
			}
		}
	}
	broken := withSegments(jpegOf(t, corners(20, 20)), segment(0xe1, []byte("Exif\x00\x00MM\x00*\xff\xff\xff\xff")), segment(0xed, []byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00\xff\xff\xff\xff")), iptc(map[byte]string{80: "Ana"}))
	if _, err := makeOf(t, "x.jpg", broken); err != nil {
		t.Errorf("broken metadata stops a picture: %v", err)
	}
}

// chunk is one of a PNG.
func chunk(kind, data string) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, kind...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// withChunks puts chunks behind the head of a PNG.
func withChunks(png []byte, chunks ...[]byte) []byte {
	const head = 8 + 25
	return append(append(bytes.Clone(png[:head]), bytes.Join(chunks, nil)...), png[head:]...)
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write([]byte(text))
	must(t, w.Close())
	return b.String()
}

// A picture with few octets may take much memory by the bits of its colours, or because all of it is held until its end.
func TestBurdens(t *testing.T) {
	frame := func(marker byte, w, h uint16, areas ...byte) []byte {
		data := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, h), w)
		data = append(data, byte(len(areas)))
		for i, a := range areas {
			data = append(data, byte(i+1), a, 0)
		}
		return append(append([]byte{0xff, 0xd8}, segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))...), append(segment(marker, data), segment(0xda, append(append([]byte{byte(len(areas))}, make([]byte, 2*len(areas))...), 0, 63, 0))...)...)
	}
	deep := func(w, h uint32) []byte {
		data := pngHead(w, h)
		data[24] = 16
		return binary.BigEndian.AppendUint32(data[:29], crc32.ChecksumIEEE(data[12:29]))
	}
	for name, c := range map[string]struct {
		kind    Type
		data    []byte
		refused bool
	}{
		"a photograph":                     {typeJPEG, frame(0xc0, 8000, 6000, 0x22, 0x11, 0x11), false},
		"a progressive one":                {typeJPEG, frame(0xc2, 8000, 6000, 0x22, 0x11, 0x11), false},
		"a progressive one of full colour": {typeJPEG, frame(0xc2, 8000, 6000, 0x11, 0x11, 0x11), true},
		"a smaller one of full colour":     {typeJPEG, frame(0xc2, 6000, 4000, 0x11, 0x11, 0x11), false},
		"a progressive one for print":      {typeJPEG, frame(0xc2, 8000, 6000, 0x11, 0x11, 0x11, 0x11), true},
		"a drawing of 8 bits":              {typePNG, pngHead(7000, 7000), false},
		"a drawing of 16 bits":             {typePNG, deep(7000, 7000), true},
		"a smaller drawing of 16 bits":     {typePNG, deep(5000, 5000), false},
	} {
		if _, err := measure(c.kind, c.data); (err != nil) != c.refused || err != nil && !strings.Contains(err.Error(), "much memory") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPicturesHaveEightBits(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 20, 10))
	draw.Draw(deep, deep.Rect, corners(20, 10), image.Point{}, draw.Src)
	made, err := makeOf(t, "x.png", pngOf(t, deep))
	must(t, err)
	img, err := png.Decode(bytes.NewReader(made.Data))
	must(t, err)
	if m := img.ColorModel(); m != color.RGBAModel && m != color.NRGBAModel || quartersOf(img) != quartersOf(corners(20, 10)) {
		t.Errorf("it is kept as %T with %s", img, quartersOf(img))
	}
}

// pngHead is the beginning of a PNG that says how large it is.
func pngHead(w, h uint32) []byte {
	data := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32([]byte("IHDR"), w), h)
	data = append(data, 8, 2, 0, 0, 0)
	out := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	return binary.BigEndian.AppendUint32(append(out, data...), crc32.ChecksumIEEE(data))
}

func TestHarmfulUploads(t *testing.T) {
	photo := jpegOf(t, corners(300, 200))
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a bomb":             {pngHead(50_000, 50_000), "50000 × 50000 pixels"},
		"a long bomb":        {pngHead(2_000_000, 20), "pixels"},
		"an animated WebP":   {[]byte("RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x02\x00\x00\x00\x13\x00\x00\x09\x00\x00"), "an animation in WebP"},
		"cut off":            {photo[:len(photo)/2], "cut off or damaged"},
		"a head alone":       {photo[:20], "cut off or damaged"},
		"nothing":            {nil, "the file is empty"},
		"a program":          {[]byte("MZ\x90\x00\x03"), "a program"},
		"a script":           {[]byte("#!/bin/sh\nrm"), "a program"},
		"a page":             {[]byte("<html><script>alert(1)</script>"), "does not take this kind"},
		"SVG":                {[]byte(`<?xml version="1.0"?><svg onload="alert(1)"/>`), "an SVG drawing"},
		"old Office":         {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "an old Office file"},
		"TIFF":               {[]byte("II*\x00\x08\x00\x00\x00"), "TIFF"},
		"HEIC":               {[]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"), "HEIC"},
		"an archive":         {[]byte("Rar!\x1a\x07\x00"), "an archive"},
		"a ZIP":              {zipOf(t, map[string]string{"a.exe": "MZ"}), "an archive"},
		"macros":             {zipOf(t, map[string]string{"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main+xml", "word/document.xml": ""}), "holds macros"},
		"macros, renamed":    {zipOf(t, map[string]string{"[Content_Types].xml": "wordprocessingml.document.main+xml", "word/vbaProject.bin": ""}), "holds macros"},
		"macros in ODF":      {zipOf(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.text", "Basic/Standard/Module1.xml": ""}), "holds macros"},
		"text with controls": {[]byte("hello\x00\x01\x02"), "does not take this kind"},
	} {
		if _, err := makeOf(t, "photo.jpg", c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	polyglot := append(bytes.Clone(photo), "<html><script>alert(1)</script>"...)
	made, err := makeOf(t, "page.html", polyglot)
	must(t, err)
	if bytes.Contains(made.Data, []byte("script")) || made.Ext != ".jpg" || NameFor("page.html", made.Type) != "page.jpg" {
		t.Errorf("a page in a picture stays in it, as %s", NameFor("page.html", made.Type))
	}
}

func TestDownloads(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"a.bin":  {[]byte("%PDF-1.7"), "application/pdf .pdf"},
		"b.docx": {zipOf(t, map[string]string{"[Content_Types].xml": `ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"`}), "application/vnd.openxmlformats-officedocument.wordprocessingml.document .docx"},
		"c.csv":  {[]byte("ime;grad\nĐorđe;Niš\n"), "text/csv; charset=utf-8 .csv"},
		"d":      {[]byte(strings.Repeat("Пример текста. ", 20_000)), "text/plain; charset=utf-8 .txt"},
		"e.mp3":  {[]byte("ID3\x04\x00"), "audio/mpeg .mp3"},
		"f.mov":  {[]byte("\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00"), "video/quicktime .mov"},
		"g.mp4":  {[]byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00"), "video/mp4 .mp4"},
	} {
		made, err := makeOf(t, name, c.data)
		if err != nil || made.MediaType+" "+made.Ext != c.want || made.Data != nil {
			t.Errorf("%s: %s %s, %v", name, made.MediaType, made.Ext, err)
		}
	}
}

// What is made of any bytes is right or refused, and never a panic.
func FuzzMake(f *testing.F) {
	t := &testing.T{}
	photo := jpegOf(t, corners(30, 20))
	for _, seed := range [][]byte{photo, pngOf(t, corners(9, 9)), withSegments(photo, exif(6, "A")), withSegments(photo, iptc(map[byte]string{80: "A"})), pngHead(9, 9), []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"), []byte("RIFF\x00\x00\x00\x00WEBPVP8 "), []byte("PK\x03\x04"), []byte("%PDF-")} {
		f.Add(seed)
	}
	maker := NewMaker()
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		if kind, err := Sniff(data[:min(len(data), sniffed)]); err == nil && kind.Kind == "picture" {
			if pixels, err := measure(kind, data); err != nil || pixels > 1<<20 {
				return
			}
		}
		made, err := maker.Make(t.Context(), "x", bytes.NewReader(data), int64(len(data)))
		if err != nil || made.Data == nil {
			return
		}
		if _, _, err := image.Decode(bytes.NewReader(made.Data)); err != nil {
			t.Errorf("what is made cannot be read: %v", err)
		}
	})
}
