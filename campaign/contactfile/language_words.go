package contactfile

import "github.com/glasnik/glasnik/campaign"

// otherLanguages are languages in which nothing is written here, by code and in English, Serbian and French.
var otherLanguages = words("de ger deu german deutsch nemacki allemand allemande it ita italian italiano italijanski italien italienne es spa spanish espanol spanski espagnol espagnole hu hun hungarian magyar madarski hongrois " +
	"ro rum ron romanian rumunski roumain sq alb sqi albanian albanski albanais shqip mk mkd mac macedonian makedonski macedonien bg bul bulgarian bugarski bulgare sl slv slovenian slovenski slovenacki slovene sk slk slovak slovacki slovaque cs cze ces czech ceski tcheque " +
	"hr hrv croatian hrvatski croate bs bos bosnian bosanski bosnien bosniaque cnr montenegrin crnogorski montenegrin ru rus russian ruski russe uk ukr ukrainian ukrajinski ukrainien rue rusyn rusinski rom romani romski tr tur turkish turski turc zh chi chinese kineski chinois " +
	"ar ara arabic arapski arabe el gre greek grcki grec nl dut dutch holandski neerlandais pt por portuguese portugalski portugais pl pol polish poljski polonais sv swe swedish svedski suedois")

// noText says of a language that nobody can be written to in it; nothing of what is no language.
func noText(cell string) campaign.Text {
	if !within(otherLanguages, cell) {
		return campaign.Text{}
	}
	return campaign.Textf("nothing is written in the language “%s”: the contact gets the list's, and it was kept as an attribute", shorten(cell))
}

// noteUnknown says that a kind or a language is none of ours.
func noteUnknown(m Meaning, value string) campaign.Text {
	if m == Zone {
		return campaign.Textf("the time zone “%s” is not known and was kept as an attribute", shorten(value))
	}
	if m != Language {
		return campaign.Textf("the kind “%s” is not known and was kept as an attribute", shorten(value))
	}
	if note := noText(value); !note.IsZero() {
		return note
	}
	return campaign.Textf("the language “%s” is not known and was kept as an attribute", shorten(value))
}
