package language

import "github.com/glasnik/glasnik/campaign"

// FundingGap is what a version of a release of a funded action does not say of it.
type FundingGap struct {
	Text     campaign.Text
	Field    string // of the settings where it is missing: funding, footer, logos
	Language campaign.Language
}

// FundingGaps returns what is missing of the funding line, the disclaimer and the logos with what they show, in the languages of
// a release's versions; nothing where the team does not say that what it sends belongs to a funded action. The text of another
// language does not do; that of the other script of Serbian does, since one is made from the other.
func FundingGaps(r *campaign.Release, b *campaign.Brand) (gaps []FundingGap) {
	if !b.Funded {
		return nil
	}
	for _, l := range r.Available() {
		miss := func(field string, text campaign.Text) { gaps = append(gaps, FundingGap{text, field, l}) }
		if OwnText(b.Funding, l, b.Phrases...) == "" {
			miss("funding", campaign.Textf("%s: the funding line is missing", l.Name()))
		}
		if OwnText(b.Footer, l, b.Phrases...) == "" {
			miss("footer", campaign.Textf("%s: the disclaimer is missing in the footer", l.Name()))
		}
		if len(b.Logos) == 0 {
			miss("logos", campaign.Textf("%s: no emblem of who pays stands among the logos", l.Name()))
		}
		for i, logo := range b.Logos {
			if OwnText(logo.Alt, l, b.Phrases...) == "" {
				miss("logos", campaign.Textf("%s: logo %d does not say what it shows", l.Name(), i+1))
			}
		}
	}
	return gaps
}
