package campaign

import (
	"slices"
	"strconv"
	"strings"
)

// String prints the rule as canonical text, from which ParseRule makes the same tree.
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

// isGroup reports whether the rule needs brackets within another.
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
	f := ruleField(r.Field)
	if f == nil { // a tree that was not checked
		b.WriteString("nobody")
		return
	}
	b.WriteString(f.Name)
	switch {
	case f.Of == OfAttribute && isWord(r.Of.Text):
		b.WriteString("." + r.Of.Text)
	case f.Of == OfAttribute:
		b.WriteString("." + quoteRule(r.Of.Text))
	case f.Of != "" && f.Kind != NameField:
		b.WriteString(" " + quoteRule(r.Of.name()))
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

func (r *Rule) printComparison(b *strings.Builder, f *RuleField) {
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

// name is what a name is printed as; of a record without one, its id.
func (v *Value) name() string {
	if v.Text == "" {
		return v.ID
	}
	return v.Text
}

func (v *Value) print(f *RuleField) string {
	switch {
	case v.As == AsAgo:
		return v.Text + " ago"
	case v.As != AsText, f.Kind == ChoiceField:
		return v.Text
	case f.Kind == TagField && isWord(v.Text):
		return v.Text
	case f.Kind == NameField:
		return quoteRule(v.name())
	}
	return quoteRule(v.Text)
}

// isWord reports whether a text can stand without quotes.
func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !isRuleWord(r) }) && !slices.Contains(ruleWords, strings.ToLower(s))
}

func quoteRule(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Nearest gives the known name a mistyped one most likely means, or "".
func Nearest(word string, known []string) string { return nearest(strings.ToLower(word), known) }

// nearest is Nearest of a word in lower case.
func nearest(word string, known []string) string {
	best, least := "", min(3, 1+len([]rune(word))/3)
	for _, k := range known {
		if d := distance([]rune(word), []rune(strings.ToLower(k))); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	return best
}

// distance is how many letters must be changed, added, dropped or exchanged with the next.
func distance(a, b []rune) int {
	if len(a) > 40 || len(b) > 40 {
		return 99
	}
	before, last, now := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		now[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			now[j+1] = min(now[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				now[j+1] = min(now[j+1], before[j-1]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(b)]
}
