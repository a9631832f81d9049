package segments

import (
	"time"

	"github.com/glasnik/glasnik/campaign/segment"
	"github.com/glasnik/glasnik/campaign/store/document"

	"github.com/glasnik/glasnik/campaign"
)

// factFilter compiles a condition that segment.Facts answers.
func factFilter(r *segment.Rule, text string, now time.Time) (document.Filter, error) {
	switch r.Field {
	case "attribute":
		return attributeFilter(r), nil
	case "joined":
		return joinedFilter(r, now), nil
	case "list", "unconfirmed", "unsubscribed", "removed":
		return document.Where{Field: "on", Op: document.Has, Value: campaign.MembershipKey(r.Of.ID, segment.StatusOf(r.Field))}, nil
	case "address":
		return textFact(r, campaign.AddressKey(text)), nil
	}
	return textFact(r, segment.FactText(text)), nil
}

// textFact compares one of the contact's texts; the key of its fact is the name of the field.
func textFact(r *segment.Rule, text string) document.Filter {
	switch r.Op {
	case segment.Empty:
		return document.Not{Filter: document.Fact{Key: r.Field, Op: document.Known}}
	case segment.Contains:
		return document.Fact{Key: r.Field, Op: document.Holding, Part: text}
	case segment.Begins:
		return document.Fact{Key: r.Field, Op: document.Beginning, Text: text}
	}
	if r.Field == "basis" { // a word, stored as it is
		text = r.Values[0].Text
	}
	return document.Fact{Key: r.Field, Op: document.Exactly, Text: text}
}

func attributeFilter(r *segment.Rule) document.Filter {
	key := segment.AttributeKey(r.Of.Text)
	if r.Op == segment.Empty {
		return document.Not{Filter: document.Fact{Key: key, Op: document.Known}}
	}
	v := r.Values[0]
	in, ranged := segment.AttributeRange(r.Op, v)
	switch {
	case ranged && in.From == "":
		return document.Fact{Key: key, Op: document.Exactly, Text: in.Prefix}
	case ranged && in.From > in.To:
		return document.Any{}
	case ranged:
		return document.Fact{Key: key, Op: document.Within, Text: in.Prefix, From: in.From, To: in.To}
	}
	if r.Op == segment.Contains {
		return document.Fact{Key: key, Op: document.Holding, Text: segment.AttributeTexts, Part: segment.FactText(v.Text)}
	}
	return document.Fact{Key: key, Op: document.Beginning, Text: segment.AttributeTexts + segment.FactText(v.Text)}
}

// joinedFilter compares the time a contact came to a list.
func joinedFilter(r *segment.Rule, now time.Time) document.Filter {
	key := segment.JoinedKey(r.Of.ID)
	if r.Op == segment.Empty {
		return document.Not{Filter: document.Fact{Key: key, Op: document.Known}}
	}
	from, to := r.Span(now)
	if from, to := segment.JoinedRange(from, to); from <= to {
		return document.Fact{Key: key, Op: document.Within, From: from, To: to}
	}
	return document.Any{}
}
