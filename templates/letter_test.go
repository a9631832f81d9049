package templates

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

func TestTrackedLinks(t *testing.T) {
	r := &campaign.Release{Versions: []campaign.Version{
		{Language: campaign.English, Lead: "[a](https://example.org/a) {{ first_name }}", Body: "https://example.org/b?x=1&y=2 [mail](mailto:a@example.org) [up](#top) [again](https://example.org/a)\n\n[tel](tel:+38111)"},
		{Language: campaign.French, Body: "[c](http://example.org/c \"titre\")", Notes: "www.example.org"},
	}}
	var got []string
	for _, l := range TrackedLinks(r) {
		got = append(got, l.URL)
	}
	want := []string{"https://example.org/a", "http://example.org/c"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestHostsAreWrittenInASCII(t *testing.T) {
	for target, want := range map[string]string{
		"https://пример.срб/пут?a=č": "https://xn--e1afmkfd.xn--90a3ac/%D0%BF%D1%83%D1%82?a=%C4%8D",
		"https://Пример.срб:8443":    "https://xn--e1afmkfd.xn--90a3ac:8443",
		"https://example.org/č":      "https://example.org/%C4%8D",
		"https://користник@срб/a":    "https://%D0%BA%D0%BE%D1%80%D0%B8%D1%81%D1%82%D0%BD%D0%B8%D0%BA@%D1%81%D1%80%D0%B1/a",
		"mailto:ana@example.org":     "mailto:ana@example.org",
	} {
		var got string
		parsed(t, "[a]("+target+")").links(func(l *ast.Link) { got = string(l.Destination) })
		if got != want {
			t.Errorf("%s became %s, want %s", target, got, want)
		}
	}
}

// Mode none leaves no image and no rewritten link in either part; aggregate nothing that differs between two readers
// (E-04). Each has one address to leave.
func TestTrackingModes(t *testing.T) {
	e := exampleEdition()
	for _, c := range []struct {
		mode                campaign.Tracking
		image, click, plain bool
		sameButLeave        bool
	}{
		{campaign.NoTracking, false, false, true, true},
		{campaign.Aggregate, true, true, false, true},
		{campaign.Individual, true, true, false, false},
	} {
		t.Run(string(c.mode), func(t *testing.T) {
			letter := compose(t, e, campaign.English, c.mode)
			contact := ExampleContact(campaign.English)
			var htmls, texts []string
			for _, id := range []string{"reader1", "reader2"} {
				d := exampleDelivery(e, id, campaign.English, c.mode)
				p := letter.Preview(d, contact, "")
				leave := exampleLinks().Unsubscribe(d)
				if strings.Count(p.HTML, leave) != 1 || strings.Count(p.Text, leave) != 1 {
					t.Errorf("leave link: %d in HTML, %d in text", strings.Count(p.HTML, leave), strings.Count(p.Text, leave))
				}
				for _, part := range []string{p.HTML, p.Text} {
					if strings.Contains(part, "news.example.org"+campaign.ClickPath) != c.click {
						t.Errorf("click addresses: want %v", c.click)
					}
				}
				if strings.Contains(p.HTML, "news.example.org"+campaign.OpenPath) != c.image || strings.Contains(p.HTML, `width="1"`) != c.image {
					t.Errorf("image: want %v", c.image)
				}
				if strings.Contains(p.HTML, "news.example.org"+campaign.TrapPath) != c.image || strings.Contains(p.Text, campaign.TrapPath) {
					t.Errorf("the link people do not see: want %v, and never in the text", c.image)
				}
				if strings.Contains(p.HTML, `href="https://example.org/guide?lang=en&amp;part=1"`) != c.plain {
					t.Errorf("plain link: want %v", c.plain)
				}
				if !strings.Contains(p.HTML, `href="https://example.org/privacy"`) {
					t.Error("the privacy notice is tracked or missing")
				}
				htmls, texts = append(htmls, strings.ReplaceAll(p.HTML, leave, "LEAVE")), append(texts, strings.ReplaceAll(p.Text, leave, "LEAVE"))
			}
			if (htmls[0] == htmls[1] && texts[0] == texts[1]) != c.sameButLeave {
				t.Errorf("two readers' messages are the same but for the leave link: want %v", c.sameButLeave)
			}
		})
	}
}

func TestClickAddressesLeadBack(t *testing.T) {
	e := exampleEdition()
	for _, mode := range []campaign.Tracking{campaign.Aggregate, campaign.Individual} {
		d := exampleDelivery(e, "reader1", campaign.English, mode)
		p := compose(t, e, campaign.English, mode).Preview(d, nil, "")
		_, rest, _ := strings.Cut(p.HTML, "news.example.org"+campaign.ClickPath)
		token, _, _ := strings.Cut(rest, `"`)
		got, ok := exampleLinks().ReadClick(token)
		if !ok || e.Tracked[got.Link].URL != "https://example.org/guide?lang=en&part=1" || got.Run != e.ID {
			t.Errorf("%s: %+v, %v", mode, got, ok)
		}
		_, rest, _ = strings.Cut(p.HTML, "news.example.org"+campaign.OpenPath)
		token, _, _ = strings.Cut(rest, `"`)
		if got, ok := exampleLinks().ReadOpen(token); !ok || got.Run != e.ID || (got.Delivery == d.ID) != (mode == campaign.Individual) {
			t.Errorf("%s: open %+v, %v", mode, got, ok)
		}
	}
}

func TestEmbargoDropsWhenItPasses(t *testing.T) {
	e := exampleEdition()
	e.Release.Embargo = exampleTime().Add(2 * time.Hour)
	before := compose(t, e, campaign.SerbianLatin, campaign.NoTracking)
	if !strings.HasPrefix(before.Content().Subject, "EMBARGO do 18. oktobra 2026. u 10.00 CEST – Inspektori") || !before.GoodUntil().Equal(e.Release.Embargo) {
		t.Errorf("subject %q, good until %v", before.Content().Subject, before.GoodUntil())
	}
	line := "EMBARGO do nedelje, 18. oktobra 2026. u 10.00 (po beogradskom vremenu)"
	if !strings.Contains(before.Content().HTML, line) || !strings.Contains(before.Content().Text, line) {
		t.Error("the embargo line is missing")
	}
	after, err := Compose(e, e.Release.In(campaign.SerbianLatin), campaign.NoTracking, nil, nil, exampleLinks(), e.Release.Embargo)
	must(t, err)
	c := after.Content()
	if strings.Contains(c.Subject+c.HTML+c.Text, "EMBARGO") || !strings.Contains(c.Text, "Za objavljivanje odmah") || !after.GoodUntil().IsZero() {
		t.Errorf("after the hour: %q", c.Subject)
	}
}

func TestNewsletterHasNoReleaseLines(t *testing.T) {
	e := exampleEdition()
	e.Release.Kind = campaign.Newsletter
	c := compose(t, e, campaign.English, campaign.Aggregate).Content()
	for _, no := range []string{"PRESS RELEASE", "For immediate release", "– ENDS –", "Media contact"} {
		if strings.Contains(c.HTML+c.Text, no) {
			t.Errorf("a newsletter says %q", no)
		}
	}
}

func TestInlineImagesAndHTML(t *testing.T) {
	e := exampleEdition()
	v := e.Release.In(campaign.English)
	v.Body = "![](cid:my%20photo.png)\n\n![Far](https://example.org/a.png)\n\n![No](cid:none.png)\n\n<script>alert(1)</script>\n\nHi <b onclick=x>bold</b> [x](javascript:alert)"
	e.Release.Attachments = []campaign.Attachment{{Name: "my photo.png", Inline: true, Alt: "A meeting"}}
	letter := compose(t, e, campaign.English, campaign.NoTracking, campaign.ContentFile{Name: "my photo.png", MediaType: "image/png", Inline: true, Data: examplePicture(t, 1040, 500)})
	c := letter.Content()
	if c.Files[0].ContentID == "" || !strings.Contains(c.HTML, `src="cid:`+c.Files[0].ContentID+`" alt="A meeting" width="520" height="250"`) {
		t.Errorf("inline image: %q in %s", c.Files[0].ContentID, c.HTML)
	}
	if strings.Contains(c.HTML, "https://example.org/a.png") || !strings.Contains(c.HTML, "[Far]") || strings.Contains(c.HTML, "none.png") {
		t.Error("remote or missing image")
	}
	if strings.Contains(c.HTML, "<script") || strings.Contains(c.HTML, "<b onclick") || strings.Contains(c.HTML, "javascript:") || !strings.Contains(c.HTML, "&lt;script&gt;") {
		t.Error("HTML or a script address was let through")
	}
	p := letter.Preview(exampleDelivery(e, "r", campaign.English, campaign.NoTracking), nil, "")
	if !strings.Contains(p.HTML, `src="data:image/png;base64,`) {
		t.Error("the preview does not show the inline image")
	}
}

func TestValuesAreEscapedInHTML(t *testing.T) {
	e := exampleEdition()
	p := compose(t, e, campaign.English, campaign.NoTracking).Preview(exampleDelivery(e, "r", campaign.English, ""), &campaign.Contact{FirstName: "Ana<i>&", LastName: `"Xy"`}, "")
	if strings.Contains(p.HTML, "<i>&") || !strings.Contains(p.HTML, "&lt;i&gt;&amp;") || !strings.Contains(p.Text, `Ana<i>& "Xy"`) {
		t.Error("values are not escaped in HTML, or are in text")
	}
}

func TestLayout(t *testing.T) {
	e := exampleEdition()
	for _, l := range campaign.Languages {
		c := compose(t, e, l, campaign.Aggregate).Content()
		if _, err := html.Parse(strings.NewReader(c.HTML)); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`<html lang="` + string(l) + `"`, `<table role="presentation" lang="` + string(l) + `"`, "prefers-color-scheme", "<!--[if mso]>", "<h1 style=",
			`name="color-scheme"`, `href="tel:+381115550100"`, `href="mailto:press@example.org"`} {
			if !strings.Contains(c.HTML, want) {
				t.Errorf("%s: no %s", l, want)
			}
		}
		if strings.Count(c.HTML, "<table") != strings.Count(c.HTML, `<table role="presentation"`)+strings.Count(c.HTML, "<thead>") {
			t.Errorf("%s: a layout table without its role", l)
		}
		for i, line := range strings.Split(c.Text, "\n") {
			if n := len([]rune(line)); n > textWidth && !strings.Contains(line, "https://") && !strings.Contains(line, campaign.PlaceBegin) {
				t.Errorf("%s: line %d of the text has %d characters: %q", l, i+1, n, line)
			}
		}
		if strings.Contains(c.HTML+c.Text, "{{") || strings.Contains(c.HTML, "ZgotmplZ") {
			t.Errorf("%s: unfilled field", l)
		}
	}
}

func TestLongLetterCanBeLeftFromTheTop(t *testing.T) {
	e := exampleEdition()
	e.Release.In(campaign.English).Body = strings.Repeat("A paragraph of a long letter that goes on for a while.\n\n", 300)
	letter := compose(t, e, campaign.English, campaign.NoTracking)
	if n := strings.Index(letter.Content().HTML, campaign.PlaceBegin); n > topLeaveFrom {
		t.Errorf("the first leave link stands at octet %d", n)
	}
	d := exampleDelivery(e, "01abcdefghijklmnopqrstuvwx", campaign.English, campaign.NoTracking)
	if got, want := letter.Size(), letter.Preview(d, nil, "").Size; got < want-200 || got > want+2000 {
		t.Errorf("size %d, really %d", got, want)
	}
}

func TestComposeRefusesBrokenText(t *testing.T) {
	e := exampleEdition()
	e.Release.In(campaign.English).Lead = "{{ nobody }}"
	if _, err := Compose(e, e.Release.In(campaign.English), campaign.NoTracking, nil, nil, exampleLinks(), exampleTime()); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("got %v", err)
	}
}

func TestPreview(t *testing.T) {
	e := exampleEdition()
	p, err := Preview(e, "", ExampleContact(campaign.SerbianCyrillic), "Дневник", nil, nil, exampleTime())
	if err != nil || p.Language != campaign.SerbianCyrillic || strings.Contains(p.HTML+p.Text, campaign.PlaceBegin) || !strings.Contains(p.HTML, `href="#"`) {
		t.Errorf("%v %s", err, p.Language)
	}
	if _, err := Preview(&edition.Edition{}, campaign.English, nil, "", nil, nil, exampleTime()); campaign.CodeOf(err) != campaign.Invalid {
		t.Errorf("empty release: %v", err)
	}
}

func TestAccentColoursCanBeRead(t *testing.T) {
	onLight, _ := parseColour(letterLight)
	onDark, _ := parseColour(letterDark)
	for _, brand := range []string{"#f0b400", "#ffffff", "#000000", "#1d4f7c", "#00ff00", "red", ""} {
		light, dark := accentColours(brand)
		l, _ := parseColour(light)
		d, _ := parseColour(dark)
		if l.contrast(onLight) < minContrast || d.contrast(onDark) < minContrast {
			t.Errorf("%s: %s has %.2f, %s has %.2f", brand, light, l.contrast(onLight), dark, d.contrast(onDark))
		}
	}
}
