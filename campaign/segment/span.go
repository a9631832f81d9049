package segment

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Span returns the instants that a comparison with a day or a length of time fits: from from up to, but not including, to. A
// zero time is no bound. Days are those of UTC.
func (r *Rule) Span(now time.Time) (from, to time.Time) {
	v := r.Values[0]
	if v.As == AsAgo {
		cut, _ := v.before(now)
		cut = cut.Truncate(time.Millisecond)
		next := cut.Add(time.Millisecond) // stored times have milliseconds
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
	day, _ := campaign.ParseDay(v.Text)
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

var statuses = map[string]campaign.MembershipStatus{"list": campaign.Subscribed, "unconfirmed": campaign.Unconfirmed, "unsubscribed": campaign.Unsubscribed, "removed": campaign.Removed}

// StatusOf returns the membership status a field asks for.
func StatusOf(field string) campaign.MembershipStatus { return statuses[field] }
