package web

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/templates"
)

// Fields are the fields a rule can ask about.
func (n *ruleNode) Fields() []templates.Option {
	out := []templates.Option{{Label: "Choose what to ask about"}}
	for _, f := range segment.Fields {
		label := fieldWords[f.Name]
		if label == "" {
			label = templates.Label(campaign.English, f.Name)
		}
		out = append(out, templates.Option{Value: f.Name, Label: label})
	}
	return out
}

// fieldWords are the fields whose name alone says too little where they are chosen.
var fieldWords = map[string]string{
	"list": "On the list", "unconfirmed": "Unconfirmed on the list", "unsubscribed": "Left the list", "removed": "Taken off the list",
	"joined": "Came to the list", "segment": "In the segment", "sent": "Was sent", "opened": "Is known to have opened",
	"clicked": "Is known to have clicked", "last_sent": "Was last sent anything", "created": "Added", "updated": "Changed",
	"attribute": "Attribute", "search": "Search finds", "basis": "Legal basis", "phone": "Telephone",
}

// opWords are the comparisons in words.
var opWords = map[segment.Op]string{
	segment.Is: "is", segment.IsNot: "is not", segment.OneOf: "is one of", segment.NoneOf: "is none of", segment.Contains: "contains",
	segment.Begins: "begins with", segment.Empty: "is empty", segment.NotEmpty: "is not empty",
	segment.Less: "less than", segment.AtMost: "at most", segment.More: "more than", segment.AtLeast: "at least",
}

// dateWords are the comparisons of days: less is before.
var dateWords = map[segment.Op]string{
	segment.Is: "on", segment.Less: "before", segment.AtMost: "until", segment.More: "after", segment.AtLeast: "from",
}

// Ops are the comparisons of the line's field.
func (n *ruleNode) Ops() []templates.Option {
	f := n.field()
	if f == nil {
		return nil
	}
	var out []templates.Option
	for _, op := range f.Ops() {
		label := opWords[op]
		if word := dateWords[op]; f.Kind == segment.DateField && word != "" && n.first().As == string(segment.AsDate) {
			label = word
		}
		out = append(out, templates.Option{Value: string(op), Label: label})
	}
	return out
}

var typeWords = map[segment.As]string{
	segment.AsText: "text", segment.AsNumber: "number", segment.AsDate: "day", segment.AsYesNo: "yes or no", segment.AsAgo: "ago",
}

// Types are the types a value of the line can have, where there is a choice.
func (n *ruleNode) Types() []templates.Option {
	var out []templates.Option
	kinds := n.types()
	for _, k := range kinds {
		out = append(out, templates.Option{Value: string(k), Label: typeWords[k]})
	}
	if len(kinds) < 2 || !n.HasValues() {
		return nil
	}
	return out
}

// Choices are the values of a field that has only some.
func (n *ruleNode) Choices() []templates.Option {
	f := n.field()
	if f == nil || f.Kind != segment.ChoiceField {
		return nil
	}
	var out []templates.Option
	for _, c := range f.Choices {
		label := templates.Label(campaign.English, c)
		if f.Name == "language" {
			label = templates.LanguageName(campaign.Language(c))
		}
		out = append(out, templates.Option{Value: c, Label: label})
	}
	return out
}

// Has reports whether a value stands in the line.
func (n *ruleNode) Has(value string) bool {
	return slices.ContainsFunc(n.Values, func(v nodeValue) bool { return v.Text == value })
}

// first returns the first value, or an empty one of the right type.
func (n *ruleNode) first() nodeValue {
	if len(n.Values) > 0 {
		return n.Values[0]
	}
	return nodeValue{As: string(n.types()[0])}
}

// Filled are the values, with an empty one at the end where the line compares with several or has none.
func (n *ruleNode) Filled() []nodeValue {
	out := slices.Clone(n.Values)
	if len(out) == 0 || n.HasMany() {
		out = append(out, nodeValue{As: n.first().As})
	}
	return out
}

// Suggests names what is offered while a value is typed.
func (n *ruleNode) Suggests() string {
	switch n.Field {
	case "tag":
		return "known-tags"
	case "organisation":
		return "known-organisations"
	}
	return ""
}

// Placeholder shows how a value is written.
func (v nodeValue) Placeholder() string {
	return map[segment.As]string{segment.AsAgo: "30 days", segment.AsDate: "2026-01-31", segment.AsNumber: "10000", segment.AsYesNo: "yes"}[segment.As(v.As)]
}

// OfKind is the kind of what the line names after its field, "" for nothing.
func (n *ruleNode) OfKind() string {
	if !n.takesOf() {
		return ""
	}
	return string(n.field().Of)
}

// TakesLink reports whether the line can be about one link.
func (n *ruleNode) TakesLink() bool { return n.Field == "clicked" || n.Field == "no_click_known" }
