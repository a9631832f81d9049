package language

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestSurnameVocative(t *testing.T) {
	for name, want := range map[string]string{
		"Petrović": "Petroviću", "Jovanović": "Jovanoviću", "Nikolić": "Nikoliću", "Ilić": "Iliću", "Đorđević": "Đorđeviću", "Vujić": "Vujiću", "Antić": "Antiću",
		"Kovač": "Kovaču", "Kolar Petrović": "", "Novak": "Novače", "Vujak": "Vujače", "Baloš": "Balošu", "Kralj": "Kralju", "Konjević": "Konjeviću",
		"Todorov": "Todorov", "Kostov": "Kostov", "Rajačić": "Rajačiću", "Budimlić": "Budimliću", "Stojadin": "Stojadin", "Kostin": "Kostin",
		"Desnica": "Desnica", "Nušić": "Nušiću", "Pupovac": "Pupovče", "Kosovac": "Kosovče", "Lazarevac": "Lazarevče", "Savac": "", "Vidmar": "", "Bek": "", "Šolaja": "Šolaja",
		"Zagorski": "Zagorski", "Sremac": "", "Selimović": "Selimoviću", "Hadžić": "Hadžiću", "Bulat": "Bulate", "Radoman": "Radomane", "Mandić": "Mandiću",
		"Petrović Njegoš": "Petroviću Njegošu", "Popović-Ilić": "Popoviću-Iliću", "Smith": "Smith", "Whitfield": "Whitfield", "Müller": "Müller", "Nagy": "Nagy", "Schmidt": "Schmidt",
		"Szabó": "Szabó", "Петровић": "Петровићу", "Ковач": "Ковачу", "Његош": "Његошу", "Крстић": "Крстићу", "Џаџић": "Џаџићу",
	} {
		if got, sure := SurnameVocative(name); sure != (want != "") || sure && got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, sure, want)
		}
	}
}

func TestFirstNameVocative(t *testing.T) {
	for name, want := range map[string]string{
		"Petar": "Petre", "Aleksandar": "Aleksandre", "Miloš": "Miloše", "Uroš": "Uroše", "Stefan": "Stefane", "Vuk": "Vuče", "Novak": "Novače", "Aleksej": "Alekseju",
		"Andrej": "Andreju", "Marko": "Marko", "Nikola": "Nikola", "Đorđe": "Đorđe", "Luka": "Luka", "Saša": "Saša", "Predrag": "Predraže", "Miodrag": "Miodraže",
		"Dragan": "Dragane", "Nenad": "Nenade", "Igor": "Igore", "Vladimir": "Vladimire", "Lazar": "Lazare", "Božidar": "Božidare", "Boris": "Borise", "Dušan": "Dušane",
		"Ognjen": "Ognjene", "Filip": "Filipe", "Jakov": "Jakove", "Đurađ": "Đurđe", "Strahinja": "Strahinja", "Blagoj": "Blagoju", "Marek": "", "Heinrich": "Heinrich", "Mitar": "Mitre", "Pavel": "Pavle", "Ivica": "Ivice", "Vasa": "",
		"Петар": "Петре", "Стефан": "Стефане", "Срђан": "Срђане", "Zoran": "Zorane", "Goran": "Gorane", "Milan": "Milane", "Ivan": "Ivane", "Bojan": "Bojane", "Dejan": "Dejane",
	} {
		if got, sure := FirstNameVocative(name, campaign.Man); sure != (want != "") || sure && got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, sure, want)
		}
	}
	for name, want := range map[string]string{
		"Milica": "Milice", "Ljubica": "Ljubice", "Danica": "Danice", "Ana": "Ana", "Sanja": "Sanja", "Branka": "Branka", "Marija": "Marija", "Dragana": "Dragana",
		"Jelena": "Jelena", "Ines": "Ines", "Milena": "Milena", "Ana Marija": "Ana Marija", "Милица": "Милице", "Mary": "Mary", "Nikolina": "Nikolina", "Ivica": "Ivice",
	} {
		if got, sure := FirstNameVocative(name, campaign.Woman); !sure || got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, sure, want)
		}
	}
}

func TestGreetingFor(t *testing.T) {
	f, m := string(campaign.Woman), string(campaign.Man)
	for _, c := range []struct {
		first, last, gender string
		l                   campaign.Language
		key, name           string
	}{
		{"Jelena", "Petrović", f, campaign.SerbianLatin, "greeting.woman", "Petrović"},
		{"Jelena", "Petrović", f, campaign.SerbianCyrillic, "greeting.woman", "Петровић"},
		{"Јелена", "Петровић", f, campaign.SerbianLatin, "greeting.woman", "Petrović"},
		{"Marko", "Petrović", m, campaign.SerbianLatin, "greeting.man", "Petroviću"},
		{"Marko", "Petrović", m, campaign.SerbianCyrillic, "greeting.man", "Петровићу"},
		{"MARKO", "PETROVIĆ", m, campaign.SerbianLatin, "greeting.man", "Petroviću"},
		{"marko", "petrović", m, campaign.SerbianCyrillic, "greeting.man", "Петровићу"},
		{"John", "Smith", m, campaign.SerbianCyrillic, "greeting.man", "Smith"},
		{"Milica", "", f, campaign.SerbianLatin, "greeting.woman_first", "Milice"},
		{"Petar", "", m, campaign.SerbianCyrillic, "greeting.man_first", "Петре"},
		{"Marko", "Vidmar", m, campaign.SerbianLatin, "greeting.journalist", ""},
		{"Jelena", "Petrović", "", campaign.SerbianLatin, "greeting.journalist", ""},
		{"", "", f, campaign.SerbianLatin, "greeting.journalist", ""},
		{"Jelena", "Petrović", f, campaign.English, "greeting.woman", "Petrović"},
		{"Петар", "Петровић", m, campaign.English, "greeting.man", "Petrović"},
		{"Jelena", "Petrović", "", campaign.English, "greeting.name", "Jelena Petrović"},
		{"Jelena", "Petrović", f, campaign.French, "greeting.woman", ""},
		{"Marko", "Petrović", m, campaign.French, "greeting.man", ""},
		{"Marko", "Petrović", "", campaign.French, "greeting.journalist", ""},
		{"Redakcija 24 sata", "vesti@example.org", m, campaign.SerbianLatin, "greeting.journalist", ""},
		{"", "", "", campaign.English, "greeting.journalist", ""},
	} {
		contact := campaign.Contact{FirstName: c.first, LastName: c.last, Kind: campaign.Journalist, Attributes: map[string]string{campaign.GenderAttribute: c.gender}}
		if got := GreetingFor(c.l, &contact); got.Key != c.key || got.Name != c.name {
			t.Errorf("%s %s (%s) in %s: %+v, want %s %q", c.first, c.last, c.gender, c.l, got, c.key, c.name)
		}
	}
}
