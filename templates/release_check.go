package templates

import (
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
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
func CheckRelease(r *campaign.Release) error {
	problems := SendingProblems(r)
	if len(problems) == 0 {
		return nil
	}
	return &campaign.Error{Code: campaign.Invalid, Field: problems[0].Field, Text: campaign.Join(campaign.Collect(problems, ReleaseProblem.Words), "\n")}
}

// SendingProblems are those of ReleaseProblems with which a release cannot be sent.
func SendingProblems(r *campaign.Release) []ReleaseProblem {
	return slices.DeleteFunc(ReleaseProblems(r), func(p ReleaseProblem) bool { return p.LeftOut })
}

// LeftOut are those of ReleaseProblems with which a release that is stored already can be sent: what they are about is left
// out of it.
func LeftOut(r *campaign.Release) []ReleaseProblem {
	return slices.DeleteFunc(ReleaseProblems(r), func(p ReleaseProblem) bool { return !p.LeftOut })
}

// ReleaseProblem is a mistake in a text of a release and where it stands.
type ReleaseProblem struct {
	Language campaign.Language
	Field    string // of the form
	Text     campaign.Text
	LeftOut  bool // what it is about is left out of what is sent

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
	case len(p.path) > 1:
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

// ReleaseProblems are all mistakes in a release's texts, one by one, which must be mended before it is stored.
func ReleaseProblems(r *campaign.Release) []ReleaseProblem {
	var out []ReleaseProblem
	for i := range r.Versions {
		v := &r.Versions[i]
		if len(v.Quotes) > maxQuotes {
			out = append(out, ReleaseProblem{Language: v.Language, Field: "quotes", label: campaign.Textf("quotes"), path: []string{"quotes", strconv.Itoa(maxQuotes)}, Text: campaign.Textf("there are more than 50 quotes: leave some out")})
			continue
		}
		for _, f := range versionTexts(v) {
			for _, p := range textProblems(f, r.Attachments) {
				out = append(out, ReleaseProblem{Language: v.Language, Field: f.name, Text: p.words, LeftOut: p.remote,
					label: f.label, path: f.path, signs: signs((*f.text)[:min(p.at, len(*f.text))]), line: lineAt(*f.text, p.at), manyLines: strings.Contains(*f.text, "\n")})
			}
		}
	}
	return out
}

// versionText is one text of a version.
type versionText struct {
	name     string // of the form field
	label    campaign.Text
	text     *string
	merge    bool // merge fields work in it
	markdown bool
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
	return append(texts,
		one("about", campaign.Textf("about"), &v.About, true, true),
		one("notes", campaign.Textf("notes to editors"), &v.Notes, true, true),
		part("media_contact", campaign.Textf("media contact, name"), &v.Contact.Name, false, "name"),
		part("media_contact", campaign.Textf("media contact, telephone"), &v.Contact.Phone, false, "phone"),
		part("media_contact", campaign.Textf("media contact, e-mail"), &v.Contact.Email, false, "email"),
		part("media_contact", campaign.Textf("media contact, languages"), &v.Contact.Languages, false, "languages"))
}

// CheckFooter says what must be mended in a footer before it is stored: one that no message could be made with, or with links
// that lead nowhere. It has no merge fields and no pictures.
func CheckFooter(source string) error {
	problems := textProblems(versionText{name: "footer", text: &source, markdown: true}, nil)
	if len(problems) == 0 {
		return nil
	}
	return campaign.FieldError("footer", "line %d: %s", lineAt(source, problems[0].at), problems[0].words)
}

func textProblems(f versionText, files []campaign.Attachment) []mergeProblem {
	text := *f.text
	if most := f.longest(); len(text) > most {
		return []mergeProblem{{words: campaign.Textf("the text is longer than %d kB: put the long part on a page and link to it", most/1000)}}
	}
	if at := strings.Index(text, campaign.PlaceBegin); at >= 0 {
		return []mergeProblem{{at: at, words: mergeReserved()}}
	}
	if !f.merge {
		if at := strings.Index(text, "{{"); at >= 0 {
			return []mergeProblem{{at: at, words: campaign.Textf("merge fields do not work here")}}
		}
		if f.markdown {
			return markdownProblems(text, nil, files)
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
