package web

import (
	"bytes"
	"net/http"
	"net/url"
	"runtime"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// A form names files that are kept; naming one a thousand times, or more than a message may hold, reads no more of them.
func TestAReleaseFormReadsNoMoreFilesThanAMessageHolds(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	picture := []byte("\x89PNG\r\n\x1a\n")
	keep := func(fill string, size int) string {
		id, err := s.store.Releases.SaveFile(t.Context(), append(picture, bytes.Repeat([]byte(fill), size)...))
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	large, other := keep("a", 6<<20), keep("b", 6<<20)
	draft := func(ids ...string) url.Values {
		form := url.Values{"language": {"en"}, "zone": {"UTC"}, "headline": {"News"}, "body": {"![a](cid:a.png)"}}
		for _, id := range ids {
			form.Add("file_id", id)
			form.Add("file_name", "a.png")
			form.Add("file_type", "image/png")
			form.Add("file_alt", "a picture")
			form.Add("file_inline", id)
		}
		return form
	}
	again := make([]string, 900)
	for i := range again {
		again[i] = large
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	s.do(http.MethodPost, "/releases/preview", draft(again...), nil).want(t, 200, "<b>News</b>")
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 400<<20 {
		t.Errorf("%d MB were allocated", used>>20)
	}
	s.do(http.MethodPost, "/releases/preview", draft(large, other), nil).want(t, 200, "weigh 12.6 MB together")
	s.do(http.MethodPost, "/releases/new", draft(large, other), nil).want(t, 422, "weigh 12.6 MB together")
}
