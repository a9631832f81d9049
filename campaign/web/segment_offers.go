package web

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/templates"
)

// say puts words into the page's language.
func (l lineOf) say(t campaign.Text) string { return templates.Say(l.Page.Language, t) }

// Fields are the fields a rule can ask about.
func (l lineOf) Fields() []templates.Option {
	out := []templates.Option{{Label: l.say(campaign.Textf("Ask about …"))}}
	for _, f := range segment.Fields {
		out = append(out, templates.Option{Value: f.Name, Label: l.say(fieldWords[f.Name])})
	}
	return out
}

// fieldWords are the fields as they are offered.
var fieldWords = map[string]campaign.Text{
	"kind":           campaign.Textf("Kind of contact"),
	"language":       campaign.Textf("Language"),
	"script":         campaign.Textf("Script"),
	"status":         campaign.Textf("Status of the address"),
	"tracking":       campaign.Textf("Tracking"),
	"basis":          campaign.Textf("Legal basis"),
	"tag":            campaign.Textf("Tag"),
	"place":          campaign.Textf("Place"),
	"organisation":   campaign.Textf("Organisation"),
	"position":       campaign.Textf("Position"),
	"name":           campaign.Textf("First and last name"),
	"address":        campaign.Textf("E-mail address"),
	"phone":          campaign.Textf("Phone"),
	"source":         campaign.Textf("Where the address comes from"),
	"search":         campaign.Textf("Search finds"),
	"attribute":      campaign.Textf("Attribute"),
	"list":           campaign.Textf("On the list"),
	"unconfirmed":    campaign.Textf("Unconfirmed on the list"),
	"unsubscribed":   campaign.Textf("Left the list"),
	"removed":        campaign.Textf("Taken off the list"),
	"joined":         campaign.Textf("Came to the list"),
	"segment":        campaign.Textf("In the segment"),
	"sent":           campaign.Textf("Was sent"),
	"opened":         campaign.Textf("Is known to have opened"),
	"clicked":        campaign.Textf("Is known to have clicked"),
	"no_open_known":  campaign.Textf("No open is known of"),
	"no_click_known": campaign.Textf("No click is known of"),
	"last_sent":      campaign.Textf("Was last sent anything"),
	"score":          campaign.Textf("Engagement, 0 to 100"),
	"created":        campaign.Textf("Added on"),
	"updated":        campaign.Textf("Changed on"),
}

// opWords are the comparisons in words.
var opWords = map[segment.Op]campaign.Text{
	segment.Is: campaign.Textf("rule: is"), segment.IsNot: campaign.Textf("rule: is not"), segment.OneOf: campaign.Textf("rule: is one of"), segment.NoneOf: campaign.Textf("rule: is none of"), segment.Contains: campaign.Textf("rule: contains"),
	segment.Begins: campaign.Textf("rule: begins with"), segment.Empty: campaign.Textf("rule: is empty"), segment.NotEmpty: campaign.Textf("rule: is not empty"),
	segment.Less: campaign.Textf("rule: less than"), segment.AtMost: campaign.Textf("rule: at most"), segment.More: campaign.Textf("rule: more than"), segment.AtLeast: campaign.Textf("rule: at least"),
}

// dateWords are the comparisons of days: less is before.
var dateWords = map[segment.Op]campaign.Text{
	segment.Is: campaign.Textf("day: on"), segment.Less: campaign.Textf("day: before"), segment.AtMost: campaign.Textf("day: until"), segment.More: campaign.Textf("day: after"), segment.AtLeast: campaign.Textf("day: from"),
}

// Ops are the comparisons of the line's field.
func (l lineOf) Ops() []templates.Option {
	f := l.field()
	if f == nil {
		return nil
	}
	var out []templates.Option
	for _, op := range f.Ops() {
		label := opWords[op]
		if word := dateWords[op]; f.Kind == segment.DateField && !word.IsZero() && l.first().As == string(segment.AsDate) {
			label = word
		}
		out = append(out, templates.Option{Value: string(op), Label: l.say(label)})
	}
	return out
}

var typeWords = map[segment.As]campaign.Text{
	segment.AsText: campaign.Textf("type: text"), segment.AsNumber: campaign.Textf("type: number"), segment.AsDate: campaign.Textf("type: day"), segment.AsYesNo: campaign.Textf("type: yes or no"), segment.AsAgo: campaign.Textf("type: ago"),
}

// Types are the types a value of the line can have, where there is a choice.
func (l lineOf) Types() []templates.Option {
	var out []templates.Option
	kinds := l.types()
	for _, k := range kinds {
		out = append(out, templates.Option{Value: string(k), Label: l.say(typeWords[k])})
	}
	if len(kinds) < 2 || !l.HasValues() {
		return nil
	}
	return out
}

// Choices are the values of a field that has only some.
func (l lineOf) Choices() []templates.Option {
	f := l.field()
	if f == nil || f.Kind != segment.ChoiceField {
		return nil
	}
	var out []templates.Option
	for _, c := range f.Choices {
		out = append(out, templates.Option{Value: c, Label: templates.Label(l.Page.Language, choiceOf(f.Name, c))})
	}
	return out
}

// choiceOf returns a choice as the value of the domain it means.
func choiceOf(field, choice string) any {
	switch field {
	case "kind":
		return campaign.Kind(choice)
	case "language":
		return campaign.Language(choice)
	case "status":
		return campaign.ContactStatus(choice)
	case "tracking":
		return campaign.Tracking(choice)
	case "basis":
		return campaign.Basis(choice)
	}
	return segment.Script(choice)
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

// Which asks for the record the line names.
func (l lineOf) Which() string { return l.say(whichWords[segment.NameKind(l.OfKind())]) }

var whichWords = map[segment.NameKind]campaign.Text{
	segment.OfList: campaign.Textf("which list?"), segment.OfCampaign: campaign.Textf("which campaign?"), segment.OfSegment: campaign.Textf("which segment?"),
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
