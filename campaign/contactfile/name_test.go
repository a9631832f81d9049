package contactfile

import "testing"

func TestSplitName(t *testing.T) {
	tests := []struct {
		full         string
		surnameFirst bool
		want         Name
	}{
		{"", false, Name{}},
		{"Ana", false, Name{First: "Ana"}},
		{"Ana Petrović", false, Name{First: "Ana", Last: "Petrović"}},
		{"Ana Marija Petrović-Jović", false, Name{First: "Ana Marija", Last: "Petrović-Jović"}},
		{"Petrović, Ana", false, Name{First: "Ana", Last: "Petrović"}},
		{"Петровић, Ана", true, Name{First: "Ана", Last: "Петровић"}},
		{"Petrović Ana", true, Name{First: "Ana", Last: "Petrović"}},
		{"Петровић Ана Марија", true, Name{First: "Ана Марија", Last: "Петровић"}},
		{"prof. dr Ana Petrović", false, Name{Title: "prof. dr", First: "Ana", Last: "Petrović"}},
		{"Др Ана Петровић", false, Name{Title: "Др", First: "Ана", Last: "Петровић"}},
		{"Ana Petrović, MSc", false, Name{Title: "MSc", First: "Ana", Last: "Petrović"}},
		{"Mme Marie Le Gall", false, Name{Title: "Mme", First: "Marie", Last: "Le Gall", Gender: "female"}},
		{"Jean de La Fontaine", false, Name{First: "Jean", Last: "de La Fontaine"}},
		{"DUPONT Marie", false, Name{First: "Marie", Last: "DUPONT"}},
		{"Marie LE GALL", false, Name{First: "Marie", Last: "LE GALL"}},
		{"DE LA TOUR Marie", true, Name{First: "Marie", Last: "DE LA TOUR"}},
		{"de la Tour Marie", true, Name{First: "Marie", Last: "de la Tour"}},
		{"MARIE DUPONT", false, Name{First: "MARIE", Last: "DUPONT"}},
		{"John C. Smith", false, Name{First: "John C.", Last: "Smith"}},
		{"Dr", false, Name{First: "Dr"}},
		{"Petrović,", false, Name{First: "Petrović"}},
		{",", false, Name{}},
		{"Liam Hill, Jr.", false, Name{First: "Liam", Last: "Hill", Suffix: "Jr."}},
		{"Liam Hill Sr", false, Name{First: "Liam", Last: "Hill", Suffix: "Sr"}},
		{"Hill, Liam, III", false, Name{First: "Liam", Last: "Hill", Suffix: "III"}},
		{"King, Martin Luther Jr.", false, Name{First: "Martin Luther", Last: "King", Suffix: "Jr."}},
		{"Petar Petrović ml.", false, Name{First: "Petar", Last: "Petrović", Suffix: "ml."}},
		{"Петар Петровић, ст.", false, Name{First: "Петар", Last: "Петровић", Suffix: "ст."}},
		{"Ana Petrović, PhD", false, Name{Title: "PhD", First: "Ana", Last: "Petrović"}},
		{"Ana Petrović, M.D.", false, Name{Title: "M.D.", First: "Ana", Last: "Petrović"}},
		{"Ana Petrović, MA, CFA", false, Name{Title: "MA CFA", First: "Ana", Last: "Petrović"}},
		{"Ana Petrović, dipl. ing.", false, Name{Title: "dipl. ing.", First: "Ana", Last: "Petrović"}},
		{"Ana Petrović, prof. dr", false, Name{Title: "prof. dr", First: "Ana", Last: "Petrović"}},
		{"mr Ana Petrović", false, Name{Title: "mr", First: "Ana", Last: "Petrović"}},
		{"Ana Petrović, novinarka", false, Name{First: "Ana", Last: "Petrović", Role: "novinarka"}},
		{"Ana Petrović, Urednica", false, Name{First: "Ana", Last: "Petrović", Role: "Urednica"}},
		{"Ана Петровић, уредница", false, Name{First: "Ана", Last: "Петровић", Role: "уредница"}},
		{"Petrović, Ana, urednica", false, Name{First: "Ana", Last: "Petrović", Role: "urednica"}},
		{"Jean Dupont, rédacteur en chef", false, Name{First: "Jean", Last: "Dupont", Role: "rédacteur en chef"}},
		{"Ana Petrović (urednica)", false, Name{First: "Ana", Last: "Petrović", Role: "urednica"}},
		{"Ana Petrović [she/her]", false, Name{First: "Ana", Last: "Petrović", Aside: "she/her"}},
		{"Ana Petrović (Radio Jug)", false, Name{First: "Ana", Last: "Petrović", Outlet: "Radio Jug"}},
		{"Petrović Jović, Ana", false, Name{First: "Ana", Last: "Petrović Jović"}},
		{"Gaulle, Charles de", false, Name{First: "Charles de", Last: "Gaulle"}},
		{"Ana Petrović, Radio Jug", false, Name{First: "Ana", Last: "Petrović", Outlet: "Radio Jug"}},
		{"Radio Dunav, redakcija", false, Name{Outlet: "Radio Dunav", Role: "redakcija"}},
		{"Redakcija Primera", false, Name{Outlet: "Redakcija Primera"}},
		{"redakcija", false, Name{Outlet: "redakcija"}},
		{"ОШ Југ", false, Name{Outlet: "ОШ Југ"}},
		{"Primer d.o.o.", false, Name{Outlet: "Primer d.o.o."}},
		{"Mr. John Smith", false, Name{Title: "Mr.", First: "John", Last: "Smith", Gender: "male"}},
		{"Mr Smith", false, Name{Title: "Mr", Last: "Smith", Gender: "male"}},
		{"gđa Ana Petrović", false, Name{Title: "gđa", First: "Ana", Last: "Petrović", Gender: "female"}},
		{"g-đa Petrović", false, Name{Title: "g-đa", Last: "Petrović", Gender: "female"}},
		{"Госпођа Ана Петровић", false, Name{Title: "Госпођа", First: "Ана", Last: "Петровић", Gender: "female"}},
		{"g. Petar Petrović", false, Name{Title: "g.", First: "Petar", Last: "Petrović", Gender: "male"}},
		{"M. Jean Dupont", false, Name{Title: "M.", First: "Jean", Last: "Dupont", Gender: "male"}},
		{"M. Petrović", false, Name{First: "M.", Last: "Petrović"}},
		{"G. Petrović", false, Name{First: "G.", Last: "Petrović"}},
		{"Dr. Smith", false, Name{Title: "Dr.", Last: "Smith"}},
		{`=HYPERLINK("https://x.example","Klik")`, false, Name{}},
		{"https://x.example/ana", false, Name{}},
		{"ana@x.example", false, Name{}},
		{"nepoznato", false, Name{}},
		{"-", false, Name{}},
		{"?", false, Name{}},
		{"Tim Smith", false, Name{First: "Tim", Last: "Smith"}},
		{"Jack Ma", false, Name{First: "Jack", Last: "Ma"}},
	}
	for _, tt := range tests {
		if got := splitName(tt.full, tt.surnameFirst, false); got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.full, got, tt.want)
		}
	}
}
