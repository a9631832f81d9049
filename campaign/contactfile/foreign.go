package contactfile

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// foreign names the kind of a file that is no table, whatever it is called, and says what to do; nil for one that may be.
func foreign(r io.ReaderAt, size int64, head []byte) error {
	refuse := func(what campaign.Text) error {
		return campaign.Errorf(campaign.Invalid, "this is %s, and no table of contacts. Open it, choose Save as → “CSV UTF-8” or “Excel workbook (.xlsx)”, and use that file", what)
	}
	text := strings.ToLower(string(bytes.TrimLeft(bytes.TrimPrefix(head[:min(len(head), 1024)], []byte(utf8Mark)), " \r\n\t")))
	begins := func(prefixes ...string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(text, p) })
	}
	switch {
	case begins("%pdf-"):
		return campaign.Errorf(campaign.Invalid, "this is a PDF: a table in it cannot be read for sure. Ask for the table it was made from, or copy its rows into a spreadsheet and save that as an Excel workbook (.xlsx)")
	case begins("<!doctype html", "<html", "<table", "<head", "<body", "<meta"):
		return refuse(campaign.Textf("a web page (HTML), though some programs name such a file .xls or .csv"))
	case begins("<?xml", "<office:", "<workbook"):
		return refuse(campaign.Textf("an XML file"))
	case begins("{\\rtf"):
		return refuse(campaign.Textf("a text of Word (RTF)"))
	case begins("{", "[{"):
		if strings.ContainsAny(text, "\":") && !strings.Contains(firstLine(text), ";") {
			return campaign.Errorf(campaign.Invalid, "this is JSON, as programs exchange it. Export the contacts as CSV, and use that file")
		}
	case begins("begin:vcalendar"):
		return refuse(campaign.Textf("a calendar (iCalendar)"))
	case begins("dn: ", "version: 1\ndn:", "version: 1\r\ndn:"):
		return campaign.Errorf(campaign.Invalid, "this is an address book in LDIF. Export it as CSV or vCard, and use that file")
	case begins("from ", "from:", "subject:", "return-path:", "received:", "mime-version:"):
		if strings.Contains(text, "\nsubject:") || strings.Contains(text, "\nfrom:") {
			return campaign.Errorf(campaign.Invalid, "this is a letter (.eml or .mbox). Copy the addresses out of it into a spreadsheet, and use that")
		}
	case begins("sqlite format 3"):
		return refuse(campaign.Textf("a database (SQLite)"))
	case begins("\x1f\x8b", "7z\xbc\xaf", "rar!"):
		return campaign.Errorf(campaign.Invalid, "this is a packed file. Unpack it, and use the table within")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return foreignZip(r, size, refuse)
	}
	return nil
}

// foreignZip names the kind of a packed file, as those of office programs are.
func foreignZip(r io.ReaderAt, size int64, refuse func(campaign.Text) error) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil // the workbook says what is wrong
	}
	kinds := []struct {
		begin string
		what  campaign.Text
	}{
		{"xl/workbook.bin", campaign.Textf("a binary Excel workbook (.xlsb)")}, {"word/", campaign.Textf("a text of Word (.docx)")},
		{"ppt/", campaign.Textf("a presentation (.pptx)")}, {"index/document.iwa", campaign.Textf("a table of Apple Numbers or a text of Pages")},
		{"index.numbers", campaign.Textf("a table of Apple Numbers")}, {"index/", campaign.Textf("a table of Apple Numbers")},
		{"content.xml", campaign.Textf("a table or text of LibreOffice (.ods or .odt)")},
	}
	workbook := false
	for _, file := range z.File[:min(len(z.File), 2000)] {
		name := strings.ToLower(file.Name)
		workbook = workbook || name == "xl/workbook.xml"
		for _, k := range kinds {
			if strings.HasPrefix(name, k.begin) {
				return refuse(k.what)
			}
		}
	}
	if !workbook && len(z.File) > 0 && !strings.Contains(strings.ToLower(z.File[0].Name), "content_types") {
		for _, file := range z.File {
			if name := strings.ToLower(file.Name); strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".xlsx") {
				return campaign.Errorf(campaign.Invalid, "this is a packed file (.zip). Unpack it, and use the tables within, “%s” among them", shorten(file.Name))
			}
		}
	}
	return nil
}
