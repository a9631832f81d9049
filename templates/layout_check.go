package templates

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/edition"
)

// What the HTML of a layout may hold. Everything else is refused: it would run, load or hide something, or mail programs drop it.
var (
	layoutElements = strings.Fields("a b blockquote br center div em h1 h2 h3 h4 hr i img li ol p s small span strong style sub sup table tbody td th thead tfoot tr u ul")
	emptyElements  = []string{"br", "hr", "img"}
	layoutKeys     = strings.Fields("align alt aria-hidden aria-label bgcolor border cellpadding cellspacing class colspan dir height href id lang role rowspan scope src style title valign width")
)

const (
	maxLayoutElements = 600 // in all
	maxStoryElements  = 60  // within stories, which there may be many of
	maxShown          = 20  // times that a message shows one text, such as the body
	maxShownLines     = 600 // times that it shows one line, such as the headline
	maxLayoutRules    = 200 // of style
)

// hiddenClasses are our own classes that hide.
var hiddenClasses = []string{"preheader", "seen"}

// marks stand for placeholders while the HTML around them is read.
const (
	markBegin = '\uE000'
	markEnd   = '\uE001'
)

var markPattern = regexp.MustCompile("\uE000(\\d+)\uE001")

// CheckLayout says everything that must be mended in the source of a layout before it is stored, in the order of its lines.
func CheckLayout(base, source string) []LayoutProblem {
	if strings.ContainsAny(source, string(markBegin)+string(markEnd)+"\x00") || strings.Contains(source, campaign.PlaceBegin) {
		return []LayoutProblem{{Text: campaign.Textf("the layout holds signs that no text has: write it anew")}}
	}
	if len(source) > campaign.MaxLayout {
		return []LayoutProblem{{Text: campaign.Textf("the layout is longer than %d kB: leave something out", campaign.MaxLayout/1000)}}
	}
	l, problems := parseLayout(base, source)
	if len(problems) == 0 {
		c := layoutChecker{layout: l}
		c.read()
		c.mandatory()
		c.repeated(l.nodes, 1, map[string]int{})
		if problems = c.all(); len(problems) == 0 {
			problems = l.try(source)
		}
	}
	return problems
}

// layoutChecker reads the HTML of a layout.
type layoutChecker struct {
	layout *layout
	marked strings.Builder
	tags   []layoutMark
	layoutFaults

	line     int
	open     []openElement
	elements int
	inStory  int // elements within stories
}

// layoutMark is a placeholder, or the beginning, middle or end of a block.
type layoutMark struct {
	node  layoutNode
	edge  string // "", if, each, else, end
	depth int    // how many blocks it stands in
}

type openElement struct {
	name string
	line int
}

// mark writes the source with a mark for each placeholder.
func (c *layoutChecker) mark(nodes []layoutNode, depth int) {
	add := func(n layoutNode, edge string) {
		fmt.Fprintf(&c.marked, "%c%d%c", markBegin, len(c.tags), markEnd)
		c.tags = append(c.tags, layoutMark{n, edge, depth})
	}
	for _, n := range nodes {
		switch {
		case n.block != noBlock:
			add(n, string(n.block))
			c.mark(n.then, depth+1)
			if n.otherwise != nil {
				add(n, "else")
				c.mark(n.otherwise, depth+1)
			}
			add(n, "end")
		case n.part != nil || n.slot != "":
			add(n, "")
		default:
			c.marked.WriteString(n.text)
		}
	}
}

// read goes through the elements.
func (c *layoutChecker) read() {
	c.mark(c.layout.nodes, 0)
	c.line = 1
	z := html.NewTokenizer(strings.NewReader(c.marked.String()))
	z.SetMaxBuf(2 * campaign.MaxLayout)
	var blocks []int // how many elements were open where each block began
	inEach, style := 0, false
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			for _, e := range c.open {
				c.refuse(e.line, campaign.Textf("<%s> is not closed", e.name))
			}
			return
		case html.TextToken:
			if style {
				c.style(raw, true)
				break
			}
			for _, m := range markPattern.FindAllStringSubmatch(raw, -1) {
				tag := c.tag(m[1])
				switch tag.edge {
				case "if", "each":
					blocks = append(blocks, len(c.open))
					if tag.edge == "each" {
						inEach++
					}
				case "else", "end":
					if len(blocks) == 0 { // its beginning stands in an attribute that is not closed
						c.refuse(tag.node.line, campaign.Textf("elements that begin within a condition must end within it, and the other way round"))
						break
					}
					if began := blocks[len(blocks)-1]; began != len(c.open) {
						c.refuse(tag.node.line, campaign.Textf("elements that begin within a condition must end within it, and the other way round"))
						blocks[len(blocks)-1] = len(c.open)
					}
					if tag.edge == "end" {
						blocks = blocks[:len(blocks)-1]
						if tag.node.block == eachBlock {
							inEach--
						}
					}
				default:
					if tag.node.part != nil && (tag.node.part.class == linkPart || tag.node.part.class == colourPart) {
						c.refuse(tag.node.line, campaign.Textf("%s stands only within an element: href=\"…\" takes addresses, style and bgcolor take the colour", "{{ "+tag.node.part.name+" }}"))
					}
				}
			}
		case html.CommentToken:
			if markPattern.MatchString(raw) {
				c.refuse(c.line, campaign.Textf("a placeholder within a comment is not shown"))
			}
		case html.DoctypeToken:
			c.refuse(c.line, campaign.Textf("begin with what stands on the page: the rest is added by itself"))
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			token := z.Token()
			if markPattern.MatchString(token.Data) {
				c.refuse(c.line, campaign.Textf("a placeholder cannot stand here"))
				break
			}
			c.element(token)
			style = token.Data == "style" && kind == html.StartTagToken
			if c.elements++; c.elements == maxLayoutElements {
				c.refuse(c.line, campaign.Textf("the layout has more than %d elements: leave some out", maxLayoutElements))
			}
			if inEach > 0 {
				if c.inStory++; c.inStory == maxStoryElements {
					c.refuse(c.line, campaign.Textf("the layout has more than %d elements within stories: leave some out", maxStoryElements))
				}
			}
		}
		c.line += strings.Count(raw, "\n")
	}
}

func (c *layoutChecker) tag(number string) layoutMark {
	n := 0
	for _, d := range number {
		n = 10*n + int(d-'0')
	}
	return c.tags[n]
}

// element checks one tag.
func (c *layoutChecker) element(token html.Token) {
	name := token.Data
	if !slices.Contains(layoutElements, name) {
		c.refuse(c.line, campaign.Textf("<%s> is not allowed in a message", shorten(name, quotedCharacters)))
		return
	}
	if token.Type == html.EndTagToken {
		if slices.Contains(emptyElements, name) {
			return
		}
		if n := len(c.open); n == 0 || c.open[n-1].name != name {
			c.refuse(c.line, campaign.Textf("</%s> has no beginning here", name))
		} else {
			c.open = c.open[:n-1]
		}
		return
	}
	if token.Type == html.StartTagToken && !slices.Contains(emptyElements, name) {
		c.open = append(c.open, openElement{name, c.line})
	}
	if name == "img" {
		c.refuse(c.line, campaign.Textf("a picture from elsewhere would count readers there: write “{{ slot picture picture }}” and choose one of the media library"))
	}
	for _, a := range token.Attr {
		c.attribute(name, a.Key, a.Val)
	}
}

func (c *layoutChecker) attribute(element, key, value string) {
	marks := markPattern.FindAllStringSubmatch(value, -1)
	switch {
	case markPattern.MatchString(key):
		c.refuse(c.line, campaign.Textf("a placeholder cannot stand here"))
	case !slices.Contains(layoutKeys, key):
		c.refuse(c.line, campaign.Textf("<%s> takes no %s in a message", element, shorten(key, quotedCharacters)))
	case key == "href":
		if len(marks) == 1 && markPattern.ReplaceAllString(value, "") == "" {
			if tag := c.tag(marks[0][1]); tag.node.part != nil && tag.edge == "" && tag.node.part.class == linkPart {
				return
			}
		}
		lower := strings.ToLower(strings.TrimSpace(value))
		for _, begin := range []string{"https://", "http://", "mailto:", "tel:", "#"} {
			if len(marks) == 0 && strings.HasPrefix(lower, begin) {
				return
			}
		}
		c.refuse(c.line, campaign.Textf("a link leads to a web page (https://…), mailto:, tel: or one of the placeholders of addresses"))
	case key == "class" && slices.ContainsFunc(strings.Fields(value), func(name string) bool { return slices.Contains(hiddenClasses, name) }):
		c.refuse(c.line, campaign.Textf("nothing may be hidden: other mail programs show it all the same, and filters take it for a fraud"))
	case key == "style":
		c.style(value, false)
		c.only(marks, colourPart)
	case key == "bgcolor":
		c.only(marks, colourPart)
	case key == "alt" || key == "title" || key == "aria-label":
		c.only(marks, wordsPart)
	case len(marks) > 0:
		c.refuse(c.line, campaign.Textf("a placeholder cannot stand here"))
	}
}

// only lets placeholders of one class stand in an attribute.
func (c *layoutChecker) only(marks [][]string, class partClass) {
	for _, m := range marks {
		if tag := c.tag(m[1]); tag.edge != "" || tag.node.part == nil || tag.node.part.class != class {
			c.refuse(c.line, campaign.Textf("a placeholder cannot stand here"))
		}
	}
}

// mandatory tells what every message must hold and this layout lacks.
func (c *layoutChecker) mandatory() {
	for _, must := range append(slices.Clone(mandatory), mustShow) {
		at := slices.IndexFunc(c.tags, func(m layoutMark) bool {
			return m.edge == "" && m.node.part != nil && slices.Contains(must.in, m.node.part.name)
		})
		bare := slices.ContainsFunc(c.tags, func(m layoutMark) bool {
			return m.edge == "" && m.node.part != nil && slices.Contains(must.in, m.node.part.name) && m.depth == 0
		})
		switch {
		case at < 0:
			c.refuse(0, campaign.Textf("something is missing that every message must have: %s", must.what))
		case !bare:
			c.refuse(c.tags[at].node.line, campaign.Textf("this must not stand within a condition or in stories: %s", must.what))
		}
	}
}

// repeated bounds how often a message shows what may be long, however many stories it has.
func (c *layoutChecker) repeated(nodes []layoutNode, times int, shown map[string]int) {
	for _, n := range nodes {
		if n.block != noBlock {
			within := times
			if n.block == eachBlock {
				within = campaign.MaxStories
			}
			c.repeated(n.then, within, shown)
			c.repeated(n.otherwise, within, shown)
			continue
		}
		name, most, by := n.slot, maxShownLines, times
		switch {
		case n.part != nil:
			name = n.part.name
			if n.part.class == blockPart {
				most = maxShown
			}
			if n.part.ofStory {
				by = 1 // each time it is another story's
			}
		case slices.ContainsFunc(c.layout.slots, func(s LayoutSlot) bool { return s.Name == n.slot && s.Kind == TextSlot }):
			most = maxShown
		}
		if name == "" {
			continue
		}
		if before := shown[name]; before <= most && before+by > most {
			c.refuse(n.line, campaign.Textf("the layout shows %s more than %d times: leave some out", "{{ "+name+" }}", most))
		}
		shown[name] += by
	}
}

// try makes messages of a release that holds all there can be, and of one that holds little, and looks at what readers see of them.
func (l *layout) try(source string) (problems []LayoutProblem) {
	defer func() {
		if recover() != nil { // a library that does not expect such a style sheet
			problems = []LayoutProblem{{Text: campaign.Textf("no message can be made with this layout: look at its styles")}}
		}
	}()
	story := campaign.Story{Headline: "Story", Text: "Text", Link: "https://example.org"}
	little := campaign.Version{Language: campaign.English, Headline: "Headline", Body: "Body"}
	full := campaign.Version{
		Language: campaign.English, Headline: "Headline", Subhead: "Subhead", Lead: "Lead", Body: "Body", About: "About", Notes: "Notes", Slots: map[string]string{},
		Contact: campaign.MediaContact{Name: "Name", Phone: "1", Email: "name@example.org"}, Stories: []campaign.Story{story, story, story},
	}
	for _, s := range l.slots {
		full.Slots[s.Name] = "Slot"
	}
	brand := campaign.Brand{
		Name: "Name", Address: "Address 1", Website: "https://example.org", Privacy: "https://example.org", Footer: campaign.Texts{"": "Footer"}, Funding: campaign.Texts{"": "Funding"},
		Social: []campaign.SocialLink{{Name: "Social", URL: "https://example.org"}},
	}
	invitation := campaign.Release{Kind: campaign.Invitation, Occasion: &campaign.Occasion{Start: time.Unix(0, 0), Zone: "UTC"}}
	for _, e := range []edition.Edition{
		{Brand: brand, Release: invitation}, {Brand: brand, Release: campaign.Release{Kind: campaign.PressRelease, Embargo: time.Unix(1e10, 0)}},
		{Brand: campaign.Brand{Name: "Name"}, Release: campaign.Release{Kind: campaign.PressRelease}},
	} {
		v := &full
		if e.Brand.Address == "" {
			v = &little
		}
		e.ID, e.Release.Versions = "check", []campaign.Version{*v}
		letter := Letter{edition: &e, language: v.Language, mode: campaign.NoTracking, links: campaign.Links{Signer: campaign.NewSigner("check")}, places: newLetterPlaces(), layout: l}
		page, err := letter.page(v)
		var message string
		if err == nil {
			page.text()
			message, err = page.html()
		}
		if err != nil {
			problem := LayoutProblem{Text: campaign.Textf("no message can be made with this layout: %s", lastPart(err.Error()))}
			if m := templateLine.FindStringSubmatch(err.Error()); m != nil {
				fmt.Sscan(m[1], &problem.Line)
			}
			return []LayoutProblem{problem}
		}
		hidden, err := unseenWords(message)
		if err != nil {
			return []LayoutProblem{{Text: campaign.Textf("no message can be made with this layout: %s", lastPart(err.Error()))}}
		}
		for _, h := range hidden {
			if problem := (LayoutProblem{Line: lineOfStyle(source, h.style), Text: h.why}); !slices.ContainsFunc(problems, func(p LayoutProblem) bool { return p.Line == problem.Line && p.Text.String() == problem.Text.String() }) {
				problems = append(problems, problem)
			}
		}
	}
	return problems
}

// lineOfStyle returns the first line of a layout that gives a property; 0 where none does.
func lineOfStyle(source, property string) int {
	family, _, _ := strings.Cut(property, "-")
	for _, name := range []string{property, family, "background"} {
		if at := regexp.MustCompile(`(?i)(^|[^-\w])` + name + `(-[a-z]+)?\s*[:=]`).FindStringIndex(source); at != nil {
			return 1 + strings.Count(source[:at[0]], "\n")
		}
	}
	return 0
}

var templateLine = regexp.MustCompile(`layout:(\d+)`)

func lastPart(words string) string { return words[strings.LastIndex(words, ": ")+1:] }
