package store

import (
	"context"
	"maps"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/document"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// EachDeparture calls fn for everybody who went since a time, for a store that a backup is restored into.
func (s *Backups) EachDeparture(ctx context.Context, since time.Time, fn func(campaign.Departure) error) error {
	var open []campaign.Erasure
	if err := s.engine.Find(ctx, schema.Erasures, document.Query{}, &open); err != nil {
		return err
	}
	for i := range open {
		for _, id := range open[i].IDs() {
			if err := fn(campaign.Departure{At: open[i].At, Kind: campaign.GoneErased, Contact: id}); err != nil {
				return err
			}
		}
	}
	idOf := func(one *campaign.Suppression) string { return one.ID }
	err := document.Each(ctx, s.engine, schema.Suppressions, nil, 1000, idOf, func(one *campaign.Suppression) error {
		d := campaign.Departure{At: one.At, Kind: campaign.GoneSuppressed, Address: one.ID, Reason: one.Reason}
		if one.Gone || one.Reason == campaign.Erased {
			d.Kind, d.At = campaign.GoneErased, s.now() // it is so now, whenever the address was suppressed first
		}
		return fn(d)
	})
	if err != nil {
		return err
	}
	return s.contacts.EachContact(ctx, nil, "", 500, func(cs []campaign.Contact) error {
		for i := range cs {
			if err := departuresOf(&cs[i], since, fn); err != nil {
				return err
			}
		}
		return nil
	})
}

func departuresOf(c *campaign.Contact, since time.Time, fn func(campaign.Departure) error) error {
	if c.UpdatedAt.Before(since) {
		return nil
	}
	if c.Status != campaign.Active {
		if err := fn(campaign.Departure{At: c.UpdatedAt, Kind: campaign.StatusChanged, Contact: c.ID, Status: c.Status}); err != nil {
			return err
		}
	}
	for _, m := range c.Memberships {
		if m.Status != campaign.Unsubscribed {
			continue
		}
		for _, id := range c.IDs() {
			if err := fn(campaign.Departure{At: m.LeftAt, Kind: campaign.LeftList, Contact: id, List: m.List}); err != nil {
				return err
			}
		}
	}
	return nil
}

// depart makes what is known of those who went true of this store, in which they may still be, and says how many contacts
// it erased. as are the hashes of addresses that are known to
// be erased, by the contact that has them in the backup.
func (s *Backups) depart(ctx context.Context, ds *campaign.Departures, as map[string]string) (erased int, err error) {
	for id, reason := range ds.Suppressed {
		if _, err := s.engine.InsertNew(ctx, schema.Suppressions, &campaign.Suppression{ID: id, Reason: reason, At: s.now(), Gone: ds.ErasedAs[id]}); err != nil {
			return erased, err
		}
	}
	hashes := maps.Clone(ds.Erased)
	maps.Copy(hashes, as)
	var all []*campaign.Erasure
	for id, hash := range hashes {
		e, err := s.eraser.TakeOut(ctx, id, ds.Suppressed[hash] != "") // or they came back since, as somebody else
		if err == nil {
			all = append(all, e)
		} else if campaign.CodeOf(err) != campaign.NotFound {
			return erased, err
		}
	}
	erased = len(all)
	if _, err := s.eraser.Settle(ctx, all...); err != nil {
		return erased, err
	}
	for id, lists := range ds.Left {
		if err := s.leaveAgain(ctx, id, lists); err != nil {
			return erased, err
		}
	}
	for id, status := range ds.Status {
		if err := s.markAgain(ctx, id, status); err != nil {
			return erased, err
		}
	}
	return erased, nil
}

// leaveAgain takes a contact off lists. One that cannot be changed, because it was stored under older rules, gets no mail at all.
func (s *Backups) leaveAgain(ctx context.Context, id string, lists []string) error {
	_, err := s.contacts.LeaveLists(ctx, id, lists, campaign.Unsubscribed)
	if campaign.CodeOf(err) != campaign.Invalid {
		return campaign.UnlessMissing(err)
	}
	return s.suppressContact(ctx, id, campaign.LeftAll)
}

// markAgain marks a contact's address. What cannot be changed is suppressed instead, as leaveAgain does.
func (s *Backups) markAgain(ctx context.Context, id string, status campaign.ContactStatus) error {
	err := s.contacts.SetContactStatus(ctx, id, status, "")
	if campaign.CodeOf(err) != campaign.Invalid {
		return campaign.UnlessMissing(err)
	}
	switch status {
	case campaign.Active:
		return nil
	case campaign.Bounced:
		return s.suppressContact(ctx, id, campaign.HardBounce)
	case campaign.Complained:
		return s.suppressContact(ctx, id, campaign.ComplaintReason)
	}
	return s.suppressContact(ctx, id, campaign.LeftAll)
}

func (s *Backups) suppressContact(ctx context.Context, id string, reason campaign.SuppressionReason) error {
	c, err := s.contacts.GetContact(ctx, id)
	if err != nil {
		return campaign.UnlessMissing(err)
	}
	return s.suppressions.Suppress(ctx, c.Email, reason, "")
}
