package web

import (
	"errors"
	"net/http"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// sureFor is how long a user counts as themselves after they gave their password or came by a one-time link: who finds a
// browser left open must not be able to change rights, to take contacts away or to erase (ASVS 3.7.1).
const sureFor = 15 * time.Minute

// errAskAgain has the password asked for before a route does its work.
var errAskAgain = errors.New("the password has to be given again")

// isSure reports whether the user showed a short while ago who they are. The demo's user has no password to give.
func (v *visit) isSure() bool {
	return v.s.Demo || v.s.Now().Sub(time.UnixMilli(v.s.sessions.GetInt64(v.ctx(), sessionSure))) < sureFor
}

// beSure notes that the user has just shown who they are.
func (v *visit) beSure() { v.s.sessions.Put(v.ctx(), sessionSure, v.s.Now().UnixMilli()) }

// againPage asks for the password and carries what was asked for through it.
type againPage struct {
	Page
	Kept *keptForm // a form; nil where an address was asked for
	Next string
}

// askAgain shows the page that asks for the password.
func (v *visit) askAgain() error {
	p := &againPage{Page: v.page("Is it you?", ""), Next: v.Request.URL.RequestURI()}
	if v.Request.Method == http.MethodPost {
		p.Kept = v.keep(v.user.ID, v.Request.PostForm, nil)
	}
	return v.showAs(http.StatusUnauthorized, "again", p)
}

// refuseAgain shows the page again where the password was wrong.
func (v *visit) refuseAgain(err error, k *keptForm) error {
	p := &againPage{Page: v.page("Is it you?", ""), Kept: k}
	var many *request.TooMany
	if errors.As(err, &many) {
		p.Problem = many.Message
		return v.showAs(http.StatusTooManyRequests, "again", p)
	}
	return v.refused(err, "again", p)
}

// giveAgain takes the password for an address that was asked for.
func (s *accountPages) giveAgain(v *visit) error {
	form := signInForm{Next: v.Request.PostForm.Get("next")}
	if err := v.takePassword(v.Request.PostForm.Get(sureField)); err != nil {
		p := &againPage{Page: v.page("Is it you?", ""), Next: form.next()}
		return v.refused(err, "again", p)
	}
	return v.seeOther(form.next())
}

// takePassword checks the user's password.
func (v *visit) takePassword(password string) error {
	if err := v.checkPassword(sureField, password); err != nil {
		return err
	}
	v.beSure()
	return nil
}

// checkPassword compares what was typed into a field with the user's password. Only who has their session can use up its tries.
func (v *visit) checkPassword(field, password string) error {
	if !v.s.throttle.Allow("password "+v.user.ID, triesPerAddress, waitPerAddress) {
		return &request.TooMany{Message: "There were too many attempts. Wait a minute and try again."}
	}
	ok, err := v.s.passwords.Matches(v.ctx(), v.user.Password, password)
	if err != nil {
		return err
	}
	if !ok {
		if err := v.noteKeptOut(v.user, "wrong present password"); err != nil {
			return err
		}
		return campaign.FieldError(field, "this is not your present password")
	}
	v.s.throttle.Forgive("password " + v.user.ID)
	return nil
}
