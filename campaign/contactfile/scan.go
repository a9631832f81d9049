package contactfile

import (
	"strings"
	"unicode/utf8"
)

// record is one row as it stands in the file.
type record struct {
	line    int
	cells   []string
	problem string // why it cannot be read; the cells are those before it
}

func (r record) blank() bool {
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return r.problem == ""
}

// scanner cuts a text into records by RFC 4180, forgiving what spreadsheets and people do: any line end, quotation marks
// inside a cell that does not begin with one. A record that cannot be cut is given with its problem, and scanning goes on
// with the next line, so that one lost quotation mark costs one row. encoding/csv cannot go on so.
type scanner struct {
	text      string
	delimiter byte
	line      int // of the next record
}

// next gives the next record; false at the end.
func (s *scanner) next() (record, bool) {
	if s.text == "" {
		return record{}, false
	}
	rec := record{line: s.line}
	rest, lines := s.text, 0
	for {
		cell, after, newlines, problem := s.cell(rest)
		if problem != "" {
			rec.problem = problem
			if problem != tooLong {
				after, newlines, lines = skipLine(s.text), 1, 0
			} else if after != "" && !endsLine(after) {
				// Nothing of the row is used; its other cells are passed over on the same line.
				after, newlines = skipLine(after), newlines+1
			} else {
				after, newlines = cutLineEnd(after), newlines+1
			}
			s.text, s.line = after, s.line+lines+newlines
			return rec, true
		}
		rec.cells = append(rec.cells, cell)
		lines += newlines
		if after == "" || endsLine(after) {
			s.text, s.line = cutLineEnd(after), s.line+lines+1
			rec.problem = rec.check()
			return rec, true
		}
		rest = after[1:] // the delimiter
		if len(rec.cells) > 10*maxColumns {
			s.text, s.line = skipLine(rest), s.line+lines+1
			rec.problem = "it has more cells than any table of contacts"
			return rec, true
		}
	}
}

const tooLong = "a cell is longer than 64 KB"

// cell reads one cell; after begins with the delimiter or a line end, or is empty.
func (s *scanner) cell(text string) (cell, after string, newlines int, problem string) {
	if text == "" || text[0] != '"' {
		i := strings.IndexAny(text, string([]byte{s.delimiter, '\n', '\r'}))
		if i < 0 {
			i = len(text)
		}
		if i > MaxCell {
			return "", text[i:], 0, tooLong
		}
		return text[:i], text[i:], 0, ""
	}
	return s.quoted(text)
}

func (s *scanner) quoted(text string) (cell, after string, newlines int, problem string) {
	end := 1
	for {
		i := strings.IndexByte(text[end:], '"')
		if i < 0 {
			return "", "", 0, "a quotation mark is opened and never closed"
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
			after = t // spaces somebody left behind the quotation mark
		} else {
			return "", "", 0, "the quotation marks do not match: write a quotation mark inside a cell twice"
		}
	}
	newlines = strings.Count(inner, "\n")
	if newlines == 0 {
		newlines = strings.Count(inner, "\r")
	}
	if len(inner) > MaxCell {
		return "", after, newlines, tooLong
	}
	return strings.ReplaceAll(inner, `""`, `"`), after, newlines, ""
}

// check refuses cells that are no text.
func (r record) check() string {
	for _, c := range r.cells {
		if !utf8.ValidString(c) {
			return "it contains characters that are not valid UTF-8"
		}
		if strings.IndexByte(c, 0) >= 0 {
			return "it contains a NUL character"
		}
	}
	return ""
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

func skipLine(s string) string {
	i := strings.IndexAny(s, "\r\n")
	if i < 0 {
		return ""
	}
	return cutLineEnd(s[i:])
}

const delimiters = ",;\t|"

// sepLine reads Excel's own first line that names the delimiter.
func sepLine(text string) (sep rune, rest string, ok bool) {
	line := text
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		line = text[:i]
	}
	name, value, ok := strings.Cut(strings.Trim(line, `"`), "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(name), "sep") || len(value) != 1 || !strings.Contains(delimiters, value) {
		return 0, text, false
	}
	return rune(value[0]), skipLine(text), true
}

// findDelimiter takes the one that cuts the first rows into the steadiest number of cells, the larger number when equal.
func findDelimiter(text string) rune {
	best, bestScore := ',', 0.0
	for _, d := range delimiters {
		s := &scanner{text: text, delimiter: byte(d)}
		counts, rows := map[int]int{}, 0
		for rows < 30 {
			rec, ok := s.next()
			if !ok {
				break
			}
			if rec.blank() || rec.problem != "" {
				continue
			}
			counts[len(rec.cells)]++
			rows++
		}
		for cells, n := range counts {
			if cells < 2 {
				continue
			}
			if score := float64(n)/float64(rows) + float64(cells)/10000; score > bestScore {
				best, bestScore = d, score
			}
		}
	}
	return best
}
