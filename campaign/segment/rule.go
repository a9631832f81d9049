package segment

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// Join is how the parts of a rule are joined; a rule without one is a single condition.
type Join string

const (
	And Join = "and" // all parts are true; without parts: everyone
	Or  Join = "or"  // at least one part is true; without parts: nobody
	Neg Join = "not" // its one part is not true
)

// Rule is a tree of conditions on a contact. The zero Rule is invalid; Everyone fits all.
type Rule struct {
	Join  Join   `json:"join,omitempty"`
	Parts []Rule `json:"parts,omitempty"`

	// A single condition: a field of Fields, what it is of (an attribute, list, campaign or segment), an operator, and values.
	Field  string  `json:"field,omitempty"`
	Of     Value   `json:"of,omitzero"`
	Link   int     `json:"link,omitempty"` // of clicks: the number of the link, from 1; 0 is any
	Op     Op      `json:"op,omitempty"`
	Values []Value `json:"values,omitempty"`

	at int // its place in the text, from 1; 0 is unknown
}

// Value is what a condition compares with, or a name it is about.
type Value struct {
	Text string `json:"text"`         // as it is written; of a name, as it was when the rule was saved
	As   As     `json:"as,omitempty"` // how it is compared
	ID   string `json:"id,omitempty"` // of the list, campaign, organisation or segment that is named, once found

	at int
}

// As is the type of a value.
type As string

const (
	AsText   As = ""
	AsNumber As = "number" // 10000, 3.5
	AsDate   As = "date"   // 2026-01-31
	AsYesNo  As = "yes_no"
	AsAgo    As = "ago" // "30 days", "2 weeks", "6 months", "1 year"
)

// Op is how a condition compares.
type Op string

const (
	Is       Op = "="
	IsNot    Op = "!="
	Less     Op = "<"
	AtMost   Op = "<="
	More     Op = ">"
	AtLeast  Op = ">="
	OneOf    Op = "in"
	NoneOf   Op = "not in"
	Contains Op = "contains"
	Begins   Op = "begins with"
	Empty    Op = "is empty"
	NotEmpty Op = "is not empty"
)

// Everyone is the rule that fits every contact.
func Everyone() Rule { return Rule{Join: And} }

// The bounds of a rule: more than a person can read, less than hurts a database.
const (
	maxDepth      = 20
	maxConditions = 500
	maxValues     = 200
	maxText       = 20000
)

// Check checks a tree and brings it to its canonical form: a group of one becomes its part.
func (r *Rule) Check() error {
	*r = r.plain()
	n := 0
	return r.check(0, &n)
}

// plain returns the rule without groups of one part.
func (r *Rule) plain() Rule {
	if r.Join != And && r.Join != Or && r.Join != Neg {
		return *r
	}
	out := *r
	out.Parts = nil
	for i := range r.Parts {
		out.Parts = append(out.Parts, r.Parts[i].plain())
	}
	if len(out.Parts) == 1 && out.Join != Neg && out.Field == "" {
		return out.Parts[0]
	}
	return out
}

func (r *Rule) check(depth int, n *int) error {
	if *n++; *n > maxConditions {
		return r.wrong("the rule has more than %d conditions", maxConditions)
	}
	if depth > maxDepth {
		return r.wrong("the rule is nested more than %d deep", maxDepth)
	}
	switch r.Join {
	case "":
		return r.checkCondition()
	case And, Or, Neg:
	default:
		return r.wrong("a group is joined by and, or, not; not by %q", r.Join)
	}
	if r.Join == Neg && len(r.Parts) != 1 {
		return r.wrong("not stands before one condition")
	}
	if r.Field != "" || r.Op != "" || len(r.Values) > 0 || r.Of != (Value{at: r.Of.at}) || r.Link != 0 {
		return r.wrong("a group holds conditions and is none itself")
	}
	for i := range r.Parts {
		if err := r.Parts[i].check(depth+1, n); err != nil {
			return err
		}
	}
	return nil
}

// Each calls fn with every condition of the rule, from left to right.
func (r *Rule) Each(fn func(*Rule) error) error {
	if r.Join == "" {
		return fn(r)
	}
	for i := range r.Parts {
		if err := r.Parts[i].Each(fn); err != nil {
			return err
		}
	}
	return nil
}

// EachName calls fn with every name of a list, campaign, organisation or segment in the rule. fn may change it.
func (r *Rule) EachName(fn func(of NameKind, v *Value) error) error {
	return r.Each(func(c *Rule) error {
		f := fieldNamed(c.Field)
		if f == nil || !f.Of.isRecord() {
			return nil
		}
		if f.Kind != NameField {
			return fn(f.Of, &c.Of)
		}
		for i := range c.Values {
			if err := fn(f.Of, &c.Values[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// Uses reports whether the rule itself names a record by its id.
func (r *Rule) Uses(of NameKind, id string) bool {
	found := false
	_ = r.EachName(func(kind NameKind, v *Value) error {
		found = found || kind == of && v.ID == id
		return nil
	})
	return found
}

// AsksBehaviour reports whether the rule asks what readers did with mails, which is known only of those who are tracked
// individually.
func (r *Rule) AsksBehaviour() bool {
	asks := false
	_ = r.Each(func(c *Rule) error {
		asks = asks || slices.Contains([]string{"opened", "clicked", "no_open_known", "no_click_known", "score"}, c.Field)
		return nil
	})
	return asks
}

// ForgetPerson replaces the values that tell who somebody is by one that nobody has, and reports whether there were any. The
// rule then fits the same contacts without them.
func (r *Rule) ForgetPerson(tells func(string) bool) (changed bool) {
	_ = r.Each(func(c *Rule) error {
		f := fieldNamed(c.Field)
		for i := range c.Values {
			if f != nil && slices.Contains([]FieldKind{TextField, TagField, SearchField, AttributeField}, f.Kind) && tells(c.Values[i].Text) {
				c.Values[i], changed = Value{Text: campaign.ErasedPerson}, true
			}
		}
		return nil
	})
	return changed
}
