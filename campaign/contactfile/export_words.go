package contactfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// exportWords are the words of a file of contacts in one language. Writer writes them, and Open knows our files by them.
type exportWords struct {
	sheet   string
	columns []string                             // as in exportMeanings
	values  map[Meaning]map[string]string        // of kinds, languages and states, by their names in the domain
	left    map[campaign.MembershipStatus]string // how a contact stands on a list they are not subscribed to
}

// exportMeanings are the columns of every file of contacts.
var exportMeanings = []Meaning{Email, FirstName, LastName, Kind, Organisation, Position, Phone, Place, Language, Tags, Notes, Source, Ignored, Status, Left, Zone}

// Where the lists a contact is on stand in a row, and those they are not subscribed to any more, or not yet: another
// installation must not take them for new there.
const (
	listsAt = 12
	leftAt  = 14
)

// suppressed stands for the status of who must not be written to at all.
const suppressed = "suppressed"

// exports are the words by language. Those of English are the names in the domain, which the command line writes.
var exports = map[campaign.Language]*exportWords{
	campaign.English: {
		sheet:   "Contacts",
		columns: []string{"email", "first name", "last name", "kind", "organisation", "position", "phone", "place", "language", "tags", "notes", "source", "lists", "status", "left lists", "time zone"},
		left:    map[campaign.MembershipStatus]string{campaign.Unsubscribed: " (unsubscribed)", campaign.Removed: " (removed)", campaign.Unconfirmed: " (unconfirmed)"},
	},
	campaign.French: {
		sheet:   "Contacts",
		columns: []string{"courriel", "prénom", "nom", "type", "organisation", "fonction", "téléphone", "lieu", "langue", "étiquettes", "notes", "source", "listes", "statut", "listes quittées", "fuseau horaire"},
		values: map[Meaning]map[string]string{
			Kind:     {"journalist": "journaliste", "school": "école", "business": "entreprise", "partner": "partenaire", "other": "autre"},
			Language: {"sr-Latn": "serbe (alphabet latin)", "sr-Cyrl": "serbe (alphabet cyrillique)", "en": "anglais", "fr": "français"},
			Status:   {"active": "actif", "bounced": "revenu", "complained": "plainte", "paused": "en pause", "restricted": "traitement limité", suppressed: "adresse exclue"},
		},
		left: map[campaign.MembershipStatus]string{campaign.Unsubscribed: " (désabonné)", campaign.Removed: " (retiré)", campaign.Unconfirmed: " (non confirmé)"},
	},
	campaign.SerbianLatin: {
		sheet:   "Kontakti",
		columns: []string{"e-pošta", "ime", "prezime", "vrsta", "organizacija", "funkcija", "telefon", "mesto", "jezik", "oznake", "beleške", "izvor", "spiskovi", "status", "napušteni spiskovi", "vremenska zona"},
		values: map[Meaning]map[string]string{
			Kind:     {"journalist": "novinar", "school": "škola", "business": "preduzeće", "partner": "partner", "other": "ostalo"},
			Language: {"sr-Latn": "srpski (latinica)", "sr-Cyrl": "srpski (ćirilica)", "en": "engleski", "fr": "francuski"},
			Status:   {"active": "aktivan", "bounced": "poruke se vraćaju", "complained": "prijavio neželjenu poštu", "paused": "pauziran", "restricted": "obrada ograničena", suppressed: "zabrana slanja"},
		},
		left: map[campaign.MembershipStatus]string{campaign.Unsubscribed: " (odjavljen)", campaign.Removed: " (uklonjen)", campaign.Unconfirmed: " (nepotvrđen)"},
	},
	campaign.SerbianCyrillic: {
		sheet:   "Контакти",
		columns: []string{"е-пошта", "име", "презиме", "врста", "организација", "функција", "телефон", "место", "језик", "ознаке", "белешке", "извор", "спискови", "статус", "напуштени спискови", "временска зона"},
		values: map[Meaning]map[string]string{
			Kind:     {"journalist": "новинар", "school": "школа", "business": "предузеће", "partner": "партнер", "other": "остало"},
			Language: {"sr-Latn": "српски (латиница)", "sr-Cyrl": "српски (ћирилица)", "en": "енглески", "fr": "француски"},
			Status:   {"active": "активан", "bounced": "поруке се враћају", "complained": "пријавио нежељену пошту", "paused": "паузиран", "restricted": "обрада ограничена", suppressed: "забрана слања"},
		},
		left: map[campaign.MembershipStatus]string{campaign.Unsubscribed: " (одјављен)", campaign.Removed: " (уклоњен)", campaign.Unconfirmed: " (непотврђен)"},
	},
}

// isExport returns the words of a file of ours whose columns are named so, and how many of the columns are the usual ones: what is
// after those is kept under its own name, and lists are not taken from it. It returns nil for any other file.
func isExport(headers []string) (words *exportWords, usual int) {
	for _, words := range exports {
		for _, usual := range []int{len(words.columns), len(words.columns) - 1, len(words.columns) - 2} { // older exports say neither the time zone, nor which members left
			if len(headers) >= usual && slices.Equal(headers[:usual], words.columns[:usual]) {
				return words, usual
			}
		}
	}
	return nil, 0
}

// write writes a named value of the domain.
func (w *exportWords) write(of Meaning, value string) string {
	if own, ok := w.values[of][value]; ok {
		return own
	}
	return value
}

// read returns the value that write wrote, in the name of the domain; anything else as it is.
func (w *exportWords) read(of Meaning, cell string) string {
	for value, own := range w.values[of] {
		if strings.EqualFold(own, strings.TrimSpace(cell)) {
			return value
		}
	}
	return cell
}

// writeLeft writes where a contact stands on lists they are not subscribed to.
func (w *exportWords) writeLeft(lists []ListStatus) string {
	var all []string
	for _, l := range lists {
		if form, ok := w.left[l.Status]; ok {
			all = append(all, l.List+form)
		}
	}
	return strings.Join(all, ", ")
}

// readLeft reads a cell that writeLeft wrote; ok is false for any other.
func (w *exportWords) readLeft(cell string) (left map[string]campaign.Standing, ok bool) {
	left = map[string]campaign.Standing{}
	for cell = strings.TrimSpace(cell); cell != ""; {
		end, form, of := len(cell), "", campaign.Standing("")
		for status, text := range maps.All(w.left) {
			if i := strings.Index(cell, text); i >= 0 && i < end {
				end, form, of = i, text, campaign.SaidLeft
				if status == campaign.Unconfirmed {
					of = campaign.SaidNotYet
				}
			}
		}
		if form == "" {
			return left, false
		}
		left[campaign.Fold(strings.TrimSpace(cell[:end]))] = of
		cell = strings.TrimPrefix(cell[end+len(form):], ", ")
	}
	return left, true
}
