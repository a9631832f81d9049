package web

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// valuesOf reads hidden fields of a page.
func valuesOf(page string, names ...string) (out []string) {
	for _, name := range names {
		if m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(page); m != nil {
			out = append(out, name+"="+strings.ReplaceAll(m[1], "&#43;", "+"))
		}
	}
	return out
}

func TestWhatIsTypedIsKeptAndTakenUp(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Editor)
	page := s.get("/releases/new")
	once := strings.TrimPrefix(valuesOf(page.Body, "once")[0], "once=")
	keep := "/releases/" + once + "/keep"
	s.post(keep, "typed=1", "language=en", "headline=Half a head", "body=Half a body", "preview_as=ana@example.org", "topics=a", "topics=b").want(t, 200, "Kept at")
	w, err := s.store.WorkingCopies.FindNewWorkingCopies(t.Context(), u.ID)
	if err != nil || len(w) != 1 {
		t.Fatal(w, err)
	}
	if w[0].Fields["preview_as"] != nil || len(w[0].Fields["topics"]) != 2 {
		t.Errorf("kept: %v", w[0].Fields)
	}
	s.get("/releases").want(t, 200, "You began “Half a head”", "/releases/new?go-on="+once)
	taken := s.get("/releases/new?go-on=" + once)
	taken.want(t, 200, "You go on with what you typed", "Half a body</textarea>", `value="`+once+`"`)
	s.post("/releases/new", "once="+once, "language=en", "zone=UTC", "headline=A headline", "body=A body").want(t, 200, "Saved.")
	if left, _ := s.store.WorkingCopies.FindWorkingCopies(t.Context(), once); len(left) != 0 {
		t.Errorf("after saving there is left %v", left)
	}

	edit := "/releases/" + once + "/edit"
	open := append(valuesOf(s.get(edit).Body, "version", "base"), "language=en", "source=en", "zone=UTC", "kind=press_release", "title=A headline")
	typed := append(open, "headline=A headline", "body=More of a body")
	s.post(keep, append(typed, "typed=1")...).want(t, 200, "Kept at")
	s.post(keep, "language=en").want(t, 200) // somebody is there, and types nothing
	s.get(edit).want(t, 200, "More of a body</textarea>", "You go on")
	s.post(keep+"/drop", "language=en").want(t, 200, "A body</textarea>", "dropped")
	s.post(keep, append(open, "headline=A headline", "body=A body", "typed=1")...).want(t, 200)
	if page := s.get(edit); strings.Contains(page.Body, "You go on") {
		t.Error("what equals the stored text is shown as not saved")
	}
	s.post("/releases/nonsense/keep", "language=en", "typed=1").want(t, 404)
	edition := campaign.Release{ID: campaign.DerivedID("edition", "a run"), Title: "Edition", Kind: campaign.Newsletter, Source: campaign.English, Versions: []campaign.Version{{Language: campaign.English, Headline: "What is new"}}}
	must(t, s.store.Releases.CreateRelease(t.Context(), &edition))
	s.post("/releases/"+edition.ID+"/keep", "language=en", "typed=1", "headline=What is newer").want(t, 200, "Kept at")

	s.post(keep, append(typed, "typed=1")...).want(t, 200)
	s.signInAs(campaign.Admin)
	s.post(keep, "language=fr").want(t, 200, "has typed something in English")
	s.post(edit, append(open, "headline=Theirs", "body=A body")...).want(t, 200, "Saved.")
	if page := s.get(edit); strings.Contains(page.Body, "More of a body") {
		t.Error("one user sees what another typed")
	}
}

func TestHistoryComparesAndRestores(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=One", "body=First words").want(t, 200)
	found, _, err := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, pageOf(5))
	if err != nil {
		t.Fatal(err)
	}
	id := found[0].ID
	open := append(valuesOf(s.get("/releases/"+id+"/edit").Body, "version", "base"), "language=en", "source=en", "zone=UTC", "kind=press_release", "title=One")
	s.post("/releases/"+id+"/edit", append(open, "headline=One", "body=Second words")...).want(t, 200)
	all, _, err := s.store.Releases.FindRevisions(t.Context(), id, campaign.English, pageOf(5))
	if err != nil || len(all) != 2 {
		t.Fatal(all, err)
	}
	s.get("/releases/"+id+"/history?lang=en").want(t, 200, "today’s text", "Restore")
	s.get("/releases/"+id+"/history?lang=en&a="+all[0].ID+"&b="+all[1].ID).want(t, 200, "Body", "<mark>First</mark> words", "<mark>Second</mark> words")
	s.post("/releases/"+id+"/restore", "revision="+all[1].ID).want(t, 200, "First words</textarea>", "This is the text as it was saved")
	if all, _, err = s.store.Releases.FindRevisions(t.Context(), id, campaign.English, pageOf(5)); err != nil || len(all) != 3 {
		t.Error("after restoring there are", len(all), err)
	}
	s.post("/releases/new", "language=en", "zone=UTC", "headline=Another").want(t, 200)
	s.post("/releases/"+id+"/restore", "revision=nonsense").want(t, 404)
}

func TestATranslationSeesWhatChangedInItsSource(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=One", "lead=The lead", "body=First.\n\nSecond.\n\nThird.").want(t, 200)
	found, _, _ := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, pageOf(5))
	path := "/releases/" + found[0].ID + "/edit"
	open := func(lang string, names ...string) []string {
		return append(valuesOf(s.get(path+"?lang="+lang).Body, append(names, "version", "base")...), "language="+lang, "source=en", "zone=UTC", "kind=press_release", "title=One")
	}
	s.get(path+"?lang=fr").want(t, 200, "Still to be translated:", `<a href="#f-lead">Lead</a>`)
	s.post(path, append(open("fr", "source_at"), "headline=Un", "lead=Le chapeau", "body=Premier.\n\nDeuxième.\n\nTroisième.")...).want(t, 200, "Saved.")
	s.post(path, append(open("en"), "headline=One", "lead=The lead", "body=First.\n\nSecond and new.\n\nThird.\n\nFourth.")...).want(t, 200)
	page := s.get(path + "?lang=fr")
	page.want(t, 200, "2 paragraphs of the source changed", "Second<mark> and new</mark>.", "<mark>Fourth.</mark>", "What stood here", `<a href="#f-body">Body</a> <span class="soft">3 of 4 paragraphs`)
	if strings.Contains(page.Body, "<mark>Third") || strings.Contains(page.Body, "<mark>First") {
		t.Error("paragraphs that stayed are marked")
	}
	half := append(open("fr", "source_at"), "headline=Un", "lead=Le chapeau", "body=Premier.\n\nDeuxième et nouveau.\n\nTroisième.")
	s.post(path, half...).want(t, 200, "2 paragraphs of the source changed")
	whole := append(open("fr", "source_at"), "headline=Un", "lead=Le chapeau", "body=Premier.\n\nDeuxième et nouveau.\n\nTroisième.\n\nQuatrième.", "dealt=true")
	if done := s.post(path, whole...); strings.Contains(done.Body, "changed after this translation") {
		t.Error("what is dealt with is still marked")
	}
}

// Two tabs go on with one release that was never saved: the second loses nothing, and is told.
func TestTheSecondTabOfANewReleaseLosesNothing(t *testing.T) {
	s := newSite(t)
	u := s.signInAs(campaign.Editor)
	once := strings.TrimPrefix(valuesOf(s.get("/releases/new").Body, "once")[0], "once=")
	first := []string{"once=" + once, "language=en", "zone=UTC", "kind=press_release", "headline=News", "body=Tab one"}
	s.post("/releases/new", first...).want(t, 200, "Saved.")
	s.post("/releases/new", first...).want(t, 200, "Saved.")
	second := append(first[:len(first)-1:len(first)-1], "body=Tab two")
	s.post("/releases/new", second...).want(t, 200, "Another tab saved this release already", "Tab two</textarea>")
	form := append(valuesOf(s.get("/releases/"+once+"/edit").Body, "version"), second[1:]...)
	s.post("/releases/"+once+"/edit", form...).want(t, 409, "<mark>one</mark>", "<mark>two</mark>")

	all, _, err := s.store.Releases.FindRevisions(t.Context(), once, campaign.English, pageOf(5))
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	s.post("/releases/"+once+"/restore", "revision="+all[0].ID).want(t, 200, "Tab one</textarea>")
	if all, _, err = s.store.Releases.FindRevisions(t.Context(), once, campaign.English, pageOf(5)); err != nil || len(all) != 3 {
		t.Errorf("the history has %d texts, %v: what was typed and not saved is not among them", len(all), err)
	}
	if _, err := s.store.WorkingCopies.GetWorkingCopy(t.Context(), campaign.WorkingCopyID(once, campaign.English, u.ID)); campaign.CodeOf(err) != campaign.NotFound {
		t.Error("the working copy stays:", err)
	}
	s.post("/releases/new", "language=en", "zone=UTC", "headline=Quoted", "quote_text=", "quote_name=Ana", "quote_role=director").want(t, 422, "has no words", "director")
}

// What a user types in one tab is not lost to another tab of theirs that has the same release open: it is in the history, and both say so.
func TestTwoTabsOfOneUserLoseNothing(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.post("/releases/new", "language=en", "zone=UTC", "headline=News", "body=Saved").want(t, 200)
	found, _, _ := s.store.Releases.FindReleases(t.Context(), store.ReleaseFilter{}, pageOf(5))
	id := found[0].ID
	path := "/releases/" + id
	tab := func() []string {
		return append(valuesOf(s.get(path+"/edit").Body, "version", "base", "tab"), "language=en", "source=en", "zone=UTC", "kind=press_release", "title=News", "headline=News")
	}
	history := func() (all []string) {
		rows, _, err := s.store.Releases.FindRevisions(t.Context(), id, campaign.English, pageOf(9))
		must(t, err)
		for _, r := range rows {
			all = append(all, r.Text.Body)
		}
		return all
	}
	const apart = "in another tab"
	first, second := tab(), tab()
	keep := func(tab []string, body string) answer {
		return s.post(path+"/keep", append(tab, "typed=1", "body="+body)...)
	}
	for _, body := range []string{"An hour", "An hour and more"} {
		if page := keep(first, body); strings.Contains(page.Body, apart) {
			t.Errorf("one tab alone is told of another: %s", page.Body)
		}
	}
	keep(second, "Saved and a word").want(t, 200, apart, path+"/history?lang=en")
	s.post(path+"/keep", first...).want(t, 200, apart)
	if all := history(); len(all) != 2 || !slices.Contains(all, "An hour and more") {
		t.Errorf("the history has %q", all)
	}
	third := tab() // goes on with what the second typed
	keep(third, "Saved and two words").want(t, 200)
	if all := history(); len(all) != 2 {
		t.Errorf("what a page shows is recorded as another's: %q", all)
	}
	s.post(path+"/edit", append(second, "body=Saved by the second")...).want(t, 200, "Saved.")
	if all := history(); len(all) != 4 || !slices.Contains(all, "Saved and two words") {
		t.Errorf("after saving in another tab the history has %q", all)
	}
}
