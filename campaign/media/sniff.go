package media

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Type is what a file is by its bytes.
type Type struct {
	Kind      campaign.MediaKind
	MediaType string
	Ext       string // with its dot
}

// The types the library takes.
var (
	typeJPEG = Type{campaign.MediaPicture, "image/jpeg", ".jpg"}
	typePNG  = Type{campaign.MediaPicture, "image/png", ".png"}
	typeGIF  = Type{campaign.MediaPicture, "image/gif", ".gif"}
	typeWebP = Type{campaign.MediaPicture, "image/webp", ".webp"}
	typePDF  = Type{campaign.MediaDocument, "application/pdf", ".pdf"}
	typeZip  = Type{campaign.MediaDocument, "application/zip", ".zip"} // taken only where it is one of offices
	typeText = Type{campaign.MediaDocument, "text/plain; charset=utf-8", ".txt"}
	typeCSV  = Type{campaign.MediaDocument, "text/csv; charset=utf-8", ".csv"}
	typeMP3  = Type{campaign.MediaAudio, "audio/mpeg", ".mp3"}
	typeM4A  = Type{campaign.MediaAudio, "audio/mp4", ".m4a"}
	typeWAV  = Type{campaign.MediaAudio, "audio/wav", ".wav"}
	typeFLAC = Type{campaign.MediaAudio, "audio/flac", ".flac"}
	typeOGG  = Type{campaign.MediaAudio, "audio/ogg", ".ogg"}
	typeMP4  = Type{campaign.MediaVideo, "video/mp4", ".mp4"}
	typeMOV  = Type{campaign.MediaVideo, "video/quicktime", ".mov"}
	typeWebM = Type{campaign.MediaVideo, "video/webm", ".webm"}
)

// sniffed is how many octets Sniff looks at.
const sniffed = 4096

// Sniff says what a file is by its first octets, at most 4096, or why the library does not take it.
func Sniff(head []byte) (Type, error) {
	begins := func(s string) bool { return bytes.HasPrefix(head, []byte(s)) }
	at := func(n int, s string) bool { return len(head) >= n && bytes.HasPrefix(head[n:], []byte(s)) }
	switch {
	case len(head) == 0:
		return Type{}, campaign.Errorf(campaign.Invalid, "the file is empty")
	case begins("\xff\xd8\xff"):
		return typeJPEG, nil
	case begins("\x89PNG\r\n\x1a\n"):
		return typePNG, nil
	case begins("GIF87a"), begins("GIF89a"):
		return typeGIF, nil
	case begins("RIFF") && at(8, "WEBP"):
		return typeWebP, nil
	case begins("RIFF") && at(8, "WAVE"):
		return typeWAV, nil
	case begins("%PDF-"):
		return typePDF, nil
	case begins("PK\x03\x04"):
		return typeZip, nil
	case begins("ID3"), len(head) > 3 && head[0] == 0xff && head[1]&0xe6 == 0xe2 && head[2]>>4 != 0xf:
		return typeMP3, nil
	case begins("fLaC"):
		return typeFLAC, nil
	case begins("OggS"):
		return typeOGG, nil
	case begins("\x1a\x45\xdf\xa3") && bytes.Contains(head, []byte("webm")):
		return typeWebM, nil
	case at(4, "ftyp") && len(head) >= 12:
		return sniffBrand(head)
	}
	if err := refusal(head); err != nil {
		return Type{}, err
	}
	return typeText, nil
}

// sniffBrand tells the files of ISO/IEC 14496-12 apart by their main brand.
func sniffBrand(head []byte) (Type, error) {
	switch brand := string(head[8:12]); brand {
	case "heic", "heix", "hevc", "mif1", "msf1", "heim", "heis":
		return Type{}, campaign.Errorf(campaign.Invalid, "this is a HEIC picture, as telephones make them, which mail programs do not show: save it as JPEG")
	case "avif", "avis":
		return Type{}, campaign.Errorf(campaign.Invalid, "this is an AVIF picture, which most mail programs do not show: save it as JPEG")
	case "M4A ", "M4B ":
		return typeM4A, nil
	case "qt  ":
		return typeMOV, nil
	default:
		if strings.HasPrefix(brand, "iso") || strings.HasPrefix(brand, "mp4") || strings.HasPrefix(brand, "avc") || brand == "M4V " || strings.HasPrefix(brand, "3gp") || brand == "dash" || brand == "MSNV" {
			return typeMP4, nil
		}
	}
	return Type{}, errUnknown
}

var errUnknown = campaign.Errorf(campaign.Invalid, "the library does not take this kind of file: it takes JPEG, PNG, GIF and WebP pictures, PDF, Office and text files, MP3, M4A, WAV and FLAC sound, MP4, MOV and WebM films")

// refusal says why a file that is none of the types is not taken.
func refusal(head []byte) error {
	begins := func(all ...string) bool {
		for _, s := range all {
			if bytes.HasPrefix(head, []byte(s)) {
				return true
			}
		}
		return false
	}
	text := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\f"))
	switch {
	case isProgram(head):
		return campaign.Errorf(campaign.Invalid, "this is a program; the library takes none")
	case begins("\xd0\xcf\x11\xe0"):
		return campaign.Errorf(campaign.Invalid, "this is an old Office file, which may hold macros: save it as .docx, .xlsx, .pptx or PDF")
	case begins("II*\x00", "MM\x00*"):
		return campaign.Errorf(campaign.Invalid, "this is a TIFF or raw picture, which mail programs do not show: save it as JPEG")
	case begins("BM") && len(head) > 30 && head[14] < 125:
		return campaign.Errorf(campaign.Invalid, "this is a BMP picture: save it as PNG or JPEG")
	case begins("Rar!", "7z\xbc\xaf", "\x1f\x8b", "BZh", "\xfd7zXZ"):
		return errArchive
	case bytes.Contains(text[:min(len(text), 1024)], []byte("<svg")):
		return campaign.Errorf(campaign.Invalid, "this is an SVG drawing, which can hold scripts and which mail programs do not show: save it as PNG")
	case bytes.HasPrefix(text, []byte("<")), bytes.HasPrefix(text, []byte("{\\rtf")):
		return errUnknown
	case isText(head):
		return nil
	}
	return errUnknown
}

// isProgram reports whether a file begins as programs of any system and shortcuts to them do.
func isProgram(head []byte) bool {
	return slices.ContainsFunc([]string{"MZ", "\x7fELF", "\xfe\xed\xfa", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xca\xfe\xba\xbe", "#!", "L\x00\x00\x00\x01\x14\x02\x00"},
		func(s string) bool { return bytes.HasPrefix(head, []byte(s)) })
}

var errArchive = campaign.Errorf(campaign.Invalid, "this is an archive: add the files in it one by one; a press kit is made into a ZIP by itself")

// trimRune leaves out a letter that the end of a beginning divides.
func trimRune(b []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-n:]) {
				return b[:len(b)-n]
			}
			break
		}
	}
	return b
}

// inspect looks into files that are kept as they are, and refuses what runs by itself.
func inspect(t Type, name string, r io.ReadSeeker, size int64) (Type, error) {
	switch t {
	case typeZip:
		return inspectOffice(r, size)
	case typeText:
		return inspectText(name, r)
	}
	return t, nil
}

func inspectText(name string, r io.Reader) (Type, error) {
	buf, rest := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buf[rest:])
		whole := trimRune(buf[:rest+n])
		if err == io.EOF {
			whole = buf[:rest+n]
		}
		if len(whole) > 0 && !isText(whole) {
			return Type{}, errUnknown
		}
		rest = copy(buf, buf[len(whole):rest+n])
		if err == io.EOF {
			break
		}
		if err != nil {
			return Type{}, err
		}
	}
	if strings.EqualFold(path.Ext(name), ".csv") {
		return typeCSV, nil
	}
	return typeText, nil
}

// offices are the files of ZIP that are taken, by what stands in them.
var offices = []struct{ mark, mediaType, ext string }{
	{"wordprocessingml.document.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
	{"spreadsheetml.sheet.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
	{"presentationml.presentation.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"},
	{"application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.text", ".odt"},
	{"application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.spreadsheet", ".ods"},
	{"application/vnd.oasis.opendocument.presentation", "application/vnd.oasis.opendocument.presentation", ".odp"},
}

var errMacros = campaign.Errorf(campaign.Invalid, "this Office file holds macros or a program, and newsrooms stop those: save it without them, or as PDF")

// inspectOffice says which Office file a ZIP is, and refuses one with macros or embedded programs.
func inspectOffice(r io.ReadSeeker, size int64) (Type, error) {
	at, ok := r.(io.ReaderAt)
	if !ok {
		return Type{}, errArchive
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return Type{}, errCutOff
	}
	var said []byte
	for _, f := range z.File {
		name := strings.ToLower(f.Name)
		switch base := path.Base(name); {
		case base == "vbaproject.bin", base == "vbadata.xml", strings.HasPrefix(name, "basic/"), strings.HasPrefix(name, "scripts/"), strings.Contains(name, "/activex/"),
			strings.Contains(name, "/embeddings/") && strings.HasSuffix(base, ".bin"), strings.Contains(name, "macrosheets/"):
			return Type{}, errMacros
		case name == "[content_types].xml", name == "mimetype":
			if said, err = beginOf(f); err != nil {
				return Type{}, errCutOff
			}
		}
	}
	if bytes.Contains(bytes.ToLower(said), []byte("macroenabled")) {
		return Type{}, errMacros
	}
	for _, o := range offices {
		if bytes.Contains(said, []byte(o.mark)) {
			return Type{campaign.MediaDocument, o.mediaType, o.ext}, nil
		}
	}
	return Type{}, errArchive
}

// beginOf reads a short file of a ZIP.
func beginOf(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, 256<<10))
}

// gifFrames counts the frames of a GIF and their pixels without decoding any.
func gifFrames(data []byte) (frames int, pixels int64, ok bool) {
	if len(data) < 13 {
		return 0, 0, false
	}
	at := 13
	if data[10]&0x80 != 0 {
		at += 3 << (data[10]&7 + 1)
	}
	blocks := func() {
		for at < len(data) && data[at] != 0 {
			at += 1 + int(data[at])
		}
		at++
	}
	for at < len(data) {
		switch data[at] {
		case ';':
			return frames, pixels, frames > 0
		case '!':
			at += 2
			blocks()
		case ',':
			if at+10 > len(data) {
				return frames, pixels, false
			}
			frames++
			pixels += int64(binary.LittleEndian.Uint16(data[at+5:])) * int64(binary.LittleEndian.Uint16(data[at+7:]))
			flags := data[at+9]
			if at += 11; flags&0x80 != 0 {
				at += 3 << (flags&7 + 1)
			}
			blocks()
		default:
			return frames, pixels, false
		}
	}
	return frames, pixels, frames > 0
}
