package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// doubtful is a Home that doubts until it is adopted.
type doubtful struct{ doubt campaign.Doubt }

func (d *doubtful) Doubt() campaign.Doubt { return d.doubt }

func (d *doubtful) Adopt(context.Context) (campaign.Adopted, error) {
	d.doubt = campaign.NoDoubt
	return campaign.Adopted{Paused: []string{"Training <b>"}, Held: []string{"Monday"}, Dropped: 1}, nil
}

func TestCopyAsksAnAdmin(t *testing.T) {
	s := newSite(t)
	h := &doubtful{campaign.Restored}
	s.server.Home = h
	s.signInAs(campaign.Editor)
	if a := s.get("/lists"); !strings.Contains(a.Body, "put back from a backup") || !strings.Contains(a.Body, "Tell an admin") {
		t.Error("the banner is not on every page")
	}
	if a := s.get("/installation"); a.Status != http.StatusForbidden {
		t.Errorf("an editor gets %d", a.Status)
	}
	if a := s.post("/installation"); a.Status != http.StatusForbidden || h.doubt == campaign.NoDoubt {
		t.Errorf("an editor adopts: %d", a.Status)
	}
	s.signInAs(campaign.Admin)
	if a := s.get("/"); !strings.Contains(a.Body, `href="/installation"`) {
		t.Error("an admin is not shown the way")
	}
	if a := s.get("/installation"); a.Status != http.StatusOK || !strings.Contains(a.Body, "This is the real one") || h.doubt == campaign.NoDoubt {
		t.Errorf("the page: %d", a.Status)
	}
	a := s.post("/installation")
	if a.Status != http.StatusOK || h.doubt != campaign.NoDoubt || !strings.Contains(a.Body, "Training &lt;b&gt;") || !strings.Contains(a.Body, "Monday") {
		t.Errorf("adopting: %d\n%s", a.Status, a.Body)
	}
	if a := s.get("/installation"); a.Path != "/" || strings.Contains(a.Body, `class="alarm"`) {
		t.Errorf("after that: %s", a.Path)
	}
}

func TestTroubleOfTheStoreIsShown(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Viewer)
	s.server.Trouble = func() campaign.Text {
		return campaign.Textf("the store cannot be written, sending waits for it: %s", "disk <full>")
	}
	if a := s.get("/lists"); !strings.Contains(a.Body, "The store cannot be written") || !strings.Contains(a.Body, "disk &lt;full&gt;") {
		t.Error("the banner is not on every page")
	}
}
