package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
)

const subscribeAPI = "/api/subscribe"

// The JSON endpoint for forms on other sites. It is open to every origin and looks at no cookie, so a browser has nothing to
// lose by calling it; what it answers is what the page answers.

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

func (s *Server) askSubscribeAPI(v *visit) error {
	v.allowOrigins()
	v.Status(http.StatusNoContent)
	v.Writer.WriteHeaderNow()
	return nil
}

// offerSignUp says what can be subscribed to, and the words to show.
func (s *Server) offerSignUp(v *visit) error {
	v.allowOrigins()
	page := v.publicPage(v.pageLanguage())
	lists, err := s.publicLists(v.ctx())
	if err != nil {
		return err
	}
	words := consentWords(page.Language, page.Brand.Name)
	out := apiOffer{Language: page.Language, Lists: []apiList{}, Consent: apiConsent{words, campaign.TextVersion(words), trackingWords(page)}}
	for _, l := range lists {
		out.Lists = append(out.Lists, apiList{l.ID, l.Name, l.Description})
	}
	v.JSON(http.StatusOK, out)
	return nil
}

// apiCodes are the codes of errors that any route may give.
var apiCodes = map[int]string{
	http.StatusUnsupportedMediaType: "unsupported_type", http.StatusRequestEntityTooLarge: "too_long", http.StatusTooManyRequests: "too_many",
	http.StatusInternalServerError: "internal", http.StatusServiceUnavailable: "unavailable",
}

func (v *visit) refuseJSON(status int, code, field, message string) {
	v.JSON(status, map[string]apiError{"error": {code, field, message}})
}

// readJSON reads one document of known fields into a struct. What is wrong with it is said in words of its own: those of the
// decoder name what is in here.
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

// signUpByAPI takes a sign-up as JSON. A browser asks us before it sends this type from another site.
func (s *Server) signUpByAPI(v *visit) error {
	v.allowOrigins()
	page := v.publicPage(v.pageLanguage())
	refuse := func(status int, code, field, message string) error {
		v.refuseJSON(status, code, field, message)
		return nil
	}
	tooMany := func() error {
		v.Header("Retry-After", "60")
		return refuse(http.StatusTooManyRequests, "too_many", "", page.T("error.too_many.text"))
	}
	if !s.maySignUpHere(v) {
		return tooMany()
	}
	var f signUpForm
	if field, err := v.readJSON(&f); errors.Is(err, request.ErrTooLong) {
		return err
	} else if err != nil {
		return refuse(http.StatusBadRequest, "invalid_json", field, err.Error())
	}
	if f.Consent != campaign.TextVersion(consentWords(page.Language, page.Brand.Name)) {
		return refuse(http.StatusConflict, "consent_changed", "consent", page.T("subscribe.error.consent"))
	}
	lists, err := s.publicLists(v.ctx())
	if err != nil {
		return err
	}
	if f.Language == "" {
		f.Language = string(page.Language)
	}
	if err := s.signUp(v, &f, lists, page); errors.Is(err, errManySignUps) {
		return tooMany()
	} else if err != nil {
		field := mistakeIn(err)
		if field == "" {
			return err
		}
		return refuse(http.StatusUnprocessableEntity, "invalid", field, page.T("subscribe.error."+field))
	}
	v.JSON(http.StatusAccepted, map[string]string{"status": "accepted", "message": page.T("subscribe.sent.text")})
	return nil
}
