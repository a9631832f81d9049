package templates

import (
	"slices"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// Texts are the fields of one text in every language of readers.
type Texts struct {
	Field
	In      []Field    // by language
	Missing []LinkedTo // fields of the languages whose readers get the text of another
}

// LinkedTo is a field of the form that is led to.
type LinkedTo struct{ ID, Label string }

// newTexts returns the fields of the texts of f; values are in the order of campaign.Languages. In a template it ends the pipe:
//
//	{{template "texts" (field "footer" "Footer" "" .Problems | rows 3 | texts .Form.Footer .Problems)}}
func newTexts(l campaign.Language, values []string, problems map[string]string, f Field) Texts {
	texts, given := Texts{Field: f}, campaign.Texts{}
	for i, of := range campaign.Languages {
		if i < len(values) {
			given[of] = strings.TrimSpace(values[i])
		}
	}
	for i, of := range campaign.Languages {
		value := ""
		if i < len(values) {
			value = values[i]
		}
		one := NewField(campaign.TextField(f.Name, of), Label(l, of), value, problems)
		one.Hidden = f.Only != nil && !slices.Contains(f.Only, of)
		one.Rows, one.Autofocus = f.Rows, one.Autofocus || i == 0 && f.Autofocus && problems[f.Name] != ""
		if given[of] == "" && f.Only == nil { // else each has its own
			one.Placeholder = language.OwnText(given, of)
		}
		texts.In = append(texts.In, one)
	}
	if !given.Empty() {
		for _, of := range given.Missing() {
			if f.Only != nil && !slices.Contains(f.Only, of) {
				continue
			}
			texts.Missing = append(texts.Missing, LinkedTo{"f-" + campaign.TextField(f.Name, of), Label(l, of)})
		}
	}
	return texts
}

// Language is the language of a field of Texts.
func (f Field) Language() string { return f.Name[strings.Index(f.Name, "-")+1:] }
