package web

import (
	"net/http"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// dataPolicy lets the page bring its own style and load nothing. Its file can be downloaded, which a sandbox would forbid.
const dataPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// personalData gives everything held on whom the link was sent to, as a page or as a file: the same that the team gives in
// answer to a request (E-06, E-10).
func (s *Server) personalData(v *visit) error {
	id, until, ok := s.tracker.links.ReadData(v.Param("token"))
	if !ok {
		return v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	if !s.Now().Before(until) {
		return v.tellReader(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	d, err := s.store.Dossier(v.ctx(), id)
	if campaign.CodeOf(err) == campaign.NotFound {
		return v.tellReader(http.StatusOK, v.pageLanguage(), "reader.gone")
	}
	if err != nil {
		return err
	}
	v.Header("Cache-Control", "no-store")
	v.Header("X-Robots-Tag", "noindex, nofollow")
	if v.Query("format") == "json" {
		body, err := templates.DossierJSON(&d)
		if err != nil {
			return err
		}
		v.Header("Content-Disposition", `attachment; filename="data.json"`)
		v.Data(http.StatusOK, "application/json; charset=utf-8", body)
		return nil
	}
	l := d.Contact.Language
	if l == "" || v.Query("lang") != "" {
		l = v.pageLanguage()
	}
	body, err := templates.DossierPage(&d, readerLanguage(l), v.publicPage(l).zone, v.Request.URL.Path+"?format=json")
	if err != nil {
		return err
	}
	v.Header("Content-Security-Policy", dataPolicy)
	v.Data(http.StatusOK, "text/html; charset=utf-8", body)
	return nil
}
