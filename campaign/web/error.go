package web

import (
	"net/http"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
)

// errorPage says what went wrong and what to do.
type errorPage struct {
	Page
	Status  int
	Message string
}

// fail answers a request that ended with an error.
func (v *visit) fail(err error) {
	request.Failures{Logger: v.panel.Logger, Trouble: v.panel.Trouble}.Answer(v.Context, err, func(status int, sentence string) {
		if v.takes == takesJSON {
			v.allowOrigins()
			v.refuseJSON(status, apiCodes[status], "", sentence)
			return
		}
		v.explain(status, sentence)
	})
}

// explain shows an error page; plain text when not even that can be made.
func (v *visit) explain(status int, message string) {
	p := errorPage{Page: v.page(errorTitle(status), ""), Status: status, Message: message}
	if err := v.showAs(status, "error", &p); err != nil {
		v.panel.Logger.Error("error page failed", "error", err)
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
