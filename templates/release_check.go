package templates

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// What texts that are not Markdown may hold, in octets.
const (
	maxLineText = 5_000
	maxQuote    = 20_000
	maxQuotes   = 50
)

// CheckRelease says everything about a release's texts that must be mended before it can be sent: unknown merge fields,
// unclosed braces and conditions, pictures that are not there. It returns one Invalid error that holds all of it, a
// sentence a line, or nil.
func CheckRelease(r *campaign.Release, media MediaLookup) error {
	problems := SendingProblems(r, media)
	if len(problems) == 0 {
		return nil
	}
	return &campaign.Error{Code: campaign.Invalid, Field: problems[0].Field, Text: campaign.Join(campaign.Collect(problems, ReleaseProblem.Words), "\n")}
}

// SendingProblems are those of ReleaseProblems with which a release cannot be sent.
func SendingProblems(r *campaign.Release, media MediaLookup) []ReleaseProblem {
	return slices.DeleteFunc(ReleaseProblems(r, media), func(p ReleaseProblem) bool { return p.LeftOut })
}

// LeftOut are those of ReleaseProblems with which a release that is stored already can be sent: what they are about is left
// out of it.
func LeftOut(r *campaign.Release, media MediaLookup) []ReleaseProblem {
	return slices.DeleteFunc(ReleaseProblems(r, media), func(p ReleaseProblem) bool { return !p.LeftOut })
}

// ReleaseProblem is a mistake in a text of a release and where it stands.
type ReleaseProblem struct {
	Language campaign.Language
	Field    string // of the form
	Text     campaign.Text
	LeftOut  bool // what it is about is left out of what is sent
	TooLong  bool // the text is longer than what can be sent, and may be kept all the same

	label     campaign.Text
	path      []string // keys of the text in a release file
	signs     int      // of the text before the mistake, see signs
	line      int
	manyLines bool
}

// Words say the version, the place and the mistake.
func (p ReleaseProblem) Words() campaign.Text {
	return campaign.Textf("%s version, %s: %s", p.Language, p.place(), p.Text)
}

// AtField says the mistake beside the field of its version, and where in it, as far as the field does not say it.
func (p ReleaseProblem) AtField() campaign.Text {
	switch {
	case p.Field == "quotes" && len(p.path) > 1:
		return campaign.Textf("%s: %s", p.place(), p.Text)
	case p.manyLines:
		return campaign.Textf("line %d: %s", p.line, p.Text)
	}
	return p.Text
}

func (p ReleaseProblem) place() campaign.Text {
	if p.manyLines {
		return campaign.Textf("%s, line %d", p.label, p.line)
	}
	return p.label
}

// ReleaseProblems are all mistakes in a release's texts, one by one, which must be mended before it is sent.
func ReleaseProblems(r *campaign.Release, media MediaLookup) []ReleaseProblem {
	var out []ReleaseProblem
	for i := range r.Versions {
		v := &r.Versions[i]
		if len(v.Quotes) > maxQuotes {
			out = append(out, ReleaseProblem{Language: v.Language, Field: "quotes", label: campaign.Textf("quotes"), path: []string{"quotes", strconv.Itoa(maxQuotes)}, Text: campaign.Textf("there are more than 50 quotes: leave some out")})
			continue
		}
		for _, f := range versionTexts(v) {
			for _, p := range textProblems(f, shelf{r.Attachments, media}) {
				out = append(out, f.problem(v.Language, p))
			}
		}
	}
	return out
}

// ReleaseWarnings are what may be a slip in a release's texts: an ordinal or a year at the beginning of a paragraph, which
// Markdown takes for a list.
func ReleaseWarnings(r *campaign.Release) []ReleaseProblem {
	var out []ReleaseProblem
	for i := range r.Versions {
		for _, f := range versionTexts(&r.Versions[i]) {
			if f.markdown {
				for _, p := range ordinalSlips(*f.text) {
					out = append(out, f.problem(r.Versions[i].Language, p))
				}
			}
		}
	}
	return out
}

func (f versionText) problem(l campaign.Language, p mergeProblem) ReleaseProblem {
	at := min(p.at, len(*f.text))
	return ReleaseProblem{Language: l, Field: f.name, Text: p.words, LeftOut: p.leftOut, TooLong: p.long,
		label: f.label, path: f.path, signs: signs((*f.text)[:at]), line: lineAt(*f.text, at), manyLines: strings.Contains(*f.text, "\n")}
}

// MarkdownFields are the fields of a version that are Markdown.
var MarkdownFields = []string{"lead", "body", "about", "notes"}

// versionText is one text of a version.
type versionText struct {
	name     string // of the form field
	label    campaign.Text
	text     *string
	merge    bool // merge fields work in it
	markdown bool
	mail     bool     // holds e-mail addresses
	path     []string // keys of the text in a release file
}

// versionTexts are all texts of a version that readers see, in reading order.
func versionTexts(v *campaign.Version) []versionText {
	one := func(name string, label campaign.Text, text *string, merge, markdown bool) versionText {
		return versionText{name: name, label: label, text: text, merge: merge, markdown: markdown, path: []string{name}}
	}
	part := func(name string, label campaign.Text, text *string, merge bool, path ...string) versionText {
		return versionText{name: name, label: label, text: text, merge: merge, path: append([]string{name}, path...)}
	}
	contact := func(key string, label campaign.Text, text *string) versionText {
		return versionText{name: "contact_" + key, label: label, text: text, mail: key == "email", path: []string{"media_contact", key}}
	}
	texts := []versionText{
		one("subject", campaign.Textf("subject"), &v.Subject, true, false),
		one("preheader", campaign.Textf("preheader"), &v.Preheader, true, false),
		one("headline", campaign.Textf("headline"), &v.Headline, true, false),
		one("subhead", campaign.Textf("subhead"), &v.Subhead, true, false),
		one("place", campaign.Textf("place"), &v.Place, false, false),
		one("lead", campaign.Textf("lead"), &v.Lead, true, true),
		one("body", campaign.Textf("body"), &v.Body, true, true),
	}
	for i := range v.Quotes {
		q, at, n := &v.Quotes[i], strconv.Itoa(i), i+1
		texts = append(texts,
			part("quotes", campaign.Textf("quote %d", n), &q.Text, true, at, "text"),
			part("quotes", campaign.Textf("quote %d, speaker", n), &q.Name, false, at, "name"),
			part("quotes", campaign.Textf("quote %d, function", n), &q.Role, false, at, "role"),
			part("quotes", campaign.Textf("quote %d, organisation", n), &q.Organisation, false, at, "organisation"))
	}
	texts = append(texts, one("venue", campaign.Textf("venue"), &v.Venue, false, false))
	for i := range v.Stories {
		s, at, n := &v.Stories[i], strconv.Itoa(i), i+1
		text := part("stories", campaign.Textf("story %d, text", n), &s.Text, true, at, "text")
		text.markdown = true
		texts = append(texts, part("stories", campaign.Textf("story %d, headline", n), &s.Headline, true, at, "headline"), text,
			part("stories", campaign.Textf("story %d, what the picture shows", n), &s.Alt, false, at, "alt"))
	}
	for _, name := range slices.Sorted(maps.Keys(v.Slots)) {
		held := v.Slots[name] // a copy: who changes a text through versionTexts changes no slot
		texts = append(texts, versionText{name: "slot_" + name, label: campaign.Textf("slot %s", name), text: &held, merge: true, markdown: true, path: []string{"slots", name}})
	}
	return append(texts,
		one("about", campaign.Textf("about"), &v.About, true, true),
		one("notes", campaign.Textf("notes to editors"), &v.Notes, true, true),
		contact("name", campaign.Textf("media contact, name"), &v.Contact.Name),
		contact("phone", campaign.Textf("media contact, telephone"), &v.Contact.Phone),
		contact("email", campaign.Textf("media contact, e-mail"), &v.Contact.Email),
		contact("languages", campaign.Textf("media contact, languages"), &v.Contact.Languages))
}

// CheckFooter says what must be mended in a footer before it is stored: one that no message could be made with, or with links
// that lead nowhere. It has no merge fields and no pictures.
func CheckFooter(source string) error {
	problems := textProblems(versionText{name: "footer", text: &source, markdown: true}, shelf{})
	if len(problems) == 0 {
		return nil
	}
	return campaign.FieldError("footer", "line %d: %s", lineAt(source, problems[0].at), problems[0].words)
}

func textProblems(f versionText, files shelf) []mergeProblem {
	text := *f.text
	if most := f.longest(); len(text) > most {
		return []mergeProblem{{words: campaign.Textf("the text is longer than %d kB: put the long part on a page and link to it", most/1000), long: f.markdown && len(text) <= MaxDraft}}
	}
	if at := strings.Index(text, campaign.PlaceBegin); at >= 0 {
		return []mergeProblem{{at: at, words: mergeReserved()}}
	}
	if lone := language.LoneKeeps(text); len(lone) > 0 {
		return []mergeProblem{{at: lone[0], words: campaign.Textf("a mark of [[keep]] … [[/keep]] has no partner here: add the other one, or take it away")}}
	}
	if !f.merge {
		if at := strings.Index(text, "{{"); at >= 0 {
			return []mergeProblem{{at: at, words: campaign.Textf("merge fields do not work here")}}
		}
		switch {
		case f.markdown:
			return markdownProblems(text, nil, files)
		case f.mail:
			return addressProblems(text)
		}
		return nil
	}
	parser := mergeParser{text: text}
	parser.all()
	problems := parser.problems
	if f.markdown {
		problems = append(problems, markdownProblems(text, parser.spans, files)...)
	}
	slices.SortStableFunc(problems, func(a, b mergeProblem) int { return a.at - b.at })
	return problems
}

// addressProblems are those of e-mail addresses for readers. With a faulty one they stand in the message without a link.
func addressProblems(text string) []mergeProblem {
	var problems []mergeProblem
	for _, address := range (campaign.MediaContact{Email: text}).Addresses() {
		if _, err := campaign.ParseAddress(address); err != nil {
			problems = append(problems, mergeProblem{at: strings.Index(text, address), leftOut: true, words: campaign.TextOf(err)})
		}
	}
	return problems
}

// longest returns how many octets a text may have.
func (f versionText) longest() int {
	switch {
	case f.name == "quotes", f.name == "footer":
		return maxQuote
	case f.markdown:
		return maxMarkdown
	}
	return maxLineText
}

func lineAt(text string, at int) int { return 1 + strings.Count(text[:min(at, len(text))], "\n") }
