package language

import (
	"testing"

	"github.com/glasnik/glasnik/campaign"
)

// Nothing is asked of who did not say that the work is funded; else each version says it in its own language, in either script.
func TestFundingGaps(t *testing.T) {
	r := campaign.Release{Versions: []campaign.Version{{Language: campaign.SerbianLatin}, {Language: campaign.SerbianCyrillic}, {Language: campaign.English}}}
	if gaps := FundingGaps(&r, &campaign.Brand{}); len(gaps) > 0 {
		t.Errorf("nothing is funded, and missing is %v", gaps)
	}
	b := campaign.Brand{Funded: true}
	if gaps := FundingGaps(&r, &b); len(gaps) != 9 {
		t.Errorf("nothing is said, and missing is %v", gaps)
	}
	serbian := campaign.Texts{campaign.SerbianLatin: "Finansira Fond Primer"}
	b.Funding, b.Footer, b.Logos = serbian, serbian, []campaign.Logo{{Picture: "media:0123456789abcdef", Alt: serbian}}
	gaps := FundingGaps(&r, &b)
	if len(gaps) != 3 {
		t.Fatalf("missing is %v", gaps)
	}
	for _, gap := range gaps {
		if gap.Language != campaign.English {
			t.Errorf("missing is %v", gap)
		}
	}
	for _, texts := range []campaign.Texts{b.Funding, b.Footer, b.Logos[0].Alt} {
		texts[campaign.English] = "Funded by the Primer Fund"
	}
	if gaps := FundingGaps(&r, &b); len(gaps) > 0 {
		t.Errorf("all is said, and missing is %v", gaps)
	}
}
