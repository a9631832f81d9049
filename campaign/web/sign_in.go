package web

import (
	"context"
	"net/http"
	"strings"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/password"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
)

// signInPages are the pages where somebody signs in.
type signInPages struct {
	*gate
	store signInStore
}

type signInStore interface {
	CountUsers(ctx context.Context) (int64, error)
	CreateUser(ctx context.Context, u *campaign.User) error
	GetUser(ctx context.Context, id string) (campaign.User, error)
	GetUserByAddress(ctx context.Context, address string) (campaign.User, error)
	PeekSignInLink(ctx context.Context, secret string) (campaign.SignInLink, error)
	UseSignInLink(ctx context.Context, secret string) (campaign.SignInLink, error)
}

type signInForm struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Next     string `form:"next"` // where the visitor wanted to go
	Waiting  string `form:"kept"` // the form they had written
}

// next returns the path to go to after signing in: one of ours, never another site's. Browsers drop tabs and line ends from an
// address, so "/<tab>/example.org" would be another site's.
func (f *signInForm) next() string {
	if !strings.HasPrefix(f.Next, "/") || strings.HasPrefix(f.Next, "//") || strings.Contains(f.Next, "\\") || strings.ContainsFunc(f.Next, unicode.IsControl) {
		return "/"
	}
	return f.Next
}

type signInPage struct {
	Page
	Form    signInForm
	Waiting *session.Form // what was written when the session was over; nil for nothing
	First   bool          // there is no user yet
}

func (s *signInPages) show(v *visit) error {
	if v.user != nil {
		return v.seeOther((&signInForm{Next: v.Query("next")}).next())
	}
	v.chooseLanguage()
	p := signInPage{Page: v.page("", "Sign in"), Form: signInForm{Next: v.Query("next")}}
	n, err := s.store.CountUsers(v.ctx())
	p.First = n == 0
	if err != nil {
		return err
	}
	p.Notice, _ = s.sessions.TakeNotice(v.ctx())
	return v.show("sign_in", &p)
}

var tooManySignIns = campaign.Textf("There were too many attempts to sign in. Wait a minute and try again, or ask an admin for a new sign-in link.")

// signIn takes an address and a password. Before anything is read, a try is taken from the browser, where somebody signed in
// before, or else from the place.
func (s *signInPages) signIn(v *visit) error {
	browser, known := s.sessions.Browser(v.Request)
	byBrowser := known && s.tries.allowBrowser(browser.ID)
	if !byBrowser && !s.tries.allowIP(v.ClientIP()) {
		if err := s.noteThrottled(v, &campaign.User{}); err != nil {
			return err
		}
		return &request.TooMany{Text: tooManySignIns}
	}
	p := signInPage{Page: v.page("", "Sign in")}
	if err := v.read(&p.Form); err != nil {
		return err
	}
	p.Waiting = s.sessions.Open(p.Form.Waiting)
	key := campaign.AddressKey(strings.TrimSpace(p.Form.Email))
	u, err := s.store.GetUserByAddress(v.ctx(), key)
	if err != nil && campaign.CodeOf(err) != campaign.NotFound {
		return err
	}
	if !s.maySignIn(v, key, byBrowser, err == nil && browser.User == u.ID) {
		if err := s.noteThrottled(v, &u); err != nil {
			return err
		}
		p.Problem = v.sentence(tooManySignIns)
		v.Header("Retry-After", "60")
		return v.showAs(http.StatusTooManyRequests, "sign_in", &p)
	}
	// The same work is done for an unknown address, so that the time taken does not reveal who is a user.
	ok, err := s.passwords.Matches(v.ctx(), u.Password, p.Form.Password)
	if err != nil {
		return err
	}
	if !ok || u.Disabled {
		if err := s.noteRefused(v, &u, campaign.Textf("Wrong password or address")); err != nil {
			return err
		}
		p.Form.Password = ""
		p.Problem = v.say("This address and password do not belong together. Check both, or ask an admin for a new sign-in link.")
		return v.showAs(http.StatusUnprocessableEntity, "sign_in", &p)
	}
	s.tries.forgive(key, v.ClientIP(), browser.ID)
	if err := s.admitUser(v, &u); err != nil {
		return err
	}
	s.sessions.BeSure(v.ctx())
	return s.goOn(v, &p.Form)
}

// maySignIn takes the rest of what a try costs, once its user is known: for a user in a browser of their own nothing that others
// could have used up.
func (s *signInPages) maySignIn(v *visit, key string, byBrowser, own bool) bool {
	if byBrowser && own {
		s.tries.Allow(fromPlace(key, v.ClientIP()), triesPerAddress, waitPerAddress)
		return true
	}
	if byBrowser && !s.tries.allowIP(v.ClientIP()) {
		return false
	}
	return s.tries.allowAddress(key, v.ClientIP())
}

func (s *signInPages) signOut(v *visit) error {
	if v.user != nil {
		if err := s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.SignedOutEntry, Audit: true, Detail: campaign.Textf("Signed out").Stored()}); err != nil {
			return err
		}
	}
	if err := s.sessions.End(v.ctx()); err != nil {
		return err
	}
	return v.seeOther("/sign-in")
}

type linkForm struct {
	Name     string `form:"name"`
	Email    string `form:"email"`
	Password string `form:"password"`
}

// linkPage is the page of a one-time link: a button, since scanners open links too. The first admin types name and address.
type linkPage struct {
	Page
	Form  linkForm
	First bool
	For   string // the address of the user it is for
}

var errLink = campaign.Errorf(campaign.NotFound, "This sign-in link is not valid: it was used already, is too old, or was not copied whole. Ask an admin for a new one, or run “glasnik users reset”.")

func (s *signInPages) showLink(v *visit) error {
	p, _, err := s.openLink(v)
	if err != nil {
		return err
	}
	return v.show("link", p)
}

// openLink reads the link of the address without using it up.
func (s *signInPages) openLink(v *visit) (*linkPage, *campaign.User, error) {
	v.chooseLanguage()
	l, err := s.store.PeekSignInLink(v.ctx(), v.Param("secret"))
	if campaign.CodeOf(err) == campaign.NotFound {
		if !s.tries.allowIP(v.ClientIP()) { // only guesses are counted: a person with a link is let in from wherever others guess
			return nil, nil, &request.TooMany{Text: campaign.Textf("There were too many attempts to sign in. Wait a minute and try again.")}
		}
		return nil, nil, errLink
	}
	if err != nil {
		return nil, nil, err
	}
	p := &linkPage{Page: v.page("", "Sign in"), First: l.User == ""}
	if p.First {
		n, err := s.store.CountUsers(v.ctx())
		if err == nil && n > 0 {
			err = errLink
		}
		return p, nil, err
	}
	u, err := s.store.GetUser(v.ctx(), l.User)
	if err != nil || u.Disabled {
		return nil, nil, errLink
	}
	if u.Language != "" && v.Query("lang") == "" { // their own, before the browser's
		v.language = u.Language
	}
	return &linkPage{Page: v.page("", "Sign in"), For: u.Email}, &u, nil
}

func (s *signInPages) useLink(v *visit) error {
	p, u, err := s.openLink(v)
	if err != nil {
		return err
	}
	if p.First {
		return s.createFirstAdmin(v, p)
	}
	if _, err := s.store.UseSignInLink(v.ctx(), v.Param("secret")); err != nil {
		return errLink
	}
	if err := s.admitUser(v, u); err != nil {
		return err
	}
	s.sessions.CameByLink(v.ctx())
	s.sessions.BeSure(v.ctx())
	if u.Password == "" {
		return v.done("/account/password", "Welcome, %s. Choose a password, so that you can come back.", u.Name)
	}
	return v.seeOther("/")
}

// createFirstAdmin makes the user who makes all others. What is typed is checked before the link is used up.
func (s *signInPages) createFirstAdmin(v *visit, p *linkPage) error {
	if err := v.read(&p.Form); err != nil {
		return err
	}
	u := campaign.User{Email: p.Form.Email, Name: p.Form.Name, Role: campaign.Admin}
	if err := campaign.Together(u.Normalize(), password.Check(p.Form.Password, u.Email, u.Name)); err != nil {
		return v.refused(err, "link", p)
	}
	var err error
	if u.Password, err = s.passwords.Hash(v.ctx(), p.Form.Password, u.Email, u.Name); err != nil {
		return v.refused(err, "link", p)
	}
	if _, err := s.store.UseSignInLink(v.ctx(), v.Param("secret")); err != nil {
		return errLink
	}
	if err := s.store.CreateUser(v.ctx(), &u); err != nil {
		return err
	}
	if err := s.admitUser(v, &u); err != nil {
		return err
	}
	s.sessions.BeSure(v.ctx())
	return v.done("/settings", "Welcome, %s. Say who you are first: it stands in every message.", u.Name)
}
