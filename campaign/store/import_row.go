package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/store/schema"
)

// ready makes contacts of the new rows of a load.
func (im *importer) ready(ctx context.Context, l *load) error {
	if len(l.added) == 0 {
		return nil
	}
	if err := im.begin(ctx); err != nil {
		return err
	}
	docs := make([]any, len(l.added))
	now := im.now()
	ids := campaign.NewIDs(now, len(l.added))
	for n, i := range l.added {
		c := &l.rows[i].Contact
		c.ID, c.Version, c.CreatedAt, c.UpdatedAt = ids[n], 1, now, now
		if l.rows[i].Organisation != "" {
			c.Organisation = im.known[im.key(l.rows[i].Organisation)] // under its name, or one that is searched the same
		}
		im.place(c, &l.rows[i])
		c.IndexMemberships()
		docs[n] = c
	}
	var err error
	l.insert, err = im.engine.PrepareInsert(ctx, schema.Contacts, docs...)
	return err
}

// add inserts the new contacts of a load.
func (im *importer) add(ctx context.Context, l *load) error {
	if l.insert == nil {
		return im.sayAgainst(ctx, l)
	}
	err := im.keepAdded(ctx, l)
	if err == nil {
		err = im.keepBesideAdded(ctx, l) // before, so that nobody is without
	}
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	n, err := l.insert(ctx)
	if l.insert = nil; err == nil && n < int64(len(l.added)) {
		err = im.addOver(ctx, l)
	}
	if err == nil {
		err = im.sayAgainst(ctx, l)
	}
	if err != nil {
		return fmt.Errorf("import contacts: %w", err)
	}
	return nil
}

// addOver updates those of a load's new contacts that somebody else added at the same moment.
func (im *importer) addOver(ctx context.Context, l *load) error {
	addresses := make([]string, len(l.added))
	for n, i := range l.added {
		addresses[n] = l.rows[i].Contact.Address
	}
	there, err := im.contactsByAddress(ctx, addresses)
	if err != nil {
		return err
	}
	im.deciding.Lock()
	defer im.deciding.Unlock()
	var changed []change
	for _, i := range l.added {
		ours := &l.rows[i].Contact
		switch old := there[ours.Address]; {
		case old == nil: // its id was taken, or somebody else added it and deleted it again
			l.results[i].Outcome, l.results[i].Reason = campaign.RowRejected, "it could not be added at this moment: run the import again"
		case old.ID != ours.ID && im.plan(old, &l.rows[i], &l.results[i]):
			changed = append(changed, change{old, &l.rows[i], &l.results[i]})
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
	if r.Standing.Standing != campaign.Free {
		return im.planAgainst(old, r, result)
	}
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
		now, err := im.contacts.changeContact(ctx, c.old.ID, func(now *campaign.Contact) error {
			c.result.Fields = im.merge(now, c.row)
			return nil
		})
		if err == nil && slices.Contains(c.result.Fields, "attributes") {
			err = im.book.AddBeside(ctx, &now)
		}
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
	if why := im.optedOut(c); why != "" || c.Status != campaign.Bounced {
		return why
	}
	return "mail to this address came back"
}

// optedOut says by what word of their own an import must not bring a person back, at this address or another, or "".
func (im *importer) optedOut(c *campaign.Contact) string {
	switch c.Status {
	case campaign.Complained:
		return "this person reported our mail as spam"
	case campaign.Restricted:
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
	if r.Standing.Standing != campaign.Free {
		if im.takeStanding(c, r) {
			changed = append(changed, string(r.Standing.Standing))
		}
	} else if im.subscribe(c) {
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
	if c.Language == "" || !r.LanguageAssumed {
		set("language", (*string)(&c.Language), string(n.Language))
	}
	if c.Kind == campaign.OtherKind || im.options.Policy == campaign.Overwrite && !r.KindAssumed {
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
