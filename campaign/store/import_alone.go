package store

import (
	"context"
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// ask reads what is known of the addresses of a load.
func (im *importer) ask(ctx context.Context, l *load) error {
	addresses := make([]string, len(l.fresh))
	for n, i := range l.fresh {
		addresses[n] = l.rows[i].Contact.Address
	}
	for _, i := range l.fresh {
		addresses = append(addresses, l.rows[i].Contact.OtherKeys()...)
	}
	var err error
	if !im.empty {
		l.existing, err = im.contactsByAddress(ctx, addresses)
	}
	if err == nil {
		l.suppressed, err = im.suppressionsOf(ctx, addresses)
	}
	return err
}

// leaveAlone takes the rows off a load that are about somebody who must not be written to, at whichever of their addresses
// they said so.
func (im *importer) leaveAlone(l *load) {
	l.fresh = slices.DeleteFunc(l.fresh, func(i int) bool {
		r, result := &l.rows[i], &l.results[i]
		why := im.whyAlone(l, r)
		if why != "" {
			result.Outcome, result.Reason = campaign.RowLeft, why
			return true
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

// whyAlone says why nothing may come of a row, or "". That one address does not work says nothing of the others.
func (im *importer) whyAlone(l *load, r *campaign.ImportRow) string {
	if l.suppressed[r.Contact.Address] != nil {
		return "the address is suppressed: it must not be written to again"
	}
	for _, key := range r.Contact.OtherKeys() {
		if s := l.suppressed[key]; s != nil && (s.Gone || s.Reason != campaign.HardBounce) {
			return "another address of this person is suppressed: they must not be written to again"
		}
		if c := l.existing[key]; c != nil {
			if why := im.optedOut(c); why != "" {
				return "known under another address: " + why
			}
		}
	}
	return ""
}
