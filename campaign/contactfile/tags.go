package contactfile

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// setTags takes the tags of a cell, as the known tools write them: with signs between them, in quotation marks, with Google's
// asterisk. A tag that says that somebody left is their word.
func (f *File) setTags(row *campaign.ImportRow, value string) {
	between := func(r rune) bool { return r == ',' || r == ';' || r == '|' }
	if f.ours {
		between = func(r rune) bool { return r == ',' }
	}
	for tag := range strings.FieldsFuncSeq(strings.ReplaceAll(value, ":::", ","), between) {
		if !f.ours {
			tag = strings.Trim(tag, " \"'“”„[]*")
		}
		if tag = strings.TrimSpace(tag); tag == "" || tag == "myContacts" {
			continue
		}
		row.Contact.Tags = append(row.Contact.Tags, tag)
		f.sure(row, "a tag", tag)
	}
}

// sure takes down what a note, a tag or a cell of any name says of whether its person may be written to, where it can mean
// nothing else.
func (f *File) sure(row *campaign.ImportRow, where, value string) {
	if f.ours {
		return
	}
	s, known := f.sures[value]
	if !known {
		if s = sureStatus(value); len(f.sures) < maxRead {
			f.sures[strings.Clone(value)] = s
		}
	}
	if s != campaign.Free {
		row.Standing.Say(s, where+" says “"+shorten(value)+"”", dateIn(value))
	}
}
