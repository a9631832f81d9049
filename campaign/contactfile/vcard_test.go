package contactfile

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestVCards(t *testing.T) {
	f := read(t, strings.ReplaceAll(`BEGIN:VCARD
VERSION:3.0
N:Žigić;Ana;;Dr.;
FN:Ana Žigić
ORG:Radio Dunav;Redakcija
TITLE:urednica
item1.EMAIL;TYPE=INTERNET:ana@vcard.example
EMAIL;TYPE=work:ana2@vcard.example
TEL;TYPE=CELL:+381 64 123
ADR;TYPE=WORK:;;Ulica 1;Novi Sad;;21000;Srbija
CATEGORIES:Mediji,Jug
NOTE:dva\, tri\nreda i jedna duga bele
 ška
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ
 AAAQABAAD
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C4=90oki=C4=87;Pe=
tar;;;
EMAIL;INTERNET:petar@vcard.example
END:VCARD
begin:vcard
VERSION:4.0
FN:Eva Jović
EMAIL:eva@vcard.example
CATEGORIES:odjavljen
END:VCARD
`, "\n", "\r\n"))
	if len(f.Rows) != 3 || f.EncodingName().String() != "vCard" {
		t.Fatalf("%s: %+v", f.EncodingName(), f.Rows)
	}
	a, b, c := f.Rows[0], f.Rows[1], f.Rows[2]
	if a.Contact.Email != "ana@vcard.example" || a.Contact.FirstName != "Ana" || a.Contact.LastName != "Žigić" || a.Organisation != "Radio Dunav" || a.Contact.Position != "urednica" ||
		a.Contact.Phone != "+381 64 123" || a.Contact.Place != "Novi Sad" || strings.Join(a.Contact.Tags, "|") != "Mediji|Jug" || a.Contact.Notes != "dva, tri\nreda i jedna duga beleška" ||
		a.Contact.Attributes["other addresses"] != "ana2@vcard.example" || a.Contact.Attributes["honorific"] != "Dr." {
		t.Errorf("%+v", a)
	}
	if b.Contact.FirstName != "Petar" || b.Contact.LastName != "Đokić" || b.Contact.Email != "petar@vcard.example" {
		t.Errorf("%+v", b)
	}
	if c.Contact.FirstName != "Eva" || c.Contact.LastName != "Jović" || c.Standing.Standing != campaign.SaidLeft {
		t.Errorf("%+v", c)
	}
}

func FuzzVCards(f *testing.F) {
	f.Add("BEGIN:VCARD\nN:a;b\nEMAIL:a@x.example\nEND:VCARD\n")
	f.Add("BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:=C4=\n=90;b\n \\;\nEND:VCARD")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := tryReading([]byte("BEGIN:VCARD\n"+text), Options{})
		if err != nil && campaign.CodeOf(err) != campaign.Invalid {
			t.Fatal(err)
		}
		_ = file
	})
}

// A file of another kind is named, with what to do.
func TestForeignFiles(t *testing.T) {
	for begin, want := range map[string]string{
		"%PDF-1.7\n...": "a PDF", "<!DOCTYPE html><table><tr><td>a@x.example": "a web page", "\ufeff<html><body>": "a web page", "<table border=1>": "a web page", "<?xml version=\"1.0\"?><Workbook>": "XML",
		"{\\rtf1\\ansi": "Word", "[{\"email\": \"a@x.example\"}]": "JSON", "{\"contacts\": []}": "JSON", "BEGIN:VCALENDAR\n": "a calendar", "dn: cn=Ana\nmail: a@x.example\n": "LDIF",
		"From: a@x.example\nSubject: x\n\nx": "a letter", "BEGIN:VCARD\nN:a\n": "no card in it is whole",
	} {
		if _, err := tryReading([]byte(begin), Options{}); campaign.CodeOf(err) != campaign.Invalid || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", begin, err, want)
		}
	}
}

// A line of addresses copied out of a letter is as many people.
func TestPastedAddresses(t *testing.T) {
	for _, text := range []string{
		"Ana Žigić <ana@x.example>, Petar Đokić <petar@x.example>, Eva Jović <eva@x.example>\n",
		"Žigić, Ana <ana@x.example>; Đokić, Petar <petar@x.example>; Jović, Eva <eva@x.example>",
		"ana@x.example, petar@x.example, eva@x.example",
		"ana@x.example; petar@x.example;\neva@x.example;\n",
		"\"Žigić, Ana\" <ana@x.example>, <petar@x.example>, eva@x.example\n",
		"E-mail\n\"Ana <ana@x.example>, Petar <petar@x.example>, Eva <eva@x.example>\"\n",
	} {
		f := read(t, text)
		var got []string
		for _, r := range f.Rows {
			if r.Problem.String() == "" {
				got = append(got, r.Contact.Email)
			}
		}
		if strings.Join(got, " ") != "ana@x.example petar@x.example eva@x.example" {
			t.Errorf("%q: %v", text, got)
		}
	}
	f := read(t, "Ana Žigić <ana@x.example>; Petar Đokić <petar@x.example>\n")
	if f.Rows[0].Contact.LastName != "Žigić" || f.Rows[1].Contact.LastName != "Đokić" {
		t.Errorf("%+v", f.Rows)
	}
}

// A row whose cells have moved is marked, and taken only when somebody says so; blanks never count.
func TestMovedRows(t *testing.T) {
	head := "Ime;E-mail;Medij;Pozicija;Telefon;Mesto\n"
	for row, want := range map[string]string{
		"Vesna;vesna@x.example;vesna2@x.example;Radio;urednik;061": "the cell behind the address holds another",
		"Vesna;vesna@x.example;vesna2@x.example;Radio;urednik;;":   "the cell behind the address holds another",
		"Vesna;vesna@x.example;vesna2@x.example;Radio;ur;061;Niš":  "a second address, “vesna2@x.example”, stands in a cell of its own",
		"Vesna;vesna@x.example;Radio; TV;urednik;061;Niš":          "it has 7 cells, but there are 6 columns: put a cell that contains the delimiter (semicolon)",
		"Vesna;vesna@x.example;Radio;urednik;061;Niš;;; ;":         "",
		"Vesna;vesna@x.example;Radio":                              "",
	} {
		r := read(t, head+"Ana;ana@x.example;R;u;1;N\n"+row+"\n").Rows[1]
		if (r.Problem.String() == "") != (want == "") || !strings.Contains(r.Problem.String(), want) {
			t.Errorf("%q: %q, want %q", row, r.Problem.String(), want)
		}
		f, err := tryReading([]byte(head+"Ana;ana@x.example;R;u;1;N\n"+row+"\n"), Options{Surplus: true})
		if err != nil || f.Rows[1].Problem.String() != "" {
			t.Errorf("%q: %v %q although somebody said to take it", row, err, f.Rows[1].Problem.String())
		}
	}
}
