package web

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/password"
	"github.com/glasnik/glasnik/campaign/web/session"
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
	edited
	Name     string `form:"name"`
	Language string `form:"language"`
	Zone     string `form:"zone"`
	Reports  bool   `form:"reports"`
	Alarms   bool   `form:"alarms"`
}

type accountPage struct {
	Page
	Form accountForm
}

func accountFormOf(u *campaign.User) accountForm {
	f := accountForm{Name: u.Name, Language: string(u.Language), Zone: u.Zone, Reports: u.Reports != "", Alarms: !u.NoAlarms}
	begin(&f, u.Version)
	return f
}

func (s *accountPages) show(v *visit) error {
	p := accountPage{Page: v.page("account", "Your account"), Form: accountFormOf(v.user)}
	return v.show("account", &p)
}

func (s *accountPages) update(v *visit) error {
	p := accountPage{Page: v.page("account", "Your account")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	p.Form.Zone = strings.TrimSpace(p.Form.Zone)
	theirs := accountFormOf(v.user)
	if asked, err := v.together("account", &p, &p.Form, &theirs); asked || err != nil {
		return err
	}
	if err := checkZone(p.Form.Zone); err != nil {
		return v.refused(err, "account", &p)
	}
	u, err := s.store.UpdateUser(v.ctx(), v.user.ID, func(u *campaign.User) error {
		if p.Form.Version != u.Version {
			return errChanged("user")
		}
		u.Name, u.Language, u.Zone = p.Form.Name, campaign.Language(p.Form.Language), p.Form.Zone
		u.NoAlarms = u.May(campaign.Admin) && !p.Form.Alarms
		u.AskReports(p.Form.Reports, v.now(), s.zone)
		return nil
	})
	if err != nil {
		return v.refused(err, "account", &p)
	}
	v.language = cmp.Or(u.Language, chosenLanguage(v.Request))
	return v.saved("/account")
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

// passwordPage asks for the old password unless there is none, or the user came by a one-time link a short while ago.
func (s *accountPages) passwordPage(v *visit) *passwordPage {
	return &passwordPage{
		Page:     v.page("account", "Password"),
		NeedsOld: v.user.Password != "" && !s.sessions.ByLink(v.ctx()),
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
		wrong = s.checkPassword(v, "old", form.Old)
	}
	if err := campaign.Together(wrong, password.Check(form.Password, v.user.Email, v.user.Name, v.set.Brand.Name)); err != nil {
		return v.refused(err, "password", p)
	}
	hash, err := s.passwords.Hash(v.ctx(), form.Password, v.user.Email, v.user.Name, v.set.Brand.Name)
	if err != nil {
		return v.refused(err, "password", p)
	}
	if err := s.restartSessions(v, hash); err != nil {
		return err
	}
	s.sessions.BeSure(v.ctx())
	return v.done("/account", "Your password is set. Other browsers you were signed in with have been signed out.")
}

// giveAgain checks the password, and leads to the address that was asked for.
func (s *accountPages) giveAgain(v *visit) error {
	form := signInForm{Next: v.Request.PostForm.Get("next")}
	if err := s.takePassword(v, v.Request.PostForm.Get(session.PasswordField)); err != nil {
		return v.refused(err, "again", &againPage{Page: v.page("", "Is it you?"), Next: form.next()})
	}
	return v.seeOther(form.next())
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
	s.sessions.ForgetLink(v.ctx())
	return s.startSession(v, &u)
}
