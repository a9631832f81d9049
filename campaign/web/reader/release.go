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

// letterPolicy lets a page look as the mail does, whose styles stand in its elements, and run nothing.
const letterPolicy = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// read finds what an address leads to; nil when the answer is given already. An embargoed release says when it can be read (C-01).
func (s *releases) read(v *visit) (*edition.Edition, *campaign.Version, error) {
	run, tag, arm, ok := s.links.ReadRead(v.Param("token"))
	if !ok {
		return nil, nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	e, err := s.store.GetEdition(v.ctx(), run)
	if campaign.CodeOf(err) == campaign.NotFound {
		return nil, nil, v.showMessage(http.StatusGone, v.pageLanguage(), "error.expired")
	}
	if err != nil {
		return nil, nil, err
	}
	if arm != "" {
		e = *e.ForArm(arm)
	}
	version := e.Release.In(tag)
	if version == nil {
		return nil, nil, v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	if e.Release.Embargo.After(s.now()) {
		m := messagePage{page: v.page(knownLanguage(tag))}
		m.Title, m.Text = m.T("embargo.title"), m.T("embargo.text", language.LongDate(m.Language, e.Release.Embargo.In(m.zone)))
		return nil, nil, v.show(http.StatusForbidden, "message", m.Style, &m)
	}
	return &e, version, nil
}

// show sends a release to everybody who has its address, as the mail shows it: the same to all, counting nobody (E-19).
func (s *releases) show(v *visit) error {
	e, version, err := s.read(v)
	if err != nil || version == nil {
		return err
	}
	files, err := s.images(v, &e.Release)
	if err != nil {
		return err
	}
	var frame templates.WebFrame
	if all := e.Release.Available(); len(all) > 1 {
		frame.Languages = campaign.Collect(all, func(l campaign.Language) templates.WebLanguage {
			return templates.WebLanguage{Tag: string(l), Name: l.Name(), URL: s.links.ReadArm(e.ID, l, e.Arm), Current: l == version.Language}
		})
	}
	body, err := templates.WebLetter(e, version, files, templates.MediaOf(e.Pictures, ""), s.links, frame, s.now())
	if err != nil {
		return err
	}
	v.Header("Content-Security-Policy", letterPolicy)
	v.Header("X-Robots-Tag", "noindex, nofollow")
	v.Header("Cache-Control", "no-store")
	v.Data(http.StatusOK, "text/html; charset=utf-8", []byte(body))
	return nil
}

// calendar sends the event of a release as a file, as the mail holds it.
func (s *releases) calendar(v *visit) error {
	e, version, err := s.read(v)
	if err != nil || version == nil {
		return err
	}
	event := templates.Calendar(e, version, s.links.Host(), s.now())
	if event == nil {
		return v.showMessage(http.StatusNotFound, v.pageLanguage(), "error.not_found")
	}
	v.Header("X-Robots-Tag", "noindex, nofollow")
	v.Header("Cache-Control", "no-store")
	v.Header("Content-Disposition", `attachment; filename="`+templates.CalendarName+`"`)
	v.Data(http.StatusOK, templates.CalendarType, event)
	return nil
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
