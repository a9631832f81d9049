package templates

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
)

// ReleaseLink is an address that a release leads readers to, and where it stands.
type ReleaseLink struct {
	Language campaign.Language // "" for what all versions share
	Field    string            // of the form
	Place    campaign.Text
	URL      string
}

// ReleaseLinks are all links of a release in the order of its texts, of the web, of mail and of telephones.
func ReleaseLinks(r *campaign.Release) (out []ReleaseLink) {
	for i := range r.Versions {
		v := &r.Versions[i]
		eachText(v, func(f versionText, parsed markdownText) {
			parsed.links(func(n *ast.Link) {
				out = append(out, ReleaseLink{v.Language, f.name, f.label, string(n.Destination)})
			})
		})
		for n, s := range v.Stories {
			if s.Link != "" {
				out = append(out, ReleaseLink{v.Language, "stories", campaign.Textf("story %d, link", n+1), s.Link})
			}
		}
	}
	if o := r.Occasion; o != nil {
		for field, l := range map[string]ReleaseLink{
			"event_map": {Place: campaign.Textf("address of the map"), URL: o.Map}, "event_answer": {Place: campaign.Textf("address to answer at"), URL: o.Answer},
		} {
			if l.Field = field; l.URL != "" {
				out = append(out, l)
			}
		}
	}
	for n, s := range r.Sources {
		if s.Link != "" && r.ListSources {
			out = append(out, ReleaseLink{Field: "sources", Place: campaign.Textf("source %d", n+1), URL: s.Link})
		}
	}
	return out
}

// eachText goes through the Markdown of a version; what cannot be read is told by CheckRelease.
func eachText(v *campaign.Version, visit func(f versionText, parsed markdownText)) {
	md := newMarkdown(pictures{})
	for _, f := range versionTexts(v) {
		if !f.markdown {
			continue
		}
		if filled, err := newLetterPlaces().fill(*f.text); err == nil {
			if parsed, err := md.parse(filled); err == nil {
				visit(f, parsed)
			}
		}
	}
}

// FindText returns the field of the form, and its name in words, whose text is the first of a version for which has says so; "" where
// none is.
func FindText(v *campaign.Version, has func(text string) bool) (field string, label campaign.Text) {
	f := campaign.First(versionTexts(v), func(f *versionText) bool { return has(*f.text) })
	if f == nil {
		return "", campaign.Text{}
	}
	return f.name, f.label
}

// BareFields are the merge fields of a version that leave a gap for a reader who has no value for them, with the field of the form
// where each stands first: they have no fallback, and stand in no condition on themselves.
func BareFields(v *campaign.Version) map[string]string {
	out := map[string]string{}
	for _, f := range versionTexts(v) {
		if f.merge && strings.Contains(*f.text, "{{") {
			bare := map[string]bool{}
			nodes, _ := parseMerge(*f.text)
			findBare(nodes, nil, bare)
			for name := range bare {
				if out[name] == "" {
					out[name] = f.name
				}
			}
		}
	}
	return out
}

func findBare(nodes []mergeNode, known []string, bare map[string]bool) {
	for _, n := range nodes {
		switch n := n.(type) {
		case mergeField:
			if n.name != "" && n.fallback == "" && !slices.Contains(known, n.name) && campaign.MayLack(n.name) {
				bare[n.name] = true
			}
		case mergeIf:
			findBare(n.then, append(slices.Clone(known), n.field), bare)
			findBare(n.otherwise, known, bare)
		}
	}
}

// LetterParts are what a finished letter loads, leads to and must hold.
type LetterParts struct {
	Links  []string // addresses of the web, each once
	Remote []string // pictures from elsewhere than the host of the public pages
	NoAlt  []string // pictures without a description; those that are no content have an empty one
	Leaves bool     // there is a way to unsubscribe, in the HTML and in the text

	Unshown []UnshownText // what was written for the letter and is not in it
}

// UnshownText is a text of a release that its layout has no place for.
type UnshownText struct {
	Field string // of the form
	What  campaign.Text
}

// unshown returns what writers wrote that the layout has no place for. The headline is the subject, and what comes from the settings
// may be left out.
func (p *letterPage) unshown() (out []UnshownText) {
	for _, c := range []struct {
		part, field string
		or          []string // show it too
	}{
		{"subhead", "subhead", nil}, {"lead", "lead", nil}, {"body", "body", nil}, {"event", "venue", nil},
		{"stories", "stories", []string{"story.headline", "story.title", "story.text"}}, {"quotes", "quotes", nil}, {"notes", "notes", nil},
	} {
		if p.Shows(c.part, nil) && !p.layout.has(c.part) && !slices.ContainsFunc(c.or, p.layout.has) {
			out = append(out, UnshownText{c.field, layoutParts()[c.part].what})
		}
	}
	return out
}

// Parts reads the letter as a mail program does.
func (l *Letter) Parts() LetterParts {
	out := LetterParts{Unshown: l.unshown}
	leave := campaign.Place(l.places.numbers[leavePlace])
	out.Leaves = strings.Contains(l.content.HTML, leave) && strings.Contains(l.content.Text, leave)
	for z := html.NewTokenizer(strings.NewReader(l.content.HTML)); z.Next() != html.ErrorToken; {
		t := z.Token()
		if t.Type != html.StartTagToken && t.Type != html.SelfClosingTagToken {
			continue
		}
		at := map[string]string{}
		for _, a := range t.Attr {
			at[a.Key] = a.Val
		}
		switch t.Data {
		case "a":
			if u := at["href"]; isTrackable(u) && !strings.Contains(u, campaign.PlaceBegin) && !slices.Contains(out.Links, u) {
				out.Links = append(out.Links, u)
			}
		case "img":
			src := at["src"]
			if isTrackable(src) && !strings.HasPrefix(src, l.links.Base+"/") {
				out.Remote = append(out.Remote, src)
			}
			if alt, described := at["alt"]; !described || strings.TrimSpace(alt) == "" && strings.Contains(at["class"], "picture") {
				out.NoAlt = append(out.NoAlt, src)
			}
		}
	}
	return out
}
