package web

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"

	"github.com/glasnik/glasnik/campaign"
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

// signUpByAPI takes a sign-up as JSON.
func (s *Server) signUpByAPI(v *visit) error {
	v.allowOrigins()
	page := v.publicPage(v.pageLanguage())
	refuse := func(status int, code, field, message string) error {
		v.JSON(status, map[string]apiError{"error": {code, field, message}})
		return nil
	}
	// A browser asks us before it sends this type from another site.
	if kind, _, err := mime.ParseMediaType(v.GetHeader("Content-Type")); err != nil || kind != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "unsupported_type", "", "Send JSON, with Content-Type: application/json.")
	}
	var f signUpForm
	decoder := json.NewDecoder(v.Request.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		var tooLong *http.MaxBytesError
		if errors.As(err, &tooLong) {
			return refuse(http.StatusRequestEntityTooLarge, "too_long", "", "The document is too long.")
		}
		return refuse(http.StatusBadRequest, "invalid_json", "", "The document cannot be read: "+err.Error())
	}
	if decoder.Decode(&struct{}{}) != io.EOF {
		return refuse(http.StatusBadRequest, "invalid_json", "", "There is more than one document.")
	}
	if f.Consent != campaign.TextVersion(consentWords(page.Language, page.Brand.Name)) {
		return refuse(http.StatusConflict, "consent_changed", "consent", page.T("subscribe.error.consent"))
	}
	if !s.maySignUp(v) {
		v.Header("Retry-After", "60")
		return refuse(http.StatusTooManyRequests, "too_many", "", page.T("error.too_many.text"))
	}
	lists, err := s.publicLists(v.ctx())
	if err != nil {
		return err
	}
	if f.Language == "" {
		f.Language = string(page.Language)
	}
	if err := s.signUp(v, &f, lists, page); err != nil {
		field := mistakeIn(err)
		if field == "" {
			return err
		}
		return refuse(http.StatusUnprocessableEntity, "invalid", field, page.T("subscribe.error."+field))
	}
	v.JSON(http.StatusAccepted, map[string]string{"status": "accepted", "message": page.T("subscribe.sent.text")})
	return nil
}
