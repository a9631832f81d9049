package media

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Films, sound and documents are kept as they are, but for what says where they were made: that is overwritten in its place, so that
// nothing else moves. What cannot be overwritten so is refused.

// patch is what stands at a place of a file instead of what stood there.
type patch struct {
	at   int64
	data []byte
}

// patched reads a file with its patches.
type patched struct {
	io.ReadSeeker
	at      int64
	patches []patch
}

func (p *patched) Seek(offset int64, whence int) (int64, error) {
	at, err := p.ReadSeeker.Seek(offset, whence)
	p.at = at
	return at, err
}

func (p *patched) Read(b []byte) (int, error) {
	n, err := p.ReadSeeker.Read(b)
	for _, c := range p.patches {
		if from := c.at - p.at; from < int64(n) && from+int64(len(c.data)) > 0 {
			copy(b[max(from, 0):n], c.data[max(-from, 0):])
		}
	}
	p.at += int64(n)
	return n, err
}

// Without returns the file as it is kept: without what says where it was made.
func (m *Made) Without(r io.ReadSeeker) io.ReadSeeker {
	if len(m.patches) == 0 {
		return r
	}
	return &patched{ReadSeeker: r, patches: m.patches}
}

// locations returns what must be overwritten in a file so that it does not say where it was made.
func locations(t Type, r io.ReadSeeker, size int64) ([]patch, error) {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	switch {
	case t == typeMP4 || t == typeMOV || t == typeM4A:
		s := boxScan{r: r}
		err := s.boxes(0, size, 0)
		return s.patches, err
	case t == typePDF:
		data, err := io.ReadAll(io.LimitReader(r, MaxFile))
		if err != nil {
			return nil, err
		}
		return locationsInPDF(data)
	case t.Ext == ".docx" || t.Ext == ".pptx" || t.Ext == ".xlsx" || t.Ext == ".odt" || t.Ext == ".odp" || t.Ext == ".ods":
		return nil, locatedInOffice(r, size)
	}
	return nil, nil
}

// boxScan goes through the boxes of a film: ISO/IEC 14496-12, section 4.2.
type boxScan struct {
	r       io.ReadSeeker
	patches []patch
	left    int
}

var errLocatedTrack = campaign.Errorf(campaign.Invalid, "this film records second by second where it was taken: export it anew from a video program, without telemetry, and add that")

// errCutOff is told of a file whose parts do not fit together.
var errCutOff = campaign.Errorf(campaign.Invalid, "the file is cut off or damaged: upload it again")

const (
	maxBoxes   = 20_000
	maxBoxNest = 12
	maxBoxRead = 4 << 20
)

// tellingTracks are the formats of tracks that tell where a film was taken: of GoPro, Google, Sony and Apple.
var tellingTracks = []string{"gpmd", "camm", "rtmd", "mebx"}

func (s *boxScan) boxes(at, end int64, depth int) error {
	for at+8 <= end {
		if s.left++; s.left > maxBoxes || depth > maxBoxNest {
			return errCutOff
		}
		head, err := s.read(at, min(16, end-at))
		if err != nil {
			return err
		}
		size, name, begin := int64(binary.BigEndian.Uint32(head)), string(head[4:8]), at+8
		switch {
		case size == 1 && len(head) == 16:
			size, begin = int64(binary.BigEndian.Uint64(head[8:])), at+16
		case size == 0:
			size = end - at
		}
		if size < begin-at || size > end-at {
			return nil // the end of QuickTime's lists, which are four empty octets; or damaged, and read no further by players either
		}
		if err := s.box(name, at, begin, at+size, depth); err != nil {
			return err
		}
		at += size
	}
	return nil
}

func (s *boxScan) box(name string, at, begin, end int64, depth int) error {
	switch name {
	case "moov", "trak", "mdia", "minf", "stbl", "udta", "moof", "traf":
		return s.boxes(begin, end, depth+1)
	case "\xa9xyz", "loci", "XMP_":
		s.blank(at, end)
	case "uuid":
		id, err := s.read(begin, min(end-begin, int64(len(xmpBox))))
		if err != nil {
			return err
		}
		if string(id) == xmpBox {
			s.blank(at, end)
		}
	case "meta":
		data, err := s.read(begin, min(end-begin, maxBoxRead))
		if err != nil {
			return err
		}
		if lower := bytes.ToLower(data); bytes.Contains(lower, []byte("location")) || bytes.Contains(lower, []byte("\xa9xyz")) || bytes.Contains(lower, []byte("gps")) {
			s.blank(at, end)
		}
	case "stsd":
		data, err := s.read(begin, min(end-begin, 64))
		if err != nil {
			return err
		}
		if len(data) >= 16 && slices.Contains(tellingTracks, string(data[12:16])) {
			return errLocatedTrack
		}
	}
	return nil
}

// xmpBox is the id of boxes that hold XMP: XMP specification part 3, section 1.2.7.
const xmpBox = "\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"

// blank makes a box one that is passed over, "free", with nothing in it.
func (s *boxScan) blank(at, end int64) {
	const most = 1 << 20
	s.patches = append(s.patches, patch{at + 4, []byte("free")})
	for from := at + 8; from < end; from += most {
		s.patches = append(s.patches, patch{from, make([]byte, min(most, end-from))})
	}
}

func (s *boxScan) read(at, n int64) ([]byte, error) {
	if _, err := s.r.Seek(at, io.SeekStart); err != nil {
		return nil, err
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(s.r, b); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, errCutOff
		}
		return nil, err
	}
	return b, nil
}

var (
	exifInJPEG = []byte("Exif\x00\x00")
	// located finds in metadata what says where something was made, in XMP's names.
	located  = regexp.MustCompile(`(?i)exif:GPS(Latitude|Longitude)|Iptc4xmp(Core:Location|Ext:Location(Created|Shown))|photoshop:City`)
	deflated = regexp.MustCompile(`stream\r?\n`)
)

var errLocatedPDF = campaign.Errorf(campaign.Invalid, "this PDF holds metadata that say where a picture in it was taken: export it anew without metadata of pictures, or print it to a PDF")

const maxInflated = 200 << 20

// locationsInPDF finds the EXIF of the pictures in a PDF and its XMP where they stand open, and refuses a PDF whose compressed
// metadata name a place.
func locationsInPDF(data []byte) (patches []patch, err error) {
	for at := 0; ; {
		next := bytes.Index(data[at:], exifInJPEG)
		if next < 0 {
			break
		}
		at += next + len(exifInJPEG)
		begin := at - len(exifInJPEG)
		if begin < 4 || data[begin-4] != 0xff || data[begin-3] != 0xe1 { // the APP1 of a JPEG, with its length
			continue
		}
		end := min(begin-2+int(binary.BigEndian.Uint16(data[begin-2:])), len(data))
		patches = append(patches, patch{int64(begin), make([]byte, max(end-begin, 0))})
	}
	for at := 0; ; {
		begin := bytes.Index(data[at:], []byte("<x:xmpmeta"))
		if begin < 0 {
			break
		}
		begin += at
		end := bytes.Index(data[begin:], []byte("</x:xmpmeta>"))
		if end < 0 {
			break
		}
		at = begin + end
		if located.Match(data[begin:at]) {
			patches = append(patches, patch{int64(begin), bytes.Repeat([]byte(" "), end+len("</x:xmpmeta>"))})
		}
	}
	left := int64(maxInflated)
	for _, at := range deflated.FindAllIndex(data, -1) {
		if at[1]+2 > len(data) || data[at[1]]&0x0f != 8 || left <= 0 {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(data[at[1]:]))
		if err != nil {
			continue
		}
		text, _ := io.ReadAll(io.LimitReader(z, min(left, 8<<20)))
		left -= int64(len(text))
		if bytes.Contains(text, []byte("xmpmeta")) && located.Match(text) || bytes.HasPrefix(text, []byte("\xff\xd8\xff")) && readMetadata(typeJPEG, text).Located {
			return nil, errLocatedPDF
		}
	}
	return patches, nil
}

// locatedInOffice refuses an Office file with a picture that says where it was taken.
func locatedInOffice(r io.ReadSeeker, size int64) error {
	at, ok := r.(io.ReaderAt)
	if !ok {
		return errArchive
	}
	z, err := zip.NewReader(at, size)
	if err != nil {
		return errCutOff
	}
	left := int64(maxInflated)
	for _, f := range z.File {
		t, ok := map[string]Type{".jpg": typeJPEG, ".jpeg": typeJPEG, ".png": typePNG, ".webp": typeWebP}[strings.ToLower(path.Ext(f.Name))]
		if !ok || left <= 0 {
			continue
		}
		opened, err := f.Open()
		if err != nil {
			return errCutOff
		}
		data, _ := io.ReadAll(io.LimitReader(opened, min(left, MaxPicture)))
		_ = opened.Close() // it was only read
		if left -= int64(len(data)); readMetadata(t, data).Located {
			return campaign.Errorf(campaign.Invalid, "the picture “%s” in this file says where it was taken: compress the pictures in the file, or take a copy of it without metadata, and add the file again", path.Base(f.Name))
		}
	}
	return nil
}
