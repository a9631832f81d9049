package scheduler

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// brokenQueue is a store that fails after some reads of the queue went well.
type brokenQueue struct {
	queueStore
	reads int
}

var errBroken = errors.New("connection reset")

func (b *brokenQueue) next() ([]campaign.Delivery, error) {
	if b.reads--; b.reads < 0 {
		return nil, errBroken
	}
	return nil, nil
}

func (b *brokenQueue) PullForward(context.Context, string, int64, time.Time) error { return nil }

func (b *brokenQueue) FindQueued(context.Context, string, int64, string, int, ...string) ([]campaign.Delivery, error) {
	return b.next()
}

func (b *brokenQueue) FindQueuedTo(context.Context, string, int64, []string, string, int) ([]campaign.Delivery, error) {
	return b.next()
}

func (b *brokenQueue) FindDeferred(context.Context, string, int64, time.Time, int, ...string) ([]campaign.Delivery, error) {
	return b.next()
}

func (b *brokenQueue) FindDeferredTo(context.Context, string, int64, []string, time.Time, int) ([]campaign.Delivery, error) {
	return b.next()
}

// Once a read has failed, what is settled is no longer remembered for its sake.
func TestFailedReadEnds(t *testing.T) {
	t.Parallel()
	ls := &lanes{}
	ls.set([]campaign.ProviderLimit{{Provider: "gmail.com", PerSecond: 1}}, nil, nil, time.Time{})
	for name, read := range map[string]func(*queueReader) error{
		"queue": func(q *queueReader) error { _, err := q.feed(t.Context(), 0); return err },
		"lanes": func(q *queueReader) error { _, err := q.feedLanes(t.Context()); return err },
		"probe": func(q *queueReader) error { return q.feedProbe(t.Context(), nil) },
	} {
		for reads := range 2 {
			l := &lease{}
			l.extend(time.Now(), time.Hour)
			q := &queueReader{
				store: &brokenQueue{reads: reads}, run: "run", now: time.Now, shards: &shards{byShard: []*lease{l}}, pending: newPending("run", 1),
				lanes: ls, complete: func() bool { return false }, readings: make([]reading, 1),
			}
			if err := read(q); !errors.Is(err, errBroken) {
				t.Errorf("%s, after %d reads: %v", name, reads, err)
			}
			q.pending.release("run.00.a", true)
			if q.pending.meanwhile != nil {
				t.Errorf("%s, after %d reads: what is settled is remembered as if it were being read", name, reads)
			}
		}
	}
}
