package campaign

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// BounceClass is what it means for an address that mail to it was refused, in the session or by a report. It is the verdict of a
// BouncedEvent.
type BounceClass = Verdict

const (
	HardBounced  BounceClass = "hard"  // the address does not work
	SoftBounced  BounceClass = "soft"  // not for now
	FullBounced  BounceClass = "full"  // the mailbox is full
	BlockBounced BounceClass = "block" // we are refused; never the contact's fault
)

// Bounce is that mail to a contact came back.
type Bounce struct {
	Class   BounceClass
	Contact string
	Email   string // it was sent to; "" is the contact's own
	Run     string
	Words   string // of the server, on one line
}

// BounceText is what the team taught about words of mail that comes back: or is refused in the session: where they stand in it,
// they decide before any other rule.
type BounceText struct {
	Words string      `json:"words"`
	Class BounceClass `json:"class"`
	By    string      `json:"by,omitempty"`
	At    time.Time   `json:"at,omitzero"`
}

// StandsIn reports whether a text holds the words, in either script, whatever the accents, signs and size of letters.
func (t *BounceText) StandsIn(text string) bool {
	words := wordsOnly(t.Words)
	return words != "  " && strings.Contains(wordsOnly(text), words)
}

// wordsOnly returns the folded words of a text, with one blank around each.
func wordsOnly(s string) string {
	fields := strings.FieldsFunc(Fold(strings.ReplaceAll(s, "’", "'")), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	return " " + strings.ReplaceAll(strings.Join(fields, " "), "'", "") + " "
}

// Taught gives the answer of a server the meaning that the team taught of its words, if it holds any.
func (s *Settings) Taught(o Outcome) Outcome {
	if o.Result == ResultAccepted || o.Code < 400 {
		return o
	}
	i := slices.IndexFunc(s.Learned, func(t BounceText) bool { return t.StandsIn(o.Answer) })
	if i < 0 {
		return o
	}
	o.Dead, o.Unclear, o.OurFault, o.Policy, o.MessageFault = false, false, false, false, false
	switch s.Learned[i].Class {
	case HardBounced:
		o.Result, o.Dead = ResultRefused, true
	case BlockBounced:
		o.Result, o.OurFault, o.Policy = ResultLater, true, true
	case FullBounced:
		o.Result = ResultLater
	case SoftBounced:
		if o.Code >= 500 {
			o.Result = ResultRefused
		}
	}
	return o
}

// BounceClasses are all classes a returned message can be given by hand, in the order they are offered.
var BounceClasses = []BounceClass{HardBounced, SoftBounced, FullBounced, BlockBounced}

// MostBounceTexts is how many words can be taught.
const MostBounceTexts = 200

// PutBounceText adds words, or gives those that are there another class.
func (s *Settings) PutBounceText(t BounceText) error {
	t.Words = CleanLine(WithoutAddresses(t.Words))
	letters := strings.Count(Fold(t.Words), "") - 1
	var faults Checks
	faults.Refuse(letters < 8 || len(strings.Fields(t.Words)) < 2, "words", "give two words or more, of 8 letters together at least: fewer would decide about too much")
	faults.Refuse(LongerThan(t.Words, 200), "words", "this is longer than %d characters", 200)
	faults.Refuse(strings.Contains(t.Words, Masked), "words", "leave out addresses: they stand in one message only")
	faults.Refuse(!slices.Contains(BounceClasses, t.Class), "class", "choose one of the classes offered")
	if err := Together(faults...); err != nil {
		return err
	}
	s.DropBounceText(t.Words)
	if len(s.Learned) >= MostBounceTexts {
		return FieldError("words", "%d rules are taught already: take one away first", MostBounceTexts)
	}
	s.Learned = append(s.Learned, t)
	return nil
}

// DropBounceText takes words away that were taught.
func (s *Settings) DropBounceText(words string) bool {
	n := len(s.Learned)
	s.Learned = slices.DeleteFunc(slices.Clone(s.Learned), func(t BounceText) bool { return Fold(t.Words) == Fold(words) })
	return len(s.Learned) < n
}

// BounceRules say when an address rests, and when it is given up, because mail to it comes back for now. What is zero is the
// program's, see Filled. An address that does not work is given up at once.
type BounceRules struct {
	Failures int `json:"failures,omitempty"` // runs whose messages came back, with none that arrived since
	Within   int `json:"within,omitempty"`   // days; an older failure counts no more
	AtLeast  int `json:"at_least,omitempty"` // days between the first and the last of them
	Rest     int `json:"rest,omitempty"`     // days nothing is sent; when mail comes back after them, the address is given up
}

// DefaultBounceRules are those of domain.md D-11.
var DefaultBounceRules = BounceRules{Failures: 5, Within: 90, AtLeast: 14, Rest: 30}

// Filled returns the rules with the program's where the team has none.
func (r BounceRules) Filled() BounceRules {
	for _, f := range []struct {
		own *int
		std int
	}{{&r.Failures, DefaultBounceRules.Failures}, {&r.Within, DefaultBounceRules.Within}, {&r.AtLeast, DefaultBounceRules.AtLeast}, {&r.Rest, DefaultBounceRules.Rest}} {
		if *f.own == 0 {
			*f.own = f.std
		}
	}
	r.AtLeast = min(max(0, r.AtLeast), r.Within-1)
	return r
}

// MostBounceDays is the longest of the times in BounceRules, and MostBounces the most failures.
const MostBounceDays, MostBounces = 730, 50

// Check refuses rules that cannot be meant. AtLeast -1 is none.
func (r BounceRules) Check() error {
	var faults Checks
	faults.Refuse(r.Failures < 0 || r.Failures > MostBounces, "bounce_failures", "this must be a number from %d to %d", 1, MostBounces)
	faults.Refuse(r.Within < 0 || r.Within > MostBounceDays, "bounce_within", "this must be a number from %d to %d", 1, MostBounceDays)
	faults.Refuse(r.AtLeast < -1 || r.AtLeast > MostBounceDays, "bounce_at_least", "this must be a number from %d to %d", 0, MostBounceDays)
	faults.Refuse(r.Rest < 0 || r.Rest > MostBounceDays, "bounce_rest", "this must be a number from %d to %d", 1, MostBounceDays)
	f := r
	if f.Within == 0 {
		f.Within = DefaultBounceRules.Within
	}
	faults.Refuse(f.AtLeast > 0 && f.AtLeast >= f.Within, "bounce_at_least", "this must be less than the days after which a failure counts no more")
	return Together(faults...)
}

// MessageFate is what became of one message to a contact.
type MessageFate struct {
	Run    string
	MadeAt time.Time
	At     time.Time // when that was known
	Failed bool      // else it arrived, as far as anybody knows
}

// Settling is how long after a server took a message it can still come back (RFC 5321 section 4.5.4.1): before, that it was taken
// does not say that it arrived.
const Settling = 5 * 24 * time.Hour

// BounceEffect is what follows from a bounce for its contact.
type BounceEffect int

const (
	NoEffect BounceEffect = iota
	Rests
	GivenUp
)

// Decide says what follows from a bounce that is not hard. fates are those of the contact's messages, the latest first, and of this
// one; those that came back by policy against us, and those that wait, are not among them.
func (r BounceRules) Decide(c *Contact, fates []MessageFate, now time.Time) BounceEffect {
	r = r.Filled()
	day := func(n int) time.Duration { return time.Duration(n) * 24 * time.Hour }
	var last, first *MessageFate
	var arrived time.Time
	runs := map[string]bool{}
	for i := range fates {
		f := &fates[i]
		if !f.Failed && now.Sub(f.At) >= Settling {
			arrived = f.At
			break
		}
		if !f.Failed || now.Sub(f.At) > day(r.Within) {
			continue
		}
		if runs[f.Run] = true; last == nil || f.At.After(last.At) {
			last = f
		}
		if first == nil || f.At.Before(first.At) {
			first = f
		}
	}
	switch {
	case last == nil:
		return NoEffect
	case c.RestedAt.After(arrived) && !now.Before(c.PausedUntil) && !last.MadeAt.Before(c.PausedUntil) && now.Sub(c.PausedUntil) <= day(r.Within):
		return GivenUp
	case now.Before(c.PausedUntil):
		return NoEffect
	case len(runs) >= r.Failures && last.At.Sub(first.At) >= day(r.AtLeast):
		return Rests
	}
	return NoEffect
}

// Apply changes a contact by what follows from a bounce, and reports whether it did. Who must not be written to anyway stays as
// they are: a bounce takes no stronger mark away.
func (r BounceRules) Apply(c *Contact, b *Bounce, fates []MessageFate, now time.Time) bool {
	if b.Class == BlockBounced || c.Status != Active && c.Status != Paused || b.Email != "" && AddressKey(b.Email) != c.Address {
		return false
	}
	effect, words := GivenUp, b.Words
	if b.Class != HardBounced {
		effect, words = r.Decide(c, fates, now), "mail to them kept coming back: "+b.Words
	}
	switch effect {
	case GivenUp:
		c.Status, c.StatusReason = Bounced, words
	case Rests:
		c.RestedAt, c.PausedUntil = now, now.AddDate(0, 0, r.Filled().Rest)
	default:
		return false
	}
	return true
}
