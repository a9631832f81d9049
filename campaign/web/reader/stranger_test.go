package reader

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/web/request"
	"github.com/glasnik/glasnik/campaign/web/webtest"
)

// A stranger who asks for another address gets a link to the same change as its reader. However often they press, the reader
// can still stop it.
func TestAStrangerCannotUseUpTheStopOfAChange(t *testing.T) {
	d := newDesk(t)
	d.Wish(d.Links.Preferences(d.Ana.Contact, webtest.Start), "address", "email=stranger@example.test")
	theirs, own := d.LinkOf(campaign.ConfirmAddress, "stranger@example.test"), d.LinkOf(campaign.AddressChanged, "ana@example.org")
	for range 2 * formsPerLink {
		d.PostForm(theirs, url.Values{"action": {"confirm"}})
	}
	if w := d.PostForm(own, url.Values{"action": {"stop"}}); w.Code != 200 {
		t.Errorf("the reader is answered %d", w.Code)
	}
	if change, err := d.Store.AddressChanges.WaitingChange(t.Context(), d.Ana.Contact); err != nil || change != nil {
		t.Errorf("the change still waits: %+v %v", change, err)
	}
}

// A message that was passed on does not keep its reader from choosing: forms are counted by place.
func TestAStrangerElsewhereCannotUseUpAReadersForms(t *testing.T) {
	d := newDesk(t)
	send := func(from string) int {
		u, err := url.Parse(d.Links.Unsubscribe(&d.Ana))
		webtest.Must(t, err)
		r := httptest.NewRequest(http.MethodPost, u.Path, strings.NewReader("action=save&language=fr"))
		r.Header.Set("Content-Type", request.Form)
		r.RemoteAddr = from + ":1024"
		w := httptest.NewRecorder()
		d.Handler.ServeHTTP(w, r)
		return w.Code
	}
	for range 2 * formsPerLink {
		send("192.0.2.66")
	}
	if got := send("192.0.2.66"); got != http.StatusTooManyRequests {
		t.Errorf("the stranger is answered %d", got)
	}
	if got := send("198.51.100.7"); got != http.StatusOK {
		t.Errorf("the reader is answered %d", got)
	}
}

// A page that belongs to no message has no lists of its own: what says there that somebody has left holds for every list.
func TestLeavingByAPageOfNoMessage(t *testing.T) {
	for _, form := range []url.Values{{"List-Unsubscribe": {"One-Click"}}, {"action": {"leave"}}} {
		d := newDesk(t)
		w := d.PostForm(d.Links.Preferences(d.Ana.Contact, webtest.Start), form)
		if c := d.Contact(d.Ana.Contact); w.Code != 200 || len(c.Memberships) == 0 || c.OnAll([]string{d.Press.ID}) {
			t.Errorf("%v: answered %d, and they are on %+v", form, w.Code, c.Memberships)
		}
	}
}
