package contactfile

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// maxRecord is how long a row may be, in bytes: no more of the file is held in memory at a time, beside what was just
// read. Most rows are short, and are cut from less.
const (
	maxRecord = 1 << 20
	readAhead = 128 << 10
)

// record is one row as it is in the file.
type record struct {
	line    int // as a spreadsheet counts its rows
	text    int // as an editor of text counts its lines
	cells   []string
	problem campaign.Text // why it cannot be read; the cells are then what could be made out

	hidden    bool          // in a workbook
	marks     []mark        // what cells of a workbook are beside their text
	noAddress campaign.Text // why there is no address where one should stand
}

func (r record) blank() bool {
	return !slices.ContainsFunc(r.cells, func(c string) bool { return strings.TrimSpace(c) != "" }) && r.problem.IsZero()
}

// scanner cuts a text into records by RFC 4180, forgiving what spreadsheets and people do: any line end, quotation marks
// inside a cell that does not begin with one. A record that cannot be cut is given with its problem, and scanning goes on
// with the next line, so that one lost quotation mark costs one row. encoding/csv cannot go on so.
type scanner struct {
	src       io.Reader
	delimiter byte
	line      int       // of the next record, as a spreadsheet counts: each record is a row
	textLine  int       // of the next record, as a text editor counts
	plain     bool      // quotation marks mean nothing: it is no table
	wrapped   bool      // each line is one cell that holds a whole row, as some programs save what they did not understand
	sheet     *overlaid // the records are rows of a workbook, which say their lines themselves
	early     bool      // it is not known yet what the columns hold

	text  string // what was read and not cut yet
	ended bool   // the source has no more
	err   error  // of the source
	buf   []byte
	width int // how many cells the last record had
	rows  int // how many records were given
	uncut int // how many of them could not be cut
}

// fill reads on until as much is held as a record may be long.
func (s *scanner) fill() { s.hold(maxRecord) }

// hold reads on until so much is held.
func (s *scanner) hold(bytes int) {
	if len(s.text) >= bytes || s.ended {
		return
	}
	if s.buf == nil {
		s.buf = make([]byte, readAhead)
	}
	var b strings.Builder
	b.Grow(bytes + readAhead)
	b.WriteString(s.text)
	for b.Len() < bytes && !s.ended {
		n, err := io.ReadFull(s.src, s.buf)
		b.Write(s.buf[:n])
		if err != nil {
			s.ended = true
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				s.err = fmt.Errorf("read file: %w", err)
			}
		}
	}
	s.text = b.String()
}

// next returns the next record that is no blank line; false at the end.
func (s *scanner) next() (record, bool) {
	s.hold(readAhead)
	s.skipBlank()
	rec, ok, whole := s.cut()
	if !whole {
		s.fill()
		rec, ok, _ = s.cut()
	}
	if ok && s.sheet != nil {
		s.fromSheet(&rec)
	}
	if ok {
		s.bound(rec)
	}
	return rec, ok
}

// cut takes the next record off the text; it takes nothing, and whole is false, when more has to be read first.
func (s *scanner) cut() (rec record, ok, whole bool) {
	if s.text == "" || s.err != nil {
		return record{}, false, true
	}
	rec = record{line: s.line, text: s.textLine, cells: make([]string, 0, s.width)}
	rest, lines := s.text, 0
	for {
		cell, after, newlines, problem := s.cell(rest)
		if !s.ended && len(after) < 2 && len(s.text) < maxRecord {
			return rec, false, false
		}
		if problem.IsZero() && !s.ended && len(after) < 2 {
			problem = tooLongRow
		}
		if !problem.IsZero() {
			s.giveUp(&rec, problem, after, lines+newlines)
			return rec, true, true
		}
		rec.cells = append(rec.cells, cell)
		lines += newlines
		if after == "" || endsLine(after) {
			s.text, s.width = cutLineEnd(after), len(rec.cells)
			s.count(lines + 1)
			if s.wrapped && len(rec.cells) == 1 {
				rec.cells = unwrap(rec.cells[0], s.delimiter)
			}
			rec.problem = rec.check()
			return rec, true, true
		}
		rest = after[1:] // the delimiter
		if len(rec.cells) > 10*maxColumns {
			s.giveUp(&rec, campaign.Textf("it has more cells than any table of contacts"), rest, lines)
			return rec, true, true
		}
	}
}

// unwrap cuts the row that is in a cell; a cell that holds none stays as it is.
func unwrap(cell string, delimiter byte) []string {
	inner := &scanner{text: cell, ended: true, delimiter: delimiter}
	if rec, ok := inner.next(); ok && rec.problem.IsZero() && inner.text == "" {
		return rec.cells
	}
	return []string{cell}
}

func (s *scanner) count(lines int) {
	s.line++
	s.textLine += lines
}

var (
	tooLong    = campaign.Textf("a cell is longer than 64 KB")
	tooLongRow = campaign.Textf("the row is longer than 1 MB")
	neverEnds  = campaign.Textf("a quotation mark is opened and never closed")
	unmatched  = campaign.Textf("the quotation marks do not match: write a quotation mark inside a cell twice")
	sound      campaign.Text // nothing is wrong
)

// giveUp ends a record that cannot be cut. Where a cell is too long nothing of the row is used, and its other cells are
// passed over on the same line; else the row ends with the line it began on.
func (s *scanner) giveUp(rec *record, problem campaign.Text, after string, lines int) {
	s.uncut++
	rec.problem = problem
	rec.cells = []string{strings.ToValidUTF8(firstLine(s.text), "\ufffd")}
	if after == "" {
		after, lines = s.text, 0
	}
	s.text = after
	s.skipLine()
	s.count(lines + 1)
}

// firstLine is what is shown of a row that cannot be cut.
func firstLine(text string) string {
	text = text[:min(len(text), 1000)]
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	return strings.Clone(text)
}

// skipLine passes over the rest of a line, however long.
func (s *scanner) skipLine() {
	for {
		i := strings.IndexAny(s.text, "\r\n")
		switch {
		case i >= 0 && (i+1 < len(s.text) || s.ended):
			s.text = cutLineEnd(s.text[i:])
			return
		case s.ended:
			s.text = ""
			return
		case i >= 0:
			s.text = s.text[i:]
		default:
			s.text = ""
		}
		s.fill()
	}
}

// cell reads one cell; after begins with the delimiter or a line end, or is empty. With a problem, after is where the
// rest of the line is passed over, "" for where the row began.
func (s *scanner) cell(text string) (cell, after string, newlines int, problem campaign.Text) {
	if text == "" || text[0] != '"' || s.plain {
		i := 0
		for i < len(text) && text[i] != s.delimiter && text[i] != '\n' && text[i] != '\r' {
			i++
		}
		if i > MaxCell {
			return "", text[i:], 0, tooLong
		}
		return text[:i], text[i:], 0, sound
	}
	return s.quoted(text)
}

func (s *scanner) quoted(text string) (cell, after string, newlines int, problem campaign.Text) {
	end := 1
	for {
		i := strings.IndexByte(text[end:], '"')
		if i < 0 && !s.ended {
			return "", "", 0, tooLong
		}
		if i < 0 {
			return "", "", 0, neverEnds
		}
		end += i + 1
		if end < len(text) && text[end] == '"' {
			end++ // two of them stand for one
			continue
		}
		break
	}
	inner, after := text[1:end-1], text[end:]
	if after != "" && after[0] != s.delimiter && !endsLine(after) {
		if t := strings.TrimLeft(after, " "); t == "" || t[0] == s.delimiter || endsLine(t) {
			after = t // spaces somebody left after the quotation mark
		} else {
			return "", "", 0, unmatched
		}
	}
	newlines = strings.Count(inner, "\n")
	if newlines == 0 {
		newlines = strings.Count(inner, "\r")
	}
	if len(inner) > MaxCell {
		return "", after, newlines, tooLong
	}
	return strings.ReplaceAll(inner, `""`, `"`), after, newlines, sound
}

// check refuses cells that are no text.
func (r record) check() campaign.Text {
	for _, c := range r.cells {
		if !utf8.ValidString(c) {
			e := guessLegacy(nil, []byte(c))
			text, _ := charmap8(e).NewDecoder().String(c)
			return campaign.Textf("it contains characters that are not valid UTF-8, as the rest of the file is: in %s they would be “%s”. Write the row in the encoding of the file", e.Label(), shorten(text))
		}
		if strings.IndexByte(c, 0) >= 0 {
			return campaign.Textf("it contains a NUL character")
		}
	}
	return sound
}

func endsLine(s string) bool { return s != "" && (s[0] == '\n' || s[0] == '\r') }

func cutLineEnd(s string) string {
	if strings.HasPrefix(s, "\r\n") {
		return s[2:]
	}
	if endsLine(s) {
		return s[1:]
	}
	return s
}
