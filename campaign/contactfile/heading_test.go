package contactfile

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/glasnik/glasnik/campaign"
)

// Names of columns are understood in parts, and where they say nothing the cells do.
func TestHeadings(t *testing.T) {
	ana := campaign.Contact{Email: "ana@x.example", FirstName: "Ana", LastName: "Petrović"}
	with := func(change func(*campaign.Contact)) campaign.Contact {
		c := ana
		change(&c)
		return c
	}
	tests := []struct {
		name, text string
		want       campaign.Contact
	}{
		{"two languages in one name", "Name / Ime i prezime;E-mail / E-pošta\nAna Petrović;ana@x.example\n", ana},
		{"remarks in a name", "Ime i prezime (kontakt);E-mail adresa: *;Telefon (fiksni)\nAna Petrović;ana@x.example;011\n", with(func(c *campaign.Contact) { c.Phone = "011" })},
		{"numbered", "E-mail 1;Ime;Prezime\nana@x.example;Ana;Petrović\n", ana},
		{"the second column of addresses", "E-mail 1;E-mail 2;Ime;Prezime\n;ana@x.example;Ana;Petrović\n", ana},
		{"two addresses", "E-mail 1;E-mail 2;Ime;Prezime\nana@x.example;b@x.example;Ana;Petrović\n",
			with(func(c *campaign.Contact) { c.Attributes = map[string]string{"other addresses": "b@x.example"} })},
		{"the same address twice", "E-mail 1;E-mail 2;Ime;Prezime\nana@x.example;ANA@x.example;Ana;Petrović\n", ana},
		{"Ime alone is the whole name", "Ime,mejl\nAna Petrović,ana@x.example\n", ana},
		{"Nom alone is the whole name", "Nom,Courriel\nAna Petrović,ana@x.example\n", ana},
		{"Name beside Surname is the first", "Name,Surname,mail\nAna,Petrović,ana@x.example\n", ana},
		{"last name first", "Презиме и име,Мејл\nPetrović Ana,ana@x.example\n", ana},
		{"a whole name beside its parts", "mejl,Ime,Prezime,Kontakt\nana@x.example,Ana,Petrović,Eva Jović\n", with(func(c *campaign.Contact) { c.Attributes = map[string]string{"Kontakt": "Eva Jović"} })},
		{"a status of the office's own", "mejl,Ime,Prezime,Status\nana@x.example,Ana,Petrović,aktivan\n", with(func(c *campaign.Contact) { c.Attributes = map[string]string{"Status": "aktivan"} })},
		{"nothing names the addresses", "Ime,Prezime,Gde pisati\nAna,Petrović,ana@x.example\n", ana},
		{"no names at all", "ana@x.example;Ana\nb@x.example;Eva\n", campaign.Contact{Email: "ana@x.example", Attributes: map[string]string{"column 2": "Ana"}}},
		{"addresses alone", "ana@x.example\nb@x.example\n", campaign.Contact{Email: "ana@x.example"}},
		{"a title and no names", "Spisak\n\nana@x.example;Ana\n", campaign.Contact{Email: "ana@x.example", Attributes: map[string]string{"column 2": "Ana"}}},
		{"marks without width", "email,ime,prezime\n\u200bana@x.\u00adexample\ufeff\u00a0,Ana,Petrović\n", ana},
		{"every row in one cell", "\"email,ime,prezime\"\n\"ana@x.example,Ana,\"\"Petrović\"\"\"\n", ana},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := read(t, tt.text)
			if len(f.Rows) == 0 || f.Rows[0].Problem.String() != "" {
				t.Fatalf("%+v, columns %+v", f.Rows, f.Columns)
			}
			if diff := cmp.Diff(tt.want, f.Rows[0].Contact); diff != "" {
				t.Errorf("%s%+v", diff, f.Columns)
			}
		})
	}
	if f := read(t, "ana@x.example\nb@x.example\n"); !f.Unnamed || len(f.Rows) != 2 || f.Rows[0].Line != 1 || strings.Join(f.Header(), "") != "column 1" {
		t.Errorf("without names: %+v %q", f.Rows, f.Header())
	}
}
