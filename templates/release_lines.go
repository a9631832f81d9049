package templates

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// ReleaseLines knows on which lines of a release file its texts stand.
type ReleaseLines struct {
	matter string // with an empty line for the opening ---
	body   string
	front  *yaml.Node // nil when the front matter cannot be read
}

// NewReleaseLines reads a release file that ParseReleaseFile reads.
func NewReleaseLines(data []byte) *ReleaseLines {
	l := &ReleaseLines{}
	var err error
	if l.matter, l.body, err = splitReleaseFile(data); err == nil {
		l.front, _ = parseFront(l.matter)
	}
	return l
}

// Problem returns the line of a problem with a text.
func (l *ReleaseLines) Problem(p ReleaseProblem) int {
	if slices.Equal(p.path, []string{"body"}) {
		return strings.Count(l.matter, "\n") + 2 + strings.Count(l.body[:signAt(l.body, p.signs, 0)], "\n")
	}
	node := nodeAt(l.front, p.path)
	if node == nil {
		return 1
	}
	if node.Kind != yaml.ScalarNode {
		return node.Line
	}
	rest := scalarSource(l.matter, node)
	return strings.Count(l.matter[:len(l.matter)-len(rest)+signAt(rest, p.signs, node.Style)], "\n") + 1
}

// Attachment returns the line on which the n-th attachment is named, from 0.
func (l *ReleaseLines) Attachment(n int) int {
	if node := nodeAt(l.front, []string{"attachments", strconv.Itoa(n)}); node != nil {
		if file := nodeAt(node, []string{"file"}); file != nil {
			return file.Line
		}
		return node.Line
	}
	return 1
}

// nodeAt follows keys and numbers as far as there is something. A quote without a text is none.
func nodeAt(node *yaml.Node, path []string) *yaml.Node {
	for i, key := range path {
		if node == nil {
			return nil
		}
		below := childAt(node, key, i > 0 && path[0] == "quotes")
		if below == nil {
			return node
		}
		node = below
	}
	return node
}

func childAt(node *yaml.Node, key string, quotes bool) *yaml.Node {
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == key {
				return node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		n, _ := strconv.Atoi(key)
		for _, item := range node.Content {
			if text := childAt(item, "text", false); quotes && (text == nil || strings.TrimSpace(text.Value) == "") {
				continue
			}
			if n--; n < 0 {
				return item
			}
		}
	}
	return nil
}

// scalarSource returns the source from the beginning of a value on, without what introduces it.
func scalarSource(source string, node *yaml.Node) string {
	for range node.Line - 1 {
		_, source, _ = strings.Cut(source, "\n")
	}
	for range node.Column - 1 {
		_, size := utf8.DecodeRuneInString(source)
		source = source[size:]
	}
	if strings.HasPrefix(source, "!") { // a tag
		source = strings.TrimLeft(source[max(0, strings.IndexAny(source, " \t\n")):], " \t\n")
	}
	switch {
	case node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		_, source, _ = strings.Cut(source, "\n")
	case node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && source != "":
		source = source[1:]
	}
	return source
}

// signs counts the signs of a text that are no blanks: folding and trimming change blanks only, so that a place is found
// again in the source by the number of signs before it.
func signs(text string) int {
	n := 0
	for _, r := range text {
		if !isBlankOrControl(r) {
			n++
		}
	}
	return n
}

func isBlankOrControl(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// signAt returns where in the source of a value, in octets, the sign stands that n others precede; the last one when there
// are too few.
func signAt(source string, n int, style yaml.Style) int {
	at := 0
	for i := 0; i < len(source); {
		size, blank := signIn(source[i:], style)
		if !blank {
			if at = i; n == 0 {
				break
			}
			n--
		}
		i += size
	}
	return at
}

// signIn returns the length of the sign a source begins with, and whether it is a blank.
func signIn(source string, style yaml.Style) (size int, blank bool) {
	switch {
	case style&yaml.DoubleQuotedStyle != 0 && source[0] == '\\' && len(source) > 1:
		return escapeIn(source)
	case style&yaml.SingleQuotedStyle != 0 && strings.HasPrefix(source, "''"):
		return 2, false
	}
	r, size := utf8.DecodeRuneInString(source)
	return size, isBlankOrControl(r)
}

// escapeIn is signIn for what begins with a backslash (YAML 1.1 section 5.6).
func escapeIn(source string) (size int, blank bool) {
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[source[1]]
	if digits == 0 {
		return 2, strings.IndexByte(`"/\`, source[1]) < 0
	}
	size = min(len(source), 2+digits)
	code, _ := strconv.ParseUint(source[2:size], 16, 32)
	return size, isBlankOrControl(rune(code))
}
