package language

import "strings"

// markup returns the end of the HTML that begins at i and must stay: a tag, a comment, or a whole element whose text is
// code or in another language.
func (p *protector) markup(i int) (spanKind, int) {
	rest := p.text[i:]
	if strings.HasPrefix(rest, "<!--") {
		return verbatim, p.find(i+4, "-->")
	}
	if len(rest) < 3 || !(isNameByte(rest[1]) || rest[1] == '/' || rest[1] == '!') {
		return plainText, 0
	}
	n := strings.IndexAny(rest[1:], "<>")
	if n < 0 || rest[1+n] == '<' {
		return plainText, 0
	}
	end := i + n + 2
	opening := p.text[i:end]
	name := tagName(opening)
	if !keepsText(name, opening) || strings.HasSuffix(opening, "/>") {
		return tag, end
	}
	if closing := p.closing(name, end); closing > 0 {
		return verbatim, closing
	}
	return tag, end
}

func tagName(opening string) string {
	end := 1
	for end < len(opening) && isNameByte(opening[end]) {
		end++
	}
	return strings.ToLower(opening[1:end])
}

// keepsText reports an element whose text is not Serbian prose.
func keepsText(name, opening string) bool {
	switch name {
	case "style", "script", "code", "pre", "kbd", "samp":
		return true
	}
	lower := strings.ToLower(opening)
	if strings.Contains(lower, `translate="no"`) || strings.Contains(lower, "notranslate") {
		return true
	}
	_, lang, ok := strings.Cut(lower, " lang=")
	return ok && !strings.HasPrefix(strings.Trim(lang, `"'>`), "sr")
}

// closing returns the position after the end tag that closes an element opened before i, passing over nested ones. Once
// the nesting of a name turned out broken, the next end tag is taken.
func (p *protector) closing(name string, i int) int {
	begin, end := "<"+name, "</"+name+">"
	if p.broken[name] {
		return p.find(i, end)
	}
	for depth := 1; ; {
		after := p.find(i, end)
		if after == 0 {
			p.broken[name] = true
			return 0
		}
		depth += strings.Count(p.text[i:after], begin) - 1
		if depth <= 0 {
			return after
		}
		i = after
	}
}

// settingKeys are the keys of a release file whose values are not text for readers.
var settingKeys = wordSet(`kind source embargo zone date email phone file inline attachments topics layout start end map answer link from picture checked list_sources`)

// frontMatter passes over the keys, and the values that are settings, of the front matter a text may begin with, and
// returns the position to go on from.
func (p *protector) frontMatter() int {
	const fence = "---\n"
	if !strings.HasPrefix(p.text, fence) {
		return 0
	}
	end := strings.Index(p.text[len(fence):], "\n---")
	if end < 0 {
		return 0
	}
	end += len(fence)
	p.add(verbatim, 0, len(fence))
	at := len(fence)
	for line := range strings.Lines(p.text[at : end+1]) {
		if key := keyLength(line); key > 0 {
			value := key
			if settingKeys[strings.Trim(line[:key], " -:")] {
				value = len(line)
			}
			if strings.Trim(line[:key], " -:") == "language" {
				p.plain(at)
				p.spans = append(p.spans, span{text: otherScript(line), kind: verbatim})
				p.at = at + len(line)
			} else {
				p.add(verbatim, at, at+value)
			}
		}
		at += len(line)
	}
	return p.at
}

// otherScript changes the script a line of front matter names.
func otherScript(line string) string {
	if strings.Contains(line, "sr-Latn") {
		return strings.Replace(line, "sr-Latn", "sr-Cyrl", 1)
	}
	return strings.Replace(line, "sr-Cyrl", "sr-Latn", 1)
}

// keyLength returns the length of "  - key:" at the beginning of a line, or 0.
func keyLength(line string) int {
	i := 0
	for i < len(line) && (line[i] == ' ' || line[i] == '-') {
		i++
	}
	begin := i
	for i < len(line) && isNameByte(line[i]) {
		i++
	}
	if i > begin && i < len(line) && line[i] == ':' {
		return i + 1
	}
	return 0
}
