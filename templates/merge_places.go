package templates

import (
	"strings"
	"unicode"

	"github.com/glasnik/glasnik/campaign"
)

// mergeReserved says that a text holds what places are made of.
func mergeReserved() campaign.Text {
	return campaign.Textf("the text contains “%s”, which the program needs for itself", campaign.PlaceBegin)
}

// maxPlaces is how many values the four digits of a place can count.
const maxPlaces = 10_000

// placeValue works out what is in one place for one reader.
type placeValue func(r *letterReader) string

// letterPlaces hands out the places of a letter: one for each distinct expression.
type letterPlaces struct {
	values  []placeValue
	widths  []int          // octets a value is expected to take, for the size of the letter
	numbers map[string]int // by the expression as it is written
}

func newLetterPlaces() *letterPlaces { return &letterPlaces{numbers: map[string]int{}} }

var errTooManyPlaces = campaign.Errorf(campaign.Invalid, "the release holds more than 10,000 different merge fields")

// add returns the mark for a value; key tells equal ones.
func (p *letterPlaces) add(key string, width int, v placeValue) string {
	n, ok := p.numbers[key]
	if !ok {
		n = len(p.values)
		p.numbers[key] = n
		p.values, p.widths = append(p.values, v), append(p.widths, width)
	}
	return campaign.Place(n)
}

// mergeWidth is what a name or an organisation takes as a rule, in octets of UTF-8.
const mergeWidth = 30

// fill replaces the merge fields of a text by places.
func (p *letterPlaces) fill(text string) (string, error) {
	if strings.Contains(text, campaign.PlaceBegin) {
		return "", mergeProblem{words: mergeReserved()}.err()
	}
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	nodes, problems := parseMerge(text)
	if len(problems) > 0 {
		return "", problems[0].err()
	}
	var b strings.Builder
	for _, n := range nodes {
		if t, ok := n.(mergeText); ok {
			b.WriteString(string(t))
			continue
		}
		b.WriteString(p.add(mergeKey(n), mergeWidth, func(r *letterReader) string {
			var v strings.Builder
			n.render(&v, r.field)
			return oneLine(v.String())
		}))
	}
	if len(p.values) > maxPlaces {
		return "", errTooManyPlaces
	}
	return b.String(), nil
}

// oneLine puts one blank for all white space between words, and none around them.
func oneLine(s string) string {
	before := ' '
	for _, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || before == ' ') {
			return strings.Join(strings.Fields(s), " ")
		}
		before = r
	}
	return strings.TrimSuffix(s, " ") // as it is, where there is nothing to do
}

// mergeKey writes a node in one canonical way.
func mergeKey(n mergeNode) string {
	var b strings.Builder
	writeMergeKey(&b, n)
	return b.String()
}

func writeMergeKey(b *strings.Builder, n mergeNode) {
	switch n := n.(type) {
	case mergeField:
		b.WriteString("{{" + n.name + "|" + n.fallback + "}}")
	case mergeIf:
		b.WriteString("{{if " + n.field + "}}")
		for _, c := range n.then {
			writeMergeKey(b, c)
		}
		b.WriteString("{{else}}")
		for _, c := range n.otherwise {
			writeMergeKey(b, c)
		}
		b.WriteString("{{end}}")
	case mergeText:
		b.WriteString(string(n))
	}
}
