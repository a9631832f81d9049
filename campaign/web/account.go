package web

import (
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// accountPages are the pages about one's own account.
type accountPages struct {
	*gate
	store accountStore
}

type accountStore interface {
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

type accountForm struct {
	Name string `form:"name"`
	Zone string `form:"zone"`
}

type accountPage struct {
	Page
	Form accountForm
}

func (s *accountPages) show(v *visit) error {
	p := accountPage{Page: v.page("Your account", "account"), Form: accountForm{v.user.Name, v.user.Zone}}
	return v.show("account", &p)
}

func (s *accountPages) update(v *visit) error {
	p := accountPage{Page: v.page("Your account", "account")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	p.Form.Zone = strings.TrimSpace(p.Form.Zone)
	if err := checkZone(p.Form.Zone); err != nil {
		return v.refused(err, "account", &p)
	}
	_, err := s.store.UpdateUser(v.ctx(), v.user.ID, func(u *campaign.User) error {
		u.Name, u.Zone = p.Form.Name, p.Form.Zone
		return nil
	})
	if err != nil {
		return v.refused(err, "account", &p)
	}
	return v.done("/account", "Saved.")
}

type passwordForm struct {
	Old      string `form:"old"`
	Password string `form:"password"`
}

type passwordPage struct {
	Page
	NeedsOld bool
}

func (s *accountPages) password(v *visit) error {
	return v.show("password", s.passwordPage(v))
}

// newPasswordPage asks for the old password unless there is none, or its owner came by a one-time link a short while ago.
func (s *accountPages) passwordPage(v *visit) *passwordPage {
	return &passwordPage{
		Page:     v.page("Password", "account"),
		NeedsOld: v.user.Password != "" && s.Now().Sub(time.UnixMilli(s.sessions.GetInt64(v.ctx(), sessionByLink))) >= byLinkFor,
	}
}

func (s *accountPages) setPassword(v *visit) error {
	p := s.passwordPage(v)
	var form passwordForm
	if err := v.read(&form); err != nil {
		return err
	}
	var wrong error
	if p.NeedsOld {
		wrong = v.checkPassword("old", form.Old)
	}
	if err := campaign.Together(wrong, checkPassword(form.Password, v.user.Email, v.user.Name, v.set.Brand.Name)); err != nil {
		return v.refused(err, "password", p)
	}
	hash, err := s.passwords.Hash(v.ctx(), form.Password, v.user.Email, v.user.Name, v.set.Brand.Name)
	if err != nil {
		return v.refused(err, "password", p)
	}
	if err := s.restartSessions(v, hash); err != nil {
		return err
	}
	v.beSure()
	return v.done("/account", "Your password is set. Other browsers you were signed in with have been signed out.")
}

func (s *accountPages) signOutEverywhere(v *visit) error {
	if err := s.restartSessions(v, ""); err != nil {
		return err
	}
	return v.done("/account", "Every other browser is signed out.")
}

// restartSessions ends all sessions of the user but this one, and sets a new password unless it is "".
func (s *accountPages) restartSessions(v *visit, hash string) error {
	u, err := s.store.UpdateUser(v.ctx(), v.user.ID, func(u *campaign.User) error {
		if hash != "" {
			u.Password = hash
		}
		u.SessionsSince = s.Now().UTC().Truncate(time.Millisecond)
		return nil
	})
	if err != nil {
		return err
	}
	s.sessions.Remove(v.ctx(), sessionByLink)
	return v.startSession(&u)
}
