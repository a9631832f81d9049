package reader

import (
	"net/http"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/campaign/web/webtest"
	"github.com/glasnik/glasnik/templates"
)

// desk is the readers' site over a store with a run that was sent.
type desk struct {
	*webtest.Desk
	site *Site
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{Desk: webtest.NewDesk(t)}
	assets, err := templates.NewAssets()
	webtest.Must(t, err)
	zone, err := time.LoadLocation("Europe/Belgrade")
	webtest.Must(t, err)
	d.site, err = New(Config{
		Links: d.Links, Logger: d.Logger(), Now: d.Now, Wake: func() {}, Trouble: func() campaign.Text { return campaign.Text{} },
		Assets: assets, BaseURL: webtest.Base, Zone: zone,
	}, d.Store.All())
	webtest.Must(t, err)
	d.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d.site.ServeHTTP(w, r.WithContext(store.As(r.Context(), campaign.Actor{Name: campaign.ByPerson})))
	})
	return d
}
