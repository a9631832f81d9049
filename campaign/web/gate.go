package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/password"
)

// gate is what a request passes before its handler: who is visiting, whether they may come, and the form they sent.
type gate struct {
	*panel
	users     gateStore
	passwords *password.Hasher
	tries     *tries
	throttled minutely // places whose tries to sign in were too many
}

type gateStore interface {
	GetSettings(ctx context.Context) (campaign.Settings, error)
	GetUser(ctx context.Context, id string) (campaign.User, error)
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

// serve makes a gin handler of a route: it finds who is visiting, turns away who may not come, and shows what went wrong.
func (g *gate) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		v := &visit{Context: c, panel: g.panel, zone: g.zone, language: chosenLanguage(c.Request), body: r.body, act: acts[r.method+" "+r.path]}
		r.body.Bound(c.Writer, c.Request)
		defer v.dropFiles()
		err := g.answer(v, r)
		if errors.Is(err, errAskAgain) {
			err = g.askAgain(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// answer lets a route answer a visitor who may come, with a body the route accepts. Where only users may come the form is read
// before the route's own work; elsewhere a throttle comes first.
func (g *gate) answer(v *visit, r route) error {
	if r.path != "" {
		if err := r.body.Check(v.Request); err != nil {
			return err
		}
	}
	v.Header("Cache-Control", "no-store") // a page of the panel must not outlive the session in a cache
	if err := g.findUser(v); err != nil {
		return err
	}
	if err := g.admit(v, r); err != nil || v.Writer.Written() {
		return err
	}
	if r.who.role() != "" && v.Request.Method == http.MethodPost {
		if err := g.takeForm(v); err != nil || v.Writer.Written() {
			return err
		}
	}
	if r.who.again() && !v.isSure() {
		return errAskAgain
	}
	if err := r.handle(v); err != nil {
		return err
	}
	return v.noteDone()
}

// admit turns away a visitor without the role a route asks for; somebody not signed in is led to the sign-in page and,
// after it, to where they wanted to go.
func (g *gate) admit(v *visit, r route) error {
	role := r.who.role()
	switch {
	case role == "":
		return nil
	case v.user == nil:
		return g.askSignIn(v)
	case !v.user.May(role):
		return campaign.Errorf(campaign.Forbidden, "This needs the role %q; yours is %q. An admin can change it on the Users page.", role, v.user.Role)
	}
	return nil
}

// seenEvery is how often a user's last visit is written down.
const seenEvery = 10 * time.Minute

// findUser finds who the session belongs to. A user who was disabled, deleted or signed out everywhere is nobody.
func (g *gate) findUser(v *visit) error {
	id, since := g.sessions.User(v.ctx())
	if id == "" {
		return nil
	}
	u, err := g.users.GetUser(v.ctx(), id)
	if campaign.UnlessMissing(err) != nil {
		return err
	}
	if err != nil || u.Disabled || since.Before(u.SessionsSince) {
		return g.sessions.End(v.ctx())
	}
	if g.Now().Sub(u.LastSeenAt) > seenEvery {
		u, err = g.users.UpdateUser(v.ctx(), id, func(u *campaign.User) error {
			u.LastSeenAt = g.Now().UTC()
			return nil
		})
		if err != nil {
			return err
		}
	}
	v.user = &u
	g.sessions.Remember(v.Writer, v.Request, u.ID)
	if v.set, err = g.users.GetSettings(v.ctx()); err != nil {
		return err
	}
	v.zone = firstZone(g.zone, u.Zone, v.set.Zone)
	v.language = cmp.Or(u.Language, v.language)
	return nil
}

// admitUser signs a user in.
func (g *gate) admitUser(v *visit, u *campaign.User) error {
	if err := g.startSession(v, u); err != nil {
		return err
	}
	return g.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.SignedInEntry, Audit: true, Detail: campaign.Textf("Signed in from place %s", g.place(v)).Stored()})
}

func (g *gate) startSession(v *visit, u *campaign.User) error {
	if err := g.sessions.Begin(v.ctx(), u.ID); err != nil {
		return err
	}
	v.user = u
	g.sessions.Remember(v.Writer, v.Request, u.ID)
	return nil
}
