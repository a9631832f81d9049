package templates

import (
	"fmt"
	"html/template"
	"strings"
)

// textFootMark stands above who writes and how to leave: the mark of a signature (RFC 3676 section 4.3). A longer rule would
// be read out sign by sign to who listens, and so nothing else is underlined either.
const textFootMark = "-- "

// letterLines collects the lines of the plain-text part.
type letterLines struct{ lines []string }

// block adds lines with an empty one before them.
func (t *letterLines) block(lines ...string) {
	if len(lines) == 0 {
		return
	}
	if len(t.lines) > 0 {
		t.lines = append(t.lines, "")
	}
	t.lines = append(t.lines, lines...)
}

// paragraph adds a text on as many lines as it needs.
func (t *letterLines) paragraph(text string) { t.block(wrapText(text, textWidth)...) }

// sender adds who writes and why.
func (t *letterLines) sender(brand, address, why string) {
	if brand != "" {
		t.block(append(wrapText(brand, textWidth), wrapText(address, textWidth)...)...)
	}
	t.paragraph(why)
}

// link adds words and the address they lead to; nothing without an address.
func (t *letterLines) link(words string, to template.URL) {
	if to != "" {
		t.block(words, string(to))
	}
}

// String ends with a line feed; lines end with LF.
func (t *letterLines) String() string { return strings.Join(t.lines, "\n") + "\n" }

// section adds a title in capitals and what is under it.
func (t *letterLines) section(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if title != "" {
		t.block("", strings.ToUpper(title))
	}
	t.block(lines...)
}

// text writes the plain-text part: what the layout shows in its order, then the links, and what must stand at the foot.
func (p *letterPage) text() string {
	var t layoutText
	p.layoutText(p.layout.nodes, nil, &t)
	t.flush()
	t.lines.section(p.linksTitle, p.links.list())
	p.textFoot(&t.lines)
	return t.lines.String()
}

// topLines say what it is and from when on it may be used.
func (p *letterPage) topLines() []string {
	var top []string
	if p.Kind != "" {
		top = append(top, p.Kind)
	}
	return append(top, wrapText(p.ReleaseLine, textWidth)...)
}

func (p *letterPage) embargoLines() []string {
	if !p.Embargoed {
		return nil
	}
	return wrapText(p.ReleaseLine, textWidth)
}

func (q letterQuote) text() []string {
	var lines []string
	for i, paragraph := range q.Paragraphs {
		if i > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, prefixLines(wrapText(paragraph, textWidth-2), "  ", "  ")...)
	}
	speaker := q.Speaker
	if q.About != "" {
		speaker += ", " + q.About
	}
	if q.Speaker != "" {
		lines = append(lines, prefixLines(wrapText(speaker, textWidth-4), "  – ", "    ")...)
	}
	return lines
}

func (c letterContact) text() []string {
	var lines []string
	for _, l := range []struct{ label, value string }{{"", c.Name}, {c.PhoneLabel, c.Phone}, {c.EmailLabel, c.Email}, {c.LanguagesLabel, c.Languages}} {
		switch {
		case l.value == "":
		case l.label == "":
			lines = append(lines, l.value)
		default:
			lines = append(lines, l.label+" "+l.value)
		}
	}
	return lines
}

// list writes the addresses of the links under their numbers.
func (t *textLinks) list() []string {
	var lines []string
	for i, target := range t.targets {
		lines = append(lines, fmt.Sprintf("[%d] %s", i+1, target))
	}
	return lines
}

func (p *letterPage) textFoot(t *letterLines) {
	t.block("", textFootMark)
	for n, words := range p.First {
		if n == 0 {
			t.lines = append(t.lines, "")
		}
		t.lines = append(t.lines, wrapText(words, textWidth)...)
	}
	if p.Object != "" {
		t.lines = append(append(t.lines, wrapText(p.Object, textWidth)...), string(p.LeaveURL))
	}
	t.block(p.Funding.lines...)
	t.block(p.Disclaimer.lines...)
	t.sender(p.Brand, p.Address, p.Why)
	t.link(p.View, p.ViewURL)
	t.block(p.Leave, string(p.LeaveURL))
	t.link(p.Privacy, p.PrivacyURL)
	for _, s := range p.Social {
		t.link(s.Name, s.URL)
	}
}
