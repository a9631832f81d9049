package templates

import (
	"html/template"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// builtIn are the layouts of the program.
var builtIn = sync.OnceValue(func() map[string]*layout {
	byKey := map[string]*layout{}
	for _, key := range campaign.BuiltInLayouts {
		l, problems := parseLayout(key, LayoutSource(key))
		if len(problems) > 0 {
			panic("the layout " + key + ": " + problems[0].Text.String()) // the tests find it
		}
		l.made = sync.OnceValues(l.make)
		byKey[key] = l
	}
	return byKey
})

// LayoutSource returns the source of a built-in layout; "" where there is none.
func LayoutSource(key string) string {
	data, err := fs.ReadFile(mailFiles, "mail/layouts/"+key+".html")
	if err != nil {
		return ""
	}
	return string(data)
}

// layoutOf returns the layout of the letter's release.
func (l *Letter) layoutOf() (*layout, error) {
	if l.layout != nil {
		return l.layout, nil
	}
	key := l.edition.Release.LayoutKey()
	if own := l.edition.Layout; own != nil && own.ID == key {
		parsed, problems := parseLayout(own.Base, own.Source)
		if len(problems) > 0 {
			return nil, campaign.Errorf(campaign.Invalid, "the layout “%s” cannot be used: line %d: %s", own.Name, problems[0].Line, problems[0].Text)
		}
		return parsed, nil
	}
	if built := builtIn()[key]; built != nil {
		return built, nil
	}
	byKind := l.edition.Release
	byKind.Layout = "" // the team's own is gone
	return builtIn()[byKind.LayoutKey()], nil
}

// make joins the layout to the parts of mails.
func (l *layout) make() (*template.Template, error) {
	var b strings.Builder
	translate(l.nodes, &b)
	t, err := mailParts().Clone()
	if err != nil {
		return nil, err
	}
	if _, err = t.New("layout").Parse(b.String()); err != nil {
		return nil, err
	}
	return t, nil
}

// template returns the layout as a template of all that a letter is.
func (l *layout) template() (*template.Template, error) {
	if l.made != nil {
		return l.made()
	}
	return l.make()
}

// has reports whether the layout shows a part.
func (l *layout) has(part string) bool { return hasPart(l.nodes, part) }

func hasPart(nodes []layoutNode, part string) bool {
	return slices.ContainsFunc(nodes, func(n layoutNode) bool {
		return n.block == noBlock && n.part != nil && n.part.name == part || hasPart(n.then, part) || hasPart(n.otherwise, part)
	})
}

// letterFonts are the fonts of running text and of headings: those that computers and telephones have, Cyrillic among them.
type letterFonts struct{ texts, heads string }

const (
	sansFonts  = "Segoe UI, Helvetica, Arial, sans-serif"
	serifFonts = "Georgia, Times New Roman, serif"
)

// BrandFonts are the keys of the fonts a team can choose, in the order they are offered; "" is the program's choice.
var BrandFonts = []string{"", "sans", "serif", "verdana"}

func fontsOf(key string) letterFonts {
	switch key {
	case "sans":
		return letterFonts{sansFonts, sansFonts}
	case "serif":
		return letterFonts{serifFonts, serifFonts}
	case "verdana":
		return letterFonts{"Verdana, Geneva, DejaVu Sans, sans-serif", "Verdana, Geneva, DejaVu Sans, sans-serif"}
	}
	return letterFonts{sansFonts, serifFonts}
}

// LayoutSlots are the slots of a layout's source, in their order.
func LayoutSlots(source string) []LayoutSlot {
	l, _ := parseLayout("", source)
	return l.slots
}

// ExampleRelease is shown in a layout before a release is chosen.
func ExampleRelease() campaign.Release {
	story := func(n string) campaign.Story {
		return campaign.Story{Headline: "Story " + n, Text: "Two or three sentences tell what it is about, **in plain words**.", Link: "https://example.org"}
	}
	return campaign.Release{
		Title: "Example", Kind: campaign.Invitation, Source: campaign.English, Zone: "Europe/Belgrade",
		Occasion: &campaign.Occasion{Start: time.Date(2030, 5, 14, 9, 0, 0, 0, time.UTC), End: time.Date(2030, 5, 14, 10, 30, 0, 0, time.UTC), Zone: "Europe/Belgrade", Map: "https://example.org", Answer: "https://example.org"},
		Versions: []campaign.Version{{
			Language: campaign.English, Headline: "A headline says what is new", Subhead: "The subhead adds the figure or the who", Place: "Belgrade", Date: "2030-05-07",
			Lead: "The lead says who, what, when, where and why.", Body: "The body tells the rest, with [links](https://example.org) and lists:\n\n- one,\n- two.",
			Quotes: []campaign.Quote{{Text: "What somebody said.", Name: "Ana Anić", Role: "coordinator", Organisation: "Example Centre"}},
			About:  "Who you are, in two sentences.", Notes: "Sources of figures.", Venue: "Media Centre\nUlica primera 1, Belgrade",
			Contact: campaign.MediaContact{Name: "Ana Anić", Phone: "+381 11 000 0000", Email: "press@example.org"},
			Stories: []campaign.Story{story("one"), story("two"), story("three")},
		}},
	}
}
