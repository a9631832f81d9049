package reader

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

const subscribeAPI = "/api/subscribe"

// The JSON endpoint for forms on other sites. It is open to every origin and looks at no cookie, so a browser has nothing to
// lose by calling it. It answers what the page answers.

type apiList struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type apiConsent struct {
	Text     string `json:"text"`
	Version  string `json:"version"`
	Tracking string `json:"tracking"` // the words of the separate consent to individual tracking
}

// apiOffer is what a form has to show.
type apiOffer struct {
	Language campaign.Language `json:"language"`
	Lists    []apiList         `json:"lists"`
	Consent  apiConsent        `json:"consent"`
}

type apiError struct {
	Code    string `json:"code"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

func (v *visit) allowOrigins() {
	v.Header("Access-Control-Allow-Origin", "*")
	v.Header("Access-Control-Allow-Methods", "GET, POST")
	v.Header("Access-Control-Allow-Headers", "Content-Type")
	v.Header("Access-Control-Max-Age", "86400")
	v.Header("Cache-Control", "no-store")
}

// preflight lets a browser on another site send JSON.
func (s *signUps) preflight(v *visit) error {
	v.allowOrigins()
	v.Status(http.StatusNoContent)
	v.Writer.WriteHeaderNow()
	return nil
}

// offer says what can be subscribed to, and the words to show.
func (s *signUps) offer(v *visit) error {
	v.allowOrigins()
	page := v.page(v.pageLanguage())
	lists, err := s.lists.public(v.ctx(), page.Language)
	if err != nil {
		return err
	}
	words := consentWords(page.Language, page.Brand.Name)
	out := apiOffer{Language: page.Language, Lists: []apiList{}, Consent: apiConsent{Text: words, Version: campaign.TextVersion(words), Tracking: trackingWords(page)}}
	for _, l := range lists {
		out.Lists = append(out.Lists, apiList{ID: l.ID, Name: page.ListName(l), Description: page.ListDescription(l)})
	}
	v.JSON(http.StatusOK, out)
	return nil
}

// apiCodes are the codes of errors that any route may answer.
var apiCodes = map[int]string{
	http.StatusUnsupportedMediaType: "unsupported_type", http.StatusRequestEntityTooLarge: "too_long", http.StatusTooManyRequests: "too_many",
	http.StatusInternalServerError: "internal", http.StatusServiceUnavailable: "unavailable",
}

func (v *visit) refuseJSON(status int, code, field, message string) error {
	v.JSON(status, map[string]apiError{"error": {Code: code, Field: field, Message: message}})
	return nil
}

// failJSON answers a request that ended with an error.
func (v *visit) failJSON(status int, words campaign.Text) {
	v.allowOrigins()
	_, text := page{Language: v.pageLanguage()}.errorWords(status, words)
	_ = v.refuseJSON(status, apiCodes[status], "", text)
}

// readJSON reads one document of known fields into a struct. Mistakes are told in words of our own: those of the decoder name
// what is in the program.
func (v *visit) readJSON(into any) (field string, err error) {
	doc, err := io.ReadAll(v.Request.Body)
	if err != nil {
		return "", request.BodyError(err)
	}
	if nestsDeep(doc) {
		return "", campaign.Errorf(campaign.Invalid, "The document is nested deeper than any this address takes.")
	}
	decoder := json.NewDecoder(bytes.NewReader(doc))
	decoder.DisallowUnknownFields()
	var wrong *json.UnmarshalTypeError
	switch err := decoder.Decode(into); {
	case errors.As(err, &wrong):
		return wrong.Field, campaign.Errorf(campaign.Invalid, "A field of the document is of another type than it has to be.")
	case err != nil:
		return "", campaign.Errorf(campaign.Invalid, "The document cannot be read: it has to be one JSON object with the fields that are described, and no others.")
	case decoder.Decode(&struct{}{}) != io.EOF:
		return "", campaign.Errorf(campaign.Invalid, "There is more than one document.")
	}
	return "", nil
}

// createByAPI takes a sign-up as JSON. A browser asks before it sends this type from another site.
func (s *signUps) createByAPI(v *visit) error {
	v.allowOrigins()
	page := v.page(v.pageLanguage())
	tooMany := func() error {
		v.Header("Retry-After", "60")
		return v.refuseJSON(http.StatusTooManyRequests, "too_many", "", page.T("error.too_many.text"))
	}
	if !s.limits.allowSignUpHere(v) {
		return tooMany()
	}
	var f signUpForm
	if field, err := v.readJSON(&f); errors.Is(err, request.ErrTooLong) {
		return err
	} else if err != nil {
		return v.refuseJSON(http.StatusBadRequest, "invalid_json", field, templates.SentenceOf(page.Language, err))
	}
	if f.Consent != campaign.TextVersion(consentWords(page.Language, page.Brand.Name)) {
		return v.refuseJSON(http.StatusConflict, "consent_changed", "consent", page.T("subscribe.error.consent"))
	}
	lists, err := s.lists.public(v.ctx(), page.Language)
	if err != nil {
		return err
	}
	if f.Language == "" {
		f.Language = string(page.Language)
	}
	if err := s.take(v, &f, lists, page); errors.Is(err, errManySignUps) {
		return tooMany()
	} else if err != nil {
		field := mistakeIn(err)
		if field == "" {
			return err
		}
		return v.refuseJSON(http.StatusUnprocessableEntity, "invalid", field, page.T("subscribe.error."+field))
	}
	v.JSON(http.StatusAccepted, map[string]string{"status": "accepted", "message": page.T("subscribe.sent.text")})
	return nil
}

// maxNesting is how deep a JSON document may be nested.
const maxNesting = 8

// nestsDeep reports whether a JSON document is nested deeper than we accept. Of text that is no JSON it may say either.
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
