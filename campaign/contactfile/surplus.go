package contactfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// moved says that the cells of a row do not be under their columns, "" where they do: some are filled after the last
// column, or an address is where the cell after an address holds something else.
func (f *File) moved(cells []string) string {
	for i := len(f.Columns); i < len(cells); i++ {
		if strings.TrimSpace(cells[i]) != "" {
			return f.tooMany(cells)
		}
	}
	if i := f.secondAddress(cells); i > 0 {
		return fmt.Sprintf("the cell behind the address holds another, “%s”, where the %s should stand%s", shorten(strings.TrimSpace(cells[i])), f.Columns[i].Meaning, f.quotingHint("two addresses"))
	}
	return ""
}

func (f *File) tooMany(cells []string) string {
	text := fmt.Sprintf("it has %d cells, but there are %d columns", len(cells), len(f.Columns))
	if i := f.secondAddress(cells); i > 0 {
		return text + fmt.Sprintf(": a second address, “%s”, stands in a cell of its own%s", shorten(strings.TrimSpace(cells[i])), f.quotingHint("two addresses"))
	}
	if email := f.cutAddress(cells); email != "" {
		return text + fmt.Sprintf(": there is a comma in the address where a dot should stand; is %s meant?", email)
	}
	if f.Encoding == "" {
		return text + ": give each column a name"
	}
	return text + f.quotingHint("a cell that contains the delimiter")
}

// quotingHint says how a cell is written that holds the delimiter.
func (f *File) quotingHint(what string) string {
	if f.Encoding == "" {
		return ""
	}
	return fmt.Sprintf(": put %s (%s) into quotation marks", what, f.DelimiterName())
}

// placed are the meanings of columns in which no address stands.
var placed = []Meaning{FirstName, LastName, FullName, Kind, Organisation, Position, Phone, Place, Language}

// secondAddress returns the cell right after that of the address that holds one too and should not; 0 for none.
func (f *File) secondAddress(cells []string) int {
	for i := 1; i < len(cells) && i < len(f.Columns); i++ {
		if strings.IndexByte(cells[i], '@') > 0 && f.Columns[i-1].Meaning == Email && slices.Contains(placed, f.Columns[i].Meaning) && isAddress(cells[i]) && isAddress(cells[i-1]) && !strings.EqualFold(strings.TrimSpace(cells[i]), strings.TrimSpace(cells[i-1])) {
			return i
		}
	}
	return 0
}

// cutAddress returns the address that a comma for a dot has cut in two cells, as in ana@example,org.
func (f *File) cutAddress(cells []string) string {
	if f.Delimiter != ',' {
		return ""
	}
	for i, c := range f.Columns {
		if c.Meaning != Email || i+1 >= len(cells) || !strings.Contains(cells[i], "@") || strings.Contains(campaign.Domain(cells[i]), ".") {
			continue
		}
		if joined := strings.TrimSpace(cells[i]) + "." + strings.TrimSpace(cells[i+1]); isAddress(joined) {
			return joined
		}
	}
	return ""
}
