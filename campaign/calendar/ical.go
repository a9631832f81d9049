package calendar

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Feed says how entries are written as an iCalendar file.
type Feed struct {
	Name string // of the calendar
	Host string // by which its events are told from those of others
	Base string // of the panel's addresses
	Say  func(campaign.Text) string
}

// epoch dates what has not changed since the program knows it, such as holidays.
var epoch = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// ICalendar writes entries as RFC 5545 has it: moments in UTC, whole days as dates. The same entries make the same octets.
func (f *Feed) ICalendar(entries []Entry) []byte {
	var b bytes.Buffer
	// RFC 7986 section 5.3 has NAME and section 5.7 REFRESH-INTERVAL; the X- ones are what calendars knew before.
	for _, line := range []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Glasnik//Calendar//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
		"NAME:" + escape(f.Name), "X-WR-CALNAME:" + escape(f.Name), "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
	} {
		fold(&b, line)
	}
	for i := range entries {
		f.event(&b, &entries[i])
	}
	fold(&b, "END:VCALENDAR")
	return b.Bytes()
}

const utcLayout = "20060102T150405Z"

func (f *Feed) event(b *bytes.Buffer, e *Entry) {
	changed := e.Changed
	if changed.IsZero() {
		changed = epoch
	}
	fold(b, "BEGIN:VEVENT")
	fold(b, "UID:"+escape(e.ID)+"@"+f.Host)
	fold(b, "DTSTAMP:"+changed.UTC().Format(utcLayout))
	if e.AllDay() {
		fold(b, "DTSTART;VALUE=DATE:"+e.At.Format("20060102"))
		fold(b, "DTEND;VALUE=DATE:"+e.Until.AddDate(0, 0, 1).Format("20060102")) // the end is not part of it
	} else {
		fold(b, "DTSTART:"+e.At.UTC().Format(utcLayout))
	}
	fold(b, "SUMMARY:"+escape(f.Say(e.Kind.Words())+": "+f.Say(e.Title)))
	if !e.Note.IsZero() {
		fold(b, "DESCRIPTION:"+escape(f.Say(e.Note)))
	}
	if e.Path != "" {
		fold(b, "URL:"+f.Base+e.Path)
	}
	fold(b, "CATEGORIES:"+escape(f.Say(e.Kind.Words())))
	fold(b, "STATUS:"+map[bool]string{true: "TENTATIVE", false: "CONFIRMED"}[e.Kind == Draft])
	fold(b, "TRANSP:TRANSPARENT")
	fold(b, "END:VEVENT")
}

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escape writes text as a value (RFC 5545 section 3.3.11); control characters have no place in it.
func escape(s string) string {
	s = escapes.Replace(strings.ToValidUTF8(s, "�"))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// fold writes a content line in pieces of at most 75 octets, and divides no character (RFC 5545 section 3.1).
func fold(b *bytes.Buffer, line string) {
	for room := 75; len(line) > room; room = 74 { // the space counts from the second piece on
		cut := room
		for !utf8.RuneStart(line[cut]) {
			cut--
		}
		b.WriteString(line[:cut])
		b.WriteString("\r\n ")
		line = line[cut:]
	}
	b.WriteString(line)
	b.WriteString("\r\n")
}
