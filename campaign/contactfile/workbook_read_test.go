package contactfile

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/glasnik/glasnik/campaign"
)

// rawBook is a workbook of one sheet, put together from the XML of its parts.
type rawBook struct{ rows, behind, cols, links, formats, looks, properties, strings string }

func (b rawBook) bytes(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range map[string]string{
		"_rels/.rels":                         `<Relationships><Relationship Id="r" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":                     `<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main">` + b.properties + `<x:sheets><x:sheet name="A" sheetId="1" r:id="r1"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels":          `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="x/styles" Target="styles.xml"/><Relationship Id="r3" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/styles.xml":                       `<styleSheet><numFmts>` + b.formats + `</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>` + b.looks + `</cellXfs></styleSheet>`,
		"xl/sharedStrings.xml":                `<sst>` + b.strings + `</sst>`,
		"xl/worksheets/sheet1.xml":            `<worksheet><dimension ref="Z9"/>` + b.cols + `<sheetData>` + b.rows + `</sheetData>` + b.behind + `</worksheet>`,
		"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships>` + b.links + `</Relationships>`,
	} {
		w, err := z.Create(name)
		must(t, err)
		_, err = io.WriteString(w, text)
		must(t, err)
	}
	must(t, z.Close())
	return out.Bytes()
}

// texts writes a row of texts.
func texts(line int, cells ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<row r="%d">`, line)
	for i, c := range cells {
		if c != "" {
			fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+i, line, c)
		}
	}
	return b.String() + `</row>`
}

func (b rawBook) read(t *testing.T, o Options) readFile {
	t.Helper()
	f, err := tryReading(b.bytes(t), o)
	must(t, err)
	return f
}

// A number is what the workbook holds, however it is shown; a code keeps the form it is shown in.
func TestNumbersOfAWorkbook(t *testing.T) {
	for _, tt := range []struct{ format, value, want string }{
		{"General", "10000", "10000"}, {"#,##0", "10000", "10000"}, {"#,##0", "1000", "1000"}, {"General", "1.125", "1.1250"}, {"0.000", "12.345", "12.3450"},
		{"General", "1234.567", "1234.567"}, {"0.0%", "0.125", "0.125"}, {`#,##0.00 "din."`, "1234.5", "1234.5"}, {"0.00E+00", "381641234567", "381641234567"},
		{"0.00E+00", "3.81641234567E11", "381641234567"}, {"# ?/?", "1.5", "1.5"}, {"#,##0,", "12500000", "12500000"}, {"0.0,,", "1500000", "1500000"},
		{`# ##0`, "1234567", "1234567"}, {`#\ ##0`, "1234567", "1234567"}, {"[$€-2] #,##0.00;[Red]-[$€-2] #,##0.00", "-1234.5", "-1234.5"}, {`"RSD "0`, "7", "7"},
		{"00000", "1234", "01234"}, {"0000000000", "641234567", "0641234567"}, {"000-000-000", "641234567", "641-234-567"}, {"+381 ##", "641234567", "+381 641234567"},
		{`"+381 "00 000 0000`, "641234567", "+381 64 123 4567"}, {`[<=9999999]###\-####;\(###\) ###\-####`, "1234567", "123-4567"},
		{`[<=9999999]###\-####;\(###\) ###\-####`, "8001234567", "(800) 123-4567"}, {`"PAK "00000`, "11000", "PAK 11000"}, {"000", "1.5", "1.5"}, {"+0;-0", "5", "5"},
		{"@", "007", "7"}, {"General", "0.30000000000000004", "0.3"}, {"General", "-0", "0"}, {"General", "1234567890123456789", "1234567890123456789"}, {"[h]:mm:ss", "1.0833333333", "26:00:00"},
		{"[mm]:ss", "0.0625", "90:00"}, {"hh:mm", "0.395833333333333", "09:30"}, {"d.m.yyyy", "-1", "-1"}, {"d.m.yyyy", "2958466", "2958466"}, {"d.m.yyyy", "1", "1900-01-01"}, {"d.m.yyyy", "61", "1900-03-01"},
		{`[$-241A]d\.\ mmmm\ yyyy;@`, "46053", "2026-01-31"}, {`dd.mm.yyyy" godine"`, "46053", "2026-01-31"}, {"yyyy-mm-dd hh:mm", "46110.10416666", "2026-03-29 02:30"},
	} {
		s := styles{forms: []*numberForm{formOf("170", tt.format)}}
		got := s.number(tt.value, 0)
		if got != tt.want {
			t.Errorf("%s shown as %s is %q, want %q", tt.value, tt.format, got, tt.want)
		}
	}
	s := styles{since1904: true, forms: []*numberForm{formOf("14", ""), formOfCode("[h]:mm:ss")}}
	if day, length, before := s.number("46053", 0), s.number("1.0833333333", 1), s.number("-1", 0); day != "2030-02-01" || length != "26:00:00" || before != "-1" {
		t.Errorf("since 1904: %q, %q, %q", day, length, before)
	}
}

// Whatever decimals a number has, a rule reads the number that the workbook holds.
func TestNumbersAreReadBack(t *testing.T) {
	for n := 1.0; n < 1e7; n = n*7.3 + 0.37 {
		for places := range 9 {
			text := fmt.Sprintf("%.*f", places, n)
			want := 0.0
			fmt.Sscan(text, &want)
			got, ok := campaign.ParseNumber((&styles{}).number(text, 0))
			if !ok || math.Abs(got-want) > 1e-9*want {
				t.Errorf("%s is read as %v", text, got)
			}
		}
	}
}

func TestCellsOfEveryType(t *testing.T) {
	b := rawBook{
		strings: `<si><r><t>An</t></r><r><t xml:space="preserve">a &amp; </t></r><rPh><t>x</t></rPh></si><si><t><![CDATA[<Eva>]]>_x0041_</t></si>`,
		rows: texts(1, "email", "Ime", "B", "C", "D", "E", "F") + `<row><c t="inlineStr"><is><t>a@x.example</t></is></c><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="b"><v>1</v></c>` +
			`<c t="e"><f>1/0</f><v>#DIV/0!</v></c><c t="d"><v>2026-01-31T00:00:00</v></c><c t="str"><f>"a"</f><v>a</v></c></row>`,
	}
	f := b.read(t, Options{})
	want := campaign.ImportRow{Line: 2, Contact: campaign.Contact{Email: "a@x.example", FirstName: "Ana", LastName: "&",
		Attributes: map[string]string{"B": "<Eva>A", "C": "TRUE", "E": "2026-01-31", "F": "a"}}, Notes: []campaign.Text{campaign.Textf("the cell “%s” holds the error %s and was left empty", "D", "#DIV/0!")}}
	if diff := cmp.Diff([]campaign.ImportRow{want}, f.Rows); diff != "" {
		t.Error(diff)
	}
	b.rows = texts(1, "Ime", "E-mail") + `<row r="2"><c r="A2" t="inlineStr"><is><t>Ana</t></is></c><c r="B2"><f>A2&amp;"@x"</f><v></v></c></row>`
	if f := b.read(t, Options{}); !strings.Contains(f.Rows[0].Problem.String(), "formula without a result") {
		t.Errorf("%+v", f.Rows)
	}
}

func TestErrorsAndLinksTypedAsText(t *testing.T) {
	f := read(t, "email;Ime;Prezime\na@x.example;#N/A;#ИМЕ?\n\"=HYPERLINK(\"\"mailto:b@x.example?subject=x\"\",\"\"Klik\"\")\";\"=HYPERLINK(\"\"https://x.example\"\";\"\"Eva\"\")\";Err:502\n#REF!;X;####\n")
	if len(f.Rows) != 3 || f.Rows[0].Contact.FullName() != "" || len(f.Rows[0].Notes) != 2 || f.Rows[1].Contact.Email != "b@x.example" || f.Rows[1].Contact.FullName() != "Eva" ||
		!strings.Contains(f.Rows[2].Problem.String(), "the e-mail address holds the error #REF!") {
		t.Errorf("%+v", f.Rows)
	}
	if f := read(t, "email;Ime\na@x.example;#novinar\n"); f.Rows[0].Contact.FirstName != "#novinar" {
		t.Errorf("%+v", f.Rows)
	}
}

func TestMergedCellsAndLinks(t *testing.T) {
	f := rawBook{
		rows:   texts(1, "Medij", "Kontakt", "", "E-mail") + texts(2, "RTV", "Ana", "Ić", "Piši") + texts(3, "", "Eva", "Ić", "e@x.example") + texts(4, "", "Iva", "Ić", "i@x.example"),
		behind: `<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="B1:C1"/></mergeCells><hyperlinks><hyperlink ref="D2" r:id="l"/><hyperlink ref="D3" r:id="l"/></hyperlinks>`,
		links:  `<Relationship Id="l" Type="x/hyperlink" TargetMode="External" Target="mailto:ana@x.example?subject=Upit"/>`,
	}.read(t, Options{})
	got := ""
	for _, r := range f.Rows {
		got += r.Contact.Email + "," + r.Contact.FirstName + " " + r.Contact.LastName + "," + r.Organisation + ";"
	}
	if want := "ana@x.example,Ana Ić,RTV;e@x.example,Eva Ić,RTV;i@x.example,Iva Ić,;"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestSeveralTables(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"below":             {"Ime,Redakcija,E-mail\nAna,Danas,a@x.example\n\nNaziv škole,Mesto,E-mail\nOŠ Jug,Pirot,b@x.example\n", "a@x.example Ana Danas;b@x.example  OŠ Jug;"},
		"the same again":    {"Ime,E-mail\nAna,a@x.example\nIme,E-mail\nEva,b@x.example\n", "a@x.example Ana ;b@x.example Eva ;"},
		"beside":            {"Ime,E-mail,,Škola,E-mail\nAna,a@x.example,,OŠ,b@x.example\n,,,OŠ 2,c@x.example\n", "a@x.example Ana ;b@x.example  OŠ;c@x.example  OŠ 2;"},
		"beside, no gap":    {"Ime,E-mail,Ime,E-mail\nAna,a@x.example,Eva,b@x.example\n", "a@x.example Ana ;b@x.example Eva ;"},
		"two of a school":   {"Škola,Ime,E-mail,Ime,E-mail\nOŠ,Ana,a@x.example,Eva,b@x.example\n", "a@x.example Ana OŠ;b@x.example Eva OŠ;"},
		"no second table":   {"Ime,E-mail,Kanal\nAna,a@x.example,mail\nEva,,mail\n", "a@x.example Ana ; Eva ;"},
		"two addresses":     {"E-mail,E-mail 2,Ime\na@x.example,b@x.example,Ana\n", "a@x.example Ana ;"},
		"names in two rows": {"E-mail,Osoba\nE-mail,Ime\na@x.example,Ana\n", "a@x.example Ana ;"},
	} {
		f, got := read(t, tt.text), ""
		for _, r := range f.Rows {
			got += r.Contact.Email + " " + r.Contact.FirstName + " " + r.Organisation + ";"
		}
		if got != tt.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestHiddenRowsAndColumns(t *testing.T) {
	b := rawBook{
		cols: `<cols><col min="2" max="2" hidden="1"/></cols>`,
		rows: texts(1, "email", "Ime") + texts(2, "a@x.example", "Ana") + strings.Replace(texts(3, "b@x.example", "Eva"), "<row", `<row hidden="1"`, 1),
	}
	f := b.read(t, Options{})
	if f.HiddenRows != 1 || len(f.HiddenColumns) != 1 || f.HiddenColumns[0] != "Ime" || f.Rows[1].Problem.String() != hiddenRow.String() || f.Rows[0].Contact.FirstName != "Ana" {
		t.Errorf("%d %q %+v", f.HiddenRows, f.HiddenColumns, f.Rows)
	}
	if f := b.read(t, Options{Hidden: true}); f.Rows[1].Problem.String() != "" || f.HiddenRows != 1 {
		t.Errorf("%+v", f.Rows)
	}
}

func TestBombs(t *testing.T) {
	t.Parallel()
	good := texts(1, "email") + texts(2, "a@x.example")
	blanks := strings.Repeat(" ", 60<<20)
	for name, b := range map[string]rawBook{
		"blanks": {rows: good + blanks}, "one cell": {rows: good + `<row r="3"><c r="A3" t="inlineStr"><is><t>` + blanks + `</t></is></c></row>`},
		"strings": {rows: good, strings: `<si><t>` + blanks + `</t></si>`}, "styles": {rows: good, looks: strings.Repeat("<xf/>", maxStyles+1)},
		"deep": {rows: good + strings.Repeat("<a>", 200)}, "merged": {rows: good, behind: `<mergeCells>` + strings.Repeat(`<mergeCell ref="A1:A9"/>`, maxMerges+1) + `</mergeCells>`},
		"broken off": {rows: good + "<row"}, "unknown entity": {rows: good + texts(3, "&bomb;")}, "no such text": {rows: good + `<row><c t="s"><v>7</v></c></row>`},
		"row far down": {rows: good + `<row r="9999999"/>`},
	} {
		if _, err := tryReading(b.bytes(t), Options{}); campaign.CodeOf(err) != campaign.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if f := (rawBook{rows: good + `<row r="3"><c r="XFD3"><v>1</v></c></row>`}).read(t, Options{}); !strings.Contains(f.Rows[1].Problem.String(), "column 16384") {
		t.Errorf("%+v", f.Rows)
	}
}

func FuzzSheet(f *testing.F) {
	f.Add(`<row r="1"><c t="s"><v>0</v></c></row>`, `<mergeCells><mergeCell ref="A1:B2"/></mergeCells>`, "0.00")
	f.Add(`<row><c t="inlineStr"><is><t>&#x41;<![CDATA[x]]></t></is></c></row>`, "<!-- x -->", "[<=9]00;yyyy")
	f.Fuzz(func(t *testing.T, rows, behind, format string) {
		s := styles{forms: []*numberForm{formOf("170", format)}}
		s.number("46053.5", 0)
		b := rawBook{rows: texts(1, "email") + rows, behind: behind}
		if _, err := tryReading(b.bytes(t), Options{}); err != nil && campaign.CodeOf(err) == "" {
			t.Fatalf("an error without a code: %v", err)
		}
	})
}
