package web

import (
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

type accountForm struct {
	Name string `form:"name"`
	Zone string `form:"zone"`
}

type accountPage struct {
	Page
	Form accountForm
}

func (s *Server) account(v *visit) error {
	p := accountPage{Page: v.page("Your account", "account"), Form: accountForm{v.user.Name, v.user.Zone}}
	return v.show("account", &p)
}

func (s *Server) updateAccount(v *visit) error {
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

func (s *Server) passwordPage(v *visit) error {
	return v.show("password", s.newPasswordPage(v))
}

// newPasswordPage asks for the old password unless there is none, or its owner came by a one-time link a short while ago.
func (s *Server) newPasswordPage(v *visit) *passwordPage {
	return &passwordPage{
		Page:     v.page("Password", "account"),
		NeedsOld: v.user.Password != "" && s.Now().Sub(time.UnixMilli(s.sessions.GetInt64(v.ctx(), sessionByLink))) >= byLinkFor,
	}
}

func (s *Server) setPassword(v *visit) error {
	p := s.newPasswordPage(v)
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

func (s *Server) signOutEverywhere(v *visit) error {
	if err := s.restartSessions(v, ""); err != nil {
		return err
	}
	return v.done("/account", "Every other browser is signed out.")
}

// restartSessions ends all sessions of the user but this one, and sets a new password unless it is "".
func (s *Server) restartSessions(v *visit, hash string) error {
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
