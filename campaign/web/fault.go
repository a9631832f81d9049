package web

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"
)

// fault is one line of the summary above a form that was refused: what is wrong, and where.
type fault struct {
	Label  string // of the field; "" where the words say it
	Words  string
	Target string // id of the field, or of the words beside it where several fields share them; "" where the page has neither

	at int
}

// fieldLabel finds the id of a field and the text of its label.
var fieldLabel = regexp.MustCompile(`<label for="f-([^"]+)">([^<]*)`)

// locate finds the faulty fields on the page as it is shown, in the order they stand there.
func (p *Page) locate(body string) {
	labels := map[string]string{}
	for _, m := range fieldLabel.FindAllStringSubmatch(body, -1) {
		labels[m[1]] = html.UnescapeString(strings.TrimSpace(m[2]))
	}
	p.Faults = nil
	for name, words := range p.Problems {
		f := fault{Label: labels[name], Words: words, at: len(body)}
		for _, id := range []string{"f-" + name, name + "-problem"} {
			if at := strings.Index(body, ` id="`+html.EscapeString(id)+`"`); at >= 0 {
				f.Target, f.at = id, at
				break
			}
		}
		p.Faults = append(p.Faults, f)
	}
	slices.SortFunc(p.Faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.Words, b.Words))
	})
}
