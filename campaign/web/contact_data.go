package web

import (
	"net/http"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// contactData gives everything held on a person, as a page or as a file, and notes who took it. The file is one of contacts
// like any other.
func (s *contactPages) data(v *visit) error {
	page := strings.HasSuffix(v.Request.URL.Path, ".html")
	switch {
	case page:
	case !v.user.MayExport():
		return errMayNotExport
	case !v.isSure():
		return errAskAgain
	}
	d, err := s.store.Dossier(v.ctx(), v.Param("id"))
	if err != nil {
		return gone(err, "contact")
	}
	if err := s.journal.Log(v.ctx(), campaign.Entry{Kind: campaign.ExportedEntry, Contact: d.Contact.ID, Audit: true, Detail: "all that is held on a person"}); err != nil {
		return err
	}
	body, kind := []byte(nil), "application/json"
	if page {
		kind = "text/html; charset=utf-8"
		v.inFrame() // the page brings its own style, and nothing in it runs
		body, err = templates.DossierPage(&d, d.Contact.Language, v.zone, "")
	} else {
		body, err = templates.DossierJSON(&d)
		v.Header("Content-Disposition", `attachment; filename="person.json"`)
	}
	if err != nil {
		return err
	}
	v.Data(http.StatusOK, kind, body)
	return nil
}
