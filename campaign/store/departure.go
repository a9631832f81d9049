package store

import (
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// Departures reports who is erased, suppressed or leaves a list to a record outside the store.
type Departures struct {
	now func() time.Time

	departed func(campaign.Departure)
}

// OnDeparture has fn called for everybody who is erased, suppressed or leaves a list, for a record outside the store. It is
// called once, before the store is used.
func (s *Departures) OnDeparture(fn func(campaign.Departure)) { s.departed = fn }

// Tell reports a departure.
func (s *Departures) Tell(d campaign.Departure) {
	if s.departed != nil {
		d.At = s.now()
		s.departed(d)
	}
}

// tellChanges tells of the changes of a contact that a backup must not undo. A list is left by all ids the contact had.
func (s *Departures) tellChanges(c *campaign.Contact, changes []campaign.Entry) {
	for _, e := range changes {
		switch e.Kind {
		case campaign.LeftEntry:
			for _, id := range c.IDs() {
				s.Tell(campaign.Departure{Kind: campaign.LeftList, Contact: id, List: e.List})
			}
		case campaign.StatusEntry:
			s.Tell(campaign.Departure{Kind: campaign.StatusChanged, Contact: c.ID, Status: c.Status})
		}
	}
}
