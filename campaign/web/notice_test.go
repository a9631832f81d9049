package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
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
