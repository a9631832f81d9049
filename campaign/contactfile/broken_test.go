package contactfile

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/glasnik/glasnik/campaign"
)

// Letters that were broken before are noted with what is meant, and stay as they are; sound ones of any language are not.
func TestBrokenLettersAreNoted(t *testing.T) {
	for _, tt := range []struct{ cell, meant string }{
		{"Å½eljka", "Željka"}, {"Äokić Å½eljka", ""}, {"Ĺ˝eljka", "Željka"}, {"JovanoviÄ‡", "Jovanović"}, {"ČŒedomir Ä‡", "ć"}, {"HÃ©lÃ¨ne", "Hélène"}, {"Ð\u0090Ð½Ð°", ""}, {"ÐœÐ¸Ð»Ð°Ð½", "Милан"},
		{"â€œRadioâ€\u009d", "“Radio”"}, {"Petroviæ", "Petrović"}, {"Ðorðe", "Đorđe"}, {"Kovaèeviæ", "Kovačević"}, {"Èeda", "Čeda"}, {"Ni¹", "Niš"}, {"¾ivko", ""}, {"®ivko", "Živko"}, {"Petrovi\ufffd", ""}, {"?or?e", ""}, {"Mi?a", ""}, {"Petrovi?", ""},
	} {
		f := read(t, "email;Prezime\nana@x.example;"+tt.cell+"\n")
		row := f.Rows[0]
		notes := campaign.Join(row.Notes, ", ").String()
		if !strings.Contains(notes, "broken before") || !strings.Contains(notes, tt.meant) || row.Contact.LastName != tt.cell {
			t.Errorf("%q: %q, %q", tt.cell, row.Contact.LastName, notes)
		}
	}
	for _, cell := range []string{
		"Željka", "Đorđe Đokić", "Ђорђе Ђокић", "Hélène Lefèvre", "Ève", "Éloïse", "Müller", "Lætitia", "Szűcs Ágnes", "Łódź", "Šumadija – Žič", "ČŠ", "ĆŠĐŽ", "„Glas”", "Radio © 2024", "Noël…", "Agnès", "L’Œuvre", "Français à Sèvres", "Björn Åström", "100 m²", "Señor Núñez", "São João", "Dvořák", "Hôtel «Le Nîmes»",
	} {
		f := read(t, "email;Prezime;Napomena\nana@x.example;"+cell+";Zašto? "+cell+"?\n")
		if notes := campaign.Join(f.Rows[0].Notes, ", ").String(); strings.Contains(notes, "broken") {
			t.Errorf("%q: %q", cell, notes)
		}
	}
}

// A row in another encoding than its file is noted, or rejected with the encoding it is in.
func TestRowsOfTwoEncodings(t *testing.T) {
	legacy := encoded(t, charmap.Windows1250, "email;ime\na@x.example;Đorđe Živković\nc@x.example;Čedomir Šćepanović\nd@x.example;Živka Đokić\n")
	f, err := tryReading(append(legacy, "b@x.example;Жељка\n"...), Options{})
	if err != nil || f.Encoding != Windows1250 || len(f.Rows) != 4 || !strings.Contains(campaign.Join(f.Rows[3].Notes, ", ").String(), "Жељка") {
		t.Errorf("%v %+v", err, f.Rows)
	}
	sound := []byte("email;ime\na@x.example;Đorđe Živković\nc@x.example;Čedomir Šćepanović\n")
	f, err = tryReading(append(sound, encoded(t, charmap.Windows1250, "b@x.example;Željka Đokić\n")...), Options{})
	if err != nil || f.Encoding != UTF8 || len(f.Rows) != 3 || !strings.Contains(f.Rows[2].Problem.String(), "“Željka Đokić”") || !strings.Contains(f.Rows[2].Problem.String(), "Windows-1250") {
		t.Errorf("%v %+v", err, f.Rows)
	}
}

// Files of DOS programs are told from those of Windows.
func TestCodePage852(t *testing.T) {
	for _, text := range []string{
		"email;ime\nm@x.example;Đorđe Petrović\n", "email;ime\nm@x.example;Nađa\n", "email;ime\nm@x.example;Živko Šćepanović\nn@x.example;Čučković\n", "email;mesto\nm@x.example;Niš\n", "email;mesto\nm@x.example;ČAČAK\n", "email;mesto\nm@x.example;Žabalj\n", "EMAIL;IME\nM@X.EXAMPLE;ĐORĐE\n",
	} {
		for _, as := range []struct {
			encoding Encoding
			charmap  *charmap.Charmap
		}{{CodePage852, charmap.CodePage852}, {Windows1250, charmap.Windows1250}} {
			data := encoded(t, as.charmap, text)
			f, err := tryReading(data, Options{})
			if err != nil || f.Encoding != as.encoding {
				t.Errorf("%q in %s is taken for %s: %v", text, as.encoding, f.Encoding, err)
				continue
			}
			if whole, _ := as.encoding.decoder(bytes.NewReader(data)).Read(make([]byte, 1000)); whole != len(text) {
				t.Errorf("%q is read as %d bytes", text, whole)
			}
		}
	}
}
