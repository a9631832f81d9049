package reader

import (
	"context"
	"net/http"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/templates"
)

// releases are shown on the web as runs sent them.
type releases struct {
	store releaseReader
	links campaign.Links
	now   func() time.Time
}

type releaseReader interface {
	GetEdition(ctx context.Context, run string) (edition.Edition, error)
	GetFile(ctx context.Context, id string) ([]byte, error)
}

// releasePage is a release as a page.
type releasePage struct {
	page
	Release *templates.ReleasePage
}

// show sends a release to everybody who has its address: the same to all, counting nobody (E-19).
func (s *releases) show(v *visit) error {
	run, tag, ok := s.links.ReadRead(v.Param("token"))
	if !ok {
		return v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	e, err := s.store.GetEdition(v.ctx(), run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	if err != nil {
		return err
	}
	version := e.Release.In(tag)
	if version == nil {
		return v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	p := releasePage{page: v.page(knownLanguage(tag))}
	if e.Release.Embargo.After(s.now()) {
		m := messagePage{page: p.page}
		m.Title, m.Text = m.T("embargo.title"), m.T("embargo.text", language.LongDate(m.Language, e.Release.Embargo.In(p.zone)))
		return v.show(http.StatusForbidden, "message", m.Style, &m)
	}
	files, err := s.images(v, &e.Release)
	if err != nil {
		return err
	}
	if p.Release, err = templates.NewReleasePage(&e, version, files, s.now()); err != nil {
		return err
	}
	p.Title = p.Release.Headline
	for _, l := range e.Release.Available() {
		p.Languages = append(p.Languages, pageLanguage{Tag: string(l), Name: l.Name(), URL: s.links.Read(run, l), Current: l == tag})
	}
	return v.show(http.StatusOK, "release", p.Style, &p)
}

// images reads the images a release shows.
func (s *releases) images(v *visit, r *campaign.Release) ([]campaign.ContentFile, error) {
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
