package scheduler

import (
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/glasnik/glasnik/campaign"
)

// lanes hold mail to providers that are limited or on hold, so that it never delays other mail: reading the queue skips it, and
// only a few messages to each such provider are in memory, sent as its limits allow.
type lanes struct {
	routed []string // providers that a server of their own takes; set before all else

	mu    sync.Mutex // guards the lanes too
	lanes map[string]*lane
}

// lane is one provider to whom not everything may go at once.
type lane struct {
	provider string
	domains  []string  // whose mail it takes, as far as is known
	readAt   time.Time // when they were last read
	limits   campaign.ProviderLimit
	limiter  *rate.Limiter
	learned  map[string]*rate.Limiter // by server: what the provider's answers have taught
	routed   bool                     // a server of its own takes its mail
	blocked  bool                     // no server had room for the first that waits
	hold     *campaign.Hold
	changed  time.Time // when this process held or released it last
	waiting  []*job    // composed, to be announced in turn
	inMemory int       // handed over and not settled
	onWire   int       // announced and not settled
}

// Messages of a lane in memory: for this long at its rate, between these bounds.
const (
	laneFor  = 3 * time.Second
	laneMin  = 32
	laneMost = 256
)

// set takes over limits, what was learned by this process's part, and holds as they were read at a moment: what this process has found
// out since is newer. What waits in a lane that is not needed any more leaves by itself.
func (ls *lanes) set(limits []campaign.ProviderLimit, learned []campaign.LearnedLimit, holds []campaign.Hold, read time.Time) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.lanes == nil {
		ls.lanes = map[string]*lane{}
	}
	for _, l := range ls.lanes {
		l.limits, l.routed = campaign.ProviderLimit{}, false
		for server := range l.learned {
			if !slices.ContainsFunc(learned, func(k campaign.LearnedLimit) bool { return k.Provider == l.provider && k.Server == server }) {
				delete(l.learned, server)
			}
		}
		if !l.changed.After(read) {
			l.hold = nil
		}
	}
	for _, l := range limits {
		ls.lane(l.Provider).limits = l
	}
	for _, provider := range ls.routed {
		ls.lane(provider).routed = true
	}
	for _, k := range learned {
		l := ls.lane(k.Provider)
		if l.learned[k.Server] == nil {
			l.learned[k.Server] = rate.NewLimiter(rate.Inf, 1)
		}
		limit(l.learned[k.Server], k.PerSecond)
	}
	for i := range holds {
		if l := ls.lane(holds[i].ID); !l.changed.After(read) {
			l.hold = &holds[i]
		}
	}
	for provider, l := range ls.lanes {
		limit(l.limiter, l.limits.PerSecond)
		if !l.needed() && l.inMemory == 0 {
			delete(ls.lanes, provider)
		}
	}
}

func (ls *lanes) lane(provider string) *lane {
	if ls.lanes[provider] == nil {
		ls.lanes[provider] = &lane{provider: provider, domains: campaign.ProviderDomains(provider), limiter: rate.NewLimiter(rate.Inf, 1), learned: map[string]*rate.Limiter{}}
	}
	return ls.lanes[provider]
}

func (l *lane) needed() bool {
	return l.hold != nil || l.limits.PerSecond > 0 || l.limits.Connections > 0 || l.routed || len(l.learned) > 0
}

// allows reports whether what was learned of a server lets a message go over it now.
func (l *lane) allows(r *relay) bool {
	learned := l.learned[r.mail.Name()]
	return learned == nil || learned.Tokens() >= 1
}

// has reports whether a domain is a provider with a lane of its own.
func (ls *lanes) has(domain string) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.lanes[domain]
	return l != nil && l.needed()
}

// found adds a domain to the lane of its provider, if that has one.
func (ls *lanes) found(d campaign.MailDomain) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.lanes[d.Provider]; l != nil && len(l.domains) < campaign.MailDomains {
		if i, known := slices.BinarySearch(l.domains, d.ID); !known {
			l.domains = slices.Insert(slices.Clone(l.domains), i, d.ID) // the queue may be read by the others just now
		}
	}
}

// readDomainsEvery is how often the domains of providers with lanes are read again: other processes find some too.
const readDomainsEvery = time.Minute

// toRead are the providers with lanes whose domains must be read.
func (ls *lanes) toRead(now time.Time) (providers []string) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for provider, l := range ls.lanes {
		if since := now.Sub(l.readAt); l.needed() && (since >= readDomainsEvery || since < 0) {
			providers = append(providers, provider)
		}
	}
	return providers
}

// read notes the domains of a provider, in order.
func (ls *lanes) read(provider string, domains []string, now time.Time) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l := ls.lanes[provider]; l != nil {
		l.domains, l.readAt = domains, now
	}
}

// hold closes a lane at once.
func (ls *lanes) hold(h campaign.Hold) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if ls.lanes == nil {
		ls.lanes = map[string]*lane{}
	}
	l := ls.lane(h.ID)
	l.hold, l.changed = &h, time.Now()
}

// release opens it again, and reports whether it was held.
func (ls *lanes) release(provider string) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.lanes[provider]
	if l == nil || l.hold == nil {
		return false
	}
	l.hold, l.changed = nil, time.Now()
	return true
}

// domains returns the domains of all providers that have lanes, in order: the queue is read past them.
func (ls *lanes) domains() (out []string) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for _, l := range ls.lanes {
		if l.needed() {
			out = append(out, l.domains...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// domainsOf returns the domains of a provider that has a lane, but for those that have their own.
func (ls *lanes) domainsOf(provider string) (out []string) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.lanes[provider]
	if l == nil {
		return nil
	}
	for _, domain := range l.domains {
		if own := ls.lanes[domain]; own == nil || own == l || !own.needed() {
			out = append(out, domain)
		}
	}
	return out
}

// narrow returns the providers with lanes, in order.
func (ls *lanes) narrow() []string {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	var out []string
	for provider, l := range ls.lanes {
		if l.needed() {
			out = append(out, provider)
		}
	}
	slices.Sort(out)
	return out
}

// bar reports whether a message must not leave now, because its provider is held. A trial may.
func (ls *lanes) bar(j *job) bool {
	if j.trial {
		return false
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.lanes[j.provider]
	return l != nil && l.hold != nil
}

// held reports whether a provider is.
func (ls *lanes) held(provider string) bool {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.lanes[provider]
	return l != nil && l.hold != nil
}

// room is how many more messages to a provider may be read. It is none until there is room for several, so that the queue
// is not read for each.
func (ls *lanes) room(provider string, now time.Time) int {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l := ls.lanes[provider]
	switch {
	case l == nil:
		return 0
	case l.hold != nil && !l.hold.Trying(now):
		return 0
	case l.hold != nil:
		return max(0, 1-l.inMemory)
	}
	most := laneMin
	switch {
	case l.limits.PerSecond > 0:
		most = max(laneMin, min(laneMost, int(l.limits.PerSecond*laneFor.Seconds())))
	case l.limits.Connections == 0 && len(l.learned) == 0:
		most = laneMost // it has a server of its own, as fast as any
	}
	if free := most - l.inMemory; free >= most/2 {
		return free
	}
	return 0
}

// enter notes that a job is in memory, in the lane of its provider where there is one.
func (ls *lanes) enter(j *job) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if j.lane = ls.lanes[j.provider]; j.lane != nil {
		j.lane.inMemory++
	}
}

// leave notes that it is settled, or was given back.
func (ls *lanes) leave(j *job) {
	if j.lane == nil {
		return
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	j.lane.inMemory--
	if j.onWire {
		j.lane.onWire--
	}
}

// add puts a composed job into its lane; false when it has none.
func (ls *lanes) add(j *job) bool {
	if j.lane == nil {
		return false
	}
	ls.mu.Lock()
	defer ls.mu.Unlock()
	j.lane.waiting = append(j.lane.waiting, j)
	return true
}

// take returns up to n jobs that may be announced now for servers that have room, of all lanes in turn.
func (ls *lanes) take(n int, now time.Time, router *router, free room) (out []*job) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for took := true; took && len(out) < n; {
		took = false
		for _, l := range ls.lanes { // in no order, so that none comes first always
			if len(out) < n && l.takeTurn(now, router, free) {
				j := l.waiting[0]
				l.waiting = l.waiting[1:]
				l.onWire++
				j.onWire, j.trial = true, l.hold != nil
				out, took = append(out, j), true
			}
		}
	}
	return out
}

// takeTurn reports whether the first job of a lane may be announced, and for which server; its turn is taken then.
func (l *lane) takeTurn(now time.Time, router *router, free room) bool {
	l.blocked = false
	if !l.open(now) {
		return false
	}
	j := l.waiting[0]
	if j.relay = router.choose(j, free, l.allows); j.relay == nil {
		l.blocked = router.choose(j, free, nil) == nil
		return false
	}
	if !l.limiter.Allow() {
		return false
	}
	if learned := l.learned[j.relay.mail.Name()]; learned != nil {
		learned.Allow()
	}
	router.give(j.relay)
	free[j.relay.number]--
	return true
}

// open reports whether a lane has a job that may be announced as far as its rate allows.
func (l *lane) open(now time.Time) bool {
	switch {
	case len(l.waiting) == 0, l.limits.Connections > 0 && l.onWire >= l.limits.Connections:
		return false
	case l.hold != nil:
		return l.onWire == 0 && l.hold.Trying(now)
	}
	return true
}

// takeUnfit removes and returns the waiting jobs that must leave memory: those of stopped runs, of shards that another process takes
// over, and those that wait in a lane that is held.
func (ls *lanes) takeUnfit(now time.Time) (out []*job) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for _, l := range ls.lanes {
		held := l.hold != nil && !l.hold.Trying(now)
		l.waiting = slices.DeleteFunc(l.waiting, func(j *job) bool {
			if held || j.stopped() || j.lease.leaving.Load() || j.lease.lost() != nil {
				out = append(out, j)
				return true
			}
			return false
		})
	}
	return out
}

// soon is how long until a lane may send again; 0 when none has anything it may send.
func (ls *lanes) soon(now time.Time) time.Duration {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	var soon time.Duration
	for _, l := range ls.lanes {
		if !l.open(now) {
			continue
		}
		wait := time.Duration(0)
		if l.limits.PerSecond > 0 {
			wait = time.Duration((1 - l.limiter.Tokens()) / l.limits.PerSecond * float64(time.Second))
		}
		wait = max(wait, l.learnedWait())
		if l.blocked { // until then a server that has room again says so
			wait = stale
		}
		if wait = min(max(wait, 100*time.Microsecond), stale); soon == 0 || wait < soon {
			soon = wait
		}
	}
	return soon
}

// learnedWait is how long until what was learned lets a message go over one of the servers it was learned of.
func (l *lane) learnedWait() time.Duration {
	soonest := time.Duration(-1)
	for _, learned := range l.learned {
		wait := time.Duration((1 - learned.Tokens()) / float64(learned.Limit()) * float64(time.Second))
		if soonest < 0 || wait < soonest {
			soonest = wait
		}
	}
	return max(0, soonest)
}
