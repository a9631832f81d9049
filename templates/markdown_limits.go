package templates

import (
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/glasnik/glasnik/campaign"
)

// What a Markdown text may hold. Each is far more than a release needs, and keeps what costs more than its length (tables,
// nested quotes, brackets and stars that fit nothing) from holding the program up.
const (
	maxMarkdown      = 200_000 // octets of a text
	maxLines         = 10_000
	maxNesting       = 30     // quotes in quotes, lists in lists
	maxMarks         = 2_000  // * _ ~ or [ ] of one paragraph
	maxTableCells    = 5_000  // of one table
	maxPieces        = 20_000 // paragraphs, words in bold, links and so on of a text
	maxDepth         = 100    // of pieces in each other
	maxLinkAddress   = 8_000  // octets of one address
	maxLinkAddresses = 500_000
)

// costProblem is a mergeProblem that is an error as well.
type costProblem struct{ mergeProblem }

func (p *costProblem) Error() string { return p.words.String() }

// Unwrap returns the words as a mistake of the user.
func (p *costProblem) Unwrap() error { return p.err() }

// tooCostly finds what would take too long to read, and says where and what to do; nil when there is nothing.
func tooCostly(source string) *costProblem {
	return sendingLimits.tooCostly(source)
}

// textLimits are how long a text may be.
type textLimits struct{ octets, lines int }

var (
	sendingLimits = textLimits{maxMarkdown, maxLines}
	editorLimits  = textLimits{MaxDraft, 20 * maxLines}
)

func (most textLimits) tooCostly(source string) *costProblem {
	if len(source) > most.octets {
		return costly(most.octets, campaign.Textf("the text is longer than %d kB: put the long part on a page and link to it", most.octets/1000))
	}
	s := costScan{most: most.lines}
	for line := range strings.Lines(source) {
		s.line++
		if p := s.add(strings.TrimRight(line, "\r\n")); p != nil {
			return p
		}
		s.at += len(line)
	}
	return nil
}

func costly(at int, words campaign.Text) *costProblem {
	return &costProblem{mergeProblem{at: at, words: words}}
}

// costScan goes through a text line by line, before it is parsed. It may count too much, never too little.
type costScan struct {
	most            int // lines
	at, line        int // where the line begins, and its number
	stars, brackets int // of the paragraph so far
	columns, rows   int // of the table the lines may be part of
}

func (s *costScan) add(line string) *costProblem {
	nesting, rest := containers(line)
	if s.line > s.most {
		p := costly(s.at, campaign.Textf("the text has more than %d lines: put the long part on a page and link to it", s.most))
		p.long = true
		return p
	}
	if nesting > maxNesting {
		return costly(s.at, campaign.Textf("quotes or lists are nested more than 30 deep here: take marks away from the beginning of the line"))
	}
	if rest == "" {
		*s = costScan{most: s.most, at: s.at, line: s.line}
		return nil
	}
	if startsItem(line) {
		s.stars, s.brackets = 0, 0
	}
	s.stars += strings.Count(rest, "*") + strings.Count(rest, "_") + strings.Count(rest, "~")
	s.brackets += strings.Count(rest, "[") + strings.Count(rest, "]")
	switch {
	case s.stars > maxMarks:
		return costly(s.at, campaign.Textf("the paragraph that ends here has more than 2,000 of the marks * _ ~: divide it by empty lines"))
	case s.brackets > maxMarks:
		return costly(s.at, campaign.Textf("the paragraph that ends here has more than 2,000 square brackets: divide it by empty lines"))
	}
	return s.addRow(rest)
}

// addRow counts the cells of the table that a line may belong to. Every row has as many as the line under the first.
func (s *costScan) addRow(rest string) *costProblem {
	s.rows++
	if strings.Trim(rest, "|:- \t") == "" {
		if n := strings.Count(rest, "|") + 1; n > 1 && n > s.columns {
			s.columns, s.rows = n, 1
		}
	}
	if s.columns*s.rows > maxTableCells {
		return costly(s.at, campaign.Textf("the table has more than 5,000 cells: attach it as a file, or put it on a page and link to it"))
	}
	return nil
}

// containers counts the marks of quotes and lists a line begins with, and returns what follows them.
func containers(line string) (int, string) {
	n := 0
	for {
		line = strings.TrimLeft(line, " \t")
		mark := markLength(line)
		if mark == 0 {
			return n, line
		}
		n++
		line = line[mark:]
	}
}

// markLength returns the length of the mark of a quote or list a text begins with; 0 for none.
func markLength(s string) int {
	digits := 0
	for digits < len(s) && digits < 9 && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	switch {
	case s == "":
		return 0
	case s[0] == '>':
		return 1
	case strings.IndexByte("-+*", s[0]) >= 0 && (len(s) == 1 || s[1] == ' ' || s[1] == '\t'):
		return 1
	case digits > 0 && len(s) > digits && (s[digits] == '.' || s[digits] == ')') && (len(s) == digits+1 || s[digits+1] == ' ' || s[digits+1] == '\t'):
		return digits + 1
	}
	return 0
}

// startsItem reports whether a line begins an item of a list whatever is before it.
func startsItem(line string) bool {
	rest := strings.TrimLeft(line, " ")
	return len(line)-len(rest) <= 3 && len(rest) > 2 && strings.IndexByte("-+*", rest[0]) >= 0 && rest[1] == ' ' && strings.TrimSpace(rest[2:]) != ""
}

// tooLarge finds what would become too large when it is written out.
func (t markdownText) tooLarge() *costProblem {
	pieces, depth, addresses := 0, 0, 0
	var problem *costProblem
	_ = ast.Walk(t.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			depth--
			return ast.WalkContinue, nil
		}
		depth++
		pieces++
		length := 0
		switch n := n.(type) {
		case *ast.Link:
			length = len(n.Destination) + len(n.Title)
		case *ast.Image:
			length = len(n.Destination) + len(n.Title)
		case *ast.AutoLink:
			length = len(n.Label(t.source))
		}
		addresses += length
		words := campaign.Text{}
		switch {
		case depth > maxDepth:
			words = campaign.Textf("lists, quotes or bold print are nested more than 100 deep here: take some of it out")
		case length > maxLinkAddress:
			words = campaign.Textf("an address here is longer than 8,000 characters: shorten it")
		case addresses > maxLinkAddresses:
			words = campaign.Textf("the addresses of the links are longer than 500 kB together: write fewer or shorter ones")
		case pieces > maxPieces:
			words = campaign.Textf("the text has more than 20,000 paragraphs, links and words in bold: put the long part on a page and link to it")
		default:
			return ast.WalkContinue, nil
		}
		problem = costly(t.begin(n), words)
		return ast.WalkStop, nil
	})
	return problem
}

// begin returns where in the source a node begins.
func (t markdownText) begin(n ast.Node) int {
	for ; n != nil; n = n.Parent() {
		if n.Type() != ast.TypeInline && n.Lines() != nil && n.Lines().Len() > 0 {
			return n.Lines().At(0).Start
		}
		if at := n.Pos(); at >= 0 {
			return at
		}
	}
	return 0
}
