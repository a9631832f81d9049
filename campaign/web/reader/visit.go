package reader

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// visit is one request on its way through a handler.
type visit struct {
	*gin.Context
	pages *pages
}

// ctx is the request's context, for the store.
func (v *visit) ctx() context.Context { return v.Request.Context() }

// maxForm is how long a form of a reader may be, maxSignUp how long one to sign up.
const (
	maxForm   = 64 << 10
	maxSignUp = 16 << 10
)

// What routes accept as a body.
var (
	formBody   = request.Body{Types: []string{request.Form}, Limit: maxForm}
	leaveBody  = request.Body{Types: []string{request.Any}, Limit: maxForm, Files: maxForm}                         // a wish to leave does not fail for its label
	choiceBody = request.Body{Types: []string{request.Form, request.Multipart, ""}, Limit: maxForm, Files: maxForm} // of the page that belongs to no message
	signUpBody = request.Body{Types: []string{request.Form}, Limit: maxSignUp}                                      // from our page or another site
	jsonBody   = request.Body{Types: []string{request.JSON}, Limit: maxSignUp}
)

// readForm reads a form in either encoding of RFC 8058, or without a label, since a request to leave must not fail for want of
// one. Of a broken form it returns what can be read.
func readForm(r *http.Request) (url.Values, error) {
	if request.MediaType(r.Header.Get("Content-Type")) == request.Multipart {
		if err := r.ParseMultipartForm(maxForm); err != nil {
			return nil, err
		}
		return url.Values(r.MultipartForm.Value), nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, _ := url.ParseQuery(strings.TrimSpace(string(body)))
	return form, nil
}

// refuseForm answers a form that could not be read.
func (v *visit) refuseForm(err error, l campaign.Language) error {
	status := http.StatusBadRequest
	if request.BodyError(err) == request.ErrTooLong {
		status = http.StatusRequestEntityTooLarge
	}
	return v.showMessage(status, l, "reader.empty")
}

// limits bounds how often readers may send forms.
type limits struct {
	forms, signUps *request.Throttle
}

// How many forms may be sent in a row, and how long it takes for one more. Forms by a link are counted by the link and the place
// they come from: somebody elsewhere, to whom a message was passed on, must not keep its reader from choosing. How many mails one
// address gets is counted by the store.
const (
	formsPerLink  = 30
	waitPerLink   = 10 * time.Second
	signUpsPerIP  = 20
	waitSignUpIP  = 30 * time.Second
	signUpsForAll = 300
	waitSignUpAll = 2 * time.Second
)

// allowForm takes a try to send a form by a link from the visitor's place.
func (l *limits) allowForm(v *visit, link string) bool {
	return l.forms.Allow(link+" from "+request.Network(v.ClientIP()), formsPerLink, waitPerLink)
}

// allowSignUpHere takes a try from the visitor's place, before anything of a form is read.
func (l *limits) allowSignUpHere(v *visit) bool {
	return l.signUps.Allow("ip "+request.Network(v.ClientIP()), signUpsPerIP, waitSignUpIP)
}

// allowMail takes a try from what all visitors have together.
func (l *limits) allowMail() bool { return l.signUps.Allow("all", signUpsForAll, waitSignUpAll) }

// pageLanguage is the language of a page whose reader is not known: as the address says, else as the browser does.
func (v *visit) pageLanguage() campaign.Language {
	if l, err := campaign.ParseLanguage(v.Query("lang")); err == nil && l != "" {
		return l
	}
	return request.AcceptedLanguage(v.Request)
}

// languageOr is a reader's own language, unless they have none or the address says another.
func (v *visit) languageOr(own campaign.Language) campaign.Language {
	if own == "" || v.Query("lang") != "" {
		return v.pageLanguage()
	}
	return own
}

// knownLanguage is a language that pages for readers exist in.
func knownLanguage(l campaign.Language) campaign.Language {
	if l.Known() {
		return l
	}
	return campaign.English
}
