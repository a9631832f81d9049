package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// A form that is sent after the session ended is kept: sealed, in the sign-in page that answers it, for the user who wrote
// it. Nothing of it is stored here, and nobody can read it out of the page. Files are too large to be kept in this way.

// Names of fields that stand beside those of a route's own.
const (
	keptField  = "kept"         // a sealed form
	ownerField = "signed_in_as" // who was signed in when the page was made, signed
	sureField  = "again"        // the password, given again
)

const (
	keptPurpose  = "kept form"
	ownerPurpose = "form of"
	keptLife     = sessionIdle
)

// How often a browser nobody signed in with may have a form kept.
const (
	keepsPerPlace = 30
	waitPerKeep   = 5 * time.Second
)

// keptForm is a form on its way through signing in.
type keptForm struct {
	User   string     `json:"user"` // id of who wrote it
	At     time.Time  `json:"at"`
	Path   string     `json:"path"` // with its query
	Fields url.Values `json:"fields"`
	Files  []string   `json:"files,omitempty"` // names of those that cannot be kept
	sealed string
}

var errNotKept = campaign.Errorf(campaign.Conflict, "What was kept here cannot be opened: it was written by somebody else, or more than a week ago.")

// seal makes the text the form stands in the page as. Passwords are not kept.
func (s *panel) seal(k *keptForm) string {
	for _, name := range []string{ownerField, keptField, sureField} {
		k.Fields.Del(name)
	}
	text, err := json.Marshal(k)
	if err != nil {
		panic(err) // texts and a time
	}
	return s.Links.Signer.Seal(keptPurpose, text)
}

// openKept opens a kept form; nil when it is none, or too old.
func (s *panel) openKept(sealed string) *keptForm {
	text, ok := s.Links.Signer.Open(keptPurpose, sealed)
	k := &keptForm{sealed: sealed}
	if !ok || json.Unmarshal(text, k) != nil || s.Now().Sub(k.At) > keptLife {
		return nil
	}
	return k
}

// Kept, To and Lost say of a kept form what a page needs.
func (k *keptForm) Sealed() string { return k.sealed }
func (k *keptForm) To() string     { return k.Path }
func (k *keptForm) Lost() string   { return strings.Join(k.Files, ", ") }

// keptText is one field of a kept form, to be read.
type keptText struct{ Name, Text string }

// Texts are what was written, the longest first.
func (k *keptForm) Texts() []keptText {
	var out []keptText
	for name, values := range k.Fields {
		for _, text := range values {
			if strings.TrimSpace(text) != "" {
				out = append(out, keptText{strings.ReplaceAll(name, "_", " "), text})
			}
		}
	}
	slices.SortFunc(out, func(a, b keptText) int {
		if len(a.Text) != len(b.Text) {
			return len(b.Text) - len(a.Text)
		}
		return strings.Compare(a.Name+a.Text, b.Name+b.Text)
	})
	return out
}

var postForm = regexp.MustCompile(`<form [^>]*method="post"[^>]*>`)

// markForms notes in every form of a page who it was made for.
func (v *visit) markForms(page []byte) []byte {
	mark := fmt.Sprintf(`$0<input type="hidden" name="%s" value="%s">`, ownerField, v.s.Links.Signer.Sign(ownerPurpose, v.user.ID))
	return postForm.ReplaceAll(page, []byte(mark))
}

// ownerOf gives the id of who a form's page was made for, "" when it does not say.
func (s *panel) ownerOf(form url.Values) string {
	id, _ := s.Links.Signer.Verify(ownerPurpose, form.Get(ownerField))
	return id
}

// takeForm reads a user's form, or the one they had written before they signed in again. A form from a page that was made
// for somebody else is not acted on: whoever is signed in now did not write it.
func (v *visit) takeForm() error {
	if err := v.readForm(); err != nil {
		return err
	}
	form := v.Request.PostForm
	if form.Has(keptField) {
		k := v.s.panel.openKept(form.Get(keptField))
		if k == nil || k.User != v.user.ID || k.Path != v.Request.URL.RequestURI() {
			return errNotKept
		}
		if form.Has(sureField) {
			if err := v.takePassword(form.Get(sureField)); err != nil {
				return v.refuseAgain(err, k)
			}
		}
		v.Request.PostForm, v.Request.Form = k.Fields, k.Fields
		return nil
	}
	owner := v.s.panel.ownerOf(form)
	if owner != "" && owner != v.user.ID {
		p := signInPage{Page: v.page("Sign in", ""), Kept: v.keep(owner, form, nil)}
		p.Problem = "This page was opened when somebody else was signed in here, so nothing was done. Whoever wrote it can sign in and go on with it."
		return v.showAs(http.StatusConflict, "sign_in", &p)
	}
	form.Del(ownerField)
	return nil
}

// keep seals the form of this request for a user.
func (v *visit) keep(user string, form url.Values, files []string) *keptForm {
	k := &keptForm{User: user, At: v.s.Now().UTC(), Path: v.Request.URL.RequestURI(), Fields: form, Files: files}
	k.sealed = v.s.panel.seal(k)
	return k
}

const signedOut = "You were signed out. Sign in in another tab, or press Save here: what you wrote is kept."

// askSignIn leads somebody who is not signed in to the sign-in page: with GET to come back, with a form that is kept.
func (v *visit) askSignIn() error {
	r := v.Request
	switch {
	case v.GetHeader("HX-Request") != "" && r.Method == http.MethodGet:
		v.Header("HX-Refresh", "true") // the whole page is asked for again, and leads to the sign-in page
		v.Status(http.StatusNoContent)
		v.Writer.WriteHeaderNow()
		return nil
	case v.isFrame():
		v.inFrame()
		v.Data(http.StatusUnauthorized, "text/html; charset=utf-8", []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Signed out</title>`+
			`<body style="margin:0;padding:16px;background:#fff;color:#7d5600;font:15px/1.5 system-ui,sans-serif"><p>`+html.EscapeString(signedOut)+`</p></body></html>`))
		return nil
	case r.Method == http.MethodPost:
		return v.keepForm()
	}
	path := "/sign-in"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		path += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	v.seeOther(path)
	v.Writer.WriteHeaderNow()
	return nil
}

// isFrame reports whether the answer is shown in a frame of one of our pages.
func (v *visit) isFrame() bool { return v.GetHeader("Sec-Fetch-Dest") == "iframe" }

// keepForm answers a form of somebody not signed in by the sign-in page, with the form in it where it is known who wrote it.
func (v *visit) keepForm() error {
	toSignIn := func() error {
		v.seeOther("/sign-in")
		v.Writer.WriteHeaderNow()
		return nil
	}
	d, known := v.device()
	if place := "keep " + request.Network(v.ClientIP()); !known && !v.s.throttle.Allow(place, keepsPerPlace, waitPerKeep) {
		return toSignIn()
	}
	form, files, err := v.readToKeep()
	if err != nil {
		return err
	}
	p := signInPage{Page: v.page("Sign in", "")}
	if form.Has(keptField) {
		p.Kept = v.s.panel.openKept(form.Get(keptField))
	} else {
		owner := v.s.panel.ownerOf(form)
		if form.Del(ownerField); len(form) == 0 && len(files) == 0 {
			return toSignIn()
		}
		if owner == "" {
			owner = d.user
		}
		if owner != "" && !form.Has("password") {
			p.Kept = v.keep(owner, form, files)
		}
	}
	if p.Kept == nil {
		p.Problem = "You were signed out, and what you sent could not be kept. Go back in your browser and copy it, then sign in."
	}
	return v.showAs(http.StatusUnauthorized, "sign_in", &p)
}

// readToKeep reads the fields of a form and only the names of its files.
func (v *visit) readToKeep() (form url.Values, files []string, err error) {
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
			return nil, nil, request.BodyError(err)
		}
		if part.FileName() != "" {
			files = append(files, part.FileName())
			continue // the next part passes over it
		}
		text, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, nil, request.BodyError(err)
		}
		if left -= int64(len(text)); left < 0 || parts >= request.MaxFields {
			return nil, nil, request.ErrTooLong
		}
		if _, isFile := part.Header["Content-Type"]; !isFile { // a file input nothing was chosen in has a type and no name
			form.Add(part.FormName(), string(text))
		}
	}
}

// keptPage offers a form to go on with, to the user who wrote it and signed in again.
type keptPage struct {
	Page
	Kept *keptForm
}

// goOn leads where the visitor wanted to go before they signed in, or offers the form they had written.
func (v *visit) goOn(f *signInForm) error {
	if f.Kept == "" {
		return v.seeOther(f.next())
	}
	k := v.s.panel.openKept(f.Kept)
	if k == nil || k.User != v.user.ID {
		return v.done("/", "What was written in this browser before you signed in is not yours, or is too old: it was not kept for you.")
	}
	return v.show("kept", &keptPage{Page: v.page("What you wrote is kept", ""), Kept: k})
}
