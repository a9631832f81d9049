package inbound

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"github.com/glasnik/glasnik/mailer/refusal"
)

// ownWords are a letter's without what it quotes, its signature and what programs add below it.
func ownWords(m *Message) string {
	lines := strings.Split(m.body(), "\n")
	var out []string
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t\r")
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, ">") || strings.HasPrefix(trimmed, "|") {
			continue
		}
		if trimmed == "--" || trimmed == "—" { // RFC 3676 section 4.3
			break
		}
		words := refusal.WordsOf(trimmed)
		if n := introducesQuote(lines, i); n > 0 {
			if quotedBelow(lines[i+n:]) {
				i += n - 1
				continue // whoever answers below the quoted lines goes on after them
			}
			break
		}
		if _, ok := begins(words, "signature"); ok {
			continue
		}
		out = append(out, line)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}

// quotedBelow reports whether the next line that is not empty is marked as quoted.
func quotedBelow(lines []string) bool {
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			return strings.HasPrefix(l, ">")
		}
	}
	return false
}

var headPattern = regexp.MustCompile(`(?i)^\*?(from|de|od|von|šalje|pošiljalac|шаље|од|пошиљалац|sent|date|envoyé|gesendet|poslato|datum|датум|послато|to|à|za|prima|an|за|subject|objet|naslov|tema|betreff|наслов|predmet)\s?:\*? ?\S`)

// introducesQuote returns how many lines, from one on, introduce what is quoted; 0 when they do not.
func introducesQuote(lines []string, i int) int {
	line := strings.TrimSpace(lines[i])
	if line == "" {
		return 0
	}
	words := refusal.WordsOf(line)
	if strings.HasPrefix(line, "-") || strings.HasPrefix(line, "_") {
		if _, ok := says(words, "quote"); ok {
			return 1
		}
		if strings.Trim(line, "_") == "" && len(line) > 9 && i+1 < len(lines) && headPattern.MatchString(strings.TrimSpace(lines[i+1])) {
			return 1
		}
	}
	if _, ok := says(words, "quote"); ok && strings.HasSuffix(line, ":") && len(line) < 60 {
		return 1
	}
	if headPattern.MatchString(line) && heads(lines[i:]) >= 3 {
		return 1
	}
	for n := 1; n <= 3 && i+n <= len(lines); n++ { // the line may be broken, but not at the end of a sentence
		if last := strings.TrimSpace(lines[i+n-1]); last == "" || n > 1 && strings.ContainsAny(lines[i][len(strings.TrimRight(lines[i], " \t\r"))-1:], ".!?") {
			break
		}
		joined := strings.TrimSpace(strings.Join(lines[i:i+n], " "))
		if len(joined) > 300 {
			break
		}
		if isIntroduction(joined) {
			return n
		}
	}
	return 0
}

// heads counts the lines at the beginning that are like a header's.
func heads(lines []string) (n int) {
	for _, l := range lines[:min(len(lines), 6)] {
		if headPattern.MatchString(strings.TrimSpace(l)) {
			n++
		}
	}
	return n
}

// isIntroduction reports "On 2 November, Press Office <a@b.example> wrote:", in any of the languages.
func isIntroduction(line string) bool {
	if !strings.HasSuffix(line, ":") || !strings.ContainsAny(line, "0123456789@") {
		return false
	}
	words := refusal.WordsOf(line)
	if ends(words, "wrote") {
		return true
	}
	_, ok := says(words, "wrote")
	return ok && strings.ContainsAny(line, "@<")
}

var spaces = regexp.MustCompile(`\s+`)

// textOf is the text of HTML, without what it quotes.
func textOf(source string) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(maxPart)
	skipped, quoted := "", 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken || out.Len() > maxPart {
			return out.String()
		}
		t := z.Token()
		switch {
		case skipped != "":
			if kind == html.EndTagToken && t.Data == skipped {
				skipped = ""
			}
		case kind == html.StartTagToken && slices.Contains([]string{"style", "script", "head", "title"}, t.Data):
			skipped = t.Data
		case kind == html.StartTagToken && isQuote(t):
			return out.String()
		case kind == html.StartTagToken && t.Data == "blockquote":
			quoted++
		case kind == html.EndTagToken && t.Data == "blockquote":
			quoted = max(0, quoted-1)
		case kind == html.TextToken && quoted == 0:
			out.WriteString(spaces.ReplaceAllString(t.Data, " "))
		}
		if slices.Contains([]string{"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table"}, t.Data) && kind != html.TextToken {
			out.WriteByte('\n')
		}
	}
}

// isQuote knows what Gmail, Outlook and Yahoo put around the message they quote.
func isQuote(t html.Token) bool {
	for _, a := range t.Attr {
		if a.Key == "class" && (strings.Contains(a.Val, "gmail_quote") || strings.Contains(a.Val, "yahoo_quoted") || strings.Contains(a.Val, "moz-cite-prefix")) ||
			a.Key == "id" && (a.Val == "divRplyFwdMsg" || a.Val == "appendonsend" || a.Val == "OLK_SRC_BODY_SECTION" || strings.HasPrefix(a.Val, "mail-editor-reference")) {
			return true
		}
	}
	return false
}
