package templates

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
)

// exampleVersions are a press release in the languages that are written; the Cyrillic one is converted.
func exampleVersions() []campaign.Version {
	sr := campaign.Version{
		Language: campaign.SerbianLatin, Headline: "Inspektori rada dobijaju nove vodiče za prepoznavanje prinudnog rada",
		Subhead: "Obuku je prošlo 240 inspektora u devet gradova", Place: "Beograd", Date: "2026-10-18",
		Lead:    "Predstavnici Inspektorata za rad i partnera akcije predstavili su danas **vodič za prepoznavanje prinudnog rada**, namenjen inspektorima na terenu.",
		Body:    "{{ greeting }}, vodič je nastao u saradnji sa stručnjacima iz pet ustanova i [dostupan je na internetu](https://example.org/vodic?jezik=sr&deo=1).\n\n## Šta donosi vodič\n\n- jasne pokazatelje prinudnog rada,\n- spisak pitanja za razgovor bez pritiska,\n- put upućivanja do podrške.\n\nNjegova primena počinje 1. novembra. Više: https://example.org/obuke",
		Quotes:  []campaign.Quote{{Text: "Osoba koja je eksploatisana najpre treba da bude saslušana, a tek onda pitana za papire.", Name: "Ana Petrović", Role: "koordinatorka obuke", Organisation: "Kancelarija za primer"}},
		About:   "Akciju finansiraju Evropska unija i Savet Evrope, a sprovodi je Savet Evrope u okviru programa Horizontal Facility.",
		Notes:   "Podaci o obuci: evidencija partnera, oktobar 2026. Fotografije su slobodne za objavljivanje uz navođenje izvora.",
		Contact: campaign.MediaContact{Name: "Jelena Đurić", Phone: "+381 11 555 0100", Email: "press@example.org", Languages: "srpski, engleski"},
	}
	en := campaign.Version{
		Language: campaign.English, Headline: "Labour inspectors receive new guides for recognising forced labour",
		Subhead: "240 inspectors in nine cities have completed the training", Place: "Belgrade", Date: "2026-10-18",
		Lead:    "The Labour Inspectorate and its partners today presented **a guide for recognising forced labour**, written for inspectors in the field.",
		Body:    "{{ greeting }}, the guide was written with specialists from five institutions and [can be read online](https://example.org/guide?lang=en&part=1).\n\n## What the guide offers\n\n- clear indicators of forced labour,\n- questions for a conversation without pressure,\n- the way to support and protection.\n\n| City | Inspectors |\n|---|---|\n| Belgrade | 96 |\n| Niš | 41 |\n\nIt is applied from 1 November. More: https://example.org/training",
		Quotes:  []campaign.Quote{{Text: "A person who was exploited should first be heard, and only then be asked for papers.", Name: "Ana Petrović", Role: "training coordinator", Organisation: "Office of Example"}},
		About:   "The action is funded by the European Union and the Council of Europe and implemented by the Council of Europe.",
		Notes:   "Training figures: partners' records, October 2026. Photographs may be used with credit.",
		Contact: campaign.MediaContact{Name: "Jelena Đurić", Phone: "+381 11 555 0100", Email: "press@example.org", Languages: "Serbian, English"},
	}
	fr := campaign.Version{
		Language: campaign.French, Headline: "Les inspecteurs du travail reçoivent un guide pour reconnaître le travail forcé",
		Subhead: "240 inspecteurs de neuf villes ont suivi la formation", Place: "Belgrade", Date: "2026-10-18",
		Lead:    "L’Inspection du travail et ses partenaires ont présenté aujourd’hui **un guide pour reconnaître le travail forcé**, destiné aux inspecteurs sur le terrain.",
		Body:    "{{ greeting }}, le guide a été rédigé avec des spécialistes de cinq institutions et [peut être lu en ligne](https://example.org/guide?lang=fr).\n\n> Il s’applique à partir du 1er novembre.\n\n1. indicateurs clairs,\n2. questions pour un entretien sans pression.",
		Quotes:  []campaign.Quote{{Text: "Une personne exploitée doit d’abord être écoutée.", Name: "Ana Petrović", Role: "coordinatrice de la formation", Organisation: "Bureau d’exemple"}},
		About:   "L’action est financée par l’Union européenne et le Conseil de l’Europe.",
		Contact: campaign.MediaContact{Name: "Jelena Đurić", Phone: "+381 11 555 0100", Email: "press@example.org"},
	}
	return []campaign.Version{sr, language.ConvertVersion(sr, campaign.SerbianCyrillic, nil), en, fr}
}

func exampleEdition() *edition.Edition {
	e := &edition.Edition{
		ID:      "01run0000000000000000000000-0000000000",
		Release: campaign.Release{Title: "Guide", Kind: campaign.PressRelease, Source: campaign.SerbianLatin, Versions: exampleVersions(), Zone: "Europe/Belgrade"},
		Lists:   []campaign.List{{ID: "l1", Name: "Novinari"}},
		Brand: campaign.Brand{Name: "Kancelarija za primer", Address: "Ulica primera 1, 11000 Beograd", Privacy: "https://example.org/privacy", Colour: "#f0b400",
			Footer: map[campaign.Language]string{
				campaign.SerbianLatin: "Finansiraju Evropska unija i Savet Evrope · Sprovodi Savet Evrope",
				campaign.English:      "Funded by the European Union and the Council of Europe · Implemented by the Council of Europe",
				campaign.French:       "Financé par l'Union européenne et le Conseil de l'Europe · Mis en œuvre par le Conseil de l'Europe",
			}},
	}
	e.Tracked = TrackedLinks(&e.Release)
	return e
}

func exampleLinks() campaign.Links {
	return campaign.Links{Base: "https://news.example.org", Signer: campaign.NewSigner("secret of a test")}
}

func exampleTime() time.Time { return time.Date(2026, time.October, 18, 6, 0, 0, 0, time.UTC) }

func exampleDelivery(e *edition.Edition, contact string, l campaign.Language, mode campaign.Tracking) *campaign.Delivery {
	id, shard := campaign.DeliveryID(e.ID, 1, contact)
	return &campaign.Delivery{ID: id, Shard: shard, Run: e.ID, Contact: contact, Language: l, Tracking: mode, Email: contact + "@example.org"}
}

func compose(t *testing.T, e *edition.Edition, l campaign.Language, mode campaign.Tracking, files ...campaign.ContentFile) *Letter {
	t.Helper()
	letter, err := Compose(e, e.Release.In(l), mode, files, nil, exampleLinks(), exampleTime())
	must(t, err)
	return letter
}

func examplePicture(t *testing.T, width, height int) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		picture.Pix[i] = 0xb0
	}
	picture.Set(0, 0, color.Black)
	var b bytes.Buffer
	must(t, png.Encode(&b, picture))
	return b.Bytes()
}

// must ends the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
