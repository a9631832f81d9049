package importing

import (
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// leaveAlone drops from the candidates of a load the rows about people who must not be written to, at any of their addresses.
func leaveAlone(l *load) {
	l.candidates = slices.DeleteFunc(l.candidates, func(i int) bool {
		r, result := &l.rows[i], &l.results[i]
		why := whyLeftAlone(l, r)
		if !why.IsZero() {
			result.Outcome, result.Reason = campaign.RowLeft, why
			return true
		}
		if c := l.others.Former[r.Contact.Address]; c != nil && l.existing[r.Contact.Address] == nil {
			l.existing[r.Contact.Address] = c
			result.Notes = append(result.Notes, campaign.Textf("the contact has another address now, which stays"))
		}
		for _, key := range r.Contact.OtherKeys() {
			if l.suppressed[key] != nil {
				r.Contact.DropOther(key)
				result.Notes = append(result.Notes, campaign.Textf("an address of it that does not work was left out"))
			}
		}
		return false
	})
}

// whyLeftAlone says why a row must change nothing, if anything. That one address does not work says nothing about the others.
func whyLeftAlone(l *load, r *campaign.ImportRow) campaign.Text {
	if l.suppressed[r.Contact.Address] != nil {
		return campaign.Textf("the address is suppressed: it must not be written to again")
	}
	if l.existing[r.Contact.Address] == nil {
		for _, c := range l.others.Of(r.Contact.Address) {
			if why := whyOtherAddress(l, c.Address, c); !why.IsZero() {
				return why
			}
		}
	}
	for _, key := range r.Contact.OtherKeys() {
		c := l.existing[key]
		if c == nil {
			c = l.others.Former[key] // two people share it as a further address: it says nothing about either
		}
		if why := whyOtherAddress(l, key, c); !why.IsZero() {
			return why
		}
		if c != nil {
			if why := whyOtherAddress(l, c.Address, c); !why.IsZero() {
				return why
			}
		}
	}
	return campaign.Text{}
}

// whyOtherAddress says why a person must not be written to, by what is known of another address of theirs, if anything. c is
// the contact with that other address, or nil.
func whyOtherAddress(l *load, address string, c *campaign.Contact) campaign.Text {
	if s := l.suppressed[address]; s != nil && (s.Gone || s.Reason != campaign.HardBounce) {
		return campaign.Textf("another address of this person is suppressed: they must not be written to again")
	}
	if c == nil {
		return campaign.Text{}
	}
	if why := l.merger.optedOut(c); !why.IsZero() {
		return campaign.Textf("known under another address: %s", why)
	}
	return campaign.Text{}
}
