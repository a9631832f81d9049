package store

import (
	"context"
	"errors"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Changes of who may do what go one after another, so that each can see that an admin remains. One record, the turn, says
// whose rights are being changed. A process that takes the turn has looked at all users since the change before, and writes the user
// as they were read before the turn was taken: at that version, or not at all. A turn that stays too long is ended by the next who
// waits for it, after writing that user once more, so that a late write of the one who had it finds another version.

// rightsTurn is the id of the record; its owner is the id of the user whose rights are being changed, "" for nobody.
const rightsTurn = "rights of users"

const (
	turnPause = 20 * time.Millisecond // between two looks at a turn that somebody has
	turnLooks = 50                    // after which it is ended
	turnTries = 200
)

var errRights = errors.New("the change is one of rights")

// changesRights reports whether a change of a user is one of what they may do.
func changesRights(before, after *campaign.User) bool {
	return before.Role != after.Role || before.Disabled != after.Disabled || before.Exports != after.Exports || before.Approves != after.Approves || before.Protected != after.Protected
}

// changeRights lets fn change what a user may do, in turn with others.
func (s *Users) changeRights(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error) {
	if _, err := s.engine.InsertNew(ctx, leases, &Lease{ID: rightsTurn}); err != nil {
		return campaign.User{}, err
	}
	for range turnTries {
		u, done, err := s.tryRights(ctx, id, fn)
		if done || err != nil {
			return u, err
		}
	}
	return campaign.User{}, campaign.Errorf(campaign.Conflict, "somebody else is changing the rights of users: try again")
}

// tryRights makes the change once; done is false when somebody else came between.
func (s *Users) tryRights(ctx context.Context, id string, fn func(*campaign.User) error) (u campaign.User, done bool, err error) {
	turn, err := s.freeTurn(ctx)
	if err != nil {
		return u, false, err
	}
	if u, err = document.Get[campaign.User](ctx, s.engine, schema.Users, id); err != nil {
		return u, false, err
	}
	read, before := u.Version, u
	if err := s.changeUser(&u, fn); err != nil {
		return u, false, err
	}
	if err := s.mayChange(ctx, &before, &u); err != nil {
		return u, false, err
	}
	if ok, err := s.passTurn(ctx, turn, id); err != nil || !ok {
		return u, false, err
	}
	u.Version++
	err = s.engine.Replace(ctx, schema.Users, &u, read)
	ended := turn
	ended.Owner, ended.Epoch = id, turn.Epoch+1
	if _, endErr := s.passTurn(context.WithoutCancel(ctx), ended, ""); err == nil {
		err = endErr
	}
	if campaign.CodeOf(err) != campaign.Conflict {
		return u, err == nil, err
	}
	switch now, getErr := document.Get[campaign.User](ctx, s.engine, schema.Users, id); {
	case getErr != nil:
		return u, false, getErr
	case now.Version == read:
		return u, false, document.Taken{Err: err}
	}
	return u, false, nil
}

// mayChange refuses a change that takes the last admin who can sign in, and one by somebody who is no admin any more.
func (s *Users) mayChange(ctx context.Context, before, after *campaign.User) error {
	all, err := s.FindUsers(ctx)
	if err != nil {
		return err
	}
	by, remains := actorOf(ctx), !before.May(campaign.Admin) || after.May(campaign.Admin)
	for i := range all {
		u := &all[i]
		if u.ID == by.User && !u.May(campaign.Admin) {
			return campaign.Errorf(campaign.Forbidden, "you are no admin any more, so nothing was changed")
		}
		remains = remains || u.ID != after.ID && u.May(campaign.Admin)
	}
	if !remains {
		return campaign.FieldError("role", "this is the last admin who can sign in: make somebody else an admin first")
	}
	return nil
}

// freeTurn waits until nobody has the turn, and ends one that stays.
func (s *Users) freeTurn(ctx context.Context) (Lease, error) {
	var seen Lease
	for looks := 0; ; looks++ {
		turn, err := document.Get[Lease](ctx, s.engine, leases, rightsTurn)
		if err != nil || turn.Owner == "" {
			return turn, err
		}
		if turn != seen {
			seen, looks = turn, 0
		}
		if looks < turnLooks {
			select {
			case <-ctx.Done():
				return turn, ctx.Err()
			case <-time.After(turnPause):
			}
			continue
		}
		_, err = document.Modify(ctx, s.engine, schema.Users, turn.Owner, func(u *campaign.User) *int64 { return &u.Version }, func(*campaign.User) error { return nil })
		if err != nil && campaign.CodeOf(err) != campaign.NotFound {
			return turn, err
		}
		if _, err := s.passTurn(ctx, turn, ""); err != nil {
			return turn, err
		}
	}
}

// passTurn passes the turn on as it was seen; false when it was passed on before.
func (s *Users) passTurn(ctx context.Context, seen Lease, to string) (bool, error) {
	n, err := s.engine.Update(ctx, leases, document.All{document.ByID(rightsTurn), document.Equal("owner", seen.Owner), document.Equal("epoch", seen.Epoch)},
		document.Change{Set: map[string]any{"owner": to}, Add: map[string]int64{"epoch": 1}})
	return n > 0, err
}
