package web

import (
	"cmp"
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
)

// How often a browser nobody signed in with may have a form sealed.
const (
	formsPerPlace = 30
	waitPerForm   = 5 * time.Second
)

var errNotYours = campaign.Errorf(campaign.Conflict, "What was kept here cannot be opened: it was written by somebody else, or more than a week ago.")

// takeForm reads a user's form, or the one they had written before they signed in again. A form from a page that was made
// for somebody else is not acted on: the user who is signed in now did not write it.
func (g *gate) takeForm(v *visit) error {
	if err := v.readForm(); err != nil {
		return err
	}
	form := v.Request.PostForm
	if form.Has(session.FormField) {
		waiting := g.sessions.Open(form.Get(session.FormField))
		if waiting == nil || waiting.User != v.user.ID || waiting.To != v.Request.URL.RequestURI() {
			return errNotYours
		}
		if form.Has(session.PasswordField) {
			if err := g.takePassword(v, form.Get(session.PasswordField)); err != nil {
				return g.refuseAgain(v, err, waiting)
			}
		}
		v.Request.PostForm, v.Request.Form = waiting.Fields, waiting.Fields
		return nil
	}
	owner := g.sessions.Owner(form)
	if owner != "" && owner != v.user.ID {
		p := signInPage{Page: v.page("", "Sign in"), Waiting: g.sessions.Seal(owner, v.Request.URL.RequestURI(), form, nil)}
		p.Problem = v.say("This page was opened when somebody else was signed in here, so nothing was done. Whoever wrote it can sign in and go on with it.")
		return v.showAs(http.StatusConflict, "sign_in", &p)
	}
	form.Del(session.OwnerField)
	return nil
}

// askSignIn leads somebody who is not signed in to the sign-in page: with GET to come back, with a form that waits there.
func (g *gate) askSignIn(v *visit) error {
	r := v.Request
	switch {
	case v.GetHeader("HX-Request") != "" && r.Method == http.MethodGet:
		v.Header("HX-Refresh", "true") // the whole page is asked for again, and leads to the sign-in page
		v.Status(http.StatusNoContent)
		v.Writer.WriteHeaderNow()
		return nil
	case v.GetHeader("Sec-Fetch-Dest") == "iframe":
		v.inFrame()
		v.Data(http.StatusUnauthorized, htmlType, []byte(`<!doctype html><html lang="`+string(v.language)+`"><meta charset="utf-8"><title>`+html.EscapeString(v.say("Signed out"))+`</title>`+
			`<body style="margin:0;padding:16px;background:#fff;color:#7d5600;font:15px/1.5 system-ui,sans-serif"><p>`+html.EscapeString(v.say("You were signed out. Sign in in another tab, or press Save here: what you wrote is kept."))+`</p></body></html>`))
		return nil
	case r.Method == http.MethodPost:
		return g.sealForm(v)
	case r.Method == http.MethodGet && r.URL.Path != "/":
		return v.seeOtherNow("/sign-in?next=" + url.QueryEscape(r.URL.RequestURI()))
	}
	return v.seeOtherNow("/sign-in")
}

// sealForm answers a form of somebody not signed in by the sign-in page, with the form in it where it is known who wrote it.
func (g *gate) sealForm(v *visit) error {
	browser, known := g.sessions.Browser(v.Request)
	if place := "keep " + request.Network(v.ClientIP()); !known && !g.tries.Allow(place, formsPerPlace, waitPerForm) {
		return v.seeOtherNow("/sign-in")
	}
	form, files, err := readToSeal(v)
	if err != nil {
		return err
	}
	p := signInPage{Page: v.page("", "Sign in")}
	if form.Has(session.FormField) {
		p.Waiting = g.sessions.Open(form.Get(session.FormField))
	} else {
		owner := g.sessions.Owner(form)
		if form.Del(session.OwnerField); len(form) == 0 && len(files) == 0 {
			return v.seeOtherNow("/sign-in")
		}
		owner = cmp.Or(owner, browser.User)
		if owner != "" && !form.Has("password") {
			p.Waiting = g.sessions.Seal(owner, v.Request.URL.RequestURI(), form, files)
		}
	}
	if p.Waiting == nil {
		p.Problem = v.say("You were signed out, and what you sent could not be kept. Go back in your browser and copy it, then sign in.")
	}
	return v.showAs(http.StatusUnauthorized, "sign_in", &p)
}

// readToSeal reads the fields of a form and only the names of its files. Of one that is too long it returns what arrived.
func readToSeal(v *visit) (form url.Values, files []string, err error) {
	if request.MediaType(v.GetHeader("Content-Type")) != request.Multipart {
		err := v.readForm()
		return v.Request.PostForm, nil, err
	}
	reader, err := v.Request.MultipartReader()
	if err != nil {
		return nil, nil, request.BodyError(err)
	}
	form = url.Values{}
	for left, parts := int64(request.MaxForm), 0; ; parts++ {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return form, files, nil
		}
		if err != nil {
			return form, files, request.BodyError(err)
		}
		if part.FileName() != "" {
			files = append(files, part.FileName())
			continue // the next part passes over it
		}
		text, err := io.ReadAll(io.LimitReader(part, left))
		if _, isFile := part.Header["Content-Type"]; !isFile { // a file input nothing was chosen in has a type and no name
			form.Add(part.FormName(), string(text))
		}
		if err != nil {
			return form, files, request.BodyError(err)
		}
		if left -= int64(len(text)); left <= 0 || parts >= request.MaxFields {
			return form, files, request.ErrTooLong
		}
	}
}

// waitingPage offers a form to go on with, to the user who wrote it and signed in again.
type waitingPage struct {
	Page
	Waiting *session.Form
}

// goOn leads where the visitor wanted to go before they signed in, or offers the form they had written.
func (g *gate) goOn(v *visit, f *signInForm) error {
	if f.Waiting == "" {
		return v.seeOther(f.next())
	}
	waiting := g.sessions.Open(f.Waiting)
	if waiting == nil || waiting.User != v.user.ID {
		return v.done("/", "What was written in this browser before you signed in is not yours, or is too old: it was not kept for you.")
	}
	return v.show("waiting", &waitingPage{Page: v.page("", "What you wrote is kept"), Waiting: waiting})
}

// errAskAgain has the password asked for before a route does its work.
var errAskAgain = errors.New("the password has to be given again")

// againPage asks for the password and carries what was asked for through it.
type againPage struct {
	Page
	Waiting *session.Form // nil where an address was asked for
	Next    string
}

// askAgain shows the page that asks for the password.
func (g *gate) askAgain(v *visit) error {
	p := &againPage{Page: v.page("", "Is it you?"), Next: v.Request.URL.RequestURI()}
	if v.Request.Method == http.MethodPost {
		p.Waiting = g.sessions.Seal(v.user.ID, p.Next, v.Request.PostForm, nil)
	}
	return v.showAs(http.StatusUnauthorized, "again", p)
}

// refuseAgain shows the page again where the password was wrong.
func (g *gate) refuseAgain(v *visit, err error, waiting *session.Form) error {
	p := &againPage{Page: v.page("", "Is it you?"), Waiting: waiting}
	var many *request.TooMany
	if errors.As(err, &many) {
		p.Problem = v.sentence(many.Text)
		return v.showAs(http.StatusTooManyRequests, "again", p)
	}
	return v.refused(err, "again", p)
}

// body is what a route accepts as the body of a request.
type body struct {
	request.Body
	slow bool // a large file, for which no time limit holds
}

// maxSealed is the limit of a form: any may be a sealed one, which is a third longer than what was typed.
const maxSealed = request.MaxForm + request.MaxForm/2

var (
	formBody    = body{Body: request.Body{Types: []string{request.Form}, Limit: maxSealed}}
	releaseBody = withFiles(maxReleaseForm + request.MaxForm/2)
	mediaBody   = body{Body: withFiles(maxMediaForm).Body, slow: true}
	importBody  = body{Body: withFiles(maxUpload + maxSealed).Body, slow: true}
)

// withFiles is a form that has up to limit bytes with its files.
func withFiles(limit int64) body {
	return body{Body: request.Body{Types: []string{request.Form, request.Multipart}, Limit: maxSealed, Files: limit}}
}

// maxFormMemory is how much of a form with files is held in memory; the rest of it goes to temporary files.
const maxFormMemory = 1 << 20

// readForm reads the form of a request, once. Fields come from the body alone, never from the address.
func (v *visit) readForm() error {
	if v.formRead {
		return nil
	}
	v.formRead = true
	if request.MediaType(v.GetHeader("Content-Type")) == request.Multipart {
		if v.body.slow {
			v.unhurried()
		}
		if v.Request.ContentLength > v.body.Files {
			var err error
			v.Request.PostForm, _, err = readToSeal(v)
			return cmp.Or(err, error(request.ErrTooLong))
		}
		return readMultipart(v.Request)
	}
	form, length, err := request.ReadFields(v.Request.Body)
	if err == nil && length > request.MaxForm && !form.Has(session.FormField) {
		err = request.ErrTooLong
	}
	v.Request.PostForm, v.Request.Form = form, form
	return err
}

// readMultipart reads a form with files, which wait in temporary files if they are large.
func readMultipart(r *http.Request) error {
	err := r.ParseMultipartForm(maxFormMemory)
	if err == nil { // what stands after the form has to be read for the server to see that the browser left
		_, err = io.Copy(io.Discard, r.Body)
	}
	if err != nil {
		return request.BodyError(err)
	}
	r.Form = r.PostForm
	return nil
}

// dropFiles removes the temporary files of a form. The server does that only for the request it made itself, and ours is a copy
// of it that knows the session.
func (v *visit) dropFiles() {
	if form := v.Request.MultipartForm; form != nil {
		if err := form.RemoveAll(); err != nil {
			v.panel.Logger.Error("temporary files of a form stay: remove them", "folder", os.TempDir(), "error", err)
		}
	}
}

// read fills a form struct by its `form` tags.
func (v *visit) read(form any) error {
	if err := v.readForm(); err != nil {
		return err
	}
	return request.Decode(form, v.Request.PostForm)
}
