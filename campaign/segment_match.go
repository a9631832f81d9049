package campaign

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// RuleHistory is what is known beside one contact's own record when a rule is looked at for it.
type RuleHistory struct {
	Now        time.Time
	Deliveries []Delivery // to the contact
	Events     []Event    // of the contact
	Runs       map[string]Run
	Segments   map[string]*Rule // by id
}

// Matches says whether a rule fits a contact. It is what rules mean; the stores answer the same for all contacts at once.
// An attribute, a list or a campaign that is not there fits nobody.
func (r *Rule) Matches(c *Contact, h *RuleHistory) bool {
	switch r.Join {
	case And:
		return !slices.ContainsFunc(r.Parts, func(part Rule) bool { return !part.Matches(c, h) })
	case Or:
		return slices.ContainsFunc(r.Parts, func(part Rule) bool { return part.Matches(c, h) })
	case Neg:
		return !r.Parts[0].Matches(c, h)
	}
	switch r.Op {
	case IsNot:
		return !r.with(Is).Matches(c, h)
	case NoneOf:
		return !r.with(OneOf).Matches(c, h)
	case NotEmpty:
		return !r.with(Empty).Matches(c, h)
	case OneOf:
		return slices.ContainsFunc(r.Values, func(v Value) bool {
			one := r.with(Is)
			one.Values = []Value{v}
			return one.Matches(c, h)
		})
	}
	return r.fits(c, h)
}

func (r *Rule) with(op Op) *Rule {
	out := *r
	out.Op = op
	return &out
}

func (r *Rule) fits(c *Contact, h *RuleHistory) bool {
	switch r.Field {
	case "kind":
		return r.isChoice(string(c.Kind))
	case "language":
		return r.isChoice(string(c.Language))
	case "script":
		return r.isChoice(ScriptOf(c.Language))
	case "status":
		return r.isChoice(string(c.Status))
	case "tracking":
		return r.isChoice(string(c.Tracking))
	case "organisation":
		if r.Op == Empty {
			return c.Organisation == ""
		}
		return r.Values[0].ID != "" && c.Organisation == r.Values[0].ID
	case "basis":
		return r.fitsBasis(c)
	case "tag":
		return r.fitsTag(c)
	case "name":
		return r.fitsText(FactText(c.FullName()), FactText)
	case "address":
		return r.fitsText(AddressKey(c.Email), AddressKey)
	case "place":
		return r.fitsText(FactText(c.Place), FactText)
	case "position":
		return r.fitsText(FactText(c.Position), FactText)
	case "phone":
		return r.fitsText(FactText(c.Phone), FactText)
	case "source":
		return r.fitsText(FactText(c.Source), FactText)
	case "search":
		return r.fitsSearch(c)
	case "attribute":
		return r.fitsAttribute(c)
	case "created":
		return r.fitsTime(c.CreatedAt, h.Now)
	case "updated":
		return r.fitsTime(c.UpdatedAt, h.Now)
	case "segment":
		inner := h.Segments[r.Of.ID]
		return inner != nil && inner.Matches(c, h)
	case "sent", "opened", "clicked", "no_open_known", "no_click_known", "last_sent", "score":
		return r.fitsBehaviour(h)
	}
	return r.fitsList(c, h)
}

// ScriptOf says which script a language is written in; "" of no language.
func ScriptOf(l Language) string {
	switch l {
	case "":
		return ""
	case SerbianCyrillic:
		return "cyrillic"
	}
	return "latin"
}

func (r *Rule) isChoice(value string) bool {
	if r.Op == Empty {
		return value == ""
	}
	return value == r.Values[0].Text
}

func (r *Rule) fitsBasis(c *Contact) bool {
	var bases []Basis
	for _, m := range c.Memberships {
		if m.Status == Subscribed && m.Basis != "" {
			bases = append(bases, m.Basis)
		}
	}
	if r.Op == Empty {
		return len(bases) == 0
	}
	return slices.Contains(bases, Basis(r.Values[0].Text))
}

func (r *Rule) fitsTag(c *Contact) bool {
	if r.Op == Empty {
		return len(c.Tags) == 0
	}
	wanted := CleanTag(r.Values[0].Text)
	return slices.ContainsFunc(c.Tags, func(t string) bool {
		return t == wanted || r.Op == Begins && strings.HasPrefix(t, wanted)
	})
}

// CleanTag gives a tag as it is kept.
func CleanTag(s string) string { return strings.ToLower(cleanLine(s)) }

func (r *Rule) fitsText(value string, clean func(string) string) bool {
	switch r.Op {
	case Empty:
		return value == ""
	case Contains:
		return value != "" && strings.Contains(value, clean(r.Values[0].Text))
	case Begins:
		return value != "" && strings.HasPrefix(value, clean(r.Values[0].Text))
	}
	return value != "" && value == clean(r.Values[0].Text)
}

func (r *Rule) fitsSearch(c *Contact) bool {
	for _, term := range SearchTerms(r.Values[0].Text) {
		if !strings.Contains(c.Text, term) {
			return false
		}
	}
	return true
}

func (r *Rule) fitsAttribute(c *Contact) bool {
	empty := true
	for name, value := range c.Attributes {
		if AttributeKey(name) != AttributeKey(r.Of.Text) || strings.TrimSpace(value) == "" {
			continue
		}
		empty = false
		if r.Op != Empty && r.fitsValue(strings.TrimSpace(value)) {
			return true
		}
	}
	return r.Op == Empty && empty
}

func (r *Rule) fitsValue(value string) bool {
	wanted := r.Values[0]
	switch wanted.As {
	case AsNumber:
		a, ok := ParseNumber(value)
		b, _ := ParseNumber(wanted.Text)
		return ok && r.ordered(cmp.Compare(a, b))
	case AsDate:
		a, ok := ParseDay(value)
		b, _ := ParseDay(wanted.Text)
		return ok && r.ordered(a.Compare(b))
	case AsYesNo:
		a, ok := ParseYesNo(value)
		b, _ := ParseYesNo(wanted.Text)
		return ok && a == b
	}
	text := FactText(wanted.Text)
	switch value = FactText(value); r.Op {
	case Contains:
		return strings.Contains(value, text)
	case Begins:
		return strings.HasPrefix(value, text)
	}
	return value == text
}

func (r *Rule) ordered(c int) bool {
	switch r.Op {
	case Less:
		return c < 0
	case AtMost:
		return c <= 0
	case More:
		return c > 0
	case AtLeast:
		return c >= 0
	}
	return c == 0
}

func (r *Rule) fitsTime(t, now time.Time) bool {
	if r.Op == Empty {
		return t.IsZero()
	}
	from, to := r.Span(now)
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
}

// Span gives the instants a comparison with a day, or with so long ago, fits: from the first up to, without, the second. A
// zero time is no bound. Days are those of UTC.
func (r *Rule) Span(now time.Time) (from, to time.Time) {
	v := r.Values[0]
	if v.As == AsAgo {
		cut, _ := v.before(now)
		cut = cut.Truncate(time.Millisecond)
		next := cut.Add(time.Millisecond) // stores keep milliseconds
		switch r.Op {
		case More:
			return from, cut
		case AtLeast:
			return from, next
		case Less:
			return next, to
		}
		return cut, to
	}
	day, _ := ParseDay(v.Text)
	next := day.AddDate(0, 0, 1)
	switch r.Op {
	case Less:
		return from, day
	case AtMost:
		return from, next
	case More:
		return next, to
	case AtLeast:
		return day, to
	}
	return day, next
}

var ruleStatuses = map[string]MembershipStatus{"list": Subscribed, "unconfirmed": Unconfirmed, "unsubscribed": Unsubscribed, "removed": Removed}

// RuleStatus gives the membership status a field asks for.
func RuleStatus(field string) MembershipStatus { return ruleStatuses[field] }

func (r *Rule) fitsList(c *Contact, h *RuleHistory) bool {
	m := c.Membership(r.Of.ID)
	if r.Field == "joined" && r.Op == Empty {
		return m == nil
	}
	if m == nil || r.Of.ID == "" {
		return false
	}
	if r.Field == "joined" {
		return r.fitsTime(m.Since, h.Now)
	}
	return m.Status == ruleStatuses[r.Field]
}
