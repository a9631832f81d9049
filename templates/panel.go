package templates

import (
	"embed"
	"html/template"

	"github.com/glasnik/glasnik/campaign"
)

//go:embed panel
var panelFiles embed.FS

// NewPanel parses the pages of the panel.
func NewPanel(assets *Assets) (*Pages, error) {
	return readPages(panelFiles, "panel", func(l campaign.Language) template.FuncMap { return panelFuncs(assets, l) })
}
