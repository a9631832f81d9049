package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

const htmlType = "text/html; charset=utf-8"

// visit is one request on its way through a handler.
type visit struct {
	*gin.Context
	panel    *panel
	user     *campaign.User    // nil when nobody is signed in
	zone     *time.Location    // times are shown and read in it
	language campaign.Language // of the panel
	set      campaign.Settings

	body     body
	formRead bool

	act     act // what the audit log says of this request
	detail  any // a name or more words
	changed []campaign.Text
	noted   bool

	merged bool // the form was brought together with what somebody else saved meanwhile
}

// ctx is the request's context for the store, which logs changes under the visitor's name.
func (v *visit) ctx() context.Context {
	by := campaign.Actor{Name: campaign.ByPerson}
	if v.user != nil {
		by = campaign.Actor{User: v.user.ID, Name: v.user.Name}
	}
	return store.As(v.Request.Context(), by)
}

// now is the present moment in the user's zone.
func (v *visit) now() time.Time { return v.panel.Now().In(v.zone) }

// show sends a page.
func (v *visit) show(name string, page shown) error { return v.showAs(http.StatusOK, name, page) }

// showAs sends a page with a status. It is rendered whole before the first byte leaves.
func (v *visit) showAs(status int, name string, page shown) error {
	v.complete(status, page.base())
	body, err := v.panel.pages.Render(v.language, name, page)
	if err == nil && status < http.StatusBadRequest {
		err = v.noteShown()
	}
	if err != nil {
		return err
	}
	if v.user != nil {
		body = v.panel.sessions.Mark(body, v.user.ID)
	}
	v.Data(status, htmlType, body)
	return nil
}

// showPart sends a part of a page alone, to a page that asks for it again and again.
func (v *visit) showPart(page, part string, data any) error {
	body, err := v.panel.pages.RenderPart(v.language, page, part, data)
	if err != nil {
		return err
	}
	v.Data(http.StatusOK, htmlType, body)
	return nil
}

// refusable is a page with a form that can be shown again.
type refusable interface {
	shown
	refuse(err error) bool
	locate(body string)
}

// refused shows a form again, with what was typed and every problem, when err is a mistake the user can mend; any other error is
// passed on. The page is rendered twice: once to find the faulty fields on it.
func (v *visit) refused(err error, name string, page refusable) error {
	if !page.refuse(err) {
		return err
	}
	body, err := v.panel.pages.Render(v.language, name, page)
	if err != nil {
		return err
	}
	page.locate(string(body))
	return v.showAs(http.StatusUnprocessableEntity, name, page)
}

// done ends a change: it leads to the next page, which shows the notice, a text of the catalogues.
func (v *visit) done(path, notice string, args ...any) error {
	v.panel.sessions.Tell(v.ctx(), v.say(notice, args...))
	return v.seeOther(path)
}

// once is the id of the record a form makes, given when its page was made, so that a form sent twice makes one; "" for none.
func (v *visit) once() string {
	if id := v.Request.PostForm.Get("once"); v.formRead && !campaign.TimeOfID(id).IsZero() {
		return id
	}
	return ""
}

// madeBefore reports whether a record could not be made because the same form made it a moment ago.
func (v *visit) madeBefore(err error, id string, find func(context.Context, string) error) bool {
	return campaign.CodeOf(err) == campaign.Conflict && v.once() == id && id != "" && find(v.ctx(), id) == nil
}

// seeOther leads to another page with GET. That page tells the browser which form was taken, so that it forgets what it kept of it.
func (v *visit) seeOther(path string) error {
	if id, _ := v.panel.sessions.User(v.ctx()); id != "" && v.user != nil && v.Request.Method == http.MethodPost {
		v.panel.sessions.Take(v.ctx(), v.Request.URL.RequestURI())
	}
	v.Redirect(http.StatusSeeOther, path)
	return nil
}

// seeOtherNow leads there in place of what was asked for.
func (v *visit) seeOtherNow(path string) error {
	err := v.seeOther(path)
	v.Writer.WriteHeaderNow()
	return err
}

// say puts a text of the catalogues into the user's language.
func (v *visit) say(format string, args ...any) string {
	return templates.Say(v.language, campaign.Textf(format, args...))
}

// sentence puts words of the domain into the user's language, as a sentence.
func (v *visit) sentence(words campaign.Text) string { return templates.Sentence(v.language, words) }

// isSure reports whether the user showed a short while ago who they are. The demo's user has no password to give.
func (v *visit) isSure() bool { return v.panel.Demo || v.panel.sessions.Sure(v.ctx()) }

// tablePage reads which page of a table is asked for: ?sort=, ?desc=1, ?after=.
func (v *visit) tablePage() store.Page {
	return store.Page{After: v.Query("after"), Sort: v.Query("sort"), Desc: v.Query("desc") == "1"}
}

// inFrame lets our own pages show this answer in a frame, and runs nothing in it: for previews of messages, which have inline
// styles.
func (v *visit) inFrame() {
	v.Header("Content-Security-Policy", "sandbox; default-src 'none'; img-src 'self' data: cid:; style-src 'unsafe-inline'; frame-ancestors 'self'")
	v.Header("X-Frame-Options", "SAMEORIGIN")
}
