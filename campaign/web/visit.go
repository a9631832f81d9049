package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
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

	merged bool // the form was brought together with what was saved meanwhile
}

// ctx is the request's context for the store, which logs changes under the visitor's name.
func (v *visit) ctx() context.Context {
	by := campaign.Actor{Name: campaign.ByPerson}
	if v.user != nil {
		by = campaign.Actor{User: v.user.ID, Name: v.user.Name}
	}
	return store.As(v.Request.Context(), by)
}

// homeZone is the zone of the installation, in which its days begin.
func homeZone(v *visit) *time.Location { return firstZone(v.panel.zone, v.set.Zone) }

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

// errorPage says what went wrong and what to do.
type errorPage struct {
	Page
	Status  int
	Message campaign.Text
	Arrived []string // texts of a form that was too long, the longest first
}

// fail answers a request that ended with an error. What cannot be done any more leads back to the page it belongs to, which says why.
func (v *visit) fail(err error) {
	if back := belongsToOf(v); back != "" && campaign.CodeOf(err) == campaign.Conflict && !errors.Is(err, errNotYours) && !v.Writer.Written() {
		v.panel.sessions.TellLate(v.ctx(), templates.SentenceOf(v.language, err))
		v.Abort()
		v.Redirect(http.StatusSeeOther, back)
		return
	}
	request.Failures{Logger: v.panel.Logger, Trouble: v.panel.Trouble}.Answer(v.Context, err, func(status int, words campaign.Text) {
		p := errorPage{Page: v.page("", "%s", errorTitle(status)), Status: status, Message: words}
		if v.user != nil && errors.Is(err, request.ErrTooLong) {
			p.Arrived = session.TextsOf(v.Request.PostForm)
		}
		if err := v.showAs(status, "error", &p); err != nil {
			v.panel.Logger.Error("error page failed", "error", err)
			v.String(status, "%s\n", v.sentence(words))
		}
	})
}

// belongsTo returns the page of the record that a button of a user acts on; "" where there is none.
func belongsToOf(v *visit) string {
	if v.user == nil || v.Request.Method != http.MethodPost {
		return ""
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(v.FullPath(), "/"), "/")
	switch {
	case first == "installation":
		return "/"
	case v.Param("id") == "":
		return ""
	case first == "imports":
		return "/import"
	case first == "review":
		return "/review"
	}
	return v.object()
}

func errorTitle(status int) campaign.Text {
	switch status {
	case http.StatusNotFound:
		return campaign.Textf("Not found")
	case http.StatusForbidden:
		return campaign.Textf("Not allowed")
	case http.StatusTooManyRequests:
		return campaign.Textf("Too many attempts")
	case http.StatusConflict:
		return campaign.Textf("Not possible now")
	case http.StatusServiceUnavailable:
		return campaign.Textf("Not available now")
	case http.StatusInternalServerError:
		return campaign.Textf("Something went wrong")
	}
	return campaign.Textf("This did not work")
}

// explain sends the page of an error where nobody is known to be signed in.
func (p *panel) explain(w http.ResponseWriter, r *http.Request, status int, words campaign.Text) {
	l := request.AcceptedLanguage(r)
	body, err := p.pages.Render(l, "error", &errorPage{
		Page: Page{
			Title: templates.Say(l, errorTitle(status)), Language: l, Zone: p.zone, Now: p.Now(), URL: r.URL, Version: p.Version, Demo: p.Demo, Mailbox: p.MailboxURL,
		},
		Status: status, Message: words,
	})
	kind := htmlType
	if err != nil {
		p.Logger.Error("error page failed", "error", err)
		body, kind = []byte(templates.Sentence(l, words)+"\n"), "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(body)
}

// denySession answers where a session cannot be read or written.
func (p *panel) denySession(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // nobody waits for the answer any more
	}
	p.Logger.Error("a session could not be read or written", "error", err)
	p.explain(w, r, http.StatusServiceUnavailable, campaign.Textf("Glasnik cannot reach its store just now. Please try again in a minute."))
}

// denyForeignForm answers a form that was sent from another site.
func (p *panel) denyForeignForm(w http.ResponseWriter, r *http.Request) {
	p.explain(w, r, http.StatusForbidden, campaign.Textf("This form was not sent from one of our own pages, so it was not accepted. Open the panel in a new tab and try again."))
}
