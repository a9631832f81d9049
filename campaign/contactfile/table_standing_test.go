package contactfile

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// A column that says who is written to says it in tables below and beside others too, whatever its name leaves open.
func TestStandingInFurtherTables(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Newsletter", "Mail", "Prijavljen", "Aktivan", "Slati", "Bilten", "Status"} {
		for form, text := range map[string]string{
			"below":        "Ime;E-mail\nZoe;z@x.example\n\nŠkola;E-mail;" + name + "\nOŠ;a@x.example;da\nOŠ 2;b@x.example;ne\n",
			"below beside": "Ime;E-mail\nZoe;z@x.example\n\nŠkola;E-mail;" + name + ";;Ime;E-mail;" + name + "\nOŠ;a@x.example;da;;Eva;b@x.example;ne\n",
			"beside":       "Ime;E-mail;" + name + ";;Škola;E-mail;" + name + "\nAna;a@x.example;da;;OŠ;b@x.example;ne\n",
			"right one":    "Ime;E-mail;;Škola;E-mail;" + name + "\nAna;c@x.example;;OŠ;a@x.example;da\nEva;d@x.example;;OŠ;b@x.example;ne\n",
		} {
			for _, r := range read(t, text).Rows {
				want := campaign.Standing("")
				if r.Contact.Email == "b@x.example" {
					want = campaign.SaidLeft
				}
				if got := r.Standing.Standing; got != want || r.Problem.String() != "" {
					t.Errorf("%s, %s: %s is said to be %q, %s", name, form, r.Contact.Email, got, r.Problem.String())
				}
			}
		}
	}
}

func TestPastedLineOfPeople(t *testing.T) {
	for cell, want := range map[string]int{
		"Ana Anić <a@x.example>, Iva Ivić <b@x.example>; c@x.example": 3, "Ana Anić <a@x.example>, b@x.example": 1,
		"Ana Anić <a@x.example>, Ana Anić <b@x.example>": 1, "a@x.example, b@x.example": 1,
	} {
		if f := read(t, "Ime\tE-mail\n\t"+cell+"\nEva\te@x.example\n"); len(f.Rows) != want+1 {
			t.Errorf("%s: %d", cell, len(f.Rows)-1)
		}
	}
}

// A column under a name that says nothing is one of addresses when its cells are lines of them.
func TestColumnOfPastedLines(t *testing.T) {
	b := rawBook{rows: texts(1, "To") + texts(2, "Ana Anić &lt;a@x.example&gt;, Iva Ivić &lt;b@x.example&gt;, Eva Ević &lt;c@x.example&gt;")}
	f := b.read(t, Options{})
	if len(f.Rows) != 3 || f.Rows[2].Contact.Email != "c@x.example" || f.Rows[2].Contact.LastName != "Ević" || f.Rows[2].Line != 2 {
		t.Errorf("%+v", f.Rows)
	}
}
