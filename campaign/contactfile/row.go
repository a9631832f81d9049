package contactfile

import (
	"fmt"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// row reads one record, and leaves the addresses of further people in it in f.more, see people. A row that cannot be imported
// has a Problem; an unknown kind or language is only noted and stored as an attribute, since a column of that name may well
// mean something else.
func (f *File) row(rec record) campaign.ImportRow {
	row := campaign.ImportRow{Line: rec.line, TextLine: rec.text, Cells: rec.cells, Problem: rec.problem}
	if row.TextLine == row.Line || f.spool != nil {
		row.TextLine = 0
	}
	if row.Problem != "" {
		return row
	}
	if problem := f.moved(rec.cells); problem != "" && !f.surplus {
		row.Problem = problem
	}
	for i := len(f.Columns); i < len(rec.cells); i++ {
		if value := f.asWritten(rec.cells[i]); value != "" {
			addAttribute(&row.Contact, fmt.Sprintf("column %d", i+1), value)
		}
	}
	var full named
	address := ""
	for i, col := range f.Columns {
		value := ""
		if i < len(rec.cells) {
			value = f.asWritten(rec.cells[i])
		}
		if f.ours && i < f.usual {
			f.standInExport(&row, i, value)
		}
		if col.Meaning.tellsStanding() && !(f.ours && col.Header == leftColumn) {
			f.stand(&row, col, value)
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
			f.set(&row, col, value)
		}
	}
	beside, more := f.setAddress(&row, address, full.name)
	f.setName(&row, beside, full)
	f.noteBroken(&row, rec.cells)
	f.more = more
	return row
}

// asWritten returns a cell as it was before it was made harmless. A workbook knows what is text: nothing was put in front. What we
// wrote ourselves comes back to the letter.
func (f *File) asWritten(cell string) string {
	switch {
	case f.ours && f.Encoding == "":
		return cell
	case f.ours:
		return unharm(cell)
	case f.Encoding == "":
		return strings.TrimSpace(cell)
	}
	return strings.TrimSpace(unharmFirst(strings.TrimSpace(cell)))
}

func (f *File) set(row *campaign.ImportRow, col Column, value string) {
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
		if isHonorific(value) && !f.ours {
			setHonorific(c, value)
			return
		}
		c.Position = value
		f.sure(row, "“"+col.Header+"”", value)
	case Honorific:
		setHonorific(c, value)
	case Phone:
		c.Phone = value
	case Place:
		c.Place = value
	case Notes:
		c.Notes = value
		f.sure(row, "a note", value)
	case Source:
		c.Source = value
	case Tags:
		f.setTags(row, value)
	case Kind:
		k := f.kind(value)
		if k.refused != nil {
			row.Problem = k.refused.Error()
			return
		}
		c.Kind, err = k.kind, k.unknown
	case Language:
		l := f.language(value)
		c.Language, err = l.language, l.unknown
	case Attribute:
		f.setOther(row, col, value)
	}
	if err != nil {
		row.Notes = append(row.Notes, noteUnknown(col.Meaning, value))
		addAttribute(c, col.Header, value)
		f.sure(row, "“"+col.Header+"”", value)
	}
}

// setOther stores a cell as an attribute named like its column, or in the field that a second column of a meaning also fits,
// while that is empty.
func (f *File) setOther(row *campaign.ImportRow, col Column, value string) {
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
		f.setTags(row, value)
		return
	}
	if field != nil && *field == "" {
		*field = value
		return
	}
	addAttribute(c, col.Header, value)
	if !col.elsewhere {
		f.sure(row, "“"+col.Header+"”", value)
	}
}

// kindRead and languageRead cache how a cell was read: a file has few different ones, each many times.
type (
	kindRead struct {
		kind             campaign.Kind
		refused, unknown error
	}
	languageRead struct {
		language campaign.Language
		unknown  error
	}
)

// maxRead bounds the cells cached of a column: one with more different cells is no column of kinds.
const maxRead = 1000

func (f *File) kind(cell string) kindRead {
	k, known := f.kinds[cell]
	if !known {
		k.refused = campaign.CheckAudience(cell)
		k.kind, k.unknown = campaign.ParseKind(cell)
		if len(f.kinds) < maxRead {
			f.kinds[strings.Clone(cell)] = k
		}
	}
	return k
}

func (f *File) language(cell string) languageRead {
	l, known := f.languages[cell]
	if !known {
		l.language, l.unknown = campaign.ParseLanguage(cell)
		if len(f.languages) < maxRead {
			f.languages[strings.Clone(cell)] = l
		}
	}
	return l
}

func addAttribute(c *campaign.Contact, name, value string) {
	if c.Attributes == nil {
		c.Attributes = map[string]string{}
	}
	c.Attributes[name] = value
}
