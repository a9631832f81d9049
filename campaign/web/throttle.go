package web

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How often somebody may try to sign in: so many times in a row, then one try in each interval. An address has tries for each
// place they come from, so that a stranger elsewhere does not use up its user's; what all places may try together is wide.
const (
	triesPerAddress = 8
	waitPerAddress  = 30 * time.Second
	triesAnywhere   = 200
	waitAnywhere    = 20 * time.Second
	triesPerIP      = 30
	waitPerIP       = 5 * time.Second
	maxThrottled    = 20000 // keys kept at once
)

// throttle limits tries by key. A key nobody used for long enough to have all its tries back is forgotten.
type throttle struct {
	now func() time.Time

	mu   sync.Mutex
	keys map[throttleKey]*tries
}

// throttleKey is the hash of a key, whose length is up to visitors.
type throttleKey [16]byte

type tries struct {
	limiter *rate.Limiter
	full    time.Duration // after this long all tries are back
	last    time.Time
}

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, keys: map[throttleKey]*tries{}}
}

// allowDevice takes a try from a browser in which somebody signed in before.
func (t *throttle) allowDevice(id string) bool {
	return t.allowKey("device "+id, triesPerAddress, waitPerAddress)
}

// allowIP takes a try from a place on the network. A place that has none left is asked about nothing more.
func (t *throttle) allowIP(ip string) bool {
	return t.allowKey("ip "+network(ip), triesPerIP, waitPerIP)
}

// allowAddress takes a try at an address from a place, and then from what all places have together.
func (t *throttle) allowAddress(address, ip string) bool {
	return t.allowKey(fromPlace(address, ip), triesPerAddress, waitPerAddress) && t.allowKey("address "+address, triesAnywhere, waitAnywhere)
}

func fromPlace(address, ip string) string { return "from " + network(ip) + " address " + address }

// forgive gives an address its tries from a place, and a browser its own, back after a right password.
func (t *throttle) forgive(address, ip, device string) {
	t.forgiveKey(fromPlace(address, ip))
	t.forgiveKey("device " + device)
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

// allowKey takes a try from a key. Trying while none is left costs nothing more, so whoever has waited is let in as soon as
// one is back.
func (t *throttle) allowKey(key string, burst int, wait time.Duration) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, hash := t.now(), keyOf(key)
	k := t.keys[hash]
	if k == nil {
		if len(t.keys) >= maxThrottled {
			t.evict(now)
		}
		k = &tries{limiter: rate.NewLimiter(rate.Every(wait), burst), full: time.Duration(burst) * wait}
		t.keys[hash] = k
	}
	k.last = now
	return k.limiter.AllowN(now, 1)
}

// forgiveKey gives a key its tries back.
func (t *throttle) forgiveKey(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.keys, keyOf(key))
}

func keyOf(key string) throttleKey {
	sum := sha256.Sum256([]byte(key))
	return throttleKey(sum[:16])
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
