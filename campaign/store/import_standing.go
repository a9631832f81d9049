package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"github.com/glasnik/glasnik/campaign"
)

// settleStanding says what a row's word on whether its person may be written to comes to on the list of the import, by what
// the person who imports decided of unclear ones.
func (c *checker) settleStanding(r *campaign.ImportRow) {
	s := &r.Standing
	if s.Standing == campaign.Free && s.Left == nil {
		return
	}
	s.Standing, s.Said = s.For(c.list)
	if s.Standing != campaign.SaidUnclear {
		return
	}
	switch c.options.Unclear {
	case campaign.UnclearLeft:
		s.Standing = campaign.SaidLeft
	case campaign.UnclearActive:
		s.Standing = campaign.Free
		r.Notes = append(r.Notes, s.Said+": taken as one who may be written to, as was decided for this import")
	}
}

// saysNo reports whether a standing is the word of somebody, or of their mail server, against writing to them.
func saysNo(s campaign.Standing) bool {
	return s == campaign.SaidLeft || s == campaign.SaidBounced || s == campaign.SaidComplained || s == campaign.SaidRestricted
}

// place puts a new contact on the list, or makes them what their row says.
func (im *importer) place(c *campaign.Contact, r *campaign.ImportRow) {
	switch r.Standing.Standing {
	case campaign.Free:
		im.subscribe(c)
	case campaign.SaidPaused: // it ends some day
		im.subscribe(c)
		c.Status, c.StatusReason = campaign.Paused, r.Standing.Said
	default:
		im.takeStanding(c, r)
	}
}

// takeStanding makes a contact what a row says of them. A pause elsewhere is none of a contact who is here already.
func (im *importer) takeStanding(c *campaign.Contact, r *campaign.ImportRow) bool {
	if r.Standing.Standing == campaign.SaidPaused {
		return false
	}
	return c.TakeStanding(r.Standing.Standing, &r.Standing, im.options.List, im.options.Source, im.now())
}

// sayStanding says of a new contact that the row speaks against writing to them.
func (im *importer) sayStanding(r *campaign.ImportRow, result *campaign.ImportResult) {
	if r.Standing.Standing != campaign.Free {
		result.Outcome, result.Reason = campaign.RowKept, standingWords(r)+": kept, and not written to"
	}
}

// standingWords say what a row speaks against writing to its person.
func standingWords(r *campaign.ImportRow) string {
	words := map[campaign.Standing]string{
		campaign.SaidLeft: "they left, or said no", campaign.SaidBounced: "mail to them came back", campaign.SaidComplained: "they reported mail as spam",
		campaign.SaidRestricted: "their data must not be used", campaign.SaidPaused: "they are paused", campaign.SaidNotYet: "they have not confirmed",
	}
	return r.Standing.Said + ": " + words[r.Standing.Standing]
}

// planAgainst is plan for a row that speaks against writing to its person: it can only end what is, and brings nobody back.
func (im *importer) planAgainst(old *campaign.Contact, r *campaign.ImportRow, result *campaign.ImportResult) bool {
	trial := old.Clone()
	if !im.takeStanding(&trial, r) {
		switch why := im.leftAlone(old); {
		case why != "":
			result.Outcome, result.Reason = campaign.RowLeft, why
		case old.AgreedSince(im.options.List, r.Standing.At):
			result.Outcome, result.Reason = campaign.RowLeft, standingWords(r)+"; but they agreed to this list themselves, and that stays"
		default:
			result.Outcome, result.Reason = campaign.RowLeft, standingWords(r)+": nothing was changed for a contact who is here already"
		}
		return false
	}
	trial = old.Clone()
	result.Fields = im.merge(&trial, r)
	result.Outcome, result.Reason = campaign.RowKept, standingWords(r)+": not written to any more"
	return true
}

// sayAgainst applies the rows of a load that say no of somebody of whom an earlier row of the file did not: of the two the
// no counts, on whichever line it stands. The earlier rows are written by now.
func (im *importer) sayAgainst(ctx context.Context, l *load) error {
	if len(l.against) == 0 {
		return nil
	}
	addresses := make([]string, len(l.against))
	for n, i := range l.against {
		addresses[n] = l.rows[i].Contact.Address
	}
	there, err := im.contactsByAddress(ctx, addresses)
	if asked := (&load{rows: l.rows, results: l.results, fresh: l.against}); err == nil && !im.empty && len(there) < len(addresses) {
		if err = im.ask(ctx, asked); err == nil {
			maps.Copy(there, asked.others.Former) // they have another address now
		}
	}
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	im.deciding.Lock()
	defer im.deciding.Unlock()
	var changed []change
	for _, i := range l.against {
		r, result := &l.rows[i], &l.results[i]
		duplicate := *result
		old := there[r.Contact.Address]
		r.Contact = campaign.Contact{Email: r.Contact.Email, Address: r.Contact.Address, Kind: campaign.OtherKind, Source: im.options.Source}
		r.Organisation = ""
		switch {
		case old == nil && im.options.DryRun:
			result.Outcome, result.Reason = campaign.RowKept, fmt.Sprintf("%s; %s: not written to", duplicate.Reason, standingWords(r))
		case old == nil: // the earlier row led to nobody
		case im.plan(old, r, result):
			result.Reason = duplicate.Reason + "; " + result.Reason
			changed = append(changed, change{old, r, result})
		default:
			*result = duplicate
		}
	}
	if im.options.DryRun {
		return nil
	}
	return im.update(ctx, changed)
}

// isOurs reports whether a contact is as this import added it.
func (im *importer) isOurs(c *campaign.Contact) bool {
	m := c.Membership(im.options.List)
	source := c.Source
	if m != nil {
		source = cmp.Or(m.Source, source)
	}
	return im.record.ID != "" && c.Version == 1 && !c.CreatedAt.Before(im.record.StartedAt) && source == im.options.Source
}
