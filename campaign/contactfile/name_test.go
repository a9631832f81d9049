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
		{"Mme Marie Le Gall", false, Name{Title: "Mme", First: "Marie", Last: "Le Gall"}},
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
	}
	for _, tt := range tests {
		if got := SplitName(tt.full, tt.surnameFirst); got != tt.want {
			t.Errorf("%q: %+v, want %+v", tt.full, got, tt.want)
		}
	}
}
