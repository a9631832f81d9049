package web

import (
	"io"
	"os"

	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/session"
)

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
	if v.body.slow {
		v.unhurried()
	}
	err := v.Request.ParseMultipartForm(maxFormMemory)
	if err == nil { // what stands after the form has to be read for the server to see that the browser left
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
