package web

import (
	"context"
	"slices"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/campaign/language"
	"github.com/glasnik/glasnik/campaign/store"
	"github.com/glasnik/glasnik/templates"
)

// contactPages are the pages about one contact, and the table of all.
type contactPages struct {
	*panel
	store   contactStore
	offers  *offers
	tables  *contactTables
	uploads *uploads
}

type contactStore interface {
	CreateContact(ctx context.Context, c *campaign.Contact) error
	CreateOrganisation(ctx context.Context, o *campaign.Organisation) error
	DeleteContact(ctx context.Context, id string) error
	tellerStore
	Dossier(ctx context.Context, contact string) (campaign.Dossier, error)
	EraseContact(ctx context.Context, id string) error
	FindConsentsOf(ctx context.Context, c *campaign.Contact) ([]campaign.MediaItem, error)
	FindContacts(ctx context.Context, f store.ContactFilter, p store.Page) ([]campaign.Contact, string, error)
	FindLists(ctx context.Context, archived bool) ([]campaign.List, error)
	FindRequestsOf(ctx context.Context, contact string) ([]campaign.Request, error)
	GetContact(ctx context.Context, id string) (campaign.Contact, error)
	GetList(ctx context.Context, id string) (campaign.List, error)
	GetOrganisation(ctx context.Context, id string) (campaign.Organisation, error)
	GetOrganisationByName(ctx context.Context, name string) (campaign.Organisation, error)
	HistoryOf(ctx context.Context, contact string, before time.Time, limit int) (store.History, error)
	ImportsThatChanged(ctx context.Context, contact string) ([]campaign.Import, error)
	LeaveLists(ctx context.Context, id string, lists []string, status campaign.MembershipStatus) ([]string, error)
	PlacesOf(ctx context.Context, c *campaign.Contact) ([]store.SeriesPlace, error)
	MembershipEntries(ctx context.Context, contact string) (byList map[string]bool, created bool, err error)
	MergeContacts(ctx context.Context, keep string, other string) error
	SubscribeContact(ctx context.Context, id string, m campaign.Membership, ownAct bool) error
	Suppressed(ctx context.Context, addresses []string) (map[string]campaign.SuppressionReason, error)
	StopReplied(ctx context.Context, contact string) error
	UpdateContact(ctx context.Context, id string, fn func(*campaign.Contact) error) (campaign.Contact, error)
	UpdateUser(ctx context.Context, id string, fn func(*campaign.User) error) (campaign.User, error)
}

// contactPage is everything about one person: details, lists, tracking, and their history with us.
type contactPage struct {
	Page
	Contact      campaign.Contact
	Organisation campaign.Organisation
	Memberships  []membershipRow
	Timeline     []happening
	Older        string             // address of the page with what happened before; "" when nothing did
	ListOptions  []templates.Option // lists the contact is not on
	Suppressed   campaign.SuppressionReason
	Requests     []campaign.Request
	Series       []seriesPlace
	Sensitive    campaign.Text // what the notes seem to hold that must not be stored
	Subscribe    subscribeForm
	Tracking     trackingForm
	Pause        pauseForm
	Note         noteForm

	brand *campaign.Brand
}

// greetingIn is how the contact is greeted in a language.
type greetingIn struct {
	Language campaign.Language
	Words    string
}

// Greetings are how the contact is greeted in their language, or in all.
func (p *contactPage) Greetings() []greetingIn {
	var out []greetingIn
	for _, l := range []campaign.Language{campaign.SerbianLatin, campaign.SerbianCyrillic, campaign.English, campaign.French} {
		if own := p.Contact.Language; own == l || own == "" && l != campaign.SerbianCyrillic {
			out = append(out, greetingIn{l, templates.Greeting(l, &p.Contact, language.OwnText(p.brand.Greeting, l, p.brand.Phrases...))})
		}
	}
	return out
}

// membershipRow is a list the contact is or was on, and what mail by it is like.
type membershipRow struct {
	campaign.Membership
	Name          string
	Language      campaign.Text // and why it is that
	Mode          campaign.Tracking
	ModeWhy       campaign.Text
	ConsentRecord *campaign.Consent
	Missing       bool // the list asks for consent and there is none
}

// Paused reports whether the contact gets no mail for a while.
func (p *contactPage) Paused() bool { return p.Now.Before(p.Contact.PausedUntil) }

func (s *contactPages) contactPage(v *visit) (*contactPage, error) {
	ctx := v.ctx()
	c, organisation, err := s.withOrganisation(ctx, v.Param("id"))
	if err != nil {
		return nil, err
	}
	p := &contactPage{Page: v.page("contacts", "%s", c.DisplayName()), Contact: c, brand: &v.set.Brand, Organisation: organisation, Sensitive: campaign.Sensitive(c.Notes)}
	p.Subscribe.Basis = string(campaign.LegitimateInterest)
	p.Tracking = trackingForm{Mode: string(c.Tracking), Basis: string(campaign.ConsentBasis)}
	p.Note.Kind = string(campaign.RepliedEntry)
	if err := s.fillMemberships(v, p); err != nil {
		return nil, err
	}
	suppressed, err := s.store.Suppressed(ctx, []string{c.Address})
	if err != nil {
		return nil, err
	}
	p.Suppressed = suppressed[c.Address]
	if p.Requests, err = s.store.FindRequestsOf(ctx, c.ID); err != nil {
		return nil, err
	}
	places, err := s.store.PlacesOf(ctx, &c)
	if err != nil {
		return nil, err
	}
	p.Series = campaign.Collect(places, func(p store.SeriesPlace) seriesPlace { return seriesPlace{p} })
	before, err := time.Parse(time.RFC3339Nano, v.Query("before"))
	if err != nil {
		before = time.Time{}
	}
	return p, s.fillTimeline(ctx, p, before)
}

// fillMemberships fills in what mail by each list is like: which language and script, what is measured, and why.
func (s *contactPages) fillMemberships(v *visit, p *contactPage) error {
	all, err := s.store.FindLists(v.ctx(), true)
	if err != nil {
		return err
	}
	lists := make(map[string]campaign.List, len(all))
	for _, l := range all {
		lists[l.ID] = l
	}
	for _, m := range p.Contact.Memberships {
		l := lists[m.List]
		row := membershipRow{Membership: m, Name: l.Name, Missing: l.RequireConsent && m.Basis != campaign.ConsentBasis}
		row.Language = languageWhy(&p.Contact, &l)
		row.Mode, row.ModeWhy = trackingWhy(&p.Contact, &l)
		for i := range p.Contact.Consents {
			if k := &p.Contact.Consents[i]; k.ID == m.Consent {
				row.ConsentRecord = k
			}
		}
		p.Memberships = append(p.Memberships, row)
	}
	for _, l := range all {
		m := p.Contact.Membership(l.ID)
		if !l.Archived && (m == nil || m.Status == campaign.Removed || m.Status == campaign.Unconfirmed) {
			p.ListOptions = append(p.ListOptions, listOption(l))
		}
	}
	return nil
}

// languageWhy returns which language and script a list's mail comes in, and why.
func languageWhy(c *campaign.Contact, l *campaign.List) campaign.Text {
	switch {
	case c.Language != "":
		return campaign.Textf("%s (the contact's own)", c.Language)
	case l.Language != "":
		return campaign.Textf("%s (as the list says)", l.Language)
	}
	return campaign.Textf("the release's own language")
}

// trackingWhy returns what a list's mail measures, by the rule that sending uses, and why.
func trackingWhy(c *campaign.Contact, l *campaign.List) (campaign.Tracking, campaign.Text) {
	mode := campaign.TrackingFor(c, []campaign.Tracking{l.Tracking})
	wanted, why := l.Tracking, campaign.Textf("as the list says")
	if c.Tracking != "" {
		wanted, why = c.Tracking, campaign.Textf("the contact's own choice")
	}
	if mode != wanted && wanted == campaign.Individual {
		why = campaign.Textf("person by person is set, and no consent to it is on record")
	}
	return mode, why
}

func (s *contactPages) withOrganisation(ctx context.Context, id string) (campaign.Contact, campaign.Organisation, error) {
	c, err := s.store.GetContact(ctx, id)
	if err != nil {
		return c, campaign.Organisation{}, gone(err, "contact")
	}
	if c.Organisation == "" {
		return c, campaign.Organisation{}, nil
	}
	o, err := s.store.GetOrganisation(ctx, c.Organisation)
	if campaign.CodeOf(err) == campaign.NotFound {
		err = nil
	}
	return c, o, err
}

type subscribeForm struct {
	List      string `form:"list"`
	Basis     string `form:"basis"`
	Source    string `form:"source"`
	Reference string `form:"reference"`
}

func (s *contactPages) subscribe(v *visit) error {
	p, err := s.contactPage(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Subscribe); err != nil {
		return err
	}
	f := &p.Subscribe
	m := campaign.Membership{
		List: f.List, Status: campaign.Subscribed, Basis: campaign.Basis(f.Basis), Source: clean(f.Source), Reference: clean(f.Reference), By: v.user.Name,
	}
	l, err := s.store.GetList(v.ctx(), f.List)
	if campaign.CodeOf(err) == campaign.NotFound {
		err = campaign.FieldError("list", "choose a list")
	}
	if err = campaign.Together(err, campaign.CheckBasis(&m)); err != nil {
		return v.refused(err, "contact", p)
	}
	if l.Archived {
		return v.refused(campaign.Errorf(campaign.Conflict, "“%s” is archived: take it into use again first", l.Name), "contact", p)
	}
	if m := p.Contact.Membership(l.ID); m != nil && m.Status == campaign.Unsubscribed {
		return v.refused(campaign.Errorf(campaign.Conflict, "this person left the list by their own act: only they can come back"), "contact", p)
	}
	if err := s.store.SubscribeContact(v.ctx(), p.Contact.ID, m, false); err != nil {
		return v.refused(err, "contact", p)
	}
	return v.done("/contacts/"+p.Contact.ID, "Put on “%s”.", l.Name)
}

// remove takes a contact off a list on the team's behalf.
func (s *contactPages) remove(v *visit) error {
	id := v.Param("id")
	l, err := s.store.GetList(v.ctx(), v.PostForm("list"))
	if err != nil {
		return gone(err, "list")
	}
	if _, err := s.store.LeaveLists(v.ctx(), id, []string{l.ID}, campaign.Removed); err != nil {
		return gone(err, "contact")
	}
	return v.done("/contacts/"+id, "Taken off “%s”.", l.Name)
}

type trackingForm struct {
	Mode   string `form:"tracking"`
	Basis  string `form:"tracking_basis"`
	Source string `form:"tracking_source"`
	Text   string `form:"tracking_text"`
}

// setTracking records the contact's tracking choice. Individual mode needs a basis and where it comes from (E-03); any
// other choice takes back what was recorded, which stays on record.
func (s *contactPages) setTracking(v *visit) error {
	p, err := s.contactPage(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Tracking); err != nil {
		return err
	}
	f := &p.Tracking
	mode := campaign.Tracking(f.Mode)
	if mode != "" && !slices.Contains(campaign.Trackings, mode) {
		return v.refused(campaign.FieldError("tracking", "choose one of the modes offered"), "contact", p)
	}
	consent := campaign.TrackingConsent{At: s.Now().UTC(), Basis: campaign.Basis(f.Basis), Source: clean(f.Source), Text: clean(f.Text)}
	if mode == campaign.Individual {
		var faults campaign.Checks
		switch {
		case !slices.Contains(campaign.Bases, consent.Basis):
			faults = append(faults, campaign.FieldError("tracking_basis", "choose the legal basis"))
		case consent.Basis != campaign.ConsentBasis && !v.user.May(campaign.Admin):
			faults = append(faults, campaign.FieldError("tracking_basis", "only an admin may record a basis other than consent"))
		}
		faults.Refuse(consent.Source == "", "tracking_source", "say how and when it was given")
		if err := campaign.Together(faults...); err != nil {
			return v.refused(err, "contact", p)
		}
		consent.Source += " (recorded by " + v.user.Name + ")"
	}
	_, err = s.store.UpdateContact(v.ctx(), p.Contact.ID, func(c *campaign.Contact) error {
		if mode == campaign.Individual {
			c.AllowTracking(consent)
		} else {
			c.LimitTracking(mode, s.Now().UTC(), v.user.Name)
		}
		return nil
	})
	if err != nil {
		return v.refused(err, "contact", p)
	}
	return v.done("/contacts/"+p.Contact.ID, "The tracking choice is recorded.")
}
