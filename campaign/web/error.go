package web

import (
	"net/http"

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
		p := errorPage{Page: v.page(errorTitle(status), ""), Status: status, Message: sentence}
		if err := v.showAs(status, "error", &p); err != nil {
			v.panel.Logger.Error("error page failed", "error", err)
			v.String(status, "%s\n", sentence)
		}
	})
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

// explain sends the page of an error where nobody is known to be signed in.
func (p *panel) explain(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	body, err := p.pages.Render("error", &errorPage{
		Page: Page{
			Title: errorTitle(status), Zone: p.zone, Now: p.Now(), URL: r.URL, Version: p.Version, Demo: p.Demo, Mailbox: p.MailboxURL,
		},
		Status: status, Message: sentence,
	})
	kind := "text/html; charset=utf-8"
	if err != nil {
		p.Logger.Error("error page failed", "error", err)
		body, kind = []byte(sentence+"\n"), "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(body)
}

// denyForeignForm answers a form that was sent from another site.
func (p *panel) denyForeignForm(w http.ResponseWriter, r *http.Request) {
	p.explain(w, r, http.StatusForbidden, "This form was not sent from one of our own pages, so it was not accepted. Open the panel in a new tab and try again.")
}
