package contactfile

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
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
	Zone         Meaning = "time zone"
	Language     Meaning = "language"
	Tags         Meaning = "tags"
	Notes        Meaning = "notes"
	Source       Meaning = "source"
	Honorific    Meaning = "honorific"
	Gender       Meaning = "gender"
	Status       Meaning = "subscription status"
	Left         Meaning = "must not be written to" // yes, or when or why they left
	Consent      Meaning = "may be written to"      // yes, or when they agreed
	Confirmed    Meaning = "confirmed"
	Bounced      Meaning = "bounced"
	Complained   Meaning = "complained"
	Attribute    Meaning = "attribute" // kept under its own name
	Ignored      Meaning = "ignored"   // only an export fills it, or somebody said so
)

// meaningWords say what a column holds.
var meaningWords = map[Meaning]campaign.Text{
	Email: campaign.Textf("E-mail address"), FirstName: campaign.Textf("First name"), LastName: campaign.Textf("Last name"), FullName: campaign.Textf("Full name"),
	Kind: campaign.Textf("Kind"), Organisation: campaign.Textf("Organisation"), Position: campaign.Textf("Position"), Phone: campaign.Textf("Phone"),
	Place: campaign.Textf("Place"), Zone: campaign.Textf("Time zone"), Language: campaign.Textf("Language"), Tags: campaign.Textf("Tags"), Notes: campaign.Textf("Notes"),
	Source: campaign.Textf("Source of the address"), Honorific: campaign.Textf("Form of address"), Gender: campaign.Textf("Woman or man"), Status: campaign.Textf("Subscription status"),
	Left: campaign.Textf("Must not be written to"), Consent: campaign.Textf("May be written to"), Confirmed: campaign.Textf("Confirmed the address"),
	Bounced: campaign.Textf("Mail came back"), Complained: campaign.Textf("Reported mail as spam"), Attribute: campaign.Textf("Kept as an attribute"),
	Ignored: campaign.Textf("Not imported"),
}

// Words says what a column holds.
func (m Meaning) Words() campaign.Text { return meaningWords[m] }

// names are the headers that are understood, in English, Serbian (either script) and French, as headerKey writes them.
var names = map[Meaning]string{
	Email: "email mail emailaddress mailaddress eposta eadresa emailadresa mejl imejl mejladresa imejladresa elektronskaposta " +
		"elektronskaadresa mailadresa mejladrese emailadrese kontaktemail kontaktmejl emailkontakt mejlkontakt sluzbenimejl sluzbeniemail " +
		"adresaelektronskeposte adresaeposte imejladrese emailskole mejlskole emailredakcije mejlredakcije emailfirme mejlfirme workemail " +
		"courriel adresseemail adressemail adresseelectronique adressecourriel adressedecourriel emailprofessionnel mel",
	FirstName: "firstname givenname forename first ime licnoime imekontakta imekontaktosobe prenom prenoms",
	LastName:  "lastname surname familyname last prezime prezimekontakta nom nomdefamille",
	FullName: "name fullname contact contactname contactperson person imeiprezime prezimeiime punoime kontakt kontaktosoba osoba osobazakontakt " +
		"imeiprezimekontaktosobe odgovornolice odgovornaosoba direktor direktorka urednik urednica novinar novinarka nomcomplet nometprenom nometprenoms " +
		"prenometnom prenomnom nomprenom nomducontact personnedecontact",
	Kind: "kind type category vrsta tip kategorija vrstakontakta tipkontakta typedecontact categorie",
	Organisation: "organisation organization company companyname outlet media medium publication school schoolname employer institution medij mediji " +
		"medijskakuca redakcija skola naziv nazivskole nazivfirme nazivmedija nazivustanove nazivorganizacije nazivredakcije nazivinstitucije " +
		"imeskole imefirme imemedija imeustanove imeorganizacije firma preduzece kompanija organizacija ustanova institucija " +
		"organisme entreprise societe ecole etablissement etablissementscolaire redaction nomdumedia nomdelecole nomdelentreprise nomdelorganisme",
	Position: "position title jobtitle role function funkcija pozicija radnomesto zanimanje zvanje fonction poste titre",
	Phone:    "phone telephone tel phonenumber mobile mobilephone cell telefon brojtelefona kontakttelefon telefonskole mob mobilni mobilnitelefon mobitel fiksni numerodetelephone portable",
	Place:    "place city town location mesto grad sediste opstina ville lieu commune",
	Zone:     "timezone tz vremenskazona zonavremena fuseauhoraire",
	Language: "language lang locale preferredlanguage jezik jezikipismo jezikkomunikacije pismo langue languepreferee",
	Tags:     "tags tag labels keywords topics topic oznake oznaka teme tema etiquettes motscles themes",
	Notes:    "notes note comment comments remark remarks napomena napomene beleska beleske komentar remarque remarques commentaire",
	Gender:   "gender sex pol polkontakta spol rod sexe genre",
	Ignored:  "lists",
	Source:   "source origin addresssource izvor poreklo izvoradrese provenance",
}

// surnameFirst are names of columns of full names that say in which order their parts stand.
var surnameFirst = []string{"prezimeiime", "nometprenom", "nometprenoms", "nomprenom"}

var meanings = sync.OnceValue(func() map[string]Meaning {
	byName := byKey(toolNames)
	maps.Copy(byName, byKey(names))
	return byName
})

// meaningOf returns what a column's name means: as a whole, without a number after it, or else by the first of its parts
// that means something, as in “E-mail / E-pošta” and “Telefon (fiksni)”.
func meaningOf(header string) (Meaning, bool) {
	if m, ok := meaningOfWhole(header); ok {
		return m, true
	}
	said, weak, tells := headingOf(header)
	parts := strings.FieldsFunc(header, func(r rune) bool { return strings.ContainsRune("/|\\()[]:;,*\n–—", r) })
	for _, name := range parts {
		m, ok := meaningOfWhole(name)
		if ok && tells && !weak && m != Email && !m.tellsStanding() {
			return said, true
		}
		if ok {
			return m, true
		}
	}
	if !tells || weak {
		return "", false
	}
	return said, true
}

// meaningOfWhole returns what a column's name, or a part of one, means as it is.
func meaningOfWhole(name string) (Meaning, bool) {
	key := headerKey(name)
	for _, k := range []string{key, strings.TrimRight(key, "0123456789")} {
		if m, ok := meanings()[k]; ok {
			return m, true
		}
		if m, ok := standingMeanings()[k]; ok {
			return m, true
		}
	}
	return "", false
}

// headerKey is the form in which headers are compared: folded, letters and digits alone.
func headerKey(header string) string {
	folded := campaign.Fold(header)
	if isKey(folded) {
		return folded
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, folded)
}

// isKey reports whether a folded text is of ASCII letters and digits alone, as most words are.
func isKey(folded string) bool {
	for i := range len(folded) {
		if b := folded[i]; (b < 'a' || b > 'z') && (b < '0' || b > '9') {
			return false
		}
	}
	return true
}

// Column is one column with what it was understood as.
type Column struct {
	Header  string // of attributes, unique in the file
	Meaning Meaning

	whenOrWhy bool    // any cell that is filled says yes
	elsewhere bool    // it speaks of another channel than e-mail
	also      Meaning // of an attribute: what it holds where no column before it does
}

func (c Column) surnameFirst() bool { return slices.Contains(surnameFirst, headerKey(c.Header)) }

// Meanings are all that a column can hold, in the order they are offered.
var Meanings = []Meaning{Email, FirstName, LastName, FullName, Organisation, Kind, Position, Phone, Place, Language, Tags, Notes, Source, Honorific, Gender, Status, Consent, Left, Confirmed, Bounced, Complained, Attribute, Ignored}

// understand says what each column holds. The first column of a meaning has it; a second one is kept as an attribute, and
// so is one without a name, under its number. Addresses, honorifics and what says who may be written to may be in several.
func understand(headers []string) []Column {
	taken := map[Meaning]bool{}
	words, usual := isExport(headers)
	ours := words != nil
	columns := make([]Column, len(headers))
	for i, h := range headers {
		h = shorten(strings.Join(strings.Fields(strings.ToValidUTF8(h, "\ufffd")), " "))
		m, known := meaningOf(h)
		if ours && i < usual {
			m, known = exportMeanings[i], true
		}
		c := Column{Meaning: m}
		switch {
		case ours && i >= usual:
			c.Meaning = Attribute
		case m == Email, m == Honorific, m.tellsStanding(), m == Ignored && ours:
		case !known, m == Ignored:
			c.Meaning = Attribute
		case taken[m]:
			if c.Meaning, c.also = Attribute, secondMeaning(m); headerKey(h) == "location" { // of a server, or a country
				c.also = ""
			}
		}
		if c.Header = strings.Clone(h); h == "" {
			c.Header = fmt.Sprintf("column %d", i+1)
		}
		c.whenOrWhy = c.Meaning.tellsStanding() && asksWhenOrWhy(headerKey(h))
		c.elsewhere = readPhrase(wordsOf(h)).elsewhere()
		taken[c.Meaning] = true
		columns[i] = c
	}
	settleNames(columns, taken)
	settleTitles(columns)
	nameApart(columns)
	return columns
}

// secondMeaning returns what a second column of a meaning holds where the first is blank.
func secondMeaning(m Meaning) Meaning {
	if slices.Contains([]Meaning{Phone, Place, Position, Organisation, Tags, Language}, m) {
		return m
	}
	return ""
}

// settleNames decides what a column named “Ime”, “Name” or “Nom” holds: a part of the name where another column holds the
// other part, all of it where none does.
func settleNames(columns []Column, has map[Meaning]bool) {
	for i := range columns {
		c := &columns[i]
		switch key := headerKey(c.Header); {
		case key == "ime" && c.Meaning == FirstName && !has[LastName] && !has[FullName]:
			c.Meaning = FullName
		case key == "nom" && c.Meaning == LastName && !has[FirstName] && !has[FullName]:
			c.Meaning = FullName
		case key == "name" && c.Meaning == FullName && has[LastName] && !has[FirstName]:
			c.Meaning = FirstName
		}
	}
}

// nameApart returns columns that are kept under their own names different ones.
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

// Name is the column's name as it is shown: one without a name has a number.
func (c Column) Name() campaign.Text {
	if n, err := strconv.Atoi(strings.TrimPrefix(c.Header, "column ")); err == nil && strings.HasPrefix(c.Header, "column ") {
		return campaign.Textf("column %d", n)
	}
	return campaign.Textf("%s", c.Header)
}

// Header returns the column names as they are in the file.
func (mp *mapping) Header() []string { return mp.names }

// Shape is what files with the same columns have in common.
func (mp *mapping) Shape() string {
	keys := campaign.Collect(mp.names, headerKey)
	return strings.Join(keys, "|")
}

// Apply says what the columns hold, as Mapping gave it for another file of the same shape; of another length it changes
// nothing.
func (mp *mapping) Apply(meanings []string) {
	if len(meanings) != len(mp.Columns) {
		return
	}
	for i, m := range meanings {
		if slices.Contains(Meanings, Meaning(m)) {
			mp.Columns[i].Meaning = Meaning(m)
		}
	}
	nameApart(mp.Columns)
}

// Mapping returns what the columns hold, for Apply.
func (mp *mapping) Mapping() []string {
	return campaign.Collect(mp.Columns, func(c Column) string { return string(c.Meaning) })
}
