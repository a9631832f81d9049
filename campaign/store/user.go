package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"

	"github.com/glasnik/glasnik/campaign"
)

// Users are the people who use the panel.
type Users struct {
	engine document.Engine
	now    func() time.Time

	journal *Journal
}

// FindUsers returns all users by name.
func (s *Users) FindUsers(ctx context.Context) ([]campaign.User, error) {
	var docs []campaign.User
	err := s.engine.Find(ctx, schema.Users, document.Query{Order: []document.Order{{Field: "address"}}}, &docs)
	slices.SortStableFunc(docs, func(a, b campaign.User) int { return campaign.CompareNames(a.Name, b.Name) })
	return docs, err
}

// CountUsers says how many users there are; with none, the first admin is still to be made.
func (s *Users) CountUsers(ctx context.Context) (int64, error) {
	return s.engine.Count(ctx, schema.Users, nil)
}

// GetUser reads one user.
func (s *Users) GetUser(ctx context.Context, id string) (campaign.User, error) {
	return document.Get[campaign.User](ctx, s.engine, schema.Users, id)
}

// GetUserByAddress reads the user with an address.
func (s *Users) GetUserByAddress(ctx context.Context, address string) (campaign.User, error) {
	return document.First[campaign.User](ctx, s.engine, schema.Users, document.Equal("address", campaign.AddressKey(address)))
}

// CreateUser checks and adds a user; the address must be new.
func (s *Users) CreateUser(ctx context.Context, u *campaign.User) error {
	if err := u.Normalize(); err != nil {
		return err
	}
	u.ID, u.Version, u.CreatedAt, u.UpdatedAt = campaign.NewID(s.now()), 1, s.now(), s.now()
	if err := document.Insert(ctx, s.engine, schema.Users, u); err != nil {
		return document.SayTaken(err, "email", "%s is a user already", u.Email)
	}
	return s.logAccount(ctx, u.ID, campaign.Textf("Made an account for %s", u.Name), accounts.Changes(campaign.User{}, u)...)
}

// accounts are compared without what nobody has to answer for, and without passwords.
var accounts = campaign.Comparison{Unsaid: []string{
	"id", "version", "address", "password", "columns", "skipped", "calendar", "reports", "zone", "language", "sessions_since", "last_seen_at", "created_at", "updated_at",
}}

// logAccount notes in the audit log what was done about an account.
func (s *Users) logAccount(ctx context.Context, user string, words campaign.Text, changed ...campaign.Text) error {
	return s.journal.Log(ctx, campaign.Entry{Kind: campaign.AccountEntry, Audit: true, Object: "/users/" + user, Detail: words.Stored(), Changed: campaign.StoredTexts(changed)})
}

// accountChanges says what a change did to an account, for the audit log.
func accountChanges(before, after *campaign.User) []campaign.Text {
	done := accounts.Changes(before, after)
	switch {
	case before.Password == after.Password:
	case after.Password == "":
		done = append(done, campaign.Textf("the password was removed"))
	default:
		done = append(done, campaign.Textf("a new password was set"))
	}
	if before.Calendar != after.Calendar {
		if after.Calendar == "" {
			done = append(done, campaign.Textf("the address of their calendar ended"))
		} else {
			done = append(done, campaign.Textf("their calendar got an address for other programs"))
		}
	}
	if !before.SessionsSince.Equal(after.SessionsSince) {
		done = append(done, campaign.Textf("signed out in all browsers"))
	}
	return done
}

// UpdateUser lets fn change a user and writes it back checked. At least one admin always remains, even when several people change users at the same time.
func (s *Users) UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error) {
	var before campaign.User
	u, err := document.Modify(ctx, s.engine, schema.Users, id, func(u *campaign.User) *int64 { return &u.Version }, func(u *campaign.User) error {
		before = *u
		if err := s.changeUser(u, fn); err != nil {
			return err
		}
		if changesRights(&before, u) {
			return errRights
		}
		return nil
	})
	if errors.Is(err, errRights) {
		u, err = s.changeRights(ctx, id, fn)
	}
	if err != nil {
		return u, document.SayTaken(err, "email", "%s is a user already", u.Email)
	}
	if changed := accountChanges(&before, &u); len(changed) > 0 {
		err = s.logAccount(ctx, id, campaign.Textf("Changed the account of %s", before.Name), changed...)
	}
	return u, err
}

func (s *Users) changeUser(u *campaign.User, fn func(*campaign.User) error) error {
	if err := fn(u); err != nil {
		return err
	}
	u.UpdatedAt = s.now()
	return u.Normalize()
}
