package segment

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// String prints the rule as canonical text, from which Parse makes the same tree.
func (r Rule) String() string {
	var b strings.Builder
	r.print(&b)
	return b.String()
}

func (r *Rule) print(b *strings.Builder) {
	switch {
	case r.Join == "":
		r.printCondition(b)
	case r.Join == Neg:
		b.WriteString("not ")
		part := &r.Parts[0]
		part.printPart(b, part.isGroup() || part.Field == "opened" || part.Field == "clicked")
	case len(r.Parts) == 0 && r.Join == And:
		b.WriteString("everyone")
	case len(r.Parts) == 0:
		b.WriteString("nobody")
	default:
		for i := range r.Parts {
			if i > 0 {
				b.WriteString(" " + string(r.Join) + " ")
			}
			r.Parts[i].printPart(b, r.Parts[i].isGroup())
		}
	}
}

// isGroup reports whether the rule needs brackets inside another.
func (r *Rule) isGroup() bool { return (r.Join == And || r.Join == Or) && len(r.Parts) > 0 }

func (r *Rule) printPart(b *strings.Builder, brackets bool) {
	if brackets {
		b.WriteByte('(')
	}
	r.print(b)
	if brackets {
		b.WriteByte(')')
	}
}

func (r *Rule) printCondition(b *strings.Builder) {
	f := fieldNamed(r.Field)
	if f == nil { // a tree that was not checked
		b.WriteString("nobody")
		return
	}
	b.WriteString(f.Name)
	switch {
	case f.Of == OfAttribute && isWord(r.Of.Text):
		b.WriteString("." + r.Of.Text)
	case f.Of == OfAttribute:
		b.WriteString("." + quote(r.Of.Text))
	case f.Of != "" && f.Kind != NameField:
		b.WriteString(" " + quote(r.Of.name()))
	}
	if r.Link > 0 {
		b.WriteString(" link " + strconv.Itoa(r.Link))
	}
	if r.Op == "" && len(r.Values) == 1 {
		b.WriteString(" " + r.Values[0].print(f))
	}
	if r.Op == "" {
		return
	}
	r.printComparison(b, f)
}

func (r *Rule) printComparison(b *strings.Builder, f *Field) {
	op := string(r.Op)
	if len(r.Values) == 1 && r.Values[0].As == AsAgo {
		op = map[Op]string{More: "more than", Less: "less than", AtLeast: "at least", AtMost: "at most"}[r.Op]
	}
	b.WriteString(" " + op)
	texts := make([]string, len(r.Values))
	for i := range r.Values {
		texts[i] = r.Values[i].print(f)
	}
	switch {
	case r.Op == OneOf || r.Op == NoneOf:
		b.WriteString(" (" + strings.Join(texts, ", ") + ")")
	case len(texts) > 0:
		b.WriteString(" " + texts[0])
	}
}

// name returns how a name is printed: the id if the record has none.
func (v *Value) name() string {
	return cmp.Or(v.Text, v.ID)
}

func (v *Value) print(f *Field) string {
	switch {
	case v.As == AsAgo:
		return v.Text + " ago"
	case v.As != AsText, f.Kind == ChoiceField:
		return v.Text
	case f.Kind == TagField && isWord(v.Text):
		return v.Text
	case f.Kind == NameField:
		return quote(v.name())
	}
	return quote(v.Text)
}

// isWord reports whether a text can stand without quotes.
func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !isWordRune(r) }) && !slices.Contains(reserved, strings.ToLower(s))
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
