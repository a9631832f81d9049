package web

import (
	"sync"
	"time"
)

// mostRemembered is of how many things something is kept at the most.
const mostRemembered = 100

// remembered keeps, by id, what takes a while to count; any goroutine may ask. The zero value remembers nothing yet.
type remembered[T any] struct {
	mu    sync.Mutex
	known map[string]dated[T]
}

// dated is what was counted at a time.
type dated[T any] struct {
	value T
	at    time.Time
}

// get returns what was counted since a time; the zero time takes it however old it is.
func (r *remembered[T]) get(id string, since time.Time) (T, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	d, ok := r.known[id]
	return d.value, ok && d.at.After(since)
}

// keep remembers what was counted now, and forgets everything else when there is too much of it.
func (r *remembered[T]) keep(id string, v T, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) > mostRemembered {
		r.known = map[string]dated[T]{}
	}
	r.known[id] = dated[T]{v, now}
}
