package templates

import (
	"errors"
	"fmt"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// CheckRelease says everything about a release's texts that must be mended before it can be kept: unknown merge fields,
// unclosed braces and conditions, pictures that are not there. It gives one Invalid error that holds all of it, a
// sentence a line, or nil.
func CheckRelease(r *campaign.Release) error {
	problems := ReleaseProblems(r)
	if len(problems) == 0 {
		return nil
	}
	sentences := make([]string, len(problems))
	for i, p := range problems {
		sentences[i] = p.Message
	}
	return &campaign.Error{Code: campaign.Invalid, Field: problems[0].Field, Message: strings.Join(sentences, "\n")}
}

// ReleaseProblems are the findings of CheckRelease one by one; each names the field it belongs to.
func ReleaseProblems(r *campaign.Release) []*campaign.Error {
	var out []*campaign.Error
	for i := range r.Versions {
		v := &r.Versions[i]
		for _, f := range versionTexts(v) {
			for _, p := range textProblems(f, r.Attachments) {
				place := f.label
				if strings.Contains(*f.text, "\n") {
					place = fmt.Sprintf("%s, line %d", f.label, p.line)
				}
				var e *campaign.Error
				errors.As(campaign.FieldError(f.name, "%s version, %s: %s", v.Language, place, p.text), &e)
				out = append(out, e)
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
}

// versionTexts are all texts of a version that readers see, in reading order.
func versionTexts(v *campaign.Version) []versionText {
	texts := []versionText{
		{"subject", "subject", &v.Subject, true, false},
		{"preheader", "preheader", &v.Preheader, true, false},
		{"headline", "headline", &v.Headline, true, false},
		{"subhead", "subhead", &v.Subhead, true, false},
		{"place", "place", &v.Place, false, false},
		{"lead", "lead", &v.Lead, true, true},
		{"body", "body", &v.Body, true, true},
	}
	for i := range v.Quotes {
		q, label := &v.Quotes[i], fmt.Sprintf("quote %d", i+1)
		texts = append(texts, versionText{"quotes", label, &q.Text, true, false}, versionText{"quotes", label + ", speaker", &q.Name, false, false},
			versionText{"quotes", label + ", function", &q.Role, false, false}, versionText{"quotes", label + ", organisation", &q.Organisation, false, false})
	}
	return append(texts,
		versionText{"about", "about", &v.About, true, true},
		versionText{"notes", "notes to editors", &v.Notes, true, true},
		versionText{"media_contact", "media contact, name", &v.Contact.Name, false, false},
		versionText{"media_contact", "media contact, telephone", &v.Contact.Phone, false, false},
		versionText{"media_contact", "media contact, e-mail", &v.Contact.Email, false, false},
		versionText{"media_contact", "media contact, languages", &v.Contact.Languages, false, false})
}

func textProblems(f versionText, files []campaign.Attachment) []mergeProblem {
	text := *f.text
	if at := strings.Index(text, campaign.PlaceBegin); at >= 0 {
		return []mergeProblem{{1 + strings.Count(text[:at], "\n"), mergeReserved}}
	}
	if !f.merge {
		if at := strings.Index(text, "{{"); at >= 0 {
			return []mergeProblem{{1 + strings.Count(text[:at], "\n"), "merge fields do not work here"}}
		}
		return nil
	}
	_, problems := parseMerge(text)
	if f.markdown && len(problems) == 0 {
		problems = append(problems, markdownProblems(text, files)...)
	}
	return problems
}
