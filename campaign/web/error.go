package web

import (
	"context"
	"errors"
	"net/http"

	"github.com/glasnik/glasnik/campaign"
)

var errTooLong = campaign.Errorf(campaign.Invalid, "That is more than can be taken at once.")

// statuses turns the codes of domain errors into HTTP statuses.
var statuses = map[campaign.Code]int{
	campaign.Invalid:         http.StatusBadRequest,
	campaign.NotFound:        http.StatusNotFound,
	campaign.Conflict:        http.StatusConflict,
	campaign.Forbidden:       http.StatusForbidden,
	campaign.Unauthenticated: http.StatusUnauthorized,
}

// errorPage says what went wrong and what to do.
type errorPage struct {
	Page
	Status  int
	Message string
}

// tooMany is answered with 429.
type tooMany struct{ message string }

func (e *tooMany) Error() string { return e.message }

// fail is the one place that turns an error into an answer. What is not a domain error is a fault of ours: the log gets
// it, the reader an apology.
func (v *visit) fail(err error) {
	v.Abort()
	if errors.Is(err, context.Canceled) && v.ctx().Err() != nil {
		v.Status(499) // the browser left; nobody reads the answer
		return
	}
	if errors.Is(err, errAskAgain) {
		if err = v.askAgain(); err == nil {
			return
		}
	}
	status, message := http.StatusInternalServerError, "Something went wrong on our side. Nothing you typed was the cause; please try again."
	var domain *campaign.Error
	var many *tooMany
	switch {
	case errors.As(err, &many):
		status, message = http.StatusTooManyRequests, many.message
		v.Header("Retry-After", "60")
	case errors.Is(err, errMediaType):
		status, message = http.StatusUnsupportedMediaType, errMediaType.Error()
	case errors.Is(err, errTooLong):
		status, message = http.StatusRequestEntityTooLarge, errTooLong.Error()
	case errors.As(err, &domain):
		status, message = statuses[domain.Code], sentence(domain.Message)
	case v.s.Trouble() != "":
		status, message = http.StatusServiceUnavailable, "The database cannot be used just now, so this was not done. The program goes on by itself when it is back; please try again then."
		v.Header("Retry-After", "30")
	default:
		v.s.Logger.Error("request failed", "method", v.Request.Method, "route", v.FullPath(), "error", err)
	}
	if v.Writer.Written() {
		return
	}
	if v.takes == takesJSON {
		v.allowOrigins()
		v.refuseJSON(status, apiCodes[status], "", message)
		return
	}
	v.explain(status, message)
}

// explain shows an error page; plain text when not even that can be made.
func (v *visit) explain(status int, message string) {
	p := errorPage{Page: v.page(errorTitle(status), ""), Status: status, Message: message}
	if err := v.showAs(status, "error", &p); err != nil {
		v.s.Logger.Error("error page failed", "error", err)
		v.String(status, "%s\n", message)
	}
}

func errorTitle(status int) string {
	switch status {
	case http.StatusNotFound:
		return "Not found"
	case http.StatusForbidden:
		return "Not allowed"
	case http.StatusTooManyRequests:
		return "Too many attempts"
	case http.StatusConflict:
		return "Not possible now"
	case http.StatusServiceUnavailable:
		return "Not available now"
	case http.StatusInternalServerError:
		return "Something went wrong"
	}
	return "This did not work"
}

func notFound(*visit) error {
	return campaign.Errorf(campaign.NotFound, "There is no such page. It may have been deleted, or the address is incomplete.")
}

func wrongMethod(v *visit) error {
	v.explain(http.StatusMethodNotAllowed, "This address cannot be opened this way. Go back and use the button on the page.")
	return nil
}

// denyForeignForm answers a form that was sent from another site.
func (s *Server) denyForeignForm(w http.ResponseWriter, r *http.Request) {
	const message = "This form was not sent from one of our own pages, so it was not accepted. Open the panel in a new tab and try again."
	p := errorPage{
		Page:   Page{Title: errorTitle(http.StatusForbidden), URL: r.URL, Zone: s.zone, Now: s.Now(), Version: s.Version},
		Status: http.StatusForbidden, Message: message,
	}
	body, err := s.pages.Render("error", &p)
	if err != nil {
		s.Logger.Error("error page failed", "error", err)
		body = []byte(message)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusForbidden)
	w.Write(body)
}
