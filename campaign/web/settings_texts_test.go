package web

import (
	"context"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
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

// A release takes texts and media contacts from the settings; what was written by hand is kept beside them.
func TestReleaseTakesTextsAndContactsOfTheSettings(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	if a := s.get("/releases/new"); strings.Contains(a.Body, "about_from") || strings.Contains(a.Body, "contact_from") {
		t.Error("a choice of one is offered")
	}
	s.post("/settings/texts", "abouts_name=", "abouts_sr=O projektu", "desks_phone=1", "desks_email=nobody").want(t, 422, "give it a name of your own", "say who it is", "O projektu")
	s.post("/settings/texts", "about=O centru", "desk_name=Jelena Đurić", "desk_phone=+381 11 555 0100", "abouts_name=Projekat", "abouts_sr=O projektu", "abouts_en=About the project", "abouts_name=", "abouts_sr=", "abouts_en=",
		"desks_phone=+381 11 555 0200", "desks_email=ana@primer.example", "desks_sr=Ana Anić", "desks_phone=", "desks_email=", "desks_sr=").want(t, 200, "Saved", "O projektu", "Ana Anić")
	s.get("/releases/new").want(t, 200, `<option value="1">Projekat</option>`, `<option value="1">Ana Anić</option>`, `value="Jelena Đurić"`)
	form := []string{"language=sr-Latn", "headline=Naslov", "body=Kucano"}
	s.post("/releases/new", append(form, "do=about", "about_from=1", "about=O centru")...).want(t, 200, ">O projektu</textarea>", "Kucano", `value="Naslov"`)
	s.post("/releases/new", append(form, "do=about", "about_from=1", "about=Po starom")...).want(t, 200, "Po starom\n\nO projektu</textarea>")
	s.post("/releases/new", append(form, "do=about", "about_from=7", "about=Po starom")...).want(t, 422, "Choose one of the texts offered", "Po starom")
	s.post("/releases/new", "language=fr", "headline=T", "do=about", "about_from=1", "about=Texte").want(t, 422, "not in the language of the version", "Texte")
	s.post("/releases/new", append(form, "do=contact", "contact_from=1", "contact_name=Jelena Đurić", "contact_phone=+381 11 555 0100")...).want(t, 200, `value="Ana Anić"`, `value="&#43;381 11 555 0200"`, `value="ana@primer.example"`)
	s.post("/releases/new", append(form, "do=contact", "contact_from=1", "contact_name=Mika", "contact_phone=060")...).want(t, 200, `value="Mika, Ana Anić"`, `value="060, &#43;381 11 555 0200"`)
	s.post("/releases/new", "language=sr-Cyrl", "headline=Наслов", "do=contact", "contact_from=1").want(t, 200, `value="Ана Анић"`)
	s.get("/settings/texts").want(t, 200, `name="abouts_sr" rows="3">O projektu</textarea>`)
}

// A release of a funded action does not go out before it says so in the language of each version.
func TestFundedActionIsAskedForBeforeSending(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	s.post("/settings/texts", "funded=true", "funding=Finansira Fond Primer").want(t, 200, "Saved", `name="funded" type="checkbox" value="true" checked`)
	r := campaign.Release{Title: "R", Versions: []campaign.Version{{Language: campaign.English, Headline: "A headline", Body: "Text"}}}
	must(t, s.store.Releases.CreateRelease(context.Background(), &r))
	c := campaign.Campaign{Name: "C", Release: r.ID, Sender: campaign.Sender{Email: "press@example.org"}}
	must(t, s.store.Campaigns.CreateCampaign(context.Background(), &c))
	s.get("/campaigns/"+c.ID+"/check").want(t, 200, "the disclaimer is missing in the footer", "no emblem of who pays", "/settings/texts#f-footer", "/settings#logos")
	set, err := s.store.Settings.GetSettings(context.Background())
	must(t, err)
	if err := templates.Vet(&r, &set); err == nil || !strings.Contains(err.Error(), "funding line is missing") {
		t.Errorf("it may go out: %v", err)
	}
}
