package contactfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// mapping is what the columns of a table were understood as.
type mapping struct {
	Columns []Column
	Unnamed bool // there are no column names: the first row is a contact already

	plain   bool         // cells are as they were written: a workbook knows what is text, so nothing was put in front
	header  int          // line of the column names
	names   []string     // the column names as they are in the file
	meant   []Meaning    // what the columns were read as, before somebody said otherwise
	bare    bool         // there are no names of people or organisations
	guessed bool         // no name says which column holds the addresses
	french  bool         // the columns have French names
	weak    []Meaning    // of a further table, see learnFrom
	export  *exportWords // of an export of ours, nil for any other table
	usual   int          // how many of its columns every export of ours has
}

// readHeader finds the row of column names: the first of the first rows with a name that means an address; rows above it
// are a title. Without such a row the cells tell: the row above the first with an address holds the names. When there is
// none either, the columns have no names, and the first row is a contact already.
func (f *File) readHeader() error {
	if f.listed {
		err := f.takeHeader(record{cells: []string{""}})
		f.Columns[0].Meaning, f.Unnamed = Email, true
		return err
	}
	s := f.scanner()
	s.early = true
	var first []record
	for len(first) < titleRows {
		rec, ok := s.next()
		if !ok {
			break
		}
		if rec.blank() {
			continue
		}
		if !rec.problem.IsZero() && len(first) == 0 {
			return campaign.Errorf(campaign.Invalid, "the column names on line %d cannot be read: %s", rec.line, rec.problem)
		}
		if rec.problem.IsZero() && hasAddress(understand(rec.cells)) {
			return f.takeHeader(rec)
		}
		first = append(first, rec)
	}
	switch {
	case s.err != nil:
		return s.err
	case len(first) == 0:
		return campaign.Errorf(campaign.Invalid, "the file is empty: it needs a line of column names and, below it, a line for each contact")
	}
	return f.guessHeader(first)
}

// guessHeader takes the columns from what the first rows hold.
func (mp *mapping) guessHeader(first []record) error {
	mp.guessed = true
	contact := slices.IndexFunc(first, func(r record) bool { return slices.ContainsFunc(r.cells, holdsAddresses) })
	switch {
	case contact < 0: // none holds an address: the first with several cells is most likely the names
		several := slices.IndexFunc(first, func(r record) bool { return filled(r.cells) > 1 })
		return mp.takeHeader(first[max(several, 0)])
	case contact > 0 && namesFit(first[contact-1], first[contact]):
		if err := mp.takeHeader(first[contact-1]); err != nil {
			return err
		}
	default:
		unnamed := make([]string, len(first[contact].cells))
		if err := mp.takeHeader(record{line: first[contact].line - 1, cells: unnamed}); err != nil {
			return err
		}
		mp.Unnamed = true
	}
	return nil
}

// namesFit reports whether a row can hold the names of another's columns: a title has fewer cells.
func namesFit(names, of record) bool {
	return names.problem.IsZero() && filled(names.cells) >= min(2, filled(of.cells)) && len(names.cells) >= len(of.cells)
}

// isAddress reports whether a cell holds an address and nothing else, or one with a name.
func isAddress(cell string) bool {
	if !strings.Contains(cell, "@") {
		return false
	}
	_, err := campaign.ParseAddress(strings.Trim(visible(cell), " ,;"))
	return err == nil
}

func (mp *mapping) takeHeader(rec record) error {
	for len(rec.cells) > 1 && strings.TrimSpace(rec.cells[len(rec.cells)-1]) == "" && rec.line >= 0 && filled(rec.cells) > 0 {
		rec.cells = rec.cells[:len(rec.cells)-1]
	}
	if len(rec.cells) > maxColumns {
		return campaign.Errorf(campaign.Invalid, "line %d has %d columns; at most %d are read", rec.line, len(rec.cells), maxColumns)
	}
	mp.export, mp.usual = isExport(rec.cells)
	for i := range rec.cells {
		rec.cells[i] = mp.asWritten(rec.cells[i])
	}
	mp.header, mp.Columns, mp.names = rec.line, understand(rec.cells), nil
	mp.meant = campaign.Collect(mp.Columns, func(c Column) Meaning { return c.Meaning })
	for i, cell := range rec.cells {
		if filled(rec.cells) == 0 {
			cell = fmt.Sprintf("column %d", i+1)
		}
		mp.names = append(mp.names, strings.Clone(cell))
		mp.french = mp.french || within(frenchNames, cell)
	}
	return nil
}
