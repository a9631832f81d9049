package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// ruleNode is one line of the builder: a condition, or a group of lines. A form holds the lines one after the other, each
// with its depth, so that the tree comes back as it was without any script.
type ruleNode struct {
	Number  int // of the line in the form, from 0: the whole
	Depth   int
	Negated bool
	Group   bool
	Join    string // of a group: and, or
	Parts   []*ruleNode
	Field   string
	Of      string // id of what is named, or the name of an attribute
	OfName  string // the name of what the id means
	Link    string
	Op      string
	Values  []nodeValue
	Problem string
}

// nodeValue is a value as it is typed, how it is compared, and the id of what it names.
type nodeValue struct{ Text, As, ID string }

// maxLines is how many lines a form may have.
const maxLines = 500

// nodeOf returns a rule as lines.
func nodeOf(r *segment.Rule) *ruleNode {
	switch r.Join {
	case segment.Neg:
		n := nodeOf(&r.Parts[0])
		if n.Negated { // not not: a group around it keeps both
			n = &ruleNode{Group: true, Join: "and", Parts: []*ruleNode{n}}
		}
		n.Negated = true
		return n
	case segment.And, segment.Or:
		n := &ruleNode{Group: true, Join: string(r.Join)}
		for i := range r.Parts {
			n.Parts = append(n.Parts, nodeOf(&r.Parts[i]))
		}
		return n
	}
	n := &ruleNode{Field: r.Field, Of: r.Of.Text, OfName: r.Of.Text, Op: string(r.Op)}
	if r.Of.ID != "" {
		n.Of = r.Of.ID
	}
	if r.Link > 0 {
		n.Link = strconv.Itoa(r.Link)
	}
	for _, v := range r.Values {
		n.Values = append(n.Values, nodeValue{Text: v.Text, As: string(v.As), ID: v.ID})
	}
	return n
}

// wholeOf returns the outermost group of a rule's lines.
func wholeOf(r *segment.Rule) *ruleNode {
	n := nodeOf(r)
	if !n.Group || n.Negated {
		n = &ruleNode{Group: true, Join: "and", Parts: []*ruleNode{n}}
	}
	return n
}

// rule returns the tree of a line. Empty lines are left out.
func (n *ruleNode) rule() segment.Rule {
	var r segment.Rule
	if n.Group {
		r.Join = segment.Join(n.Join)
		for _, p := range n.Parts {
			if p.Group || p.Field != "" {
				r.Parts = append(r.Parts, p.rule())
			}
		}
	} else {
		r = n.condition()
	}
	if n.Negated {
		return segment.Rule{Join: segment.Neg, Parts: []segment.Rule{r}}
	}
	return r
}

func (n *ruleNode) condition() segment.Rule {
	r := segment.Rule{Field: n.Field, Op: segment.Op(n.Op)}
	r.Link, _ = strconv.Atoi(n.Link) // 0 is every link
	f := n.field()
	if f == nil {
		return r
	}
	if n.takesOf() {
		r.Of = segment.Value{Text: n.Of}
		if f.Of != segment.OfAttribute && n.Of != "" {
			r.Of = segment.Value{ID: n.Of, Text: n.OfName}
		}
	}
	for _, v := range n.Values {
		r.Values = append(r.Values, segment.Value{Text: v.Text, As: segment.As(v.As), ID: v.ID})
	}
	return r
}

func (n *ruleNode) field() *segment.Field {
	return campaign.First(segment.Fields, func(f *segment.Field) bool { return f.Name == n.Field })
}

// takesOf reports whether the field of the line is followed by the name of something.
func (n *ruleNode) takesOf() bool {
	f := n.field()
	return f != nil && f.Of != "" && f.Kind != segment.NameField
}

// fit changes the comparison and the values of a line to what its field can have, after the field was changed.
func (n *ruleNode) fit() {
	f := n.field()
	if f == nil {
		return
	}
	if ops := f.Ops(); !slices.Contains(ops, segment.Op(n.Op)) {
		n.Op = ""
		if len(ops) > 0 {
			n.Op = string(ops[0])
		}
		if f.Kind == segment.DateField {
			n.Op = string(segment.More)
		}
	}
	if !n.HasValues() {
		n.Values = nil
	} else if len(n.Values) > 1 && !n.HasMany() {
		n.Values = n.Values[:1]
	}
	if f.Kind == segment.ChoiceField {
		n.Values = slices.DeleteFunc(n.Values, func(v nodeValue) bool { return !slices.Contains(f.Choices, v.Text) })
	}
	kinds := n.types()
	for i := range n.Values {
		if v := &n.Values[i]; !slices.Contains(kinds, segment.As(v.As)) {
			v.As = string(kinds[0])
		}
	}
	if !n.takesOf() {
		n.Of, n.OfName = "", ""
	}
}

// types are the types a value of the line can have.
func (n *ruleNode) types() []segment.As {
	f := n.field()
	ordered := slices.Contains([]segment.Op{segment.Less, segment.AtMost, segment.More, segment.AtLeast}, segment.Op(n.Op))
	switch {
	case f == nil:
	case f.Kind == segment.NumberField:
		return []segment.As{segment.AsNumber}
	case f.Kind == segment.DateField && ordered:
		return []segment.As{segment.AsAgo, segment.AsDate}
	case f.Kind == segment.DateField:
		return []segment.As{segment.AsDate}
	case f.Kind == segment.AttributeField && ordered:
		return []segment.As{segment.AsNumber, segment.AsDate}
	case f.Kind == segment.AttributeField && n.Op != string(segment.Contains) && n.Op != string(segment.Begins):
		return []segment.As{segment.AsText, segment.AsNumber, segment.AsDate, segment.AsYesNo}
	}
	return []segment.As{segment.AsText}
}

// HasValues reports whether the line compares with something.
func (n *ruleNode) HasValues() bool {
	f := n.field()
	if f == nil || f.Kind == segment.FlagField {
		return false
	}
	return n.Op != string(segment.Empty) && n.Op != string(segment.NotEmpty)
}

// isUnfinished reports whether what the line names or is compared with is still to be chosen.
func (n *ruleNode) isUnfinished() bool {
	return n.takesOf() && n.Of == "" || n.HasValues() && len(n.Values) == 0
}

// HasMany reports whether the line compares with several values.
func (n *ruleNode) HasMany() bool {
	return n.Op == string(segment.OneOf) || n.Op == string(segment.NoneOf)
}

// readNodes reads the lines of a form.
func readNodes(form url.Values) (*ruleNode, error) {
	count, _ := strconv.Atoi(form.Get("lines")) // 0 is refused
	if count < 1 || count > maxLines {
		return nil, campaign.Errorf(campaign.Invalid, "The rule has more than %d lines.", maxLines)
	}
	var path []*ruleNode // the groups the next line may stand in, by depth
	for i := range count {
		n := readNode(form, fmt.Sprintf("r%d.", i))
		depth, err := strconv.Atoi(form.Get(fmt.Sprintf("r%d.depth", i)))
		switch {
		case err != nil || depth < 0 || depth > len(path) || i > 0 && depth == 0 || i == 0 && (depth != 0 || !n.Group):
			return nil, campaign.Errorf(campaign.Invalid, "The lines of the rule are out of order.")
		case i == 0:
			path = []*ruleNode{n}
			continue
		}
		parent := path[depth-1]
		parent.Parts = append(parent.Parts, n)
		if path = path[:depth]; n.Group {
			path = append(path, n)
		}
	}
	return path[0], nil
}

func readNode(form url.Values, prefix string) *ruleNode {
	get := func(name string) string { return strings.TrimSpace(form.Get(prefix + name)) }
	n := &ruleNode{Negated: get("not") == "true", Join: get("join"), Group: get("join") != ""}
	if n.Group {
		if n.Join != string(segment.Or) {
			n.Join = string(segment.And)
		}
		return n
	}
	n.Field, n.Of, n.OfName, n.Link, n.Op = get("field"), get("of"), get("of_name"), get("link"), get("op")
	ids, was, as := form[prefix+"id"], form[prefix+"was"], form[prefix+"as"]
	for i, v := range form[prefix+"value"] {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		value := nodeValue{Text: v}
		if i < len(ids) && i < len(was) && was[i] == v { // what was not typed over still means what it meant
			value.ID = ids[i]
		}
		if i < len(as) {
			value.As = as[i]
		}
		n.Values = append(n.Values, value)
	}
	n.fit()
	return n
}

// lines returns the node and all below it in the order of the form, numbered.
func (n *ruleNode) lines() []*ruleNode {
	var out []*ruleNode
	var walk func(*ruleNode, int)
	walk = func(n *ruleNode, depth int) {
		n.Number, n.Depth = len(out), depth
		out = append(out, n)
		for _, p := range n.Parts {
			walk(p, depth+1)
		}
	}
	walk(n, 0)
	return out
}

// do changes the lines as a button asks: add:3 and group:3 put a line or a group into group 3, remove:5 removes line 5.
func (n *ruleNode) do(what string) {
	verb, number, _ := strings.Cut(what, ":")
	at, err := strconv.Atoi(number)
	all := n.lines()
	if err != nil || at < 0 || at >= len(all) {
		return
	}
	switch line := all[at]; verb {
	case "add":
		line.Parts = append(line.Parts, &ruleNode{})
	case "group":
		line.Parts = append(line.Parts, &ruleNode{Group: true, Join: opposite(line.Join), Parts: []*ruleNode{{}}})
	case "remove":
		for _, parent := range all {
			parent.Parts = slices.DeleteFunc(parent.Parts, func(p *ruleNode) bool { return p == line })
		}
	}
}

func opposite(join string) string {
	if join == string(segment.And) {
		return string(segment.Or)
	}
	return string(segment.And)
}
