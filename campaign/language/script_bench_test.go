package language

import (
	"fmt"
	"strings"
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// pressText is a page of a release in Serbian, as long as asked for.
func pressText(octets int) string {
	const page = "Centar za zaštitu žrtava trgovine ljudima saopštio je danas da je tokom 2025. godine formalno identifikovano 57 žrtava, od kojih je 31 dete. " +
		"Njegoševa ulica, Ljubljana i Džepčište su mesta u kojima je Ministarstvo unutrašnjih poslova, uz podršku EU i Saveta Evrope (Council of Europe), održalo obuku za 120 službenika.\n\n" +
		"„Nijedna žrtva ne sme da bude kažnjena”, rekla je koordinatorka. Više na [sajtu Centra](https://centarzztlj.example/izvestaj?godina=2025) ili na press@example.org, telefon +381 11 555 01 23.\n\n" +
		"- Facebook i Instagram: #trgovinaljudima\n- {{ first_name | \"kolega\" }}, XXI vek, član 388. KZ, 45 km\n\n"
	return strings.Repeat(page, octets/len(page)+1)[:octets]
}

func BenchmarkToCyrillic(b *testing.B) {
	text := pressText(1 << 20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		ToCyrillic(text, Options{})
	}
}

func BenchmarkToLatin(b *testing.B) {
	text := ToCyrillic(pressText(1<<20), Options{})
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		ToLatin(text, Options{})
	}
}

func BenchmarkToCyrillicWithPhrases(b *testing.B) {
	text := pressText(1 << 20)
	all := []campaign.Phrase{{Latin: "Savet* Evrope", Cyrillic: "Савет* Европе"}, {Latin: "Ljubljan*"}, {Latin: "trgovin* ljudima", Cyrillic: "трговин* људима"}}
	for i := range 500 {
		all = append(all, campaign.Phrase{Latin: fmt.Sprintf("Kompanija%d*", i)}, campaign.Phrase{Latin: fmt.Sprintf("Centar za zaštitu žrtava broj%d", i)})
	}
	o := Options{Phrases: NewPhrasebook(all)}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		ToCyrillic(text, o)
	}
}

func BenchmarkFigures(b *testing.B) {
	text := pressText(100 << 10)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Figures(campaign.SerbianLatin, text)
	}
}
