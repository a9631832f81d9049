package templates

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// labels are the words shown for values whose name alone would not do.
var labels = map[string]string{
	"":                               "–",
	string(campaign.NoTracking):      "None",
	string(campaign.Aggregate):       "Aggregate",
	string(campaign.Individual):      "Individual",
	string(campaign.PublicContact):   "Published institutional contact",
	string(campaign.BulkRunning):     "Under way",
	string(campaign.BulkUndoing):     "Being taken back",
	string(campaign.BulkUndone):      "Taken back",
	string(campaign.BulkClosed):      "Done, too long ago to undo",
	string(campaign.DoubleOptIn):     "Double: a mail asks them to confirm",
	string(campaign.SingleOptIn):     "Single: they are on it at once",
	string(campaign.Complained):      "Reported as spam",
	string(campaign.Unsubscribed):    "Left",
	string(campaign.Removed):         "Taken off",
	string(campaign.Deferred):        "Waiting to retry",
	string(campaign.Interrupted):     "Interrupted",
	string(campaign.LeftAll):         "Asked to hear nothing again",
	string(campaign.HardBounce):      "Address does not exist",
	string(campaign.TriggerHand):     "By hand",
	string(campaign.TriggerSchedule): "By schedule",
	string(campaign.ConfirmSignUp):   "Asks to confirm a sign-up",
	string(campaign.AlreadyOn):       "Says that they are subscribed",
	string(campaign.ConfirmAddress):  "Asks to confirm a new address",
	string(campaign.AddressChanged):  "Asks the old address about a change",
	string(campaign.ConfirmWish):     "Asks to confirm choices",
	string(campaign.NewLink):         "A new link to their page",
	string(campaign.YourData):        "The link to what is on record",
	string(campaign.RowNotActive):    "Kept, not written to",
	string(campaign.RowUnclear):      "Unclear",
	string(campaign.SaidLeft):        "Left or said no",
	string(campaign.Human):           "People",

	string(campaign.JoinedEntry):   "Joined",
	string(campaign.EditedEntry):   "Edited",
	string(campaign.RepliedEntry):  "Replied",
	string(campaign.NotedEntry):    "Note",
	string(campaign.PausedEntry):   "Pause",
	string(campaign.TrackingEntry): "Tracking choice",
	string(campaign.RequestEntry):  "Request about data",
	string(campaign.ViewedEntry):   "Looked at persons",
	string(campaign.ExportedEntry): "Exported",
	string(campaign.ImportedEntry): "Imported",
	string(campaign.KeptOutEntry):  "Sign-in refused",
	string(campaign.SendingEntry):  "Sent or stopped",
	string(campaign.BackedUpEntry): "Backup or copy",
	string(campaign.RetainedEntry): "Retention",
	string(campaign.AccessRequest): "Access or portability",
	string(campaign.ReviewedEntry): "Reviewed",

	string(campaign.AddressAskedEntry):   "Asked for another address",
	string(campaign.AddressAgreedEntry):  "Agreed to another address",
	string(campaign.AddressStoppedEntry): "Stopped a change of address",
	string(campaign.AddressMovedEntry):   "Changed their address",
}

// deliveryLabels are the words for states of a delivery that mean another thing of a campaign, or have another name among
// the figures.
var deliveryLabels = map[campaign.DeliveryState]string{
	campaign.Accepted: "Accepted", campaign.InFlight: "Being handed over", campaign.Skipped: "Left out",
}

// Label returns the words for a kind, state, basis, role or other named value of the domain: those of the key TYPE.VALUE.
func Label(l campaign.Language, v any) string {
	if own, ok := v.(campaign.Language); ok {
		return LanguageName(own)
	}
	s := text(v)
	if s == "" {
		return "–"
	}
	key := reflect.TypeOf(v).Name() + "." + s
	if _, ok := translations()[key]; ok {
		return Translate(l, key)
	}
	return Translate(l, englishLabel(v))
}

func englishLabel(v any) string {
	if state, ok := v.(campaign.DeliveryState); ok && deliveryLabels[state] != "" {
		return deliveryLabels[state]
	}
	if v == campaign.BouncedEvent {
		return "Returned"
	}
	s := text(v)
	if l, ok := labels[s]; ok {
		return l
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
	string(campaign.Scheduled): "wait", string(campaign.Queued): "wait", string(campaign.Deferred): "wait", string(campaign.Unconfirmed): "wait",
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
