package web

import (
	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// sentence makes a sentence of English words that are not in the catalogues yet.
func sentence(words string) string {
	return templates.Sentence(campaign.English, campaign.Textf("%s", words))
}
