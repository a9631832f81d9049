package importing

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// leaveAlone takes off a load the rows about somebody who must not be written to, at any of their addresses.
func leaveAlone(l *load) {
	l.fresh = slices.DeleteFunc(l.fresh, func(i int) bool {
		r, result := &l.rows[i], &l.results[i]
		why := whyAlone(l, r)
		if why != "" {
			result.Outcome, result.Reason = campaign.RowLeft, why
			return true
		}
		if c := l.others.Former[r.Contact.Address]; c != nil && l.existing[r.Contact.Address] == nil {
			l.existing[r.Contact.Address] = c
			result.Notes = append(result.Notes, "the contact has another address now, which stays")
		}
		for _, key := range r.Contact.OtherKeys() {
			if l.suppressed[key] != nil {
				r.Contact.DropOther(key)
				result.Notes = append(result.Notes, "an address of it that does not work was left out")
			}
		}
		return false
	})
}

// whyAlone says why nothing may come of a row, or "". That one address does not work says nothing about the others.
func whyAlone(l *load, r *campaign.ImportRow) string {
	if l.suppressed[r.Contact.Address] != nil {
		return "the address is suppressed: it must not be written to again"
	}
	if l.existing[r.Contact.Address] == nil {
		for _, c := range l.others.Of(r.Contact.Address) {
			if why := whyAloneUnder(l, c.Address, c); why != "" {
				return why
			}
		}
	}
	for _, key := range r.Contact.OtherKeys() {
		c := l.existing[key]
		if c == nil {
			c = l.others.Former[key] // an address beside those of two people says nothing about either
		}
		if why := whyAloneUnder(l, key, c); why != "" {
			return why
		}
		if c != nil {
			if why := whyAloneUnder(l, c.Address, c); why != "" {
				return why
			}
		}
	}
	return ""
}

// whyAloneUnder says why somebody must not be written to because of what is known of them under another address, or "". c is
// the contact with that address, or nil.
func whyAloneUnder(l *load, address string, c *campaign.Contact) string {
	if s := l.suppressed[address]; s != nil && (s.Gone || s.Reason != campaign.HardBounce) {
		return "another address of this person is suppressed: they must not be written to again"
	}
	if c == nil {
		return ""
	}
	if why := l.merger.optedOut(c); why != "" {
		return "known under another address: " + why
	}
	return ""
}
