package store

import (
	"context"
	"maps"
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
		if l.existing, err = im.contactsByAddress(ctx, addresses); err != nil {
			return err
		}
	}
	some, err := holdsAny[campaign.Suppression](ctx, im.engine, suppressions)
	if err != nil {
		return err
	}
	former, err := holdsAny[Alias](ctx, im.engine, aliases)
	if former = former && !im.empty; err != nil || !some && !former {
		return err
	}
	h := im.hashes(addresses)
	if l.suppressed, err = im.suppressionsBy(ctx, h); err == nil && former {
		err = im.askFormer(ctx, l, h)
	}
	return err
}

// askFormer reads who had the addresses of a load before, and whether they may be written to where they are now.
func (im *importer) askFormer(ctx context.Context, l *load, h hashes) error {
	var err error
	if l.former, err = im.peopleBy(ctx, h); err != nil || len(l.former) == 0 {
		return err
	}
	now := make([]string, 0, len(l.former))
	for _, c := range l.former {
		now = append(now, c.Address)
	}
	found, err := im.suppressionsOf(ctx, now)
	maps.Copy(l.suppressed, found)
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
		if c := l.former[r.Contact.Address]; c != nil && l.existing[r.Contact.Address] == nil {
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

// whyAlone says why nothing may come of a row, or "". That one address does not work says nothing of the others.
func (im *importer) whyAlone(l *load, r *campaign.ImportRow) string {
	if l.suppressed[r.Contact.Address] != nil {
		return "the address is suppressed: it must not be written to again"
	}
	if c := l.former[r.Contact.Address]; c != nil && l.existing[r.Contact.Address] == nil {
		if why := im.whyAloneUnder(l, c.Address, c); why != "" {
			return why
		}
	}
	for _, key := range r.Contact.OtherKeys() {
		if why := im.whyAloneUnder(l, key, l.existing[key]); why != "" {
			return why
		}
		if c := l.former[key]; c != nil && l.existing[key] == nil {
			if why := im.whyAloneUnder(l, c.Address, c); why != "" {
				return why
			}
		}
	}
	return ""
}

// whyAloneUnder says why somebody is not to be written to as they are known under another address, c, nil when they are not.
func (im *importer) whyAloneUnder(l *load, address string, c *campaign.Contact) string {
	if s := l.suppressed[address]; s != nil && (s.Gone || s.Reason != campaign.HardBounce) {
		return "another address of this person is suppressed: they must not be written to again"
	}
	if c == nil {
		return ""
	}
	if why := im.optedOut(c); why != "" {
		return "known under another address: " + why
	}
	return ""
}
