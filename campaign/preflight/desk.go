package preflight

import (
	"context"
	"sync"
	"time"
)

// Desk looks things up in the background and remembers what it found. Whoever makes one closes it.
type Desk struct {
	Links  func(ctx context.Context, targets []string) []Link               // looks links up; nil looks up none
	Sender func(ctx context.Context, address string) ([]SenderFault, error) // asks the DNS about a sender; nil asks nothing

	now        func() time.Time
	background func(work func(context.Context)) // begins work that ends with the desk, not with the request that asked for it
	close      func()

	mu    sync.Mutex
	known map[string]*answer
}

// answer is what is known about one question.
type answer struct {
	at    time.Time     // when it was found; zero while it is looked up
	done  chan struct{} // closed then
	asked time.Time
	found any
}

// What a desk spends at most.
const (
	mostKnown = 300             // answers
	longest   = 2 * time.Minute // for one question
)

// NewDesk returns a desk that looks nothing up by itself.
func NewDesk(now func() time.Time) *Desk {
	base, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	return &Desk{
		now: now, known: map[string]*answer{},
		background: func(do func(context.Context)) {
			work.Go(func() {
				ctx, cancel := context.WithTimeout(base, longest)
				defer cancel()
				do(ctx)
			})
		},
		close: func() { stop(); work.Wait() },
	}
}

// Close stops what is being looked up and waits for it.
func (d *Desk) Close() { d.close() }

// Found is an answer: its time is zero while it is being looked up.
type Found[T any] struct {
	Value T
	At    time.Time
}

// Done reports whether the answer is there.
func (f Found[T]) Done() bool { return !f.At.IsZero() }

// Ask returns what is known about a question. What is not known, or was found longer than keep ago, is looked up in the background
// meanwhile. The key must hold all that the answer depends on.
func Ask[T any](d *Desk, key string, keep time.Duration, look func(context.Context) T) Found[T] {
	return foundIn[T](d, d.ask(key, keep, func(ctx context.Context) any { return look(ctx) }))
}

// Wait is Ask for who waits for the answer until a context ends.
func Wait[T any](ctx context.Context, d *Desk, key string, keep time.Duration, look func(context.Context) T) Found[T] {
	a := d.ask(key, keep, func(ctx context.Context) any { return look(ctx) })
	select {
	case <-a.done:
	case <-ctx.Done():
	}
	return foundIn[T](d, a)
}

func foundIn[T any](d *Desk, a *answer) Found[T] {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.at.IsZero() {
		return Found[T]{}
	}
	return Found[T]{Value: a.found.(T), At: a.at}
}

func (d *Desk) ask(key string, keep time.Duration, look func(context.Context) any) *answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	a := d.known[key]
	if a == nil || !a.at.IsZero() && d.now().Sub(a.at) >= keep {
		a = d.begin(key, look)
	}
	return a
}

// Forget drops answers, so that they are looked up again when somebody asks; what is just being looked up goes on.
func (d *Desk) Forget(keys ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, key := range keys {
		if a := d.known[key]; a != nil && !a.at.IsZero() {
			delete(d.known, key)
		}
	}
}

// begin looks something up. The mutex is held.
func (d *Desk) begin(key string, look func(context.Context) any) *answer {
	d.makeRoom()
	a := &answer{asked: d.now(), done: make(chan struct{})}
	d.known[key] = a
	d.background(func(ctx context.Context) {
		found := look(ctx)
		d.mu.Lock()
		defer d.mu.Unlock()
		a.found, a.at = found, d.now()
		close(a.done)
	})
	return a
}

// makeRoom forgets the answer that was asked for first, when there are many. The mutex is held.
func (d *Desk) makeRoom() {
	if len(d.known) < mostKnown {
		return
	}
	oldest := ""
	for key, a := range d.known {
		if !a.at.IsZero() && (oldest == "" || a.asked.Before(d.known[oldest].asked)) {
			oldest = key
		}
	}
	delete(d.known, oldest)
}
