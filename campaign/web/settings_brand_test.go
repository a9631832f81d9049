package web

import (
	"context"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// Logos, fonts and social media are saved with the settings; what other pages set stays.
func TestBrandOfMessages(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Admin)
	_, err := s.store.Settings.UpdateSettings(context.Background(), func(set *campaign.Settings) error {
		set.Brand.Phrases = []campaign.Phrase{{}}
		return nil
	})
	must(t, err)
	form := []string{"version=1", "name=Office", "colour=#f0b400", "zone=Europe/Belgrade", "weekday=5", "hour=9"}
	s.post("/settings", append(form, "fonts=comic", "logo_picture=https://example.org/a.png", "social_name=", "social_url=javascript:alert(1)")...).
		want(t, 422, "Choose one of the fonts offered", "choose a picture of the media library", "say what it shows", "not the address of a web page")
	s.post("/settings", append(form, "fonts=serif", "logo_picture=media:0123456789abcdef", "logo_sr=Grb", "logo_cyrl=", "logo_en=Emblem", "logo_fr=", "social_name=Video", "social_url=video.example/office")...).want(t, 200, "Saved")
	set, err := s.store.Settings.GetSettings(context.Background())
	must(t, err)
	b := set.Brand
	if b.Fonts != "serif" || len(b.Logos) != 1 || b.Logos[0].Alt[campaign.English] != "Emblem" || len(b.Social) != 1 || b.Social[0].URL != "https://video.example/office" || len(b.Phrases) != 1 {
		t.Errorf("the brand is %+v", b)
	}
	s.get("/settings").want(t, 200, "too little for text", "media:0123456789abcdef", `value="Video"`)
}
