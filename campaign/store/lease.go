package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// Lease says which process plans or sends something. Its holder renews it regularly; without renewal it is over. Clocks of
// processes are never compared: one that waits for a lease watches it on its own clock. The epoch grows with every
// acquisition, so that late writes of a former owner are refused.
type Lease struct {
	ID    string `json:"id"`
	Owner string `json:"owner"`
	Epoch int64  `json:"epoch"`
	Beat  int64  `json:"beat"` // grows with every renewal
}

// Salt is the secret of one day under which readers are told apart in aggregate mode; it is deleted when the day is over.
type Salt struct {
	ID    string `json:"id"` // YYYY-MM-DD, UTC
	Value []byte `json:"value"`
}

// Leases say which process does what.
type Leases struct {
	engine document.Engine
}

// AcquireLease takes a lease that is free, the owner's own, or still as seen: the state that the caller has watched unchanged for
// so long that its holder has given it up; nil for none. Every acquisition raises the epoch. When another process holds the
// lease, ok is false and l says which.
func (s *Leases) AcquireLease(ctx context.Context, id, owner string, seen *Lease) (l Lease, ok bool, err error) {
	l = Lease{ID: id, Owner: owner, Epoch: 1, Beat: 1}
	n, err := s.engine.InsertNew(ctx, leases, &l)
	if err != nil || n == 1 {
		return l, err == nil, err
	}
	free := document.Any{document.Equal("owner", owner), document.Equal("owner", "")}
	if seen != nil {
		free = append(free, document.All{document.Equal("owner", seen.Owner), document.Equal("epoch", seen.Epoch), document.Equal("beat", seen.Beat)})
	}
	n, err = s.engine.Update(ctx, leases, document.All{document.ByID(id), free},
		document.Change{Set: map[string]any{"owner": owner}, Add: map[string]int64{"epoch": 1, "beat": 1}})
	if err != nil {
		return l, false, err
	}
	l, err = document.Get[Lease](ctx, s.engine, leases, id)
	return l, err == nil && n > 0 && l.Owner == owner, err
}

// AddLeases takes, in one write, leases nobody ever had. When somebody else was faster with one of them it returns none, and
// those that are the owner's now can be acquired.
func (s *Leases) AddLeases(ctx context.Context, ids []string, owner string) ([]Lease, error) {
	ls := make([]Lease, len(ids))
	docs := make([]any, len(ids))
	for i, id := range ids {
		ls[i] = Lease{ID: id, Owner: owner, Epoch: 1, Beat: 1}
		docs[i] = &ls[i]
	}
	n, err := s.engine.InsertNew(ctx, leases, docs...)
	if err != nil || n < int64(len(ids)) {
		return nil, err
	}
	return ls, nil
}

// FindLeases returns the leases whose ids begin with prefix.
func (s *Leases) FindLeases(ctx context.Context, prefix string) ([]Lease, error) {
	var ls []Lease
	err := s.engine.Find(ctx, leases, document.Query{Filter: document.Where{Field: "id", Op: document.Prefix, Value: prefix}, Order: []document.Order{{Field: "id"}}}, &ls)
	return ls, err
}

// RenewLeases makes leases last longer, in one write, and returns the ids of those that are still their owners'.
func (s *Leases) RenewLeases(ctx context.Context, ls []Lease) (map[string]bool, error) {
	ops := make([]document.Op, len(ls))
	renewed := make(map[string]bool, len(ls))
	for i, l := range ls {
		ops[i] = document.Op{Where: stillOf(l), Change: document.Change{Add: map[string]int64{"beat": 1}}}
		renewed[l.ID] = true
	}
	n, err := s.engine.Bulk(ctx, leases, ops)
	if err != nil || n == int64(len(ls)) {
		return renewed, err
	}
	for _, l := range ls {
		now, err := document.Get[Lease](ctx, s.engine, leases, l.ID)
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return nil, err
		}
		renewed[l.ID] = err == nil && now.Owner == l.Owner && now.Epoch == l.Epoch
	}
	return renewed, nil
}

// ReleaseLeases gives leases up, so that the next one need not wait for them to run out.
func (s *Leases) ReleaseLeases(ctx context.Context, ls ...Lease) error {
	var errs []error
	for _, l := range ls {
		_, err := s.engine.Update(ctx, leases, stillOf(l), document.Change{Set: map[string]any{"owner": ""}})
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// DropLeases forgets leases whose epochs nothing was written under.
func (s *Leases) DropLeases(ctx context.Context, ids ...string) error {
	_, err := s.engine.Delete(ctx, leases, document.Where{Field: "id", Op: document.In, Value: ids})
	return err
}

func stillOf(l Lease) document.Filter {
	return document.All{document.ByID(l.ID), document.Equal("owner", l.Owner), document.Equal("epoch", l.Epoch)}
}

// InUse reports whether somebody renews leases, watching for so long.
func (s *Leases) InUse(ctx context.Context, watch time.Duration) (bool, error) {
	held := document.All{document.Where{Field: "owner", Op: document.Ne, Value: ""}, document.Where{Field: "id", Op: document.Ne, Value: SecretLease}}
	look := func() (ls []Lease, err error) {
		err = s.engine.Find(ctx, leases, document.Query{Filter: held, Order: []document.Order{{Field: "id"}}}, &ls)
		return ls, err
	}
	before, err := look()
	if err != nil || len(before) == 0 {
		return false, err
	}
	select {
	case <-ctx.Done():
		return false, ctx.Err()
	case <-time.After(watch):
	}
	now, err := look()
	return !slices.Equal(before, now), err
}

// SecretLease is held by nobody: its owner is the fingerprint of the installation's secret.
const SecretLease = "secret"
