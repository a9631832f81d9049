package campaign

import (
	"slices"
	"time"
)

// Mailbox is how far a mailbox was read that what comes back is sent to, and what was in it. What comes without a mailbox, by a
// listener or a hook, is counted in one too.
type Mailbox struct {
	ID        string           `json:"id"` // DerivedID of its name
	Version   int64            `json:"version"`
	Name      string           `json:"name"`     // user@host/folder
	Validity  int64            `json:"validity"` // of its UIDs (RFC 9051 section 2.3.1.1)
	Last      int64            `json:"last"`     // UID up to which all is taken
	Counts    map[string]int64 `json:"counts,omitempty"`
	Days      []DayCounts      `json:"days,omitempty"` // the same by day, of the last ones, in their order
	LookedAt  time.Time        `json:"looked_at,omitzero"`
	Fault     string           `json:"fault,omitempty"` // why it cannot be read; "" when it can
	FaultedAt time.Time        `json:"faulted_at,omitzero"`
}

// MailboxID is the id of a mailbox by its name.
func MailboxID(name string) string { return DerivedID("mailbox", name) }

// What Mailbox.Counts counts beside the classes of what came back: each recipient of a report once.
const (
	CountDelayed    = "delayed"    // nothing has failed yet
	CountForged     = "forged"     // named a delivery with a broken signature
	CountUnknown    = "unknown"    // was about no delivery of ours
	CountRepeated   = "repeated"   // was known already
	CountUnreadable = "unreadable" // was no message
	CountLeft       = "left"       // a mail service says that the reader left by its own link
	CountReport     = "report"     // a receiver's report on mail in our name
	CountTrial      = "trial"      // a test mail that came back
)

// MailboxCounts are all names of counts in the order they are told.
var MailboxCounts = []string{"hard", "soft", "full", "block", "complaint", "reply", "automatic", CountLeft, CountDelayed, CountRepeated, CountUnknown, CountForged, CountUnreadable, CountReport, CountTrial}

// DayCounts are what came on one day.
type DayCounts struct {
	Day    string           `json:"day"` // 2006-01-02, in UTC
	Counts map[string]int64 `json:"counts"`
}

// CountedDays is for how many days what came is known by day.
const CountedDays = 30

// Count adds what came now.
func (m *Mailbox) Count(counts map[string]int64, now time.Time) {
	if len(counts) == 0 {
		return
	}
	if m.Counts == nil {
		m.Counts = map[string]int64{}
	}
	today := now.UTC().Format(time.DateOnly)
	day := First(m.Days, func(d *DayCounts) bool { return d.Day == today })
	if day == nil {
		m.Days = append(m.Days, DayCounts{Day: today, Counts: map[string]int64{}})
		day = &m.Days[len(m.Days)-1]
	}
	for what, n := range counts {
		m.Counts[what] += n
		day.Counts[what] += n
	}
	m.Days = slices.DeleteFunc(m.Days, func(d DayCounts) bool { return !countsAt(d.Day, now) })
}

// countsAt reports whether a day is one of the last.
func countsAt(day string, now time.Time) bool {
	return day > now.UTC().AddDate(0, 0, -CountedDays).Format(time.DateOnly)
}

// Lately is what came in the last CountedDays days.
func (m *Mailbox) Lately(now time.Time) map[string]int64 {
	out := map[string]int64{}
	for _, d := range m.Days {
		if countsAt(d.Day, now) {
			for what, n := range d.Counts {
				out[what] += n
			}
		}
	}
	return out
}

// Inlet is a way by which what comes back reaches us, as it is set.
type Inlet struct {
	Name string // of its Mailbox
	Kind InletKind
}

// InletKind is how something comes back.
type InletKind string

const (
	MailboxInlet  InletKind = "mailbox"  // read over IMAP
	ListenerInlet InletKind = "listener" // brought over LMTP or SMTP
	HookInlet     InletKind = "hook"     // posted by a mail service
)
