package templates

import (
	"cmp"
	"html/template"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
)

// panelFuncs are what the panel's templates can call beside the methods of the page struct they are given. Words they are given
// as constants are keys of the catalogues: t writes a text, h one with markup of our own, say the words of the domain.
func panelFuncs(assets *Assets, l campaign.Language) template.FuncMap {
	t := func(key string, args ...any) string { return Translate(l, key, args...) }
	return template.FuncMap{
		"asset":    assets.URL,
		"icon":     func(name string) (template.HTML, error) { return icon(assets, name) },
		"t":        t,
		"h":        func(key string, args ...any) template.HTML { return TranslateHTML(l, key, args...) },
		"say":      func(words campaign.Text) string { return Say(l, words) },
		"sentence": func(words campaign.Text) string { return Sentence(l, words) },
		"number":   func(n any) string { return language.Number(l, whole(n)) },
		"signed":   func(n int64) string { return language.Signed(l, n) },
		"percent":  func(part, of any) string { return Percent(l, part, of) },
		"label":    func(v any) string { return Label(l, v) },
		"chip":     func(v any) Chip { return ChipFor(l, v) },
		"field": func(name, label string, value any, problems map[string]string) Field {
			return NewField(name, t(label), value, problems)
		},
		"hint":         func(text string, f Field) Field { f.Hint = t(text); return f },
		"typed":        func(kind string, f Field) Field { f.Type = kind; return f },
		"fills":        func(name string, f Field) Field { f.Autocomplete = name; return f },
		"written":      func(how string, f Field) Field { f.Editor = how; return f },
		"rows":         func(n int, f Field) Field { f.Rows = n; return f },
		"required":     func(f Field) Field { f.Required = true; return f },
		"focused":      focused,
		"requiredwith": func(names, when string, f Field) Field { return requiredWith(names, t(when), f) },
		"options":      func(o []Option, f Field) Field { f.Options = o; return f },
		"searched":     func(n int) bool { return n > manyOptions },
		"picks":        func(kind string, f Field) Field { f.Picks = kind; return f },
		"only":         func(languages []campaign.Language, f Field) Field { f.Only = languages; return f },
		"listed":       func(id string, f Field) Field { f.Datalist = id; return f },
		"cell":         func(label, text string) Cell { return Cell{t(label), text} },
		"join":         func(sep string, parts []string) string { return strings.Join(parts, sep) },
		"language":     LanguageName,
		"address":      breakable,
		"kilobytes":    func(n int64) string { return Kilobytes(l, n) },
		"texts": func(values []string, problems map[string]string, f Field) Texts {
			return newTexts(l, values, problems, f)
		},
		"linechart": func(title string, labels []string, s ...Series) template.HTML {
			return LineChart(l, title, labels, s...)
		},
		"bars": Bars,
		"barchart": func(title string, labels []string, s ...Series) template.HTML {
			return BarChart(l, title, labels, s...)
		},
	}
}

// Field is one field of a form, with what was typed and what is wrong with it.
type Field struct {
	Name, Label, Value, Problem string
	Type                        string // of the input; "" is text
	Hint, Autocomplete          string
	Placeholder                 string // of Texts: what stands there when it is left empty
	Datalist                    string // id of a datalist of suggestions
	Picks                       string // the kind of thing it takes, by any part of its name: as in the search over everything
	Rows                        int    // of a textarea; 0 is 3
	Editor                      string // long or short: it is Markdown, and the editor is to show it
	Required, Autofocus         bool
	RequiredWith                string   // what in the form makes it compulsory, see requiredWith
	RequiredWhen                string   // the same in words
	Refused                     bool     // something in the form was
	Options                     []Option // of a select

	Only   []campaign.Language // of Texts: those it is asked for; nil is all
	Hidden bool                // of a field of Texts: it is not asked for
}

// Cell is what is in a table under a heading.
type Cell struct{ Label, Text string }

// Option is one choice of a select.
type Option struct{ Value, Label string }

// NewField returns a field; problems are the page's, by field name. In a template it is the beginning of a pipe:
//
//	{{template "input" (field "email" "E-mail address" .Form.Email .Problems | required | typed "email")}}
func NewField(name, label string, value any, problems map[string]string) Field {
	problem := problems[name]
	return Field{Name: name, Label: label, Value: text(value), Problem: problem, Refused: len(problems) > 0, Autofocus: problem != ""}
}

// focused returns a field the focus when the page is opened. In a form that was refused the first faulty field has it: of
// several elements that ask, browsers take the first.
func focused(f Field) Field {
	f.Autofocus = f.Autofocus || !f.Refused
	return f
}

// requiredWith marks a field that is compulsory only with others: names of the form, apart by blanks, one of which has a
// value, or has the value that follows it after “=”. when says it in words.
func requiredWith(names, when string, f Field) Field {
	f.RequiredWith, f.RequiredWhen = names, when
	return f
}

// ID is the element's id.
func (f Field) ID() string { return "f-" + f.Name }

// InputType is the type attribute.
func (f Field) InputType() string {
	return cmp.Or(f.Type, "text")
}

// Lines is the height of a textarea.
func (f Field) Lines() int {
	return cmp.Or(f.Rows, 3)
}

// Searched reports whether a select is typed into: it has more options than the eye takes in.
func (f Field) Searched() bool { return f.Picks != "" && len(f.Options) > manyOptions }

// manyOptions is how many options are shown without a field to search them.
const manyOptions = 20

// Checked reports whether a checkbox is ticked.
func (f Field) Checked() bool { return f.Value == "true" }

// Percent writes a share with one decimal where it is small or near to all; nothing of nothing is a dash.
func Percent(l campaign.Language, part, of any) string {
	p, o := whole(part), whole(of)
	if o == 0 {
		return "–"
	}
	share := float64(p) / float64(o)
	switch { // neither nothing nor all before it is
	case p > 0 && share < 0.001:
		return "<" + language.Percent(l, 0.001, 1)
	case p < o && share > 0.99:
		return language.Percent(l, min(0.999, share), 1)
	case share > 0 && share < 0.1:
		return language.Percent(l, share, 1)
	}
	return language.Percent(l, share, 0)
}

// icon refers to a drawing in the sheet of icons.
func icon(assets *Assets, name string) (template.HTML, error) {
	url, err := assets.URL("icons.svg")
	if err != nil {
		return "", err
	}
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + url + "#" + template.HTMLEscapeString(name) + `"></use></svg>`), nil
}

// breakable lets a line end before the @ of an address and before the dots after it, where a reader expects it.
func breakable(address string) template.HTML {
	local, domain, found := strings.Cut(template.HTMLEscapeString(address), "@")
	if !found {
		return template.HTML(local)
	}
	dots := strings.NewReplacer(".", "<wbr>.", "_", "<wbr>_")
	return template.HTML(dots.Replace(local) + "<wbr>@" + dots.Replace(domain))
}

// LanguageName is a language's own name; "" is a dash.
func LanguageName(l campaign.Language) string {
	if l == "" {
		return "–"
	}
	return l.Name()
}
