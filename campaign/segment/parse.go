package segment

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/glasnik/glasnik/campaign"
)

// Parse reads the text of a rule. Names stay as they were typed: the store finds what they name.
func Parse(text string) (Rule, error) {
	r, err := parse(text)
	if err != nil {
		return Rule{}, Locate(err, text)
	}
	return r, nil
}

func parse(text string) (Rule, error) {
	if campaign.LongerThan(text, maxText) {
		return Rule{}, &Error{Text: campaign.Textf("the rule is longer than %d characters", maxText), at: 1}
	}
	if !utf8.ValidString(text) {
		return Rule{}, &Error{Text: campaign.Textf("the rule holds characters that cannot be read"), at: 1}
	}
	tokens, err := lex(text)
	if err != nil {
		return Rule{}, err
	}
	p := parser{tokens: tokens}
	r, err := p.or(0)
	if err != nil {
		return Rule{}, err
	}
	if t := p.peek(); t.kind != endToken {
		return Rule{}, p.unexpected(campaign.Textf("and, or, or the end"))
	}
	err = r.Check()
	return r, err
}

// parser reads tokens from left to right. wants collects what might have followed the last one, for completion.
type parser struct {
	tokens []token
	next   int
	wants  []want
}

// want is something that may stand at a place: words, values of a field, or names of a kind.
type want struct {
	words []string
	field *Field
	of    NameKind
}

func (p *parser) peek() token { return p.tokens[p.next] }

func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.kind != endToken {
		p.next++
	}
	return t
}

// offer adds a want if this is the end of the text.
func (p *parser) offer(w want) {
	if p.peek().kind == endToken {
		p.wants = append(p.wants, w)
	}
}

// is reports whether a word, in whatever case, or a sign comes next.
func (p *parser) is(text string) bool {
	t := p.peek()
	return t.kind == wordToken && strings.EqualFold(t.text, text) || t.kind == signToken && t.text == text
}

// skip takes a word or a sign if it comes next.
func (p *parser) skip(text string) bool {
	ok := p.is(text)
	if ok {
		p.next++
	}
	return ok
}

func (p *parser) unexpected(expected campaign.Text, known ...string) error {
	t := p.peek()
	if t.kind == endToken {
		return &Error{Text: campaign.Textf("the rule ends where %s is expected", expected), at: t.at}
	}
	if near := campaign.Nearest(t.text, known); near != "" {
		return &Error{Text: campaign.Textf("%s is expected here, not %q; did you mean %s?", expected, t.text, near), at: t.at}
	}
	return &Error{Text: campaign.Textf("%s is expected here, not %q", expected, t.text), at: t.at}
}

func (p *parser) or(depth int) (Rule, error)  { return p.group(depth, Or, p.and) }
func (p *parser) and(depth int) (Rule, error) { return p.group(depth, And, p.not) }

func (p *parser) group(depth int, join Join, part func(int) (Rule, error)) (Rule, error) {
	out := Rule{Join: join, at: p.peek().at}
	for {
		r, err := part(depth)
		if err != nil {
			return r, err
		}
		out.Parts = append(out.Parts, r)
		p.offer(want{words: []string{string(join)}})
		if !p.skip(string(join)) {
			break
		}
	}
	if len(out.Parts) == 1 {
		return out.Parts[0], nil
	}
	return out, nil
}

// not reads a condition with its negations. “not opened” and “not clicked”, without brackets, fit only those whose opens and
// clicks can be known.
func (p *parser) not(depth int) (Rule, error) {
	if depth > maxDepth {
		return Rule{}, &Error{Text: campaign.Textf("the rule is nested more than %d deep", maxDepth), at: p.peek().at}
	}
	p.offer(want{words: []string{"not", "(", "everyone"}})
	at := p.peek().at
	switch {
	case p.skip("not"):
		for word, field := range map[string]string{"opened": "no_open_known", "clicked": "no_click_known"} {
			if p.is(word) {
				p.take()
				return p.condition(fieldNamed(field), at)
			}
		}
		r, err := p.not(depth + 1)
		return Rule{Join: Neg, Parts: []Rule{r}, at: at}, err
	case p.skip("("):
		r, err := p.or(depth + 1)
		if err != nil {
			return r, err
		}
		p.offer(want{words: []string{")"}})
		if !p.skip(")") {
			return r, p.unexpected(campaign.Textf("and, or, or a closing bracket"), "and", "or")
		}
		return r, nil
	case p.skip("everyone"):
		return Rule{Join: And, at: at}, nil
	case p.skip("nobody"):
		return Rule{Join: Or, at: at}, nil
	}
	return p.field()
}

func fieldNames() []string {
	return campaign.Collect(Fields, func(f Field) string { return f.Name })
}

func (p *parser) field() (Rule, error) {
	t := p.peek()
	p.offer(want{words: fieldNames()})
	if t.kind != wordToken {
		return Rule{}, p.unexpected(campaign.Textf("a field, such as kind or list"), fieldNames()...)
	}
	word := strings.ToLower(t.text)
	if prefix := campaign.AttributePrefix; len(t.text) >= len(prefix) && strings.EqualFold(t.text[:len(prefix)], prefix) {
		p.take()
		return p.attribute(t, t.text[len(prefix):])
	}
	f := fieldNamed(word)
	if f == nil {
		return Rule{}, p.unexpected(campaign.Textf("a field"), fieldNames()...)
	}
	p.take()
	return p.condition(f, t.at)
}

// attribute reads what follows “attribute.”: a word or a quotation.
func (p *parser) attribute(t token, name string) (Rule, error) {
	r := Rule{Field: "attribute", at: t.at, Of: Value{Text: name, at: t.at}}
	if name == "" {
		p.offer(want{of: OfAttribute})
		if p.peek().kind != stringToken {
			return r, p.unexpected(campaign.Textf("the name of an attribute"))
		}
		s := p.take()
		if r.Of = (Value{Text: s.text, at: s.at}); s.open {
			return r, unclosed(s)
		}
	}
	return p.comparison(r, fieldNamed("attribute"))
}

func (p *parser) condition(f *Field, at int) (Rule, error) {
	r := Rule{Field: f.Name, at: at}
	if f.Of == "" || f.Kind == NameField {
		return p.comparison(r, f)
	}
	equals := p.skip("=")
	if f.Kind == FlagField && !equals && p.skip("in") {
		return p.oneOfNames(r, f)
	}
	var err error
	if r.Of, err = p.name(f); err != nil || f.Kind != FlagField {
		if err != nil {
			return r, err
		}
		return p.comparison(r, f)
	}
	if (f.Name == "clicked" || f.Name == "no_click_known") && p.skip("link") {
		t := p.peek()
		if n, ok := campaign.ParseNumber(t.text); t.kind == wordToken && ok && n >= 1 && n <= 10000 && n == float64(int(n)) {
			r.Link = int(n)
			p.take()
			return r, nil
		}
		return r, p.unexpected(campaign.Textf("the number of a link"))
	}
	return r, nil
}

// name reads the name a field is of.
func (p *parser) name(f *Field) (Value, error) {
	p.offer(want{of: f.Of})
	t := p.peek()
	if t.kind != stringToken && (t.kind != wordToken || slices.Contains(reserved, strings.ToLower(t.text))) || t.text == "" {
		return Value{}, p.unexpected(campaign.Textf("the name of %s in quotes", articles[f.Of]))
	}
	p.take()
	if t.open {
		return Value{}, unclosed(t)
	}
	return Value{Text: t.text, at: t.at}, nil
}

// oneOfNames reads list in ("Press", "Schools") as one or the other.
func (p *parser) oneOfNames(r Rule, f *Field) (Rule, error) {
	out := Rule{Join: Or, at: r.at}
	if !p.skip("(") {
		return r, p.unexpected(campaign.Textf("names in brackets"))
	}
	for {
		name, err := p.name(f)
		if err != nil {
			return r, err
		}
		out.Parts = append(out.Parts, Rule{Field: f.Name, Of: name, at: name.at})
		if p.skip(")") {
			return out, nil
		}
		if !p.skip(",") {
			return r, p.unexpected(campaign.Textf("a comma or a closing bracket"))
		}
	}
}

func unclosed(t token) error {
	return &Error{Text: campaign.Textf("the quotation that begins here does not end"), at: t.at}
}

// reserved words have a meaning of their own and are quoted as values.
var reserved = []string{"and", "or", "not", "in", "is", "contains", "begins", "empty", "everyone", "nobody", "link", "before", "after", "on", "more", "less", "at", "starts"}
