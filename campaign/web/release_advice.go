package web

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// advice returns where a version strays from what newsrooms are used to. It is advice: it prevents nothing.
func advice(v *campaign.Version, files []campaign.Attachment) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if n := utf8.RuneCountInString(v.Headline); n > 90 {
		say("The headline has %d characters; up to 90 are shown whole.", n)
	}
	if strings.HasSuffix(v.Headline, ".") {
		say("A headline needs no full stop.")
	}
	if isShouting(v.Headline) {
		say("The headline is in capitals: mail filters and readers take that for shouting.")
	}
	if n := words(v.Lead); n > 60 {
		say("The lead has %d words; who, what, when, where and why fit into 60.", n)
	}
	if n := words(v.Body); n > 500 {
		say("The body has %d words; 300 to 500 are read to the end.", n)
	}
	if n := longParagraphs(v.Body); n > 0 {
		say("%s longer than 80 words.", templates.Plural(n, "paragraph is", "paragraphs are"))
	}
	if n := words(v.About); n > 100 {
		say("“About” has %d words; 100 are enough.", n)
	}
	for i, q := range v.Quotes {
		if q.Name == "" {
			say("Quote %d has no speaker.", i+1)
		}
	}
	if v.Contact.Name == "" || v.Contact.Phone == "" {
		say("Journalists look for a name and a telephone that is answered today.")
	}
	for _, name := range templates.UnshownFiles(v, files) {
		say("“%s” is to be shown in the text, and no text shows it: write ![what it shows](%s) where it should stand.", name, templates.InlineAddress(name))
	}
	return out
}

func longParagraphs(body string) int {
	long := 0
	for _, paragraph := range strings.Split(body, "\n\n") {
		if words(paragraph) > 80 {
			long++
		}
	}
	return long
}

func words(s string) int { return len(strings.Fields(s)) }

func isShouting(s string) bool {
	letters := 0
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters > 12
}
