package templates

import (
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// A layout is HTML with placeholders, in the form writers know from merge fields:
//
//	{{ headline }}                              what the release says
//	{{ if lead }}…{{ else }}…{{ end }}          one of two pieces
//	{{ each story }}…{{ end }}                  a piece for each story
//	{{ slot sponsor line 80 }}                  what writers fill in: a line, a text (Markdown) or a picture
//
// It is a language of its own, and not that of html/template, because that one can call methods and loop for ever. Here nothing
// is computed: what a layout costs is bounded by its length times the number of stories. It is translated into html/template,
// which escapes every value by where it stands.

// LayoutProblem is a mistake in the source of a layout.
type LayoutProblem struct {
	Line int // from 1; 0 for what is wrong with it as a whole
	Text campaign.Text
}

// SlotKind is what a slot of a layout takes.
type SlotKind string

const (
	LineSlot    SlotKind = "line"
	TextSlot    SlotKind = "text" // Markdown
	PictureSlot SlotKind = "picture"
)

// SlotKinds are all kinds of slots.
var SlotKinds = []SlotKind{LineSlot, TextSlot, PictureSlot}

// LayoutSlot is a place of a layout that writers fill in.
type LayoutSlot struct {
	Name  string
	Kind  SlotKind
	Limit int // characters; 0 for a picture
}

// What a layout may hold.
const (
	maxLayoutTags  = 1_000
	maxLayoutDepth = 10
	maxSlots       = 30
	maxSlotLimit   = 20_000
)

// layoutNode is a piece of a layout: text as it is written, a placeholder, a slot, or what stands under a condition.
type layoutNode struct {
	line            int
	text            string
	part            *layoutPart
	slot            string
	block           layoutBlock
	then, otherwise []layoutNode
}

type layoutBlock string

const (
	noBlock   layoutBlock = ""
	ifBlock   layoutBlock = "if"
	eachBlock layoutBlock = "each"
)

// layout is a parsed layout. It is not changed any more.
type layout struct {
	base  string // the built-in layout it is, or began as
	nodes []layoutNode
	slots []LayoutSlot
	made  func() (*template.Template, error) // of a built-in one: made once
}

// layoutTag is a placeholder of the source, or the text before it.
type layoutTag struct {
	line  int
	text  string
	words []string // nil for text
}

type layoutParser struct {
	tags    []layoutTag
	at      int
	slots   []LayoutSlot
	stopped bool // the rest is not read: what is missing in it says nothing
	layoutFaults
}

// parseLayout reads the placeholders of a layout; see checkLayout for its HTML.
func parseLayout(base, source string) (*layout, []LayoutProblem) {
	p := &layoutParser{}
	p.split(source)
	nodes := p.nodes(nil, 0)
	return &layout{base: base, nodes: nodes, slots: p.slots}, p.all()
}

// split finds the placeholders.
func (p *layoutParser) split(source string) {
	line := 1
	for source != "" {
		text, rest, found := strings.Cut(source, "{{")
		if text != "" {
			p.tags = append(p.tags, layoutTag{line: line, text: text})
			line += strings.Count(text, "\n")
		}
		if !found {
			return
		}
		sameLine, _, _ := strings.Cut(rest, "\n")
		end := strings.Index(sameLine, "}}")
		if end < 0 {
			p.refuse(line, campaign.Textf("“{{” is not closed by “}}” on the same line"))
			source = rest[len(sameLine):]
			continue
		}
		words := campaign.Collect(strings.Fields(rest[:end]), func(w string) string { return shorten(w, quotedCharacters) })
		if len(p.tags) > 2*maxLayoutTags {
			p.stopped = true
			p.refuse(line, campaign.Textf("the layout has more than %d placeholders: leave some out", maxLayoutTags))
			return
		}
		p.tags = append(p.tags, layoutTag{line: line, text: "{{" + shorten(rest[:end], quotedCharacters) + "}}", words: append([]string{}, words...)})
		source = rest[end+2:]
	}
}

// nodes reads up to the end of the block that open began.
func (p *layoutParser) nodes(open *layoutTag, depth int) (out []layoutNode) {
	for p.at < len(p.tags) {
		tag := &p.tags[p.at]
		if tag.words == nil {
			out = append(out, layoutNode{line: tag.line, text: tag.text})
			p.at++
			continue
		}
		word := ""
		if len(tag.words) > 0 {
			word = tag.words[0]
		}
		switch word {
		case "end", "else":
			if open != nil {
				return out
			}
			p.refuse(tag.line, campaign.Textf("%s has no “{{ if … }}” or “{{ each story }}” before it", tag.text))
			p.at++
		case "if", "each":
			p.at++
			out = append(out, p.block(tag, depth))
		case "slot":
			p.at++
			if n, ok := p.slot(tag); ok {
				out = append(out, n)
			}
		default:
			p.at++
			if part := p.part(tag, word); part != nil {
				out = append(out, layoutNode{line: tag.line, part: part})
			}
		}
	}
	if open != nil && !p.stopped {
		p.refuse(open.line, campaign.Textf("%s has no “{{ end }}”", open.text))
	}
	return out
}

// part finds a placeholder.
func (p *layoutParser) part(tag *layoutTag, word string) *layoutPart {
	part := layoutParts()[word]
	switch {
	case part == nil || len(tag.words) > 1:
		p.refuse(tag.line, campaign.Textf("there is no placeholder %s; did you mean “{{ %s }}”?", tag.text, nearest(word, layoutPartNames())))
		return nil
	case part.ofStory && !p.inStories():
		p.refuse(tag.line, campaign.Textf("%s stands outside of “{{ each story }} … {{ end }}”", tag.text))
	}
	return part
}

// inStories reports whether what is read stands in a block for each story.
func (p *layoutParser) inStories() bool {
	depth := 0
	for i := p.at - 1; i >= 0; i-- {
		switch words := p.tags[i].words; {
		case len(words) == 0:
		case words[0] == "end":
			depth++
		case words[0] == "if" || words[0] == "each":
			if depth == 0 && words[0] == "each" {
				return true
			}
			depth = max(0, depth-1)
		}
	}
	return false
}

// block reads a condition or what is repeated.
func (p *layoutParser) block(tag *layoutTag, depth int) layoutNode {
	n := layoutNode{line: tag.line, block: layoutBlock(tag.words[0])}
	switch words := tag.words[1:]; {
	case depth >= maxLayoutDepth:
		p.refuse(tag.line, campaign.Textf("more than %d conditions stand in each other", maxLayoutDepth))
		p.stopped, p.at = true, len(p.tags)
		return n
	case n.block == eachBlock:
		if len(words) != 1 || words[0] != "story" {
			p.refuse(tag.line, campaign.Textf("only stories can be repeated: write “{{ each story }}”"))
		}
		if p.at--; p.inStories() {
			p.refuse(tag.line, campaign.Textf("stories cannot be repeated within stories"))
		}
		p.at++
	case len(words) == 2 && words[0] == "slot" && campaign.IsSlotName(words[1]):
		n.slot = words[1]
	case len(words) != 1:
		p.refuse(tag.line, campaign.Textf("a condition asks for one thing: write “{{ if lead }}”"))
	default:
		if n.part = p.part(&layoutTag{line: tag.line, text: tag.text, words: words}, words[0]); n.part != nil && n.part.shown == nil {
			p.refuse(tag.line, campaign.Textf("%s is always there and needs no condition", words[0]))
		}
	}
	n.then = p.nodes(tag, depth+1)
	if p.at < len(p.tags) && p.tags[p.at].words[0] == "else" {
		if n.block == eachBlock {
			p.refuse(p.tags[p.at].line, campaign.Textf("“{{ each story }}” has no “{{ else }}”"))
		}
		p.at++
		n.otherwise = p.nodes(tag, depth+1)
	}
	if p.at < len(p.tags) && p.tags[p.at].words[0] == "else" {
		p.refuse(p.tags[p.at].line, campaign.Textf("this is a second “{{ else }}”"))
	}
	p.at++ // the end, or nothing
	return n
}

// slot reads what writers fill in, and where it is shown again.
func (p *layoutParser) slot(tag *layoutTag) (layoutNode, bool) {
	words := tag.words[1:]
	if len(words) == 0 || len(words) > 3 || !campaign.IsSlotName(words[0]) {
		p.refuse(tag.line, campaign.Textf("a slot is written “{{ slot sponsor line 80 }}”: a name of small letters, digits and _, then line, text or picture, then how many characters it takes"))
		return layoutNode{}, false
	}
	s := LayoutSlot{Name: words[0], Kind: LineSlot, Limit: 200}
	known := slices.IndexFunc(p.slots, func(have LayoutSlot) bool { return have.Name == s.Name })
	if len(words) > 1 {
		if s.Kind = SlotKind(words[1]); !slices.Contains(SlotKinds, s.Kind) {
			p.refuse(tag.line, campaign.Textf("a slot takes a line, a text or a picture, and not “%s”", words[1]))
			return layoutNode{}, false
		}
	}
	switch s.Kind {
	case TextSlot:
		s.Limit = 2_000
	case PictureSlot:
		s.Limit = 0
	}
	if len(words) > 2 {
		n, err := strconv.Atoi(words[2])
		if err != nil || n < 1 || n > maxSlotLimit || s.Kind == PictureSlot {
			p.refuse(tag.line, campaign.Textf("“%s” is no number of characters between 1 and %d", words[2], maxSlotLimit))
		}
		s.Limit = n
	}
	switch {
	case known < 0 && len(p.slots) >= maxSlots:
		p.refuse(tag.line, campaign.Textf("the layout has more than %d slots: leave some out", maxSlots))
	case known < 0:
		p.slots = append(p.slots, s)
	case len(words) > 1 && p.slots[known] != s:
		p.refuse(tag.line, campaign.Textf("the slot %s is described in two ways", s.Name))
	}
	return layoutNode{line: tag.line, slot: s.Name}, true
}

// translate writes nodes as a template of html/template whose data is the letter's page, and within stories a story.
func translate(nodes []layoutNode, b *strings.Builder) {
	for _, n := range nodes {
		ask := ""
		switch {
		case n.block == eachBlock:
			b.WriteString("{{range $.Stories}}")
			translate(n.then, b)
			b.WriteString("{{end}}")
			continue
		case n.block == ifBlock && n.slot != "":
			ask = `$.Slot "` + n.slot + `"`
		case n.block == ifBlock && n.part != nil:
			ask = `$.Shows "` + n.part.name + `" .`
		}
		switch {
		case ask != "":
			b.WriteString("{{if " + ask + "}}")
			translate(n.then, b)
			if n.otherwise != nil {
				b.WriteString("{{else}}")
				translate(n.otherwise, b)
			}
			b.WriteString("{{end}}")
		case n.block != noBlock:
		case n.part != nil:
			b.WriteString(n.part.html)
		case n.slot != "":
			b.WriteString(`{{template "slot" ($.Slot "` + n.slot + `")}}`)
		default:
			b.WriteString(n.text)
		}
	}
}
