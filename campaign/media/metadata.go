package media

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/bep/imagemeta"

	"github.com/glasnik/glasnik/campaign"
)

// Found is what a picture's own metadata says of it. All of it is suggested to the user; none of it stays in the picture.
type Found struct {
	Title   string
	Alt     string
	Caption string
	Credit  string // who made it, and the agency
	Rights  string
	Source  string
	Located bool // it said where it was taken

	orientation int
}

// maxFound is how long a text of the metadata may be, in characters.
const maxFound = 1000

// readMetadata reads EXIF, IPTC and XMP. What is broken is passed over: it is only a suggestion, and is dropped with the rest.
func readMetadata(t Type, data []byte) Found {
	format, ok := map[Type]imagemeta.ImageFormat{typeJPEG: imagemeta.JPEG, typePNG: imagemeta.PNG, typeWebP: imagemeta.WebP}[t]
	var f Found
	if !ok {
		return f
	}
	texts := map[string]string{}
	read := func(format imagemeta.ImageFormat, source imagemeta.Source, data []byte) {
		_, _ = imagemeta.Decode(imagemeta.Options{
			R: bytes.NewReader(data), ImageFormat: format, Sources: source, LimitNumTags: 2000, LimitTagSize: 16 << 10,
			ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
			HandleTag: func(tag imagemeta.TagInfo) error {
				f.take(tag, texts)
				return nil
			},
		})
	}
	for _, source := range []imagemeta.Source{imagemeta.IPTC, imagemeta.XMP, imagemeta.EXIF} { // each alone, so that none stops another
		read(format, source, data)
	}
	if t == typePNG {
		for key, text := range pngTexts(data) {
			if key == "XML:com.adobe.xmp" {
				read(imagemeta.JPEG, imagemeta.XMP, xmpAsJPEG(text))
			} else {
				texts["PNG "+key] = foundLine(text)
			}
		}
	}
	first := func(names ...string) string {
		for _, name := range names {
			if texts[name] != "" {
				return texts[name]
			}
		}
		return ""
	}
	f.Title = first("IPTC ObjectName", "XMP Title", "IPTC Headline", "XMP Headline", "PNG Title")
	f.Alt = first("XMP AltTextAccessibility")
	f.Caption = first("IPTC Caption-Abstract", "XMP Description", "EXIF ImageDescription", "PNG Description")
	f.Rights = first("IPTC CopyrightNotice", "XMP Rights", "XMP UsageTerms", "EXIF Copyright", "PNG Copyright")
	f.Source = first("IPTC Source", "XMP Source")
	f.Credit = first("IPTC By-line", "XMP Creator", "EXIF Artist", "PNG Author")
	if agency := first("IPTC Credit", "XMP Credit"); agency != "" && !strings.Contains(f.Credit, agency) {
		f.Credit = strings.TrimPrefix(f.Credit+" / "+agency, " / ")
	}
	return f
}

// take notes one field of the metadata.
func (f *Found) take(tag imagemeta.TagInfo, texts map[string]string) {
	if strings.HasPrefix(tag.Tag, "GPS") && tag.Tag != "GPSVersionID" || slices.Contains([]string{"Sub-location", "City", "Location"}, tag.Tag) {
		f.Located = true
		return
	}
	if tag.Source == imagemeta.EXIF && strings.Contains(tag.Namespace, "IFD1") { // of the thumbnail
		return
	}
	if tag.Source == imagemeta.EXIF && tag.Tag == "Orientation" {
		_, _ = fmt.Sscan(fmt.Sprint(tag.Value), &f.orientation)
		return
	}
	var text string
	switch v := tag.Value.(type) {
	case string:
		text = v
	case []string:
		text = strings.Join(v, ", ")
	case []byte:
		text = string(v)
	default:
		return
	}
	text = foundLine(text)
	name := map[imagemeta.Source]string{imagemeta.EXIF: "EXIF ", imagemeta.IPTC: "IPTC ", imagemeta.XMP: "XMP "}[tag.Source] + tag.Tag
	if texts[name] != "" && tag.Source == imagemeta.IPTC { // a picture by several
		text = texts[name] + ", " + text
	}
	texts[name] = text
}

// foundLine makes a text of the metadata one line that is not too long.
func foundLine(text string) string {
	text = campaign.CleanLine(strings.ToValidUTF8(text, "\uFFFD"))
	if runes := []rune(text); len(runes) > maxFound {
		text = string(runes[:maxFound]) + "…"
	}
	return text
}
