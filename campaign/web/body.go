package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"slices"

	"github.com/gin-gonic/gin/binding"

	"github.com/glasnik/glasnik/campaign"
)

// takes says what a route takes as a request's body. Nothing else is decoded, whatever the request says it is.
type takes int

const (
	takesForm     takes = iota // a form of the panel
	takesRelease               // the form of a release, with its files
	takesImport                // a file to import
	takesSignIn                // before anybody is signed in; what stands up to here may carry a kept form
	takesReader                // a form of a reader's page
	takesOneClick              // what mail programs send to leave, RFC 8058, and the form of the same page
	takesSignUp                // a form to sign up, ours or one on another site
	takesJSON                  // the same as a JSON document
)

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
	jsonType      = "application/json"
)

// How much a form may hold. A thousand ticked contacts, or the longest rule of a segment, stay far below.
const (
	maxForm       = 1 << 20
	maxFormFields = 5000
	maxFormMemory = 1 << 20 // of one with files; the rest of it goes to temporary files
)

// bodies says of each kind which media types it has, "" being a body without one, and how many bytes.
var bodies = map[takes]struct {
	types []string
	limit int64
}{
	takesForm:     {[]string{formType}, maxForm},
	takesRelease:  {[]string{formType, multipartType}, maxReleaseForm},
	takesImport:   {[]string{formType, multipartType}, maxUpload + maxForm},
	takesSignIn:   {[]string{formType}, maxForm},
	takesReader:   {[]string{formType}, maxLeaveForm},
	takesOneClick: {[]string{formType, multipartType, ""}, maxLeaveForm},
	takesSignUp:   {[]string{formType}, maxSignUpForm},
	takesJSON:     {[]string{jsonType}, maxSignUpForm},
}

var (
	errMediaType  = campaign.Errorf(campaign.Invalid, "This address takes nothing of that type. Send what it asks for as a form, as the page does.")
	errBrokenForm = campaign.Errorf(campaign.Invalid, "The form could not be read: it did not arrive as a browser sends one. Go back and send it again.")
	errOddField   = campaign.Errorf(campaign.Invalid, "A field of the form holds something that does not belong there. Go back, look at numbers and choices, and send it again.")
)

// limitBody bounds what is read of a request. In the panel it may be a kept form, which is a third longer than it was.
func (v *visit) limitBody() {
	limit := bodies[v.takes].limit
	if mediaType(v.GetHeader("Content-Type")) != multipartType {
		limit = min(limit, maxForm) // it is read into memory
	}
	if v.takes <= takesSignIn {
		limit += maxForm / 2
	}
	v.Request.Body = http.MaxBytesReader(v.Writer, v.Request.Body, limit)
}

// checkType refuses a body that is of no type the route takes, before anything of it is read. A request without one passes.
func (v *visit) checkType() error {
	r, types := v.Request, bodies[v.takes].types
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return nil
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return errMediaType
	}
	switch given := r.Header.Values("Content-Type"); {
	case len(given) == 0:
		if r.ContentLength != 0 && !slices.Contains(types, "") {
			return errMediaType
		}
	case len(given) > 1 || !slices.Contains(types, mediaType(given[0])):
		return errMediaType
	}
	return nil
}

// mediaType gives the type of a Content-Type without its parameters, "?" where it is none.
func mediaType(s string) string {
	kind, _, err := mime.ParseMediaType(s)
	if err != nil || kind == "" {
		return "?"
	}
	return kind
}

// readForm reads the form of a request, once. Fields come from the body alone, never from the address.
func (v *visit) readForm() error {
	if v.formRead {
		return nil
	}
	v.formRead = true
	if mediaType(v.GetHeader("Content-Type")) == multipartType {
		return v.readMultipart()
	}
	body, err := io.ReadAll(v.Request.Body)
	if err != nil {
		return bodyError(err)
	}
	form, err := parseFields(body)
	if err != nil {
		return err
	}
	if len(body) > maxForm && !form.Has(keptField) {
		return errTooLong
	}
	v.Request.PostForm, v.Request.Form = form, form
	return nil
}

func parseFields(body []byte) (url.Values, error) {
	if bytes.Count(body, []byte("&")) >= maxFormFields {
		return nil, errTooLong
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, errBrokenForm
	}
	return form, nil
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
		return bodyError(err)
	}
	v.Request.Form = v.Request.PostForm
	return nil
}

// dropFiles removes the temporary files of a form. The server does that only for the request it made itself, and ours is a copy
// of it that knows the session.
func (v *visit) dropFiles() {
	if form := v.Request.MultipartForm; form != nil {
		if err := form.RemoveAll(); err != nil {
			v.s.Logger.Error("temporary files of a form stay: remove them", "folder", os.TempDir(), "error", err)
		}
	}
}

// bodyError says to the user why a body could not be read.
func bodyError(err error) error {
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return errTooLong
	}
	return errBrokenForm
}

// read fills a form struct by its `form` tags.
func (v *visit) read(form any) error {
	if err := v.readForm(); err != nil {
		return err
	}
	if err := binding.MapFormWithTag(form, v.Request.PostForm, "form"); err != nil {
		return errOddField
	}
	return nil
}

// maxNesting is how deep a JSON document may be nested.
const maxNesting = 8

// nestsDeep reports whether a JSON document is nested deeper than any we take. One that is no JSON may say either.
func nestsDeep(doc []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(doc); i++ {
		switch c := doc[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
