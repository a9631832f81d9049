package templates

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
)

// The cascade of a message: which style each element has, in every way in which mail programs show it.

// declaration is a value an element has of a property, and how strong it is against others.
type declaration struct {
	value       string
	isImportant bool
	isInline    bool
	specificity cascadia.Specificity
	order       int
}

// beats reports whether d stands against another declaration of the same property.
func (d declaration) beats(o declaration) bool {
	switch {
	case d.isImportant != o.isImportant:
		return d.isImportant
	case d.isInline != o.isInline:
		return d.isInline
	case d.specificity != o.specificity:
		return o.specificity.Less(d.specificity)
	}
	return d.order >= o.order
}

// styleRule is one rule of a style sheet, with the elements it is about.
type styleRule struct {
	selectors    []cascadia.Sel
	media        string // "" for always
	declarations map[string]declaration
}

// screen is one way in which a message is shown.
type screen struct {
	width    int // pixels
	isDark   bool
	isPrint  bool
	isOther  bool // whether all is so that is asked of it beyond width and colours
	isSimple bool // mail programs that leave style sheets out
}

// styledPage is a message with its rules, and which of them are about which element.
type styledPage struct {
	root  *html.Node
	rules []styleRule
	of    map[*html.Node][]int
}

// unasked are conditions of selectors that readers bring about by what they do.
var unasked = regexp.MustCompile(`:(hover|active|focus|focus-within|focus-visible)\b`)

// readStyles reads the style sheets of a page.
func readStyles(source string) (*styledPage, error) {
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return nil, err
	}
	p := &styledPage{root: root, of: map[*html.Node][]int{}}
	for _, n := range cascadia.QueryAll(root, cascadia.MustCompile("style")) {
		if n.FirstChild != nil {
			p.add(styleComment.ReplaceAllString(n.FirstChild.Data, ""), "")
		}
	}
	for i, rule := range p.rules {
		for _, selector := range rule.selectors {
			for _, n := range cascadia.QueryAll(root, selector) {
				if at := p.of[n]; len(at) == 0 || at[len(at)-1] != i {
					p.of[n] = append(at, i)
				}
			}
		}
	}
	return p, nil
}

// add reads the rules of a style sheet; those within conditions have them as their media.
func (p *styledPage) add(sheet, media string) {
	for {
		head, rest, found := strings.Cut(sheet, "{")
		if !found {
			return
		}
		end, depth := 0, 1
		for depth > 0 && end < len(rest) {
			switch rest[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
			end++
		}
		body := strings.TrimSuffix(rest[:end], "}")
		sheet = rest[end:]
		head = strings.TrimSpace(head[strings.LastIndexByte(head, ';')+1:])
		if strings.HasPrefix(head, "@") {
			if name, condition, _ := strings.Cut(head, " "); strings.EqualFold(name, "@media") {
				p.add(body, strings.ToLower(strings.TrimSpace(condition)))
			}
			continue
		}
		rule := styleRule{media: media, declarations: declarationsOf(body)}
		for part := range strings.SplitSeq(head, ",") {
			if unasked.MatchString(part) {
				continue
			}
			if group, err := cascadia.ParseGroup(strings.TrimSpace(part)); err == nil {
				rule.selectors = append(rule.selectors, group...)
			}
		}
		p.rules = append(p.rules, rule)
	}
}

// declarationsOf reads what stands in the braces of a rule, or in a style attribute.
func declarationsOf(body string) map[string]declaration {
	all := map[string]declaration{}
	order := 0
	for part := range strings.SplitSeq(body, ";") {
		name, value, found := strings.Cut(part, ":")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.ToLower(strings.Join(strings.Fields(value), " "))
		if !found || name == "" || value == "" {
			continue
		}
		value, important, isImportant := strings.Cut(value, "!")
		order++
		d := declaration{value: strings.TrimSpace(value), isImportant: isImportant && strings.TrimSpace(important) == "important", order: order}
		if before, ok := all[name]; !ok || d.beats(before) {
			all[name] = d
		}
	}
	return all
}

// style is what one element has in one way of showing it, by property.
func (p *styledPage) style(n *html.Node, s screen) map[string]string {
	won := map[string]declaration{}
	take := func(name string, d declaration) {
		if before, ok := won[name]; !ok || d.beats(before) {
			won[name] = d
		}
	}
	for _, a := range n.Attr {
		if a.Key == "bgcolor" {
			won["background-color"] = declaration{value: strings.ToLower(a.Val), order: -1}
		}
	}
	if !s.isSimple {
		for _, i := range p.of[n] {
			rule := &p.rules[i]
			if !s.fits(rule.media) {
				continue
			}
			var strongest cascadia.Specificity
			for _, selector := range rule.selectors {
				if spec := selector.Specificity(); selector.Match(n) && strongest.Less(spec) {
					strongest = spec
				}
			}
			for name, d := range rule.declarations {
				d.specificity, d.order = strongest, i<<12|d.order
				take(name, d)
			}
		}
	}
	for _, a := range n.Attr {
		if a.Key == "style" {
			for name, d := range declarationsOf(a.Val) {
				d.isInline = true
				take(name, d)
			}
		}
	}
	shorthands(won)
	values := make(map[string]string, len(won))
	for name, d := range won {
		values[name] = d.value
	}
	return values
}

// shorthands gives the properties that matter what a shorthand says of them, where the shorthand is the stronger.
func shorthands(won map[string]declaration) {
	for _, name := range []string{"background", "font", "overflow"} {
		d, ok := won[name]
		if !ok {
			continue
		}
		for to, value := range longhands(name, d.value) {
			if before, ok := won[to]; !ok || d.beats(before) {
				d := d
				d.value = value
				won[to] = d
			}
		}
	}
}

var fontSize = regexp.MustCompile(`(?:^| )(\d*\.?\d+(?:[a-z]+|%)?|(?:xx?-)?(?:small|large)|medium|smaller|larger)(?: ?/ ?([\d.]+[a-z%]*|normal))?(?: |$)`)

func longhands(name, value string) map[string]string {
	switch name {
	case "background":
		return map[string]string{"background-color": value, "background-image": value}
	case "overflow":
		parts := strings.Fields(value)
		return map[string]string{"overflow-x": parts[0], "overflow-y": parts[len(parts)-1]}
	}
	if m := fontSize.FindStringSubmatch(value); m != nil {
		return map[string]string{"font-size": m[1], "line-height": m[2]}
	}
	return nil
}

// screens are all ways in which a message is shown that its style sheets tell apart.
func (p *styledPage) screens() []screen {
	widths, isPrinted, isOther := map[int]bool{320: true, 700: true}, false, false
	for _, rule := range p.rules {
		for _, m := range widthCondition.FindAllStringSubmatch(rule.media, -1) {
			n, _ := strconv.ParseFloat(m[1], 64)
			if m[2] == "em" || m[2] == "rem" {
				n *= 16
			}
			for _, w := range []int{int(n) - 1, int(n), int(n) + 1} {
				widths[w] = true
			}
		}
		isPrinted = isPrinted || strings.Contains(rule.media, "print")
		left := widthCondition.ReplaceAllString(schemeCondition.ReplaceAllString(rule.media, ""), "")
		isOther = isOther || strings.ContainsAny(left, "(")
	}
	all := []screen{{width: 700, isSimple: true}}
	for _, w := range slices.Sorted(maps.Keys(widths)) {
		for _, isDark := range []bool{false, true} {
			all = append(all, screen{width: w, isDark: isDark})
			if isOther {
				all = append(all, screen{width: w, isDark: isDark, isOther: true})
			}
		}
	}
	if isPrinted {
		all = append(all, screen{width: 700, isPrint: true})
	}
	return all
}

var (
	widthCondition  = regexp.MustCompile(`\((?:min|max)-(?:device-)?width\s*:\s*([\d.]+)(px|em|rem)\s*\)`)
	schemeCondition = regexp.MustCompile(`\(prefers-color-scheme\s*:\s*(dark|light)\s*\)`)
	anyCondition    = regexp.MustCompile(`\([^()]*\)`)
)

// fits reports whether a media query is met.
func (s screen) fits(media string) bool {
	if media == "" {
		return true
	}
	for query := range strings.SplitSeq(media, ",") {
		if s.meets(strings.TrimSpace(query)) {
			return true
		}
	}
	return false
}

func (s screen) meets(query string) bool {
	query, isNot := strings.CutPrefix(query, "not ")
	meets := true
	for _, condition := range anyCondition.FindAllString(query, -1) {
		switch {
		case widthCondition.MatchString(condition):
			m := widthCondition.FindStringSubmatch(condition)
			n, _ := strconv.ParseFloat(m[1], 64)
			if m[2] != "px" {
				n *= 16
			}
			meets = meets && (strings.HasPrefix(condition, "(max") && float64(s.width) <= n || strings.HasPrefix(condition, "(min") && float64(s.width) >= n)
		case schemeCondition.MatchString(condition):
			meets = meets && strings.Contains(condition, "dark") == s.isDark
		default:
			meets = meets && s.isOther
		}
	}
	for _, word := range strings.Fields(anyCondition.ReplaceAllString(query, " ")) {
		switch word {
		case "print":
			meets = meets && s.isPrint
		case "screen":
			meets = meets && !s.isPrint
		case "speech", "tty", "tv":
			meets = false
		}
	}
	return meets != isNot
}
