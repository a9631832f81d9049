package templates

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
)

// Every word of a message must be seen, in all ways in which it is shown: a layout must not hide the link to unsubscribe or who pays.

const (
	leastSize   = 9.0   // pixels of letters
	leastRoom   = 40.0  // pixels, in which words that are cut off stand
	mostAway    = 400.0 // pixels by which something is moved or kept apart
	leastLine   = 0.8   // of the size of the letters
	mostSpacing = 30.0  // pixels between letters
)

var (
	isHidden  = campaign.Textf("nothing may be hidden: other mail programs show it all the same, and filters take it for a fraud")
	isPale    = campaign.Textf("words must stand out from what is behind them, and not be cut off: no transparent colour, a contrast of 4.5 at least, no height where what overflows is hidden")
	isDarkOut = campaign.Textf("in dark mode words cannot be told from what is behind them here: give the colours of both, or of neither")
)

// unseen is why words are not seen, and the style that does it.
type unseen struct {
	why   campaign.Text
	style string // a declaration, as it is written
}

// wordStyle is how the words in an element look.
type wordStyle struct {
	size    float64 // of letters, in pixels
	line    string  // line-height, as it is written
	colour  paint
	grounds []paint // any of which may be behind them, none of them transparent
	opacity float64
	isGone  bool // visibility
	fault   *unseen
}

// unseenWords returns what hides words of a message, the first of each way of showing it.
func unseenWords(source string) (found []unseen, err error) {
	p, err := readStyles(source)
	if err != nil {
		return nil, err
	}
	for _, s := range p.screens() {
		text, ground := paint{letterColour{}, 1}, paint{letterColour{1, 1, 1}, 1}
		if s.isDark {
			text, ground = ground, paint{letterColour{0.07, 0.07, 0.07}, 1}
		}
		first := wordStyle{size: 16, line: "normal", colour: text, grounds: []paint{ground}, opacity: 1}
		if fault := p.firstUnseen(p.root, s, first); fault != nil {
			found = append(found, *fault)
		}
	}
	return found, nil
}

func (p *styledPage) firstUnseen(n *html.Node, s screen, around wordStyle) *unseen {
	switch {
	case n.Type == html.TextNode:
		if strings.ContainsFunc(n.Data, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			return around.unseen(s)
		}
		return nil
	case n.Type == html.ElementNode:
		if n.Data == "head" || n.Data == "img" || hasClass(n, "preheader") {
			return nil
		}
		around = around.within(n, p.style(n, s), s)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if fault := p.firstUnseen(c, s, around); fault != nil {
			return fault
		}
	}
	return nil
}

func hasClass(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == "class" && strings.Contains(" "+a.Val+" ", " "+name+" ") {
			return true
		}
	}
	return false
}

// unseen says why words of this look are not seen; nil where they are.
func (w *wordStyle) unseen(s screen) *unseen {
	if w.fault != nil {
		return w.fault
	}
	if w.isGone {
		return &unseen{isHidden, "visibility"}
	}
	if w.size < leastSize {
		return &unseen{isHidden, "font-size"}
	}
	if line, ok := lineHeight(w.line, w.size); ok && line < leastLine*w.size {
		return &unseen{isHidden, "line-height"}
	}
	for _, ground := range w.grounds {
		front := w.colour
		front.alpha *= w.opacity
		if front.over(ground).contrast(ground.letterColour) < minContrast-0.05 { // colours are rounded
			if s.isDark {
				return &unseen{isDarkOut, "color"}
			}
			return &unseen{isPale, "color"}
		}
	}
	return nil
}

func lineHeight(s string, size float64) (float64, bool) {
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n * size, true
	}
	return pixels(s, size)
}

// within is how words look in an element with a style, of what they look like around it.
func (w wordStyle) within(n *html.Node, style map[string]string, s screen) wordStyle {
	w.font(n, style)
	w.paint(n, style, s)
	if fault := w.moved(style); fault != nil && w.fault == nil {
		w.fault = fault
	}
	for _, a := range n.Attr {
		if a.Key == "aria-hidden" && a.Val == "true" && w.fault == nil {
			w.fault = &unseen{isHidden, "aria-hidden"}
		}
	}
	switch style["visibility"] {
	case "hidden", "collapse":
		w.isGone = true
	case "visible", "initial":
		w.isGone = false
	}
	return w
}

var ownSizes = map[string]float64{"small": 0.83, "sub": 0.83, "sup": 0.83, "h1": 2, "h2": 1.5, "h3": 1.17}

var namedSizes = map[string]float64{"xx-small": 9, "x-small": 10, "small": 13, "medium": 16, "large": 18, "x-large": 24, "xx-large": 32}

func (w *wordStyle) font(n *html.Node, style map[string]string) {
	size, ok := style["font-size"]
	switch factor := ownSizes[n.Data]; {
	case !ok && factor > 0:
		w.size *= factor
	case size == "smaller":
		w.size *= 0.83
	case namedSizes[size] > 0:
		w.size = namedSizes[size]
	default:
		if px, ok := pixels(size, w.size); ok {
			w.size = px
		}
	}
	if line := style["line-height"]; line != "" && line != "inherit" {
		w.line = line
		if px, ok := pixels(line, w.size); ok { // inherited as it is, unlike a number alone
			w.line = strconv.FormatFloat(px, 'f', 2, 64) + "px"
		}
	}
}

func (w *wordStyle) paint(n *html.Node, style map[string]string, s screen) {
	colour := style["color"]
	if fill := style["-webkit-text-fill-color"]; fill != "" {
		colour = fill
	}
	switch c, ok := parsePaint(colour); {
	case ok:
		w.colour = c
	case colour == "" && n.Data == "a":
		w.colour = paint{letterColour{0, 0, 0.93}, 1}
		if s.isDark {
			w.colour = paint{letterColour{0.62, 0.62, 1}, 1}
		}
	}
	if grounds := paintsIn(style["background-color"]); len(grounds) > 0 {
		w.grounds = laid(grounds[:1], w.grounds)
	}
	if strings.Contains(style["background-image"], "gradient") {
		w.grounds = laid(paintsIn(style["background-image"]), w.grounds)
	}
	if o, err := strconv.ParseFloat(strings.TrimSuffix(style["opacity"], "%"), 64); err == nil {
		if strings.HasSuffix(style["opacity"], "%") {
			o /= 100
		}
		w.opacity *= min(max(o, 0), 1)
	}
}

// laid is what is seen of some paints on each of others.
func laid(tops, grounds []paint) (all []paint) {
	if len(tops) == 0 {
		return grounds
	}
	for _, top := range tops {
		if top.alpha == 1 {
			all = append(all, top)
			continue
		}
		for _, ground := range grounds {
			all = append(all, top.over(ground))
		}
	}
	return all[:min(len(all), 30)]
}

// moved says what takes words out of sight: cut off, moved away, or no room for them.
func (w *wordStyle) moved(style map[string]string) *unseen {
	hides := func(name string) *unseen { return &unseen{isHidden, name} }
	if style["display"] == "none" {
		return hides("display")
	}
	if p := style["position"]; p != "" && p != "static" && p != "relative" {
		return hides("position")
	}
	for name, value := range style {
		px, ok := pixels(value, w.size)
		switch name {
		case "top", "left", "right", "bottom", "text-indent":
			if ok && (px < 0 || px > 100) {
				return hides(name)
			}
		case "letter-spacing", "word-spacing":
			if ok && (px < -1 || px > mostSpacing) {
				return hides(name)
			}
		case "vertical-align":
			if ok && math.Abs(px) > 20 {
				return hides(name)
			}
		case "max-width", "max-height":
			if ok && px < leastRoom/2 {
				return hides(name)
			}
		}
		if strings.HasPrefix(name, "margin") || strings.HasPrefix(name, "padding") || name == "height" || name == "min-height" {
			for part := range strings.FieldsSeq(value) {
				if px, ok := pixels(part, w.size); ok && (px < -20 || px > mostAway) {
					return hides(name)
				}
			}
		}
	}
	cuts := func(name string) bool { return style[name] != "" && style[name] != "visible" }
	sized := func(name string) bool { return style[name] != "" && style[name] != "auto" && style[name] != "none" }
	if cuts("overflow-y") && (sized("height") || sized("max-height")) {
		return &unseen{isPale, "overflow"}
	}
	if px, ok := pixels(style["width"], w.size); cuts("overflow-x") && (ok && px < leastRoom || style["white-space"] == "nowrap") {
		return &unseen{isPale, "overflow"}
	}
	return nil
}

var length = regexp.MustCompile(`^([-+]?(?:\d+\.?\d*|\.\d+))(px|pt|pc|in|cm|mm|q|em|rem|ex|ch|%|vw|vh|vmin|vmax)?$`)

var pixelsOf = map[string]float64{"": 1, "px": 1, "pt": 4. / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78, "q": 0.945, "rem": 16, "vw": 3.2, "vh": 6, "vmin": 3.2, "vmax": 6}

// pixels reads a length. Parts of a hundred are of the size of letters, or of the width of a telephone where that is what they are of.
func pixels(s string, size float64) (float64, bool) {
	m := length.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if m[2] == "" && n != 0 {
		return 0, false // a number alone is no length
	}
	switch m[2] {
	case "em":
		return n * size, err == nil
	case "ex", "ch":
		return n * size / 2, err == nil
	case "%":
		return n * size / 100, err == nil
	}
	return n * pixelsOf[m[2]], err == nil
}
