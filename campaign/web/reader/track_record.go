package reader

import (
	"context"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// recorder stores the events of all requests by group commit: events that arrive during a write wait, and the first of their
// requests to go on writes them all. Each request waits until its own are stored, so an open or click that was answered is
// stored. It has no goroutine of its own: when the HTTP server has waited for its requests, nothing is left to write.
type recorder struct {
	record  func(context.Context, []*campaign.Event) error
	places  chan struct{} // requests that may wait at once; the others wait for a place
	writing chan struct{} // held by the request that writes
	mu      sync.Mutex
	next    *recording
}

// recording is the events of one write.
type recording struct {
	events []*campaign.Event
	done   chan struct{}
	err    error
}

const (
	recorderPlaces = 512
	recordTimeout  = 10 * time.Second
)

func newRecorder(record func(context.Context, []*campaign.Event) error) *recorder {
	return &recorder{record: record, places: make(chan struct{}, recorderPlaces), writing: make(chan struct{}, 1)}
}

// add returns when the events are stored, or with the error that prevented it. Once accepted they are written even when the
// reader has gone away.
func (r *recorder) add(ctx context.Context, es ...*campaign.Event) error {
	select {
	case r.places <- struct{}{}:
		defer func() { <-r.places }()
	case <-ctx.Done():
		return ctx.Err()
	}
	mine := r.join(es)
	select {
	case r.writing <- struct{}{}:
		r.write(ctx)
		<-r.writing
	case <-mine.done:
	}
	<-mine.done
	return mine.err
}

// join puts events into the next write.
func (r *recorder) join(es []*campaign.Event) *recording {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.next == nil {
		r.next = &recording{done: make(chan struct{})}
	}
	r.next.events = append(r.next.events, es...)
	return r.next
}

// write stores the events that wait; there are none when the write before took them along.
func (r *recorder) write(ctx context.Context) {
	r.mu.Lock()
	batch := r.next
	r.next = nil
	r.mu.Unlock()
	if batch == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	batch.err = r.record(ctx, batch.events)
	close(batch.done)
}
