package contactfile

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// What a workbook may grow to when it is unpacked. Sheets are packed to a tenth or twentieth of their size; a few kilobytes
// that hold gigabytes are no list of contacts.
const (
	unpackTimes = 100      // as large as it is packed,
	unpackSlack = 32 << 20 // and so much more
	unpackPart  = 1 << 30
	unpackAll   = 2 << 30 // of all parts together, as often as they are read
	maxListing  = 2 << 20 // bytes of the archive's own list of its parts
)

var (
	errBomb    = campaign.Errorf(campaign.Invalid, "the workbook unpacks to far more than it should hold, and was not read. Copy its cells into a new workbook, or save the sheet as “CSV UTF-8”, and use that file")
	errDamaged = errors.New("the workbook is damaged")
)

// archive is the zip file of a workbook. Single parts are read, each up to a bound.
type archive struct {
	parts map[string]*zip.File // by name in lower case, without a slash in front
	size  int64
	left  int64 // how much may still be unpacked
}

func openArchive(source io.ReaderAt, size int64) (*archive, error) {
	listing := &metered{source: source, left: maxListing}
	z, err := zip.NewReader(listing, size)
	if err != nil {
		return nil, errDamaged
	}
	listing.left = -1 // the parts are bounded by themselves
	a := &archive{parts: map[string]*zip.File{}, size: size, left: unpackAll}
	for _, f := range z.File {
		if name := partName(f.Name); a.parts[name] == nil {
			a.parts[name] = f
		}
	}
	return a, nil
}

// partName is the form in which names of parts are compared: some programs write them with the other slash.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean(strings.ReplaceAll(name, `\`, "/")), "/"))
}

func (a *archive) has(name string) bool { return a.parts[partName(name)] != nil }

// open begins to read a part. What its header says of its size counts for nothing.
func (a *archive) open(name string) (*part, error) {
	f := a.parts[partName(name)]
	if f == nil {
		return nil, errDamaged
	}
	r, err := f.Open()
	if err != nil {
		return nil, errDamaged
	}
	packed := int64(min(f.CompressedSize64, uint64(a.size)))
	return &part{ReadCloser: r, of: a, left: min(unpackPart, packed*unpackTimes+unpackSlack)}, nil
}

// part is one part that is being unpacked. An error other than its end is one for the user, or errDamaged.
type part struct {
	io.ReadCloser
	of   *archive
	left int64
}

func (p *part) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.left -= int64(n)
	p.of.left -= int64(n)
	switch {
	case p.left < 0 || p.of.left < 0:
		return 0, errBomb
	case err != nil && err != io.EOF:
		return n, errDamaged
	}
	return n, err
}

// metered reads a bounded number of bytes of a source and then fails, so that a list of millions of parts is not taken into memory.
// A negative number is no bound.
type metered struct {
	source io.ReaderAt
	left   int64
}

func (m *metered) ReadAt(b []byte, at int64) (int, error) {
	if m.left >= 0 {
		if m.left -= int64(len(b)); m.left < 0 {
			m.left = 0
			return 0, errDamaged
		}
	}
	return m.source.ReadAt(b, at)
}
