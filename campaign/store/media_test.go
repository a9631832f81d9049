package store_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store"
)

// addMedia stores an item with some bytes.
func (d *desk) addMedia(t *testing.T, data string, change func(*campaign.MediaItem)) campaign.MediaItem {
	t.Helper()
	hash, size, err := campaign.HashOf(strings.NewReader(data))
	must(t, err)
	must(t, d.Media.SaveMediaBytes(ctx, hash, strings.NewReader(data)))
	m := campaign.MediaItem{
		Kind: campaign.MediaPicture, Title: "Press day", Original: hash,
		File: campaign.MediaFile{Hash: hash, Name: "day.jpg", MediaType: "image/jpeg", Size: size, Width: 10, Height: 10},
	}
	if change != nil {
		change(&m)
	}
	must(t, d.Media.CreateMedia(ctx, &m))
	return m
}

func TestMediaBytes(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		data := strings.Repeat("0123456789abcdef", 3<<16) + "the end"
		m := d.addMedia(t, data, nil)
		r := d.Media.OpenMediaBytes(ctx, m.File)
		whole, err := io.ReadAll(r)
		must(t, err)
		equal(t, "whole", string(whole) == data, true)
		for _, at := range []int64{0, 1, 1<<20 - 1, 1 << 20, int64(len(data)) - 3} {
			_, err := r.Seek(at, io.SeekStart)
			must(t, err)
			part := make([]byte, 3)
			_, err = io.ReadFull(r, part)
			must(t, err)
			equal(t, "from there", string(part), data[at:at+3])
		}
		broken := io.MultiReader(strings.NewReader(data[:1<<20+5]), iotest.ErrReader(errors.New("the line was cut")))
		if err := d.Media.SaveMediaBytes(ctx, "other", broken); err == nil {
			t.Error("a broken upload is taken")
		}
		must(t, d.Media.DeleteMedia(ctx, m.ID))
		if _, err := d.Media.OpenMediaBytes(ctx, m.File).Read(make([]byte, 1)); campaign.CodeOf(err) != campaign.NotFound {
			t.Errorf("after deleting: %v", err)
		}
	})
}

func TestMediaIsFound(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		day := func(days int) string { return d.now().AddDate(0, 0, days).Format(time.DateOnly) }
		titled := func(title string, change func(*campaign.MediaItem)) string {
			return d.addMedia(t, title, func(m *campaign.MediaItem) {
				m.Title, m.People = title, campaign.PeopleNone
				m.Alt = campaign.Texts{campaign.SerbianLatin: "Ljudi na trgu"}
				if change != nil {
					change(m)
				}
			}).ID
		}
		used := titled("used", nil)
		logo := titled("logo", nil)
		titled("unused", nil)
		titled("ending", func(m *campaign.MediaItem) { m.LicenceEnd = day(10) })
		titled("ended", func(m *campaign.MediaItem) { m.LicenceEnd = day(-1) })
		titled("later", func(m *campaign.MediaItem) { m.LicenceEnd = day(90) })
		titled("consent ended", func(m *campaign.MediaItem) {
			m.People, m.Consent = campaign.PeopleAdults, campaign.MediaConsent{By: "Ana", Given: day(-90), Until: day(-30)}
		})
		titled("bare", func(m *campaign.MediaItem) { m.Alt = nil })
		titled("child", func(m *campaign.MediaItem) { m.People = campaign.PeopleChild })
		titled("unsaid", func(m *campaign.MediaItem) { m.People = campaign.PeopleUnsaid })
		titled("document", func(m *campaign.MediaItem) { m.Kind, m.Alt, m.Credit = campaign.MediaDocument, nil, "Đorđe Đokić" })
		r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Body: "![x](media:" + used + ")"}}}
		must(t, d.Releases.CreateRelease(ctx, &r))
		_, err := d.Settings.UpdateSettings(ctx, func(s *campaign.Settings) error {
			s.Brand.Funding = campaign.Texts{campaign.English: "![logo](media:" + logo + ")"}
			return nil
		})
		must(t, err)

		find := func(f store.MediaFilter) string {
			var titles []string
			for p := (store.Page{Limit: 2}); ; {
				found, next, err := d.Media.FindMedia(ctx, f, p)
				must(t, err)
				for _, m := range found {
					titles = append(titles, m.Title)
				}
				if p.After = next; next == "" {
					slices.Sort(titles)
					return strings.Join(titles, ", ")
				}
			}
		}
		for _, c := range []struct {
			filter store.MediaFilter
			want   string
		}{
			{store.MediaFilter{State: store.MediaEnding}, "ending"},
			{store.MediaFilter{State: store.MediaEnded}, "consent ended, ended"},
			{store.MediaFilter{State: store.MediaNoAlt}, "bare"},
			{store.MediaFilter{State: store.MediaNoConsent}, "child"},
			{store.MediaFilter{State: store.MediaUnsaid}, "unsaid"},
			{store.MediaFilter{State: store.MediaUnused}, "bare, child, consent ended, document, ended, ending, later, unsaid, unused"},
			{store.MediaFilter{Kind: campaign.MediaDocument}, "document"},
			{store.MediaFilter{Search: "ђорђе"}, "document"},
			{store.MediaFilter{Search: "људи", State: store.MediaEnding}, "ending"},
		} {
			equal(t, "found", find(c.filter), c.want)
		}
	})
}

func TestMediaThatIsUsedStays(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		m, twin := d.addMedia(t, "bytes", nil), d.addMedia(t, "bytes", nil)
		r := campaign.Release{Title: "Press day", Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Stories: []campaign.Story{{Headline: "S", Picture: "media:" + m.ID}}}}}
		must(t, d.Releases.CreateRelease(ctx, &r))
		err := d.Media.DeleteMedia(ctx, m.ID)
		equal(t, "refused", campaign.CodeOf(err), campaign.Conflict)
		equal(t, "says where", strings.Contains(err.Error(), "is used by Press day"), true)
		_, err = d.Releases.UpdateRelease(ctx, r.ID, func(r *campaign.Release) error { r.Versions[0].Stories = nil; return nil })
		must(t, err)
		must(t, d.Media.DeleteMedia(ctx, m.ID))
		whole, err := io.ReadAll(d.Media.OpenMediaBytes(ctx, twin.File))
		must(t, err)
		equal(t, "the bytes of another item stay", bytes.Equal(whole, []byte("bytes")), true)
	})
}

// What an upload left that was cut off goes a day later; what items hold stays, also when it is uploaded once more.
func TestLooseBytesGo(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		held := d.addMedia(t, "held", nil)
		cut, kept := strings.Repeat("cut off ", 3<<17), "uploaded again"
		hash, _, err := campaign.HashOf(strings.NewReader(cut))
		must(t, err)
		again, _, err := campaign.HashOf(strings.NewReader(kept))
		must(t, err)
		must(t, d.Media.SaveMediaBytes(ctx, hash, strings.NewReader(cut)))
		must(t, d.Media.SaveMediaBytes(ctx, again, strings.NewReader(kept)))
		is := func(hash string) bool {
			_, err := d.Media.OpenMediaBytes(ctx, campaign.MediaFile{Hash: hash, Size: 4}).Read(make([]byte, 1))
			return err == nil
		}
		must(t, d.Media.DropLooseBytes(ctx))
		equal(t, "at once", is(hash), true)
		d.pass(23 * time.Hour)
		must(t, d.Media.SaveMediaBytes(ctx, again, strings.NewReader(kept)))
		d.pass(2 * time.Hour)
		must(t, d.Media.DropLooseBytes(ctx))
		equal(t, "cut off", is(hash), false)
		equal(t, "uploaded again", is(again), true)
		equal(t, "held", is(held.File.Hash), true)
	})
}

// Erasing a person masks their address in records of consent, and tells where their name stands.
func TestErasingLooksAtConsents(t *testing.T) {
	onBoth(t, func(t *testing.T, d *desk) {
		c := campaign.Contact{Email: "ana@primer.example", FirstName: "Ana", LastName: "Anić"}
		must(t, d.Contacts.CreateContact(ctx, &c))
		agreed := func(by string) campaign.MediaItem {
			return d.addMedia(t, by, func(m *campaign.MediaItem) {
				m.Title, m.People, m.Consent = "Press day", campaign.PeopleAdults, campaign.MediaConsent{By: by, Given: "2026-01-01", Proof: "form, ana@primer.example"}
			})
		}
		m, other := agreed("Ana Anić <ana@primer.example>"), agreed("Ana Perić, mira@primer.example")
		named, err := d.Media.FindConsentsOf(ctx, &c)
		must(t, err)
		equal(t, "named in", len(named) == 1 && named[0].ID == m.ID, true)
		must(t, d.Eraser.EraseContact(ctx, c.ID))
		after, err := d.Media.GetMedia(ctx, m.ID)
		must(t, err)
		equal(t, "by", after.Consent.By, "Ana Anić "+campaign.Masked)
		equal(t, "proof", after.Consent.Proof, "form, "+campaign.Masked)
		equal(t, "found", strings.Contains(after.Text, "ana@primer"), false)
		after, err = d.Media.GetMedia(ctx, other.ID)
		must(t, err)
		equal(t, "of another", after.Consent.By, "Ana Perić, mira@primer.example")
	})
}
