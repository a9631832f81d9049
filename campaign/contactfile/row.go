package contactfile

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// rowReader makes rows of the records of one table.
type rowReader struct {
	mapping
	in      *input
	Hidden  bool // the hidden rows of a workbook are read too
	surplus bool // see Options

	kinds     cellCache[kindRead]
	languages cellCache[languageRead]
	sures     cellCache[campaign.Standing] // what notes and tags say
	standings map[standingCell]said
}

// row reads one record, and returns the addresses of further people in it, see people. A row that cannot be imported
// has a Problem; an unknown kind or language is only noted and stored as an attribute, since a column of that name may well
// mean something else.
func (rr *rowReader) row(rec record) (row campaign.ImportRow, more []mail.Address) {
	row = campaign.ImportRow{Line: rec.line, TextLine: rec.text, Cells: rec.cells, Problem: rec.problem}
	if row.TextLine == row.Line || rr.plain {
		row.TextLine = 0
	}
	if !row.Problem.IsZero() {
		return row, nil
	}
	if problem := rr.moved(rec.cells); !problem.IsZero() && !rr.surplus {
		row.Problem = problem
	}
	for i := len(rr.Columns); i < len(rec.cells); i++ {
		if value := rr.asWritten(rec.cells[i]); value != "" {
			addAttribute(&row.Contact, fmt.Sprintf("column %d", i+1), value)
		}
	}
	var full named
	address := ""
	for i, col := range rr.Columns {
		value := ""
		if i < len(rec.cells) {
			value = rr.asWritten(rec.cells[i])
		}
		ours := rr.export != nil && i < rr.usual
		if ours {
			value = rr.export.read(exportMeanings[i], value)
			rr.addExportStanding(&row, i, value)
		}
		if col.Meaning.tellsStanding() && !(ours && i == leftAt) {
			rr.addStanding(&row, col, value)
			continue
		}
		if value == "" {
			continue
		}
		switch col.Meaning {
		case FullName:
			full = named{value, col}
		case Email:
			address = joinAddress(address, visible(value))
		default:
			rr.set(&row, col, value)
		}
	}
	beside, more := rr.setAddress(&row, address, full.name)
	rr.setName(&row, beside, full)
	if noteBroken(&row, rec.cells, rr.Columns); !row.Problem.IsZero() {
		row.Notes = nil // of cells that may have moved
	}
	return row, more
}

// asWritten returns a cell as it was before it was made harmless. What we wrote ourselves comes back to the letter.
func (mp *mapping) asWritten(cell string) string {
	switch {
	case mp.export != nil && mp.plain:
		return cell
	case mp.export != nil:
		return unharm(cell)
	case mp.plain:
		return strings.TrimSpace(cell)
	}
	return strings.TrimSpace(unharmFirst(strings.TrimSpace(cell)))
}

func (rr *rowReader) set(row *campaign.ImportRow, col Column, value string) {
	c := &row.Contact
	var err error
	switch col.Meaning {
	case FirstName:
		c.FirstName = value
	case LastName:
		c.LastName = value
	case Organisation:
		row.Organisation = value
	case Position:
		if isHonorific(value) && rr.export == nil {
			setHonorific(c, value)
			return
		}
		c.Position = value
		rr.addSureStanding(row, col.Header, value)
	case Honorific:
		setHonorific(c, value)
	case Gender:
		if g := campaign.ParseGender(value); g != "" {
			value = string(g)
		}
		addAttribute(c, nameGender, value)
	case Phone:
		c.Phone = value
	case Place:
		c.Place = value
	case Zone:
		c.Zone, err = campaign.ParseZone(value)
	case Notes:
		c.Notes = value
		rr.addSureStanding(row, col.Header, value)
	case Source:
		c.Source = value
	case Tags:
		rr.setTags(row, col.Header, value)
	case Kind:
		k := rr.kinds.of(value, readKind)
		if k.refused != nil {
			row.Problem = campaign.TextOf(k.refused)
			return
		}
		c.Kind, err = k.kind, k.unknown
	case Language:
		l := rr.languages.of(value, readLanguage)
		c.Language, err = l.language, l.unknown
	case Attribute:
		rr.setOther(row, col, value)
	}
	if err != nil {
		row.Notes = append(row.Notes, noteUnknown(col.Meaning, value))
		addAttribute(c, col.Header, value)
		rr.addSureStanding(row, col.Header, value)
	}
}

// setOther stores a cell as an attribute named like its column, or in the field that a second column of a meaning also fits,
// while that is empty.
func (rr *rowReader) setOther(row *campaign.ImportRow, col Column, value string) {
	c := &row.Contact
	var field *string
	switch col.also {
	case Phone:
		field = &c.Phone
	case Place:
		field = &c.Place
	case Position:
		field = &c.Position
	case Organisation:
		field = &row.Organisation
	case Tags:
		rr.setTags(row, col.Header, value)
		return
	}
	if field != nil && *field == "" {
		*field = value
		return
	}
	addAttribute(c, col.Header, value)
	if !col.elsewhere {
		rr.addSureStanding(row, col.Header, value)
	}
}

// cellCache holds how cells were read: a file has few different ones in a column of kinds, each many times.
type cellCache[T any] map[string]T

// maxRead bounds the cells held: a column with more different ones is no column of kinds.
const maxRead = 1000

func (c cellCache[T]) of(cell string, read func(string) T) T {
	v, known := c[cell]
	if !known {
		cell = strings.Clone(cell)
		if v = read(cell); len(c) < maxRead {
			c[cell] = v
		}
	}
	return v
}

type kindRead struct {
	kind             campaign.Kind
	refused, unknown error
}

func readKind(cell string) (k kindRead) {
	k.refused = campaign.CheckAudience(cell)
	k.kind, k.unknown = campaign.ParseKind(cell)
	return k
}

type languageRead struct {
	language campaign.Language
	unknown  error
}

func readLanguage(cell string) (l languageRead) {
	l.language, l.unknown = campaign.ParseLanguage(cell)
	return l
}

func addAttribute(c *campaign.Contact, name, value string) {
	if c.Attributes == nil {
		c.Attributes = map[string]string{}
	}
	c.Attributes[name] = value
}
