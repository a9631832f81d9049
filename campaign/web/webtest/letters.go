package webtest

import (
	"net/url"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Wish sends the form of a reader's page, and returns the page that comes back.
func (d *Desk) Wish(address, action string, fields ...string) string {
	d.T.Helper()
	form := url.Values{"action": {action}}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, "=")
		form.Add(name, value)
	}
	w := d.PostForm(address, form)
	if w.Code != 200 && w.Code != 422 {
		d.T.Fatalf("%s: %d %s", action, w.Code, w.Body)
	}
	return w.Body.String()
}

// Notices returns what was written to single readers, the latest first.
func (d *Desk) Notices() ([]campaign.Notice, map[string]campaign.Delivery) {
	d.T.Helper()
	found, deliveries, _, err := d.Store.Notices.FindNotices(d.T.Context(), store.Page{Limit: 1000})
	Must(d.T, err)
	return found, deliveries
}

// ConfirmWish presses the button in the mail about what was chosen last.
func (d *Desk) ConfirmWish() string {
	d.T.Helper()
	found, _ := d.Notices()
	for i := range found {
		if found[i].Kind != campaign.ConfirmWish {
			continue
		}
		w := d.PostForm(d.Links.Answer(&found[i]), url.Values{"action": {"confirm"}})
		if w.Code != 200 {
			d.T.Fatalf("%d %s", w.Code, w.Body)
		}
		return w.Body.String()
	}
	d.T.Fatal("no mail asks for a button")
	return ""
}

// LinkOf returns the link in the latest notice of a kind to an address.
func (d *Desk) LinkOf(kind campaign.NoticeKind, to string) string {
	d.T.Helper()
	found, deliveries := d.Notices()
	for i := range found {
		if n := &found[i]; n.Kind == kind && deliveries[n.ID].Email == to {
			if link := d.Links.Answer(n); link != "" {
				return link
			}
			return d.Links.Preferences(n.About, n.At)
		}
	}
	d.T.Fatalf("no %s to %s", kind, to)
	return ""
}
