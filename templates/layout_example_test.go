package templates

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
	"github.com/glasnik/glasnik/campaign/language"
)

// exampleOf is an edition of a release that shows all that a layout can.
func exampleOf(layout string) *edition.Edition {
	e := exampleEdition()
	r := &e.Release
	r.ID, r.Version, r.Layout = "r1", 3, layout
	e.Sender = campaign.Sender{Name: "Kancelarija za primer", Email: "press@example.org"}
	e.Brand.Logos = []campaign.Logo{{Picture: "media:funder", Alt: e.Brand.Footer}, {Picture: "media:partner", Alt: campaign.Texts{campaign.SerbianLatin: "Kancelarija za primer", campaign.English: "Office of Example", campaign.French: "Bureau d’exemple"}}}
	e.Brand.Funding = e.Brand.Footer
	e.Brand.Colour = "#1d4f7c"
	e.Brand.Footer = campaign.Texts{
		campaign.SerbianLatin: "Izneti stavovi ni u kom slučaju ne predstavljaju zvanične stavove donatora.",
		campaign.English:      "The views expressed can in no way be taken to reflect the official opinion of the funders.",
		campaign.French:       "Les vues exprimées ne peuvent en aucun cas être considérées comme reflétant la position officielle des bailleurs.",
	}
	e.Brand.Social = []campaign.SocialLink{{Name: "Facebook", URL: "https://social.example/primer"}, {Name: "YouTube", URL: "https://video.example/primer"}}
	switch layout {
	case campaign.PressLayout:
		return exampleEdition()
	case campaign.NewsletterLayout:
		r.Kind = campaign.Newsletter
		each(r, newsletterTexts())
	case campaign.InvitationLayout:
		r.Kind = campaign.Invitation
		r.Occasion = &campaign.Occasion{
			Start: time.Date(2026, 10, 22, 9, 0, 0, 0, time.UTC), End: time.Date(2026, 10, 22, 10, 30, 0, 0, time.UTC), Zone: "Europe/Belgrade",
			Map: "https://map.example/centar", Answer: "https://example.org/prijava",
		}
		each(r, invitationTexts())
	case campaign.LetterLayout:
		each(r, letterTexts())
	}
	e.Tracked = TrackedLinks(r)
	return e
}

// each puts texts by language into the versions of a release; the Cyrillic ones are converted.
func each(r *campaign.Release, texts map[campaign.Language]campaign.Version) {
	texts[campaign.SerbianCyrillic] = language.ConvertVersion(texts[campaign.SerbianLatin], campaign.SerbianCyrillic, nil)
	contacts := exampleVersions()
	r.Versions = nil
	for _, of := range contacts {
		v := texts[of.Language]
		v.Contact = of.Contact
		if v.About == "" {
			v.About = of.About
		}
		r.Put(v)
	}
}

func newsletterTexts() map[campaign.Language]campaign.Version {
	return map[campaign.Language]campaign.Version{
		campaign.SerbianLatin: {
			Language: campaign.SerbianLatin, Headline: "Oktobar: vodiči, obuke i jedan važan dan", Lead: "{{ greeting }}, ovog meseca donosimo vodič za redakcije, priču iz Niša i poziv za škole.",
			Stories: []campaign.Story{
				{Headline: "Novi vodič pomaže redakcijama da ne povrede ljude o kojima pišu", Text: "Dvanaest pitanja koja vredi postaviti **pre objavljivanja**, sa primerima iz prakse.", Picture: "media:guide", Alt: "Vodič na stolu redakcije", Link: "https://example.org/vodic"},
				{Headline: "Inspektori iz devet gradova završili obuku", Text: "Obuku o prepoznavanju prinudnog rada prošlo je 240 inspektora.\n\n- jasni pokazatelji,\n- razgovor bez pritiska.", Link: "https://example.org/obuka"},
				{Headline: "Škole: prijavite se za radionice do 15. novembra", Text: "Radionice su besplatne i traju dva školska časa.", Link: "https://example.org/radionice"},
				{Headline: "Ispravka", Text: "U prošlom broju stajao je pogrešan datum. Izvinjavamo se."},
			},
		},
		campaign.English: {
			Language: campaign.English, Headline: "October: guides, training and one important day", Lead: "{{ greeting }}, this month brings a guide for newsrooms, a story from Niš and a call for schools.",
			Stories: []campaign.Story{
				{Headline: "A new guide helps newsrooms avoid harm to the people they write about", Text: "Twelve questions worth asking **before publishing**, with examples.", Picture: "media:guide", Alt: "The guide on a newsroom desk", Link: "https://example.org/guide"},
				{Headline: "Inspectors from nine cities complete their training", Text: "240 inspectors learned to recognise forced labour.\n\n- clear indicators,\n- conversation without pressure.", Link: "https://example.org/training"},
				{Headline: "Schools: sign up for workshops by 15 November", Text: "Workshops are free and take two lessons.", Link: "https://example.org/workshops"},
				{Headline: "Correction", Text: "The last issue gave a wrong date. We apologise."},
			},
		},
		campaign.French: {
			Language: campaign.French, Headline: "Octobre : guides, formations et une date importante", Lead: "{{ greeting }}, ce mois-ci : un guide pour les rédactions, un récit de Niš et un appel aux écoles.",
			Stories: []campaign.Story{
				{Headline: "Un nouveau guide aide les rédactions à protéger les personnes dont elles parlent", Text: "Douze questions à se poser **avant de publier**.", Picture: "media:guide", Alt: "Le guide sur un bureau", Link: "https://example.org/fr/guide"},
				{Headline: "Les inspecteurs de neuf villes ont terminé leur formation", Text: "240 inspecteurs ont appris à reconnaître le travail forcé.", Link: "https://example.org/fr/formation"},
				{Headline: "Écoles : inscrivez-vous aux ateliers avant le 15 novembre", Text: "Les ateliers sont gratuits.", Link: "https://example.org/fr/ateliers"},
			},
		},
	}
}

func invitationTexts() map[campaign.Language]campaign.Version {
	return map[campaign.Language]campaign.Version{
		campaign.SerbianLatin: {
			Language: campaign.SerbianLatin, Headline: "Predstavljanje vodiča za redakcije", Subhead: "Razgovor sa novinarima, istraživačima i onima koji pružaju podršku", Venue: "Medija centar\nUlica primera 1, 11000 Beograd",
			Lead: "Pozivamo vas na predstavljanje **vodiča za bezbedno izveštavanje o trgovini ljudima**.", Body: "{{ greeting }}, posle predstavljanja govornici su na raspolaganju za izjave. Obezbeđeni su prevod na engleski i priključak za zvuk.",
		},
		campaign.English: {
			Language: campaign.English, Headline: "Presentation of the guide for newsrooms", Subhead: "A conversation with journalists, researchers and those who give support", Venue: "Media Centre\nUlica primera 1, 11000 Belgrade",
			Lead: "You are invited to the presentation of **a guide to safe reporting on human trafficking**.", Body: "{{ greeting }}, speakers are available for interviews afterwards. There is interpretation into English and an audio connection.",
		},
		campaign.French: {
			Language: campaign.French, Headline: "Présentation du guide pour les rédactions", Subhead: "Échange avec des journalistes, des chercheurs et des intervenants", Venue: "Centre des médias\nUlica primera 1, 11000 Belgrade",
			Lead: "Vous êtes invités à la présentation d’**un guide pour parler de la traite sans nuire**.", Body: "{{ greeting }}, les intervenants répondront ensuite à vos questions.",
		},
	}
}

func letterTexts() map[campaign.Language]campaign.Version {
	return map[campaign.Language]campaign.Version{
		campaign.SerbianLatin: {
			Language: campaign.SerbianLatin, Headline: "Pitanje o vašem tekstu", Body: "{{ greeting }},\n\npročitali smo vaš tekst i javljamo se sa jednom molbom: da fotografija uz njega bude zamenjena. [Ovde objašnjavamo zašto](https://example.org/zasto).\n\nRado ćemo razgovarati, i to još danas.\n\nS poštovanjem,",
		},
		campaign.English: {
			Language: campaign.English, Headline: "A question about your article", Body: "{{ greeting }},\n\nwe read your article and have one request: that the photograph beside it be replaced. [Here we explain why](https://example.org/why).\n\nWe are glad to talk, today if you like.\n\nKind regards,",
		},
		campaign.French: {
			Language: campaign.French, Headline: "Une question sur votre article", Body: "{{ greeting }},\n\nnous avons lu votre article et vous demandons une chose : remplacer la photographie. [Voici pourquoi](https://example.org/pourquoi).\n\nNous en parlerons volontiers, dès aujourd’hui.\n\nBien à vous,",
		},
	}
}

// exampleMedia is a library of three pictures.
func exampleMedia(id string, _ campaign.Language) (MediaPicture, bool) {
	known := map[string]MediaPicture{
		"funder": {Width: 720, Height: 240}, "partner": {Width: 400, Height: 400}, "guide": {Width: 1200, Height: 630, Credit: "Primer"},
	}
	p, ok := known[id]
	p.Address = "https://news.example.org/media/" + id + ".png"
	return p, ok
}
