package importing

import (
	"maps"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
)

// merger merges rows into contacts by the policy of the import.
type merger struct {
	options *campaign.ImportOptions
	list    string // the id of the list rows are put on; newList before it was added
	now     func() time.Time
}

// plan decides what becomes of a row whose contact exists, and reports whether it changes the contact.
func (m *merger) plan(old *campaign.Contact, r *campaign.ImportRow, result *campaign.ImportResult) bool {
	if r.Standing.Standing != campaign.Free {
		return m.planAgainst(old, r, result)
	}
	if reason := m.leftAlone(old); !reason.IsZero() {
		result.Outcome, result.Reason = campaign.RowLeft, reason
		return false
	}
	trial := *old
	trial.Memberships = slices.Clone(old.Memberships)
	if result.Fields = m.merge(&trial, r); len(result.Fields) == 0 {
		result.Outcome = campaign.RowUnchanged
		return false
	}
	result.Outcome = campaign.RowUpdated
	return true
}

// leftAlone says why an import must not bring a contact back, if so.
func (m *merger) leftAlone(c *campaign.Contact) campaign.Text {
	if why := m.optedOut(c); !why.IsZero() || c.Status != campaign.Bounced {
		return why
	}
	return campaign.Textf("mail to this address came back")
}

// optedOut names the act of a person after which an import must not bring them back, if there is one.
func (m *merger) optedOut(c *campaign.Contact) campaign.Text {
	switch c.Status {
	case campaign.Complained:
		return campaign.Textf("this person reported our mail as spam")
	case campaign.Restricted:
		return campaign.Textf("this person asked that their data be kept and not used")
	}
	if on := c.Membership(m.list); on != nil && on.Status == campaign.Unsubscribed {
		return campaign.Textf("this person left the list by their own act")
	}
	return campaign.Text{}
}

// merge puts what a row says into a contact as the policy allows, and names the fields it changed.
func (m *merger) merge(c *campaign.Contact, r *campaign.ImportRow) []campaign.ImportField {
	var changed []campaign.ImportField
	if r.Standing.Standing != campaign.Free {
		if m.takeStanding(c, r) {
			changed = append(changed, campaign.ImportField(r.Standing.Standing))
		}
	} else if m.subscribe(c) {
		changed = append(changed, "list")
	}
	if m.options.Policy == campaign.KeepAll {
		return changed
	}
	set := func(name campaign.ImportField, into *string, value string) {
		if value != "" && *into != value && (*into == "" || m.options.Policy == campaign.Overwrite) {
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
	set("time zone", &c.Zone, n.Zone)
	set("notes", &c.Notes, n.Notes)
	if n.Source != m.options.Source {
		set("source", &c.Source, n.Source)
	}
	if c.Language == "" || !r.LanguageAssumed {
		set("language", (*string)(&c.Language), string(n.Language))
	}
	if c.Kind == campaign.OtherKind || m.options.Policy == campaign.Overwrite && !r.KindAssumed {
		if n.Kind != campaign.OtherKind && n.Kind != c.Kind {
			c.Kind = n.Kind
			changed = append(changed, "kind")
		}
	}
	if r.Organisation != "" { // in a dry run it may not exist yet: then all that is known is that it differs
		set("organisation", &c.Organisation, n.Organisation)
	}
	return append(changed, m.mergeMany(c, n)...)
}

// mergeMany adds tags and attributes; none is taken away.
func (m *merger) mergeMany(c, n *campaign.Contact) []campaign.ImportField {
	var changed []campaign.ImportField
	for _, t := range n.Tags {
		if !slices.Contains(c.Tags, t) {
			c.Tags = append(slices.Clone(c.Tags), t)
			changed = append(changed, "tags")
		}
	}
	own := false // the map may be shared with another contact
	for name, value := range n.Attributes {
		if old, ok := c.Attributes[name]; old == value || ok && m.options.Policy != campaign.Overwrite {
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
func (m *merger) subscribe(c *campaign.Contact) bool {
	if m.list == "" {
		return false
	}
	return c.Subscribe(campaign.Membership{
		List: m.list, Status: campaign.Subscribed, Basis: m.options.Basis, Reference: m.options.Reference,
		Source: m.options.Source, Since: m.now(),
	}, false)
}

// takesOrganisation reports whether a row's organisation may become that of its contact, nil for a new one.
func (m *merger) takesOrganisation(old *campaign.Contact) bool {
	if old == nil {
		return true
	}
	may := m.options.Policy == campaign.Overwrite || m.options.Policy == campaign.FillEmpty && old.Organisation == ""
	return may && m.leftAlone(old).IsZero()
}
