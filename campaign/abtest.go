package campaign

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// ABTest is an A/B test of a campaign: a part of the readers of each run gets one of several arms, and the others later the one that
// was clicked more. The first arm is the campaign as it is.
type ABTest struct {
	Of      Differs `json:"of"`
	Arms    []Arm   `json:"arms"`    // the others than the first
	Share   int     `json:"share"`   // of the readers, in percent, that the test takes
	Hours   int     `json:"hours"`   // from when the test has gone out until its clicks are compared
	Unclear Unclear `json:"unclear"` // what the others get without evidence
}

// Differs says what the arms of a test differ in.
type Differs string

const (
	BySubject Differs = "subject"
	BySender  Differs = "sender"
	ByLead    Differs = "lead"
)

// DiffersAll are all of them in the order they are offered.
var DiffersAll = []Differs{BySubject, BySender, ByLead}

// Unclear says what the others get when the clicks prove no arm better.
type Unclear string

const (
	FirstArm  Unclear = "first" // the campaign as it is
	AskPerson Unclear = "ask"   // what a person chooses; until then they wait
)

// UnclearAll are all of them in the order they are offered.
var UnclearAll = []Unclear{FirstArm, AskPerson}

// Arm is what one arm of a test has in place of what the campaign has: a subject or lead in each language, or a sender.
type Arm struct {
	Texts  Texts  `json:"texts,omitempty"`
	Sender Sender `json:"sender,omitzero"`
}

// The limits of a test.
const (
	MaxArms     = 4
	minShare    = 5
	maxShare    = 80
	maxABHours  = 7 * 24
	maxABText   = 20_000 // octets of a lead
	armLetters  = "abcd"
	forTheOther = "="
)

// ArmAt is the name of an arm, from 0: "a" is the campaign as it is.
func ArmAt(i int) string { return armLetters[i : i+1] }

// ArmIndex is the number of an arm by its name, or -1.
func ArmIndex(arm string) int {
	if len(arm) != 1 {
		return -1
	}
	return strings.Index(armLetters, arm)
}

// ArmName is the name of an arm as people see it.
func ArmName(arm string) string { return strings.ToUpper(arm) }

// ForOthers is what a delivery that is no part of the test has as its Arm, once it is known which it gets.
func ForOthers(arm string) string { return forTheOther + arm }

// Variant is the arm that a delivery with an Arm gets; "" without one, or while it is not known.
func Variant(arm string) string { return strings.TrimPrefix(arm, forTheOther) }

// TestedArm is the arm in which a delivery with an Arm is part of the test; "" where it is none.
func TestedArm(arm string) string {
	if strings.HasPrefix(arm, forTheOther) {
		return ""
	}
	return arm
}

// Count is how many arms there are, with the first.
func (t *ABTest) Count() int { return 1 + len(t.Arms) }

// Names are the names of all arms.
func (t *ABTest) Names() []string {
	var out []string
	for i := range t.Count() {
		out = append(out, ArmAt(i))
	}
	return out
}

// Has reports whether there is such an arm.
func (t *ABTest) Has(arm string) bool { i := ArmIndex(arm); return i >= 0 && i < t.Count() }

// normalize checks the test as far as it can be checked without the release.
func (t *ABTest) normalize() error {
	if t == nil {
		return nil
	}
	var faults Checks
	faults.Refuse(!slices.Contains(DiffersAll, t.Of), "ab_of", "choose what the variants differ in: subject, sender or lead")
	faults.Refuse(len(t.Arms) == 0 || t.Count() > MaxArms, "ab_arms", "the number of variants is from 2 to %d", MaxArms)
	faults.Refuse(t.Share < minShare || t.Share > maxShare, "ab_share", "the test takes from %d to %d percent of the readers: the others are to get what was clicked more", minShare, maxShare)
	faults.Refuse(t.Hours < 1 || t.Hours > maxABHours, "ab_hours", "the hours until the clicks are compared are from 1 to %d", maxABHours)
	faults.Refuse(!slices.Contains(UnclearAll, t.Unclear), "ab_unclear", "choose what happens without evidence")
	t.Arms = slices.Clone(t.Arms)
	for i := range t.Arms[:min(len(t.Arms), MaxArms-1)] {
		if err := t.Arms[i].normalize(t.Of, ArmAt(i+1)); err != nil {
			faults = append(faults, err)
		}
	}
	return Together(faults...)
}

// normalize checks one arm, and drops what another kind of test has left in it.
func (a *Arm) normalize(of Differs, name string) error {
	var faults Checks
	if of == BySender {
		a.Texts, a.Sender.Name = nil, CleanLine(a.Sender.Name)
		faults.Refuse(LongerThan(a.Sender.Name, 60), armFrom(name), "the sender's name is longer than 60 characters")
		for _, email := range []*string{&a.Sender.Email, &a.Sender.ReplyTo} {
			if *email == "" {
				continue
			}
			parsed, err := ParseAddress(*email)
			if err != nil {
				faults = append(faults, FieldError(armFrom(name), "%v", err))
				continue
			}
			*email = parsed
		}
		faults.Refuse(a.Sender.Email == "", armFrom(name), "variant %s needs a sender", ArmName(name))
		return Together(faults...)
	}
	a.Sender = Sender{}
	texts := Texts{}
	for l, text := range a.Texts {
		if of == BySubject {
			text = CleanLine(text)
		} else {
			text = cleanText(text)
		}
		faults.Refuse(!l.Known(), armText(name, l), "the language %q is not one of sr-Latn, sr-Cyrl, en, fr", l)
		faults.Refuse(len(text) > maxABText, armText(name, l), "variant %s is too long", ArmName(name))
		if text != "" {
			texts[l] = text
		}
	}
	a.Texts = texts
	return Together(faults...)
}

// armText and armFrom are the names of the fields of a form that hold what an arm says in a language, and who it is from.
func armText(arm string, l Language) string { return TextField("arm_"+arm, l) }
func armFrom(arm string) string             { return "from_" + arm }

// Fits refuses a test that would prove nothing with what the campaign sends, and to whom: links are what a reader could click.
func (t *ABTest) Fits(c *Campaign, r *Release, lists []List, links int) error {
	if t == nil {
		return nil
	}
	var faults Checks
	faults.Refuse(c.HasEditions(), "ab_of", "each edition has its own text, so there is nothing to test beforehand: a test needs a fixed release")
	if len(r.Versions) == 0 {
		return Together(faults...)
	}
	faults.Refuse(links == 0, "ab_of", "the text has no link that readers could click, so no variant can be better: put one in")
	faults.Refuse(!countsClicks(lists), "ab_of", "no clicks are known of these readers: their lists do not count readers, so a test would prove nothing")
	for i := range t.Count() {
		for j := range i {
			if err := t.differ(c, r, ArmAt(i), ArmAt(j)); err != nil {
				faults = append(faults, err)
			}
		}
	}
	return Together(faults...)
}

// countsClicks reports whether the clicks of anybody on the lists are counted. Without lists those of all are, see TrackingFor.
func countsClicks(lists []List) bool {
	return len(lists) == 0 || slices.ContainsFunc(lists, func(l List) bool { return l.Tracking != NoTracking })
}

// differ refuses two arms that are alike, or of which one has no text in a language.
func (t *ABTest) differ(c *Campaign, r *Release, arm, other string) error {
	if t.Of == BySender {
		if t.Sender(c.Sender, arm) == t.Sender(c.Sender, other) {
			return FieldError(armFrom(arm), "variant %s has the same sender as variant %s", ArmName(arm), ArmName(other))
		}
		return nil
	}
	var faults Checks
	mine, theirs := t.Release(*r, arm), t.Release(*r, other)
	for i := range mine.Versions {
		l, what := mine.Versions[i].Language, t.Of.text(&mine.Versions[i])
		switch {
		case ArmIndex(arm) > 0 && t.Arms[ArmIndex(arm)-1].Texts[l] == "":
			if ArmIndex(other) == 0 { // told once
				faults = append(faults, FieldError(armText(arm, l), "variant %s has no text in this language, which the release has: %s", ArmName(arm), l.Name()))
			}
		case what == t.Of.text(&theirs.Versions[i]):
			faults = append(faults, FieldError(armText(arm, l), "variants %s and %s say the same: %s", ArmName(other), ArmName(arm), l.Name()))
		}
	}
	return Together(faults...)
}

// text is what a version has of what arms differ in.
func (d Differs) text(v *Version) string {
	if d == ByLead {
		return v.Lead
	}
	return v.SubjectLine()
}

// Text is what an arm says in the language of a version; "" where arms differ in their senders.
func (t *ABTest) Text(v *Version, arm string) string {
	i := ArmIndex(arm)
	switch {
	case t.Of == BySender:
		return ""
	case i < 1:
		return t.Of.text(v)
	}
	return t.Arms[i-1].Texts[v.Language]
}

// Release returns what the readers of an arm get. A language in which the arm has no text keeps the first arm's.
func (t *ABTest) Release(r Release, arm string) Release {
	i := ArmIndex(arm)
	if t == nil || i < 1 || i >= t.Count() || t.Of == BySender {
		return r
	}
	r.Versions = slices.Clone(r.Versions)
	for n := range r.Versions {
		v := &r.Versions[n]
		text := t.Arms[i-1].Texts[v.Language]
		switch {
		case text == "":
		case t.Of == ByLead:
			v.Lead = text
		default:
			v.Subject = text
		}
	}
	r.IndexMedia()
	return r
}

// Sender returns who an arm is from.
func (t *ABTest) Sender(first Sender, arm string) Sender {
	if i := ArmIndex(arm); t != nil && t.Of == BySender && i > 0 && i < t.Count() {
		return t.Arms[i-1].Sender
	}
	return first
}

// ABResult is what has become of the test of a run.
type ABResult struct {
	Sizes    []int64    `json:"sizes"` // messages drawn for each arm
	DrawnAt  time.Time  `json:"drawn_at"`
	TestedAt time.Time  `json:"tested_at,omitzero"` // when all that could leave of it had left
	DecideAt time.Time  `json:"decide_at,omitzero"` // when its clicks are compared
	LookedAt time.Time  `json:"looked_at,omitzero"` // when they were
	Counts   []ArmCount `json:"counts,omitempty"`   // as they were then
	Best     string     `json:"best,omitempty"`     // the arm that was clicked more with evidence; "" where none was
	Arm      string     `json:"arm,omitempty"`      // what the others get; "" while that is open
	At       time.Time  `json:"at,omitzero"`        // when that was decided
	By       string     `json:"by,omitempty"`       // the name of who decided it; "" for the program
	SpreadAt time.Time  `json:"others_at,omitzero"` // when all the others had got their time
}

// ArmCount is what became of one arm: messages that were accepted, and those of their readers who clicked, people alone.
type ArmCount struct {
	Accepted int64 `json:"accepted"`
	Clicked  int64 `json:"clicked"`
}

// Waits reports whether the others wait for a person.
func (r *ABResult) Waits() bool { return r != nil && r.Arm == "" && !r.LookedAt.IsZero() }

// Open reports whether it is not decided yet what the others get.
func (r *ABResult) Open() bool { return r != nil && r.Arm == "" }

// Decided says in a sentence what was decided, and by whom.
func (r *ABResult) Decided() Text {
	switch {
	case r.Arm == "" && r.LookedAt.IsZero():
		return Textf("the A/B test is not decided yet")
	case r.Arm == "":
		return Textf("no evidence that a variant is better: the other readers wait for a person")
	case r.By == ByCommand:
		return Textf("%s chose variant %s for the other readers", Textf("command line"), ArmName(r.Arm))
	case r.By != "":
		return Textf("%s chose variant %s for the other readers", r.By, ArmName(r.Arm))
	case r.Best != "":
		return Textf("variant %s was clicked more, with evidence: the other readers get it", ArmName(r.Arm))
	}
	return Textf("no evidence that a variant is better: the other readers get variant %s, as was said beforehand", ArmName(r.Arm))
}

// Undecided is the time of what waits for the result of a test: it never comes by itself.
var Undecided = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)

// WaitsForTest is why it waits, in words that are stored with its delivery.
const WaitsForTest = "waits for the result of the A/B test"

// Draw draws which readers of a run are in its test, and in which arm: always the same for the same readers of the same run. Within
// each language, and over all, the arms are equal within one. Call Add for every reader, then Close, then Arm.
type Draw struct {
	share, arms int
	places      map[Language][]uint64 // of its readers, in order once it is closed
	all         int
	parts       map[Language]drawnPart
}

// drawnPart is how many readers of a language are drawn, and how many of the languages before it.
type drawnPart struct{ size, before int }

// NewDraw begins a draw of a share in percent for so many arms.
func NewDraw(share, arms int) *Draw {
	return &Draw{share: share, arms: arms, places: map[Language][]uint64{}, parts: map[Language]drawnPart{}}
}

// place is where a reader stands among all of a run. It costs eight bytes; two readers in one place, which practically never happens,
// would get the same arm.
func place(run, contact string) uint64 { return hash64(run + " " + contact) }

// Add enters a reader.
func (d *Draw) Add(run, contact string, l Language) {
	d.places[l] = append(d.places[l], place(run, contact))
	d.all++
}

// Close decides how many are drawn: the share, yet one for each arm where there are so many readers.
func (d *Draw) Close() {
	n := (d.all*d.share + 50) / 100
	n = min(d.all, max(n, d.arms))
	seen, drawn := 0, 0
	for _, l := range slices.Sorted(maps.Keys(d.places)) {
		places := d.places[l]
		slices.Sort(places)
		seen += len(places)
		upTo := n * seen / d.all
		d.parts[l] = drawnPart{size: upTo - drawn, before: drawn}
		drawn = upTo
	}
}

// Arm returns the arm of a reader; "" for one who is not in the test.
func (d *Draw) Arm(run, contact string, l Language) string {
	part := d.parts[l]
	rank, _ := slices.BinarySearch(d.places[l], place(run, contact))
	if rank >= part.size {
		return ""
	}
	return ArmAt((part.before + rank) % d.arms)
}
