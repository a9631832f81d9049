package contactfile

import "testing"

// Rows are counted as a spreadsheet counts them, with the line of the text beside it where that is another. One address given twice
// in a row is one person.
func TestRowsAreCountedAsSpreadsheetsDo(t *testing.T) {
	f := read(t, "sep=;\nemail;notes;name\na@x.example;\"two\nlines\";Ana\n\nb@x.example;one;Eva\nbroken;\"x\"y;Iva\nc@x.example;\"\r\n\r\n\";Mia\r\nd@x.example;x;Lea\n")
	for i, want := range [][2]int{{2, 3}, {4, 6}, {5, 7}, {6, 8}, {7, 11}} {
		if r := f.Rows[i]; r.Line != want[0] || r.TextLine != want[1] {
			t.Errorf("%s: row %d, line %d, want %v", r.Contact.Email, r.Line, r.TextLine, want)
		}
	}
	f = read(t, "email;name\na@x.example;Ana\n")
	if r := f.Rows[0]; r.Line != 2 || r.TextLine != 0 {
		t.Errorf("%+v", r)
	}
	f = read(t, "Oznaka;email\nradio;a@x.example, b@x.example\nradio;b2@x.example\n")
	if len(f.Rows) != 3 || f.Rows[1].Contact.Email != "b@x.example" || f.Rows[1].Line != 2 || len(f.Rows[1].Notes) != 1 {
		t.Errorf("%+v", f.Rows)
	}
	f = read(t, "Ana Petrović <a@x.example>, Eva Jović <b@x.example>, Ana <A@x.example>\nIva <c@x.example>\n")
	if len(f.Rows) != 3 || f.Rows[0].Line != 1 || f.Rows[1].Line != 1 || f.Rows[2].Line != 2 {
		t.Errorf("%+v", f.Rows)
	}
}
