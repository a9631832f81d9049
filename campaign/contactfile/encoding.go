package contactfile

import (
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/glasnik/glasnik/campaign"
)

// Encoding is what the text of a file is written in. A workbook has none: "".
type Encoding string

const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1250 Encoding = "windows-1250"
	Windows1251 Encoding = "windows-1251"
	Windows1252 Encoding = "windows-1252"
	Latin2      Encoding = "iso-8859-2"
	CodePage852 Encoding = "ibm852"
)

// Encodings are all that are read, in the order they are offered.
var Encodings = []Encoding{UTF8, Windows1250, Windows1251, Windows1252, Latin2, CodePage852, UTF16LE, UTF16BE}

// Label names an encoding for people.
func (e Encoding) Label() campaign.Text {
	switch e {
	case UTF16LE:
		return campaign.Textf("UTF-16 LE")
	case UTF16BE:
		return campaign.Textf("UTF-16 BE")
	case Windows1250:
		return campaign.Textf("Windows-1250 (Central European)")
	case Windows1251:
		return campaign.Textf("Windows-1251 (Cyrillic)")
	case Windows1252:
		return campaign.Textf("Windows-1252 (Western European)")
	case Latin2:
		return campaign.Textf("ISO-8859-2 (Central European)")
	case CodePage852:
		return campaign.Textf("Code page 852 (Central European, DOS)")
	}
	return campaign.Textf("UTF-8")
}

// ParseEncoding reads the name of an encoding as people write it; "" returns "", which finds it out.
func ParseEncoding(name string) (Encoding, error) {
	switch headerKey(name) {
	case "", "auto":
		return "", nil
	case "utf8", "utf8bom":
		return UTF8, nil
	case "utf16", "utf16le", "unicode":
		return UTF16LE, nil
	case "utf16be":
		return UTF16BE, nil
	case "windows1250", "cp1250", "1250":
		return Windows1250, nil
	case "windows1251", "cp1251", "1251":
		return Windows1251, nil
	case "windows1252", "cp1252", "1252", "iso88591", "latin1":
		return Windows1252, nil
	case "iso88592", "latin2":
		return Latin2, nil
	case "ibm852", "cp852", "852", "dos852", "codepage852":
		return CodePage852, nil
	}
	names := campaign.Collect(Encodings, func(e Encoding) string { return string(e) })
	return "", campaign.FieldError("encoding", "the encoding %q is not one of %s", name, strings.Join(names, ", "))
}

// decoder turns the bytes of a file into UTF-8; for UTF-8 itself they are left alone, so that broken ones are noticed.
// A byte order mark is dropped.
func (e Encoding) decoder(r io.Reader) io.Reader {
	var from encoding.Encoding
	switch e {
	case UTF16LE:
		from = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case UTF16BE:
		from = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case Windows1250, Windows1251, Windows1252, Latin2, CodePage852:
		from = charmap8(e)
	default:
		return &skipMark{r: r}
	}
	return from.NewDecoder().Reader(r)
}

func charmap8(e Encoding) *charmap.Charmap {
	switch e {
	case Windows1251:
		return charmap.Windows1251
	case Windows1252:
		return charmap.Windows1252
	case Latin2:
		return charmap.ISO8859_2
	case CodePage852:
		return charmap.CodePage852
	}
	return charmap.Windows1250
}

// skipMark drops the byte order mark of UTF-8.
type skipMark struct {
	r    io.Reader
	head []byte
	past bool
}

func (s *skipMark) Read(p []byte) (int, error) {
	if !s.past {
		s.past = true
		s.head = make([]byte, len(utf8Mark))
		n, err := io.ReadFull(s.r, s.head)
		if s.head = s.head[:n]; string(s.head) == utf8Mark {
			s.head = nil
		}
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return 0, err
		}
	}
	if len(s.head) > 0 {
		n := copy(p, s.head)
		s.head = s.head[n:]
		return n, nil
	}
	return s.r.Read(p)
}

// guessUTF16 knows UTF-16 without a byte order mark: every other byte is one of the few blocks that letters are in.
func guessUTF16(head []byte) (Encoding, bool) {
	var block [2]int // bytes in the even and the odd places that may be the number of a block
	nul := 0
	for i, c := range head {
		if slices.Contains([]byte{0, 1, 4, 0x20}, c) && !(c == 0x20 && i%2 == 1 && head[i-1] < 0x80 && head[i-1] != 0x1c) {
			block[i%2]++
		}
		if c == 0 {
			nul++
		}
	}
	half := len(head) / 2
	if half < 4 || nul == 0 {
		return "", false
	}
	switch {
	case block[1] > half*9/10 && block[0] < half/2:
		return UTF16LE, true
	case block[0] > half*9/10 && block[1] < half/2:
		return UTF16BE, true
	}
	return "", false
}
