package web

import (
	"net/http"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// readPage is a release as a page, as a run sent it.
type readPage struct {
	publicPage
	Release *templates.ReleasePage
}

// readRelease shows a release to whoever has its address: the same to everybody, counting nobody (E-19).
func (s *Server) readRelease(v *visit) error {
	run, tag, ok := s.tracker.links.ReadRead(v.Param("token"))
	if !ok {
		return v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	e, err := s.store.GetEdition(v.ctx(), run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return v.tellReader(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	if err != nil {
		return err
	}
	version := e.Release.In(tag)
	if version == nil {
		return v.tellReader(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	p := readPage{publicPage: v.publicPage(readerLanguage(tag))}
	if e.Release.Embargo.After(s.Now()) {
		m := messagePage{publicPage: p.publicPage}
		m.Title, m.Text = m.T("embargo.title"), m.T("embargo.text", language.LongDate(m.Language, e.Release.Embargo.In(p.zone)))
		return v.showPublic(http.StatusForbidden, "message", m.Style, &m)
	}
	files, err := s.filesOf(v, &e.Release)
	if err != nil {
		return err
	}
	if p.Release, err = templates.NewReleasePage(&e, version, files, s.Now()); err != nil {
		return err
	}
	p.Title = p.Release.Headline
	for _, l := range e.Release.Available() {
		p.Languages = append(p.Languages, publicLanguage{string(l), l.Name(), s.tracker.links.Read(run, l), l == tag})
	}
	return v.showPublic(http.StatusOK, "release", p.Style, &p)
}

// filesOf reads the images a release shows.
func (s *Server) filesOf(v *visit, r *campaign.Release) ([]campaign.ContentFile, error) {
	var files []campaign.ContentFile
	for _, a := range r.Attachments {
		if !a.Inline {
			continue
		}
		data, err := s.store.GetFile(v.ctx(), a.File)
		if campaign.CodeOf(err) == campaign.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		files = append(files, campaign.ContentFile{Name: a.Name, MediaType: a.MediaType, Inline: true, Data: data})
	}
	return files, nil
}
