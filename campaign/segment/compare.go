package segment

import (
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
)

// comparison reads an operator and its values.
func (p *parser) comparison(r Rule, f *Field) (Rule, error) {
	if f.Kind == SearchField {
		v, err := p.value(f)
		r.Values = []Value{v}
		return r, err
	}
	p.offer(want{words: opWords(f)})
	op, err := p.op(f)
	if err != nil {
		return r, err
	}
	r.Op = op
	switch op {
	case Empty, NotEmpty:
		return r, nil
	case OneOf, NoneOf:
		return p.values(r, f)
	case "ago": // more than 30 days ago
		return p.longAgo(r, f)
	}
	v, err := p.value(f)
	r.Values = []Value{v}
	return r, err
}

// opWords are the operators of a field as they are offered.
func opWords(f *Field) []string {
	out := campaign.Collect(f.Ops(), func(o Op) string { return string(o) })
	if f.Kind == DateField {
		out = append(out, "more than", "less than")
	}
	return out
}

func (p *parser) op(f *Field) (Op, error) {
	start := p.next
	t := p.take()
	word := strings.ToLower(t.text)
	switch {
	case t.kind == signToken && strings.Contains("= != < <= > >=", word):
		return p.allowed(Op(word), f, start)
	case t.kind != wordToken:
	case word == "in":
		return p.allowed(OneOf, f, start)
	case word == "not" && p.skip("in"):
		return p.allowed(NoneOf, f, start)
	case word == "contains":
		return p.allowed(Contains, f, start)
	case (word == "begins" || word == "starts") && p.skip("with"):
		return p.allowed(Begins, f, start)
	case word == "is":
		return p.isWhat(f, start)
	case f.Kind != DateField:
	case word == "before":
		return Less, nil
	case word == "after":
		return More, nil
	case word == "on":
		return p.allowed(Is, f, start)
	case (word == "more" || word == "less") && p.skip("than"), word == "at" && (p.skip("least") || p.skip("most")):
		return "ago", nil
	}
	p.next = start
	return "", p.unexpected(comparisonOf(f), opWords(f)...)
}

// comparisonOf says which comparisons a field has.
func comparisonOf(f *Field) campaign.Text {
	return campaign.Textf("a comparison of %s (%s)", f.Name, strings.Join(opWords(f), ", "))
}

// isWhat reads what follows “is”.
func (p *parser) isWhat(f *Field, start int) (Op, error) {
	not := p.skip("not")
	op := map[bool]Op{false: Is, true: IsNot}[not]
	p.offer(want{words: []string{"empty"}})
	if p.skip("empty") {
		op = map[bool]Op{false: Empty, true: NotEmpty}[not]
	} else if p.skip("in") {
		op = map[bool]Op{false: OneOf, true: NoneOf}[not]
	}
	return p.allowed(op, f, start)
}

func (p *parser) allowed(op Op, f *Field, start int) (Op, error) {
	if slices.Contains(f.Ops(), op) {
		return op, nil
	}
	p.next = start
	return op, p.unexpected(comparisonOf(f))
}

// longAgo reads “30 days ago” after “more than” and the like: longer ago is an earlier day.
func (p *parser) longAgo(r Rule, f *Field) (Rule, error) {
	switch strings.ToLower(p.tokens[p.next-1].text) + " " + strings.ToLower(p.tokens[p.next-2].text) {
	case "than more":
		r.Op = More
	case "than less":
		r.Op = Less
	case "least at":
		r.Op = AtLeast
	default:
		r.Op = AtMost
	}
	at := p.peek()
	v, err := p.value(f)
	if err == nil && v.As != AsAgo {
		return r, &Error{Text: campaign.Textf("a length of time is expected here, such as “30 days ago”"), at: at.at}
	}
	r.Values = []Value{v}
	return r, err
}

func (p *parser) values(r Rule, f *Field) (Rule, error) {
	p.offer(want{words: []string{"("}})
	if !p.skip("(") {
		return r, p.unexpected(campaign.Textf("values in brackets, with commas between them,"))
	}
	for {
		v, err := p.value(f)
		if err != nil {
			return r, err
		}
		r.Values = append(r.Values, v)
		p.offer(want{words: []string{",", ")"}})
		if p.skip(")") {
			return r, nil
		}
		if !p.skip(",") {
			return r, p.unexpected(campaign.Textf("a comma or a closing bracket"))
		}
	}
}

// value reads one value and its type; a quotation is text.
func (p *parser) value(f *Field) (Value, error) {
	p.offer(want{field: f})
	t := p.peek()
	if t.kind == signToken || t.kind == endToken || t.kind == wordToken && slices.Contains(reserved, strings.ToLower(t.text)) {
		return Value{}, p.unexpected(campaign.Textf("a value for %s", f.Name), f.Choices...)
	}
	p.take()
	v := Value{Text: t.text, at: t.at}
	if t.open {
		return v, unclosed(t)
	}
	if t.kind == stringToken || f.Kind != AttributeField && f.Kind != DateField && f.Kind != NumberField {
		return v, nil
	}
	if f.Kind == DateField && p.ago(&v) {
		return v, nil
	}
	v.As = typeOf(t.text)
	return v, nil
}

// typeOf returns the type of a word without quotes.
func typeOf(word string) As {
	if _, ok := campaign.ParseDay(word); ok {
		return AsDate
	}
	if _, ok := campaign.ParseNumber(word); ok {
		return AsNumber
	}
	if _, ok := campaign.ParseYesNo(word); ok && len(word) > 1 {
		return AsYesNo
	}
	return AsText
}

var ages = []string{"days", "weeks", "months", "years"}

// ago reads the rest of “30 days ago”.
func (p *parser) ago(v *Value) bool {
	n, err := strconv.Atoi(v.Text)
	if err != nil || n < 0 {
		return false
	}
	p.offer(want{words: []string{"days ago", "weeks ago", "months ago", "years ago"}})
	unit := p.peek()
	word := strings.TrimSuffix(strings.ToLower(unit.text), "s") + "s"
	if unit.kind != wordToken || !slices.Contains(ages, word) {
		return false
	}
	p.take()
	p.offer(want{words: []string{"ago"}})
	p.skip("ago") // it may be left out
	*v = Value{Text: v.Text + " " + word, As: AsAgo, at: v.at}
	return true
}
