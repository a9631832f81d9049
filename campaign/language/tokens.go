package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind uint8

const (
	other tokenKind = iota // spaces and punctuation
	word                   // letters, marks and digits without a break
	kept                   // an address, a file name, a listed name: stays whole
)

// token is a piece of running text; all tokens together are the text.
type token struct {
	text     string
	kind     tokenKind
	capitals bool      // it is in a line without small letters
	of       *wordInfo // what is known of a word
}

// tokeniser splits running text into words, what stays whole, and what is between. It knows every word it has met.
type tokeniser struct {
	text   string
	tokens []token // of the text in hand; used again for the next one
	words  map[string]*wordInfo
	slab   []wordInfo
	look   func(*wordInfo) // says what a conversion wants to know of a new word
}

// split returns the tokens of a text. They are good until the next call.
func (t *tokeniser) split(text string) []token {
	t.text, t.tokens = text, t.tokens[:0]
	for at := 0; at < len(text); {
		first, lineEnd := len(t.tokens), len(text)
		if n := strings.IndexByte(text[at:], '\n'); n >= 0 {
			lineEnd = at + n + 1
		}
		for at < lineEnd {
			end, marks := chunkEnd(text[:lineEnd], at)
			t.chunk(at, end, marks)
			for at = end; at < lineEnd; {
				r, size := decode(text, at)
				if !isSpace(r) {
					break
				}
				at += size
			}
			t.between(end, at)
		}
		markCapitals(t.tokens[first:])
	}
	return t.tokens
}

// What an ASCII character is to the tokeniser.
const (
	blank     uint8 = 1 << iota
	inWord          // a letter or a digit
	inAddress       // a mark that addresses have
	special         // it may begin what is protected
)

var ascii = func() (class [utf8.RuneSelf]uint8) {
	for c := range class {
		switch {
		case c == ' ' || c >= '\t' && c <= '\r':
			class[c] = blank
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9':
			class[c] = inWord
		case strings.ContainsRune(".@#:/", rune(c)):
			class[c] = inAddress
		case strings.ContainsRune("{[%*<&`]~", rune(c)):
			class[c] = special
		}
	}
	return class
}()

// chunkEnd returns where the next space stands, and whether there are marks before it that addresses have.
func chunkEnd(line string, at int) (end int, marks bool) {
	for at < len(line) {
		if c := line[at]; c < utf8.RuneSelf {
			if ascii[c]&blank != 0 {
				break
			}
			marks = marks || ascii[c]&inAddress != 0
			at++
			continue
		} else if c >= 0xC4 && c < 0xE0 { // no space is among the letters of Latin and Cyrillic
			at += 2
			continue
		}
		r, size := utf8.DecodeRuneInString(line[at:])
		if isSpace(r) {
			break
		}
		at += size
	}
	return min(at, len(line)), marks
}

// decode reads a letter; nearly all are ASCII.
func decode(s string, at int) (rune, int) {
	if c := s[at]; c < utf8.RuneSelf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(s[at:])
}

func isSpace(r rune) bool {
	if r < utf8.RuneSelf {
		return ascii[r]&blank != 0
	}
	return unicode.IsSpace(r)
}

// markCapitals marks the words of a line that has at least two words and no small letters.
func markCapitals(line []token) {
	words := 0
	for i := range line {
		if of := line[i].of; of == nil {
			continue
		} else if of.lower {
			return
		} else if of.upper {
			words++
		}
	}
	if words < 2 {
		return
	}
	for i := range line {
		line[i].capitals = true
	}
}

// chunk adds what is between two spaces.
func (t *tokeniser) chunk(at, end int, marks bool) {
	if marks {
		chunk := t.text[at:end]
		core := strings.TrimLeft(chunk, `("'„“”«‚‘[*_-–—`)
		begin := end - len(core)
		core = strings.TrimRight(core, `.,;:!?)"'”“»’]*_–—…`)
		if staysWhole(core) {
			t.between(at, begin)
			t.tokens = append(t.tokens, token{text: core, kind: kept})
			t.between(begin+len(core), end)
			return
		}
	}
	for chunk := t.text[:end]; at < end; {
		if next := wordEnd(chunk, at, true); next > at {
			t.tokens = append(t.tokens, token{text: chunk[at:next], kind: word, of: t.word(chunk[at:next])})
			at = next
			continue
		}
		next := wordEnd(chunk, at, false)
		t.between(at, next)
		at = next
	}
}

// between adds what is no word, joined to what was none before it: "Wexford & Young" has one " & " between the names.
func (t *tokeniser) between(begin, end int) {
	if begin == end {
		return
	}
	if last := len(t.tokens) - 1; last >= 0 && t.tokens[last].kind == other && t.text[begin-1] != '\n' {
		t.tokens[last].text = t.text[begin-len(t.tokens[last].text) : end]
		return
	}
	t.tokens = append(t.tokens, token{text: t.text[begin:end]})
}

// wordEnd returns where what is at some place ends: a word, or what is none.
func wordEnd(s string, at int, isWord bool) int {
	for at < len(s) {
		if c := s[at]; c < utf8.RuneSelf {
			if (ascii[c]&inWord != 0) != isWord {
				break
			}
			at++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[at:])
		if isWordRune(r) != isWord {
			break
		}
		at += size
	}
	return at
}

// word returns what is known of a word.
func (t *tokeniser) word(w string) *wordInfo {
	if of := t.words[w]; of != nil {
		return of
	}
	if t.words == nil {
		t.words = map[string]*wordInfo{}
	}
	if len(t.slab) == cap(t.slab) {
		t.slab = make([]wordInfo, 0, min(16+2*cap(t.slab), 1024))
	}
	t.slab = append(t.slab, newWordInfo(w))
	of := &t.slab[len(t.slab)-1]
	if t.look != nil {
		t.look(of)
	}
	t.words[w] = of
	return of
}

func isWordRune(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return ascii[r]&inWord != 0
	case r >= 0x100 && r < 0x250 || r >= 0x400 && r < 0x482: // the letters of Latin and Cyrillic
		return true
	}
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || isInvisible(r)
}

// wordInfo is what a conversion wants to know of a word, whatever stands beside it.
type wordInfo struct {
	text         string
	small        string // in small letters
	converted    string
	upper, lower bool // it has capitals, small letters
	digits       bool // it has digits
	number       bool // it has nothing else
	begins       bool // it begins with a capital
	serbian      bool // it has letters that only Serbian and its neighbours write
	foreign      bool // it keeps its spelling
	name         bool // it is foreign, begins with a capital, and is neither a brand nor an acronym
	unsure       bool
	phrases      []*phrases // that begin with it
}

func newWordInfo(w string) wordInfo {
	of := wordInfo{text: w, small: w, number: true}
	for i, r := range w {
		switch {
		case r >= '0' && r <= '9' || r >= utf8.RuneSelf && unicode.IsDigit(r):
			of.digits = true
			continue
		case r >= 'a' && r <= 'z':
			of.lower = true
		case r >= 'A' && r <= 'Z':
			of.upper = true
			of.begins = of.begins || i == 0
		case unicode.IsLower(r):
			of.lower = true
			of.serbian = of.serbian || strings.ContainsRune("čćšžđ", r)
		case unicode.IsUpper(r):
			of.upper = true
			of.begins = of.begins || i == 0
			of.serbian = of.serbian || strings.ContainsRune("ČĆŠŽĐ", r)
		}
		of.number = false
	}
	if of.upper {
		of.small = strings.ToLower(w)
	}
	return of
}

// allUpper reports a word without small letters.
func (of *wordInfo) allUpper() bool { return !of.lower }

// Endings by which a name with dots is known for a domain or a file.
var (
	domainEndings = wordSet(`rs com org net eu int edu gov info me ba hr mk si al fr uk de at ch it hu bg ro gr be lu nl es pl cz sk se io tv app dev
		example test invalid local localhost ly gl co ai uk news site blog link xyz срб`)
	fileEndings = wordSet(`pdf doc docx xls xlsx csv jpg jpeg png gif svg txt zip mp3 mp4 odt ods ppt pptx html htm md json xml eml ics`)
)

// staysWhole reports addresses, handles, hashtags, domains and file names.
func staysWhole(s string) bool {
	if len(s) < 3 {
		return false
	}
	lower := strings.ToLower(s)
	switch {
	case strings.Contains(s, "://"), strings.HasPrefix(lower, "www."), strings.HasPrefix(lower, "mailto:"), strings.HasPrefix(lower, "cid:"):
		return true
	case s[0] == '@' || s[0] == '#':
		r, _ := utf8.DecodeRuneInString(s[1:])
		return unicode.IsLetter(r)
	}
	if at := strings.IndexByte(s, '@'); at > 0 && at < len(s)-1 {
		return true
	}
	if s[0] == '.' {
		return fileEndings[lower[1:]]
	}
	host, _, _ := strings.Cut(lower, "/")
	host, _, _ = strings.Cut(host, ":")
	dot := strings.LastIndexByte(host, '.')
	if dot < 1 || strings.ContainsAny(host, `"'()[]{}<>*,;`) {
		return false
	}
	return domainEndings[host[dot+1:]] || fileEndings[host[dot+1:]]
}
