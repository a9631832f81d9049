package web

import (
	"context"
	"net/http"

	"github.com/glasnik/glasnik/templates"
)

// plainPages answers what needs no user.
type plainPages struct {
	*panel
	store  plainStore
	assets *templates.Assets
}

type plainStore interface {
	Ping(ctx context.Context) error
}

// health says whether the store answers, for whoever watches over the program.
func (s *plainPages) health(v *visit) error {
	v.Header("Cache-Control", "no-store")
	if err := s.store.Ping(v.ctx()); err != nil {
		s.Logger.Error("store does not answer", "error", err)
		v.String(http.StatusServiceUnavailable, "the store does not answer\n")
		return nil
	}
	v.String(http.StatusOK, "ok\n")
	return nil
}

func (s *plainPages) asset(v *visit) error {
	s.assets.ServeHTTP(v.Writer, v.Request)
	return nil
}

func (s *plainPages) favicon(v *visit) error {
	url, err := s.assets.URL("favicon.svg")
	if err != nil {
		return err
	}
	v.Redirect(http.StatusFound, url)
	return nil
}

// robots keeps search engines out: the panel is nobody's business, and what readers get is theirs (E-19).
func (s *plainPages) robots(v *visit) error {
	v.String(http.StatusOK, "User-agent: *\nDisallow: /\n")
	return nil
}
