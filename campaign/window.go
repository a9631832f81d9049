package campaign

import (
	"hash/fnv"
	"slices"
	"sync"
	"time"
)

// Hours are the part of each day between two wall times ("15:04"); where Until is before From, they go through midnight.
// Without times they are none.
type Hours struct {
	From  string `json:"from,omitempty"`
	Until string `json:"until,omitempty"`
}

// minutes returns the times as minutes of the day; ok is false for no hours.
func (h Hours) minutes() (from, until int, ok bool) {
	from, first := minuteOf(h.From)
	until, last := minuteOf(h.Until)
	return from, until, first && last
}

func minuteOf(wall string) (int, bool) {
	t, err := time.Parse("15:04", wall)
	return t.Hour()*60 + t.Minute(), err == nil
}

// IsZero reports whether no hours are set.
func (h Hours) IsZero() bool { return h == Hours{} }

// Check refuses hours that cannot be read; fields is the beginning of their fields' names.
func (h Hours) Check(fields string) error {
	if h.IsZero() {
		return nil
	}
	var faults Checks
	_, first := minuteOf(h.From)
	_, last := minuteOf(h.Until)
	faults.Refuse(!first, fields+"_from", "write the time as hours and minutes, such as 08:00")
	faults.Refuse(!last, fields+"_until", "write the time as hours and minutes, such as 18:00")
	faults.Refuse(first && last && h.From == h.Until, fields+"_until", "these hours begin and end at the same time")
	return Together(faults...)
}

// hold reports whether a minute of the day lies in the hours.
func (h Hours) hold(minute int) bool {
	from, until, ok := h.minutes()
	switch {
	case !ok:
		return false
	case from < until:
		return minute >= from && minute < until
	}
	return minute >= from || minute < until
}

// Window says at which hours the mail of a campaign may leave, at each reader's own time, and over how long it is spread.
type Window struct {
	Hours    Hours `json:"hours,omitzero"`
	Workdays bool  `json:"workdays,omitempty"` // not on Saturdays and Sundays
	Spread   int   `json:"spread,omitempty"`   // over so many hours in which it may leave; 0 is at once
}

// MostSpread is the longest time a run is spread over, in hours.
const MostSpread = 72

// Check refuses a window that means nothing.
func (w Window) Check() error {
	var faults Checks
	if err := w.Hours.Check("window"); err != nil {
		faults = append(faults, err)
	}
	faults.Refuse(w.Spread < 0 || w.Spread > MostSpread, "spread", "spread it over 0 to %d hours", MostSpread)
	return Together(faults...)
}

// Any reports whether the window says anything.
func (w Window) Any() bool { return w != Window{} }

// Leaving says when mail may leave: by the window of a campaign, and by the quiet hours of the installation, in which nothing
// leaves but what a reader or a colleague has just asked for. Both count at the reader's own time. The zero value always allows it.
type Leaving struct {
	Window Window
	Quiet  Hours
	Mixed  bool // in no order of lists: within a second, where it is not spread over more
}

// Always reports whether mail may leave at any time.
func (l Leaving) Always() bool { return !l.Window.Any() && l.Quiet.IsZero() && !l.Mixed }

// Open reports whether mail may leave at a moment to a reader in a zone.
func (l Leaving) Open(t time.Time, zone *time.Location) bool { return l.open(t.In(zone)) }

func (l Leaving) open(local time.Time) bool {
	minute := local.Hour()*60 + local.Minute()
	if l.Quiet.hold(minute) || !l.Window.Hours.IsZero() && !l.Window.Hours.hold(minute) {
		return false
	}
	day := local.Weekday()
	return !l.Window.Workdays || day != time.Saturday && day != time.Sunday
}

// lookAhead bounds the search for a time at which mail may leave: a window that lies in the quiet hours has none.
const lookAhead = 8 * 24 * time.Hour

// Next returns the first moment from t on at which mail may leave to a reader in a zone, and whether there is one: t itself where
// it may leave then. Moments are looked at minute by minute, as clocks there show them, so a change of the clocks needs no rule.
func (l Leaving) Next(t time.Time, zone *time.Location) (time.Time, bool) {
	return l.change(t, zone, true)
}

// closes returns the first moment after t at which mail may not leave any more, at most some days on.
func (l Leaving) closes(t time.Time, zone *time.Location) time.Time {
	at, _ := l.change(t, zone, false)
	return at
}

func (l Leaving) change(t time.Time, zone *time.Location, to bool) (time.Time, bool) {
	if l.open(t.In(zone)) == to {
		return t, true
	}
	last := t.Add(lookAhead)
	for at := t.Truncate(time.Minute).Add(time.Minute); at.Before(last); at = at.Add(time.Minute) {
		if l.open(at.In(zone)) == to {
			return at, true
		}
	}
	return last, false
}

// Why says in words, which are stored with a delivery, why mail may not leave at a moment.
func (l Leaving) Why(t time.Time, zone *time.Location) string {
	local := t.In(zone)
	if l.Quiet.hold(local.Hour()*60 + local.Minute()) {
		return "waits for the end of the quiet hours"
	}
	return "waits for the hours of the campaign at the reader's own time"
}

// Why else a message waits, or is left out, in words that are stored with its delivery.
const (
	WaitsForTurn = "waits for its turn: the campaign is spread over some hours"
	OverWarmUp   = "the domain of the sender is being warmed up: it may send more tomorrow"
	OverCeiling  = "the reader got as many messages this week as one may get"
)

// Timetable says when each message of a run leaves. It may be used by several goroutines.
type Timetable struct {
	leaving Leaving
	start   time.Time

	mu     sync.Mutex
	byZone map[string][]openTime
}

// openTime is a time in which mail may leave.
type openTime struct{ from, until time.Time }

// NewTimetable returns the timetable of a run that began at a time.
func NewTimetable(l Leaving, start time.Time) *Timetable {
	return &Timetable{leaving: l, start: start, byZone: map[string][]openTime{}}
}

// Leaves returns when the message to a contact leaves: evenly spread over the hours in which mail may leave, and always the same
// for the same contact.
func (t *Timetable) Leaves(contact string, zone *time.Location) time.Time {
	return t.at(fractionOf(contact), zone)
}

// at returns when the message leaves that stands at a fraction of the spread.
func (t *Timetable) at(fraction float64, zone *time.Location) time.Time {
	left := time.Duration(fraction * float64(t.spread()))
	times := t.opens(zone)
	for _, o := range times {
		if d := o.until.Sub(o.from); left < d {
			return o.from.Add(left)
		} else {
			left -= d
		}
	}
	return times[len(times)-1].until
}

func (t *Timetable) spread() time.Duration {
	if t.leaving.Mixed && t.leaving.Window.Spread == 0 {
		return time.Second
	}
	return time.Duration(t.leaving.Window.Spread) * time.Hour
}

// opens returns the times, from the start of the run on, in which mail may leave to a zone: as many as the spread needs.
func (t *Timetable) opens(zone *time.Location) []openTime {
	t.mu.Lock()
	defer t.mu.Unlock()
	if known := t.byZone[zone.String()]; known != nil {
		return known
	}
	var out []openTime
	var sum time.Duration
	for at := t.start; ; {
		from, ok := t.leaving.Next(at, zone)
		if !ok {
			out = append(out, openTime{from, from}) // looked at again then
			break
		}
		until := t.leaving.closes(from, zone)
		out = append(out, openTime{from, until})
		if sum += until.Sub(from); sum > t.spread() {
			break
		}
		at = until
	}
	t.byZone[zone.String()] = out
	return out
}

// LeavingHour is how many messages of a run leave in an hour, and when that begins.
type LeavingHour struct {
	At    time.Time
	Count int64
}

// planSteps is how finely the readers of a zone are spread in a plan.
const planSteps = 720

// Plan says how many messages of a run leave when, by how many readers are in each zone; "" are those whose own is not known, who
// are at home.
func (t *Timetable) Plan(byZone map[string]int64, zones *Zones, home *time.Location) []LeavingHour {
	counts := map[time.Time]int64{}
	for name, n := range byZone {
		zone, steps := zones.Of(name, home), min(n, planSteps)
		for i := range steps {
			at := t.at((float64(i)+0.5)/float64(steps), zone).In(home)
			hour := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), 0, 0, 0, home)
			counts[hour] += n*(i+1)/steps - n*i/steps
		}
	}
	out := make([]LeavingHour, 0, len(counts))
	for at, n := range counts {
		out = append(out, LeavingHour{at, n})
	}
	slices.SortFunc(out, func(a, b LeavingHour) int { return a.At.Compare(b.At) })
	return out
}

// Words say in a sentence without an end what the window means.
func (w Window) Words() Text {
	words := Textf("leaves at any hour")
	switch hours := !w.Hours.IsZero(); {
	case hours && w.Workdays:
		words = Textf("leaves from Monday to Friday between %s and %s at the reader's own time", w.Hours.From, w.Hours.Until)
	case hours:
		words = Textf("leaves between %s and %s at the reader's own time", w.Hours.From, w.Hours.Until)
	case w.Workdays:
		words = Textf("leaves from Monday to Friday at the reader's own time")
	}
	if w.Spread > 0 {
		return Textf("%s, spread over %d hours", words, w.Spread)
	}
	return words
}

// fractionOf returns a number from 0 up to 1 that is the same for the same contact, and evenly distributed over contacts.
func fractionOf(contact string) float64 { return float64(hash64(contact)>>11) / (1 << 53) }

// hash64 returns a number that is the same for the same text, and evenly distributed over texts.
func hash64(text string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	x := h.Sum64() // the high bits of like texts are alike: mixed as MurmurHash3 ends
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	return x
}

// Zones finds time zones by their names, which takes long, and remembers them.
type Zones struct{ known sync.Map }

// Of returns the zone with a name; other where there is none.
func (z *Zones) Of(name string, other *time.Location) *time.Location {
	if name == "" {
		return other
	}
	if loc, ok := z.known.Load(name); ok {
		return loc.(*time.Location)
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return other
	}
	z.known.Store(name, loc)
	return loc
}
