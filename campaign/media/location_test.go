package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
)

// box is one of a film.
func box(name string, parts ...string) string {
	inside := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(inside)))) + name + inside
}

// keptOf is what is kept of an upload.
func keptOf(t *testing.T, name, data string) (string, error) {
	t.Helper()
	made, err := makeOf(t, name, []byte(data))
	if err != nil {
		return "", err
	}
	kept := made.Without(bytes.NewReader([]byte(data)))
	if _, err := kept.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for buf := make([]byte, 7); ; { // in small pieces, which patches are cut by
		n, err := kept.Read(buf)
		out.Write(buf[:n])
		if err == io.EOF {
			break
		}
		must(t, err)
	}
	return out.String(), nil
}

const place = "+43.3209+021.8958+194.000/"

// A film or document does not say where it was made, and is the same otherwise.
func TestPlacesAreTakenOut(t *testing.T) {
	track := func(format string) string {
		return box("trak", box("mdia", box("minf", box("stbl", box("stsd", "\x00\x00\x00\x00\x00\x00\x00\x01"+box(format, strings.Repeat("\x00", 20)))))))
	}
	film := func(brand string, more ...string) string {
		return box("ftyp", brand, "\x00\x00\x00\x00") + box("moov", append([]string{box("mvhd", strings.Repeat("\x00", 100)), track("avc1")}, more...)...) + box("mdat", "pictures")
	}
	apple := box("meta", box("hdlr", "mdta"), box("keys", "com.apple.quicktime.location.ISO6709"), box("ilst", box("data", place)))
	picture := string(withSegments(jpegOf(t, corners(40, 30)), segment(0xe1, exif(6, "Ana")), segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00x"))))
	xmp := `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description exif:GPSLatitude="43,19.2N" dc:title="T"/></x:xmpmeta>`
	for name, c := range map[string]struct{ data, gone, stays string }{
		"a.mp4":   {film("isom", box("udta", box("\xa9xyz", "\x00\x1a\x15\xc7"+place))), place, "pictures"},
		"b.mov":   {film("qt  ", box("udta", box("\xa9xyz", place), "\x00\x00\x00\x00"), apple), place, "pictures"},
		"c.mp4":   {film("mp42", box("udta", box("loci", "Niš "+place))), place, "avc1"},
		"d.mp4":   {film("mp42") + box("uuid", xmpBox, xmp), "GPS", "pictures"},
		"e.mp4":   {film("mp42", box("trak", box("udta", box("meta", "gps "+place)))), place, "mvhd"},
		"f.mp4":   {film("mp42", box("udta", box("meta", "title: Class"))), "nothing", "title: Class"},
		"g.pdf":   {"%PDF-1.7\n1 0 obj stream\n" + picture + "\nendstream\n%%EOF", "Ana", "%%EOF"},
		"h.pdf":   {"%PDF-1.7\n1 0 obj stream\n" + xmp + "\nendstream\n%%EOF", "43,19.2N", "endstream"},
		"i.pdf":   {"%PDF-1.7\n1 0 obj stream\n" + strings.ReplaceAll(xmp, "exif:GPSLatitude", "dc:subject") + "\nendstream\n%%EOF", "nothing", "43,19.2N"},
		"big.mp4": {film("mp42", box("udta", box("\xa9xyz", strings.Repeat(place, 100_000)))), place, "pictures"},
	} {
		got, err := keptOf(t, name, c.data)
		if err != nil || len(got) != len(c.data) || strings.Contains(got, c.gone) || !strings.Contains(got, c.stays) {
			t.Errorf("%s: %v, %.300q", name, err, got)
		}
	}
	var z bytes.Buffer
	w := zlib.NewWriter(&z)
	fmt.Fprint(w, xmp)
	must(t, w.Close())
	located := string(withSegments(jpegOf(t, corners(40, 30)), segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:GPSLatitude='43,19.2N'/></rdf:RDF></x:xmpmeta>"))))
	word := map[string]string{"[Content_Types].xml": "wordprocessingml.document.main+xml", "word/media/image1.jpeg": located}
	for name, c := range map[string]struct{ data, why string }{
		"gopro.mp4":  {film("mp41", track("gpmd")), "second by second"},
		"packed.pdf": {"%PDF-1.7\n1 0 obj stream\n" + z.String() + "\nendstream", "say where a picture in it was taken"},
		"text.docx":  {string(zipOf(t, word)), "“image1.jpeg” in this file says where"},
	} {
		if _, err := keptOf(t, name, c.data); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
