package contactfile

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
)

// Meaning is what a column holds.
type Meaning string

const (
	Email        Meaning = "email"
	FirstName    Meaning = "first name"
	LastName     Meaning = "last name"
	FullName     Meaning = "full name"
	Kind         Meaning = "kind"
	Organisation Meaning = "organisation"
	Position     Meaning = "position"
	Phone        Meaning = "phone"
	Place        Meaning = "place"
	Language     Meaning = "language"
	Tags         Meaning = "tags"
	Notes        Meaning = "notes"
	Source       Meaning = "source"
	Attribute    Meaning = "attribute" // kept under its own name
	Ignored      Meaning = "ignored"   // only an export fills it, or somebody said so
)

// names are the headers that are understood, in English, Serbian (either script) and French, as headerKey writes them.
var names = map[Meaning]string{
	Email: "email mail emailaddress mailaddress eposta eadresa emailadresa mejl imejl mejladresa imejladresa elektronskaposta " +
		"elektronskaadresa mailadresa mejladrese emailadrese kontaktemail kontaktmejl emailkontakt mejlkontakt sluzbenimejl sluzbeniemail adresaelektronskeposte adresaeposte courriel adresseemail adressemail adresseelectronique adressecourriel mel",
	FirstName:    "firstname givenname forename first ime licnoime prenom",
	LastName:     "lastname surname familyname last prezime nom nomdefamille",
	FullName:     "name fullname contact contactname contactperson person imeiprezime prezimeiime punoime kontakt kontaktosoba osoba nomcomplet nometprenom prenometnom prenomnom nomprenom",
	Kind:         "kind type category vrsta tip kategorija typedecontact categorie",
	Organisation: "organisation organization company outlet media medium publication school employer institution medij mediji medijskakuca redakcija skola naziv nazivskole nazivfirme nazivmedija nazivustanove nazivorganizacije firma preduzece kompanija organizacija ustanova institucija media organisme entreprise societe ecole etablissement redaction",
	Position:     "position title jobtitle role function funkcija pozicija radnomesto zanimanje zvanje fonction poste titre",
	Phone:        "phone telephone tel phonenumber mobile mobilephone cell telefon brojtelefona mobilni mobilnitelefon mobitel fiksni numerodetelephone portable",
	Place:        "place city town location mesto grad sediste opstina ville lieu",
	Language:     "language lang locale preferredlanguage jezik jezikipismo pismo langue",
	Tags:         "tags tag labels keywords topics topic oznake oznaka teme tema etiquettes motscles themes",
	Notes:        "notes note comment comments remark remarks napomena napomene beleska beleske komentar remarque remarques commentaire",
	Ignored:      "lists status",
	Source:       "source origin addresssource izvor poreklo izvoradrese provenance",
}

// headerKey is the form in which headers are compared: folded, letters and digits alone.
func headerKey(header string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, campaign.Fold(header))
}

// Column is one column with what it was understood as.
type Column struct {
	Header  string // of attributes, unique in the file
	Meaning Meaning
}

// Meanings are all that a column can hold, in the order they are offered.
var Meanings = []Meaning{Email, FirstName, LastName, FullName, Organisation, Kind, Position, Phone, Place, Language, Tags, Notes, Source, Attribute, Ignored}

// understand says what each column holds. The first column of a meaning has it; a second one is kept as an attribute, and
// so is one without a name, under its number.
func understand(headers []string) []Column {
	byName := map[string]Meaning{}
	for m, list := range names {
		for _, n := range strings.Fields(list) {
			byName[n] = m
		}
	}
	taken := map[Meaning]bool{}
	columns := make([]Column, len(headers))
	for i, h := range headers {
		h = shorten(strings.Join(strings.Fields(strings.ToValidUTF8(h, "\ufffd")), " "))
		m, known := byName[headerKey(h)]
		if m != Ignored && (!known || taken[m]) {
			m = Attribute
		}
		if h == "" {
			h = fmt.Sprintf("column %d", i+1)
		}
		taken[m] = true
		columns[i] = Column{Header: strings.Clone(h), Meaning: m}
	}
	nameApart(columns)
	return columns
}

// nameApart gives columns that are kept under their own names different ones.
func nameApart(columns []Column) {
	used := map[string]bool{}
	for i := range columns {
		c := &columns[i]
		for n, plain := 2, c.Header; c.Meaning == Attribute && used[c.Header]; n++ {
			c.Header = fmt.Sprintf("%s %d", plain, n)
		}
		used[c.Header] = used[c.Header] || c.Meaning == Attribute
	}
}

// Shape is what files with the same columns have in common.
func (f *File) Shape() string {
	keys := make([]string, len(f.names))
	for i, n := range f.names {
		keys[i] = headerKey(n)
	}
	return strings.Join(keys, "|")
}

// Apply says what the columns hold, as Mapping gave it for another file of the same shape; of another length it changes
// nothing.
func (f *File) Apply(meanings []string) {
	if len(meanings) != len(f.Columns) {
		return
	}
	for i, m := range meanings {
		if slices.Contains(Meanings, Meaning(m)) {
			f.Columns[i].Meaning = Meaning(m)
		}
	}
	nameApart(f.Columns)
}

// Mapping gives what the columns hold, for Apply.
func (f *File) Mapping() []string {
	out := make([]string, len(f.Columns))
	for i, c := range f.Columns {
		out[i] = string(c.Meaning)
	}
	return out
}
