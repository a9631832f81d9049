package templates

import (
	"cmp"
	"html/template"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// panelFuncs are what the panel's templates can call beside the methods of the page struct they are given.
func panelFuncs(assets *Assets) template.FuncMap {
	return template.FuncMap{
		"asset":        assets.URL,
		"icon":         func(name string) (template.HTML, error) { return icon(assets, name) },
		"number":       func(n any) string { return Number(whole(n)) },
		"plural":       Plural,
		"percent":      Percent,
		"label":        Label,
		"chip":         ChipFor,
		"field":        NewField,
		"hint":         func(text string, f Field) Field { f.Hint = text; return f },
		"typed":        func(kind string, f Field) Field { f.Type = kind; return f },
		"fills":        func(name string, f Field) Field { f.Autocomplete = name; return f },
		"rows":         func(n int, f Field) Field { f.Rows = n; return f },
		"required":     func(f Field) Field { f.Required = true; return f },
		"focused":      focused,
		"requiredwith": requiredWith,
		"options":      func(o []Option, f Field) Field { f.Options = o; return f },
		"listed":       func(id string, f Field) Field { f.Datalist = id; return f },
		"cell":         func(label, text string) Cell { return Cell{label, text} },
		"join":         func(sep string, parts []string) string { return strings.Join(parts, sep) },
		"language":     LanguageName,
		"address":      breakable,
		"kilobytes":    Kilobytes,
		"linechart":    LineChart,
		"barchart":     BarChart,
	}
}

// Field is one field of a form, with what was typed and what is wrong with it.
type Field struct {
	Name, Label, Value, Problem string
	Type                        string // of the input; "" is text
	Hint, Autocomplete          string
	Datalist                    string // id of a datalist of suggestions
	Rows                        int    // of a textarea; 0 is 3
	Required, Autofocus         bool
	RequiredWith                string   // what in the form makes it compulsory, see requiredWith
	RequiredWhen                string   // the same in words
	Refused                     bool     // something in the form was
	Options                     []Option // of a select
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

// Checked reports whether a checkbox is ticked.
func (f Field) Checked() bool { return f.Value == "true" }

// Number writes a whole number with thin spaces between thousands: 12 345.
func Number[T ~int | ~int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return sign + s
}

// Plural writes a number with the word it counts: "1 contact", "2 contacts".
func Plural(n any, one, many string) string {
	i := whole(n)
	if i == 1 {
		return "1 " + one
	}
	return Number(i) + " " + many
}

// Percent writes a share with one decimal where it is small or near to all; nothing of nothing is a dash.
func Percent(part, of any) string {
	p, o := whole(part), whole(of)
	if o == 0 {
		return "–"
	}
	share := 100 * float64(p) / float64(o)
	switch { // neither nothing nor all before it is
	case p > 0 && share < 0.1:
		return "<0.1\u202f%"
	case p < o && share > 99:
		return strconv.FormatFloat(min(99.9, share), 'f', 1, 64) + "\u202f%"
	}
	if share > 0 && share < 10 {
		return strconv.FormatFloat(share, 'f', 1, 64) + "\u202f%"
	}
	return strconv.FormatFloat(share, 'f', 0, 64) + "\u202f%"
}

// icon refers to a drawing in the sheet of icons.
func icon(assets *Assets, name string) (template.HTML, error) {
	url, err := assets.URL("icons.svg")
	if err != nil {
		return "", err
	}
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="` + url + "#" + template.HTMLEscapeString(name) + `"></use></svg>`), nil
}

// breakable lets a line end before the @ of an address, where a reader expects it.
func breakable(address string) template.HTML {
	return template.HTML(strings.Replace(template.HTMLEscapeString(address), "@", "<wbr>@", 1))
}

// LanguageName is a language's own name; "" is a dash.
func LanguageName(l campaign.Language) string {
	if l == "" {
		return "–"
	}
	return l.Name()
}
