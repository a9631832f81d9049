package scheduler

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// proof decides what the words of a refusal do not say: whether it was about one recipient or about us. It compares the answers
// to the other recipients of a run, in this process:
//
//	then                                                        the refusals before it were
//	the server takes a message of the run                       their recipients': they have failed
//	the same answer comes to proofAt readers, none taken        ours: the run is held (with several servers, the server is)
//	the same code to twice as many, in any words                the same
//	the same is said of so many, whatever it is (ofAll)         the same
//	the same answer comes to proofAt readers of a provider,
//	others are taken, none of the provider's                    ours: the provider is held, and all go back into the queue
//	nobody is left to send to, and nobody was ever taken        ours: the run is held
//	nobody is left to send to, others were taken, it is alone   its recipient's: it has failed
//
// Until then what was refused is deferred, so that it goes again by itself if this process dies. A refusal that is known to
// be ours counts too, and never fails. A held run probes with one message now and then, and goes on when that is taken.
type proof struct {
	several bool // servers share the work
	now     func() time.Time

	noneOpen atomic.Bool // no refusal is open: a message that is taken decides nothing
	held     atomic.Bool
	taken    atomic.Bool // some message of the run was

	mu       sync.Mutex           // guards what follows
	since    map[*relay][]suspect // refused since the server last took a message of the run
	at       map[string][]suspect // unclear, by provider, since one of its readers' was taken
	refusing map[string]bool      // providers found to refuse us, until one takes a message
	hold     runHold
	rulings  rulings
	lastTry  string // the answer to a last try that was refused because of us
}

// suspect is a refused delivery whose refusal may be ours, or is.
type suspect struct {
	id, provider, key, answer string
	code                      int
	unclear, policy, dead     bool
	theirs                    bool // the answer is about the recipient alone, such as that there is no such address
	again                     bool // and the recipient is tried again, such as one whose mailbox is full
}

// runHold is the time in which a run waits because its messages are refused.
type runHold struct {
	why   string // "" when it is not held
	since time.Time
	until time.Time // when the next probe may leave
	times int       // probes were refused
	probe string    // the delivery that tries just now
}

// rulings are what proof has decided and rulingWriter must write down.
type rulings struct {
	failed, back []suspect
	providers    map[string]suspect // to hold
	freed        []string           // providers that were held for what was the run's
}

const (
	proofAt     = 5    // readers with the same answer, one after another
	mostSuspect = 64   // for each server; an older one goes again by itself
	mostAt      = 4096 // providers with unclear refusals
)

func newProof(several, taken bool, now func() time.Time) *proof {
	p := &proof{several: several, now: now, since: map[*relay][]suspect{}, at: map[string][]suspect{}, refusing: map[string]bool{}}
	p.noneOpen.Store(true)
	p.taken.Store(taken)
	return p
}

func suspectOf(j *job, o campaign.Outcome) suspect {
	return suspect{id: j.delivery.ID, provider: j.provider, key: answerKey(o), answer: o.Answer, code: o.Code, unclear: o.Unclear, policy: o.Policy, dead: o.Dead, theirs: saysTheirs(o), again: saysTheirs(o) && o.Result == campaign.ResultLater}
}

// saysTheirs reports whether a server refuses a recipient for good and for the recipient's own sake: there is no such address, or it takes
// nothing from us, or no more. It is believed unless it is said to everybody.
func saysTheirs(o campaign.Outcome) bool { return !o.OurFault && !o.Unclear && o.Code >= 500 }

// refused notes a permanent refusal. back says that the delivery goes back into the queue, since everything is held; server
// that the server must be left alone; news is why the run is held from now, if it is.
func (p *proof) refused(r *relay, s suspect, all bool) (back, server bool, news string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noneOpen.Store(false)
	if p.hold.why != "" {
		if p.hold.probe == s.id {
			p.hold.times++
			p.nextProbe(s.answer)
		}
		return true, false, ""
	}
	if s.unclear && p.refusing[s.provider] { // it was under way when that was found out, or the hold has ended too early
		p.holdProvider(s)
		return true, false, ""
	}
	list := append(p.since[r], s)
	p.since[r] = list[max(0, len(list)-mostSuspect):]
	if s.unclear && (len(p.at) < mostAt || p.at[s.provider] != nil) {
		there := append(p.at[s.provider], s)
		p.at[s.provider] = there[max(0, len(there)-2*proofAt):]
	}
	if !all && !proven(list, s) && !p.ofAll(list, s) {
		return false, false, ""
	}
	if p.several {
		p.putBack(r)
		return true, true, ""
	}
	p.holdAll(s)
	return true, false, s.answer
}

// proven reports whether a refusal is ours, by those before it since a message was last taken.
func proven(list []suspect, s suspect) bool {
	same, alike, ours := 0, 0, 0
	providers := map[string]bool{}
	for _, e := range list {
		if !e.unclear && !e.policy && !e.theirs {
			ours++
		}
		if e.unclear && e.code == s.code {
			alike++
		}
		if e.key == s.key && e.policy == s.policy && !(e.policy && providers[e.provider]) {
			providers[e.provider] = true
			same++
		}
	}
	return same >= proofAt && (s.unclear || s.policy) || s.unclear && alike >= 2*proofAt || ours >= failedMessages
}

// ofAll reports whether the same is said of too many readers in a row, in the same words, for it to be about them. Where the run's
// messages were taken before, there must be twice as many, at several providers: lists that are old have such rows.
func (p *proof) ofAll(list []suspect, s suspect) bool {
	if !s.theirs {
		return false
	}
	same := countKey(list, s.key)
	elsewhere := slices.ContainsFunc(list, func(e suspect) bool { return e.key == s.key && e.provider != s.provider })
	return same >= proofAt && !p.taken.Load() || same >= 2*proofAt && elsewhere
}

func (p *proof) holdAll(s suspect) {
	p.hold = runHold{why: s.answer, since: p.now()}
	p.nextProbe(s.answer)
	p.held.Store(true)
	for r := range p.since {
		p.putBack(r)
	}
}

// nextProbe sets when one message tries again.
func (p *proof) nextProbe(why string) {
	p.hold.why, p.hold.probe = cmp.Or(why, "refused without a word"), ""
	p.hold.until = p.now().Add(min(firstBackoff<<min(p.hold.times, 20), lastBackoff))
}

func (p *proof) putBack(r *relay) {
	for _, s := range p.since[r] {
		if s.policy {
			p.rulings.freed = append(p.rulings.freed, s.provider)
		}
		p.rulings.back = append(p.rulings.back, s)
	}
	delete(p.since, r)
}

// accepted notes that a server took a message, and says whether the run goes on by that.
func (p *proof) accepted(r *relay, provider string) (goesOn bool) {
	if !p.taken.Load() {
		p.taken.Store(true)
	}
	if p.noneOpen.Load() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	goesOn = p.hold.why != ""
	p.hold = runHold{}
	p.held.Store(false)
	delete(p.at, provider)
	delete(p.refusing, provider)
	list := p.since[r]
	delete(p.since, r)
	for _, s := range list {
		if s.again || !s.unclear && !s.theirs || s.unclear && p.refusing[s.provider] {
			continue
		}
		if s.unclear && countKey(p.at[s.provider], s.key) >= proofAt {
			p.holdProvider(s)
			continue
		}
		p.rulings.failed = append(p.rulings.failed, s)
	}
	p.noneOpen.Store(len(p.at)+len(p.since)+len(p.refusing) == 0)
	return goesOn
}

// unclearAt notes that an unclear refusal came from a provider that has sent proofAt of the same kind while others took
// messages: then the provider is held.
func (p *proof) unclearAt(s suspect) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hold.why != "" || !p.taken.Load() || countKey(p.at[s.provider], s.key) < proofAt || p.several {
		return false
	}
	for _, list := range p.since {
		if countKey(list, s.key) >= proofAt {
			return false // of everybody, as far as is known
		}
	}
	p.holdProvider(s)
	return true
}

func (p *proof) holdProvider(s suspect) {
	if p.rulings.providers == nil {
		p.rulings.providers = map[string]suspect{}
	}
	p.rulings.providers[s.provider] = s
	p.refusing[s.provider] = true
	p.rulings.back = append(p.rulings.back, p.at[s.provider]...)
	delete(p.at, s.provider)
	same := func(other suspect) bool { return other.provider == s.provider && other.key == s.key }
	p.rulings.failed = slices.DeleteFunc(p.rulings.failed, same)
	for r, list := range p.since {
		p.since[r] = slices.DeleteFunc(list, same)
	}
}

func countKey(list []suspect, key string) (n int) {
	for _, s := range list {
		if s.key == key {
			n++
		}
	}
	return n
}

// atEnd is called when nothing is left but what was deferred. It returns the answer for which the run is held from now, if any.
func (p *proof) atEnd() (news string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for r, list := range p.since {
		var left []suspect
		for _, s := range list {
			alone := countKey(list, s.key) == 1
			switch {
			case s.again:
			case s.theirs, s.unclear && alone && (s.dead || p.taken.Load()):
				p.rulings.failed = append(p.rulings.failed, s)
			default:
				left = append(left, s)
			}
		}
		p.since[r] = left
		if len(left) == 0 {
			delete(p.since, r)
			continue
		}
		if first := left[0]; !p.taken.Load() && p.hold.why == "" && !p.several && slices.ContainsFunc(left, func(s suspect) bool { return !s.policy }) {
			p.holdAll(first)
			return first.answer
		}
	}
	return ""
}

// waits reports whether the run is held, and whether a probe may leave now.
func (p *proof) waits() (held, mayProbe bool) {
	if !p.held.Load() {
		return false, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hold.why != "", p.hold.probe == "" && !p.now().Before(p.hold.until)
}

// tries notes which delivery is the probe.
func (p *proof) tries(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold.probe = id
}

// ended notes that a delivery is not on its way any more. Where it was the probe and found out nothing, another may try.
func (p *proof) ended(id string, pause time.Duration) {
	if !p.held.Load() {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hold.probe == id {
		p.hold.probe = ""
		if soon := p.now().Add(pause); p.hold.until.Before(soon) {
			p.hold.until = soon
		}
	}
}

// text says why the run waits; "" while it does not.
func (p *proof) text() string {
	if !p.held.Load() {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hold.why == "" {
		return ""
	}
	return "the mail server refuses the messages of this run, and nobody fails for that; one message tries again and again until it is mended: " + p.hold.why
}

// lastTryRefused notes that a delivery was refused for our sake with its last try.
func (p *proof) lastTryRefused(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lastTry = cmp.Or(p.lastTry, why)
}

// over returns why the run must be paused after it was held for as long as a delivery is tried; "" while it is not.
func (p *proof) over(most time.Duration) string {
	if !p.held.Load() {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now().Sub(p.hold.since) > most {
		return p.hold.why
	}
	return ""
}

// noTriesLeft returns why the run must be paused once nothing of it is queued any more.
func (p *proof) noTriesLeft() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lastTry
}

// take returns what can be written down now: of deliveries that are not on their way.
func (p *proof) take(inHand func(id string) bool) (v rulings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v.providers, p.rulings.providers = p.rulings.providers, nil
	v.freed, p.rulings.freed = p.rulings.freed, nil
	v.failed, p.rulings.failed = split(p.rulings.failed, inHand)
	v.back, p.rulings.back = split(p.rulings.back, inHand)
	return v
}

func split(all []suspect, inHand func(id string) bool) (now, later []suspect) {
	for _, s := range all {
		if inHand(s.id) {
			later = append(later, s)
		} else {
			now = append(now, s)
		}
	}
	return now, later
}

// putAgain puts back rulings that could not be written down.
func (p *proof) putAgain(v rulings) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rulings.failed = append(v.failed, p.rulings.failed...)
	p.rulings.back = append(v.back, p.rulings.back...)
}
