package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// blockedRelease has words that block.
func blockedRelease(t *testing.T, s *site) campaign.Release {
	t.Helper()
	r := campaign.Release{Title: "Help", Source: campaign.English, Versions: []campaign.Version{{Language: campaign.English, Headline: "Support in Bor", Body: "Child prostitutes were found. Illegal migrants too."}}}
	if err := s.store.Releases.CreateRelease(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWritingCheckOfARelease(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	r := blockedRelease(t, s)
	path := "/releases/" + r.ID + "/writing"
	s.get("/releases/"+r.ID).want(t, 200, "1 place blocks sending")
	s.get(path).want(t, 200, "Child prostitutes", "child victim of trafficking", "Illegal migrants", "ask somebody who may override", "#T11")
	s.post(path+"/override", "reason=It is the title of a study.").want(t, 403, "You may not let blocked words go out")
	s.post(path+"/replace", "language=en", "field=body", "start=30", "text=Illegal migrants", "with=migrants").want(t, 200, "is replaced by")
	s.post(path+"/replace", "language=en", "field=body", "start=30", "text=Illegal migrants", "with=migrants").want(t, 200, "does not stand there any more")
	stored, err := s.store.Releases.GetRelease(t.Context(), r.ID)
	if err != nil || stored.Versions[0].Body != "Child prostitutes were found. Migrants too." {
		t.Errorf("%q, %v", stored.Versions[0].Body, err)
	}
}

// TestOverrideOfTheWritingCheck is A-08: the reason is kept, shown, and holds until the text is changed.
func TestOverrideOfTheWritingCheck(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	r := blockedRelease(t, s)
	path := "/releases/" + r.ID + "/writing"
	seen := valuesOf(s.get(path).Body, "seen")
	s.post(path+"/override", append(seen, "reason=no")...).want(t, 422, "Say why these words must stay")
	s.post(path+"/override", "reason=It is the title of a study.").want(t, 422, "look at it again") // a form that showed nothing lets nothing out
	s.post(path+"/override", append(seen, "reason=It is the title of a study.")...).want(t, 200, "The reason is kept", "It is the title of a study.", "overridden")
	stored, err := s.store.Releases.GetRelease(t.Context(), r.ID)
	if err != nil || len(stored.Overrides) != 1 || stored.Overrides[0].Rule != "T11" || stored.Overrides[0].Text != "Child prostitutes" || stored.Overrides[0].Name == "" || stored.Overrides[0].At.IsZero() {
		t.Errorf("%+v, %v", stored.Overrides, err)
	}
	_, err = s.store.Releases.UpdateRelease(t.Context(), r.ID, func(r *campaign.Release) error {
		r.Versions[0].Body += " More."
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.get(path).want(t, 200, "This release cannot be sent with these words", "Earlier reasons")
	s.get("/releases/"+r.ID+"/history").want(t, 200, "let out for a reason: 1", "#T11", "Child prostitutes", "It is the title of a study.", "the text was changed since")
}

// TestBlockedWordsStayInThePanel tries every way out of the panel.
func TestBlockedWordsStayInThePanel(t *testing.T) {
	n := newNewsroom(t, 2)
	n.store.Sending.Vet = templates.Vet
	ctx := t.Context()
	n.signInAs(campaign.Editor)
	c := n.draft()
	path := "/campaigns/" + c.ID
	plan := []string{"kind=at", "at=2999-01-01T09:00", "zone=Europe/Belgrade"}
	n.change(func(r *campaign.Release) { r.Versions[0].Body = "Child prostitutes were found." })
	held := func() {
		t.Helper()
		n.get(path+"/check").want(t, 200, "The writing check blocks “Child prostitutes”", "/releases/"+n.release.ID+"/writing")
		n.post(path+"/send", "reason=It has to leave today").want(t, 422, "have to be mended before it can leave")
		n.post(path+"/schedule", plan...)
		if got := n.state(c.ID); got != campaign.Draft {
			t.Errorf("it is %s", got)
		}
		if _, err := n.store.Sending.SendNow(ctx, c.ID, 0); campaign.CodeOf(err) != campaign.Invalid {
			t.Error(err)
		}
	}
	held()
	override := "/releases/" + n.release.ID + "/writing"
	n.post(override+"/override", append(valuesOf(n.get(override).Body, "seen"), "reason=It is the title of a study.")...).want(t, 403)
	held()
	n.signInAs(campaign.Admin)
	old := append(valuesOf(n.get(override).Body, "seen"), "reason=It is the title of a study.")
	n.change(func(r *campaign.Release) { r.Versions[0].Body = "Child prostitutes were found, and white slavery." })
	n.post(override+"/override", old...).want(t, 422, "look at it again") // of a page that showed another text
	held()
	n.change(func(r *campaign.Release) { r.Versions[0].Body = "Child prostitutes were found." })
	n.post(override+"/override", old...).want(t, 200, "The reason is kept")
	n.get(path+"/check").want(t, 200, "1 place that the writing check blocks goes out")

	// A run that stopped goes on by the words of its edition, and the rules and reasons of today.
	sent, run := n.sent(campaign.Failed)
	must(t, n.store.Sending.PauseCampaign(ctx, sent.ID, ""))
	_, err := n.store.Releases.UpdateRelease(ctx, n.release.ID, func(r *campaign.Release) error { r.Overrides = nil; return nil })
	must(t, err)
	n.post("/campaigns/"+sent.ID+"/resume").want(t, 422, "The writing check blocks", "1 still waits.", "/releases/"+n.release.ID+"/writing")
	if _, err := n.store.Sending.Resend(ctx, run.ID, campaign.Failed); campaign.CodeOf(err) != campaign.Invalid {
		t.Error(err)
	}
	if _, err := n.store.Sending.RetryFailed(ctx, run.ID, store.RecipientFilter{}, true); campaign.CodeOf(err) != campaign.Invalid {
		t.Error(err)
	}
	if got := n.state(sent.ID); got != campaign.PausedRun {
		t.Errorf("it is %s", got)
	}
	n.post(override+"/override", old...).want(t, 200, "The reason is kept")
	n.post("/campaigns/"+sent.ID+"/resume").want(t, 200)
	if got := n.state(sent.ID); got != campaign.Sending {
		t.Errorf("it is %s", got)
	}
}

func TestEditorIsToldWhatTheCheckFinds(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	answer := s.post("/releases/check", "language=en", "headline=Support", "body=Slaves and slaves.")
	answer.want(t, 200, `"rule":"T03"`, `"field":"body"`, `"nth":0`, `"text":"slaves"`, `"severity":"warn"`)
	if !strings.HasPrefix(strings.TrimSpace(answer.Body), `{"findings":[`) {
		t.Error(answer.Body)
	}
}

func TestWritingRulesOfTheTeam(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.get("/writing-rules").want(t, 200, `id="T01"`, "seksualne eksploatacije", "Ethical Journalism Network")
	s.post("/writing-rules/change", "rule=T32", "off=true", "severity=warn").want(t, 200, "Switched off – ")
	s.get("/writing-rules?in=en&try=Illegal+migrants+and+slaves").want(t, 200, "“slaves”")
	if all := s.get("/writing-rules"); strings.Contains(all.Body, `id="kind-child" open`) {
		t.Error("a kind nobody asked for is open")
	}
	s.get("/writing-rules?kind=child").want(t, 200, `id="kind-child" open`, `id="kind-market">`)
	if found := s.get("/writing-rules?q=dece+pornografij"); strings.Contains(found.Body, `id="T03"`) || !strings.Contains(found.Body, `<section id="T`) {
		t.Error("the search does not find rules by their words")
	}
	s.get("/writing-rules?q=nothing+has+this").want(t, 200, "No rule has these words.", "0 rules")
	s.post("/writing-rules/own", "language=en", "patterns=~4 word", "severity=warn", "why=Because").want(t, 422, "must begin and end with a word")
	s.post("/writing-rules/own", "language=en", "patterns=drop* ~2 in", "severity=block", "why=We say visit", "suggestion=visit").want(t, 200, "We say visit")
	s.get("/writing-rules?in=en&try=She+dropped+by+in+May").want(t, 200, "“dropped by in”", "We say visit")
}

func TestHelplinesOfTheTeam(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	page := s.get("/settings/helplines")
	page.want(t, 200, "Helpline 1")
	begun := valuesOf(page.Body, "version", "base")
	row := func(more ...string) []string {
		return append(append(begun, "tel=", "hours=0-24", "cost=free", "speaks=Serbian", "page=", "verified_on=", "verified_by="), more...)
	}
	s.post("/settings/helplines", row("label=Example", "number=")...).want(t, 422, "Write the number as callers dial it")
	s.post("/settings/helplines", row("label=Example", "number=011 000 0000", "verified=1", "anonymous=1", "for_language=fr")...).want(t, 200, "Saved.", "Called by", `value="fr" selected`)
	set, err := s.store.Settings.GetSettings(t.Context())
	if err != nil || len(set.Helplines) != 1 || set.Helplines[0].Tel != "+381110000000" || set.Helplines[0].VerifiedOn.IsZero() || !set.Helplines[0].Anonymous {
		t.Errorf("%+v, %v", set.Helplines, err)
	}
	if len(set.Helplines) == 1 && set.Helplines[0].Language != campaign.French {
		t.Errorf("it is for %q", set.Helplines[0].Language)
	}
	begun = valuesOf(s.get("/settings/helplines").Body, "version", "base")
	s.post("/settings/helplines", row("label=Example", "number=011 000 0001", "for_language=", "verified_on=2999-01-01T00:00:00Z")...).want(t, 200, "Saved.", "not called for half a year")
}

// A text that cannot be read as Markdown is told as not checked: in the editor, on the page and where rules are tried.
func TestUncheckedTextIsTold(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	deep := strings.Repeat(">", 31) + " text"
	const told = "quotes or lists are nested more than 30 deep"
	s.post("/releases/check", "language=en", "headline=Support", "body="+deep).want(t, 200, `"unchecked":[{"field":"body","why":"Not checked: `+told)
	s.post("/releases/check", "language=en", "headline=Support", "body=Text").want(t, 200, `"unchecked":[]`)
	r := campaign.Release{Title: "Deep", Source: campaign.English, Versions: []campaign.Version{{Language: campaign.English, Headline: "Support in Bor", Body: deep}}}
	if err := s.store.Releases.CreateRelease(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	s.get("/releases/"+r.ID+"/writing").want(t, 200, told)
	page := s.get("/writing-rules?in=en&try=" + url.QueryEscape(deep))
	if page.want(t, 200, told); strings.Contains(page.Body, "Nothing was found.") {
		t.Error("the page says that nothing was found")
	}
}

// The team gives its word about a person who is named: in the editor and on the page of the check, for the text as it is.
func TestAssurances(t *testing.T) {
	n := newNewsroom(t, 2)
	n.store.Sending.Vet = templates.Vet
	n.signInAs(campaign.Editor)
	c := n.draft()
	id := n.release.ID
	stored := func() campaign.Release {
		r, err := n.store.Releases.GetRelease(t.Context(), id)
		must(t, err)
		return r
	}
	check, writing, edit := "/campaigns/"+c.ID+"/check", "/releases/"+id+"/writing", "/releases/"+id+"/edit"
	n.change(func(r *campaign.Release) { r.Versions[0].Body = "The survivor Marija Petrović tells her story today." })
	l := string(stored().Versions[0].Language)
	n.get(check).want(t, 200, "The writing check blocks “Marija Petrović”", "is the consent of the people who are named or quoted on record?")
	page := n.get(writing)
	page.want(t, 200, "People who are named or shown", "agreed in writing")
	form := []string{"language=" + l, "offered=consent_recorded", "assure=consent_recorded", valuesOf(page.Body, "sum")[0]}
	n.post(writing+"/assure", form...).want(t, 200, "Saved.", "Assured by")
	n.get(check).want(t, 200, "agreed in writing; the consent is on record", "Assured by")
	if body := n.get(check).Body; strings.Contains(body, "Marija Petrović") {
		t.Error("it is still blocked")
	}
	n.post(writing+"/assure", form[0], form[1], form[3]).want(t, 200, "Saved.") // taken back
	n.get(check).want(t, 200, "The writing check blocks")
	n.post(writing+"/assure", form...).want(t, 200, "Saved.")

	n.change(func(r *campaign.Release) { r.Versions[0].Body += " So does the victim Jelena Marković." })
	n.get(check).want(t, 200, "The writing check blocks", "but the text or its files were changed since")
	n.post(writing+"/assure", form...).want(t, 422, "look at it again") // of a page that showed another text
	if got := stored().Assurances; len(got) != 1 || got[0].Name == "" || got[0].By == "" || got[0].At.IsZero() {
		t.Errorf("%+v", got)
	}

	// In the editor the box is for the text that is saved with it, and never ticked by itself.
	page = n.get(edit)
	page.want(t, 200, "People who are named or shown", "The text or its files were changed since.")
	if strings.Contains(page.Body, `value="consent_recorded" checked`) {
		t.Error("it is ticked")
	}
	text := []string{"language=" + l, "source=" + l, "zone=UTC", "kind=press_release", "title=One", "do=save", "headline=A survivor speaks", "body=The survivor Marija Petrović tells her story today."}
	typed := append(append(valuesOf(page.Body, "version", "base"), text...), "assure=consent_recorded")
	n.post("/releases/check", append(typed, "preview_of="+id)...).want(t, 200, `"findings"`)
	if answer := n.post("/releases/check", append(typed, "preview_of="+id)...).Body; strings.Contains(answer, `"S01"`) {
		t.Errorf("what is ticked is told: %s", answer)
	}
	n.post(edit, typed...).want(t, 200, "Saved.", "Assured by")
	if r := stored(); r.AssuranceOf(&r.Versions[0], campaign.ConsentRecorded) == nil {
		t.Errorf("%+v", r.Assurances)
	}
	n.post(edit, append(valuesOf(n.get(edit).Body, "version", "base"), text...)...).want(t, 200, "Saved.")
	if r := stored(); r.AssuranceOf(&r.Versions[0], campaign.ConsentRecorded) == nil {
		t.Error("saving the same text ended it")
	}
}
