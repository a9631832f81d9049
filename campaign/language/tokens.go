package language

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	other tokenKind = iota // spaces and punctuation
	word                   // letters, marks and digits without a break
	kept                   // an address, a file name: stays whole
)

// token is a piece of running text; all tokens together are the text.
type token struct {
	text     string
	kind     tokenKind
	capitals bool // it is in a line without small letters
}

// tokenise splits running text into words, what stays whole, and what is between.
func tokenise(text string) []token {
	tokens := make([]token, 0, len(text)/4+1)
	for line := range strings.Lines(text) {
		first := len(tokens)
		for line != "" {
			space := strings.IndexFunc(line, unicode.IsSpace)
			if space < 0 {
				space = len(line)
			}
			tokens = splitChunk(tokens, line[:space])
			rest := strings.TrimLeftFunc(line[space:], unicode.IsSpace)
			tokens = appendOther(tokens, line[space:len(line)-len(rest)])
			line = rest
		}
		markCapitals(tokens[first:])
	}
	return tokens
}

// markCapitals marks the words of a line that has at least two words and no small letters.
func markCapitals(line []token) {
	words := 0
	for _, t := range line {
		if t.kind != word {
			continue
		}
		if strings.ContainsFunc(t.text, unicode.IsLower) {
			return
		}
		if strings.ContainsFunc(t.text, unicode.IsUpper) {
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

// splitChunk adds what is between two spaces.
func splitChunk(tokens []token, chunk string) []token {
	core := strings.TrimLeft(chunk, `("'„“”«‚‘[*_-–—`)
	begin := len(chunk) - len(core)
	core = strings.TrimRight(core, `.,;:!?)"'”“»’]*_–—…`)
	if staysWhole(core) {
		tokens = appendOther(tokens, chunk[:begin])
		tokens = append(tokens, token{text: core, kind: kept})
		return appendOther(tokens, chunk[begin+len(core):])
	}
	for chunk != "" {
		r, size := utf8.DecodeRuneInString(chunk)
		isWord := isWordRune(r)
		end := size
		for end < len(chunk) {
			r, size = utf8.DecodeRuneInString(chunk[end:])
			if isWordRune(r) != isWord {
				break
			}
			end += size
		}
		if isWord {
			tokens = append(tokens, token{text: chunk[:end], kind: word})
		} else {
			tokens = appendOther(tokens, chunk[:end])
		}
		chunk = chunk[end:]
	}
	return tokens
}

// appendOther adds what is no word, joined to what was none before it: "Wexford & Young" has one " & " between the names.
func appendOther(tokens []token, text string) []token {
	if text == "" {
		return tokens
	}
	if last := len(tokens) - 1; last >= 0 && tokens[last].kind == other && !strings.HasSuffix(tokens[last].text, "\n") {
		tokens[last].text += text
		return tokens
	}
	return append(tokens, token{text: text})
}

func isWordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) || isInvisible(r)
}

// Endings by which a name with dots is known for a domain or a file.
var (
	domainEndings = wordSet(`rs com org net eu int edu gov info me ba hr mk si al fr uk de at ch it hu bg ro gr be lu nl es pl cz sk se io tv app dev
		example test invalid local localhost срб`)
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
	host, _, _ := strings.Cut(lower, "/")
	host, _, _ = strings.Cut(host, ":")
	dot := strings.LastIndexByte(host, '.')
	if dot < 1 || strings.ContainsAny(host, `"'()[]{}<>*,;`) {
		return false
	}
	return domainEndings[host[dot+1:]] || fileEndings[host[dot+1:]]
}
