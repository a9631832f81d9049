package web

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// advice returns where a version strays from what newsrooms are used to. It is advice: it prevents nothing.
func advice(v *campaign.Version, files []campaign.Attachment) []campaign.Text {
	var out []campaign.Text
	add := func(words campaign.Text) { out = append(out, words) }
	if n := utf8.RuneCountInString(v.Headline); n > 90 {
		add(campaign.Textf("The headline has %d characters; up to 90 are shown whole.", n))
	}
	if strings.HasSuffix(v.Headline, ".") {
		add(campaign.Textf("A headline needs no full stop."))
	}
	if isShouting(v.Headline) {
		add(campaign.Textf("The headline is in capitals: mail filters and readers take that for shouting."))
	}
	if n := words(v.Lead); n > 60 {
		add(campaign.Textf("The lead has %d words; who, what, when, where and why fit into 60.", n))
	}
	if n := words(v.Body); n > 500 {
		add(campaign.Textf("The body has %d words; 300 to 500 are read to the end.", n))
	}
	if n := longParagraphs(v.Body); n > 0 {
		add(campaign.Textf("%d paragraphs are longer than 80 words.", n))
	}
	if n := words(v.About); n > 100 {
		add(campaign.Textf("“About” has %d words; 100 are enough.", n))
	}
	for i, q := range v.Quotes {
		if q.Name == "" {
			add(campaign.Textf("Quote %d has no speaker.", i+1))
		}
	}
	if v.Contact.Name == "" || v.Contact.Phone == "" {
		add(campaign.Textf("Journalists look for a name and a telephone that is answered today."))
	}
	for _, name := range templates.UnshownFiles(v, files) {
		add(campaign.Textf("“%s” is to be shown in the text, and no text shows it: write ![what it shows](%s) where it should stand.", name, templates.InlineAddress(name)))
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
