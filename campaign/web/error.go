package web

import (
	"net/http"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/templates"
)

// errorPage says what went wrong and what to do.
type errorPage struct {
	Page
	Status  int
	Message campaign.Text
}

// fail answers a request that ended with an error.
func (v *visit) fail(err error) {
	request.Failures{Logger: v.panel.Logger, Trouble: v.panel.Trouble}.Answer(v.Context, err, func(status int, words campaign.Text) {
		p := errorPage{Page: v.page("", "%s", errorTitle(status)), Status: status, Message: words}
		if err := v.showAs(status, "error", &p); err != nil {
			v.panel.Logger.Error("error page failed", "error", err)
			v.String(status, "%s\n", v.sentence(words))
		}
	})
}

func errorTitle(status int) campaign.Text {
	switch status {
	case http.StatusNotFound:
		return campaign.Textf("Not found")
	case http.StatusForbidden:
		return campaign.Textf("Not allowed")
	case http.StatusTooManyRequests:
		return campaign.Textf("Too many attempts")
	case http.StatusConflict:
		return campaign.Textf("Not possible now")
	case http.StatusServiceUnavailable:
		return campaign.Textf("Not available now")
	case http.StatusInternalServerError:
		return campaign.Textf("Something went wrong")
	}
	return campaign.Textf("This did not work")
}

// explain sends the page of an error where nobody is known to be signed in.
func (p *panel) explain(w http.ResponseWriter, r *http.Request, status int, words campaign.Text) {
	l := request.AcceptedLanguage(r)
	body, err := p.pages.Render(l, "error", &errorPage{
		Page: Page{
			Title: templates.Say(l, errorTitle(status)), Language: l, Zone: p.zone, Now: p.Now(), URL: r.URL, Version: p.Version, Demo: p.Demo, Mailbox: p.MailboxURL,
		},
		Status: status, Message: words,
	})
	kind := htmlType
	if err != nil {
		p.Logger.Error("error page failed", "error", err)
		body, kind = []byte(templates.Sentence(l, words)+"\n"), "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	w.Write(body)
}

// denySession answers where a session cannot be read or written.
func (p *panel) denySession(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // nobody waits for the answer any more
	}
	p.Logger.Error("a session could not be read or written", "error", err)
	p.explain(w, r, http.StatusServiceUnavailable, campaign.Textf("Glasnik cannot reach its store just now. Please try again in a minute."))
}

// denyForeignForm answers a form that was sent from another site.
func (p *panel) denyForeignForm(w http.ResponseWriter, r *http.Request) {
	p.explain(w, r, http.StatusForbidden, campaign.Textf("This form was not sent from one of our own pages, so it was not accepted. Open the panel in a new tab and try again."))
}
