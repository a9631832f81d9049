package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

func TestEditorIsToldTheBlocksOfTheTexts(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	form := url.Values{"language": {"sr-Latn"}, "body": {"Uvod.\r\n\r\n> a\r\n>\r\n> — Ana"}, "lead": {strings.Repeat("> ", 40) + "a"}}
	var got map[string]editorText
	if err := json.Unmarshal([]byte(s.do(http.MethodPost, "/releases/editor", form, nil).Body), &got); err != nil {
		t.Fatal(err)
	}
	if b := got["body"].Blocks; len(got) != 2 || len(b) != 2 || b[0].Source != "Uvod.\n\n" || !strings.Contains(b[1].HTML, "<footer>Ana</footer>") {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(got["lead"].Problem, "nested more than 30 deep") {
		t.Errorf("the lead: %+v", got["lead"])
	}
	s.signInAs(campaign.Viewer)
	s.do(http.MethodPost, "/releases/editor", form, nil).want(t, 403)
}

// A page with the editor stays light: 100 kB of script, compressed.
func TestScriptOfTheEditorsPage(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	page := s.do(http.MethodGet, "/releases/new", nil, nil).Body
	total := 0
	for _, m := range regexp.MustCompile(`<script[^>]* src="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write([]byte(s.do(http.MethodGet, m[1], nil, nil).Body))
		_ = w.Close()
		total += b.Len()
	}
	if total < 60_000 || total > 100_000 {
		t.Errorf("the scripts have %d bytes", total)
	}
}

// A text may be longer than what can be sent while it is written.
func TestALongDraftIsKept(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	form := url.Values{"language": {"en"}, "zone": {"UTC"}, "headline": {"News"}, "body": {strings.Repeat("Words of a long draft.\n\n", 20_000)}}
	s.do(http.MethodPost, "/releases/new", form, nil).want(t, 200, "Saved.", "Words of a long draft.")
}
