package contactfile

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

const delimiters = ",;\t|"

// ParseDelimiter reads a delimiter as people write it; "" returns 0, which finds it out.
func ParseDelimiter(name string) (rune, error) {
	for d, word := range map[rune]string{',': "comma", ';': "semicolon", '\t': "tab", '|': "bar"} {
		if name == string(d) || strings.EqualFold(name, word) {
			return d, nil
		}
	}
	if name == "" {
		return 0, nil
	}
	return 0, campaign.FieldError("delimiter", "the delimiter %q is not one of comma, semicolon, tab, bar", name)
}

// sepLine reads Excel's own first line that names the delimiter.
func sepLine(text string) (sep rune, ok bool) {
	name, value, ok := strings.Cut(strings.Trim(firstLine(text), `"`), "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(name), "sep") || len(value) != 1 || !strings.Contains(delimiters, value) {
		return 0, false
	}
	return rune(value[0]), true
}

// findDelimiter takes the one that cuts the first rows into the steadiest number of cells, the larger number when equal.
// When none cuts them, but every row stands as one cell in quotation marks and can be cut within, the rows are wrapped.
func findDelimiter(text string) (delimiter rune, wrapped bool) {
	delimiter, steady := steadiest(text, false)
	if steady > 0 || !strings.HasPrefix(text, `"`) {
		return delimiter, false
	}
	within, steady := steadiest(text, true)
	if steady >= 1 {
		return within, true
	}
	return delimiter, false
}

// steadiest returns the best delimiter and the share of rows it cuts into the same number of cells, 0 when it cuts none.
func steadiest(text string, wrapped bool) (best rune, bestScore float64) {
	best = ','
	for _, d := range delimiters {
		s := &scanner{text: text, ended: true, delimiter: byte(d), wrapped: wrapped}
		counts, rows := map[int]int{}, 0
		for rows < 30 {
			rec, ok := s.next()
			if !ok {
				break
			}
			if rec.blank() || !rec.problem.IsZero() {
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
	return best, bestScore
}
