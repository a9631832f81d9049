package store

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// factFilter compiles what Contact.Facts says.
func factFilter(r *campaign.Rule, text string, now time.Time) (Filter, error) {
	switch r.Field {
	case "attribute":
		return attributeFilter(r), nil
	case "joined":
		return joinedFilter(r, now), nil
	case "list", "unconfirmed", "unsubscribed", "removed":
		return Where{"on", Has, campaign.MembershipKey(r.Of.ID, campaign.RuleStatus(r.Field))}, nil
	case "address":
		return textFact(r, campaign.AddressKey(text)), nil
	}
	return textFact(r, campaign.FactText(text)), nil
}

// textFact compares one of the contact's texts, whose fact has the name of its field.
func textFact(r *campaign.Rule, text string) Filter {
	switch r.Op {
	case campaign.Empty:
		return Not{Fact{Key: r.Field, Op: Known}}
	case campaign.Contains:
		return Fact{Key: r.Field, Op: Holding, Part: text}
	case campaign.Begins:
		return Fact{Key: r.Field, Op: Beginning, Text: text}
	}
	if r.Field == "basis" { // a word, kept as it is
		text = r.Values[0].Text
	}
	return Fact{Key: r.Field, Op: Exactly, Text: text}
}

func attributeFilter(r *campaign.Rule) Filter {
	key := campaign.AttributeKey(r.Of.Text)
	if r.Op == campaign.Empty {
		return Not{Fact{Key: key, Op: Known}}
	}
	v := r.Values[0]
	in, ranged := campaign.AttributeRange(r.Op, v)
	switch {
	case ranged && in.From == "":
		return Fact{Key: key, Op: Exactly, Text: in.Prefix}
	case ranged && in.From > in.To:
		return Any{}
	case ranged:
		return Fact{Key: key, Op: Within, Text: in.Prefix, From: in.From, To: in.To}
	}
	if r.Op == campaign.Contains {
		return Fact{Key: key, Op: Holding, Text: campaign.AttributeTexts, Part: campaign.FactText(v.Text)}
	}
	return Fact{Key: key, Op: Beginning, Text: campaign.AttributeTexts + campaign.FactText(v.Text)}
}

// joinedFilter compares the time a contact came to a list.
func joinedFilter(r *campaign.Rule, now time.Time) Filter {
	key := campaign.JoinedKey(r.Of.ID)
	if r.Op == campaign.Empty {
		return Not{Fact{Key: key, Op: Known}}
	}
	from, to := r.Span(now)
	if from, to := campaign.JoinedRange(from, to); from <= to {
		return Fact{Key: key, Op: Within, From: from, To: to}
	}
	return Any{}
}
