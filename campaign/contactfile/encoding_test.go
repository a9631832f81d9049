package contactfile

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/glasnik/glasnik/campaign"
)

const (
	latinTable    = "E-pošta;Ime;Prezime;Mesto\nana@x.example;Žana;Đorđević;Čačak\nmarko@x.example;Marko;Šćepanović;Niš\n"
	plainTable    = "email;Ime;Prezime\nana@x.example;Ana;Ćuković\n"
	cyrillicTable = "Е-пошта;Име;Презиме;Место\nana@x.example;Жана;Ђорђевић;Чачак\nmarko@x.example;Његош;Љубић и Џајић;Ниш\n"
	mixedTable    = "email;Име и презиме;Напомена\nana@x.example;Жана Ђорђевић;Radio Beograd – „Вести“\nmarko@x.example;Марко Петровић;RTS, Новости и спорт\n"
)

func encoded(t *testing.T, e encoding.Encoding, text string) []byte {
	t.Helper()
	b, err := e.NewEncoder().Bytes([]byte(text))
	must(t, err)
	return b
}

func TestEncodings(t *testing.T) {
	utf16 := func(e unicode.Endianness, b unicode.BOMPolicy) encoding.Encoding { return unicode.UTF16(e, b) }
	tests := []struct {
		name string
		e    encoding.Encoding
		text string
		want Encoding
		said string
	}{
		{"UTF-8", encoding.Nop, latinTable, UTF8, "UTF-8"},
		{"UTF-8 with a mark", unicode.UTF8BOM, cyrillicTable, UTF8, "UTF-8 with a byte order mark"},
		{"UTF-16 LE with a mark", utf16(unicode.LittleEndian, unicode.UseBOM), latinTable, UTF16LE, "UTF-16 LE"},
		{"UTF-16 BE with a mark", utf16(unicode.BigEndian, unicode.UseBOM), cyrillicTable, UTF16BE, "UTF-16 BE"},
		{"UTF-16 LE", utf16(unicode.LittleEndian, unicode.IgnoreBOM), latinTable, UTF16LE, "UTF-16 LE"},
		{"UTF-16 BE", utf16(unicode.BigEndian, unicode.IgnoreBOM), latinTable, UTF16BE, "UTF-16 BE"},
		{"UTF-16 LE in Cyrillic", utf16(unicode.LittleEndian, unicode.IgnoreBOM), cyrillicTable, UTF16LE, "UTF-16 LE"},
		{"UTF-16 BE in Cyrillic", utf16(unicode.BigEndian, unicode.IgnoreBOM), cyrillicTable, UTF16BE, "UTF-16 BE"},
		{"Windows-1250", charmap.Windows1250, latinTable, Windows1250, "Windows-1250 (Central European)"},
		{"Windows-1250, one letter", charmap.Windows1250, plainTable, Windows1250, "Windows-1250 (Central European)"},
		{"ISO-8859-2", charmap.ISO8859_2, latinTable, Latin2, "ISO-8859-2 (Central European)"},
		{"Windows-1251", charmap.Windows1251, cyrillicTable, Windows1251, "Windows-1251 (Cyrillic)"},
		{"Windows-1251 with Latin words", charmap.Windows1251, mixedTable, Windows1251, "Windows-1251 (Cyrillic)"},
		{"Windows-1250, late in the file", charmap.Windows1250, "email;ime;prezime\n" + strings.Repeat("x@x.example;Ana;Ivic\n", 20000) + "ana@x.example;Žana;Šišić\n", Windows1250, "Windows-1250 (Central European)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := encoded(t, tt.e, tt.text)
			f, err := tryReading(data, Options{})
			must(t, err)
			if f.Encoding != tt.want || f.EncodingName().String() != tt.said || f.Delimiter != ';' {
				t.Errorf("taken for %s (%s) with %q", f.Encoding, f.EncodingName(), f.Delimiter)
			}
			same := read(t, tt.text)
			last := len(f.Rows) - 1
			if len(f.Rows) != len(same.Rows) || f.Rows[last].Contact.FirstName != same.Rows[last].Contact.FirstName || f.Rows[last].Contact.LastName != same.Rows[last].Contact.LastName {
				t.Errorf("read as %+v", f.Rows[last])
			}
			told, err := tryReading(data, Options{Encoding: tt.want})
			if err != nil || len(told.Rows) != len(f.Rows) || told.Rows[last].Contact.LastName != f.Rows[last].Contact.LastName {
				t.Errorf("told the encoding it reads %+v %v", told.Rows, err)
			}
		})
	}
	wrong, err := tryReading(encoded(t, charmap.Windows1250, plainTable), Options{Encoding: Latin2})
	if err != nil || wrong.Rows[0].Contact.LastName != "Ćuković" { // these letters are the same in both
		t.Errorf("%+v %v", wrong.Rows, err)
	}
}

func TestParseEncodingAndDelimiter(t *testing.T) {
	for name, want := range map[string]Encoding{
		"": "", "auto": "", "UTF-8": UTF8, "utf8": UTF8, "UTF-16LE": UTF16LE, "utf-16be": UTF16BE, "cp1250": Windows1250, "Windows-1251": Windows1251, "windows-1252": Windows1252, "CP1252": Windows1252, "latin1": Windows1252, "latin2": Latin2, "ISO 8859-2": Latin2,
	} {
		if got, err := ParseEncoding(name); err != nil || got != want {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	if _, err := ParseEncoding("ebcdic"); campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), "windows-1250") {
		t.Errorf("error %v", err)
	}
	for name, want := range map[string]rune{"": 0, ";": ';', "semicolon": ';', "Tab": '\t', "bar": '|', ",": ','} {
		if got, err := ParseDelimiter(name); err != nil || got != want {
			t.Errorf("%q is %q, %v", name, got, err)
		}
	}
	if _, err := ParseDelimiter("x"); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("error %v", err)
	}
}

// A broken row in UTF-8 stays a broken row, wherever the pieces in which a file is read end.
func TestPieces(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("email,ime\n")
	for b.Len() < 3<<20 {
		b.WriteString("ana@x.example,\"Žana\r\nĐorđević\"\r\n")
	}
	rows := strings.Count(b.String(), "ana@")
	b.WriteString("bad@x.example,\"\xe6\"\nlast@x.example,Љ\n")
	f, err := tryReading(b.Bytes(), Options{})
	if err != nil || f.Encoding != UTF8 || len(f.Rows) != rows+2 {
		t.Fatalf("%s, %d rows, want %d: %v", f.Encoding, len(f.Rows), rows+2, err)
	}
	for _, r := range f.Rows[:rows] {
		if r.Problem.String() != "" || r.Contact.Email != "ana@x.example" {
			t.Fatalf("%+v", r)
		}
	}
	if bad, last := f.Rows[rows], f.Rows[rows+1]; bad.Problem.String() == "" || last.Contact.FirstName != "Љ" || last.Line != rows+3 || last.TextLine != 2*rows+3 {
		t.Errorf("%+v %+v", bad, last)
	}
}

// Rows longer than what is held at a time cost themselves alone.
func TestEndlessRows(t *testing.T) {
	long := strings.Repeat("y", 3<<20)
	for name, row := range map[string]string{
		"one cell": long, "in quotation marks": `"` + long + `"`, "never closed": `"` + long, "many cells": strings.Repeat("yyyyyyyyy,", 300_000),
		"many long cells": strings.Repeat(strings.Repeat("z", 60_000)+",", 30), "long cells in quotation marks": strings.Repeat(`"`+strings.Repeat("z", 60_000)+`",`, 30),
	} {
		t.Run(name, func(t *testing.T) {
			f := read(t, "email,ime\na@x.example,Ana\n"+row+"\r\nb@x.example,Eva\n")
			if len(f.Rows) != 3 || f.Rows[1].Problem.String() == "" || f.Rows[2].Problem.String() != "" || f.Rows[2].Contact.Email != "b@x.example" || f.Rows[2].Line != 4 {
				t.Errorf("%d rows: %q, last %+v", len(f.Rows), f.Rows[1].Problem.String(), f.Rows[len(f.Rows)-1])
			}
		})
	}
}
