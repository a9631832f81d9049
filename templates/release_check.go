package templates

import (
	"errors"
	"fmt"
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
	all := campaign.Text{Format: strings.TrimSuffix(strings.Repeat("%s\n", len(problems)), "\n")}
	for _, p := range problems {
		all.Args = append(all.Args, p.Text)
	}
	return &campaign.Error{Code: campaign.Invalid, Field: problems[0].Field, Text: all}
}

// ReleaseProblems are all mistakes in a release's texts, one by one, which must be mended before it is stored; each names
// the field it belongs to.
func ReleaseProblems(r *campaign.Release) []*campaign.Error {
	return errorsOf(FindReleaseProblems(r), func(ReleaseProblem) bool { return true })
}

// SendingProblems are those of ReleaseProblems with which a release cannot be sent.
func SendingProblems(r *campaign.Release) []*campaign.Error {
	return errorsOf(FindReleaseProblems(r), func(p ReleaseProblem) bool { return !p.LeftOut })
}

// LeftOut are those of ReleaseProblems with which a release that is stored already can be sent: what they are about is left
// out of it.
func LeftOut(r *campaign.Release) []*campaign.Error {
	return errorsOf(FindReleaseProblems(r), func(p ReleaseProblem) bool { return p.LeftOut })
}

func errorsOf(problems []ReleaseProblem, wanted func(ReleaseProblem) bool) []*campaign.Error {
	var out []*campaign.Error
	for _, p := range problems {
		if !wanted(p) {
			continue
		}
		place := p.label
		if p.manyLines {
			place = fmt.Sprintf("%s, line %d", p.label, p.line)
		}
		var e *campaign.Error
		errors.As(campaign.FieldError(p.Field, "%s version, %s: %s", p.Language, place, p.Text), &e)
		out = append(out, e)
	}
	return out
}

// ReleaseProblem is a mistake in a text of a release and where it stands.
type ReleaseProblem struct {
	Language campaign.Language
	Field    string // of the form
	Text     string
	LeftOut  bool // what it is about is left out of what is sent

	label     string
	path      []string // keys of the text in a release file
	signs     int      // of the text before the mistake, see signs
	line      int
	manyLines bool
}

// FindReleaseProblems goes through all texts of a release.
func FindReleaseProblems(r *campaign.Release) []ReleaseProblem {
	var out []ReleaseProblem
	for i := range r.Versions {
		v := &r.Versions[i]
		if len(v.Quotes) > maxQuotes {
			out = append(out, ReleaseProblem{Language: v.Language, Field: "quotes", label: "quotes", path: []string{"quotes", strconv.Itoa(maxQuotes)}, Text: "there are more than 50 quotes: leave some out"})
			continue
		}
		for _, f := range versionTexts(v) {
			for _, p := range textProblems(f, r.Attachments) {
				out = append(out, ReleaseProblem{Language: v.Language, Field: f.name, Text: p.text, LeftOut: p.remote,
					label: f.label, path: f.path, signs: signs((*f.text)[:min(p.at, len(*f.text))]), line: lineAt(*f.text, p.at), manyLines: strings.Contains(*f.text, "\n")})
			}
		}
	}
	return out
}

// versionText is one text of a version.
type versionText struct {
	name     string // of the form field
	label    string
	text     *string
	merge    bool // merge fields work in it
	markdown bool
	path     []string // keys of the text in a release file
}

// versionTexts are all texts of a version that readers see, in reading order.
func versionTexts(v *campaign.Version) []versionText {
	one := func(name, label string, text *string, merge, markdown bool) versionText {
		return versionText{name: name, label: label, text: text, merge: merge, markdown: markdown, path: []string{name}}
	}
	part := func(name, label string, text *string, merge bool, path ...string) versionText {
		return versionText{name: name, label: label, text: text, merge: merge, path: append([]string{name}, path...)}
	}
	texts := []versionText{
		one("subject", "subject", &v.Subject, true, false),
		one("preheader", "preheader", &v.Preheader, true, false),
		one("headline", "headline", &v.Headline, true, false),
		one("subhead", "subhead", &v.Subhead, true, false),
		one("place", "place", &v.Place, false, false),
		one("lead", "lead", &v.Lead, true, true),
		one("body", "body", &v.Body, true, true),
	}
	for i := range v.Quotes {
		q, label, n := &v.Quotes[i], fmt.Sprintf("quote %d", i+1), strconv.Itoa(i)
		texts = append(texts, part("quotes", label, &q.Text, true, n, "text"), part("quotes", label+", speaker", &q.Name, false, n, "name"),
			part("quotes", label+", function", &q.Role, false, n, "role"), part("quotes", label+", organisation", &q.Organisation, false, n, "organisation"))
	}
	return append(texts,
		one("about", "about", &v.About, true, true),
		one("notes", "notes to editors", &v.Notes, true, true),
		part("media_contact", "media contact, name", &v.Contact.Name, false, "name"),
		part("media_contact", "media contact, telephone", &v.Contact.Phone, false, "phone"),
		part("media_contact", "media contact, e-mail", &v.Contact.Email, false, "email"),
		part("media_contact", "media contact, languages", &v.Contact.Languages, false, "languages"))
}

// CheckFooter says what must be mended in a footer before it is stored: one that no message could be made with, or with links
// that lead nowhere. It has no merge fields and no pictures.
func CheckFooter(source string) error {
	problems := textProblems(versionText{name: "footer", text: &source, markdown: true}, nil)
	if len(problems) == 0 {
		return nil
	}
	return campaign.FieldError("footer", "line %d: %s", lineAt(source, problems[0].at), problems[0].text)
}

func textProblems(f versionText, files []campaign.Attachment) []mergeProblem {
	text := *f.text
	if most := f.longest(); len(text) > most {
		return []mergeProblem{{text: fmt.Sprintf("the text is longer than %d kB: put the long part on a page and link to it", most/1000)}}
	}
	if at := strings.Index(text, campaign.PlaceBegin); at >= 0 {
		return []mergeProblem{{at: at, text: mergeReserved}}
	}
	if !f.merge {
		if at := strings.Index(text, "{{"); at >= 0 {
			return []mergeProblem{{at: at, text: "merge fields do not work here"}}
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
