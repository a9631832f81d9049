package request

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin/binding"

	"github.com/glasnik/glasnik/campaign"
)

// Media types of bodies.
const (
	Form      = "application/x-www-form-urlencoded"
	Multipart = "multipart/form-data"
	JSON      = "application/json"
	Any       = "*/*"
)

// Limits of a form. A thousand ticked contacts, or the longest rule of a segment, stay far below.
const (
	MaxForm   = 1 << 20
	MaxFields = 5000
)

// Body is what a route accepts as a request's body. Nothing else is decoded, whatever the request says it is.
type Body struct {
	Types []string // media types; "" is a body without one, Any is whatever it says
	Limit int64    // bytes of a body that is read into memory
	Files int64    // bytes of a multipart form
}

// Bound limits how much can be read of a request's body.
func (b Body) Bound(w http.ResponseWriter, r *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return
	}
	limit := b.Limit
	if MediaType(r.Header.Get("Content-Type")) == Multipart {
		limit = b.Files
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
}

// Check refuses a body of a type the route does not accept, before anything of it is read. A request without a body passes.
func (b Body) Check(r *http.Request) error {
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return nil
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return ErrMediaType
	}
	switch given := r.Header.Values("Content-Type"); {
	case slices.Contains(b.Types, Any):
	case len(given) == 0:
		if r.ContentLength != 0 && !slices.Contains(b.Types, "") {
			return ErrMediaType
		}
	case len(given) > 1 || !slices.Contains(b.Types, MediaType(given[0])):
		return ErrMediaType
	}
	return nil
}

// MediaType returns the type in a Content-Type without its parameters, or "?" when there is none.
func MediaType(s string) string {
	kind, _, err := mime.ParseMediaType(s)
	if err != nil || kind == "" {
		return "?"
	}
	return kind
}

// ReadFields reads the fields of a form, and returns how many bytes it had. Of one that is too long it returns what arrived.
func ReadFields(body io.Reader) (url.Values, int, error) {
	text, err := io.ReadAll(body)
	if bytes.Count(text, []byte("&")) >= MaxFields {
		return nil, 0, ErrTooLong
	}
	if err != nil {
		form, _ := url.ParseQuery(string(text)) // its end may be cut off
		return form, len(text), BodyError(err)
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		return nil, 0, ErrBrokenForm
	}
	return form, len(text), nil
}

// BodyError returns what the user is told when a body could not be read.
func BodyError(err error) error {
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return ErrTooLong
	}
	return ErrBrokenForm
}

// Decode fills a struct from the fields of a form, by its `form` tags.
func Decode(into any, fields url.Values) error {
	if err := binding.MapFormWithTag(into, fields, "form"); err != nil {
		return ErrOddField
	}
	return nil
}

// Why a body is refused.
var (
	ErrTooLong    = campaign.Errorf(campaign.Invalid, "That is more than can be taken at once.")
	ErrMediaType  = campaign.Errorf(campaign.Invalid, "This address takes nothing of that type. Send what it asks for as a form, as the page does.")
	ErrBrokenForm = campaign.Errorf(campaign.Invalid, "The form could not be read: it did not arrive as a browser sends one. Go back and send it again.")
	ErrOddField   = campaign.Errorf(campaign.Invalid, "A field of the form holds something that does not belong there. Go back, look at numbers and choices, and send it again.")
)
