package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/datadir"
	"github.com/glasnik/glasnik/campaign/metrics"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// Figures are told to who has the token, name nobody, and are those that the dashboard asks for.
func TestMetrics(t *testing.T) {
	t.Parallel()
	const token = "a token of twenty characters"
	d := newDesk(t, smtptest.Options{}, "GLASNIK_METRICS_TOKEN="+token)
	id := d.campaign("email\nana@example.org\nmira@example.org\n")
	d.ok("campaigns", "send", id)
	d.inspect(func(in *installation) {
		sender := in.scheduler()
		var err error
		in.hits, err = datadir.OpenLog(in.cfg.DataDir, in.logger)
		must(t, err)
		t.Cleanup(in.hits.Close)
		handler, err := in.web(sender, "")
		must(t, err)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- sender.Run(byProgram(ctx)) }()
		eventually(t, "the end of the campaign", func() bool {
			c, err := in.store.Campaigns.GetCampaign(t.Context(), id)
			return err == nil && c.State == campaign.Sent
		})
		stop()
		must(t, <-done)

		ask := func(path, authorization string) *httptest.ResponseRecorder {
			r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:9"+path, nil)
			r.Header.Set("Authorization", authorization)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			return w
		}
		for _, given := range []string{"", "Bearer ", "Bearer another", token, "Basic " + token} {
			if w := ask(metrics.Path, given); w.Code != http.StatusUnauthorized || strings.Contains(w.Body.String(), "glasnik_") {
				t.Errorf("to %q: %d", given, w.Code)
			}
		}
		if w := ask("/sign-in", ""); w.Code != http.StatusOK {
			t.Errorf("the way in: %d", w.Code)
		}
		must(t, os.RemoveAll(filepath.Join(in.cfg.DataDir, "hits")))
		if w := ask(strings.TrimPrefix(in.links.Open(&campaign.Delivery{Run: "r", Tracking: campaign.Aggregate}), "http://127.0.0.1:9"), ""); w.Code != http.StatusOK {
			t.Errorf("the image, which cannot be counted: %d", w.Code)
		}
		w := ask(metrics.Path, "Bearer "+token)
		text := w.Body.String()
		for _, line := range []string{
			"glasnik_store_up 1", `glasnik_deliveries_total{state="sent"} 2`, `glasnik_contacts{kind="journalist"} 2`, `glasnik_contacts{kind="other"} 0`, `glasnik_campaigns{state="sent"} 1`,
			`glasnik_deliveries_open{state="queued"} 0`, "glasnik_provider_holds 0", `glasnik_smtp_unusable{server="` + d.sink.Addr() + `"} 0`,
			`glasnik_http_request_duration_seconds_count{code="200",part="team"} 1`,
			"glasnik_hits_lost_total 1",
		} {
			if !strings.Contains(text, "\n"+line+"\n") {
				t.Errorf("no line %s in %d\n%s", line, w.Code, text)
			}
		}
		if strings.Contains(text, "example.org") {
			t.Errorf("somebody is named:\n%s", text)
		}
		dashboard, err := os.ReadFile("../../campaign/metrics/dashboard.json")
		must(t, err)
		for _, name := range regexp.MustCompile(`(glasnik|process)_[a-z_]+`).FindAllString(string(dashboard), -1) {
			if !strings.Contains(text, "# TYPE "+strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_count")+" ") {
				t.Errorf("the dashboard asks for %s, which is not told", name)
			}
		}
	})
	off := newDesk(t, smtptest.Options{})
	off.inspect(func(in *installation) {
		handler, err := in.web(in.scheduler(), "")
		must(t, err)
		if w := fetch(handler, "GET", "http://127.0.0.1:9"+metrics.Path, ""); w.Code == http.StatusOK || strings.Contains(w.Body.String(), "glasnik_contacts") {
			t.Errorf("without a token: %d", w.Code)
		}
	})
}
