package web

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// visit is one request on its way through a handler.
type visit struct {
	*gin.Context
	s    *Server
	user *campaign.User // nil when nobody is signed in
	zone *time.Location // times are shown and read in it
	set  campaign.Settings

	takes    takes
	formRead bool

	act   act // what the audit log says of this request
	told  string
	noted bool
}

// serve makes a gin handler of a route: it finds who is visiting, turns away who may not come, and shows what went wrong.
func (s *Server) serve(r route) gin.HandlerFunc {
	return func(c *gin.Context) {
		v := &visit{Context: c, s: s, zone: s.zone, takes: r.body, act: acts[r.method+" "+r.path]}
		bodies[r.body].Bound(c.Writer, c.Request)
		defer v.dropFiles()
		if err := v.answer(r); err != nil {
			v.fail(err)
		}
	}
}

// answer lets a route answer whoever may come, with what the route takes. Where only users may come the form is read before
// the route's own work; elsewhere a throttle comes first.
func (v *visit) answer(r route) error {
	if r.path != "" {
		if err := bodies[r.body].Check(v.Request); err != nil {
			return err
		}
	}
	if r.who != public && !v.s.isPublic(v.Request.URL.Path) {
		v.Header("Cache-Control", "no-store") // a page of the panel must not outlive the session in a cache
		if err := v.findUser(); err != nil {
			return err
		}
	}
	if err := v.admit(r); err != nil || v.Writer.Written() {
		return err
	}
	if r.who.role() != "" && v.Request.Method == http.MethodPost {
		if err := v.takeForm(); err != nil || v.Writer.Written() {
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
func (v *visit) admit(r route) error {
	role := r.who.role()
	if role == "" {
		return nil
	}
	if v.user == nil {
		return v.askSignIn()
	}
	if !v.user.May(role) {
		return campaign.Errorf(campaign.Forbidden, "This needs the role %q; yours is %q. An admin can change it on the Users page.", role, v.user.Role)
	}
	return nil
}

// ctx is the request's context, for the store, which puts down what is changed to who is visiting.
func (v *visit) ctx() context.Context {
	by := campaign.Actor{Name: campaign.ByPerson}
	if v.user != nil {
		by = campaign.Actor{User: v.user.ID, Name: v.user.Name}
	}
	return store.As(v.Request.Context(), by)
}

// now is the present moment in the user's zone.
func (v *visit) now() time.Time { return v.s.Now().In(v.zone) }

// show sends a page.
func (v *visit) show(name string, page any) error { return v.showAs(http.StatusOK, name, page) }

// showAs sends a page with a status. It is rendered whole before the first byte leaves.
func (v *visit) showAs(status int, name string, page any) error {
	body, err := v.s.pages.Render(name, page)
	if err == nil && status < http.StatusBadRequest {
		err = v.noteShown()
	}
	if err != nil {
		return err
	}
	if v.user != nil {
		body = v.markForms(body)
	}
	v.Data(status, "text/html; charset=utf-8", body)
	return nil
}

// refusable is a page with a form that can be shown again.
type refusable interface {
	refuse(err error) bool
	locate(body string)
}

// refused shows a form again, with what was typed and all that is wrong with it, when err is a mistake the user can mend;
// any other error is passed on. The page is rendered twice: once to see where on it the faulty fields stand.
func (v *visit) refused(err error, name string, page refusable) error {
	if !page.refuse(err) {
		return err
	}
	body, err := v.s.pages.Render(name, page)
	if err != nil {
		return err
	}
	page.locate(string(body))
	return v.showAs(http.StatusUnprocessableEntity, name, page)
}

// done ends a change: it leads to the next page, which shows the notice.
func (v *visit) done(path, notice string, args ...any) error {
	v.s.sessions.Put(v.ctx(), sessionNotice, fmt.Sprintf(notice, args...))
	return v.seeOther(path)
}

// seeOther leads to another page with GET.
func (v *visit) seeOther(path string) error {
	v.Redirect(http.StatusSeeOther, path)
	return nil
}

// tablePage reads which part of a table is asked for: ?sort=, ?desc=1, ?after=.
func (v *visit) tablePage() store.Page {
	return store.Page{After: v.Query("after"), Sort: v.Query("sort"), Desc: v.Query("desc") == "1"}
}

// inFrame lets our own pages show this answer in a frame, and nothing in it run: for previews of messages, which bring
// their own inline styles.
func (v *visit) inFrame() {
	v.Header("Content-Security-Policy", "sandbox; default-src 'none'; img-src 'self' data: cid:; style-src 'unsafe-inline'; frame-ancestors 'self'")
	v.Header("X-Frame-Options", "SAMEORIGIN")
}
