package returns

import (
	"context"
	"io"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// BoxStore holds how far mailboxes were read, and who reads them.
type BoxStore interface {
	UpdateMailbox(ctx context.Context, name string, fn func(*campaign.Mailbox)) (campaign.Mailbox, error)
	AcquireLease(ctx context.Context, id, owner string, seen *store.Lease) (l store.Lease, ok bool, err error)
	RenewLeases(ctx context.Context, ls []store.Lease) (map[string]bool, error)
	ReleaseLeases(ctx context.Context, ls ...store.Lease) error
}

// Box is one mailbox: its messages go to the desk, and how far it was read to the store. It is used by one goroutine.
type Box struct {
	Desk  *Desk
	Store BoxStore
	Name  string // of the mailbox
	Owner string // this process

	counts map[string]int64 // since the last Keep
}

// Cursor returns how far the mailbox was read.
func (b *Box) Cursor(ctx context.Context) (validity, last uint32, err error) {
	b.counts = map[string]int64{}
	m, err := b.Store.UpdateMailbox(ctx, b.Name, func(m *campaign.Mailbox) { m.Fault, m.FaultedAt = "", time.Time{} })
	return uint32(m.Validity), uint32(m.Last), err
}

// Take takes one message.
func (b *Box) Take(ctx context.Context, message io.Reader) error {
	what, err := b.Desk.Take(ctx, message)
	if err == nil {
		for _, w := range what {
			b.counts[w]++
		}
	}
	return err
}

// Keep stores how far the mailbox was read, with what was in it: both in one write, so that each message is counted once.
func (b *Box) Keep(ctx context.Context, validity, last uint32) error {
	_, err := b.Store.UpdateMailbox(ctx, b.Name, func(m *campaign.Mailbox) {
		m.Validity, m.Last = int64(validity), int64(last)
		m.Count(b.counts, b.Desk.Now())
	})
	if err == nil {
		b.counts = map[string]int64{}
	}
	return err
}

// Failed notes that the mailbox cannot be read.
func (b *Box) Failed(ctx context.Context, why string) {
	b.Desk.Logger.Error("a mailbox cannot be read, it is tried again", "error", why)
	_, err := b.Store.UpdateMailbox(ctx, b.Name, func(m *campaign.Mailbox) {
		if m.Fault == "" {
			m.FaultedAt = b.Desk.Now().UTC()
		}
		m.Fault = why
	})
	if err != nil && ctx.Err() == nil {
		b.Desk.Logger.Error("cannot note that a mailbox cannot be read", "error", err)
	}
}

// Who reads a mailbox renews its lease this often; who waits takes it when it was not renewed for givenUp.
const (
	renewal = 5 * time.Second
	givenUp = 20 * time.Second
)

// Alone calls work while no other process reads the mailbox, and again when it returns until ctx ends or, with once, returns after
// the first time. The context of work ends when the lease is lost.
func (b *Box) Alone(ctx context.Context, once bool, work func(ctx context.Context) error) error {
	var seen store.Lease
	since := time.Now()
	for {
		var given *store.Lease
		if seen.ID != "" && time.Since(since) > givenUp {
			given = &seen
		}
		l, ok, err := b.Store.AcquireLease(ctx, campaign.MailboxID(b.Name), b.Owner, given)
		switch {
		case err != nil && once:
			return err
		case ok:
			if err := b.holding(ctx, l, work); once {
				return err
			}
			seen = store.Lease{}
		case err == nil && l != seen:
			seen, since = l, time.Now()
		}
		timer := time.NewTimer(renewal)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// holding works while the lease is renewed, and gives it up after.
func (b *Box) holding(ctx context.Context, l store.Lease, work func(ctx context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer cancel()
		tick := time.NewTicker(renewal)
		defer tick.Stop()
		renewed := time.Now()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			held, err := b.Store.RenewLeases(ctx, []store.Lease{l})
			if err == nil && !held[l.ID] || time.Since(renewed) > givenUp-renewal {
				return
			}
			if err == nil {
				renewed = time.Now()
			}
		}
	}()
	err := work(ctx)
	cancel()
	<-ended
	last, done := context.WithTimeout(context.WithoutCancel(ctx), renewal)
	defer done()
	if releaseErr := b.Store.ReleaseLeases(last, l); err == nil {
		err = releaseErr
	}
	return err
}
