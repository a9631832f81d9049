package contactfile

import (
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// standingKinds are the meanings of columns that say whether somebody may be written to. A file may have several of each:
// the heaviest counts.
var standingKinds = []Meaning{Status, Left, Consent, Confirmed, Bounced, Complained}

func (m Meaning) tellsStanding() bool { return slices.Contains(standingKinds, m) }

// said is what one cell says of whether its person may be written to.
type said struct {
	standing campaign.Standing
	at       time.Time
}

// addStanding adds to a row's standing what a cell says. A blank cell counts too, in a column that marks only people who agreed.
func (rr *rowReader) addStanding(row *campaign.ImportRow, col Column, value string) {
	key := standingCell{meaning: col.Meaning, whenOrWhy: col.whenOrWhy, value: value}
	s, known := rr.standings[key]
	if !known {
		s = readStanding(col, value)
		if len(rr.standings) < maxRead {
			key.value = strings.Clone(value)
			rr.standings[key] = s
		}
	}
	if s.standing != campaign.Free {
		row.Standing.Say(s.standing, saysIn(col.Header, value), s.at)
	}
	if value != "" && rr.export == nil {
		addAttribute(&row.Contact, col.Header, value)
	}
}

// saysIn says what stands in a cell of a column, in the file's own words.
func saysIn(header, value string) campaign.Text {
	if value == "" {
		return campaign.Textf("“%s”: –", shorten(header))
	}
	return campaign.Textf("“%s”: “%s”", shorten(header), shorten(value))
}

// standingCell is the key under which the reading of a cell is cached: a file has few different ones.
type standingCell struct {
	meaning   Meaning
	whenOrWhy bool
	value     string
}

func readStanding(col Column, value string) said {
	switch col.Meaning {
	case Status:
		return readStatus(value)
	case Consent:
		return readConsent(value)
	case Confirmed:
		if s := readConsent(value); s.standing != campaign.SaidLeft {
			return s
		}
		return said{standing: campaign.SaidNotYet}
	case Left:
		return readAgainst(value, campaign.SaidLeft, col.whenOrWhy)
	case Bounced:
		return readAgainst(value, campaign.SaidBounced, col.whenOrWhy)
	case Complained:
		return readAgainst(value, campaign.SaidComplained, col.whenOrWhy)
	}
	return said{}
}

// readStatus reads a state, or a plain yes or no.
func readStatus(value string) said {
	switch answerOf(value) {
	case nothing:
		if headerKey(value) != "" { // none, unknown
			return said{standing: campaign.SaidUnclear}
		}
		return said{}
	case yes:
		return said{}
	case no:
		return said{standing: campaign.SaidLeft}
	}
	s, _ := statusOf(value)
	return said{standing: s, at: dateIn(value)}
}

// readConsent reads what is in a column of those who agreed: yes, or a date, or a word that says so. Nothing, in such a
// column, is no yes.
func readConsent(value string) said {
	switch answerOf(value) {
	case yes:
		if onlyDigits(value) && strings.TrimLeft(value, "0") != "1" && !isDate(value) {
			return said{standing: campaign.SaidUnclear} // 2 means no in some tools
		}
		return said{}
	case no:
		return said{standing: campaign.SaidLeft}
	case nothing:
		return said{standing: campaign.SaidUnclear}
	}
	if s, known := statusOf(value); known {
		return said{standing: s, at: dateIn(value)}
	}
	if isDate(value) {
		return said{}
	}
	return said{standing: leading(value, campaign.SaidUnclear, campaign.Free, campaign.SaidLeft)}
}

// readAgainst reads what is in a column of those who must not be written to: yes, a date, a number or a word that says
// so; in one of dates and reasons anything.
func readAgainst(value string, against campaign.Standing, whenOrWhy bool) said {
	switch answerOf(value) {
	case nothing:
		return said{}
	case no:
		return said{}
	case yes:
		return said{standing: against}
	}
	if strings.Contains(value, "://") || strings.Contains(value, "mailto:") { // the link to leave by
		return said{}
	}
	s, known := statusOf(value)
	switch {
	case whenOrWhy, isDate(value):
		return said{standing: against, at: dateIn(value)}
	case known && s == campaign.Free:
		return said{}
	case known && s != campaign.SaidNotYet:
		return said{standing: s, at: dateIn(value)}
	}
	return said{standing: leading(value, campaign.SaidUnclear, against, campaign.Free), at: dateIn(value)}
}

// leading reads a cell that begins with yes or no and says more after it, after a sign or a date: “da, 12. 3. 2024”. Words
// after it may say the contrary.
func leading(value string, unclear, ifYes, ifNo campaign.Standing) campaign.Standing {
	word, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	if strings.TrimSpace(letters(headerKey(rest))) != "" {
		return unclear
	}
	switch answerOf(letters(headerKey(word))) {
	case yes:
		return ifYes
	case no:
		return ifNo
	}
	return unclear
}

// dateForms are how the known tools and people write a date; a day comes before a month, as in Serbia and France.
var dateForms = []string{
	"2006-01-02", "2006/01/02", "2.1.2006", "2. 1. 2006", "2/1/2006", "1/2/2006", "2-1-2006", "Jan 2, 2006", "2 Jan 2006", "January 2, 2006", "2 January 2006", "20060102",
}

// dateIn returns the date a cell begins with; the zero time where it begins with none.
func dateIn(value string) time.Time {
	value = strings.TrimRight(strings.TrimSpace(value), ".")
	for _, text := range []string{value, firstWord(value)} {
		text = strings.TrimRight(text, ".,")
		for _, form := range dateForms {
			if at, err := time.Parse(form, text); err == nil && at.Year() > 1900 {
				return at
			}
		}
		for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05"} {
			if at, err := time.Parse(form, text); err == nil {
				return at
			}
		}
	}
	return time.Time{}
}

func firstWord(s string) string {
	if i := strings.IndexAny(s, " T"); i > 0 {
		return s[:i]
	}
	return s
}

func isDate(value string) bool { return !dateIn(value).IsZero() }

// addExportStanding adds to a row's standing what an export of ours says of lists: on which somebody is not subscribed, and that
// they are on none.
func (rr *rowReader) addExportStanding(row *campaign.ImportRow, column int, value string) {
	switch {
	case column == leftAt && rr.Columns[column].Meaning == Left:
		left, ok := rr.export.readLeft(value)
		if len(left) > 0 {
			row.Standing.Left = left
		}
		if !ok {
			row.Standing.Say(campaign.SaidUnclear, saysIn(rr.Columns[column].Header, value), time.Time{})
		}
	case column == listsAt && value == "":
		row.Standing.OnNone = true
		if rr.usual < len(rr.export.columns) {
			row.Standing.Say(campaign.SaidUnclear, campaign.Textf("they are on no list, and this older export does not say whether they left"), time.Time{})
		}
	}
}
