package contactfile

import (
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// setTags takes the tags of a cell, as the known tools write them: with signs between them, in quotation marks, with Google's
// asterisk. A tag that says that somebody left is their word.
func (rr *rowReader) setTags(row *campaign.ImportRow, value string) {
	between := func(r rune) bool { return r == ',' || r == ';' || r == '|' }
	if rr.ours {
		between = func(r rune) bool { return r == ',' }
	}
	for tag := range strings.FieldsFuncSeq(strings.ReplaceAll(value, ":::", ","), between) {
		if !rr.ours {
			tag = strings.Trim(tag, " \"'“”„[]*")
		}
		if tag = strings.TrimSpace(tag); tag == "" || tag == "myContacts" {
			continue
		}
		row.Contact.Tags = append(row.Contact.Tags, tag)
		rr.addSureStanding(row, "a tag", tag)
	}
}

// addSureStanding adds to a row's standing what a note, a tag or a cell of any name says of whether its person may be written to,
// where it can mean nothing else.
func (rr *rowReader) addSureStanding(row *campaign.ImportRow, where, value string) {
	if rr.ours {
		return
	}
	if s := rr.sures.of(value, sureStatus); s != campaign.Free {
		row.Standing.Say(s, where+" says “"+shorten(value)+"”", dateIn(value))
	}
}
