package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// A notice waits for the next page that shows no error, and is shown once.
func TestAnErrorLeavesTheNotice(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	const notice = "The list “Press” is there"
	client := &http.Client{Jar: s.jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequest(http.MethodPost, s.web.URL+"/lists/new", strings.NewReader("name=Press&tracking=none&basis=consent"))
	must(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	must(t, err)
	res.Body.Close()
	for _, wrong := range []answer{s.get("/lists/nosuch"), s.get("/users"), s.post("/lists/new")} {
		if wrong.Status < 400 || strings.Contains(wrong.Body, notice) {
			t.Errorf("%s answered %d with the notice of another page", wrong.Path, wrong.Status)
		}
	}
	s.get("/contacts").want(t, 200, notice)
	if again := s.get("/contacts"); strings.Contains(again.Body, notice) {
		t.Error("the notice is shown twice")
	}
}

func TestMailsThatDidNotGoSayWhy(t *testing.T) {
	why := &noticesPage{Page: Page{Language: campaign.English, Zone: time.UTC, Now: time.Now(), URL: &url.URL{Path: "/notices"}}}
	why.Rows = []noticeRow{{Delivery: campaign.Delivery{State: campaign.Failed, Reason: "no such mailbox"}}}
	why.Digests = []digestRow{{Run: campaign.Run{State: campaign.PausedRun, Reason: "stopped by hand"}}}
	assets, err := templates.NewAssets()
	must(t, err)
	pages, err := templates.NewPanel(assets)
	must(t, err)
	body, err := pages.Render(campaign.English, "notices", why)
	must(t, err)
	for _, want := range []string{"no such mailbox", "stopped by hand"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %q on the page", want)
		}
	}
}
