package contactfile

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// setTags takes the tags of a cell, as the known tools write them: with signs between them, in quotation marks, with Google's
// asterisk. A tag that says that somebody left is their word.
func (rr *rowReader) setTags(row *campaign.ImportRow, header, value string) {
	between := func(r rune) bool { return r == ',' || r == ';' || r == '|' }
	if rr.export != nil {
		between = func(r rune) bool { return r == ',' }
	}
	for tag := range strings.FieldsFuncSeq(strings.ReplaceAll(value, ":::", ","), between) {
		if rr.export == nil {
			tag = strings.Trim(tag, " \"'“”„[]*")
		}
		if tag = strings.TrimSpace(tag); tag == "" || tag == "myContacts" {
			continue
		}
		row.Contact.Tags = append(row.Contact.Tags, tag)
		rr.addSureStanding(row, header, tag)
	}
}

// addSureStanding adds to a row's standing what a note, a tag or a cell of any name says of whether its person may be written to,
// where it can mean nothing else.
func (rr *rowReader) addSureStanding(row *campaign.ImportRow, header, value string) {
	if rr.export != nil {
		return
	}
	if s := rr.sures.of(value, sureStatus); s != campaign.Free {
		row.Standing.Say(s, saysIn(header, value), dateIn(value))
	}
}
