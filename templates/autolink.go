package templates

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	goldtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/glasnik/glasnik/campaign"
)

// autolinks finds web addresses that stand bare in a text: https://, http:// and www., in letters of any script, up to a
// blank or a < and without the punctuation that belongs to the sentence, as GFM has it (section 6.9). Unlike there an
// address may follow any mark that is no letter or digit, such as a quotation mark, and then ends with its closing one.
type autolinks struct{}

// Trigger implements parser.InlineParser: what comes after the word by which an address is known.
func (autolinks) Trigger() []byte { return []byte{':', '.'} }

// Parse implements parser.InlineParser. The word in front has become text already and is taken back.
func (autolinks) Parse(parent ast.Node, block goldtext.Reader, _ parser.Context) ast.Node {
	before, ok := parent.LastChild().(*ast.Text)
	line, at := block.PeekLine()
	if !ok || before.Segment.Stop != at.Start {
		return nil
	}
	head := before.Segment.Value(block.Source())
	word := lastLetters(head)
	scheme := bytes.EqualFold(word, []byte("http")) || bytes.EqualFold(word, []byte("https"))
	if !(scheme && bytes.HasPrefix(line, []byte("://")) || line[0] == '.' && bytes.EqualFold(word, []byte("www"))) {
		return nil
	}
	last, _ := utf8.DecodeLastRune(head[:len(head)-len(word)])
	if len(word) < len(head) && isWordRune(last) {
		return nil
	}
	from := at.Start - len(word)
	address := block.Source()[from : from+len(word)+min(len(line), 2*maxLinkAddress)]
	host := 0
	if scheme {
		host = len(word) + len("://")
	}
	address = address[:addressEnd(address, host, closingMark(last))]
	if len(address) <= host || !isHost(string(address[host:])) {
		return nil
	}
	link := ast.NewAutoLink(ast.AutoLinkURL, ast.NewTextSegment(goldtext.NewSegment(from, from+len(address))))
	if !scheme {
		link.Protocol = []byte("http")
	}
	link.SetPos(from)
	link.SetAttributeString(bareAddress, true)
	if before.Segment = before.Segment.WithStop(from); before.Segment.IsEmpty() {
		parent.RemoveChild(parent, before)
	}
	block.Advance(len(address) - len(word))
	return link
}

// bareAddress marks an address without angle brackets around it: the references to characters in it are read (&amp;).
const bareAddress = "bare"

// lastLetters returns the letters of ASCII a text ends with, as many as the longest scheme has and one more.
func lastLetters(s []byte) []byte {
	i := len(s)
	for i > 0 && len(s)-i <= len("https") && (s[i-1]|0x20 >= 'a' && s[i-1]|0x20 <= 'z') {
		i--
	}
	return s[i:]
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// closingMark returns the mark that ends what an opening quotation mark begins; 0 for anything else.
func closingMark(open rune) string {
	switch open {
	case '„', '“':
		return "“”"
	case '«':
		return "»"
	case '»':
		return "«"
	case '‘', '‚':
		return "’‘"
	case '"', '\'':
		return string(open)
	}
	return ""
}

// addressEnd returns the length of the address a text begins with, whose host begins at an octet; 0 for none. Only what comes
// after a host is gone through to its end, so that a text of nothing but beginnings costs no more than its length.
func addressEnd(s []byte, host int, closing string) int {
	end := host + hostEnd(s[host:])
	if end > host+maxHost || end < len(s) && s[end] == '@' { // a name before a host is how frauds are written
		return 0
	}
	if end == len(s) || bytes.IndexByte([]byte("/?#"), s[end]) < 0 {
		return trimAddress(s[:end])
	}
	if !isHost(string(s[host:end])) {
		return 0
	}
	brackets := 0
	for end < len(s) {
		r, size := utf8.DecodeRune(s[end:])
		switch r {
		case '[':
			brackets++
		case ']':
			brackets--
		}
		if r == '<' || brackets < 0 || isBlankRune(r) || strings.ContainsRune(closing, r) || r == utf8.RuneError {
			break
		}
		end += size
	}
	return trimAddress(s[:end])
}

// maxHost is more than the name of any host has, with its port, in octets of UTF-8.
const maxHost = 300

// hostEnd returns the length of the host a text begins with, and of its port. It stops soon after maxHost.
func hostEnd(s []byte) int {
	end := 0
	for end < len(s) && end <= maxHost {
		r, size := utf8.DecodeRune(s[end:])
		if !isWordRune(r) && strings.IndexByte(".-_", s[end]) < 0 {
			break
		}
		end += size
	}
	port := end + 1
	for port < len(s) && port <= end+5 && s[port] >= '0' && s[port] <= '9' {
		port++
	}
	if end < len(s) && s[end] == ':' && port > end+1 {
		return port
	}
	return end
}

// isBlankRune reports what no address holds: blanks of every width, those of no width, and controls.
func isBlankRune(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || r >= '\u200b' && r <= '\u200f' || r == '\u2060' || r == '\ufeff'
}

// trailing are marks that belong to the sentence where an address ends with them.
const trailing = "?!.,:;*_~\\'\"„“”‚‘’«»‹›…–—"

// trimAddress leaves out what is at the end of an address and belongs to the sentence: punctuation, a closing bracket
// that none in the address opens, and a reference to a character.
func trimAddress(s []byte) int {
	open := map[byte]int{')': bytes.Count(s, []byte("(")), ']': bytes.Count(s, []byte("[")), '}': bytes.Count(s, []byte("{"))}
	closed := map[byte]int{')': bytes.Count(s, []byte(")")), ']': bytes.Count(s, []byte("]")), '}': bytes.Count(s, []byte("}"))}
	for len(s) > 0 {
		last, size := utf8.DecodeLastRune(s)
		c := s[len(s)-1]
		switch _, isBracket := open[c]; {
		case isBracket && closed[c] > open[c]:
			closed[c]--
		case last == ';':
			if at := bytes.LastIndexByte(s[max(0, len(s)-40):len(s)-1], '&'); at >= 0 && isReference(s[max(0, len(s)-40):][at:]) {
				size = len(s) - max(0, len(s)-40) - at
			}
		case !strings.ContainsRune(trailing, last):
			return len(s)
		}
		s = s[:len(s)-size]
	}
	return 0
}

// isReference reports whether a text is a reference to a character: &amp; or &#39;.
func isReference(s []byte) bool {
	inner := bytes.TrimPrefix(s[1:len(s)-1], []byte("#"))
	return len(inner) > 0 && !bytes.ContainsFunc(inner, func(r rune) bool { return r >= utf8.RuneSelf || !isWordRune(r) })
}

// isHost reports whether an address begins with a host that has a dot in it, in any script, and perhaps a port.
func isHost(address string) bool {
	if end := strings.IndexAny(address, "/?#"); end >= 0 {
		address = address[:end]
	}
	name, port, hasPort := strings.Cut(address, ":")
	if hasPort && (port == "" || strings.Trim(port, "0123456789") != "") {
		return false
	}
	labels := strings.Split(name, ".")
	for i, label := range labels {
		if label == "" || strings.ContainsFunc(label, func(r rune) bool { return !isWordRune(r) && r != '-' && r != '_' }) ||
			i >= len(labels)-2 && strings.Contains(label, "_") {
			return false
		}
	}
	return len(labels) > 1
}

// linkMail makes links of e-mail addresses that stand bare in a text. It stops where there are more than any text may hold.
func (t markdownText) linkMail() {
	var texts []*ast.Text
	t.walk(func(n ast.Node) {
		if n, ok := n.(*ast.Text); ok && !n.IsRaw() && !insideLink(n) && n.Parent().Kind() != ast.KindCodeSpan {
			texts = append(texts, n)
		}
	})
	for found := 0; len(texts) > 0 && found <= maxPieces; {
		n := 1
		for n < len(texts) && texts[n].PreviousSibling() == ast.Node(texts[n-1]) && joined(texts[n-1], texts[n]) {
			n++
		}
		found += t.linkMailIn(texts[:n])
		texts = texts[n:]
	}
}

// joined reports whether two texts are one in the source.
func joined(a, b *ast.Text) bool {
	return a.Segment.Stop == b.Segment.Start && !a.SoftLineBreak() && !a.HardLineBreak()
}

func insideLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if k := p.Kind(); k == ast.KindLink || k == ast.KindImage {
			return true
		}
	}
	return false
}

// linkMailIn looks for addresses in texts that follow each other without a gap, and returns how many there are.
func (t markdownText) linkMailIn(texts []*ast.Text) (links int) {
	last := texts[len(texts)-1]
	at, stop := texts[0].Segment.Start, last.Segment.Stop
	parent := last.Parent()
	for found := at; links <= maxPieces; {
		i := bytes.IndexByte(t.source[found:stop], '@')
		if i < 0 {
			break
		}
		found += i
		from, end, label := mailAround(t.source, at, found, stop)
		found++
		if label == "" {
			continue
		}
		if from > at {
			parent.InsertBefore(parent, texts[0], ast.NewTextSegment(goldtext.NewSegment(at, from)))
		}
		link := ast.NewAutoLink(ast.AutoLinkEmail, ast.NewTextSegment(goldtext.NewSegment(from, end)))
		link.SetPos(from)
		parent.InsertBefore(parent, texts[0], link)
		at, found = end, end
		links++
	}
	if links == 0 {
		return 0
	}
	last.Segment = last.Segment.WithStart(at)
	for _, n := range texts[:len(texts)-1] {
		parent.RemoveChild(parent, n)
	}
	return links
}

// mailAround returns the bounds of the e-mail address around an @ within source[begin:stop], mailto: in front of it included.
func mailAround(source []byte, begin, at, stop int) (from, end int, address string) {
	isLocal := func(r rune) bool { return isWordRune(r) || strings.ContainsRune(".+-_'", r) }
	from, end = at, at+1
	for from > begin {
		r, size := utf8.DecodeLastRune(source[begin:from])
		if !isLocal(r) {
			break
		}
		from -= size
	}
	for end < stop {
		r, size := utf8.DecodeRune(source[end:stop])
		if !isWordRune(r) && !strings.ContainsRune(".-_", r) {
			break
		}
		end += size
	}
	from = at - len(bytes.TrimLeft(source[from:at], "'.")) // quotation marks around it
	end = at + 1 + len(bytes.TrimRight(source[at+1:end], "."))
	// A name cut short would be somebody else's.
	if before, _ := utf8.DecodeLastRune(source[begin:from]); before == '/' || before == '@' || before == '’' || end < stop && source[end] == '@' || from == at || !isHost(string(source[at+1:end])) {
		return 0, 0, ""
	}
	address, err := campaign.ParseAddress(string(source[from:end]))
	if err != nil || strings.Contains(address, campaign.PlaceBegin) {
		return 0, 0, ""
	}
	if scheme := len("mailto:"); from-begin >= scheme && bytes.EqualFold(source[from-scheme:from], []byte("mailto:")) {
		from -= scheme
	}
	return from, end, address
}

// shownAs returns the words of an address that stands bare in a text. A backslash in it is what it is elsewhere: programs that
// write Markdown put one before every _ of an address, and no address holds one itself.
func shownAs(n *ast.AutoLink, source []byte) []byte {
	if _, ok := n.AttributeString(bareAddress); ok {
		return util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(n.Label(source))))
	}
	return bytes.ReplaceAll(n.Label(source), []byte(`\|`), []byte("|")) // in a table
}
