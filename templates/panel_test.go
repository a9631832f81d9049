package templates

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestPanelParses(t *testing.T) {
	assets, err := NewAssets()
	must(t, err)
	if _, err := NewPanel(assets); err != nil {
		t.Fatal(err)
	}
	p, _ := NewPanel(assets)
	if _, err := p.Render(campaign.English, "no such page", nil); err == nil {
		t.Error("a page that is not there was rendered")
	}
}

func TestAssets(t *testing.T) {
	a, err := NewAssets()
	must(t, err)
	if _, err := a.URL("missing.css"); err == nil {
		t.Error("an asset that is not there has an address")
	}
	if _, err := a.URL("vendor/refresh"); err == nil {
		t.Error("a script for developers is served")
	}
	url, err := a.URL("panel.css")
	must(t, err)
	for path, want := range map[string]struct {
		status int
		cache  string
	}{
		url:                              {200, "immutable"},
		"/assets/000000000000/panel.css": {200, "no-cache"},
		"/assets/0/../../go.mod":         {404, ""},
		"/assets/panel.css":              {404, ""},
		"/assets/0/vendor/htmx.LICENSE":  {404, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://localhost/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		if w.Code != want.status || !strings.Contains(w.Header().Get("Cache-Control"), want.cache) {
			t.Errorf("%s: %d %q", path, w.Code, w.Header().Get("Cache-Control"))
		}
	}
}

// What browsers can unpack is sent compressed, and unpacked is what the others get.
func TestAssetsAreCompressed(t *testing.T) {
	a, err := NewAssets()
	must(t, err)
	ask := func(name, accepts string) *httptest.ResponseRecorder {
		url, err := a.URL(name)
		must(t, err)
		r := httptest.NewRequest(http.MethodGet, "http://localhost"+url, nil)
		r.Header.Set("Accept-Encoding", accepts)
		w := httptest.NewRecorder()
		a.ServeHTTP(w, r)
		return w
	}
	plain := ask("panel.css", "").Body.Bytes()
	for accepts, compressed := range map[string]bool{"gzip, deflate, br": true, "br;q=1.0, GZIP;q=0.8": true, "*": true, "gzip;q=0, *": false, "br": false, "identity": false, "gzip;q=x": false} {
		w := ask("panel.css", accepts)
		got := w.Body.Bytes()
		if is := w.Header().Get("Content-Encoding") == "gzip"; is != compressed || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: compressed %v, Vary %q", accepts, is, w.Header().Get("Vary"))
		} else if is {
			r, err := gzip.NewReader(w.Body)
			must(t, err)
			got, err = io.ReadAll(r)
			must(t, err)
		}
		if !bytes.Equal(got, plain) {
			t.Errorf("%q: other content", accepts)
		}
	}
	if script := ask("vendor/editor.js", "gzip").Body.Len(); script > 100_000 {
		t.Errorf("the editor's script has %d bytes compressed", script)
	}
}

func TestCharts(t *testing.T) {
	labels := []string{"09:00", "10:00", `<b>"11"</b>`}
	for name, chart := range map[string]string{
		"line": string(LineChart(campaign.English, `Opens & "clicks"`, labels, Series{"Opened", []int64{0, 12, 1234}}, Series{"Clicked", []int64{0, 3, 40}})),
		"bar":  string(BarChart(campaign.English, `Opens & "clicks"`, labels, Series{"Opened", []int64{5, 12, 1234}})),
	} {
		for _, want := range []string{`role="img"`, "Figures as a table", "1,234", "&lt;b&gt;"} {
			if !strings.Contains(chart, want) {
				t.Errorf("the %s chart lacks %q", name, want)
			}
		}
		if strings.Contains(chart, "<b>") || strings.Contains(chart, "style=") || strings.Contains(chart, "NaN") {
			t.Errorf("the %s chart holds what it must not: %s", name, chart)
		}
		d := xml.NewDecoder(strings.NewReader(chart))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("the %s chart is not well formed: %v", name, err)
			}
		}
	}
	if c := string(LineChart(campaign.English, "Opens", nil)); !strings.Contains(c, "nothing yet") {
		t.Errorf("an empty chart: %s", c)
	}
	if c := string(LineChart(campaign.English, "Opens", []string{"now"}, Series{"Opened", []int64{0}})); !strings.Contains(c, "<circle") {
		t.Errorf("a chart of one point shows none: %s", c)
	}
}

func TestWordsAndNumbers(t *testing.T) {
	for got, want := range map[string]string{
		Translate(campaign.SerbianLatin, "{0} contacts", 1200): "1.200 kontakata", Translate(campaign.English, "{0} contacts", int64(1)): "1 contact",
		Percent(campaign.English, 1, 0): "–", Percent(campaign.English, 1, 3): "33%", Percent(campaign.English, 1, 200): "0.5%", Percent(campaign.English, 0, 9): "0%", Percent(campaign.English, 2999, 3000): "99.9%", Percent(campaign.English, 1, 5000): "<0.1%", Percent(campaign.English, 9, 9): "100%",
		Label(campaign.English, campaign.LegitimateInterest): "Legitimate interest", Label(campaign.English, campaign.Kind("")): "–", Label(campaign.French, campaign.English): "English",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if c := ChipFor(campaign.English, campaign.Bounced); c.Tone != "bad" || c.Shape == "" || c.Text == "" {
		t.Errorf("chip %+v", c)
	}
}
