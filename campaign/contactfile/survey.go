package contactfile

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// sampled is how much of a file is looked at where looking at all of it would tell no more.
const sampled = 64 << 10

const utf8Mark = "\ufeff"

// form is what the bytes of a file look like.
type form struct {
	encoding Encoding
	mark     bool // it begins with a byte order mark
	cards    bool // a file of vCards
	workbook bool
	lines    int64 // about how many; for progress
}

// survey reads a file whole and tells what it is written in. A file is taken for UTF-8 when it has more sound sequences of
// several bytes than broken ones: some broken rows do not make it another encoding. The mistakes that make it unreadable
// are errors.
func survey(r io.ReaderAt, size int64) (form, error) {
	head := make([]byte, min(size, sampled))
	if _, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return form{}, fmt.Errorf("read file: %w", err)
	}
	f := form{lines: size / 80}
	if err := foreign(r, size, head); err != nil {
		return f, err
	}
	switch {
	case isCards(head):
		f.cards = true
		return f, nil
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		f.workbook = true
		return f, nil
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return f, campaign.Errorf(campaign.Invalid, "this is a workbook of old Excel (.xls), or one with a password. Open it, choose Save as → “Excel workbook (.xlsx)” without a password, and use that file")
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		f.encoding, f.mark = UTF16LE, true
		return f, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		f.encoding, f.mark = UTF16BE, true
		return f, nil
	}
	if e, ok := guessUTF16(head); ok {
		f.encoding = e
		return f, nil
	}
	if bytes.Count(head, []byte{0}) > len(head)/20 {
		return f, campaign.Errorf(campaign.Invalid, "this is not a text file. Save the sheet as “CSV UTF-8” or as an Excel workbook (.xlsx) and use that file")
	}
	f.mark = bytes.HasPrefix(head, []byte(utf8Mark))
	t := tally{}
	if err := t.read(io.NewSectionReader(r, 0, size)); err != nil {
		return f, fmt.Errorf("read file: %w", err)
	}
	f.lines = t.lines + 1
	if f.encoding = UTF8; !f.mark && t.broken > t.sound {
		f.encoding = guessLegacy(head, t.sample)
	}
	return f, nil
}

// tally counts what speaks for UTF-8 and against it, and keeps some of the lines that are not.
type tally struct {
	sound, broken, lines int64
	sample               []byte
}

func (t *tally) read(r io.Reader) error {
	buf := make([]byte, 256<<10)
	kept := 0 // bytes of a sequence that the last piece cut in two
	for {
		n, err := r.Read(buf[kept:])
		piece := buf[:kept+n]
		whole := len(piece)
		if err == nil {
			whole = wholeRunes(piece)
		}
		t.count(piece[:whole])
		kept = copy(buf, piece[whole:])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// wholeRunes says how much of a piece is before a sequence that goes on after it.
func wholeRunes(piece []byte) int {
	for back := 1; back <= min(utf8.UTFMax-1, len(piece)); back++ {
		if start := len(piece) - back; utf8.RuneStart(piece[start]) {
			if !utf8.FullRune(piece[start:]) {
				return start
			}
			break
		}
	}
	return len(piece)
}

func (t *tally) count(piece []byte) {
	t.lines += int64(max(bytes.Count(piece, []byte("\n")), bytes.Count(piece, []byte("\r"))))
	if utf8.Valid(piece) {
		t.sound += int64(len(piece) - utf8.RuneCount(piece))
		return
	}
	for rest := piece; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		switch {
		case r == utf8.RuneError && n == 1:
			t.broken++
		case n > 1:
			t.sound++
		}
		rest = rest[n:]
	}
	for line := range bytes.Lines(piece) {
		if len(t.sample) < sampled && !utf8.Valid(line) {
			t.sample = append(t.sample, line[:min(len(line), 1<<10)]...)
		}
	}
}
