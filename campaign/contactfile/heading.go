package contactfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

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
	var first []record
	for len(first) < titleRows {
		rec, ok := s.next()
		if !ok {
			break
		}
		if rec.blank() {
			continue
		}
		if rec.problem != "" && len(first) == 0 {
			return campaign.Errorf(campaign.Invalid, "the column names on line %d cannot be read: %s", rec.line, rec.problem)
		}
		if rec.problem == "" && hasAddress(understand(rec.cells)) {
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
func (f *File) guessHeader(first []record) error {
	f.guessed = true
	contact := slices.IndexFunc(first, func(r record) bool { return slices.ContainsFunc(r.cells, holdsAddresses) })
	switch {
	case contact < 0: // none holds an address: the first with several cells is most likely the names
		several := slices.IndexFunc(first, func(r record) bool { return filled(r.cells) > 1 })
		return f.takeHeader(first[max(several, 0)])
	case contact > 0 && namesFit(first[contact-1], first[contact]):
		if err := f.takeHeader(first[contact-1]); err != nil {
			return err
		}
	default:
		unnamed := make([]string, len(first[contact].cells))
		if err := f.takeHeader(record{line: first[contact].line - 1, cells: unnamed}); err != nil {
			return err
		}
		f.Unnamed = true
	}
	return nil
}

// namesFit reports whether a row can hold the names of another's columns: a title has fewer cells.
func namesFit(names, of record) bool {
	return names.problem == "" && filled(names.cells) >= min(2, filled(of.cells)) && len(names.cells) >= len(of.cells)
}

// isAddress reports whether a cell holds an address and nothing else, or one with a name.
func isAddress(cell string) bool {
	if !strings.Contains(cell, "@") {
		return false
	}
	_, err := campaign.ParseAddress(strings.Trim(visible(cell), " ,;"))
	return err == nil
}

func (f *File) takeHeader(rec record) error {
	for len(rec.cells) > 1 && strings.TrimSpace(rec.cells[len(rec.cells)-1]) == "" && rec.line >= 0 && filled(rec.cells) > 0 {
		rec.cells = rec.cells[:len(rec.cells)-1]
	}
	if len(rec.cells) > maxColumns {
		return campaign.Errorf(campaign.Invalid, "line %d has %d columns; at most %d are read", rec.line, len(rec.cells), maxColumns)
	}
	f.ours, f.usual = isExport(rec.cells)
	for i := range rec.cells {
		rec.cells[i] = f.asWritten(rec.cells[i])
	}
	f.header, f.Columns, f.names = rec.line, understand(rec.cells), nil
	for i, cell := range rec.cells {
		if filled(rec.cells) == 0 {
			cell = fmt.Sprintf("column %d", i+1)
		}
		f.names = append(f.names, strings.Clone(cell))
		f.french = f.french || within(frenchNames, cell)
	}
	return nil
}
