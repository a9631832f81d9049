package reader

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/glasnik/glasnik/campaign"
)

func TestRecorderAnswersAfterTheWrite(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	r := newRecorder(func(context.Context, []*campaign.Event) error {
		close(begun)
		<-finish
		return nil
	})
	var answered atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := r.add(t.Context(), &campaign.Event{ID: "a"}); err != nil {
			t.Error(err)
		}
		answered.Store(true)
	}()
	<-begun
	if answered.Load() {
		t.Error("answered before the write ended")
	}
	close(finish)
	<-done
}

func TestRecorderWritesTogether(t *testing.T) { synctest.Test(t, recordTogether) }

func recordTogether(t *testing.T) {
	const requests = 200
	var mu sync.Mutex
	stored, writes := map[string]int{}, 0
	first, release := make(chan struct{}), make(chan struct{})
	r := newRecorder(func(_ context.Context, es []*campaign.Event) error {
		mu.Lock()
		writes++
		n := writes
		for _, e := range es {
			stored[e.ID]++
		}
		mu.Unlock()
		if n == 1 {
			close(first)
			<-release
		}
		return nil
	})
	var group sync.WaitGroup
	add := func(id string) {
		group.Go(func() {
			if err := r.add(t.Context(), &campaign.Event{ID: id}); err != nil {
				t.Error(err)
			}
		})
	}
	add("first")
	<-first
	for i := range requests {
		add(strconv.Itoa(i))
	}
	synctest.Wait() // until all wait for the next write
	close(release)
	group.Wait()
	if writes != 2 || len(stored) != requests+1 {
		t.Errorf("%d writes stored %d events, want 2 and %d", writes, len(stored), requests+1)
	}
	for id, n := range stored {
		if n != 1 {
			t.Errorf("event %s was written %d times", id, n)
		}
	}
}

func TestRecorderTellsFailure(t *testing.T) {
	broken := errors.New("disk full")
	r := newRecorder(func(context.Context, []*campaign.Event) error { return broken })
	if err := r.add(t.Context(), &campaign.Event{}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range recorderPlaces {
		r.places <- struct{}{}
	}
	if err := r.add(gone, &campaign.Event{}); !errors.Is(err, context.Canceled) {
		t.Errorf("with no place left and the reader gone: %v", err)
	}
}

func TestRecorderWritesForReadersWhoLeft(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	var stored atomic.Int64
	r := newRecorder(func(ctx context.Context, es []*campaign.Event) error {
		cancel()
		stored.Add(int64(len(es)))
		return ctx.Err()
	})
	if err := r.add(gone, &campaign.Event{}); err != nil || stored.Load() != 1 {
		t.Errorf("stored %d, %v", stored.Load(), err)
	}
}
