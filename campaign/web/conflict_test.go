package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// Two tabs edit one release. What only one changed is brought together; what both changed is shown side by side, and nothing of
// either is lost.
func TestTheSecondTabSeesBothTexts(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=Old headline", "lead=Old lead", "body=Old body", "notes=Old notes").want(t, 200)
	found, _, err := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, pageOf(5))
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	path := "/releases/" + found[0].ID + "/edit"
	hidden := func(page string) []string {
		var out []string
		for _, name := range []string{"seen", "base"} {
			out = append(out, name+"="+regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page)[1])
		}
		return append(out, "language=en", "source=en", "zone=UTC", "kind=press_release", "title=Old headline")
	}
	opened := hidden(s.get(path).Body)
	theirs := append(opened, "headline=Old headline", "lead=Their <new> lead", "body=Their body", "notes=Old notes")
	s.post(path, theirs...).want(t, 200, "Saved.")

	apart := append(opened, "headline=My headline", "lead=Old lead", "body=Old body", "notes=My notes")
	both := append(opened, "headline=My headline", "lead=My new lead", "body=Old body", "notes=My notes")
	refused := s.post(path, both...)
	refused.want(t, 409, "<mark>Their", "<mark>My", `id="conflict-lead">Lead<`, "Taken over from them: Body.", `value="lead"`)
	again := append(hidden(refused.Body), "headline=My headline", "lead=My new lead", "body=Their body", "notes=My notes")
	s.post(path, append(again, "take=lead")...).want(t, 409, "Taken over from them: Lead.", "Their &lt;new&gt; lead</textarea>", "My headline", "My notes")

	s.post(path, apart...).want(t, 200, "Saved, together with what somebody else saved meanwhile.")
	r, err := s.store.Releases.GetRelease(t.Context(), found[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if v := r.Versions[0]; v.Headline != "My headline" || v.Lead != "Their <new> lead" || v.Body != "Their body" || v.Notes != "My notes" {
		t.Errorf("%+v", v)
	}
}

func TestWordsOfOneSideAreMarked(t *testing.T) {
	for _, c := range [][4]string{
		{"a long text", "a long text", "a long text", "a long text"},
		{"one two three", "one four three", "one <mark>two</mark> three", "one <mark>four</mark> three"},
		{"", "new", "", "<mark>new</mark>"},
		{"Ђаци & <b>", "Ђаци & <i>", "Ђаци &amp; &lt;<mark>b</mark>&gt;", "Ђаци &amp; &lt;<mark>i</mark>&gt;"},
	} {
		left, right := markWords(c[0], c[1])
		if string(left) != c[2] || string(right) != c[3] {
			t.Errorf("%q and %q: %q and %q", c[0], c[1], left, right)
		}
	}
	many := strings.Repeat("x ", 10)
	for i := range 60_000 { // more words than fit below the surrogates
		many += url.QueryEscape(string(rune(0x4e00+i%20_000))) + string(rune('a'+i/20_000)) + " "
	}
	if left, _ := markWords(many, many+"end"); string(left) != many {
		t.Error("many words come back changed")
	}
}
