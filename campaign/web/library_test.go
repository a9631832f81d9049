package web

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// photograph is a JPEG of one colour.
func photograph(t *testing.T, w, h int, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, c)
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// file is one that is uploaded.
type file struct {
	name string
	data []byte
}

// send sends files in a form.
func (s *site) send(path, field string, fields map[string]string, files ...file) answer {
	s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		must(s.t, w.WriteField(name, value))
	}
	for _, f := range files {
		part, err := w.CreateFormFile(field, f.name)
		must(s.t, err)
		_, err = part.Write(f.data)
		must(s.t, err)
	}
	must(s.t, w.Close())
	return s.do(http.MethodPost, path, nil, func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(&body), int64(body.Len())
		r.Header.Set("Content-Type", w.FormDataContentType())
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	})
}

// addMedia adds one file as a script does and returns its item.
func (s *site) addMedia(f file, fields map[string]string) mediaAnswer {
	s.t.Helper()
	a := s.send("/library/upload", "file", fields, f)
	if a.Status != 201 && a.Status != 200 {
		s.t.Fatalf("upload answered %d: %s", a.Status, a.Body)
	}
	var m mediaAnswer
	must(s.t, json.Unmarshal([]byte(a.Body), &m))
	return m
}

func TestUploadByScript(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	red := file{"Деца у школи.png", photograph(t, 1500, 700, color.RGBA{200, 30, 30, 255})}
	m := s.addMedia(red, map[string]string{"credit": "Ana Anić", "people": "nobody"})
	if m.Width != 1200 || m.Height != 560 || m.Credit != "Ana Anić" || m.Bar != "" || m.Address != "media:"+m.ID || !strings.HasSuffix(m.Src, "/Deca-u-skoli.jpg") && !strings.HasSuffix(m.Src, "/deca-u-skoli.jpg") {
		t.Errorf("the item is %+v", m)
	}
	shown := s.get(m.Src)
	if img, format, err := image.Decode(strings.NewReader(shown.Body)); err != nil || format != "jpeg" || img.Bounds().Dx() != 1200 {
		t.Errorf("what is shown is a %s: %v", format, err)
	}
	again := s.addMedia(red, nil)
	if !again.Known || again.ID != m.ID {
		t.Errorf("the same file again is %+v", again)
	}
	for name, data := range map[string][]byte{
		"this is a program": []byte("MZ\x90\x00"), "this is an SVG drawing": []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), "the file is empty": nil,
		"cut off or damaged": red.data[:200], "does not take this kind": []byte("<!doctype html><script>alert(1)</script>"),
	} {
		if a := s.send("/library/upload", "file", nil, file{"photo.jpg", data}); a.Status != 422 || !strings.Contains(strings.ToLower(a.Body), strings.ToLower(name)) {
			t.Errorf("%s: answered %d %s", name, a.Status, a.Body)
		}
	}
	s.signInAs(campaign.Viewer)
	if a := s.send("/library/upload", "file", nil, red); a.Status != 403 {
		t.Errorf("a viewer's upload answered %d", a.Status)
	}
}

// A field that takes a picture offers the newest before anything is typed, and tells why one must not be shown.
func TestPicturesAreFoundByAField(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	free := s.addMedia(file{"Mapa.png", photograph(t, 700, 400, color.RGBA{30, 200, 30, 255})}, map[string]string{"people": "nobody"})
	held := s.addMedia(file{"Deca.png", photograph(t, 500, 400, color.RGBA{200, 200, 30, 255})}, map[string]string{"people": "adults"})
	for _, q := range []string{"", "media:" + free.ID} {
		s.get("/search/found?in=library&take=picture&q="+q).want(t, 200, `data-typed="`+free.Address+`"`, `<img src="/media/`, "Deca", `aria-disabled="true"`, held.Bar)
	}
	if a := s.get("/search/found?in=library&take=picture&q=мап"); strings.Contains(a.Body, "Deca") || !strings.Contains(a.Body, free.Address) {
		t.Error(a.Body)
	}
	s.get("/releases/new").want(t, 200, `name="story_picture"`, "take=picture")
}

func TestLibraryPages(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	s.get("/library").want(t, 200, "The library is empty")
	blue := photograph(t, 900, 600, color.RGBA{30, 30, 200, 255})
	a := s.send("/library", "files", nil, file{"blue.jpg", blue}, file{"virus.pdf", []byte("MZ")})
	a.want(t, 422, "“virus.pdf”: this is a program", "1 file is in the library now", ">blue.jpg<", "People?", "No alt text")
	s.send("/library", "files", nil).want(t, 422, "Choose a file")
	a = s.send("/library", "files", map[string]string{"people": "adults"}, file{"green.jpg", photograph(t, 700, 400, color.RGBA{30, 200, 30, 255})})
	a.want(t, 200, "It is in the library", "no consent is recorded", "Used nowhere yet")
	checkMarkup(t, a)
	id := strings.TrimPrefix(a.Path, "/library/")
	picture := s.get("/library/" + id + "/picture?size=thumb")
	if picture.Header.Get("Content-Type") != "image/jpeg" || picture.Status != 200 {
		t.Errorf("its picture: %d %s", picture.Status, picture.Header.Get("Content-Type"))
	}
	s.post(a.Path, s.version(a.Path), "title=Press day", "alt=", "alt=", "alt=People in the street", "alt=", "people=adults", "consent_by=Ana Anić", "consent_given=yesterday").
		want(t, 422, "is not of the form", `value="Press day"`)
	s.post(a.Path, s.version(a.Path), "title=Press day", "alt=", "alt=", "alt=People in the street", "alt=", "people=adults", "consent_by=Ana Anić", "consent_given=2026-11-01", "credit=Đorđe Đokić").
		want(t, 200, "Saved.", "Public address")
	for q, want := range map[string]string{"q=djordje": "Press day", "q=street": "Press day", "state=unsaid": "blue.jpg", "state=no_alt": "blue.jpg", "kind=document": "Nothing in the library fits", "view=list": "Đorđe Đokić"} {
		s.get("/library?"+q).want(t, 200, want)
	}
	s.get("/search?q=press+day").want(t, 200, `href="/library/`+id)

	r := campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "News", Body: "![](media:" + id + ")"}}}
	must(t, s.store.Releases.CreateRelease(t.Context(), &r))
	s.get(a.Path).want(t, 200, `href="/releases/`+r.ID+`"`)
	s.post(a.Path+"/delete").want(t, 200, "is used by News")

	before, err := s.store.Media.GetMedia(t.Context(), id)
	must(t, err)
	s.send(a.Path+"/replace", "file", nil, file{"x.txt", []byte("words")}).want(t, 422, "must be of the same kind")
	s.send(a.Path+"/replace", "file", nil, file{"new.jpg", photograph(t, 800, 500, color.White)}).want(t, 200, "The file is replaced")
	after, err := s.store.Media.GetMedia(t.Context(), id)
	must(t, err)
	if after.Sized(1200).Address() == before.Sized(1200).Address() || after.People != campaign.PeopleUnsaid || after.ID != id {
		t.Errorf("after replacing it is %+v", after)
	}
	for _, m := range []campaign.MediaItem{before, after} { // what went out keeps working
		s.get(m.Sized(1200).Address()).want(t, 200)
	}
	_, err = s.store.Releases.UpdateRelease(t.Context(), r.ID, func(r *campaign.Release) error { r.Versions[0].Body = ""; return nil })
	must(t, err)
	s.get(a.Path+"/delete").want(t, 200, "Delete “Press day”?")
	s.post(a.Path+"/delete").want(t, 200, "“Press day” is deleted")
	s.get(before.File.Address()).want(t, 404)
}

// A withdrawn consent holds for the file, whatever item has it.
func TestWithdrawalOutlivesItsItem(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	one, other := photograph(t, 700, 400, color.White), photograph(t, 500, 300, color.Black)
	a := s.send("/library", "files", nil, file{"a.jpg", one})
	b := s.send("/library", "files", nil, file{"b.jpg", other})
	id := func(path string) string { return strings.TrimPrefix(path, "/library/") }
	m, err := s.store.Media.UpdateMedia(t.Context(), id(a.Path), func(m *campaign.MediaItem) error {
		m.Consent.Withdrawn = "2020-01-01"
		return nil
	})
	must(t, err)
	s.get(m.File.Address()).want(t, 410)
	s.send(b.Path+"/replace", "file", nil, file{"a.jpg", one}).want(t, 422, "This very file is in the library already, as “a.jpg”")

	_, err = s.store.Media.UpdateMedia(t.Context(), id(b.Path), func(other *campaign.MediaItem) error { // as was possible once
		other.Former = append(other.Former, m.File)
		return nil
	})
	must(t, err)
	s.post(a.Path+"/delete").want(t, 200, "delete “b.jpg” first")
	s.get(m.File.Address()).want(t, 410)
	s.post(b.Path+"/delete").want(t, 200, "“b.jpg” is deleted")
	s.post(a.Path+"/delete").want(t, 200, "“a.jpg” is deleted")
	s.get(m.File.Address()).want(t, 404)
}

// Replacing the file of a picture that must not be shown says nothing of who is in it, and neither the file nor what was made of it
// comes back by another upload.
func TestAnEndedPictureStaysEnded(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	one := photograph(t, 700, 400, color.White)
	a := s.send("/library", "files", map[string]string{"people": "child"}, file{"a.jpg", one})
	id := strings.TrimPrefix(a.Path, "/library/")
	before, err := s.store.Media.UpdateMedia(t.Context(), id, func(m *campaign.MediaItem) error {
		m.Title, m.Consent = "Class", campaign.MediaConsent{By: "Parent", Given: "2019-01-01", Withdrawn: "2020-01-01"}
		return nil
	})
	must(t, err)
	s.send(a.Path+"/replace", "file", nil, file{"b.jpg", photograph(t, 500, 300, color.Black)}).want(t, 200, "is over all the same")
	after, err := s.store.Media.GetMedia(t.Context(), id)
	must(t, err)
	if after.People != campaign.PeopleChild || !after.Ended(time.Now()) || after.File.Hash == before.File.Hash {
		t.Errorf("after replacing it is %+v", after)
	}
	made, err := io.ReadAll(s.store.Media.OpenMediaBytes(t.Context(), before.File))
	must(t, err)
	other := slices.Concat(one[:2], []byte{0xff, 0xfe, 0, 4, 'h', 'i'}, one[2:]) // the same picture with a comment
	for name, data := range map[string][]byte{"as it was uploaded": one, "as it was shown": made, "with other metadata": other} {
		s.send("/library", "files", nil, file{"c.jpg", data}).want(t, 422, "is a file of “Class”, whose licence or consent is over")
		s.send("/library/upload", "file", nil, file{"c.jpg", data}).want(t, 422, "whose licence or consent is over")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	s.get(before.File.Address()).want(t, 410)
}

func TestPublicMedia(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	pdf := []byte("%PDF-1.7\n" + strings.Repeat("x", 3000))
	doc := s.addMedia(file{"Преглед; \"2026\".pdf", pdf}, nil)
	a := s.get(doc.Src)
	for header, want := range map[string]string{
		"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "public, max-age=31536000, immutable", "Set-Cookie": "",
		"Content-Disposition": `attachment; filename="pregled-2026.pdf"; filename*=UTF-8''%D0%9F%D1%80%D0%B5%D0%B3%D0%BB%D0%B5%D0%B4-2026.pdf`, "Accept-Ranges": "bytes",
	} {
		if got := a.Header.Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	part := s.do(http.MethodGet, doc.Src, nil, func(r *http.Request) { r.Header.Set("Range", "bytes=1-3") })
	if part.Status != 206 || part.Body != "PDF" {
		t.Errorf("a part: %d %q", part.Status, part.Body)
	}
	if same := s.do(http.MethodGet, doc.Src, nil, func(r *http.Request) { r.Header.Set("If-None-Match", a.Header.Get("ETag")) }); same.Status != 304 {
		t.Errorf("asked again it answers %d", same.Status)
	}
	s.get("/media/nothing/x.jpg").want(t, 404)

	m := s.addMedia(file{"ana.jpg", photograph(t, 400, 300, color.White)}, nil)
	end := func(change func(*campaign.MediaItem)) {
		t.Helper()
		_, err := s.store.Media.UpdateMedia(t.Context(), m.ID, func(m *campaign.MediaItem) error { change(m); return nil })
		must(t, err)
	}
	day := func(days int) string { return time.Now().AddDate(0, 0, days).Format(time.DateOnly) }
	end(func(m *campaign.MediaItem) { m.LicenceEnd = day(3) })
	if age := s.get(m.Src).Header.Get("Cache-Control"); !regexp.MustCompile(`max-age=(2|3)\d{5},`).MatchString(age) {
		t.Errorf("what ends soon is kept for %s", age)
	}
	for name, change := range map[string]func(*campaign.MediaItem){
		"licence": func(m *campaign.MediaItem) { m.LicenceEnd = day(-2) },
		"consent": func(m *campaign.MediaItem) {
			m.LicenceEnd, m.People, m.Consent = "", campaign.PeopleAdults, campaign.MediaConsent{By: "Ana", Given: day(-9), Until: day(-2)}
		},
		"withdrawn": func(m *campaign.MediaItem) { m.Consent.Until, m.Consent.Withdrawn = "", day(0) },
	} {
		end(change)
		gone := s.get(m.Src)
		if gone.want(t, 410); gone.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %s", name, gone.Header.Get("Cache-Control"))
		}
		s.get("/library/"+m.ID).want(t, 200, "Its public address answers that it is gone")
	}
}

func TestPressKit(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	r := campaign.Release{Title: "Guide", Versions: []campaign.Version{{Language: campaign.English, Headline: "A guide for newsrooms", Body: "Text."}}}
	must(t, s.store.Releases.CreateRelease(t.Context(), &r))
	full := photograph(t, 1600, 900, color.RGBA{9, 99, 9, 255})
	a, b := s.addMedia(file{"photo.jpg", full}, map[string]string{"credit": "Ana Anić"}), s.addMedia(file{"photo.jpg", photograph(t, 50, 50, color.Black)}, map[string]string{"people": "adults"})
	path := "/releases/" + r.ID + "/media"
	s.get(path).want(t, 200, "Nothing is in the press kit yet", "no consent is recorded")
	s.post(path, "item="+a.ID, "do=kit").want(t, 200, "“photo.jpg” is in the press kit", "/kit/")
	s.post(path, "item="+b.ID, "do=kit").want(t, 200, "no consent is recorded")
	s.post(path, "item="+a.ID, "do=attach").want(t, 200, "“photo.jpg” is attached")
	stored, err := s.store.Releases.GetRelease(t.Context(), r.ID)
	must(t, err)
	if data, err := s.store.Releases.GetFile(t.Context(), stored.Attachments[0].File); err != nil || int64(len(data)) != stored.Attachments[0].Size {
		t.Errorf("the attachment has %d bytes, %v", len(data), err)
	}
	_, err = s.store.Media.UpdateMedia(t.Context(), a.ID, func(m *campaign.MediaItem) error {
		m.Caption, m.Licence = campaign.Texts{campaign.SerbianLatin: "Dan otvorenih vrata"}, "Free for the press"
		return nil
	})
	must(t, err)
	kit := strings.TrimPrefix(campaign.Links{Signer: campaign.NewSigner("a secret for tests")}.Kit(r.ID), "")
	s.get(kit+"?lang=sr-Cyrl").want(t, 200, "A guide for newsrooms", "Дан отворених врата", "Ana Anić", "Free for the press")
	whole := s.get(kit + ".zip?lang=en")
	z, err := zip.NewReader(strings.NewReader(whole.Body), int64(len(whole.Body)))
	must(t, err)
	var names []string
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		data, err := io.ReadAll(r)
		must(t, err)
		names = append(names, f.Name)
		switch f.Name {
		case "captions.txt":
			if text := string(data); !strings.Contains(text, "Caption: Dan otvorenih vrata\r\nCredit: Ana Anić\r\nLicence: Free for the press") {
				t.Errorf("the captions: %q", text)
			}
		default:
			if img, _, err := image.Decode(bytes.NewReader(data)); err != nil || img.Bounds().Dx() != 1600 {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
	if strings.Join(names, " ") != "captions.txt photo.jpg" || whole.Header.Get("Content-Disposition") != `attachment; filename="A-guide-for-newsrooms.zip"` {
		t.Errorf("the ZIP has %s as %s", names, whole.Header.Get("Content-Disposition"))
	}
	set := func(until time.Time) {
		_, err := s.store.Releases.UpdateRelease(t.Context(), r.ID, func(r *campaign.Release) error { r.Embargo = until; return nil })
		must(t, err)
	}
	set(time.Now().Add(time.Hour))
	s.get(kit).want(t, 403)
	s.get(kit+".zip").want(t, 403)
	set(time.Time{})
	s.get(strings.Replace(kit, "/kit/", "/kit/x", 1)).want(t, 404)
	s.post(path, "item="+a.ID, "do=unkit").want(t, 200, "no longer in the press kit")
	s.get(kit).want(t, 410)
}

// A picture with transparency keeps it in every size.
func TestTransparentLogo(t *testing.T) {
	s := newSite(t)
	s.signInAs(campaign.Editor)
	img := image.NewNRGBA(image.Rect(0, 0, 640, 200))
	img.SetNRGBA(5, 5, color.NRGBA{1, 2, 3, 255})
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	m := s.addMedia(file{"logo.jpg", b.Bytes()}, nil)
	shown, format, err := image.Decode(strings.NewReader(s.get(m.Thumb).Body))
	must(t, err)
	if _, _, _, alpha := shown.At(150, 50).RGBA(); format != "png" || alpha != 0 || !strings.HasSuffix(m.Src, "/logo.png") {
		t.Errorf("the logo is a %s at %s", format, m.Src)
	}
}
