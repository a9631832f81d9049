package templates

import (
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

const dialectText = "Uvod.\n\n> „Zaštita počinje slušanjem.”\n>\n> — Ana Petrović, koordinatorka\n\n> Obično.\n> — Iva Ilić\n\n> [!FACTS] Podaci 2025\n> - 62 žrtve\n>\n> Još.\n\n" +
	"![Sala sa gostima](media:01pic \"Otvaranje u Nišu | Iva Ilić\")\n\n![Druga](media:02pic \"Natpis | \")\n\n[Prijavite se](https://example.org/prijava \"button\")\n\nReč [veza](https://example.org \"button\") u rečenici.\n\n---\n\n| A | B |\n|---|---|\n| 1 | 2 |"

func examplePictures(id string, _ campaign.Language) (MediaPicture, bool) {
	return MediaPicture{Address: "https://news.example.org/m/" + id + ".jpg", Width: 1040, Height: 520, Alt: "Library", Credit: "Arhiva"}, id != "gone"
}

func TestDialectInBothParts(t *testing.T) {
	e := exampleEdition()
	e.Release.Versions = []campaign.Version{{Language: campaign.SerbianLatin, Headline: "H", Body: dialectText}}
	l, err := Compose(e, &e.Release.Versions[0], campaign.NoTracking, nil, examplePictures, exampleLinks(), exampleTime())
	must(t, err)
	html, text := l.Content().HTML, l.Content().Text
	for _, want := range []string{`class="quote"`, `>Ana Petrović, koordinatorka</p>`, `>Iva Ilić</p>`, `class="facts"`, `>Podaci 2025</strong>`,
		`src="https://news.example.org/m/01pic.jpg" alt="Sala sa gostima" width="520" height="260"`, `>Otvaranje u Nišu. Foto: Iva Ilić</p>`, `>Natpis. Foto: Arhiva</p>`,
		`<a class="action" href="https://example.org/prijava"`, `title="button"`, `<hr`, `<th`} {
		if !strings.Contains(html, want) {
			t.Errorf("the HTML holds no %s", want)
		}
	}
	for _, want := range []string{"\n  „Zaštita počinje slušanjem.”\n\n  – Ana Petrović, koordinatorka\n", "\n  PODACI 2025\n\n  - 62 žrtve\n\n  Još.\n", "\n[Sala sa gostima]\nOtvaranje u Nišu. Foto: Iva Ilić\n",
		"\nPrijavite se\nhttps://example.org/prijava\n", "* * *", "A | B\n1 | 2\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text holds no %q:\n%s", want, text)
		}
	}
}

func TestPictureThatIsGone(t *testing.T) {
	r := &campaign.Release{Versions: []campaign.Version{{Language: campaign.English, Headline: "H", Body: "![a](media:gone)\n\n![a](media:01pic)"}}}
	if got := ReleaseProblems(r, examplePictures); len(got) != 1 || !strings.Contains(got[0].Words().String(), "not in the media library") {
		t.Errorf("got %v", got)
	}
	if got := ReleaseProblems(r, nil); len(got) != 0 {
		t.Errorf("without a library: %v", got)
	}
	if got := MediaUsed(&r.Versions[0]); strings.Join(got, " ") != "gone 01pic" {
		t.Errorf("used: %v", got)
	}
}

func TestNumberThatBecomesAList(t *testing.T) {
	for text, lines := range map[string]string{
		"Uvod.\n\n2026. godine počinje primena.":             "3",
		"13. oktobra je dan borbe.\n\n14. oktobra nije.":     "1",
		"1. prvo\n2. drugo":                                  "",
		"1. dan obuke":                                       "1",
		"2026\\. godine":                                     "",
		"Tekst\n2026. godine":                                "",
		"> 2026. godine":                                     "1",
		"- a\n\n  3. maja je Dan slobode medija.\n\n{{ x }}": "3",
	} {
		r := &campaign.Release{Versions: []campaign.Version{{Language: campaign.SerbianLatin, Headline: "H", Body: text}}}
		var got []string
		for _, w := range ReleaseWarnings(r) {
			got = append(got, strings.TrimPrefix(w.place().String(), "body, line "))
		}
		if have := strings.ReplaceAll(strings.Join(got, " "), "body", "1"); have != lines {
			t.Errorf("%q: warned of line %s, want %s", text, have, lines)
		}
	}
}
