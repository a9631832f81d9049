package templates

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/glasnik/glasnik/campaign"
)

// mergeSpan is where a merge field or a condition is in a text.
type mergeSpan struct{ from, to int }

// shelf holds what the pictures of a text can be.
type shelf struct {
	files []campaign.Attachment
	media MediaLookup
}

// markdownProblems finds links and images that cannot work in a mail. spans are the merge fields of the source, right or
// wrong: what each is for a reader does not matter here.
func markdownProblems(source string, spans []mergeSpan, files shelf) []mergeProblem {
	var filled strings.Builder
	at := 0
	for _, s := range spans {
		filled.WriteString(source[at:s.from] + campaign.Place(0))
		at = s.to
	}
	filled.WriteString(source[at:])
	check := markdownCheck{files: files, spans: spans}
	var err error
	if check.text, err = newMarkdown(pictures{}).parse(filled.String()); err != nil {
		check.problems = problemsOf(err)
	} else {
		check.text.walk(check.visit)
	}
	for i := range check.problems {
		check.problems[i].at = min(len(source), check.sourceAt(check.problems[i].at))
	}
	return check.problems
}

// problemsOf makes a problem of the error of a text that cannot be read.
func problemsOf(err error) []mergeProblem {
	if costly, ok := err.(*costProblem); ok {
		return []mergeProblem{costly.mergeProblem}
	}
	return []mergeProblem{{words: campaign.Textf("%s", err.Error())}}
}

// markdownCheck goes through a parsed text.
type markdownCheck struct {
	text     markdownText
	spans    []mergeSpan
	files    shelf
	problems []mergeProblem
}

// sourceAt returns the place in the author's text of a place in the parsed one, in which merge fields are marks.
func (c *markdownCheck) sourceAt(at int) int {
	mark := len(campaign.Place(0))
	for _, s := range c.spans {
		if at < s.from {
			break
		}
		if at < s.from+mark {
			return s.from
		}
		at += s.to - s.from - mark
	}
	return at
}

func (c *markdownCheck) say(at int, words campaign.Text) {
	if words.IsZero() || len(c.problems) >= maxMergeProblems {
		return
	}
	for i, a := range words.Args {
		if written, ok := a.(string); ok {
			words.Args[i] = strings.ReplaceAll(written, campaign.Place(0), "{{…}}")
		}
	}
	c.problems = append(c.problems, mergeProblem{at: at, words: words})
}

func (c *markdownCheck) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.Link:
		c.say(n.Pos(), linkProblem(string(n.Destination)))
	case *ast.Image:
		p := imageProblem(string(plainTarget(n.Destination)), c.files)
		p.at = n.Pos()
		if !p.words.IsZero() && len(c.problems) < maxMergeProblems {
			c.problems = append(c.problems, p)
		}
	case *ast.Text:
		if !n.IsRaw() && n.Parent().Kind() != ast.KindCodeSpan {
			c.brokenLinks(n)
		}
	}
}

// brokenLinks finds what is written like a link or an image and is none, so that readers would see the brackets: a blank
// in the address, for one.
func (c *markdownCheck) brokenLinks(n *ast.Text) {
	source := c.text.source
	for at := n.Segment.Start; at < n.Segment.Stop && len(c.problems) < maxMergeProblems; at++ {
		if source[at] != ']' || at+1 >= len(source) || source[at+1] != '(' || isEscaped(source, at) {
			continue
		}
		block := n.Parent()
		for block.Type() == ast.TypeInline {
			block = block.Parent()
		}
		begin := 0
		if block.Lines().Len() > 0 {
			begin = block.Lines().At(0).Start
		}
		open := bytes.LastIndexByte(source[begin:at], '[')
		if open < 0 {
			continue
		}
		after := source[at+2 : min(len(source), at+2+maxLinkAddress)]
		inside, _, closed := bytes.Cut(after, []byte(")"))
		line, _, _ := bytes.Cut(source[begin+open:at+2+len(after)], []byte("\n"))
		written := string(line)
		switch {
		case !closed:
			c.say(begin+open, campaign.Textf("the address of “%s” has no bracket ) after it; write \\[ where a bracket is only text", shorten(written, 60)))
		case bytes.ContainsAny(bytes.TrimSpace(inside), " \t\n"):
			c.say(begin+open, campaign.Textf("“%s” is no link, because its address holds a blank: write %%20 for the blank, or put the address between < and >; write \\[ where a bracket is only text", shorten(written, 60)))
		default:
			c.say(begin+open, campaign.Textf("“%s” is no link: write [words](https://…), and \\[ where a bracket is only text", shorten(written, 60)))
		}
	}
}

// isEscaped reports whether a backslash makes plain text of what is at a place.
func isEscaped(source []byte, at int) bool {
	n := 0
	for n < at && source[at-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

func linkProblem(target string) campaign.Text {
	shown := target
	if plain, err := url.PathUnescape(target); err == nil {
		shown = plain // as the author wrote it
	}
	scheme, rest, _ := strings.Cut(target, ":")
	switch scheme = strings.ToLower(scheme); {
	case strings.Contains(target, campaign.PlaceBegin):
		return campaign.Textf("the address of a link holds a merge field: it would tell readers apart; leave it out")
	case target == "":
		return campaign.Textf("a link has no address")
	case target[0] == '#':
		return campaign.Textf("the link “%s” leads to a place within the message, and there is none: write the full address with https://", shorten(shown, 60))
	case (scheme == "http" || scheme == "https") && !(strings.HasPrefix(rest, "//") && strings.IndexAny(rest[2:]+"/", "/?#:") > 0),
		(scheme == "mailto" || scheme == "tel") && rest == "":
		return campaign.Textf("the link “%s” is not complete: write the full address", shorten(shown, 60))
	case slices.Contains([]string{"http", "https", "mailto", "tel"}, scheme):
		return campaign.Text{}
	}
	return campaign.Textf("the link “%s” does not lead anywhere from a mail: write the full address with https://", shorten(shown, 60))
}

// imageProblem says why an image cannot be shown. One from elsewhere is left out of what is sent.
func imageProblem(target string, from shelf) mergeProblem {
	names, files := inlineNames(target), from.files
	lower := strings.ToLower(target)
	switch {
	case strings.Contains(target, campaign.PlaceBegin):
		return mergeProblem{words: campaign.Textf("the address of an image holds a merge field: it would tell readers apart; leave it out")}
	case mediaID(target) != "":
		if from.media != nil {
			if _, ok := from.media(mediaID(target), campaign.English); !ok {
				return mergeProblem{words: campaign.Textf("the picture “%s” is not in the media library, or may not be shown any more: choose another", shorten(target, 60))}
			}
		}
		return mergeProblem{}
	case strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "//"):
		return mergeProblem{leftOut: true, words: campaign.Textf("the image “%s” would be loaded from elsewhere, where readers could be counted: attach it as an inline file and write cid:NAME", shorten(target, 60))}
	case len(names) == 0:
		if meant := meantFile(target, files); meant != "" {
			return mergeProblem{words: campaign.Textf("the image “%s” must be an inline file, written as cid:NAME; did you mean %s?", shorten(target, 60), meant)}
		}
		return mergeProblem{words: campaign.Textf("the image “%s” must be an inline file, written as cid:NAME", shorten(target, 60))}
	}
	var inline []string
	for _, f := range files {
		if f.Inline {
			inline = append(inline, f.Name)
		}
	}
	switch isName := func(f campaign.Attachment) bool { return slices.Contains(names, f.Name) }; {
	case slices.ContainsFunc(inline, func(name string) bool { return slices.Contains(names, name) }):
		return mergeProblem{}
	case slices.ContainsFunc(files, isName):
		return mergeProblem{words: campaign.Textf("the image “%s” is attached, but is not to be shown in the text: make it an inline file", names[0])}
	case len(inline) == 0:
		return mergeProblem{words: campaign.Textf("the image “%s” is not among the release's inline files: there are none", names[0])}
	}
	return mergeProblem{words: campaign.Textf("the image “%s” is not among the release's inline files; did you mean %s?", names[0], InlineAddress(nearest(names[0], inline)))}
}

// meantFile returns the address of the file that an image written without cid: is, or "".
func meantFile(target string, files []campaign.Attachment) string {
	for _, f := range files {
		if slices.Contains(inlineNames("cid:"+target), f.Name) {
			return InlineAddress(f.Name)
		}
	}
	return ""
}

// UnshownFiles returns the names of inline files that no text of a version shows.
func UnshownFiles(v *campaign.Version, files []campaign.Attachment) []string {
	shown := map[string]bool{}
	eachImage(v, func(target string) {
		for _, name := range inlineNames(target) {
			shown[name] = true
		}
	})
	var out []string
	for _, f := range files {
		if f.Inline && !shown[f.Name] {
			out = append(out, f.Name)
		}
	}
	return out
}

// ordinalSlips finds lists of a text that were hardly meant as such: with one item alone, or with a first number that is not 1.
func ordinalSlips(source string) []mergeProblem {
	var out []mergeProblem
	parsed, err := newMarkdown(pictures{}).parse(source)
	if err != nil {
		return nil // CheckRelease tells it
	}
	parsed.walk(func(n ast.Node) {
		list, ok := n.(*ast.List)
		if !ok || !list.IsOrdered() || list.Start == 1 && list.ChildCount() > 1 || len(out) >= maxMergeProblems {
			return
		}
		at := parsed.begin(list)
		line := source[strings.LastIndexByte(source[:at], '\n')+1:]
		line, _, _ = strings.Cut(line, "\n")
		_, words := containers(line)
		out = append(out, mergeProblem{at: at, words: campaign.Textf("“%s” begins a list here; if it is a sentence, write a backslash before the full stop: %s", shorten(strings.TrimSpace(line), 40), fmt.Sprintf("%d\\. %s", list.Start, shorten(strings.TrimSpace(words), 25)))})
	})
	return out
}
