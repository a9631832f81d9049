package reader

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/glasnik/glasnik/templates"
)

// plain is what monitors, browsers and search engines ask for.
type plain struct {
	store  pinger
	assets *templates.Assets
	logger *slog.Logger
}

type pinger interface {
	Ping(ctx context.Context) error
}

// health says whether the store answers, for monitors.
func (p *plain) health(v *visit) error {
	v.Header("Cache-Control", "no-store")
	if err := p.store.Ping(v.ctx()); err != nil {
		p.logger.Error("store does not answer", "error", err)
		v.String(http.StatusServiceUnavailable, "the store does not answer\n")
		return nil
	}
	v.String(http.StatusOK, "ok\n")
	return nil
}

func (p *plain) asset(v *visit) error {
	p.assets.ServeHTTP(v.Writer, v.Request)
	return nil
}

func (p *plain) favicon(v *visit) error {
	url, err := p.assets.URL("favicon.svg")
	if err != nil {
		return err
	}
	v.Redirect(http.StatusFound, url)
	return nil
}

// robots keeps search engines out: the panel is nobody else's business, and what readers get is theirs (E-19).
func (p *plain) robots(v *visit) error {
	v.String(http.StatusOK, "User-agent: *\nDisallow: /\n")
	return nil
}
