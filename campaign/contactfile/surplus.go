package contactfile

import (
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// moved says that the cells of a row are not under their columns, and nothing where they are: some are filled after the last
// column, or an address is where the cell after an address holds something else.
func (rr *rowReader) moved(cells []string) campaign.Text {
	for i := len(rr.Columns); i < len(cells); i++ {
		if strings.TrimSpace(cells[i]) != "" {
			return rr.tooMany(cells)
		}
	}
	if i := rr.secondAddress(cells); i > 0 {
		return rr.twoAddresses(campaign.Textf("the cell behind the address holds another, “%s”, where something else should stand (%s)", shorten(strings.TrimSpace(cells[i])), rr.Columns[i].Meaning.Words()))
	}
	return campaign.Text{}
}

func (rr *rowReader) tooMany(cells []string) campaign.Text {
	counts := campaign.Textf("%s, but %s", campaign.Textf("it has %d cells", len(cells)), campaign.Textf("there are %d columns", len(rr.Columns)))
	if i := rr.secondAddress(cells); i > 0 {
		return rr.twoAddresses(campaign.Textf("%s: a second address, “%s”, stands in a cell of its own", counts, shorten(strings.TrimSpace(cells[i]))))
	}
	if email := rr.cutAddress(cells); email != "" {
		return campaign.Textf("%s: there is a comma in the address where a dot should stand; is %s meant?", counts, email)
	}
	if rr.plain {
		return campaign.Textf("%s: give each column a name", counts)
	}
	return campaign.Textf("%s: put a cell that contains the delimiter (%s) into quotation marks", counts, rr.in.DelimiterName())
}

// twoAddresses adds how a cell with two addresses is written.
func (rr *rowReader) twoAddresses(problem campaign.Text) campaign.Text {
	if rr.plain {
		return problem
	}
	return campaign.Textf("%s: put two addresses (%s) into quotation marks", problem, rr.in.DelimiterName())
}

// placed are the meanings of columns in which no address stands.
var placed = []Meaning{FirstName, LastName, FullName, Kind, Organisation, Position, Phone, Place, Language}

// secondAddress returns the cell right after that of the address that holds one too and should not; 0 for none.
func (mp *mapping) secondAddress(cells []string) int {
	for i := 1; i < len(cells) && i < len(mp.Columns); i++ {
		if strings.IndexByte(cells[i], '@') > 0 && mp.Columns[i-1].Meaning == Email && slices.Contains(placed, mp.Columns[i].Meaning) && isAddress(cells[i]) && isAddress(cells[i-1]) && !strings.EqualFold(strings.TrimSpace(cells[i]), strings.TrimSpace(cells[i-1])) {
			return i
		}
	}
	return 0
}

// cutAddress returns the address that a comma for a dot has cut in two cells, as in ana@example,org.
func (rr *rowReader) cutAddress(cells []string) string {
	if rr.in.Delimiter != ',' {
		return ""
	}
	for i, c := range rr.Columns {
		if c.Meaning != Email || i+1 >= len(cells) || !strings.Contains(cells[i], "@") || strings.Contains(campaign.Domain(cells[i]), ".") {
			continue
		}
		if joined := strings.TrimSpace(cells[i]) + "." + strings.TrimSpace(cells[i+1]); isAddress(joined) {
			return joined
		}
	}
	return ""
}
