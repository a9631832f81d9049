package templates

import (
	"html/template"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
)

// letterEvent is when and where an event takes place.
type letterEvent struct {
	When, Days, Hours string
	Where             string
	Venue             []string
	Map               string
	MapURL            template.URL
	Answer            string
	AnswerURL         template.URL
	Calendar          string
	CalendarURL       template.URL
}

// event tells of what a release invites to; nil without an occasion.
func (w *letterWriter) event(v *campaign.Version) *letterEvent {
	o := w.letter.edition.Release.Occasion
	if o == nil {
		return nil
	}
	l := w.letter.language
	t := func(key string) string { return Translate(l, key) }
	e := &letterEvent{When: t("mail.event.when"), Where: t("mail.event.where"), Map: t("mail.event.map"), Answer: t("mail.event.answer"), Calendar: t("mail.event.calendar")}
	start, end := o.In()
	e.Days, e.Hours = language.Period(l, start, end)
	if v.Venue != "" {
		e.Venue = strings.Split(w.own(v.Venue), "\n")
	}
	e.MapURL = template.URL(w.letter.rewriteLink(o.Map, e.Map))
	e.AnswerURL = template.URL(w.letter.rewriteLink(o.Answer, e.Answer))
	e.CalendarURL = template.URL(w.letter.calendarLink())
	return e
}

// eventLines tell of the event in the plain-text part.
func (p *letterPage) eventLines() []string {
	e := p.Event
	if e == nil {
		return nil
	}
	var t letterLines
	t.block(append([]string{strings.ToUpper(e.When)}, append(wrapText(e.Days, textWidth), wrapText(e.Hours, textWidth)...)...)...)
	if len(e.Venue) > 0 {
		t.block(append([]string{strings.ToUpper(e.Where)}, e.Venue...)...)
	}
	t.link(e.Map, e.MapURL)
	t.link(e.Answer, e.AnswerURL)
	t.link(e.Calendar, e.CalendarURL)
	return t.lines
}

// CalendarName is the file name of the event in a message.
const CalendarName = "event.ics"

// CalendarType is the media type of the event in a message: METHOD as in the file (RFC 5545 section 3.7.2, RFC 6047 section 2.4).
const CalendarType = "text/calendar; charset=utf-8; method=PUBLISH"

// Calendar writes the event of an edition as a calendar file (RFC 5545), the same for all readers of a version. host tells our
// events from those of others. It is published and not requested (RFC 5546 section 3.2.1): readers answer on a page, and what
// their calendars would send back nobody reads. Whoever gets the release again after a change has the old entry replaced: the
// UID stays and SEQUENCE grows (section 3.8.7.4). It returns nil without an event.
func Calendar(e *edition.Edition, v *campaign.Version, host string, now time.Time) []byte {
	r := &e.Release
	o := r.Occasion
	if o == nil {
		return nil
	}
	title := neutral(ownScript(v.Language, v.Headline))
	start, end := o.In()
	days, hours := language.Period(v.Language, start, end)
	var told []string
	venue := ownScript(v.Language, v.Venue)
	for _, text := range []string{days + ", " + hours, venue, neutral(ownScript(v.Language, v.Subhead)), o.Answer, o.Map} {
		if text != "" {
			told = append(told, text)
		}
	}
	var c calendarLines
	c.add("BEGIN", "VCALENDAR")
	c.add("VERSION", "2.0")
	c.add("PRODID", "-//Glasnik//Glasnik//EN")
	c.add("CALSCALE", "GREGORIAN")
	c.add("METHOD", "PUBLISH")
	c.add("BEGIN", "VEVENT")
	c.add("UID", r.ID+"@"+host)
	c.add("DTSTAMP", calendarTime(now))
	c.add("SEQUENCE", strconv.FormatInt(r.Version, 10))
	// In UTC (section 3.3.5, form 2): every calendar shows it in its reader's own zone, and none has to understand a VTIMEZONE.
	c.add("DTSTART", calendarTime(o.Start))
	if !o.End.IsZero() {
		c.add("DTEND", calendarTime(o.End))
	} else {
		c.add("DURATION", "PT1H")
	}
	c.text("SUMMARY;LANGUAGE="+string(v.Language), title)
	c.text("LOCATION;LANGUAGE="+string(v.Language), strings.ReplaceAll(venue, "\n", ", "))
	c.text("DESCRIPTION;LANGUAGE="+string(v.Language), strings.Join(told, "\n"))
	if isTrackable(o.Answer) {
		c.add("URL", o.Answer)
	}
	if e.Sender.Email != "" {
		c.add(`ORGANIZER;CN="`+calendarName(e.Sender.Name)+`"`, "mailto:"+mailtoAddress(e.Sender.Email))
	}
	c.add("STATUS", "CONFIRMED")
	c.add("TRANSP", "OPAQUE")
	c.add("END", "VEVENT")
	c.add("END", "VCALENDAR")
	return c.data
}

func calendarTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// calendarName keeps a name within the quotation marks of a parameter (section 3.2).
func calendarName(name string) string {
	return strings.Map(func(r rune) rune {
		if r == '"' || r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
}

// calendarLines are content lines with CRLF, folded at 75 octets between characters (section 3.1).
type calendarLines struct{ data []byte }

func (c *calendarLines) add(name, value string) {
	line, room := name+":"+value, 75
	for len(line) > room {
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		c.data = append(append(c.data, line[:cut]...), "\r\n "...)
		line, room = line[cut:], 74 // the blank counts
	}
	c.data = append(append(c.data, line...), "\r\n"...)
}

// text adds a value of the type TEXT (section 3.3.11); nothing for an empty one.
func (c *calendarLines) text(name, value string) {
	if value = strings.ToValidUTF8(strings.TrimSpace(value), "\uFFFD"); value == "" {
		return
	}
	value = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, value)
	c.add(name, strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`).Replace(value))
}

// neutral fills the merge fields of a text as for a reader of whom nothing is known.
func neutral(text string) string {
	places := newLetterPlaces()
	filled, err := places.fill(text)
	if err != nil {
		return text
	}
	r := letterReader{letter: &Letter{edition: &edition.Edition{}}, delivery: &campaign.Delivery{}, contact: &campaign.Contact{}}
	values := campaign.Collect(places.values, func(v placeValue) string { return v(&r) })
	plain, _ := fillPlaces(values)
	return plain.Replace(filled)
}
