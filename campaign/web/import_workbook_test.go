package web

import (
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/glasnik/glasnik/campaign"
)

// What a workbook hides is said with its number, and the person chooses.
func TestImportOfHiddenRowsAndOtherSheets(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	book := excelize.NewFile()
	set := func(sheet, cell string, row ...any) {
		if err := book.SetSheetRow(sheet, cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	set("Sheet1", "A1", "email", "Ime")
	set("Sheet1", "A2", "ana@x.example", "Ana")
	set("Sheet1", "A3", "eva@x.example", "Eva")
	set("Sheet1", "A5", "email", "Škola")
	set("Sheet1", "A6", "os@x.example", "OŠ Jug")
	if _, err := book.NewSheet("Arhiva"); err != nil {
		t.Fatal(err)
	}
	set("Arhiva", "A1", "email")
	set("Arhiva", "A2", "iva@x.example")
	if err := book.SetRowVisible("Sheet1", 3, false); err != nil {
		t.Fatal(err)
	}
	if err := book.SetColVisible("Sheet1", "B", false); err != nil {
		t.Fatal(err)
	}
	data, err := book.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	a := s.upload(data.String(), "list_name=Press")
	a.want(t, 200, "adds 2 contacts", "1 row is hidden", "left out", "Take the 1 hidden row too", "sheet “Arhiva” holds addresses too", "Hidden columns are read", "“Ime”", "On line 5 another table begins")
	checkMarkup(t, a)
	s.post(a.Path+"/columns", "sheet=Sheet1", "hidden=true").want(t, 200, "adds 3 contacts", "read all the same")
	s.post(a.Path+"/columns", "sheet=Arhiva").want(t, 200, "adds 1 contact", "sheet “Sheet1” holds addresses too")
}
