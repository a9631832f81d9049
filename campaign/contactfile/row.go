package contactfile

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// row understands one record. What is wrong with the row as such is its Problem; a kind or language nobody knows is only
// noted, and kept as an attribute, since a column of that name may well mean something else.
func (f *File) row(rec record) campaign.ImportRow {
	row := campaign.ImportRow{Line: rec.line, Problem: rec.problem}
	if row.Problem != "" {
		return row
	}
	for i := len(f.Columns); i < len(rec.cells); i++ {
		if strings.TrimSpace(rec.cells[i]) != "" {
			row.Problem = fmt.Sprintf("it has %d cells, but there are %d columns: put a cell that contains the delimiter (%s) into quotation marks",
				len(rec.cells), len(f.Columns), f.DelimiterName())
			break
		}
	}
	full, address := "", ""
	for i, col := range f.Columns {
		if i >= len(rec.cells) {
			break
		}
		value := strings.TrimSpace(unharm(rec.cells[i]))
		if value == "" {
			continue
		}
		switch col.Meaning {
		case FullName:
			full = value
		case Email:
			address = value
		default:
			set(&row, col, value)
		}
	}
	setName(&row.Contact, address, full)
	return row
}

func set(row *campaign.ImportRow, col Column, value string) {
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
		c.Position = value
	case Phone:
		c.Phone = value
	case Place:
		c.Place = value
	case Notes:
		c.Notes = value
	case Source:
		c.Source = value
	case Tags:
		c.Tags = strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ';' || r == '|' })
	case Kind:
		if err := campaign.CheckAudience(value); err != nil {
			row.Problem = err.Error()
			return
		}
		c.Kind, err = campaign.ParseKind(value)
	case Language:
		c.Language, err = campaign.ParseLanguage(value)
	case Attribute:
		addAttribute(c, col.Header, value)
	}
	if err != nil {
		row.Notes = append(row.Notes, fmt.Sprintf("the %s “%s” is not known and was kept as an attribute", col.Meaning, shorten(value)))
		addAttribute(c, col.Header, value)
	}
}

func addAttribute(c *campaign.Contact, name, value string) {
	if c.Attributes == nil {
		c.Attributes = map[string]string{}
	}
	c.Attributes[name] = value
}

// setName reads the address cell, which may be "Name <address>", and a column of full names; columns for the parts of a
// name win over both.
func setName(c *campaign.Contact, address, full string) {
	c.Email = address
	if strings.Contains(address, "<") {
		if parsed, err := mail.ParseAddress(address); err == nil {
			c.Email = parsed.Address
			if full == "" {
				full = parsed.Name
			}
		}
	}
	if c.FirstName == "" && c.LastName == "" {
		c.FirstName, c.LastName = SplitName(full)
	}
}

// SplitName takes a full name apart: "Ana Petrović", "Petrović, Ana". The last word is the last name.
func SplitName(full string) (first, last string) {
	if last, first, ok := strings.Cut(full, ","); ok {
		return strings.TrimSpace(first), strings.TrimSpace(last)
	}
	words := strings.Fields(full)
	if len(words) < 2 {
		return full, ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}
