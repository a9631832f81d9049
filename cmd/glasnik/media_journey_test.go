package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/media"
	"github.com/glasnik/glasnik/mailer/smtptest"
)

// A release with a picture of the library shows it in the mail, by an address that is everybody's, with its size and alt text; the
// address answers, until the consent ends.
func TestMailWithAPictureOfTheLibrary(t *testing.T) {
	t.Parallel()
	d := newDesk(t, smtptest.Options{})
	id := d.campaign(fivePeople)
	var item campaign.MediaItem
	d.inspect(func(in *installation) {
		item = addPicture(t, in)
		c, err := in.store.Campaigns.GetCampaign(t.Context(), id)
		must(t, err)
		_, err = in.store.Releases.UpdateRelease(t.Context(), c.Release, func(r *campaign.Release) error {
			for i := range r.Versions {
				r.Versions[i].Body += "\n\n![](media:" + item.ID + ")\n"
			}
			return nil
		})
		must(t, err)
	})
	if out := d.ok("campaigns", "send", id, "--wait"); !strings.Contains(out, "4 accepted") {
		t.Fatalf("send said %q", out)
	}
	shown := map[string]bool{}
	for _, m := range d.sink.Taken() {
		html, _ := bodies(t, m.Data)
		tag := regexp.MustCompile(`<img[^>]*src="http://127\.0\.0\.1:9(/media/[0-9a-z]+/[^"]+)"[^>]*>`).FindStringSubmatch(html)
		if tag == nil {
			t.Fatalf("the mail to %s shows no picture", m.To)
		}
		shown[tag[1]] = true
		if !strings.Contains(tag[0], `width="520"`) || !strings.Contains(tag[0], `height="260"`) || !regexp.MustCompile(`alt="(Otvaranje linije|Отварање линије)"`).MatchString(tag[0]) {
			t.Errorf("the picture is %s", tag[0])
		}
	}
	if len(shown) != 1 {
		t.Errorf("readers got %d addresses", len(shown))
	}
	d.inspect(func(in *installation) {
		handler, err := in.web(in.scheduler(), "")
		must(t, err)
		answer := func() int { return fetch(handler, "GET", item.Sized(campaign.MailWidth).Address(), "").Code }
		if got := answer(); got != http.StatusOK {
			t.Errorf("the picture answers %d", got)
		}
		_, err = in.store.Media.UpdateMedia(t.Context(), item.ID, func(m *campaign.MediaItem) error {
			m.Consent.Withdrawn = "2026-01-02"
			return nil
		})
		must(t, err)
		if got := answer(); got != http.StatusGone {
			t.Errorf("after the consent was withdrawn it answers %d", got)
		}
	})
}

// addPicture makes an item of a picture, as an upload does.
func addPicture(t *testing.T, in *installation) campaign.MediaItem {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 2000, 1000)), nil))
	made, err := media.NewMaker().Make(t.Context(), "line.jpg", bytes.NewReader(b.Bytes()), int64(b.Len()))
	must(t, err)
	save := func(of media.Type, data []byte, w, h int) campaign.MediaFile {
		hash, size, err := campaign.HashOf(bytes.NewReader(data))
		must(t, err)
		must(t, in.store.Media.SaveMediaBytes(t.Context(), hash, bytes.NewReader(data)))
		return campaign.MediaFile{Hash: hash, Name: media.NameFor("line.jpg", of), MediaType: of.MediaType, Size: size, Width: w, Height: h}
	}
	m := campaign.MediaItem{
		Kind: made.Kind, Title: "Line", Alt: campaign.Texts{campaign.SerbianLatin: "Otvaranje linije"}, People: campaign.PeopleNone,
		File: save(made.Type, made.Data, made.Width, made.Height),
	}
	for _, s := range made.Sizes {
		m.Sizes = append(m.Sizes, save(s.Type, s.Data, s.Width, s.Height))
	}
	must(t, in.store.Media.CreateMedia(t.Context(), &m))
	return m
}
