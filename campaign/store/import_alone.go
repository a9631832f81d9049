package store

import (
	"context"
	"maps"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/addresses"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// ask reads what is known of the addresses of a load.
func (im *importer) ask(ctx context.Context, l *load) error {
	addresses := make([]string, len(l.fresh))
	for n, i := range l.fresh {
		addresses[n] = l.rows[i].Contact.Address
	}
	own := addresses[:len(addresses):len(addresses)]
	for _, i := range l.fresh {
		addresses = append(addresses, l.rows[i].Contact.OtherKeys()...)
	}
	var err error
	if !im.empty {
		if l.existing, err = im.contactsByAddress(ctx, addresses); err != nil {
			return err
		}
	}
	some, err := document.Exists[campaign.Suppression](ctx, im.engine, schema.Suppressions, nil) // hashing many addresses takes longer
	if err != nil {
		return err
	}
	led, err := document.Exists[campaign.Alias](ctx, im.engine, schema.Aliases, nil)
	if led = led && !im.empty; err != nil || !some && !led {
		return err
	}
	h := im.book.Hash(addresses)
	if l.suppressed, err = im.book.SuppressionsBy(ctx, h); err == nil && led {
		err = im.askOthers(ctx, l, h, own)
	}
	return err
}

// askOthers reads to whom the addresses of a load lead, and whether those may be written to at their own.
func (im *importer) askOthers(ctx context.Context, l *load, h addresses.Hashes, own []string) error {
	var err error
	if l.others, err = im.book.People(ctx, h, own); err != nil {
		return err
	}
	var theirs []string
	for _, c := range l.others.Former {
		theirs = append(theirs, c.Address)
	}
	for _, cs := range l.others.Beside {
		for _, c := range cs {
			theirs = append(theirs, c.Address)
		}
	}
	found, err := im.book.Suppressions(ctx, theirs)
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

// whyAlone says why nothing may come of a row, or "". That one address does not work says nothing of the others.
func (im *importer) whyAlone(l *load, r *campaign.ImportRow) string {
	if l.suppressed[r.Contact.Address] != nil {
		return "the address is suppressed: it must not be written to again"
	}
	if l.existing[r.Contact.Address] == nil {
		for _, c := range l.others.Of(r.Contact.Address) {
			if why := im.whyAloneUnder(l, c.Address, c); why != "" {
				return why
			}
		}
	}
	for _, key := range r.Contact.OtherKeys() {
		c := l.existing[key]
		if c == nil {
			c = l.others.Former[key] // what stands beside two people's own says nothing of either
		}
		if why := im.whyAloneUnder(l, key, c); why != "" {
			return why
		}
		if c != nil {
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

// keepBesideAdded remembers whose the further addresses of a load's new contacts are.
func (im *importer) keepBesideAdded(ctx context.Context, l *load) error {
	cs := make([]*campaign.Contact, len(l.added))
	for n, i := range l.added {
		cs[n] = &l.rows[i].Contact
	}
	return im.book.AddBeside(ctx, cs...)
}
