package templates

import (
	"embed"
	"html/template"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed public
var publicFiles embed.FS

// NewPublic parses the pages readers see; they hold no script.
func NewPublic(assets *Assets) (*Pages, error) {
	return readPages(publicFiles, "public", func(campaign.Language) template.FuncMap { return template.FuncMap{"asset": assets.URL} })
}

// BrandStyle sets the brand's colour on a public page, as it can be read on light and on dark; "" without one.
func BrandStyle(brand campaign.Brand) template.CSS {
	if brand.Colour == "" {
		return ""
	}
	light, dark := accentColours(brand.Colour)
	return template.CSS(":root{--accent:" + light + "}@media(prefers-color-scheme:dark){:root{--accent:" + dark + "}}")
}
