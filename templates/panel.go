package templates

import "embed"

//go:embed panel
var panelFiles embed.FS

// NewPanel parses the pages of the panel.
func NewPanel(assets *Assets) (*Pages, error) {
	return readPages(panelFiles, "panel", panelFuncs(assets))
}
