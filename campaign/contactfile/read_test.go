package contactfile

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/glasnik/glasnik/campaign"
)

// readFile is a file with its rows, as they are without their cells.
type readFile struct {
	*File
	Rows []campaign.ImportRow
}

func tryReading(data []byte, o Options) (readFile, error) {
	f, err := Open(bytes.NewReader(data), int64(len(data)), o)
	if err != nil {
		return readFile{}, err
	}
	defer f.Close()
	if err := f.Check(); err != nil {
		return readFile{}, err
	}
	out := readFile{File: f}
	for r, err := range f.Rows() {
		if err != nil {
			return out, err
		}
		r.Cells = nil
		out.Rows = append(out.Rows, r)
	}
	return out, nil
}

func read(t *testing.T, text string) readFile {
	t.Helper()
	f, err := tryReading([]byte(text), Options{})
	if err != nil {
		t.Fatalf("reading %.60q: %v", text, err)
	}
	return f
}

func TestHeadersInThreeLanguages(t *testing.T) {
	for _, header := range []string{
		"Email;First name;Last name;Organisation;Kind;Language;Place;Phone;Tags",
		"E-pošta;Ime;Prezime;Medij;Vrsta;Jezik;Mesto;Telefon;Oznake",
		"Е-пошта;Име;Презиме;Редакција;Врста;Језик;Место;Телефон;Ознаке",
		"e-mail;IME;prezime;Škola;kategorija;jezik;grad;broj telefona;TEME",
		"imejl adresa;ime;prezime;Naziv firme;tip;pismo;Sedište;mobilni;oznaka",
		"Courriel;Prénom;Nom;Rédaction;Catégorie;Langue;Ville;Téléphone;Mots-clés",
	} {
		t.Run(header, func(t *testing.T) {
			f := read(t, header+"\nana@primer.example;Ana;Đorđević;Glas Primera;novinar;ћирилица;Niš;011 123;škole, nasilje\n")
			want := campaign.ImportRow{Line: 2, Organisation: "Glas Primera", Contact: campaign.Contact{
				Email: "ana@primer.example", FirstName: "Ana", LastName: "Đorđević", Kind: campaign.Journalist,
				Language: campaign.SerbianCyrillic, Place: "Niš", Phone: "011 123", Tags: []string{"škole", "nasilje"},
			}}
			if diff := cmp.Diff([]campaign.ImportRow{want}, f.Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDelimiters(t *testing.T) {
	tests := []struct {
		name, text string
		want       rune
	}{
		{"comma", "email,name\na@b.example,Ana\n", ','},
		{"semicolon", "email;name\na@b.example;Ana\n", ';'},
		{"semicolon with commas in cells", "email;name;notes\na@b.example;Petrović, Ana;one, two, three\nc@d.example;X;a, b\n", ';'},
		{"tab", "email\tname\na@b.example\tAna\n", '\t'},
		{"bar", "email|name\na@b.example|Ana\n", '|'},
		{"one column", "email\na@b.example\n", ','},
		{"named by Excel", "sep=;\nemail;name\na@b.example;Ana, Eva\n", ';'},
		{"commas inside quotation marks", "email;name\n\"a@b.example\";\"x,y,z\"\n", ';'},
		{"old Mac line ends", "email;name\ra@b.example;Ana\r", ';'},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := read(t, tt.text)
			if f.Delimiter != tt.want {
				t.Errorf("delimiter %q, want %q", f.Delimiter, tt.want)
			}
			if len(f.Rows) == 0 || f.Rows[0].Contact.Email != "a@b.example" {
				t.Errorf("rows %+v", f.Rows)
			}
		})
	}
}

// One bad row is rejected with its line and the rest goes on.
func TestBadRows(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	tests := []struct{ name, row, problem string }{
		{"quotation mark never closed", `b@x.example,"Ana`, "quotation marks do not match"},
		{"text behind a quotation mark", `b@x.example,"Ana"x`, "quotation marks do not match"},
		{"too many cells", `b@x.example,Ana,more,and more`, "it has 4 cells, but there are 2 columns"},
		{"not UTF-8", "b@x.example,\"\xe6\xb8\"", "not valid UTF-8"},
		{"NUL", "b@x.example,A\x00na", "NUL"},
		{"1 MB cell", "b@x.example," + long, "longer than 64 KB"},
		{"1 MB cell in quotation marks", `b@x.example,"` + long + `"`, "longer than 64 KB"},
		{"1 MB address", long + ",Ana", "longer than 64 KB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := read(t, "email,name\nć@x.example,Žana\n"+tt.row+"\nc@x.example,\"Eva\"\n")
			if len(f.Rows) != 3 {
				t.Fatalf("%d rows, want 3", len(f.Rows))
			}
			if f.Rows[1].Line != 3 || !strings.Contains(f.Rows[1].Problem.String(), tt.problem) {
				t.Errorf("line %d: %q, want %q", f.Rows[1].Line, f.Rows[1].Problem.String(), tt.problem)
			}
			if r := f.Rows[2]; r.Line != 4 || r.Problem.String() != "" || r.Contact.Email != "c@x.example" || r.Contact.FirstName != "Eva" {
				t.Errorf("the row after it: %+v", r)
			}
		})
	}
	f := read(t, "email,name\na@x.example,\"Ana\nb@x.example,Eva\n")
	if f.Rows[0].Problem.String() != "a quotation mark is opened and never closed" || len(f.Rows) != 2 || f.Rows[1].Contact.Email != "b@x.example" {
		t.Errorf("unclosed to the end: %+v", f.Rows)
	}
}

func TestCells(t *testing.T) {
	tests := []struct {
		name, text string
		want       campaign.ImportRow
	}{
		{"name and address in one cell", "email\nAna Marija Petrović <ana@x.example>\n",
			campaign.ImportRow{Line: 2, Contact: campaign.Contact{Email: "ana@x.example", FirstName: "Ana Marija", LastName: "Petrović"}}},
		{"full name, last name first", "email;Ime i prezime\nana@x.example;Petrović, Ana\n",
			campaign.ImportRow{Line: 2, Contact: campaign.Contact{Email: "ana@x.example", FirstName: "Ana", LastName: "Petrović"}}},
		{"marks inside a cell", "email,company\nana@x.example,Škola \"Primer\"\n",
			campaign.ImportRow{Line: 2, Organisation: `Škola "Primer"`, Contact: campaign.Contact{Email: "ana@x.example"}}},
		{"doubled marks and a line end", "email,notes\nana@x.example,\"a \"\"b\"\"\nc\"\n",
			campaign.ImportRow{Line: 2, Contact: campaign.Contact{Email: "ana@x.example", Notes: "a \"b\"\nc"}}},
		{"unknown columns", "email,Shoe size,,Beat\nana@x.example,38,lost,\n",
			campaign.ImportRow{Line: 2, Contact: campaign.Contact{Email: "ana@x.example", Attributes: map[string]string{"Shoe size": "38", "column 3": "lost"}}}},
		{"unknown kind", "email,kind\nana@x.example,TV\n",
			campaign.ImportRow{Line: 2, Notes: []campaign.Text{campaign.Textf("the kind “%s” is not known and was kept as an attribute", "TV")},
				Contact: campaign.Contact{Email: "ana@x.example", Attributes: map[string]string{"kind": "TV"}}}},
		{"formula made harmless", "email,notes\nana@x.example,'=1+1\n",
			campaign.ImportRow{Line: 2, Contact: campaign.Contact{Email: "ana@x.example", Notes: "=1+1"}}},
		{"blank lines", "\n;;\nemail;name\n\n;\nana@x.example;Ana\n",
			campaign.ImportRow{Line: 6, Contact: campaign.Contact{Email: "ana@x.example", FirstName: "Ana"}}},
		{"victims are never contacts", "email;Vrsta\nana@x.example;žrtve\n",
			campaign.ImportRow{Line: 2, Problem: campaign.Textf("%q: victims, survivors, children and helpline callers are never kept as contacts", "žrtve"),
				Contact: campaign.Contact{Email: "ana@x.example"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff([]campaign.ImportRow{tt.want}, read(t, tt.text).Rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTitlesAndTrailingColumns(t *testing.T) {
	tests := []struct {
		name, text    string
		line, columns int
	}{
		{"a title", "Kontakti redakcija 2026\n\nemail;ime\nana@x.example;Ana\n", 4, 2},
		{"a title with delimiters", "Kontakti;;;\nStanje na dan;1. 10.;;\nIme;E-pošta;;\nAna;ana@x.example;;\n", 4, 2},
		{"trailing empty columns", "email;ime;;;;\nana@x.example;Ana;;;;;;;\n", 2, 2},
		{"trailing empty columns in the rows", "email;ime\nana@x.example;Ana;;; ;\n", 2, 2},
		{"a quoted title over two lines", "\"Kontakti\nredakcija\"\nime,email\nAna,ana@x.example\n", 3, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := read(t, tt.text)
			if len(f.Rows) != 1 || f.Rows[0].Line != tt.line || f.Rows[0].Problem.String() != "" || f.Rows[0].Contact.Email != "ana@x.example" || f.Rows[0].Contact.FirstName != "Ana" || len(f.Columns) != tt.columns {
				t.Errorf("%+v, columns %+v", f.Rows, f.Columns)
			}
		})
	}
}

func TestSeveralAddressesInACell(t *testing.T) {
	for cell, want := range map[string]struct{ email, others, first string }{
		"ana@x.example; redakcija@x.example":      {"ana@x.example", "redakcija@x.example", ""},
		"ana@x.example, b@x.example, c@x.example": {"ana@x.example", "b@x.example, c@x.example", ""},
		"ana@x.example / b@x.example":             {"ana@x.example", "b@x.example", ""},
		"ana@x.example\nb@x.example":              {"ana@x.example", "b@x.example", ""},
		"ana@x.example b@x.example":               {"ana@x.example", "b@x.example", ""},
		"ana@@x.example; b@x.example":             {"b@x.example", "ana@@x.example", ""},
		"desk@x.example (Mira)":                   {"desk@x.example", "", "Mira"},
		"tel. 011/123-456, desk@x.example":        {"desk@x.example", "", ""},
		"E-mail: pera@x.example":                  {"pera@x.example", "", ""},
		"Pera Perić pera@x.example":               {"pera@x.example", "", "Pera"},
		"Petrović, Ana <ana@x.example>":           {"ana@x.example", "", "Ana"},
		"\"Petrović, Ana\" <ana@x.example>":       {"ana@x.example", "", "Ana"},
		"<ana@x.example>":                         {"ana@x.example", "", ""},
		"ana@x.example; ana@x.example":            {"ana@x.example", "", ""},
		"mailto:ana@x.example":                    {"mailto:ana@x.example", "", ""},
	} {
		t.Run(cell, func(t *testing.T) {
			r := read(t, "email|ime\n\""+strings.ReplaceAll(cell, `"`, `""`)+"\"|\n").Rows[0]
			if r.Problem.String() != "" || r.Contact.Email != want.email || r.Contact.Attributes["other addresses"] != want.others || r.Contact.FirstName != want.first || want.others != "" && len(r.Notes) != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestColumnsLoseNothing(t *testing.T) {
	f := read(t, "email;Telefon;Telefon;Telefon;;X\nana@x.example;1;2;3;4;5\n")
	want := map[string]string{"Telefon": "2", "Telefon 2": "3", "column 5": "4", "X": "5"}
	if diff := cmp.Diff(want, f.Rows[0].Contact.Attributes); diff != "" || f.Rows[0].Contact.Phone != "1" {
		t.Errorf("phone %q: %s", f.Rows[0].Contact.Phone, diff)
	}
}

func TestMapping(t *testing.T) {
	text := []byte("Kome;Ko;Šta\nana at x;Ana Petrović;x\n")
	f, err := Open(bytes.NewReader(text), int64(len(text)), Options{})
	if err != nil || f.Check() == nil {
		t.Fatalf("%v: a file without a known column must open, for somebody to say what it holds", err)
	}
	f.Apply([]string{"email", "full name", "no such meaning"})
	f.Apply([]string{"too", "few"})
	for r := range f.Rows() {
		if r.Contact.Email != "ana at x" || r.Contact.LastName != "Petrović" || r.Contact.Attributes["Šta"] != "x" || strings.Join(r.Cells, "|") != "ana at x|Ana Petrović|x" {
			t.Errorf("%+v", r)
		}
	}
	if diff := cmp.Diff([]string{"email", "full name", "attribute"}, f.Mapping()); diff != "" || f.Check() != nil {
		t.Error(diff)
	}
	other := read(t, "\ufeffKOME , ko,email,Šta\n")
	if f.Shape() != "kome|ko|sta" || other.Shape() != "kome|ko|email|sta" {
		t.Errorf("shapes %q %q", f.Shape(), other.Shape())
	}
}

func TestReport(t *testing.T) {
	text := []byte("email;ime\nana@x.example;=Ana\nbad\x00;\n")
	f, err := Open(bytes.NewReader(text), int64(len(text)), Options{})
	must(t, err)
	var b bytes.Buffer
	report, err := NewReport(&b, f, 0, nil)
	must(t, err)
	for r := range f.Rows() {
		must(t, report.Result(campaign.ImportResult{Line: r.Line, Email: r.Contact.Email, Outcome: campaign.RowRejected, Reason: r.Problem, Cells: r.Cells}))
	}
	must(t, report.Close())
	want := "\ufeffline,address,outcome,changed,why,remarks,original: email,original: ime\n2,ana@x.example,rejected,,,,ana@x.example,'=Ana\n3,,rejected,,it contains a NUL character,,bad\ufffd,\n"
	if b.String() != want {
		t.Errorf("%q", b.String())
	}
}

// What cannot be read as a whole is an error that says what to do.
func TestBadFiles(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"empty", "", "the file is empty"},
		{"blank", "\n\n", "the file is empty"},
		{"no address column", "Ime;Prezime;Grad\nAna;Petrović;Niš\n", "The columns found are “Ime”, “Prezime”, “Grad”"},
		{"damaged workbook", "PK\x03\x04rest", "cannot be opened as one"},
		{"old workbook", "\xd0\xcf\x11\xe0rest", "old Excel (.xls)"},
		{"picture", "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\x00\x00\x01", 100), "not a text file"},
		{"header never closed", "\"email;name\nana@x.example;Ana\n", "the column names on line 1 cannot be read"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tryReading([]byte(tt.text), Options{})
			if campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestRoundTrip(t *testing.T) {
	contacts := []campaign.Contact{
		{Email: "ana@x.example", FirstName: "Ana", LastName: "Đorđević", Kind: campaign.Journalist, Language: campaign.SerbianLatin,
			Place: "=Niš", Phone: "+381 11 123", Tags: []string{"a", "b"}, Notes: "two\r\n\"lines\"", Source: "@list", Attributes: map[string]string{"Beat": "courts", "mail": "x@y", "Kontakt": "Eva"}},
		{Email: "школа@x.example", Kind: campaign.School, Language: campaign.SerbianCyrillic, FirstName: "'quoted"},
		{Email: "office@x.example", Kind: campaign.Business, Attributes: map[string]string{"Kontakt": "Eva Jović", "status": "old"}},
	}
	var b bytes.Buffer
	w, err := NewWriter(&b, CSV, 0, campaign.English, []string{"Beat", "mail", "Kontakt", "status"})
	must(t, err)
	for i := range contacts {
		if err := w.Contact(&contacts[i], "Glas; Primera", []ListStatus{{"Press", campaign.Subscribed}}, false); err != nil {
			t.Fatal(err)
		}
	}
	must(t, w.Close())
	if bytes.Contains(b.Bytes(), []byte(",=Niš")) || bytes.Contains(b.Bytes(), []byte(",+381")) || bytes.Contains(b.Bytes(), []byte(",@list")) {
		t.Errorf("a cell begins like a formula: %s", b.String())
	}
	f, err := tryReading(b.Bytes(), Options{})
	must(t, err)
	for i, r := range f.Rows {
		if r.Problem.String() != "" || r.Organisation != "Glas; Primera" {
			t.Errorf("row %+v", r)
		}
		for j, tag := range r.Contact.Tags {
			r.Contact.Tags[j] = strings.TrimSpace(tag)
		}
		if diff := cmp.Diff(contacts[i], r.Contact); diff != "" {
			t.Error(diff)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"email,name\na@b.example,Ana\n", "sep=;\nemail;name\n\"a@b.example\";\"An\"\"a\"\n", "email\n\"", "email,x\n\"a\"b,c\n\"\n", "\ufeffemail\r\na\r",
		"email\tname\n\x00\t\xff\n", "email|e-mail|E-pošta\na|b|c|d\n",
		"\xff\xfee\x00m\x00a\x00i\x00l\x00\n\x00a\x00", "Title\nemail;ime\na@b.example, c@d.example <x>;\x8a\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := tryReading(data, Options{})
		if err != nil {
			if campaign.CodeOf(err) == "" {
				t.Fatalf("an error without a code: %v", err)
			}
			return
		}
		if file.Encoding == "" {
			return // the rows of a workbook are numbered by themselves
		}
		lines, last := bytes.Count(data, []byte("\n"))+bytes.Count(data, []byte("\r"))+1, 0
		for _, r := range file.Rows {
			if r.Line < last || r.Line > lines || r.TextLine > lines {
				t.Fatalf("line %d after %d of %d", r.Line, last, lines)
			}
			last = r.Line
		}
	})
}
