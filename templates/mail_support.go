package templates

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/glasnik/glasnik/campaign"
)

// mailFeature is what some mail programs do not understand of HTML or CSS. The names are those of caniemail.com; mail/refresh
// renews them.
type mailFeature struct {
	Feature string   `json:"feature"` // css-display-flex, html-video
	Title   string   `json:"title"`
	None    []string `json:"none"`   // mail programs that drop it
	Partly  []string `json:"partly"` // mail programs that understand some of it
}

var mailFeatures = sync.OnceValue(func() map[string]mailFeature {
	data, err := mailFiles.ReadFile("mail/caniemail.json")
	var all []mailFeature
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		panic(err) // it is embedded
	}
	byName := map[string]mailFeature{}
	for _, f := range all {
		byName[f.Feature] = f
	}
	return byName
})

var (
	declared    = regexp.MustCompile(`(?i)(?:^|[{;"'\s])(-?[a-z][a-z-]*)\s*:\s*([^;{}"']+)`)
	units       = regexp.MustCompile(`(?i)\d(rem|vh|vw|vmin|vmax|ch)\b`)
	functions   = regexp.MustCompile(`(?i)\b(calc|clamp|max|min|var|linear-gradient|radial-gradient|conic-gradient|light-dark)\(`)
	pseudo      = regexp.MustCompile(`(?i)[a-z\]):]:(hover|active|focus|focus-within|focus-visible|visited|has|not|nth-child|first-child|last-child|checked|target)\b`)
	startTag    = regexp.MustCompile(`(?i)<([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"']+))?)*)`)
	attributeIn = regexp.MustCompile(`(?i)\s([a-z-]+)\s*=`)
)

// featuresIn returns the names of the features a piece of HTML or CSS may use, each once.
func featuresIn(source string) []string {
	var out []string
	add := func(name string) {
		if _, known := mailFeatures()[name]; known && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for _, m := range startTag.FindAllStringSubmatch(source, -1) {
		add("html-" + strings.ToLower(m[1]))
		for _, a := range attributeIn.FindAllStringSubmatch(m[2], -1) {
			add("html-" + strings.ToLower(a[1]))
		}
	}
	for _, m := range declared.FindAllStringSubmatch(source, -1) {
		property, value := strings.ToLower(m[1]), strings.ToLower(strings.TrimSpace(m[2]))
		add("css-" + property)
		first, _, _ := strings.Cut(value, " ")
		add("css-" + property + "-" + first)
	}
	for _, m := range units.FindAllStringSubmatch(source, -1) {
		add("css-unit-" + strings.ToLower(m[1]))
	}
	for _, m := range functions.FindAllStringSubmatch(source, -1) {
		name := strings.ToLower(m[1])
		switch name {
		case "calc":
			add("css-unit-calc")
		case "var":
			add("css-variables")
		default:
			add("css-" + name)
			add("css-function-" + name)
		}
	}
	for _, m := range pseudo.FindAllStringSubmatch(source, -1) {
		add("css-pseudo-class-" + strings.ToLower(m[1]))
	}
	return out
}

// graceful are features that some mail programs drop without harm: corners are square then, a picture keeps its own width
// attribute, who listens hears the words alone.
var graceful = []string{
	"css-border-radius", "css-max-width", "css-overflow", "css-overflow-wrap", "css-word-break", "css-opacity", "css-max-height", "css-color-scheme", "css-display-none",
	"css-letter-spacing", "css-height", "css-text-transform", "css-table-layout", "css-border-spacing", "css-list-style", "css-white-space", "css-display", "css-unit-rem",
	"html-aria-label", "html-aria-hidden", "html-role", "html-lang", "html-dir", "html-style", "html-anchor-links", "html-body", "html-doctype", "html-base", "html-height", "html-width", "html-link", "css-important",
}

// MailHints say of the lines of a layout what mail programs of many readers drop. Nothing of it is a mistake.
func MailHints(source string) []LayoutProblem {
	var out layoutFaults
	if len(source) > campaign.MaxLayout {
		return nil // CheckLayout refuses it
	}
	for n, line := range strings.Split(source, "\n") {
		for _, name := range featuresIn(line) {
			f := mailFeatures()[name]
			if len(f.None) > 0 && !slices.Contains(graceful, name) {
				out.refuse(n+1, campaign.Textf("%s is dropped by %s", f.Title, strings.Join(f.None, ", ")))
			}
		}
	}
	return out.all()
}
