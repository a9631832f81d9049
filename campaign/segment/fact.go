package segment

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// A store answers rules from a contact's own fields and from its facts: texts "key=value" whose order is that of the values, so
// that numbers and days can be found by ranges.

// maxFact is how many bytes of a text are compared.
const maxFact = 300

// FactText returns a text in the form in which rules compare it.
func FactText(s string) string {
	s = campaign.Fold(strings.TrimSpace(s))
	if len(s) > maxFact {
		s = strings.ToValidUTF8(s[:maxFact], "")
	}
	return strings.ReplaceAll(s, "\x00", "")
}

// AttributeKey returns the key of an attribute's facts.
func AttributeKey(name string) string {
	return "attribute." + strings.ReplaceAll(FactText(name), "=", "-")
}

// JoinedKey returns the key of the fact that holds when a contact came to a list.
func JoinedKey(list string) string { return "joined." + list }

// LeftKey is the key of the fact that holds when a contact left a list or was taken off it, BouncedKey that of when their address
// was found not to work; both are facts of time like that of JoinedKey.
func LeftKey(list string) string { return "left." + list }

const BouncedKey = "bounced"

// JoinedRange returns the first and last fact of that key for times from from up to, but not including, to; a zero time is no
// bound.
func JoinedRange(from, to time.Time) (first, last string) {
	first, last = strings.Repeat("0", 12), strings.Repeat("f", 12)
	if !from.IsZero() {
		first = sortableTime(from)
	}
	if !to.IsZero() {
		last = sortableTime(to.Add(-time.Millisecond))
	}
	return first, last
}

// AttributeTexts begins the facts that hold the text of an attribute. The first byte of an attribute's fact is its type.
const AttributeTexts = factText

const (
	factText   = "t"
	factNumber = "n"
	factDay    = "d"
	factYesNo  = "b"
)

// Facts returns the facts of a contact.
func Facts(c *campaign.Contact) []string {
	var short [512]byte
	text, ends := short[:0], make([]int, 0, 32)
	add := func(key, value string) {
		if value != "" {
			text = append(append(append(text, key...), '='), value...)
			ends = append(ends, len(text))
		}
	}
	add("name", FactText(c.FullName()))
	add("address", campaign.AddressKey(c.Email))
	add("place", FactText(c.Place))
	add("zone", FactText(c.Zone))
	add("position", FactText(c.Position))
	add("phone", FactText(c.Phone))
	add("source", FactText(c.Source))
	for i := range c.Memberships {
		m := &c.Memberships[i]
		add(JoinedKey(m.List), sortableTime(m.Since))
		switch {
		case m.Status == campaign.Subscribed:
			add("basis", string(m.Basis))
		case !m.LeftAt.IsZero():
			add(LeftKey(m.List), sortableTime(m.LeftAt))
		}
	}
	if c.Status == campaign.Bounced && !c.StatusSince.IsZero() {
		add(BouncedKey, sortableTime(c.StatusSince))
	}
	for name, value := range c.Attributes {
		if value = strings.TrimSpace(value); value == "" {
			continue
		}
		for _, fact := range attributeFacts(value) {
			add(AttributeKey(name), fact)
		}
	}
	return cutAt(string(text), ends)
}

// cutAt cuts a text at some ends, so that a contact's facts share one allocation.
func cutAt(text string, ends []int) []string {
	out, from := make([]string, len(ends)), 0
	for i, end := range ends {
		out[i], from = text[from:end], end
	}
	return out
}

func attributeFacts(value string) []string {
	out := []string{factText + FactText(value)}
	if n, ok := campaign.ParseNumber(value); ok {
		out = append(out, factNumber+sortable(n))
	}
	if day, ok := campaign.ParseDay(value); ok {
		out = append(out, factDay+day.Format(sortableDay))
	}
	if yes, ok := campaign.ParseYesNo(value); ok {
		out = append(out, factYesNo+map[bool]string{true: "1", false: "0"}[yes])
	}
	return out
}

// FactRange is the facts that begin with Prefix followed by hexadecimal digits from From to To, inclusive. With From and To
// empty it is Prefix alone.
type FactRange struct{ Prefix, From, To string }

// AttributeRange returns the facts of an attribute that a comparison fits; ok is false for a comparison by parts of text.
func AttributeRange(op Op, v Value) (FactRange, bool) {
	lowest, highest, at := "", "", ""
	out := FactRange{}
	switch v.As {
	case AsNumber:
		n, _ := campaign.ParseNumber(v.Text)
		out.Prefix, at = factNumber, sortable(n)
		lowest, highest = strings.Repeat("0", 16), strings.Repeat("f", 16)
	case AsDate:
		day, _ := campaign.ParseDay(v.Text)
		out.Prefix, at = factDay, day.Format(sortableDay)
		lowest, highest = "00000000", "99999999"
	case AsYesNo:
		yes, _ := campaign.ParseYesNo(v.Text)
		return FactRange{Prefix: factYesNo + map[bool]string{true: "1", false: "0"}[yes]}, op == Is
	default:
		return FactRange{Prefix: factText + FactText(v.Text)}, op == Is
	}
	switch op {
	case Is:
		return FactRange{Prefix: out.Prefix + at}, true
	case Less:
		out.From, out.To = lowest, beforeHex(at)
	case AtMost:
		out.From, out.To = lowest, at
	case More:
		out.From, out.To = afterHex(at), highest
	case AtLeast:
		out.From, out.To = at, highest
	default:
		return out, false
	}
	return out, true
}

const hexDigits = "0123456789abcdef"

// beforeHex and afterHex return the number before and after one, with as many digits; the first and the last stay.
func beforeHex(s string) string { return stepHex(s, -1, "0", 'f') }
func afterHex(s string) string  { return stepHex(s, 1, "f", '0') }

func stepHex(s string, by int, last string, turn byte) string {
	if strings.Trim(s, last) == "" {
		return s
	}
	b := []byte(s)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != last[0] {
			b[i] = hexDigits[strings.IndexByte(hexDigits, b[i])+by]
			break
		}
		b[i] = turn
	}
	return string(b)
}

// sortable returns a number as hexadecimal digits whose order is that of the numbers.
func sortable(n float64) string {
	bits := math.Float64bits(n)
	if bits>>63 == 0 {
		bits |= 1 << 63
	} else {
		bits = ^bits
	}
	return fmt.Sprintf("%016x", bits)
}

// sortableTime returns an instant, in milliseconds, as hexadecimal digits whose order is that of time.
func sortableTime(t time.Time) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(min(max(t.UnixMilli(), 0), 1<<48-1)))
	return hex.EncodeToString(b[2:])
}

const sortableDay = "20060102"
