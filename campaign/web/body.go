package web

import (
	"io"
	"os"

	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
)

// takes says what a route takes as a request's body.
type takes int

const (
	takesForm    takes = iota // a form of the panel
	takesRelease              // the form of a release, with its files
	takesImport               // a file to import
	takesSignIn               // before anybody is signed in
)

// bodies holds the media types and limits of each kind. A form of the panel may be a kept one, which is a third longer than it was.
var bodies = map[takes]request.Body{
	takesForm:    {Types: []string{request.Form}, Limit: maxKept},
	takesRelease: {Types: []string{request.Form, request.Multipart}, Limit: maxKept, Files: maxReleaseForm + request.MaxForm/2},
	takesImport:  {Types: []string{request.Form, request.Multipart}, Limit: maxKept, Files: maxUpload + maxKept},
	takesSignIn:  {Types: []string{request.Form}, Limit: maxKept},
}

const (
	maxKept       = request.MaxForm + request.MaxForm/2
	maxFormMemory = 1 << 20 // of a form with files; the rest of it goes to temporary files
)

// readForm reads the form of a request, once. Fields come from the body alone, never from the address.
func (v *visit) readForm() error {
	if v.formRead {
		return nil
	}
	v.formRead = true
	if request.MediaType(v.GetHeader("Content-Type")) == request.Multipart {
		return v.readMultipart()
	}
	form, length, err := request.ReadFields(v.Request.Body)
	if err != nil {
		return err
	}
	if length > request.MaxForm && !form.Has(session.FormField) {
		return request.ErrTooLong
	}
	v.Request.PostForm, v.Request.Form = form, form
	return nil
}

// readMultipart reads a form with files, which wait in temporary files if they are large.
func (v *visit) readMultipart() error {
	if v.takes == takesImport {
		v.unhurried()
	}
	err := v.Request.ParseMultipartForm(maxFormMemory)
	if err == nil { // what stands behind the form has to be read for the server to see that the browser left
		_, err = io.Copy(io.Discard, v.Request.Body)
	}
	if err != nil {
		return request.BodyError(err)
	}
	v.Request.Form = v.Request.PostForm
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
