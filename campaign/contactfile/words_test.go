package contactfile

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// Kinds and languages are read in either script; a language in which nothing is written is said to be one.
func TestKindsAndLanguagesOfRows(t *testing.T) {
	f := read(t, "email;Врста;Језик\na@x.example;привреда;енглески\nb@x.example;Новинарке;немачки\nc@x.example;Écoles;Anglaise\nd@x.example;ludaci;klingonski\n")
	for i, want := range []struct {
		kind     campaign.Kind
		language campaign.Language
		notes    string
	}{{campaign.Business, campaign.English, ""}, {campaign.Journalist, "", "nothing is written in the language “немачки”"}, {campaign.School, campaign.English, ""}, {"", "", "the language “klingonski” is not known"}} {
		if r := f.Rows[i]; r.Contact.Kind != want.kind || r.Contact.Language != want.language || !strings.Contains(campaign.Join(r.Notes, ", ").String(), want.notes) {
			t.Errorf("%+v", r)
		}
	}
}

// A column without a heading whose cells are names holds names, in either script and wherever the first of them stands.
func TestNamesWithoutAHeading(t *testing.T) {
	for _, text := range []string{
		";E-mail\nAna Petrović;a@x.example\nIva Jović;b@x.example\n", ";E-mail;Mesto\nАна Петровић;a@x.example;Ниш\nИва Јовић;b@x.example;Београд\n",
		"Ana Petrović;a@x.example\nIva Jović;b@x.example\n", ";E-mail\nPETROVIĆ Ana;a@x.example\nJovanka van der Meer;b@x.example\n", ";;E-mail\n1;Ana Petrović;a@x.example\n2;Iva Jović;b@x.example\n",
	} {
		f := read(t, text)
		for _, r := range f.Rows {
			if r.Contact.FirstName == "" || r.Contact.LastName == "" {
				t.Errorf("%q: %+v", text, r.Contact)
			}
		}
	}
	f := read(t, ";E-mail\nRadio Dunav;a@x.example\nGlas Niša;b@x.example\n")
	if f.Rows[0].Contact.FirstName != "" {
		t.Errorf("%+v", f.Rows[0].Contact)
	}
}
