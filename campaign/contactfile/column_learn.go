package contactfile

import (
	"slices"
	"strings"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
)

// sampleRows is how many of the first rows are looked at to learn what the columns hold whose names do not say it for sure.
const sampleRows = 50

// learn looks at the cells of the first rows: which column holds the addresses, where names do not say so or say it of several;
// whether a column that may say who is written to does; which one without a name holds the names of people.
func (mp *mapping) learn(columns [][]string) {
	mp.learnAddresses(columns)
	mp.bare = !mp.named() && !slices.ContainsFunc(mp.Columns, func(c Column) bool { return c.Meaning == Organisation }) && mp.columnsOf(Email) == 1
	for i := range mp.Columns {
		c := &mp.Columns[i]
		if c.Meaning != Attribute || mp.export != nil {
			continue
		}
		weak, maybe := weakMeaning(c.Header)
		switch {
		case maybe && fitsWeak(c.Header, weak, columns[i]), weak == "" && holdsStates(columns[i]) && !c.elsewhere:
			c.Meaning, c.also, c.whenOrWhy = weak, "", asksWhenOrWhy(headerKey(c.Header))
			if weak == "" {
				c.Meaning = Status
			}
		case i < len(mp.names) && (mp.Unnamed || strings.TrimSpace(mp.names[i]) == "") && !mp.named() && holdsNames(columns[i]):
			c.Meaning = FullName
		}
	}
}

// sample returns the filled cells of each column in the first rows.
func (f *File) sample() [][]string {
	columns := make([][]string, len(f.Columns))
	s := f.scanner()
	for looked := 0; looked < sampleRows; {
		rec, ok := s.next()
		if !ok {
			break
		}
		if rec.line <= f.header || rec.blank() || !rec.problem.IsZero() {
			continue
		}
		looked++
		for i, cell := range rec.cells[:min(len(rec.cells), len(columns))] {
			if cell = strings.TrimSpace(cell); cell != "" {
				columns[i] = append(columns[i], cell)
			}
		}
	}
	return columns
}

// learnAddresses finds the columns of addresses: of those named so, the ones that hold any, or else the one with the most.
// One named “Mail” that says yes and no says who may be written to.
func (mp *mapping) learnAddresses(columns [][]string) {
	counts, best := make([]int, len(columns)), -1
	for i, cells := range columns {
		for _, cell := range cells {
			if holdsAddresses(cell) || !mp.guessed && strings.Contains(cell, "@") {
				counts[i]++
			}
		}
		if counts[i] > 0 && (best < 0 || counts[i] > counts[best]) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	named := false // some column that is named so holds addresses
	for i, c := range mp.Columns {
		named = named || c.Meaning == Email && counts[i] > 0
	}
	another := mp.guessed || mp.Columns[best].Meaning == Attribute
	if !named && !another {
		return
	}
	for i := range mp.Columns {
		c := &mp.Columns[i]
		if c.Meaning != Email || counts[i] > 0 || len(columns[i]) == 0 {
			continue
		}
		if c.Meaning = Attribute; !slices.ContainsFunc(columns[i], func(cell string) bool { return answerOf(cell) == other }) {
			c.Meaning = Consent
		}
	}
	if !named {
		mp.Columns[best].Meaning = Email
	}
}

// columnsOf counts the columns of a meaning.
func (mp *mapping) columnsOf(m Meaning) (n int) {
	for _, c := range mp.Columns {
		if c.Meaning == m {
			n++
		}
	}
	return n
}

// named reports whether some column holds names of people.
func (mp *mapping) named() bool {
	return slices.ContainsFunc(mp.Columns, func(c Column) bool { return slices.Contains([]Meaning{FirstName, LastName, FullName}, c.Meaning) })
}

// weakStems are in names of columns of states, and in others.
var weakStems = strings.Fields("status statut subscri pretplat abonn inscri prijavlj")

// otherStates are parts of the names of columns of states that have nothing to do with mail.
var otherStates = strings.Fields("marit bracn employ zaposl order narudz paymen placan deal lead deal work job activesubscription page project projek invoice faktur civil family porodic")

// weakMeaning returns what a column may hold by its name, if its cells agree.
func weakMeaning(header string) (Meaning, bool) {
	key := headerKey(header)
	if m, ok := weakNames[key]; ok {
		return m, true
	}
	if m, _, ok := headingOf(header); ok && (m != Consent || !asksWhenOrWhy(key)) {
		return m, true
	}
	if asksWhenOrWhy(key) || tellsOfConsent(key) || containsAny(key, otherStates) || readPhrase(wordsOf(header)).elsewhere() {
		return "", false
	}
	if slices.Contains(placesOrStates, key) {
		return Status, true
	}
	if slices.ContainsFunc(weakStems, func(stem string) bool { return strings.Contains(key, campaign.Fold(stem)) }) {
		return Status, true
	}
	return "", false
}

// placesOrStates are names of columns that hold a place as often as a state.
var placesOrStates = []string{"state", "stanje", "etat"}

// fitsWeak reports whether some cell is what a column of that meaning holds.
func fitsWeak(header string, m Meaning, cells []string) bool {
	ambiguous := slices.Contains(placesOrStates, headerKey(header))
	return slices.ContainsFunc(cells, func(cell string) bool {
		if a := answerOf(cell); a == yes || a == no {
			if ambiguous {
				return false
			}
			return !onlyDigits(cell) || cell == "0" || cell == "1"
		}
		if m == Left && asksWhenOrWhy(headerKey(header)) && isDate(cell) {
			return true
		}
		_, known := statusOf(cell)
		return known && !(ambiguous && len(cell) < 4)
	})
}

// holdsStates reports whether all cells are states of a subscription, one of them at least one that nothing else has.
func holdsStates(cells []string) bool {
	sure := false
	for _, cell := range cells {
		if a := answerOf(cell); a != other {
			return false
		}
		if _, known := statusOf(cell); !known {
			return false
		}
		key := headerKey(cell)
		sure = sure || sureStatus(cell) != campaign.Free || containsAny(key, []string{"subscri", "pretplacen", "abonne", campaign.Fold("odjavlj"), "prijavlen", "optedin", "optin"})
	}
	return sure
}

// holdsNames reports whether all cells look like names of people: two to four words with capitals.
func holdsNames(cells []string) bool {
	for _, cell := range cells {
		words := strings.Fields(cell)
		if len(words) < 2 || len(words) > 4 {
			return false
		}
		for _, w := range words {
			first := []rune(w)[0]
			if !unicode.IsUpper(first) && !within(titles, w) && !within(particles, w) {
				return false
			}
		}
		if strings.ContainsAny(cell, "0123456789@/:") || outletIn(words) {
			return false
		}
	}
	return len(cells) > 0
}

// mayMean returns what the columns of a further table may hold by their names, "" for those that say it.
func (mp *mapping) mayMean() []Meaning {
	weak := make([]Meaning, len(mp.Columns))
	for i, c := range mp.Columns {
		if c.Meaning == Attribute && mp.export == nil {
			weak[i], _ = weakMeaning(c.Header)
		}
		if c.Meaning == Email && mp.columnsOf(Email) > 1 {
			weak[i] = Email
		}
	}
	return weak
}

// learnFrom lets a row of a further table say what such a column holds: its first rows were not looked at beforehand.
func (mp *mapping) learnFrom(cells []string) {
	for i, weak := range mp.weak {
		if weak == "" || i >= len(cells) {
			continue
		}
		c := &mp.Columns[i]
		switch a := answerOf(strings.TrimSpace(cells[i])); {
		case weak == Email && (a == yes || a == no):
			c.Meaning, mp.weak[i] = Consent, ""
		case weak != Email && fitsWeak(c.Header, weak, []string{strings.TrimSpace(cells[i])}):
			c.Meaning, c.also, c.whenOrWhy, mp.weak[i] = weak, "", asksWhenOrWhy(headerKey(c.Header)), ""
		}
	}
}
