package contactfile

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/glasnik/glasnik/campaign"
)

// book makes a workbook of sheets of rows.
func book(t *testing.T, sheets map[string][][]any, order ...string) *excelize.File {
	t.Helper()
	f := excelize.NewFile()
	for i, name := range order {
		if i == 0 {
			must(t, f.SetSheetName("Sheet1", name))
		} else if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for r, row := range sheets[name] {
			cell, _ := excelize.CoordinatesToCellName(1, r+1)
			must(t, f.SetSheetRow(name, cell, &row))
		}
	}
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func bytesOf(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	b, err := f.WriteToBuffer()
	must(t, err)
	must(t, f.Close())
	return b.Bytes()
}

func TestWorkbookAsAPersonSeesIt(t *testing.T) {
	f := book(t, map[string][][]any{"Novinari": {
		{"Redakcije – pregled 2026"}, {},
		{"E-pošta", "Име и презиме", "Telefon", "Poslednji poziv", "Od", "Šifra", "Aktivan", "Deo", "", ""},
		{"ana@x.example", "Ана Ђорђевић", 381641234567, 46085, 46085, 117, true, 0.5, nil, nil},
		{},
		{"=HYPERLINK(1)", "X"},
		{"marko@x.example", "two\nlines, \"quoted\"; x", "'+381"},
	}}, "Novinari")
	for cell, format := range map[string]string{"D4": "dd.mm.yyyy.", "F4": "000000", "H4": "0%"} {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format})
		must(t, err)
		must(t, f.SetCellStyle("Novinari", cell, cell, style))
	}
	short, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	must(t, err)
	must(t, f.SetCellStyle("Novinari", "E4", "E4", short))

	got, err := tryReading(bytesOf(t, f), Options{})
	must(t, err)
	if got.EncodingName().String() != "Excel workbook" || got.Sheet != "Novinari" || !got.DelimiterName().IsZero() || len(got.Columns) != 8 {
		t.Errorf("%s, %q, %q, %v", got.EncodingName(), got.Sheet, got.DelimiterName(), got.Columns)
	}
	want := []campaign.ImportRow{
		{Line: 4, Contact: campaign.Contact{Email: "ana@x.example", FirstName: "Ана", LastName: "Ђорђевић", Phone: "381641234567",
			Attributes: map[string]string{"Poslednji poziv": "2026-03-04", "Od": "2026-03-04", "Šifra": "000117", "Aktivan": "TRUE", "Deo": "0.5"}}},
		{Line: 6, Contact: campaign.Contact{Email: "=HYPERLINK(1)", FirstName: "X"}},
		{Line: 7, Contact: campaign.Contact{Email: "marko@x.example", FirstName: "two lines, \"quoted\";", LastName: "x", Phone: "'+381"}},
	}
	name := splitName("two\nlines, \"quoted\"; x", false, false)
	want[2].Contact.FirstName, want[2].Contact.LastName = name.First, name.Last
	if diff := cmp.Diff(want, got.Rows); diff != "" {
		t.Error(diff)
	}
}

func TestTableBeginsFarDown(t *testing.T) {
	f := book(t, map[string][][]any{"A": {}}, "A")
	must(t, f.SetSheetRow("A", "B501", &[]any{"email", "Ime"}))
	must(t, f.SetSheetRow("A", "B502", &[]any{"ana@x.example", "Ana"}))
	got, err := tryReading(bytesOf(t, f), Options{})
	must(t, err)
	if len(got.Rows) != 1 || got.Rows[0].Line != 502 || got.Rows[0].Contact.FirstName != "Ana" {
		t.Errorf("%+v", got.Rows)
	}
}

func TestFormsThatBreakOff(t *testing.T) {
	for _, code := range []string{"", "yyyy[", `yyyy"`, `yyyy\\`, "yyyy_", "yyyy;d", `yyyy"d`} {
		if f := momentForm(code); code != "" && (f == nil || f.moment != "2006") {
			t.Errorf("%q is shown as %+v", code, f)
		}
		masksOf(code)
	}
}

// Dates come in one form, whatever form their cells have.
func TestDatesOfAWorkbook(t *testing.T) {
	formats := map[string]string{
		"d. m. yyyy.": "2023-07-16", "dd/mm/yy;@": "2023-07-16", `[$-81A]d\. mmmm yyyy`: "2023-07-16", "DDDD": "2023-07-16", "d. mmm": "2023-07-16", "mmm yy": "2023-07",
		"yyyy": "2023", "yyyy-mm-dd hh:mm": "2023-07-16 12:00", "d.m.yyyy h:mm:ss AM/PM": "2023-07-16 12:00:00", "hh:mm": "12:00", "[h]:mm": "1082964:00",
		`0 "dana"`: "45123.5", "General": "45123.5", `#,##0.0 "d"`: "45123.5", "@": "45123.5",
	}
	f := book(t, map[string][][]any{"A": {{"email"}, {"ana@x.example"}}}, "A")
	column, want := 1, map[string]string{}
	add := func(name, shown string, style excelize.Style) {
		column++
		want[name] = shown
		letter, err := excelize.ColumnNumberToName(column)
		must(t, err)
		must(t, f.SetCellValue("A", letter+"1", name))
		must(t, f.SetCellValue("A", letter+"2", 45123.5))
		id, err := f.NewStyle(&style)
		must(t, err)
		must(t, f.SetCellStyle("A", letter+"2", letter+"2", id))
	}
	for format, shown := range formats {
		add(format, shown, excelize.Style{CustomNumFmt: &format})
	}
	for id, shown := range map[int]string{14: "2023-07-16", 15: "2023-07-16", 16: "2023-07-16", 17: "2023-07-16", 20: "12:00", 22: "2023-07-16 12:00"} {
		add(fmt.Sprint("number ", id), shown, excelize.Style{NumFmt: id})
	}
	got, err := tryReading(bytesOf(t, f), Options{})
	must(t, err)
	if diff := cmp.Diff(want, got.Rows[0].Contact.Attributes); diff != "" {
		t.Error(diff)
	}
}

func TestSheets(t *testing.T) {
	f := book(t, map[string][][]any{
		"Uvod": {{"Uputstvo"}, {"Pišite nam na ana@x.example"}}, "Skrivena": {{"email"}, {"hidden@x.example"}},
		"Medija": {{"Ime", "e-mail"}, {"Ana", "ana@x.example"}}, "Škole": {{"mejl", "Škola"}, {"skola@x.example", "OŠ Primer"}},
	}, "Uvod", "Skrivena", "Medija", "Škole")
	must(t, f.SetSheetVisible("Skrivena", false))
	data := bytesOf(t, f)
	for asked, want := range map[string]string{"": "ana@x.example", "Škole": "skola@x.example", "skole": "skola@x.example", "ШКОЛЕ": "skola@x.example", "3": "ana@x.example", "Skrivena": "hidden@x.example"} {
		got, err := tryReading(data, Options{Sheet: asked})
		if err != nil || len(got.Rows) != 1 || got.Rows[0].Contact.Email != want {
			t.Errorf("asked for %q: %+v %v", asked, got.Rows, err)
			continue
		}
		if len(got.Sheets) != 4 {
			t.Errorf("sheets %v", got.Sheets)
		}
	}
	for _, asked := range []string{"none", "0", "5"} {
		if _, err := tryReading(data, Options{Sheet: asked}); campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), "“Medija”") {
			t.Errorf("asked for %q: %v", asked, err)
		}
	}
	if _, err := tryReading(bytesOf(t, excelize.NewFile()), Options{}); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("an empty workbook: %v", err)
	}
}

func TestLongCellsOfAWorkbook(t *testing.T) {
	long := strings.Repeat("дугачко ", 4000) // 32,000 characters, 60 KB
	f := book(t, map[string][][]any{"A": {{"email", "a", "b", "c"}, {"ana@x.example", long, long, long}, {"b@x.example", strings.Repeat("ж", 32767)}, {"c@x.example", strings.Repeat("ш\n", 9000)}}}, "A")
	got, err := tryReading(bytesOf(t, f), Options{})
	must(t, err)
	if len(got.Rows) != 3 || got.Rows[0].Problem.String() != "" || got.Rows[1].Problem.String() != "" || got.Rows[2].Line != 4 {
		t.Errorf("%d rows: %q %q", len(got.Rows), got.Rows[0].Problem.String(), got.Rows[1].Problem.String())
	}
}

// A contact goes out and comes back the same, in either format.
func TestEveryFormatGoesRound(t *testing.T) {
	contacts := []campaign.Contact{
		{Email: "ana@x.example", FirstName: "Ana", LastName: "Đorđević", Kind: campaign.Journalist, Language: campaign.SerbianLatin,
			Place: "=Niš", Phone: "+381 11 123", Tags: []string{"a", "b"}, Notes: "two\r\n\"lines\"\nand three", Source: "@list",
			Attributes: map[string]string{"Beat": "'=1+1", "Code": "_x000D_ _x0041_", "Year": "2026-01-02", "Zero": "007", "=a": "1", "+b": "2", "-c": "3", "@d": "4", "'=e": "5", "'f": "6"}},
		{Email: "школа@x.example", Kind: campaign.School, Language: campaign.SerbianCyrillic, FirstName: "'quoted", LastName: "''-x", Notes: "a <b> & c;\t|"},
	}
	for _, format := range []Format{CSV, XLSX} {
		t.Run(string(format), func(t *testing.T) {
			var b bytes.Buffer
			w, err := NewWriter(&b, format, 0, campaign.English, slices.Collect(maps.Keys(contacts[0].Attributes)))
			must(t, err)
			for i := range contacts {
				must(t, w.Contact(&contacts[i], "Glas; Primera", []ListStatus{{"Press", campaign.Subscribed}}, false))
				must(t, w.Flush())
			}
			must(t, w.Close())
			f, err := tryReading(b.Bytes(), Options{})
			must(t, err)
			if len(f.Rows) != len(contacts) {
				t.Fatalf("%d rows", len(f.Rows))
			}
			for i, r := range f.Rows {
				for j := range r.Contact.Tags {
					r.Contact.Tags[j] = strings.TrimSpace(r.Contact.Tags[j])
				}
				if diff := cmp.Diff(contacts[i], r.Contact); diff != "" || r.Problem.String() != "" || r.Organisation != "Glas; Primera" {
					t.Errorf("%q %q %s", r.Problem.String(), r.Organisation, diff)
				}
			}
		})
	}
}

// No cell of a workbook is a formula, whatever a contact is called.
func TestWorkbookHoldsNoFormula(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, XLSX, 0, campaign.English, nil)
	must(t, err)
	must(t, w.Contact(&campaign.Contact{Email: "ana@x.example", FirstName: "=cmd|'/c calc'!A1", LastName: "@SUM(1)", Notes: "+1"}, "-2", nil, false))
	must(t, w.Close())
	f, err := excelize.OpenReader(&b)
	must(t, err)
	defer f.Close()
	for _, cell := range []string{"B2", "C2", "E2", "K2"} {
		formula, err := f.GetCellFormula("Contacts", cell)
		kind, kindErr := f.GetCellType("Contacts", cell)
		if err != nil || kindErr != nil || formula != "" || kind != excelize.CellTypeInlineString {
			t.Errorf("%s: formula %q, type %v, %v %v", cell, formula, kind, err, kindErr)
		}
	}
	w, err = NewWriter(&bytes.Buffer{}, XLSX, 0, campaign.English, nil)
	must(t, err)
	err = w.Contact(&campaign.Contact{Email: "ana@x.example", Notes: strings.Repeat("x", 40_000)}, "", nil, false)
	if campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), "export as CSV") {
		t.Errorf("a cell that would be cut off: %v", err)
	}
}

func FuzzWorkbook(f *testing.F) {
	b := excelize.NewFile()
	b.SetSheetRow("Sheet1", "A1", &[]any{"email", "Ime"})
	b.SetSheetRow("Sheet1", "A2", &[]any{"ana@x.example", time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)})
	buf, err := b.WriteToBuffer()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add(buf.Bytes()[:buf.Len()/2])
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := tryReading(data, Options{}); err != nil && campaign.CodeOf(err) == "" {
			t.Fatalf("an error without a code: %v", err)
		}
	})
}
