package segment

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// FieldKind says how a field of a rule is written and compared.
type FieldKind string

const (
	ChoiceField    FieldKind = "choice"    // one of Choices, or empty
	TextField      FieldKind = "text"      // compared without case, script and diacritics
	TagField       FieldKind = "tag"       // a contact has several
	NameField      FieldKind = "name"      // the contact's record of that kind, by name
	DateField      FieldKind = "date"      // a day, or a length of time ago
	NumberField    FieldKind = "number"    // a whole number
	AttributeField FieldKind = "attribute" // text, number, date or yes/no, as the value it is compared with
	FlagField      FieldKind = "flag"      // true or not: needs no comparison
	SearchField    FieldKind = "search"    // beginnings of words, as in the search box
)

// Script is a script of a contact's language.
type Script string

// NameKind is the kind of a named record or attribute.
type NameKind string

const (
	OfAttribute    NameKind = "attribute"
	OfList         NameKind = "list"
	OfCampaign     NameKind = "campaign"
	OfSegment      NameKind = "segment"
	OfOrganisation NameKind = "organisation"
)

func (k NameKind) isRecord() bool { return k != "" && k != OfAttribute }

// Field is one thing a rule can ask about.
type Field struct {
	Name    string        `json:"name"`
	Kind    FieldKind     `json:"kind"`
	Of      NameKind      `json:"of,omitempty"` // what its name or its values name
	Choices []string      `json:"choices,omitempty"`
	Help    campaign.Text `json:"help"`

	Meaning func(choice string) any `json:"-"` // a choice as the value of the domain it is
}

// Fields are all fields in the order they are offered.
var Fields = []Field{
	choices("kind", campaign.Kinds, campaign.Textf("what the contact is")),
	choices("language", campaign.Languages, campaign.Textf("the contact's own language")),
	choices("script", []Script{"latin", "cyrillic"}, campaign.Textf("the script of the contact's own language")),
	choices("status", campaign.ContactStatuses, campaign.Textf("whether the address can be written to")),
	choices("tracking", campaign.Trackings, campaign.Textf("the contact's own wish; empty when the list decides")),
	choices("basis", campaign.Bases, campaign.Textf("the legal basis of a list the contact is subscribed to")),
	{Name: "tag", Kind: TagField, Help: campaign.Textf("a tag of the contact")},
	{Name: "place", Kind: TextField, Help: campaign.Textf("the contact's place")},
	{Name: "zone", Kind: TextField, Help: campaign.Textf("the contact's own time zone, such as Europe/Belgrade")},
	{Name: "organisation", Kind: NameField, Of: OfOrganisation, Help: campaign.Textf("the organisation the contact belongs to")},
	{Name: "position", Kind: TextField, Help: campaign.Textf("the contact's position")},
	{Name: "name", Kind: TextField, Help: campaign.Textf("first and last name")},
	{Name: "address", Kind: TextField, Help: campaign.Textf("the e-mail address")},
	{Name: "phone", Kind: TextField, Help: campaign.Textf("the telephone number")},
	{Name: "source", Kind: TextField, Help: campaign.Textf("where the address comes from")},
	{Name: "search", Kind: SearchField, Help: campaign.Textf("what the search box finds")},
	{Name: "attribute", Kind: AttributeField, Of: OfAttribute, Help: campaign.Textf("a further column, such as attribute.circulation")},
	{Name: "list", Kind: FlagField, Of: OfList, Help: campaign.Textf("is subscribed to the list")},
	{Name: "unconfirmed", Kind: FlagField, Of: OfList, Help: campaign.Textf("signed up for the list and has not confirmed")},
	{Name: "unsubscribed", Kind: FlagField, Of: OfList, Help: campaign.Textf("left the list")},
	{Name: "removed", Kind: FlagField, Of: OfList, Help: campaign.Textf("was taken off the list by the team")},
	{Name: "joined", Kind: DateField, Of: OfList, Help: campaign.Textf("when the contact came to the list")},
	{Name: "segment", Kind: FlagField, Of: OfSegment, Help: campaign.Textf("is in another segment")},
	{Name: "sent", Kind: FlagField, Of: OfCampaign, Help: campaign.Textf("was sent the campaign")},
	{Name: "opened", Kind: FlagField, Of: OfCampaign, Help: campaign.Textf("is known to have opened the campaign")},
	{Name: "clicked", Kind: FlagField, Of: OfCampaign, Help: campaign.Textf("is known to have followed a link of the campaign")},
	{Name: "no_open_known", Kind: FlagField, Of: OfCampaign, Help: campaign.Textf("was sent the campaign with individual tracking, and no open is known")},
	{Name: "no_click_known", Kind: FlagField, Of: OfCampaign, Help: campaign.Textf("was sent the campaign with individual tracking, and no click is known")},
	{Name: "last_sent", Kind: DateField, Help: campaign.Textf("when the contact was last sent anything")},
	{Name: "score", Kind: NumberField, Help: campaign.Textf("engagement from 0 to 100")},
	{Name: "created", Kind: DateField, Help: campaign.Textf("when the contact was added")},
	{Name: "updated", Kind: DateField, Help: campaign.Textf("when the contact was last changed")},
}

// choices returns a field that is one of the named values of the domain.
func choices[T ~string](name string, values []T, help campaign.Text) Field {
	return Field{
		Name: name, Kind: ChoiceField, Choices: campaign.Collect(values, func(v T) string { return string(v) }), Help: help,
		Meaning: func(choice string) any { return T(choice) },
	}
}

// fieldNamed returns the field with a name, or nil. “email” means the address.
func fieldNamed(name string) *Field {
	if name == "email" {
		name = "address"
	}
	return campaign.First(Fields, func(f *Field) bool { return f.Name == name })
}

// Keyword is a field as rules write it. A page that offers fields under names of its own puts those in its place in an error.
type Keyword string

func (f *Field) word() Keyword { return Keyword(f.Name) }

// Ops returns the operators of a field.
func (f *Field) Ops() []Op {
	switch f.Kind {
	case ChoiceField, NameField:
		return []Op{Is, IsNot, OneOf, NoneOf, Empty, NotEmpty}
	case TagField:
		return []Op{Is, IsNot, OneOf, NoneOf, Begins, Empty, NotEmpty}
	case TextField:
		return []Op{Is, IsNot, OneOf, NoneOf, Contains, Begins, Empty, NotEmpty}
	case AttributeField:
		return []Op{Is, IsNot, Less, AtMost, More, AtLeast, OneOf, NoneOf, Contains, Begins, Empty, NotEmpty}
	case DateField:
		if f.Name == "last_sent" { // a day may have several runs
			return []Op{Less, AtMost, More, AtLeast, Empty, NotEmpty}
		}
		return []Op{Is, Less, AtMost, More, AtLeast, Empty, NotEmpty}
	case NumberField:
		return []Op{Is, IsNot, Less, AtMost, More, AtLeast, Empty, NotEmpty}
	}
	return nil
}

// checkCondition checks a single condition and brings its values to their stored form.
func (r *Rule) checkCondition() error {
	f := fieldNamed(r.Field)
	if f == nil {
		return r.wrong("there is no field %q", r.Field)
	}
	r.Field = f.Name
	if len(r.Parts) > 0 {
		return r.wrong("a condition has no parts")
	}
	if hasOf := f.Of != "" && f.Kind != NameField; hasOf != (r.Of.Text != "" || r.Of.ID != "") || hasOf && len(r.Of.Text) > 300 {
		if hasOf {
			return r.wrong("%q needs the name of %s", f.word(), articles[f.Of])
		}
		return r.wrong("%q has no name behind it", f.word())
	}
	if r.Link < 0 || r.Link > 10000 || r.Link > 0 && f.Name != "clicked" && f.Name != "no_click_known" {
		return r.wrong("only clicks have the number of a link, from 1")
	}
	return r.checkComparison(f)
}

var articles = map[NameKind]campaign.Text{
	OfAttribute: campaign.Textf("an attribute"), OfList: campaign.Textf("a list"), OfCampaign: campaign.Textf("a campaign"),
	OfSegment: campaign.Textf("a segment"), OfOrganisation: campaign.Textf("an organisation"),
}

func (r *Rule) checkComparison(f *Field) error {
	wanted, most := 1, 1
	switch r.Op {
	case OneOf, NoneOf:
		most = maxValues
	case Empty, NotEmpty:
		wanted, most = 0, 0
	case "":
		wanted, most = 0, 0
		if f.Kind == SearchField {
			wanted, most = 1, 1
		}
	}
	if ops := f.Ops(); r.Op != "" && !slices.Contains(ops, r.Op) || r.Op == "" && ops != nil {
		return r.wrong("%q cannot be compared by %q", f.word(), r.Op)
	}
	if n := len(r.Values); n < wanted || n > most {
		if n == 0 {
			return r.wrong("the value is missing: write or choose one")
		}
		return r.wrong("%q %s needs %d to %d values, not %d", f.word(), r.Op, wanted, most, n)
	}
	for i := range r.Values {
		if err := r.checkValue(f, &r.Values[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rule) checkValue(f *Field, v *Value) error {
	if campaign.LongerThan(v.Text, 300) {
		return v.wrong("a value is longer than 300 characters")
	}
	if v.ID != "" && f.Kind != NameField {
		return v.wrong("this value names no record")
	}
	ordered := r.Op == Less || r.Op == AtMost || r.Op == More || r.Op == AtLeast
	switch f.Kind {
	case ChoiceField:
		return v.choose(f)
	case DateField:
		if v.As != AsDate && v.As != AsAgo {
			return v.wrong("%q is compared with a day, such as 2026-01-31, or with “30 days ago”", f.word())
		}
		if v.As == AsAgo && !ordered {
			return v.wrong("so long ago is compared by more or less, not by %q", r.Op)
		}
	case NumberField:
		if n, ok := campaign.ParseNumber(v.Text); v.As != AsNumber || !ok || n != float64(int64(n)) || n < -1000 || n > 1000 {
			return v.wrong("%q is compared with a whole number", f.word())
		}
	case AttributeField:
		if v.As == AsAgo {
			return v.wrong("an attribute is compared with a day, such as 2026-01-31")
		}
		if ordered && v.As != AsNumber && v.As != AsDate {
			return v.wrong("less and more need a number or a day, such as 10000 or 2026-01-31")
		}
		if (r.Op == Contains || r.Op == Begins) && v.As != AsText {
			*v = Value{Text: v.Text, at: v.at}
		}
	default:
		if v.As != AsText {
			*v = Value{Text: v.Text, ID: v.ID, at: v.at}
		}
	}
	return v.checkType()
}

// choose finds the choice a value means: languages and kinds have several names.
func (v *Value) choose(f *Field) error {
	text := strings.ToLower(strings.TrimSpace(v.Text))
	switch f.Name {
	case "kind":
		if k, err := campaign.ParseKind(text); err == nil && k != "" {
			text = string(k)
		}
	case "language":
		if l, err := campaign.ParseLanguage(text); err == nil && l != "" {
			text = string(l)
		}
	}
	if !slices.Contains(f.Choices, text) {
		all := strings.Join(f.Choices, ", ")
		if near := campaign.Nearest(text, f.Choices); near != "" {
			return v.wrong("%q is one of %s; did you mean %s?", f.word(), all, near)
		}
		return v.wrong("%q is one of %s", f.word(), all)
	}
	*v = Value{Text: text, at: v.at}
	return nil
}

// checkType checks that a value can be read as its type and brings it to its stored form.
func (v *Value) checkType() error {
	text, ok := v.Text, true
	switch v.As {
	case AsText:
	case AsNumber:
		var n float64
		n, ok = campaign.ParseNumber(v.Text)
		ok, text = ok && math.Abs(n) < 1e15, campaign.FormatNumber(n)
	case AsDate:
		var day time.Time
		day, ok = campaign.ParseDay(v.Text)
		text = day.Format(time.DateOnly)
	case AsYesNo:
		var yes bool
		yes, ok = campaign.ParseYesNo(v.Text)
		text = map[bool]string{true: "yes", false: "no"}[yes]
	case AsAgo:
		_, ok = v.before(time.Time{})
		text = strings.TrimSuffix(v.Text, "s") + "s"
	default:
		ok = false
	}
	if !ok {
		return v.wrong("%q is no %s", v.Text, typeNames[v.As])
	}
	v.Text = text
	return nil
}

var typeNames = map[As]campaign.Text{
	AsNumber: campaign.Textf("number"), AsDate: campaign.Textf("day"), AsYesNo: campaign.Textf("yes or no"), AsAgo: campaign.Textf("length of time"),
}

// before returns the moment that is the value's length of time before another.
func (v *Value) before(now time.Time) (time.Time, bool) {
	number, unit, _ := strings.Cut(v.Text, " ")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n > 36500 {
		return now, false
	}
	switch strings.TrimSuffix(unit, "s") {
	case "day":
		return now.AddDate(0, 0, -n), true
	case "week":
		return now.AddDate(0, 0, -7*n), true
	case "month":
		return now.AddDate(0, -n, 0), true
	case "year":
		return now.AddDate(-n, 0, 0), true
	}
	return now, false
}
