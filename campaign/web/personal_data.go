package web

import (
	"net/http"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// dataPolicy lets the page bring its own style and load nothing.
const dataPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// findOwner gives the contact whose record a link opens; nil when the answer is given already. A link that was sent to an
// address the contact has no more opens nothing.
func (s *Server) findOwner(v *visit) (*campaign.Contact, error) {
	id, until, made, ok := s.tracker.links.ReadData(v.Param("token"))
	if !ok {
		return nil, v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	if !s.Now().Before(until) {
		return nil, v.tellReader(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	c, err := s.store.GetPerson(v.ctx(), id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, v.tellReader(http.StatusOK, v.pageLanguage(), "reader.gone")
	}
	if err != nil {
		return nil, err
	}
	if _, ok := c.MayGetRecord(s.Now()); !ok || c.ID != id || made.Before(c.LinksSince) {
		return nil, v.tellReader(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	return &c, nil
}

// askForData shows the buttons that open the record: who follows every link, as mail scanners do, does not read it.
func (s *Server) askForData(v *visit) error {
	c, err := s.findOwner(v)
	if err != nil || c == nil {
		return err
	}
	p := confirmPublicPage{publicPage: v.publicPage(v.languageOrOwn(c.Language))}
	p.Title, p.Question = p.T("data.title"), p.T("data.question", maskAddress(c.Email))
	p.Buttons = []pageButton{{Action: "show", Name: p.T("data.show")}, {Action: "file", Name: p.T("dossier.download"), Quiet: true}}
	p.otherLanguages(v.Request.URL.Path)
	return v.showPublic(http.StatusOK, "confirm", p.Style, &p)
}

// personalData gives everything held on whom the link was sent to, as a page or as a file: the same that the team gives in
// answer to a request (E-06, E-10). Each time stands in the audit log.
func (s *Server) personalData(v *visit) error {
	c, err := s.findOwner(v)
	if err != nil || c == nil {
		return err
	}
	l := v.languageOrOwn(c.Language)
	if !s.maySend(v, "data "+c.ID) {
		return v.tellReader(http.StatusTooManyRequests, l, "error.too_many")
	}
	form, err := readLeaveForm(v.Request)
	if err != nil {
		return v.tellReader(statusOfForm(err), l, "reader.empty")
	}
	action := form.Get("action")
	if action != "show" && action != "file" {
		return v.tellReader(http.StatusBadRequest, l, "reader.empty")
	}
	entry := campaign.Entry{Kind: campaign.ExportedEntry, Contact: c.ID, Audit: true, Detail: "all that is held on them, by the link in a mail"}
	if err := s.journal.Log(v.ctx(), entry); err != nil {
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
	body, err := templates.DossierPage(&d, readerLanguage(l), v.publicPage(l).zone, "")
	if err != nil {
		return err
	}
	v.Header("Content-Security-Policy", dataPolicy)
	v.Data(http.StatusOK, "text/html; charset=utf-8", body)
	return nil
}

// languageOrOwn is the reader's own language, unless the address says another or they have none.
func (v *visit) languageOrOwn(own campaign.Language) campaign.Language {
	if own == "" || v.Query("lang") != "" {
		return v.pageLanguage()
	}
	return own
}
