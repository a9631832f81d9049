package contactfile

import (
	"bytes"
	"io"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// token is what an xmlReader came to.
type token int

const (
	noToken token = iota // the end, or an error
	startTag
	endTag
	xmlText
)

// maxNested is how deep the elements of a workbook may be in each other.
const maxNested = 100

// xmlReader cuts one part of a workbook into tags and pieces of text, holding no more than one tag or piece at a time;
// encoding/xml takes five times as long. It knows no document types, and so neither entities of a file's own nor other files.
// What name, attributes and text give holds until the next token.
type xmlReader struct {
	name  []byte // of the element, without its prefix
	attrs []byte // as they are in the tag
	depth int    // of elements that are open; a start tag counts, an end tag does not

	src      io.Reader
	buf      []byte
	at, end  int
	ended    bool
	err      error
	piece    []byte // of a text
	verbatim bool   // the piece holds no entities
	closing  bool   // the tag before ended itself
	cdata    bool
	path     []byte // the names of open elements, one after the other
	starts   []int
}

func newXML(src io.Reader) *xmlReader {
	x := &xmlReader{src: src, buf: make([]byte, 64<<10)}
	x.fill()
	if mark := x.rest(); bytes.HasPrefix(mark, []byte("\xff\xfe")) || bytes.HasPrefix(mark, []byte("\xfe\xff")) {
		held := bytes.NewReader(bytes.Clone(mark))
		x.src = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(io.MultiReader(held, src))
		x.at, x.end = 0, 0
	} else if bytes.HasPrefix(mark, []byte(utf8Mark)) {
		x.at += len(utf8Mark)
	}
	return x
}

func (x *xmlReader) rest() []byte { return x.buf[x.at:x.end] }

// fill reads on after what is held; false when nothing came.
func (x *xmlReader) fill() bool {
	if x.at > 0 {
		x.end = copy(x.buf, x.rest())
		x.at = 0
	}
	for !x.ended && x.err == nil && x.end < len(x.buf) {
		n, err := x.src.Read(x.buf[x.end:])
		x.end += n
		switch {
		case err == io.EOF:
			x.ended = true
		case err != nil:
			x.err = err
		}
		if n > 0 {
			return true
		}
	}
	return false
}

func (x *xmlReader) fail() token {
	if x.err == nil {
		x.err = errDamaged
	}
	return noToken
}

// next goes to the next tag or piece of text.
func (x *xmlReader) next() token {
	if x.closing {
		x.closing = false
		x.pop()
		return endTag
	}
	for x.err == nil {
		if x.at == x.end && !x.fill() {
			if x.depth > 0 {
				return x.fail()
			}
			return noToken
		}
		switch {
		case x.cdata:
			if x.readCData() {
				return xmlText
			}
		case x.buf[x.at] != '<':
			if x.readText() {
				return xmlText
			}
		case !x.passOver():
			return x.readTag()
		}
	}
	return noToken
}

// passOver goes over what is neither tag nor text; false before a tag.
func (x *xmlReader) passOver() bool {
	for len(x.rest()) < len("<![CDATA[") && x.fill() {
	}
	switch rest := x.rest(); {
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		x.at += len("<![CDATA[")
		x.cdata = true
	case bytes.HasPrefix(rest, []byte("<!--")):
		x.at += len("<!--")
		x.skipTo("-->")
	case bytes.HasPrefix(rest, []byte("<?")):
		x.skipTo("?>")
	case bytes.HasPrefix(rest, []byte("<!")): // a document type
		x.fail()
	default:
		return false
	}
	return true
}

func (x *xmlReader) skipTo(end string) {
	for {
		if i := bytes.Index(x.rest(), []byte(end)); i >= 0 {
			x.at += i + len(end)
			return
		}
		x.at = max(x.at, x.end-len(end)+1)
		if !x.fill() {
			x.fail()
			return
		}
	}
}

func (x *xmlReader) readCData() bool {
	const end = "]]>"
	for len(x.rest()) < len(end) && x.fill() {
	}
	i := bytes.Index(x.rest(), []byte(end))
	switch {
	case i >= 0:
		x.piece, x.cdata = x.rest()[:i], false
		x.at += i + len(end)
	case len(x.rest()) < len(end):
		x.fail()
		return false
	default:
		x.piece = x.rest()[:len(x.rest())-len(end)+1]
		x.at += len(x.piece)
	}
	x.verbatim = true
	return len(x.piece) > 0
}

// maxEntity is how long a character reference may be.
const maxEntity = 12

func (x *xmlReader) readText() bool {
	i := bytes.IndexByte(x.rest(), '<')
	if i < 0 && x.fill() {
		i = bytes.IndexByte(x.rest(), '<')
	}
	if i < 0 {
		i = len(x.rest())
		if cut := bytes.LastIndexByte(x.rest(), '&'); cut >= 0 && cut > i-maxEntity && !x.ended && bytes.IndexByte(x.rest()[cut:], ';') < 0 {
			i = cut // the reference goes on after
		}
	}
	if i == 0 && !x.fill() {
		x.fail()
	}
	x.piece, x.verbatim = x.rest()[:i], false
	x.at += i
	return i > 0
}

// readTag reads the tag that begins here.
func (x *xmlReader) readTag() token {
	end := -1
	for {
		if end = tagEnd(x.rest()); end >= 0 {
			break
		}
		if !x.fill() {
			return x.fail() // or a tag that does not fit
		}
	}
	tag := x.rest()[1:end]
	x.at += end + 1
	if len(tag) > 0 && tag[0] == '/' {
		x.name = localName(bytes.TrimRight(tag[1:], " \t\r\n"))
		if x.depth == 0 || !bytes.Equal(x.name, x.path[x.starts[x.depth-1]:]) {
			return x.fail()
		}
		x.pop()
		return endTag
	}
	if len(tag) > 0 && tag[len(tag)-1] == '/' {
		x.closing = true
		tag = tag[:len(tag)-1]
	}
	i := 0
	for i < len(tag) && !isXMLSpace(tag[i]) {
		i++
	}
	x.name, x.attrs = localName(tag[:i]), tag[i:]
	if len(x.name) == 0 || x.depth == maxNested {
		return x.fail()
	}
	x.starts = append(x.starts, len(x.path))
	x.path = append(x.path, x.name...)
	x.depth++
	return startTag
}

func (x *xmlReader) pop() {
	x.depth--
	x.path = x.path[:x.starts[x.depth]]
	x.starts = x.starts[:x.depth]
}

// tagEnd says where a tag's bracket stands, which may be in quotation marks before; -1 where there is none yet.
func tagEnd(text []byte) int {
	quote := byte(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '>':
			return i
		case c == '"' || c == '\'':
			quote = c
		}
	}
	return -1
}

func localName(name []byte) []byte {
	return name[bytes.IndexByte(name, ':')+1:]
}

func isXMLSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// cutAttr takes the first attribute off those of a tag; its value may hold references.
func cutAttr(attrs []byte) (name, value, rest []byte, ok bool) {
	attrs = bytes.TrimLeft(attrs, " \t\r\n")
	i := bytes.IndexByte(attrs, '=')
	if i < 0 {
		return nil, nil, nil, false
	}
	name = localName(bytes.TrimRight(attrs[:i], " \t\r\n"))
	attrs = bytes.TrimLeft(attrs[i+1:], " \t\r\n")
	if len(attrs) < 2 || attrs[0] != '"' && attrs[0] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(attrs[1:], attrs[0])
	if end < 0 {
		return nil, nil, nil, false
	}
	return name, attrs[1 : end+1], attrs[end+2:], true
}

// attr returns an attribute of the tag; "" where it has none.
func (x *xmlReader) attr(wanted string) string {
	for name, value, rest, ok := cutAttr(x.attrs); ok; name, value, rest, ok = cutAttr(rest) {
		if string(name) == wanted {
			text, known := appendText(nil, value)
			if !known {
				x.fail()
			}
			return string(text)
		}
	}
	return ""
}

// child goes to the next element right within the one at a depth; false where that one ends.
func (x *xmlReader) child(depth int) bool {
	for {
		switch x.next() {
		case startTag:
			if x.depth == depth+1 {
				return true
			}
		case endTag:
			if x.depth < depth {
				return false
			}
		case noToken:
			return false
		}
	}
}

// text adds the text of the element whose start tag was read to what is held, as far as there is room, and goes after it.
func (x *xmlReader) text(to []byte, room int) []byte {
	for depth := x.depth; x.depth >= depth; {
		switch x.next() {
		case noToken:
			return to
		case xmlText:
			switch {
			case len(to) > room: // what is too long is only passed over
			case x.verbatim:
				to = append(to, x.piece...)
			default:
				known := false
				if to, known = appendText(to, x.piece); !known {
					x.fail()
				}
			}
		}
	}
	return to
}

// appendText adds a text with its references resolved; false for one that XML itself does not know.
func appendText(to, text []byte) ([]byte, bool) {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(to, text...), true
		}
		to = append(to, text[:i]...)
		text = text[i:]
		end := bytes.IndexByte(text[:min(len(text), maxEntity)], ';')
		if end < 0 {
			return to, false
		}
		r, ok := reference(string(text[1:end]))
		if !ok {
			return to, false
		}
		to = utf8.AppendRune(to, r)
		text = text[end+1:]
	}
}

func reference(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	number, base := name[1:], 10
	if number[0] == 'x' {
		number, base = number[1:], 16
	}
	n, err := strconv.ParseUint(number, base, 21)
	return rune(n), err == nil && n <= utf8.MaxRune
}
