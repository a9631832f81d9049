package contactfile

import "github.com/glasnik/glasnik/campaign"

// What a text may hold. A table of contacts has far less; without a bound, a gigabyte of something else is worked on for an hour.
const (
	maxTextRows = 10_000_000
	maxUncut    = 100_000 // rows that cannot be cut
)

// skipBlank passes over lines that hold nothing but delimiters and space, many at a time; each counts as a row.
func (s *scanner) skipBlank() {
	if s.sheet != nil {
		return // every row that was kept holds something
	}
	for {
		s.hold(readAhead)
		end, lines := s.blankLines()
		if lines == 0 {
			return
		}
		s.text = s.text[end:]
		s.line += lines
		s.textLine += lines
	}
}

// blankLines counts the whole blank lines that the held text begins with, and says where they end.
func (s *scanner) blankLines() (end, lines int) {
	for i := 0; i < len(s.text); i++ {
		switch s.text[i] {
		case ' ', '\t', s.delimiter:
			continue
		case '\r':
			if i+1 == len(s.text) && !s.ended {
				return end, lines // a line feed may follow
			}
			if i+1 < len(s.text) && s.text[i+1] == '\n' {
				i++
			}
		case '\n':
		default:
			return end, lines
		}
		end, lines = i+1, lines+1
	}
	return end, lines
}

// bound ends the reading of a text that has too many rows, or too many that cannot be cut.
func (s *scanner) bound(r record) {
	s.rows++
	switch {
	case s.uncut > maxUncut:
		s.err = campaign.Errorf(campaign.Invalid, "more than %d rows cannot be read, the last on line %d: %s. Save the table anew as an Excel workbook (.xlsx), and use that file", maxUncut, r.line, r.problem)
	case s.rows > maxTextRows:
		s.err = campaign.Errorf(campaign.Invalid, "the file has more than %d rows: split it into several", maxTextRows)
	}
}
