package templates

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// Label returns the words for a kind, state, basis, role or other named value of the domain: those of the key TYPE.VALUE.
func Label(l campaign.Language, v any) string {
	if own, ok := v.(campaign.Language); ok {
		return LanguageName(own)
	}
	s := text(v)
	if s == "" {
		return "–"
	}
	if key := reflect.TypeOf(v).Name() + "." + s; textsOf(key) != nil {
		return Translate(l, key)
	}
	s = strings.ReplaceAll(s, "_", " ")
	return strings.ToUpper(s[:1]) + s[1:]
}

// Chip is a small mark of a state: a shape and a word, so that colour is never alone in saying something.
type Chip struct {
	Tone  string // good, bad, busy, wait, quiet: the class
	Shape string
	Text  string
}

var shapes = map[string]string{"good": "●", "bad": "▲", "busy": "◐", "wait": "◷", "quiet": "○"}

var tones = map[string]string{
	string(campaign.Active): "good", string(campaign.Subscribed): "good", string(campaign.Sent): "good",
	string(campaign.Bounced): "bad", string(campaign.Complained): "bad", string(campaign.Failed): "bad", string(campaign.Interrupted): "bad",
	string(campaign.Sending): "busy", string(campaign.BulkRunning): "busy", string(campaign.BulkUndoing): "busy", string(campaign.BulkDone): "good", string(campaign.Opened): "good", string(campaign.Clicked): "good",
	string(campaign.Scheduled): "wait", string(campaign.InReview): "wait", string(campaign.Approved): "good", string(campaign.Queued): "wait", string(campaign.Deferred): "wait", string(campaign.Timed): "wait", string(campaign.Unconfirmed): "wait",
	string(campaign.PausedRun): "wait", string(campaign.RowAdded): "good", string(campaign.RowUpdated): "good", string(campaign.RowRejected): "bad", string(campaign.RowLeft): "wait", string(campaign.RowNotActive): "wait", string(campaign.RowUnclear): "bad",
}

// ChipFor returns the mark of a state of a contact, membership, campaign, run, delivery or event.
func ChipFor(l campaign.Language, v any) Chip {
	tone, ok := tones[text(v)]
	if !ok {
		tone = "quiet"
	}
	return Chip{Tone: tone, Shape: shapes[tone], Text: Label(l, v)}
}

// text returns the value of a string, of a type made of one, or of anything printable.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}

// whole returns the value of any integer type; it panics, and with it the page's test, on another.
func whole(v any) int64 {
	r := reflect.ValueOf(v)
	if r.CanUint() {
		return int64(r.Uint())
	}
	return r.Int()
}
