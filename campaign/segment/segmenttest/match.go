// Package segmenttest says what the rules of segments mean, one contact at a time and as plainly as possible. Tests compare
// with it what a store answers for all contacts at once; it is too slow for anything else.
package segmenttest

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/segment"
)

// History is what is known of one contact beside its own record.
type History struct {
	Now        time.Time
	Deliveries []campaign.Delivery // to the contact
	Events     []campaign.Event    // of the contact
	Runs       map[string]campaign.Run
	Segments   map[string]*segment.Rule // by id
}

// Matches reports whether a rule fits a contact. An attribute, a list or a campaign that does not exist fits nobody.
func Matches(r *segment.Rule, c *campaign.Contact, h *History) bool {
	switch r.Join {
	case segment.And:
		return !slices.ContainsFunc(r.Parts, func(part segment.Rule) bool { return !Matches(&part, c, h) })
	case segment.Or:
		return slices.ContainsFunc(r.Parts, func(part segment.Rule) bool { return Matches(&part, c, h) })
	case segment.Neg:
		return !Matches(&r.Parts[0], c, h)
	}
	switch r.Op {
	case segment.IsNot:
		return !Matches(with(r, segment.Is), c, h)
	case segment.NoneOf:
		return !Matches(with(r, segment.OneOf), c, h)
	case segment.NotEmpty:
		return !Matches(with(r, segment.Empty), c, h)
	case segment.OneOf:
		return slices.ContainsFunc(r.Values, func(v segment.Value) bool {
			one := with(r, segment.Is)
			one.Values = []segment.Value{v}
			return Matches(one, c, h)
		})
	}
	return fits(r, c, h)
}

func with(r *segment.Rule, op segment.Op) *segment.Rule {
	out := *r
	out.Op = op
	return &out
}

func fits(r *segment.Rule, c *campaign.Contact, h *History) bool {
	switch r.Field {
	case "kind":
		return isChoice(r, string(c.Kind))
	case "language":
		return isChoice(r, string(c.Language))
	case "script":
		return isChoice(r, campaign.ScriptOf(c.Language))
	case "status":
		return isChoice(r, string(c.Status))
	case "tracking":
		return isChoice(r, string(c.Tracking))
	case "organisation":
		if r.Op == segment.Empty {
			return c.Organisation == ""
		}
		return r.Values[0].ID != "" && c.Organisation == r.Values[0].ID
	case "basis":
		return fitsBasis(r, c)
	case "tag":
		return fitsTag(r, c)
	case "name":
		return fitsText(r, segment.FactText(c.FullName()), segment.FactText)
	case "address":
		return fitsText(r, campaign.AddressKey(c.Email), campaign.AddressKey)
	case "place":
		return fitsText(r, segment.FactText(c.Place), segment.FactText)
	case "zone":
		return fitsText(r, segment.FactText(c.Zone), segment.FactText)
	case "position":
		return fitsText(r, segment.FactText(c.Position), segment.FactText)
	case "phone":
		return fitsText(r, segment.FactText(c.Phone), segment.FactText)
	case "source":
		return fitsText(r, segment.FactText(c.Source), segment.FactText)
	case "search":
		return fitsSearch(r, c)
	case "attribute":
		return fitsAttribute(r, c)
	case "created":
		return fitsTime(r, c.CreatedAt, h.Now)
	case "updated":
		return fitsTime(r, c.UpdatedAt, h.Now)
	case "segment":
		inner := h.Segments[r.Of.ID]
		return inner != nil && Matches(inner, c, h)
	case "sent", "opened", "clicked", "no_open_known", "no_click_known", "last_sent", "score":
		return fitsBehaviour(r, h)
	}
	return fitsList(r, c, h)
}

func isChoice(r *segment.Rule, value string) bool {
	if r.Op == segment.Empty {
		return value == ""
	}
	return value == r.Values[0].Text
}

func fitsBasis(r *segment.Rule, c *campaign.Contact) bool {
	var bases []campaign.Basis
	for _, m := range c.Memberships {
		if m.Status == campaign.Subscribed && m.Basis != "" {
			bases = append(bases, m.Basis)
		}
	}
	if r.Op == segment.Empty {
		return len(bases) == 0
	}
	return slices.Contains(bases, campaign.Basis(r.Values[0].Text))
}

func fitsTag(r *segment.Rule, c *campaign.Contact) bool {
	if r.Op == segment.Empty {
		return len(c.Tags) == 0
	}
	wanted := campaign.CleanTag(r.Values[0].Text)
	return slices.ContainsFunc(c.Tags, func(t string) bool {
		return t == wanted || r.Op == segment.Begins && strings.HasPrefix(t, wanted)
	})
}

func fitsText(r *segment.Rule, value string, clean func(string) string) bool {
	switch r.Op {
	case segment.Empty:
		return value == ""
	case segment.Contains:
		return value != "" && strings.Contains(value, clean(r.Values[0].Text))
	case segment.Begins:
		return value != "" && strings.HasPrefix(value, clean(r.Values[0].Text))
	}
	return value != "" && value == clean(r.Values[0].Text)
}

func fitsSearch(r *segment.Rule, c *campaign.Contact) bool {
	for _, term := range campaign.SearchTerms(r.Values[0].Text) {
		if !strings.Contains(c.Text, term) {
			return false
		}
	}
	return true
}

func fitsAttribute(r *segment.Rule, c *campaign.Contact) bool {
	empty := true
	for name, value := range c.Attributes {
		if segment.AttributeKey(name) != segment.AttributeKey(r.Of.Text) || strings.TrimSpace(value) == "" {
			continue
		}
		empty = false
		if r.Op != segment.Empty && fitsValue(r, strings.TrimSpace(value)) {
			return true
		}
	}
	return r.Op == segment.Empty && empty
}

func fitsValue(r *segment.Rule, value string) bool {
	wanted := r.Values[0]
	switch wanted.As {
	case segment.AsNumber:
		a, ok := campaign.ParseNumber(value)
		b, _ := campaign.ParseNumber(wanted.Text)
		return ok && ordered(r, cmp.Compare(a, b))
	case segment.AsDate:
		a, ok := campaign.ParseDay(value)
		b, _ := campaign.ParseDay(wanted.Text)
		return ok && ordered(r, a.Compare(b))
	case segment.AsYesNo:
		a, ok := campaign.ParseYesNo(value)
		b, _ := campaign.ParseYesNo(wanted.Text)
		return ok && a == b
	}
	text := segment.FactText(wanted.Text)
	switch value = segment.FactText(value); r.Op {
	case segment.Contains:
		return strings.Contains(value, text)
	case segment.Begins:
		return strings.HasPrefix(value, text)
	}
	return value == text
}

func ordered(r *segment.Rule, c int) bool {
	switch r.Op {
	case segment.Less:
		return c < 0
	case segment.AtMost:
		return c <= 0
	case segment.More:
		return c > 0
	case segment.AtLeast:
		return c >= 0
	}
	return c == 0
}

func fitsTime(r *segment.Rule, t, now time.Time) bool {
	if r.Op == segment.Empty {
		return t.IsZero()
	}
	from, to := r.Span(now)
	return (from.IsZero() || !t.Before(from)) && (to.IsZero() || t.Before(to))
}

func fitsList(r *segment.Rule, c *campaign.Contact, h *History) bool {
	m := c.Membership(r.Of.ID)
	if r.Field == "joined" && r.Op == segment.Empty {
		return m == nil
	}
	if m == nil || r.Of.ID == "" {
		return false
	}
	if r.Field == "joined" {
		return fitsTime(r, m.Since, h.Now)
	}
	return m.Status == segment.StatusOf(r.Field)
}
