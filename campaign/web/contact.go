package web

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/glasnik/glasnik/campaign"
	"github.com/glasnik/glasnik/templates"
)

// contactPage is everything about one person: details, lists, tracking, and what passed between us.
type contactPage struct {
	Page
	Contact      campaign.Contact
	Organisation campaign.Organisation
	Memberships  []membershipRow
	Timeline     []happening
	ListOptions  []templates.Option // lists the contact is not on
	Suppressed   campaign.SuppressionReason
	Subscribe    subscribeForm
	Tracking     trackingForm
}

type membershipRow struct {
	campaign.Membership
	Name string
}

// happening is one line of a contact's timeline.
type happening struct {
	At                 time.Time
	Chip               templates.Chip
	What, Link, Detail string
}

type subscribeForm struct {
	List   string `form:"list"`
	Basis  string `form:"basis"`
	Source string `form:"source"`
}

type trackingForm struct {
	Mode   string `form:"tracking"`
	Basis  string `form:"tracking_basis"`
	Source string `form:"tracking_source"`
	Text   string `form:"tracking_text"`
}

func (p *contactPage) Bases() []templates.Option     { return basisOptions() }
func (p *contactPage) Trackings() []templates.Option { return trackingOptions("As each list says") }

// timelineLength is how many deliveries and how many events a contact's page shows.
const timelineLength = 100

func (s *Server) contact(v *visit) error {
	p, err := s.contactPage(v)
	if err != nil {
		return err
	}
	return v.show("contact", p)
}

func (s *Server) contactPage(v *visit) (*contactPage, error) {
	ctx := v.ctx()
	c, organisation, err := s.contactAndOrganisation(ctx, v.Param("id"))
	if err != nil {
		return nil, err
	}
	p := &contactPage{Page: v.page(c.DisplayName(), "contacts"), Contact: c, Organisation: organisation}
	p.Subscribe.Basis = string(campaign.LegitimateInterest)
	p.Tracking = trackingForm{Mode: string(c.Tracking), Basis: string(campaign.ConsentBasis)}
	names, err := s.allListNames(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range c.Memberships {
		p.Memberships = append(p.Memberships, membershipRow{m, names[m.List]})
	}
	options, err := s.listOptions(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		if m := c.Membership(o.Value); m == nil || m.Status == campaign.Removed || m.Status == campaign.Unconfirmed {
			p.ListOptions = append(p.ListOptions, o)
		}
	}
	suppressed, err := s.store.Suppressed(ctx, []string{c.Address})
	if err != nil {
		return nil, err
	}
	p.Suppressed = suppressed[c.Address]
	p.Timeline, err = s.timeline(ctx, c.ID)
	return p, err
}

func (s *Server) contactAndOrganisation(ctx context.Context, id string) (campaign.Contact, campaign.Organisation, error) {
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

// timeline gives what was sent to a contact and what came of it, the latest first.
func (s *Server) timeline(ctx context.Context, contact string) ([]happening, error) {
	deliveries, err := s.store.FindDeliveriesTo(ctx, contact, timelineLength)
	if err != nil {
		return nil, err
	}
	events, err := s.store.FindEventsOf(ctx, contact, timelineLength)
	if err != nil {
		return nil, err
	}
	campaigns := map[string]string{}
	nameOf := func(id string) string {
		name, ok := campaigns[id]
		if !ok {
			name = "a campaign that was deleted"
			if c, err := s.store.GetCampaign(ctx, id); err == nil {
				name = c.Name
			}
			campaigns[id] = name
		}
		return name
	}
	var out []happening
	for _, d := range deliveries {
		h := happening{At: d.LastAt, Chip: templates.ChipFor(d.State), What: nameOf(d.Campaign), Link: "/runs/" + d.Run, Detail: d.Reason}
		if h.At.IsZero() {
			h.At = d.MadeAt
		}
		out = append(out, h)
	}
	for _, e := range events {
		if e.Kind == campaign.Clicked && e.Link == 0 {
			continue // the link that was followed stands in an event of its own
		}
		h := happening{At: e.At, Chip: templates.ChipFor(e.Kind), What: nameOf(e.Campaign), Link: "/runs/" + e.Run}
		if h.Detail, err = s.whatHappened(ctx, &e); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	slices.SortStableFunc(out, func(a, b happening) int { return b.At.Compare(a.At) })
	return out, nil
}

// whatHappened says of an event what its mark does not: which link, whether a machine did it, or the server's words.
func (s *Server) whatHappened(ctx context.Context, e *campaign.Event) (string, error) {
	if e.Kind != campaign.Opened && e.Kind != campaign.Clicked {
		return e.Detail, nil
	}
	words := map[campaign.Verdict]string{campaign.Machine: "Probably a machine.", campaign.Unknown: "A person or a machine."}[e.Verdict]
	if e.Kind == campaign.Opened {
		return words, nil
	}
	run, err := s.tracker.runs.get(ctx, e.Run)
	if err != nil || e.Link > int64(len(run.links)) {
		return words, unlessMissing(err)
	}
	return strings.TrimSpace(run.links[e.Link-1].URL + " " + words), nil
}

func (s *Server) subscribeContact(v *visit) error {
	p, err := s.contactPage(v)
	if err != nil {
		return err
	}
	if err := v.read(&p.Subscribe); err != nil {
		return err
	}
	f := &p.Subscribe
	f.Source = strings.TrimSpace(f.Source)
	switch {
	case !slices.Contains(campaign.Bases, campaign.Basis(f.Basis)):
		return v.refused(campaign.FieldError("basis", "choose the legal basis"), "contact", p)
	case f.Source == "":
		return v.refused(campaign.FieldError("source", "say how we know that we may write: the law asks for it"), "contact", p)
	}
	l, err := s.store.GetList(v.ctx(), f.List)
	if err != nil {
		return v.refused(campaign.FieldError("list", "choose a list"), "contact", p)
	}
	if err := l.TakesNew(); err != nil {
		return v.refused(err, "contact", p)
	}
	if m := p.Contact.Membership(l.ID); m != nil && m.Status == campaign.Unsubscribed {
		return v.refused(campaign.Errorf(campaign.Conflict, "this person left the list by their own act: only they can come back"), "contact", p)
	}
	err = s.store.SubscribeContact(v.ctx(), p.Contact.ID, campaign.Membership{
		List: l.ID, Status: campaign.Subscribed, Basis: campaign.Basis(f.Basis), Source: f.Source + " (entered by " + v.user.Name + ")",
	}, false)
	if err != nil {
		return v.refused(err, "contact", p)
	}
	return v.done("/contacts/"+p.Contact.ID, "Put on “%s”.", l.Name)
}

// removeContact takes a contact off a list by the team's hand.
func (s *Server) removeContact(v *visit) error {
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

// setTracking records the contact's tracking choice. Individual mode needs a basis and where it comes from (E-03); any
// other choice withdraws what was recorded.
func (s *Server) setTracking(v *visit) error {
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
	var consent *campaign.TrackingConsent
	if mode == campaign.Individual {
		consent = &campaign.TrackingConsent{
			At: s.Now().UTC(), Basis: campaign.Basis(f.Basis), Source: strings.TrimSpace(f.Source), Text: strings.TrimSpace(f.Text),
		}
		switch {
		case !slices.Contains(campaign.Bases, consent.Basis):
			return v.refused(campaign.FieldError("tracking_basis", "choose the basis"), "contact", p)
		case consent.Basis != campaign.ConsentBasis && !v.user.May(campaign.Admin):
			return v.refused(campaign.FieldError("tracking_basis", "only an admin may record a basis other than consent"), "contact", p)
		case consent.Source == "":
			return v.refused(campaign.FieldError("tracking_source", "say how and when it was given"), "contact", p)
		}
		consent.Source += " (recorded by " + v.user.Name + ")"
	}
	_, err = s.store.UpdateContact(v.ctx(), p.Contact.ID, func(c *campaign.Contact) error {
		if consent != nil {
			c.AllowTracking(*consent)
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
