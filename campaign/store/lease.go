package store

import (
	"context"
	"time"
)

// Lease says who plans or sends something, until when. Its epoch grows with every change of owner, so that what a former
// owner writes late can be told and refused.
type Lease struct {
	ID        string    `json:"id" bson:"_id"`
	Owner     string    `json:"owner"`
	Epoch     int64     `json:"epoch"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Salt is the secret of one day under which readers are told apart in aggregate mode; it is deleted when the day is over.
type Salt struct {
	ID    string `json:"id" bson:"_id"` // YYYY-MM-DD, UTC
	Value []byte `json:"value"`
}

// AcquireLease takes a lease that is free, over, or the owner's own; ok is false while somebody else holds it. Every
// taking raises the epoch.
func (s *Store) AcquireLease(ctx context.Context, id, owner string, ttl time.Duration) (l Lease, ok bool, err error) {
	now := s.now()
	l = Lease{ID: id, Owner: owner, Epoch: 1, ExpiresAt: now.Add(ttl)}
	n, err := s.engine.InsertNew(ctx, leases, &l)
	if err != nil || n == 1 {
		return l, err == nil, err
	}
	n, err = s.engine.Update(ctx, leases,
		All{ByID(id), Any{Where{"expires_at", Lte, now}, Equal("owner", owner), Equal("owner", "")}},
		Change{Set: map[string]any{"owner": owner, "expires_at": now.Add(ttl)}, Add: map[string]int64{"epoch": 1}})
	if err != nil || n == 0 {
		return l, false, err
	}
	l, err = get[Lease](ctx, s.engine, leases, id)
	return l, err == nil && l.Owner == owner, err
}

// RenewLease makes a lease last longer and reports whether it is still the owner's.
func (s *Store) RenewLease(ctx context.Context, l *Lease, ttl time.Duration) (bool, error) {
	until := s.now().Add(ttl)
	n, err := s.engine.Update(ctx, leases, All{ByID(l.ID), Equal("owner", l.Owner), Equal("epoch", l.Epoch)},
		Change{Set: map[string]any{"expires_at": until}})
	if err != nil || n == 0 {
		return false, err
	}
	l.ExpiresAt = until
	return true, nil
}

// ReleaseLease gives a lease up, so that the next one need not wait for it to run out.
func (s *Store) ReleaseLease(ctx context.Context, l Lease) error {
	_, err := s.engine.Update(ctx, leases, All{ByID(l.ID), Equal("owner", l.Owner), Equal("epoch", l.Epoch)},
		Change{Set: map[string]any{"owner": "", "expires_at": time.Time{}}})
	return err
}
