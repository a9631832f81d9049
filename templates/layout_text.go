package templates

import (
	"html"
	"html/template"
	"slices"
	"strings"
)

// layoutText writes the plain-text part of a layout: its placeholders in their order, with the layout's own words between them.
type layoutText struct {
	lines letterLines
	words strings.Builder // of the paragraph that is being read

	tag    *strings.Builder // what is read of an element's tag; nil between tags
	quote  byte             // the quotation mark of the attribute that is being read
	hidden bool             // in a style
}

// say adds words to the paragraph.
func (t *layoutText) say(words string) {
	if t.tag == nil && !t.hidden {
		t.words.WriteString(words)
	}
}

// flush ends the paragraph.
func (t *layoutText) flush() {
	t.lines.paragraph(strings.Join(strings.Fields(t.words.String()), " "))
	t.words.Reset()
}

func (t *layoutText) block(lines ...string) {
	t.flush()
	t.lines.block(lines...)
}

func (t *layoutText) section(title string, lines []string) {
	t.flush()
	t.lines.section(title, lines)
}

func (t *layoutText) link(words string, to template.URL) {
	t.flush()
	t.lines.link(words, to)
}

// inlineElements are those that do not end a paragraph.
var inlineElements = []string{"a", "b", "strong", "i", "em", "u", "s", "small", "span", "sub", "sup", "img"}

// literal reads a piece of the layout's HTML. A tag may begin in one piece and end in another.
func (t *layoutText) literal(source string) {
	from := 0
	for i := range len(source) {
		c := source[i]
		switch {
		case t.tag == nil && c == '<':
			t.say(html.UnescapeString(source[from:i]))
			t.tag, t.quote = &strings.Builder{}, 0
		case t.tag == nil:
		case t.quote != 0:
			if c == t.quote {
				t.quote = 0
			}
		case c == '"' || c == '\'':
			t.quote = c
		case c == '>':
			t.element(t.tag.String())
			t.tag, from = nil, i+1
		default:
			t.tag.WriteByte(c)
		}
	}
	if t.tag == nil {
		t.say(html.UnescapeString(source[from:]))
	}
}

// element ends the paragraph at elements that stand by themselves.
func (t *layoutText) element(tag string) {
	name, _, _ := strings.Cut(strings.TrimSpace(strings.TrimSuffix(tag, "/")), " ")
	closing := strings.HasPrefix(name, "/")
	switch name = strings.ToLower(strings.TrimPrefix(name, "/")); {
	case name == "style":
		t.hidden = !closing
	case name == "li" && !closing:
		t.flush()
		t.say("- ")
	case !slices.Contains(inlineElements, name):
		t.flush()
	}
}

// layoutText writes the nodes of a layout.
func (p *letterPage) layoutText(nodes []layoutNode, s *letterStory, t *layoutText) {
	for _, n := range nodes {
		switch {
		case n.block == eachBlock:
			for _, s := range p.Stories {
				p.layoutText(n.then, s, t)
			}
		case n.block == ifBlock:
			if n.slot != "" && p.Slot(n.slot) != nil || n.part != nil && p.Shows(n.part.name, s) {
				p.layoutText(n.then, s, t)
			} else {
				p.layoutText(n.otherwise, s, t)
			}
		case n.part != nil:
			if n.part.text != nil && t.tag == nil {
				n.part.text(p, s, t)
			}
		case n.slot != "":
			if held := p.Slot(n.slot); held != nil && held.Line != "" {
				t.say(held.Line)
			} else if held != nil {
				t.block(held.Text.lines...)
			}
		default:
			t.literal(n.text)
		}
	}
}
