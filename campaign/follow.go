package campaign

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// FollowKind says to whom a campaign goes that follows another one.
type FollowKind string

const (
	FollowsNobody FollowKind = ""       // an ordinary campaign
	FollowUnknown FollowKind = "quiet"  // readers of whom no open and no click is known
	FollowJoined  FollowKind = "joined" // who came to its lists after it had gone out, with the same release
)

// Follow says which campaign another one follows, and to whom it goes: of the members of its own lists and segments only those.
type Follow struct {
	Kind   FollowKind `json:"kind,omitempty"`
	Source string     `json:"source_id,omitempty"` // the campaign that is followed
	Run    string     `json:"run_id,omitempty"`    // the run of it that is meant; "" is all of them
	Days   int        `json:"days,omitempty"`      // of FollowUnknown: how long a reader must have had the mail
	Again  bool       `json:"again,omitempty"`     // of FollowUnknown: also to who got a follow-up to the source before
	Since  time.Time  `json:"since,omitzero"`      // of FollowJoined: who came from then on; zero is since the run that is meant began
	Ahead  bool       `json:"-"`                   // it is asked before its time: who has not had the mail for long enough counts as well
}

// A follow-up is written some days after the mail it follows (domain.md C.3).
const (
	DefaultFollowDays = 3
	MaxFollowDays     = 90
)

// Any reports whether the campaign follows another one.
func (f Follow) Any() bool { return f.Kind != FollowsNobody }

// Words says in a sentence to whom a campaign that follows one of a name goes.
func (f Follow) Words(source string) Text {
	switch {
	case f.Kind == FollowJoined:
		return Textf("To who came to its lists after “%s” had gone out, each once.", source)
	case f.Again:
		return Textf("To readers of “%s” of whom no open and no click is known after %d days, also to who got a follow-up to it before.", source, f.Days)
	}
	return Textf("To readers of “%s” of whom no open and no click is known after %d days. Who got a follow-up to it before is left out.", source, f.Days)
}

// normalize checks what is followed, and drops what another kind has left in it.
func (f *Follow) normalize(own string, content ContentKind) error {
	var faults Checks
	switch f.Kind {
	case FollowsNobody:
		*f = Follow{}
		return nil
	case FollowUnknown:
		f.Since = time.Time{}
		faults.Refuse(f.Days < 1 || f.Days > MaxFollowDays, "days", "give a number of days from 1 to %d", MaxFollowDays)
	case FollowJoined:
		f.Days, f.Again = 0, false
	default:
		faults.Refuse(true, "follow", "choose one of the kinds of follow-up offered")
	}
	faults.Refuse(f.Source == "" || f.Source == own, "follow", "say which campaign this one follows")
	faults.Refuse(content != FixedContent, "content", "a campaign that follows another one sends one release, the same to all")
	return Together(faults...)
}

// ParseDays reads a number of days, such as 3, 3d or 1w.
func ParseDays(s string) (int, error) {
	s, times := strings.TrimSpace(s), 1
	switch {
	case strings.HasSuffix(s, "d"):
		s = strings.TrimSuffix(s, "d")
	case strings.HasSuffix(s, "w"):
		s, times = strings.TrimSuffix(s, "w"), 7
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n*times > MaxFollowDays {
		return 0, Errorf(Invalid, "give a number of days from 1 to %d", MaxFollowDays)
	}
	return n * times, nil
}

// FollowRecord is what is on record of one reader, for the rule that decides whether a follow-up goes to them.
type FollowRecord struct {
	Sent    []Delivery // to the reader, in the runs that are followed, or with FollowJoined in all runs of the release
	Events  []Event    // of these deliveries
	Replied bool       // since the first of them
	Others  []Delivery // in other runs that followed the source
}

// Why a reader is left out of a follow-up. NotFollowed says that they are none of those it is about.
const (
	NotFollowed = "was not among the readers of the mail that this one follows"

	sourceOnItsWay   = "the mail that this one follows is still on its way to this reader"
	sourceInDoubt    = "nobody knows whether the mail that this one follows arrived"
	sourceFailed     = "the mail that this one follows could not be delivered to this reader"
	sourceLeftOut    = "was left out of the mail that this one follows"
	sourceReturned   = "the mail that this one follows came back"
	leftAfterSource  = "the reader has left a list of this audience since"
	repliedToSource  = "the reader has replied since"
	readSource       = "the reader is known to have read the mail that this one follows"
	nothingKnowable  = "nothing can be known of what this reader reads"
	sourceTooFresh   = "the reader has not had the mail that this one follows for long enough"
	gotFollowUp      = "got a follow-up to the same mail before"
	gotRelease       = "got this release before"
	leftOutOfRelease = "was left out of this release before"
)

// LeftOut says why a contact is left out of a campaign that follows another one, whatever the rest of the audience's rule says;
// "" for who gets it. since is when the run that is followed began.
func (f *Follow) LeftOut(c *Contact, lists []List, r *FollowRecord, since, now time.Time) string {
	if f.Kind == FollowJoined {
		return f.joinedLeftOut(c, lists, r, since)
	}
	if len(r.Sent) == 0 {
		return NotFollowed
	}
	if why := r.notDelivered(); why != "" {
		return why
	}
	first, last := r.sentBetween()
	for _, e := range r.Events {
		switch {
		case e.Kind == UnsubscribedEvent:
			return leftAfterSource
		case e.Kind == ComplainedEvent:
			return "the reader complained"
		case e.Kind == BouncedEvent && e.Verdict != BlockBounced:
			return sourceReturned
		case (e.Kind == Opened || e.Kind == Clicked) && e.Verdict == Human:
			return readSource
		}
	}
	switch {
	case leftOneSince(c, lists, first):
		return leftAfterSource
	case r.Replied:
		return repliedToSource
	case !r.knowable(c, first):
		return nothingKnowable
	case !f.Ahead && last.AddDate(0, 0, f.Days).After(now):
		return sourceTooFresh
	case !f.Again && slices.ContainsFunc(r.Others, func(d Delivery) bool { return d.State != Skipped && d.State != Failed }):
		return gotFollowUp
	}
	return ""
}

// notDelivered says why the reader may not have what is followed, or "". One message that failed is enough.
func (r *FollowRecord) notDelivered() string {
	hasOne := func(states ...DeliveryState) bool {
		return slices.ContainsFunc(r.Sent, func(d Delivery) bool { return slices.Contains(states, d.State) })
	}
	switch {
	case hasOne(OpenStates...):
		return sourceOnItsWay
	case hasOne(Interrupted):
		return sourceInDoubt
	case hasOne(Failed):
		return sourceFailed
	case !hasOne(Accepted):
		return sourceLeftOut
	}
	return ""
}

// sentBetween returns when the first and the last of the messages were taken.
func (r *FollowRecord) sentBetween() (first, last time.Time) {
	for _, d := range r.Sent {
		if d.State != Accepted {
			continue
		}
		if first.IsZero() || d.SentAt.Before(first) {
			first = d.SentAt
		}
		if d.SentAt.After(last) {
			last = d.SentAt
		}
	}
	return first, last
}

// knowable reports whether an open or a click of any of the messages would be on record: each had to be sent with individual
// tracking, and the consent to it must have held ever since.
func (r *FollowRecord) knowable(c *Contact, first time.Time) bool {
	for _, d := range r.Sent {
		if d.State == Accepted && d.Tracking != Individual {
			return false
		}
	}
	return c.MayBeTracked() && !c.Consent.At.After(first)
}

// leftOneSince reports whether a contact left one of some lists by their own act after a moment.
func leftOneSince(c *Contact, lists []List, since time.Time) bool {
	return slices.ContainsFunc(c.Memberships, func(m Membership) bool {
		return m.Status == Unsubscribed && !m.LeftAt.Before(since) && slices.ContainsFunc(lists, func(l List) bool { return l.ID == m.List })
	})
}

// joinedLeftOut is LeftOut for who came to the lists later: a message of the release to them, or of which nobody knows whether it
// arrived, is enough.
func (f *Follow) joinedLeftOut(c *Contact, lists []List, r *FollowRecord, since time.Time) string {
	joined := f.JoinedAt(c, lists, since)
	if joined.IsZero() {
		return NotFollowed
	}
	for _, d := range r.Sent {
		switch {
		case d.State == Failed:
			return sourceFailed
		case d.State != Skipped:
			return gotRelease
		case !d.MadeAt.Before(joined):
			return leftOutOfRelease
		}
	}
	return ""
}

// JoinedAt returns when a contact came to one of some lists last, at or after since or what the rule says; zero when they did not.
func (f *Follow) JoinedAt(c *Contact, lists []List, since time.Time) (at time.Time) {
	if !f.Since.IsZero() {
		since = f.Since
	}
	for _, m := range c.Memberships {
		ours := m.Status == Subscribed && slices.ContainsFunc(lists, func(l List) bool { return l.ID == m.List })
		if ours && !m.Since.Before(since) && m.Since.After(at) {
			at = m.Since
		}
	}
	return at
}

// RepeatsSubject reports whether a version of a release has the subject of a version of another, whatever its letters, capitals and
// punctuation.
func (v *Version) RepeatsSubject(other *Release) bool {
	subject := bareSubject(v.SubjectLine())
	return slices.ContainsFunc(other.Versions, func(o Version) bool { return bareSubject(o.SubjectLine()) == subject })
}

// replyMarks are what mail programs put before the subject of an answer, as it is compared.
var replyMarks = []string{"re", "fw", "fwd", "odg", "tr", "pr", "sv"}

// bareSubject is a subject as it is compared: its words, without marks of an answer before them.
func bareSubject(s string) string {
	words := strings.FieldsFunc(Fold(s), func(r rune) bool { return !isWordRune(r) })
	for len(words) > 1 && slices.Contains(replyMarks, words[0]) {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

// SameSubject refuses a follow-up whose subject readers know already.
func SameSubject(l Language) error {
	return FieldError("subject_"+string(l), "this is the subject of the mail that is followed (%s): write another", l.Name())
}

// Resubject gives each version of a copy of a release a subject of its own, which differs from those of the original.
func (r *Release) Resubject(subjects Texts, original *Release) error {
	var faults Checks
	r.Versions = slices.Clone(r.Versions)
	for i := range r.Versions {
		v := &r.Versions[i]
		v.Subject = CleanLine(subjects[v.Language])
		switch {
		case v.Subject == "":
			faults = append(faults, FieldError("subject_"+string(v.Language), "a follow-up needs a subject of its own (%s)", v.Language.Name()))
		case v.RepeatsSubject(original):
			faults = append(faults, SameSubject(v.Language))
		}
	}
	return Together(faults...)
}
