package reader

import (
	"context"
	"net/http"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// records show people what is held on them.
type records struct {
	store  recordStore
	links  campaign.Links
	limits *limits
	now    func() time.Time
}

type recordStore interface {
	GetPerson(ctx context.Context, id string) (campaign.Contact, error)
	Dossier(ctx context.Context, contact string) (campaign.Dossier, error)
	Log(ctx context.Context, entries ...campaign.Entry) error
}

// dataPolicy lets the page bring its own style and load nothing.
const dataPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// findOwner returns the contact whose record a link opens; nil when the request is answered already. A link that was sent to a
// former address of the contact opens nothing.
func (s *records) findOwner(v *visit) (*campaign.Contact, error) {
	id, until, made, ok := s.links.ReadData(v.Param("token"))
	if !ok {
		return nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	if !s.now().Before(until) {
		return nil, v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	c, err := s.store.GetPerson(v.ctx(), id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, v.showMessage(http.StatusOK, v.pageLanguage(), "reader.gone")
	}
	if err != nil {
		return nil, err
	}
	if _, ok := c.MayGetRecord(s.now()); !ok || c.ID != id || made.Before(c.LinksSince) {
		return nil, v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	return &c, nil
}

// ask shows the buttons that open the record: mail scanners follow every link, and must not read it.
func (s *records) ask(v *visit) error {
	c, err := s.findOwner(v)
	if err != nil || c == nil {
		return err
	}
	p := confirmPage{page: v.page(v.languageOr(c.Language))}
	p.Title, p.Question = p.T("data.title"), p.T("data.question", maskAddress(c.Email))
	p.Buttons = []pageButton{{Action: "show", Name: p.T("data.show")}, {Action: "file", Name: p.T("dossier.download"), Quiet: true}}
	p.offerLanguages(v.Request.URL.Path)
	return v.show(http.StatusOK, "confirm", p.Style, &p)
}

// show sends everything that is held on the person the link was sent to, as a page or as a file: the same that the team hands
// out on request (E-06, E-10). The audit log says each time.
func (s *records) show(v *visit) error {
	c, err := s.findOwner(v)
	if err != nil || c == nil {
		return err
	}
	l := v.languageOr(c.Language)
	if !s.limits.allowForm(v, "data "+c.ID) {
		return v.showMessage(http.StatusTooManyRequests, l, "error.too_many")
	}
	form, err := readForm(v.Request)
	if err != nil {
		return v.refuseForm(err, l)
	}
	action := form.Get("action")
	if action != "show" && action != "file" {
		return v.showMessage(http.StatusBadRequest, l, "reader.empty")
	}
	entry := campaign.Entry{Kind: campaign.ExportedEntry, Contact: c.ID, Audit: true, Detail: campaign.Textf("Took all that is held on them, by the link in a mail").Stored()}
	if err := s.store.Log(v.ctx(), entry); err != nil {
		return err
	}
	d, err := s.store.Dossier(v.ctx(), c.ID)
	if err != nil {
		return err
	}
	v.Header("Cache-Control", "no-store")
	v.Header("X-Robots-Tag", "noindex, nofollow")
	if action == "file" {
		body, err := templates.DossierJSON(&d)
		if err != nil {
			return err
		}
		v.Header("Content-Disposition", `attachment; filename="data.json"`)
		v.Data(http.StatusOK, "application/json; charset=utf-8", body)
		return nil
	}
	body, err := templates.DossierPage(&d, knownLanguage(l), v.page(l).zone, "")
	if err != nil {
		return err
	}
	v.Header("Content-Security-Policy", dataPolicy)
	v.Data(http.StatusOK, "text/html; charset=utf-8", body)
	return nil
}
