package store

import (
	"context"
	"maps"
	"slices"

	"github.com/glasnik/glasnik/campaign"
)

// add inserts the new contacts of a batch. One that somebody else added at the same moment is updated instead.
func (im *importer) add(ctx context.Context, rows []campaign.ImportRow, results []campaign.ImportResult, added []int) error {
	if len(added) == 0 {
		return nil
	}
	docs := make([]any, len(added))
	addresses := make([]string, len(added))
	now := im.now()
	ids := campaign.NewIDs(now, len(added))
	for n, i := range added {
		c := &rows[i].Contact
		c.ID, c.Version, c.CreatedAt, c.UpdatedAt = ids[n], 1, now, now
		if rows[i].Organisation != "" {
			c.Organisation = im.known[im.key(rows[i].Organisation)] // under its name, or one that is searched the same
		}
		im.subscribe(c)
		c.IndexMemberships()
		docs[n], addresses[n] = c, c.Address
	}
	if err := im.keepAdded(ctx, docs); err != nil {
		return err
	}
	n, err := im.engine.InsertNew(ctx, contacts, docs...)
	if err != nil || n == int64(len(docs)) {
		return err
	}
	there, err := im.contactsByAddress(ctx, addresses)
	if err != nil {
		return err
	}
	var changed []change
	for n, i := range added {
		ours := docs[n].(*campaign.Contact)
		switch old := there[ours.Address]; {
		case old == nil: // its id was taken, or somebody else added it and deleted it again
			results[i].Outcome, results[i].Reason = campaign.RowRejected, "it could not be added at this moment: run the import again"
		case old.ID != ours.ID && im.plan(old, &rows[i], &results[i]):
			changed = append(changed, change{old, &rows[i], &results[i]})
		}
	}
	return im.update(ctx, changed)
}

// change is a row that changes a contact that is there.
type change struct {
	old    *campaign.Contact
	row    *campaign.ImportRow
	result *campaign.ImportResult
}

// plan says what becomes of a row whose contact is there, and whether the contact is to be changed.
func (im *importer) plan(old *campaign.Contact, r *campaign.ImportRow, result *campaign.ImportResult) bool {
	if reason := im.leftAlone(old); reason != "" {
		result.Outcome, result.Reason = campaign.RowLeft, reason
		return false
	}
	trial := *old
	trial.Memberships = slices.Clone(old.Memberships)
	if result.Fields = im.merge(&trial, r); len(result.Fields) == 0 {
		result.Outcome = campaign.RowUnchanged
		return false
	}
	result.Outcome = campaign.RowUpdated
	return true
}

// update merges rows into contacts that are there, each on its own: others may be changing them too.
func (im *importer) update(ctx context.Context, changed []change) error {
	if err := im.keepChanged(ctx, changed); err != nil {
		return err
	}
	for _, c := range changed {
		_, err := im.changeContact(ctx, c.old.ID, func(now *campaign.Contact) error {
			c.result.Fields = im.merge(now, c.row)
			return nil
		})
		if code := campaign.CodeOf(err); code == campaign.NotFound || code == campaign.Invalid || code == campaign.Conflict {
			c.result.Outcome, c.result.Reason, c.result.Fields = campaign.RowRejected, err.Error(), nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

// leftAlone says why an import must not bring a contact back, or "".
func (im *importer) leftAlone(c *campaign.Contact) string {
	switch {
	case c.Status == campaign.Bounced:
		return "mail to this address came back"
	case c.Status == campaign.Complained:
		return "this person reported our mail as spam"
	case c.Status == campaign.Restricted:
		return "this person asked that their data be kept and not used"
	}
	if m := c.Membership(im.options.List); m != nil && m.Status == campaign.Unsubscribed {
		return "this person left the list by their own act"
	}
	return ""
}

// merge puts what a row says into a contact as the policy allows, and names the fields it changed.
func (im *importer) merge(c *campaign.Contact, r *campaign.ImportRow) []string {
	var changed []string
	if im.subscribe(c) {
		changed = append(changed, "list")
	}
	if im.options.Policy == campaign.KeepAll {
		return changed
	}
	set := func(name string, into *string, value string) {
		if value != "" && *into != value && (*into == "" || im.options.Policy == campaign.Overwrite) {
			*into = value
			changed = append(changed, name)
		}
	}
	n := &r.Contact
	set("first name", &c.FirstName, n.FirstName)
	set("last name", &c.LastName, n.LastName)
	set("position", &c.Position, n.Position)
	set("phone", &c.Phone, n.Phone)
	set("place", &c.Place, n.Place)
	set("notes", &c.Notes, n.Notes)
	if n.Source != im.options.Source {
		set("source", &c.Source, n.Source)
	}
	set("language", (*string)(&c.Language), string(n.Language))
	if c.Kind == campaign.OtherKind || im.options.Policy == campaign.Overwrite {
		if n.Kind != campaign.OtherKind && n.Kind != c.Kind {
			c.Kind = n.Kind
			changed = append(changed, "kind")
		}
	}
	if r.Organisation != "" {
		key := im.key(r.Organisation)
		id := im.known[key]
		if id == "" { // a dry run would add it: what it will be is not known yet, only that it differs
			id = key
		}
		set("organisation", &c.Organisation, id)
	}
	return append(changed, im.mergeMany(c, n)...)
}

// mergeMany adds tags and attributes; none is taken away.
func (im *importer) mergeMany(c, n *campaign.Contact) []string {
	var changed []string
	for _, t := range n.Tags {
		if !slices.Contains(c.Tags, t) {
			c.Tags = append(slices.Clone(c.Tags), t)
			changed = append(changed, "tags")
		}
	}
	own := false // the map may be another contact's too
	for name, value := range n.Attributes {
		if old, ok := c.Attributes[name]; old == value || ok && im.options.Policy != campaign.Overwrite {
			continue
		}
		if !own {
			c.Attributes, own = maps.Clone(c.Attributes), true
			changed = append(changed, "attributes")
		}
		if c.Attributes == nil {
			c.Attributes = map[string]string{}
		}
		c.Attributes[name] = value
	}
	return slices.Compact(changed)
}

// subscribe puts a contact on the import's list and reports whether that changed anything.
func (im *importer) subscribe(c *campaign.Contact) bool {
	if im.options.List == "" {
		return false
	}
	return c.Subscribe(campaign.Membership{
		List: im.options.List, Status: campaign.Subscribed, Basis: im.options.Basis, Reference: im.options.Reference,
		Source: im.options.Source, Since: im.now(),
	}, false)
}
