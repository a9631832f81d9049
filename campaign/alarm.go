package campaign

import (
	"slices"
	"time"
)

// AlarmKind is what is wrong with how our mail is taken.
type AlarmKind string

const (
	HoldAlarm      AlarmKind = "hold"       // a provider takes no mail from us
	ListingAlarm   AlarmKind = "listing"    // an own domain or address stands on a block list
	ComplaintAlarm AlarmKind = "complaints" // too many readers report us as spam
	BounceAlarm    AlarmKind = "bounces"    // more comes back than before
	BlockAlarm     AlarmKind = "blocked"    // mail comes back because of us
	StuckAlarm     AlarmKind = "stuck"      // a run goes no further, though messages are due
	PausedAlarm    AlarmKind = "paused"     // a run was paused by the program
)

// AlarmKinds are all of them.
var AlarmKinds = []AlarmKind{HoldAlarm, ListingAlarm, ComplaintAlarm, BounceAlarm, BlockAlarm, StuckAlarm, PausedAlarm}

// Alarm is something that somebody should look at soon, or mail is lost or the good name of the sender with it. It ends by itself when
// its cause has gone.
type Alarm struct {
	Kind  AlarmKind `json:"kind"`
	Of    string    `json:"of"`    // the provider, run, or domain on a list
	Words string    `json:"words"` // stored Text
	Path  string    `json:"path"`  // the page of the panel where it is mended
	Since time.Time `json:"since"`
	Told  bool      `json:"told,omitempty"` // the mails about it are on their way
}

// Same reports whether two alarms are about the same.
func (a *Alarm) Same(b *Alarm) bool { return a.Kind == b.Kind && a.Of == b.Of }

func (a *Alarm) sameAs(b Alarm) bool { return a.Same(&b) }

// AlarmBoard holds the alarms that have not ended. There is one record.
type AlarmBoard struct {
	ID      string     `json:"id"` // AlarmBoardID
	Version int64      `json:"version"`
	Alarms  []Alarm    `json:"alarms,omitempty"`
	Ended   []Alarm    `json:"ended,omitempty"`  // of the last day, since when
	Moving  []Movement `json:"moving,omitempty"` // of the runs that are going out
}

// quietFor is how long after its end an alarm comes back without a second mail, since shares go up and down. What is done to a run, and a
// run that stands still again, is told again.
const quietFor = 24 * time.Hour

func (a *Alarm) tellsAgain() bool { return a.Kind == PausedAlarm || a.Kind == StuckAlarm }

// Movement is how far a run was, and since when.
type Movement struct {
	Run   string    `json:"run"`
	Name  string    `json:"name"`            // of its campaign
	Done  int64     `json:"done"`            // messages that wait no more
	Rests bool      `json:"rests,omitempty"` // nothing of it is due
	At    time.Time `json:"at"`
}

// stuckAfter is how long a run stands still before that is an alarm.
const stuckAfter = 30 * time.Minute

// AlarmBoardID is the id of the one record.
const AlarmBoardID = "alarms"

// Settle makes the board hold what is found now, and how far runs are: new alarms begin, those whose cause has gone end, and others have
// their words anew. It reports whether the board changed.
func (b *AlarmBoard) Settle(found []Alarm, moving []Movement, now time.Time) bool {
	next := make([]Alarm, 0, len(found))
	moving = slices.Clone(moving)
	for i := range moving {
		m := &moving[i]
		m.At = now
		was := First(b.Moving, func(w *Movement) bool { return w.Run == m.Run })
		if was == nil || was.Done != m.Done || was.Rests || m.Rests {
			continue
		}
		if m.At = was.At; now.Sub(m.At) >= stuckAfter {
			found = append(found, Alarm{Kind: StuckAlarm, Of: m.Run, Path: "/runs/" + m.Run, Words: Textf(
				"“%s” stands still, though messages of it are due: look whether the mail server answers.", m.Name).Stored()})
		}
	}
	for _, a := range found {
		a.Since, a.Told = now, false
		if was := First(b.Alarms, a.Same); was != nil {
			a.Since, a.Told = was.Since, was.Told
		} else if !a.tellsAgain() {
			a.Told = slices.ContainsFunc(b.Ended, func(e Alarm) bool { return e.Same(&a) && now.Sub(e.Since) < quietFor })
		}
		next = append(next, a)
	}
	b.Ended = slices.DeleteFunc(b.Ended, func(e Alarm) bool { return now.Sub(e.Since) >= quietFor || slices.ContainsFunc(next, e.sameAs) })
	for _, a := range b.Alarms {
		if a.Told && !a.tellsAgain() && !slices.ContainsFunc(next, a.sameAs) {
			a.Since = now
			b.Ended = append(b.Ended, a)
		}
	}
	slices.SortStableFunc(next, func(a, b Alarm) int { return a.Since.Compare(b.Since) })
	same := slices.EqualFunc(next, b.Alarms, func(a, b Alarm) bool { return a.Same(&b) && a.Words == b.Words && a.Path == b.Path }) &&
		slices.EqualFunc(moving, b.Moving, func(a, b Movement) bool {
			return a.Run == b.Run && a.Done == b.Done && a.Rests == b.Rests && (a.Rests || a.At.Equal(b.At))
		})
	b.Alarms, b.Moving = next, moving
	return !same
}

// Letter is the mail about the alarm.
func (a *Alarm) Letter() Letter {
	return Letter{
		Subject: Textf("Alarm: %s", StoredText(a.Words)).Stored(),
		Lines:   StoredTexts([]Text{StoredText(a.Words), Textf("It stands on the home page until it is over. You get no second mail about it.")}),
		Button:  Textf("Look at it").Stored(),
	}
}

// What is too much. Of few messages a share says nothing.
const (
	bounceShare   = 0.05 // of a run; under this nothing is rising
	bounceRise    = 2.0  // times the median of earlier runs
	leastReturned = 10

	blockShare   = 0.01 // of a run
	leastBlocked = 3
)

// RecentRun is a run with its figures, as alarms look at it.
type RecentRun struct {
	Run     Run
	Name    string // of its campaign; asked for of the latest run alone
	Figures Figures
}

// AlarmsOfRuns returns the alarms about complaints by provider, and about what comes back because of readers and because of us, of the
// latest runs, the latest first.
func AlarmsOfRuns(runs []RecentRun, by []ProviderComplaints) (out []Alarm) {
	out = alarmsOfComplaints(by)
	if len(runs) == 0 {
		return out
	}
	var past []float64
	for i := range runs[1:] {
		if share, ok := runs[i+1].returned(); ok {
			past = append(past, share)
		}
	}
	last := &runs[0]
	share, _ := last.returned()
	if back := last.Figures.Returned + last.Figures.CameBack; back >= leastReturned && share > bounceShare && share > bounceRise*Median(past) {
		out = append(out, Alarm{Kind: BounceAlarm, Of: last.Run.ID, Path: "/runs/" + last.Run.ID, Words: Textf(
			"%d messages of “%s” came back, more than usual: look whether a list is old or was bought.", back, last.Name).Stored()})
	}
	if n := last.Figures.Blocked; n >= leastBlocked && float64(n) > blockShare*float64(last.Figures.Accepted) {
		out = append(out, Alarm{Kind: BlockAlarm, Of: last.Run.ID, Path: "/runs/" + last.Run.ID, Words: Textf(
			"Messages of “%s” came back because of you, not of the readers: %d of %d. Look at the servers’ words, and at the sender’s records.", last.Name, n, last.Figures.Accepted).Stored()})
	}
	return out
}

// returned is the share of the messages that came back, in the session or later; !ok of too few.
func (r *RecentRun) returned() (share float64, ok bool) {
	tried := r.Figures.Accepted + r.Figures.Failed
	if tried < leastReturned {
		return 0, false
	}
	return float64(r.Figures.Returned+r.Figures.CameBack) / float64(tried), true
}
