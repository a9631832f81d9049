package importing

import (
	"github.com/glasnik/glasnik/campaign"
)

// resolveStanding works out a row's standing on the list of the import; the user's options decide about unclear ones.
func (c *checker) resolveStanding(r *campaign.ImportRow) {
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
		r.Notes = append(r.Notes, campaign.Textf("%s: taken as one who may be written to, as was decided for this import", s.Said))
	}
}

// saysNo reports whether a standing means that the person, or their mail server, said no to mail.
func saysNo(s campaign.Standing) bool {
	return s == campaign.SaidLeft || s == campaign.SaidBounced || s == campaign.SaidComplained || s == campaign.SaidRestricted
}

// place puts a new contact on the list, or makes them what their row says.
func (m *merger) place(c *campaign.Contact, r *campaign.ImportRow) {
	switch r.Standing.Standing {
	case campaign.Free:
		m.subscribe(c)
	case campaign.SaidPaused: // it ends some day
		m.subscribe(c)
		c.Status, c.StatusReason = campaign.Paused, r.Standing.Said.String()
	default:
		m.takeStanding(c, r)
	}
}

// takeStanding makes a contact what a row says. A pause elsewhere does not pause an existing contact.
func (m *merger) takeStanding(c *campaign.Contact, r *campaign.ImportRow) bool {
	if r.Standing.Standing == campaign.SaidPaused {
		return false
	}
	return c.TakeStanding(r.Standing.Standing, &r.Standing, m.list, m.options.Source, m.now())
}

// noteStanding adds to the result of a new contact that the row speaks against writing to them.
func noteStanding(r *campaign.ImportRow, result *campaign.ImportResult) {
	if r.Standing.Standing != campaign.Free {
		result.Outcome, result.Reason = campaign.RowNotActive, campaign.Textf("%s: kept, and not written to", standingWords(r))
	}
}

// standingWords says in words what a row has against writing to its person.
func standingWords(r *campaign.ImportRow) campaign.Text {
	words := map[campaign.Standing]campaign.Text{
		campaign.SaidLeft: campaign.Textf("they left, or said no"), campaign.SaidBounced: campaign.Textf("mail to them came back"),
		campaign.SaidComplained: campaign.Textf("they reported mail as spam"), campaign.SaidRestricted: campaign.Textf("their data must not be used"),
		campaign.SaidPaused: campaign.Textf("they are paused"), campaign.SaidNotYet: campaign.Textf("they have not confirmed"),
	}
	return campaign.Textf("%s: %s", r.Standing.Said, words[r.Standing.Standing])
}

// planAgainst is plan for a row that speaks against writing to its person: it only takes away, and brings nobody back.
func (m *merger) planAgainst(old *campaign.Contact, r *campaign.ImportRow, result *campaign.ImportResult) bool {
	trial := old.Clone()
	if !m.takeStanding(&trial, r) {
		switch why := m.leftAlone(old); {
		case !why.IsZero():
			result.Outcome, result.Reason = campaign.RowLeft, why
		case old.AgreedSince(m.list, r.Standing.At):
			result.Outcome, result.Reason = campaign.RowLeft, campaign.Textf("%s; but they agreed to this list themselves, and that stays", standingWords(r))
		default:
			result.Outcome, result.Reason = campaign.RowLeft, campaign.Textf("%s: nothing was changed for a contact who is here already", standingWords(r))
		}
		return false
	}
	trial = old.Clone()
	result.Fields = m.merge(&trial, r)
	result.Outcome, result.Reason = campaign.RowNotActive, campaign.Textf("%s: not written to any more", standingWords(r))
	return true
}
