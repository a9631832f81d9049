package request

import (
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxThrottled is how many keys a throttle holds at once.
const maxThrottled = 20000

// Throttle limits tries by key. A key that was not used for long enough to have all its tries back is forgotten.
type Throttle struct {
	now func() time.Time

	mu   sync.Mutex
	keys map[throttleKey]*tries
}

// throttleKey is the hash of a key: visitors decide how long a key is.
type throttleKey [16]byte

type tries struct {
	limiter *rate.Limiter
	full    time.Duration // after this long all tries are back
	last    time.Time
}

// NewThrottle returns a throttle by the given clock.
func NewThrottle(now func() time.Time) *Throttle {
	return &Throttle{now: now, keys: map[throttleKey]*tries{}}
}

// Network returns the part of an address that one visitor has: an IPv4 address whole, or the /64 of an IPv6 address.
func Network(ip string) string {
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

// Allow takes a try from a key, which has burst tries in a row and gets one back in each wait. Trying while none is left costs
// nothing, so a visitor who waited is let in as soon as one is back.
func (t *Throttle) Allow(key string, burst int, wait time.Duration) bool {
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

// Forgive restores all tries of a key.
func (t *Throttle) Forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.keys, keyOf(key))
}

func keyOf(key string) throttleKey {
	sum := sha256.Sum256([]byte(key))
	return throttleKey(sum[:16])
}

// evict forgets keys that have all their tries back; under a flood of new keys others too, since memory must stay bounded.
func (t *Throttle) evict(now time.Time) {
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
