package web

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often somebody may try to sign in: so many times in a row, then one try in each interval.
const (
	triesPerAddress = 8
	waitPerAddress  = 30 * time.Second
	triesPerIP      = 30
	waitPerIP       = 5 * time.Second
	maxThrottled    = 20000 // keys kept at once
)

// throttle limits tries by key. A key nobody used for long enough to have all its tries back is forgotten.
type throttle struct {
	now func() time.Time

	mu   sync.Mutex
	keys map[string]*tries
}

type tries struct {
	limiter *rate.Limiter
	full    time.Duration // after this long all tries are back
	last    time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, keys: map[string]*tries{}}
}

// allow takes a try from each key and reports whether all had one. Trying while none is left costs nothing more, so the
// rightful user is let in as soon as one is back.
func (t *throttle) allow(address, ip string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	byIP := t.take("ip "+network(ip), triesPerIP, waitPerIP)
	byAddress := t.take("address "+address, triesPerAddress, waitPerAddress)
	return byIP && byAddress
}

// network gives what one visitor has on the network: an IPv4 address, or the /64 an IPv6 address comes from.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil || addr.Unmap().Is4() {
		return ip
	}
	prefix, err := addr.WithZone("").Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}

// forgive gives an address its tries back after a right password.
func (t *throttle) forgive(address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.keys, "address "+address)
}

func (t *throttle) take(key string, burst int, wait time.Duration) bool {
	now := t.now()
	k := t.keys[key]
	if k == nil {
		if len(t.keys) >= maxThrottled {
			t.evict(now)
		}
		k = &tries{limiter: rate.NewLimiter(rate.Every(wait), burst), full: time.Duration(burst) * wait}
		t.keys[key] = k
	}
	k.last = now
	return k.limiter.AllowN(now, 1)
}

// evict forgets what has recovered; under a flood of fresh keys also others, since memory must stay bounded.
func (t *throttle) evict(now time.Time) {
	for key, k := range t.keys {
		if now.Sub(k.last) >= k.full {
			delete(t.keys, key)
		}
	}
	for key := range t.keys {
		if len(t.keys) < maxThrottled*9/10 {
			return
		}
		delete(t.keys, key)
	}
}

// allowIP takes a try from a place on the network alone.
func (t *throttle) allowIP(ip string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.take("ip "+network(ip), triesPerIP, waitPerIP)
}
