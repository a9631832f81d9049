package campaign

import (
	"slices"
	"time"
)

// Figures are the counts of one run: always counted over deliveries and events; those of a large run as they were a moment ago, see AsOf. A figure has this one name
// and this one meaning wherever it is shown, see FigureMeanings. Every message of the audience is in exactly one place:
//
//	Audience = Accepted + Failed + LeftOut + Interrupted + Waiting
type Figures struct {
	States       map[DeliveryState]int64 `json:"states"`
	Audience     int64                   `json:"audience"`
	Accepted     int64                   `json:"accepted"`
	Failed       int64                   `json:"failed"`
	Returned     int64                   `json:"returned"`  // of the failed
	CameBack     int64                   `json:"came_back"` // of the accepted, by mail and because of the address or its mailbox
	Blocked      int64                   `json:"blocked"`   // of the accepted, by mail and because of us
	LeftOut      int64                   `json:"left_out"`
	Interrupted  int64                   `json:"interrupted"`
	Waiting      int64                   `json:"waiting"`
	Opened       Verdicts                `json:"opened"`
	Clicked      Verdicts                `json:"clicked"`
	Unsubscribed int64                   `json:"unsubscribed"`
	Complained   int64                   `json:"complained"`

	AsOf time.Time `json:"-"` // when they were so, where they are not of this moment
}

// LaterReturns is said wherever returned messages are counted.
func LaterReturns() Text {
	return Textf("What came back later by mail is counted apart, and is not among the failed.")
}

// FigureMeaning is a figure of a run: what it is called, what it counts, and how many.
type FigureMeaning struct {
	Name, Meaning Text
	Count         func(*Figures) int64
}

// FigureMeanings are the figures of a run's messages in the order they are shown.
var FigureMeanings = []FigureMeaning{
	{Textf("Audience"), Textf("Everybody the run is for: accepted, failed, left out, interrupted and waiting together."), func(f *Figures) int64 { return f.Audience }},
	{Textf("Accepted"), Textf("The mail server took the message. Whether it reached a mailbox, the server does not say."), func(f *Figures) int64 { return f.Accepted }},
	{Textf("Failed"), Textf("Refused for good, given up after the last try, or no message could be made."), func(f *Figures) int64 { return f.Failed }},
	{Textf("Returned"), Textf("Of the failed: the mail server said that the address does not work, and the contact is marked as bounced."), func(f *Figures) int64 { return f.Returned }},
	{Textf("Came back"), Textf("Of the accepted: the message came back by mail, because the address does not work, its mailbox is full, or it could not be delivered in time."), func(f *Figures) int64 { return f.CameBack }},
	{Textf("Blocked"), Textf("Of the accepted: the message came back by mail because of us, our reputation or what we wrote. The readers are not marked."), func(f *Figures) int64 { return f.Blocked }},
	{Textf("Left out"), Textf("Not sent to, because the reader left, is excluded or must not be written to, or because the campaign was cancelled."), func(f *Figures) int64 { return f.LeftOut }},
	{Textf("Interrupted"), Textf("Sending stopped between the message and the server's answer: nobody knows whether it arrived."), func(f *Figures) int64 { return f.Interrupted }},
	{Textf("Waiting"), Textf("Still to be sent: queued, being handed over, or to be tried again."), func(f *Figures) int64 { return f.Waiting }},
}

// ReadingMeaning is a figure of opens, or of clicks.
type ReadingMeaning struct {
	Name, Meaning Text
	Count         func(Verdicts) int64
}

// ReadingMeanings are the figures of opens and of clicks in the order they are shown.
var ReadingMeanings = []ReadingMeaning{
	{Textf("Readers, at least"), Textf("Readers who certainly did: each who agreed to be recognised, and of those who are counted together one, since a person's mail provider, phone and browser, or two days, cannot be told from several people."), func(v Verdicts) int64 { return v.People }},
	{Textf("By people"), Textf("How often people did. Of those who are counted together, one program at one network address counts once a day; a click counts as an open too."), func(v Verdicts) int64 { return v.Times }},
	{Textf("By machines"), Textf("How often scanners, previews and mail programs loading ahead did."), func(v Verdicts) int64 { return v.Machines }},
	{Textf("Unclear"), Textf("How often a person or a machine did."), func(v Verdicts) int64 { return v.Unknown }},
}

// PartingMeanings are the figures of readers who want no more.
var PartingMeanings = []FigureMeaning{
	{Textf("Left"), Textf("Readers who left through a link in a message of this run."), func(f *Figures) int64 { return f.Unsubscribed }},
	{Textf("Reported as spam"), Textf("Readers whose mail provider told us that they reported a message as spam."), func(f *Figures) int64 { return f.Complained }},
}

// CountedDeliveries returns the figures that are counted over deliveries; returned is how many of the failed are dead.
func CountedDeliveries(states map[DeliveryState]int64, returned int64) Figures {
	f := Figures{
		States: states, Accepted: states[Accepted], Failed: states[Failed], Returned: min(returned, states[Failed]),
		LeftOut: states[Skipped], Interrupted: states[Interrupted],
	}
	for state, n := range states {
		f.Audience += n
		if state.Open() {
			f.Waiting += n
		}
	}
	return f
}

// ToSend is how many messages were or will be sent, without those who are left out; Settled is how many of them are
// through. These two say how far a run is.
func (f Figures) ToSend() int64  { return f.Audience - f.LeftOut }
func (f Figures) Settled() int64 { return f.ToSend() - f.Waiting }

// Of returns the number of deliveries in a state, for templates.
func (f Figures) Of(state string) int64 { return f.States[DeliveryState(state)] }

// Verdicts are opens or clicks set apart by who they probably came from, and what is certain of the
// readers behind them.
type Verdicts struct {
	People   int64 `json:"people"`   // the least number of different readers, by whatever programs; never more than were accepted
	Known    int64 `json:"known"`    // of these, readers who agreed to be recognised
	Times    int64 `json:"times"`    // by people: once a known reader, and once a day each program and network address of the others
	Machines int64 `json:"machines"` // by machines, counted likewise
	Unknown  int64 `json:"unknown"`
}

// Any reports whether anything at all is on record.
func (v Verdicts) Any() bool { return v.Times+v.Machines+v.Unknown > 0 }

// Count adds n events of one kind and verdict to the figures; known are those of recognised readers, each of
// whom has one event of a kind and verdict. The deliveries must have been counted before.
func (f *Figures) Count(kind EventKind, verdict Verdict, known bool, n int64) {
	switch kind {
	case Opened:
		f.Opened.add(verdict, known, n, f.Accepted)
	case Clicked:
		f.Clicked.add(verdict, known, n, f.Accepted)
	case BouncedEvent:
		if verdict == BlockBounced {
			f.Blocked += n
		} else {
			f.CameBack += n
		}
	case ComplainedEvent:
		f.Complained += n
	case UnsubscribedEvent:
		f.Unsubscribed += n
	}
}

func (v *Verdicts) add(verdict Verdict, known bool, n, accepted int64) {
	switch verdict {
	case Human:
		v.Times += n
		if known {
			v.Known += n
		}
	case Machine:
		v.Machines += n
	default:
		v.Unknown += n
	}
	v.People = v.Known
	if v.Times > v.Known { // all that is certain of those who are counted together
		v.People++
	}
	v.People = min(v.People, accepted)
}

// Trend says how a run's share compares with our own past.
type Trend string

const (
	More   Trend = "more"
	Usual  Trend = "usual"
	Less   Trend = "less"
	TooFew Trend = "too_few" // there is too little past to compare with
)

const (
	trendLeast = 3     // runs before one says what is usual
	trendSlack = 0.15  // of the median is as usual still
	trendFloor = 0.003 // so is a difference of less than this: of a few readers it is chance
)

// Compare compares a share of so many with the median of earlier ones, which it returns. One reader more or less is chance.
func Compare(share float64, of int64, past []float64) (Trend, float64) {
	middle := Median(past)
	switch slack := max(trendSlack*middle, trendFloor, shareOf(1, of)); {
	case len(past) < trendLeast:
		return TooFew, middle
	case share > middle+slack:
		return More, middle
	case share < middle-slack:
		return Less, middle
	}
	return Usual, middle
}

// Median returns the middle one of some values, or the mean of the two middle ones; 0 of none.
func Median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Shares of a run that are compared with those of others: of those sent to, how many messages were returned; of those whose
// message was accepted, how many readers left, and how many read it at most, see ReadRange.
func (f Figures) ReturnedShare() float64 { return shareOf(f.Returned, f.ToSend()) }
func (f Figures) LeftShare() float64     { return shareOf(f.Unsubscribed, f.Accepted) }
func (f Figures) ReadShare() float64 {
	_, most := f.ReadRange()
	return shareOf(most, f.Accepted)
}

// ReadRange returns how many readers certainly read a message, and how many did if everything that no machine did was done by
// another reader each time (F-20).
func (f Figures) ReadRange() (least, most int64) { return f.Range(f.Opened) }

// Range is ReadRange for opens or clicks.
func (f Figures) Range(v Verdicts) (least, most int64) {
	return v.People, min(f.Accepted, max(v.People, v.Times+v.Unknown))
}

func shareOf(part, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(part) / float64(of)
}
