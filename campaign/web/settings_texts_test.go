package web

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

func TestTopicsAndDigestInTheSettings(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/settings/texts", "topic_key=", "topic_en=The law", "topic_sr=Pravo", "topic_fr=", "topic_key=", "topic_en=", "topic_sr=Škole", "topic_fr=").want(t, 200, "Saved", `value="the-law"`, `value="skole"`, "Škole")
	s.post("/settings", "name=Press", "colour=#1f4e5f", "digest=true", "weekday=5", "hour=9").want(t, 200, "Saved")
	set, err := s.store.Settings.GetSettings(context.Background())
	must(t, err)
	if len(set.Topics) != 2 || set.Topics[0].Key != "the-law" || !set.Digest.On || set.Digest.Since.IsZero() {
		t.Fatalf("settings %+v", set)
	}
	since := set.Digest.Since
	s.post("/settings/texts", "topic_key=the-law", "topic_en=Courts", "topic_sr=Sudovi", "topic_fr=", "topic_key=skole", "topic_en=", "topic_sr=", "topic_fr=").want(t, 200, "Saved", "Courts")
	s.post("/settings", "name=Press", "colour=#1f4e5f", "digest=true", "weekday=1", "hour=10").want(t, 200, "Saved")
	set, err = s.store.Settings.GetSettings(context.Background())
	must(t, err)
	if len(set.Topics) != 1 || set.Topics[0].Key != "the-law" || set.Topics[0].Names[campaign.English] != "Courts" || !set.Digest.Since.Equal(since) {
		t.Errorf("settings %+v", set)
	}
	s.post("/settings/texts", "topic_key=", "topic_en=A", "topic_sr=", "topic_fr=", "topic_key=", "topic_en=A", "topic_sr=", "topic_fr=").want(t, 422, "two topics named")
	s.post("/settings", "name=Press", "colour=#1f4e5f", "digest=true", "weekday=9", "hour=10").want(t, 422, "Choose a weekday")
	s.post("/releases/new", "title=R", "kind=press_release", "language=en", "headline=A headline", "body=Text", "zone=Europe/Belgrade", "topics=the-law").want(t, 200)
	found, _, err := s.store.Releases.FindReleases(context.Background(), store.ReleaseFilter{}, pageOf(5))
	must(t, err)
	if len(found) != 1 || len(found[0].Topics) != 1 {
		t.Errorf("releases %+v", found)
	}
	s.get("/releases/"+found[0].ID+"/edit").want(t, 200, `value="the-law" checked`)
}

// A new version of a release begins with the texts of the settings in its language; a release that was begun keeps its own.
func TestNewVersionsBeginWithTheTextsOfTheSettings(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/settings/texts", "about=O centru Primer", "about=", "about=About the Primer Centre", "about=", "desk_name=Jelena Đurić", "desk_phone=+381 11 555 0100").
		want(t, 200, "Saved", `href="#f-about-fr"`)
	s.get("/settings").want(t, 200, "Not in every language yet", `href="/settings/texts#f-about-fr"`)
	s.get("/releases/new").want(t, 200, "O centru Primer", `value="Jelena Đurić"`, "555 0100")
	a := s.post("/releases/new", "title=R", "kind=press_release", "language=sr-Latn", "headline=Naslov", "body=Tekst", "zone=Europe/Belgrade", "about=Po starom", "contact_phone=+381 11 555 0100")
	path, _, _ := strings.Cut(a.Path, "?")
	s.get(path+"?lang=sr-Latn").want(t, 200, "Po starom")
	s.get(path+"?lang=sr-Cyrl").want(t, 200, "О центру Пример", `value="Јелена Ђурић"`)
	if a := s.get(path + "?lang=fr"); strings.Contains(a.Body, "About the Primer Centre") {
		t.Error("a French version begins in another language")
	}
}
