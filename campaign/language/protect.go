package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type spanKind int

const (
	plainText spanKind = iota
	verbatim           // code, addresses, other systems' fields
	template           // {{ … }}
	tag                // an HTML tag
)

// span is a stretch of a text that is treated in one way; all spans together are the text, less the marks of [[ … ]].
type span struct {
	text string
	kind spanKind
}

// protector cuts a text into spans in one pass. Every search for an end that finds none is remembered, so that a text of
// nothing but openings stays linear.
type protector struct {
	text    string
	at      int // where the next plain text begins
	lineEnd int // end of the line that was last looked for
	spans   []span
	missing map[string]int       // ends that do not occur before a position
	broken  map[string]bool      // elements whose nesting does not add up
	found   func(begin, end int) // is told of each protected stretch
	ticks   map[int]int          // for a position where a run of backticks begins, where the next equal one ends
}

// protect finds what a conversion must not touch (G.3).
func protect(text string) []span {
	p := &protector{text: text, missing: map[string]int{}, broken: map[string]bool{}}
	p.all()
	return p.spans
}

func (p *protector) all() {
	for i := p.frontMatter(); i < len(p.text); {
		if c := p.text[i]; c >= utf8.RuneSelf || ascii[c]&special == 0 {
			i++
			continue
		}
		kind, end := p.special(i)
		if end <= i {
			i++
			continue
		}
		if p.found != nil {
			p.found(i, end)
		}
		p.add(kind, i, end)
		i = end
	}
	p.plain(len(p.text))
}

func (p *protector) plain(end int) {
	if end > p.at {
		p.spans = append(p.spans, span{text: p.text[p.at:end]})
	}
}

func (p *protector) add(kind spanKind, begin, end int) {
	p.plain(begin)
	text := p.text[begin:end]
	if strings.HasPrefix(text, "[[") {
		text = unmarked(text)
	}
	p.spans = append(p.spans, span{text: text, kind: kind})
	p.at = end
}

// The marks around several words, lines or paragraphs that are not converted.
const (
	keepBegin = "[[keep]]"
	keepEnd   = "[[/keep]]"
)

// unmarked returns what an author protected by [[ … ]] or between the marks of keep; another system's [[FIELD]] keeps its marks.
func unmarked(text string) string {
	if inner, ok := strings.CutPrefix(text, keepBegin); ok && strings.HasSuffix(inner, keepEnd) {
		return strings.TrimSuffix(inner, keepEnd)
	}
	inner := text[2:max(2, len(text)-2)]
	if inner != "keep" && inner != "/keep" && strings.HasSuffix(text, "]]") && strings.ContainsFunc(inner, func(r rune) bool { return unicode.IsLower(r) || r == ' ' }) {
		return inner
	}
	return text
}

// LoneKeeps returns where marks of [[keep]] … [[/keep]] stand that have no partner, in octets: they protect nothing and readers would
// see them.
func LoneKeeps(text string) []int {
	if !strings.Contains(text, keepBegin) && !strings.Contains(text, keepEnd) {
		return nil
	}
	var at []int
	p := protector{text: text, missing: map[string]int{}, broken: map[string]bool{}}
	p.found = func(begin, end int) {
		if mark := text[begin:end]; mark == keepBegin || mark == keepEnd {
			at = append(at, begin)
		}
	}
	p.all()
	return at
}

// special returns the kind and end of the protected stretch that begins at i, or end 0 when none does.
func (p *protector) special(i int) (spanKind, int) {
	rest := p.text[i:]
	switch rest[0] {
	case '{':
		return template, p.inLine(i, "{{", "}}")
	case '[':
		if strings.HasPrefix(rest, "[!") { // what a box holds: [!FACTS]
			return verbatim, p.field(i, "[!", "]")
		}
		if end := p.between(i, keepBegin, keepEnd); end > 0 {
			return verbatim, end
		}
		return verbatim, p.inLine(i, "[[", "]]")
	case '%':
		return verbatim, p.field(i, "%%", "%%")
	case '*':
		return verbatim, p.field(i, "*|", "|*")
	case '&':
		return verbatim, entityEnd(p.text, i)
	case '`':
		return verbatim, p.codeEnd(i)
	case '~':
		if strings.HasPrefix(rest, "~~~") && (i == 0 || p.text[i-1] == '\n') {
			return verbatim, p.between(i, "~~~", "\n~~~")
		}
	case ']':
		return verbatim, p.targetEnd(i)
	case '<':
		return p.markup(i)
	}
	return plainText, 0
}

// find returns the position after the next occurrence of end from i on, or 0.
func (p *protector) find(i int, end string) int {
	return p.findBefore(i, end, len(p.text))
}

func (p *protector) findBefore(i int, end string, limit int) int {
	if i >= limit || p.missing[end] >= limit {
		return 0
	}
	n := strings.Index(p.text[i:limit], end)
	if n < 0 {
		p.missing[end] = limit
		return 0
	}
	return i + n + len(end)
}

// inLine is between for what begins and ends in one line.
func (p *protector) inLine(i int, begin, end string) int {
	if !strings.HasPrefix(p.text[i:], begin) {
		return 0
	}
	if p.lineEnd <= i {
		p.lineEnd = len(p.text)
		if n := strings.IndexByte(p.text[i:], '\n'); n >= 0 {
			p.lineEnd = i + n
		}
	}
	return p.findBefore(i+len(begin), end, p.lineEnd)
}

func (p *protector) between(i int, begin, end string) int {
	if !strings.HasPrefix(p.text[i:], begin) {
		return 0
	}
	return p.find(i+len(begin), end)
}

// field is between for tags that hold one name.
func (p *protector) field(i int, begin, end string) int {
	if !strings.HasPrefix(p.text[i:], begin) {
		return 0
	}
	j := i + len(begin)
	for j < len(p.text) && (isNameByte(p.text[j]) || p.text[j] == ':') {
		j++
	}
	if j == i+len(begin) || !strings.HasPrefix(p.text[j:], end) {
		return 0
	}
	return j + len(end)
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// entityEnd ends &nbsp; and &#352;
func entityEnd(text string, i int) int {
	for j := i + 1; j < len(text) && j < i+34; j++ {
		c := text[j]
		if c == ';' && j > i+1 {
			return j + 1
		}
		if !isNameByte(c) && !(c == '#' && j == i+1) {
			return 0
		}
	}
	return 0
}

// codeEnd ends a Markdown code span or fence: the next run of as many backticks.
func (p *protector) codeEnd(i int) int {
	if p.ticks == nil {
		p.ticks = pairBackticks(p.text)
	}
	return p.ticks[i]
}

func pairBackticks(text string) map[int]int {
	ends, last := map[int]int{}, map[int]int{} // last: by length, the position of the run seen before
	for i := 0; i < len(text); {
		n := strings.IndexByte(text[i:], '`')
		if n < 0 {
			break
		}
		i += n
		end := i
		for end < len(text) && text[end] == '`' {
			end++
		}
		if before, ok := last[end-i]; ok {
			ends[before] = end
		}
		last[end-i] = i
		i = end
	}
	return ends
}

// targetEnd ends the target of a Markdown link, "](target", or of a reference, "]: target". The title after it is text.
func (p *protector) targetEnd(i int) int {
	rest := p.text[i:]
	switch {
	case strings.HasPrefix(rest, "]("):
		end, depth := i+2, 0
		for ; end < len(p.text); end++ {
			c := p.text[end]
			if c == ' ' || c == '\n' || c == '\t' || c == ')' && depth == 0 {
				break
			}
			if c == '(' {
				depth++
			} else if c == ')' {
				depth--
			}
		}
		if strings.HasPrefix(p.text[end:], ` "button")`) { // the title that makes it a button
			end += len(` "button"`)
		}
		return end
	case strings.HasPrefix(rest, "]: "):
		if n := strings.IndexAny(rest[3:], " \n"); n >= 0 {
			return i + 3 + n
		}
		return len(p.text)
	}
	return 0
}
