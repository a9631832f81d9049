package contactfile

import (
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// French and Serbian tables from one row up are told apart, and in doubt a table is Serbian.
func TestFrenchIsToldFromSerbian(t *testing.T) {
	french := []string{
		"Courriel;Nom;Prénom;Ville\nm@x.example;Lefèvre;Éloïse;Genève\n", "email;last name\nm@x.example;Lefèvre\n", "email;place\nm@x.example;Genève\n",
		"email;name\nm@x.example;Hélène Ménard\n", "email;name\nm@x.example;HÉLÈNE MÉNARD\n", "email;company\nm@x.example;Première Chaîne\n",
		"email;company\nm@x.example;Collège Molière à Sèvres\n", "email;name\nm@x.example;Agnès\n", "email;name\nm@x.example;Joëlle Lenoël – Zoé Maïté\n",
		"email;company\nm@x.example;Éditions de l’Œuvre\n", "email;city\nm@x.example;Nîmes, forêt de Compiègne\n",
		"Liste de presse\nemail;ville\nm@x.example;Goûts d'août\n",
	}
	for _, text := range french {
		f, err := tryReading(encoded(t, charmap.Windows1252, text), Options{})
		if err != nil || f.Encoding != Windows1252 {
			t.Errorf("%q is taken for %s: %v", text, f.Encoding, err)
		}
	}
	serbian := []string{
		"email;ime\nm@x.example;Čolak\n", "email;mesto\nm@x.example;Čačak\n", "email;mesto\nm@x.example;Brčko\n", "email;ime\nm@x.example;Kovač\n",
		"email;naziv\nm@x.example;Lična karta\n", "email;naziv\nm@x.example;Večernje novosti\n", "email;ime\nm@x.example;André Čolak\n",
		"email;ime\nm@x.example;André Kovačević\n", "email;mesto\nm@x.example;GRČKA\n", "email;ime\nm@x.example;Đorđe\n", "email;ime\nm@x.example;ĆUK\n",
		"Courriel;Nom;Prénom\nm@x.example;Kovačević;Đorđe\n", "Courriel;Nom\nm@x.example;Čolak\n", "email;ime\nm@x.example;Szűcs Ágnes, Vőrös\n",
		"email;ime\nm@x.example;Helena i René Čučković\n", "email;ime\nm@x.example;Müller\n", "email;naziv\nm@x.example;Člankopisac, Žabalj\n",
	}
	for _, text := range serbian {
		f, err := tryReading(encoded(t, charmap.Windows1250, text), Options{})
		if err != nil || f.Encoding != Windows1250 {
			t.Errorf("%q is taken for %s: %v", text, f.Encoding, err)
		}
	}
}
