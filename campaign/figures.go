package campaign

// Figures are the counts of one run: always counted over deliveries and events, never stored. A figure has this one name
// and this one meaning wherever it is shown, see FigureMeanings. Every message of the audience is in exactly one place:
//
//	Audience = Accepted + Failed + LeftOut + Interrupted + Waiting
type Figures struct {
	States       map[DeliveryState]int64 `json:"states"`
	Audience     int64                   `json:"audience"`
	Accepted     int64                   `json:"accepted"`
	Failed       int64                   `json:"failed"`
	Returned     int64                   `json:"returned"` // of the failed
	LeftOut      int64                   `json:"left_out"`
	Interrupted  int64                   `json:"interrupted"`
	Waiting      int64                   `json:"waiting"`
	Opened       Verdicts                `json:"opened"`
	Clicked      Verdicts                `json:"clicked"`
	Unsubscribed int64                   `json:"unsubscribed"`
	Complained   int64                   `json:"complained"`
}

// LaterReturns is said wherever returned messages are counted.
func LaterReturns() Text {
	return Textf("Messages that came back later are not read by this version.")
}

// FigureMeaning says what a figure counts.
type FigureMeaning struct{ Name, Meaning Text }

// FigureMeanings are the figures of a run in the order they are shown.
var FigureMeanings = []FigureMeaning{
	{Textf("Audience"), Textf("Everybody the run is for: accepted, failed, left out, interrupted and waiting together.")},
	{Textf("Accepted"), Textf("The mail server took the message. Whether it reached a mailbox, the server does not say.")},
	{Textf("Failed"), Textf("Refused for good, given up after the last try, or no message could be made.")},
	{Textf("Returned"), Textf("Of the failed: the mail server said that the address does not work, and the contact is marked as bounced.")},
	{Textf("Left out"), Textf("Not sent to, because the reader left, is excluded or must not be written to, or because the campaign was cancelled.")},
	{Textf("Interrupted"), Textf("Sending stopped between the message and the server's answer: nobody knows whether it arrived.")},
	{Textf("Waiting"), Textf("Still to be sent: queued, being handed over, or to be tried again.")},
	{Textf("Readers, at least"), Textf("Readers who certainly did: each who agreed to be recognised, and of those who are counted together one, since a person's mail provider, phone and browser, or two days, cannot be told from several people.")},
	{Textf("By people"), Textf("How often people did. Of those who are counted together, one program at one network address counts once a day; a click counts as an open too.")},
	{Textf("By machines"), Textf("How often scanners, previews and mail programs loading ahead did.")},
	{Textf("Unclear"), Textf("How often a person or a machine did.")},
	{Textf("Left"), Textf("Readers who left through a link in a message of this run.")},
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

// Verdicts are opens or clicks set apart by who they probably came from (domain.md F.2), and what is certain of the
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
