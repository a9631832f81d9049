package scheduler

import (
	"slices"
	"sync"
	"time"
)

// router says which server a message goes over, right before the intent to send it is written down with that server's name. From
// then on no other server gets it: a message that was not handed over goes back into the queue first, in the store, and what
// was handed over ends with that server's answer.
//
// Servers that name providers or domains take the mail to those, the others the rest. Where those that name a provider all fail,
// or it refuses us at each of them, the others take its mail too. Among servers with weights each gets its part of the
// messages, however fast it is; without weights, what it can take.
type router struct {
	relays []*relay
	now    func() time.Time

	mu      sync.Mutex // guards what follows, and what relays were given
	refused map[refusalAt]time.Time
}

// Route says what goes over one of several servers.
type Route struct {
	Weight float64  // its part of the messages, beside the weights of the others; 0: what it can take, or 1 beside others that have one
	Takes  []string // providers and domains whose mail it takes, and no other; none: everything nobody else takes
}

// refusalAt is a provider that takes no mail from us over one server.
type refusalAt struct {
	provider string
	relay    *relay
}

// refusedFor is how long a server gets no mail to a provider that has refused it there, while others can take it.
const refusedFor = time.Hour

// weighed is by how many messages a server that could not be used may lag behind its part: what it missed beyond that is not made up for.
const weighed = 16

// room is how many more deliveries may be announced for each server, by its number.
type room []int

func (r room) total() (n int) {
	for _, free := range r {
		n += max(0, free)
	}
	return n
}

// names reports whether a server names a provider or a domain.
func (r *relay) names(provider, domain string) bool {
	return slices.Contains(r.takes, provider) || slices.Contains(r.takes, domain)
}

// down reports whether a server cannot be used now, as far as is known.
func (r *relay) down() bool { return r.open.Load() == 0 && !r.circuit.closed() }

// candidates are the servers a message may go over now.
func (r *router) candidates(j *job) []*relay {
	if len(r.relays) == 1 {
		return r.relays
	}
	var named, others []*relay
	for _, s := range r.relays {
		switch {
		case len(s.takes) == 0:
			others = append(others, s)
		case s.names(j.provider, j.delivery.Domain):
			named = append(named, s)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	usable := func(s *relay) bool { return !s.down() && !now.Before(r.refused[refusalAt{j.provider, s}]) }
	for _, from := range [][]*relay{named, others} {
		if out := filter(from, usable); len(out) > 0 {
			return out
		}
	}
	for _, from := range [][]*relay{named, others} { // refused everywhere: then the provider is held
		if out := filter(from, func(s *relay) bool { return !s.down() }); len(out) > 0 {
			return out
		}
	}
	return slices.Concat(named, others)
}

func filter(all []*relay, fits func(*relay) bool) (out []*relay) {
	for _, s := range all {
		if fits(s) {
			out = append(out, s)
		}
	}
	return out
}

// choose returns the server a message goes over now, nil when none has room for it. allows may leave servers out; nil leaves out none.
func (r *router) choose(j *job, free room, allows func(*relay) bool) *relay {
	all := r.candidates(j)
	if allows != nil {
		all = filter(all, allows)
	}
	if len(all) == 0 {
		return nil
	}
	if weights := slices.ContainsFunc(all, func(s *relay) bool { return s.weight > 0 }); !weights {
		best := slices.MaxFunc(all, func(a, b *relay) int { return free[a.number] - free[b.number] })
		if free[best.number] > 0 {
			return best
		}
		return nil
	}
	r.mu.Lock()
	next := slices.MinFunc(all, func(a, b *relay) int {
		switch x, y := a.given, b.given; {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return a.number - b.number
	})
	r.mu.Unlock()
	if free[next.number] > 0 {
		return next
	}
	if next.open.Load() == 0 {
		signal(next.kick) // its turn waits for a connection
	}
	return nil
}

// give notes that a message goes over a server.
func (r *router) give(s *relay) {
	if len(r.relays) == 1 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s.given += 1 / max(s.weight, unweighed)
	for _, other := range r.relays { // who could not take part is not owed all that it missed
		other.given = max(other.given, s.given-weighed)
	}
}

// unweighed is the weight of a server that names none, among others that do.
const unweighed = 1

// refusedAt notes that a provider refuses us over a server, and reports whether another may take its mail.
func (r *router) refusedAt(s *relay, j *job) bool {
	if len(r.relays) == 1 {
		return false
	}
	r.mu.Lock()
	now := r.now()
	for key, until := range r.refused {
		if !now.Before(until) {
			delete(r.refused, key)
		}
	}
	r.refused[refusalAt{j.provider, s}] = now.Add(refusedFor)
	r.mu.Unlock()
	return slices.ContainsFunc(r.candidates(j), func(other *relay) bool {
		r.mu.Lock()
		defer r.mu.Unlock()
		return !other.down() && !now.Before(r.refused[refusalAt{j.provider, other}])
	})
}

// wake makes the servers of a message look for work.
func (r *router) wake(j *job) {
	if len(r.relays) == 1 {
		signal(r.relays[0].kick)
		return
	}
	general := true
	for _, s := range r.relays {
		if len(s.takes) > 0 && s.names(j.provider, j.delivery.Domain) {
			signal(s.kick)
			general = general && s.down()
		}
	}
	if general {
		r.wakeGeneral()
	}
}

// wakeGeneral wakes those that take the mail to everybody: one of them, where they share what wakes them.
func (r *router) wakeGeneral() {
	var woken chan struct{}
	for _, s := range r.relays {
		if len(s.takes) == 0 && s.kick != woken {
			signal(s.kick)
			woken = s.kick
		}
	}
}

// named are the providers and domains that servers name.
func (r *router) named() (out []string) {
	for _, s := range r.relays {
		out = append(out, s.takes...)
	}
	return out
}
